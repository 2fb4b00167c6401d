//! A hub behind a proxy: the peer's address, and the hub's own name.

use crate::common::partner::invited;
use crate::common::{PASSWORD, TestHub, get};
use reqwest::{Client, Method};
use serde_json::json;
use tandem_hub::Clock;
use tandem_hub::config::Config;

async fn behind_a_proxy() -> TestHub {
    TestHub::configured(Clock::system(), |config| {
        config.rate_limits = true;
        config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await
}

/// A POST from `address`.
async fn post_from(hub: &TestHub, address: &str, path: &str, body: &serde_json::Value) -> u16 {
    let request = Client::new().post(format!("{}{path}", hub.base)).header("x-forwarded-for", address);
    request.json(body).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_campaign_brings_150_customers_a_minute_through_one_proxy_and_all_of_them_chat() {
    let hub = behind_a_proxy().await;
    for customer in 0..150 {
        let session = json!({ "brand": "northwind" });
        let status = post_from(&hub, &format!("198.51.100.{customer}"), "/chat/v1/sessions", &session).await;
        assert_eq!(status, 200, "customer {customer}");
    }
}

#[tokio::test]
async fn one_who_guesses_passwords_behind_the_proxy_shuts_nobody_else_out() {
    let hub = behind_a_proxy().await;
    let wrong = json!({ "email": "nobody@northwind.example", "password": "guess" });
    let mut statuses = Vec::new();
    for _ in 0..25 {
        statuses.push(post_from(&hub, "198.51.100.66", "/api/v1/auth/login", &wrong).await);
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    let right = json!({ "email": "maya@northwind.example", "password": PASSWORD });
    assert_eq!(post_from(&hub, "198.51.100.7", "/api/v1/auth/login", &right).await, 200);
}

#[tokio::test]
async fn a_stranger_cannot_choose_the_address_that_counts() {
    let hub = TestHub::configured(Clock::system(), |config| config.rate_limits = true).await;
    let mut last = 0;
    for number in 0..40 {
        let wrong = json!({ "email": format!("nobody{number}@northwind.example"), "password": "guess" });
        last = post_from(&hub, &format!("198.51.100.{number}"), "/api/v1/auth/login", &wrong).await;
    }
    assert_eq!(last, 429, "nobody trusts this header unless the settings say so");
}

#[tokio::test]
async fn the_scheme_of_authorization_is_read_in_any_case() {
    let hub = TestHub::start(None).await;
    let maya = hub.maya().await;
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let request = Client::new().get(format!("{}/api/v1/me", hub.base));
        let response = request.header("authorization", format!("{scheme} {}", maya.token)).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200, "{scheme}");
    }
    let request = Client::new().get(format!("{}/api/v1/me", hub.base));
    let response = request.header("authorization", format!("Basic {}", maya.token)).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 401);
}

#[tokio::test]
async fn a_page_may_add_its_tracing_headers_to_requests_of_the_chat() {
    let hub = TestHub::start(None).await;
    let preflight = |path: &str| {
        let request = Client::new().request(Method::OPTIONS, format!("{}{path}", hub.base));
        let asked = "authorization,baggage,content-type,sentry-trace,traceparent,tracestate,x-datadog-trace-id";
        let request = request.header("origin", "https://northwind.example");
        request.header("access-control-request-method", "POST").header("access-control-request-headers", asked).send()
    };
    let response = preflight("/chat/v1/messages").await.unwrap();
    let allowed = response.headers()["access-control-allow-headers"].to_str().unwrap();
    for name in ["authorization", "traceparent", "baggage", "sentry-trace", "x-datadog-trace-id"] {
        assert!(allowed.contains(name), "{name} is in {allowed}");
    }
    assert!(response.headers().contains_key("access-control-max-age"));
    let request = Client::new().request(Method::OPTIONS, format!("{}/chat/v1/sessions", hub.base));
    let forging = "content-type, X-Forwarded-Host,forwarded, x-forwarded-for, traceparent, x-forwarded-proto";
    let request = request.header("origin", "https://evil.example").header("access-control-request-headers", forging);
    let response = request.send().await.unwrap();
    let allowed = response.headers()["access-control-allow-headers"].to_str().unwrap();
    assert_eq!(allowed, "content-type, traceparent", "a page cannot say what only proxies say");
    let response = preflight("/api/v1/commands").await.unwrap();
    assert!(!response.headers().contains_key("access-control-allow-headers"), "the agents' doors are for desks");
}

#[tokio::test]
async fn a_partner_opens_the_link_behind_a_proxy_that_drops_the_port_of_the_host() {
    let hub = TestHub::start(None).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    carmen.writes("Is seat 4A free?").await;
    let conversation = carmen.conversation().await;
    maya.does(&conversation, json!({ "type": "join" })).await;
    let (token, _) = invited(&maya, &conversation).await;
    for (host, origin, own) in [
        ("hub.example", "https://hub.example:8443", true),
        ("hub.example:8443", "https://hub.example:8443", true),
        ("hub.example", "https://evil.example", false),
    ] {
        let request = Client::new().get(format!("{}/guest/{}/about", hub.base, token));
        let response = request.header("host", host).header("origin", origin).send().await.unwrap();
        let status = response.status().as_u16();
        assert_eq!(status == 200, own, "{origin} at {host}: {status}");
        if !own {
            let problem: serde_json::Value = response.json().await.unwrap();
            assert_eq!(problem["code"], "guest.origin", "a problem of its own, not an unknown link");
        }
    }
    assert_eq!(get(&hub.base, "/guest/short/about", None).await.1["code"], "guest.unknown");
}

#[tokio::test]
async fn scripts_are_compressed_and_sent_once() {
    let hub = TestHub::start(None).await;
    for language in ["ar", "cs", "de", "es", "fr"] {
        let texts = Client::new().get(format!("{}/chat/texts/{language}.json", hub.base)).send().await.unwrap();
        assert_eq!(texts.headers()["access-control-allow-origin"], "*", "other sites embed the chat");
        assert_eq!(texts.headers()["content-type"], "application/json");
        let texts: serde_json::Value = texts.json().await.unwrap();
        assert!(texts["openChat"].is_string(), "{language}");
    }
    let url = format!("{}/chat.js", hub.base);
    let plain = Client::new().get(&url).send().await.unwrap();
    assert!(!plain.headers().contains_key("content-encoding"), "whoever does not ask gets it as it is");
    assert_eq!(plain.headers()["vary"], "accept-encoding");
    let etag = plain.headers()["etag"].clone();
    let packed = Client::new().get(&url).header("accept-encoding", "br, gzip").send().await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert_eq!(packed.headers()["access-control-allow-origin"], "*", "other sites embed it");
    let again = Client::new().get(&url).header("if-none-match", etag).send().await.unwrap();
    assert_eq!(again.status().as_u16(), 304);
    assert!(again.bytes().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_proxy_that_the_settings_do_not_name_is_named_by_the_doctor() {
    let hub = TestHub::start(None).await;
    let listen = hub.base.trim_start_matches("http://").to_owned();
    let config = Config { listen, ..Config::new(hub.folder.path().to_owned()) };
    let says = async || {
        let mut lines = Vec::new();
        tandem_hub::doctor(&config, |line| lines.push(line)).await;
        lines.into_iter().find(|line| line.contains("address")).unwrap_or_default()
    };
    assert!(says().await.contains("is ready"));
    post_from(&hub, "198.51.100.7", "/chat/v1/sessions", &json!({ "brand": "northwind" })).await;
    let line = says().await;
    assert!(line.starts_with("WRONG") && line.contains("127.0.0.1") && line.contains("trusted_proxies"), "{line}");
}
