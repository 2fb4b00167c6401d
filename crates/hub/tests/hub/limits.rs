//! Limits that admit honest people during an attack.

use std::sync::Arc;

use crate::common::partner::{Partner, invited, secret};
use crate::common::{PASSWORD, TestHub, post};
use futures_util::future::join_all;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tandem_hub::Clock;
use tandem_hub::config::Config;

const OFFICE: &str = "198.51.100.7";
const HOME: &str = "203.0.113.20";
const STRANGER: &str = "192.0.2.66";

fn proxied(config: &mut Config) {
    config.rate_limits = true;
    config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
}

async fn from(hub: &TestHub, address: &str, path: &str, body: &Value) -> (u16, Value) {
    let request = Client::new().post(format!("{}{path}", hub.base)).header("x-forwarded-for", address);
    let response = request.json(body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn signs_in(hub: &TestHub, address: &str, name: &str, password: &str) -> (u16, Value) {
    let login = json!({ "email": format!("{name}@northwind.example"), "password": password });
    from(hub, address, "/api/v1/auth/login", &login).await
}

/// Guesses until the limit is reached.
async fn guesses(hub: &TestHub, name: &str) -> Value {
    for _ in 0..40 {
        let (status, problem) = signs_in(hub, STRANGER, name, "a guess").await;
        if status == 429 {
            return problem;
        }
        assert_eq!(status, 401);
    }
    panic!("nobody stops the guessing");
}

#[tokio::test]
async fn a_stranger_who_guesses_shuts_out_nobody_who_has_been_here_before() {
    let hub = TestHub::configured(Clock::system(), proxied).await;
    assert_eq!(signs_in(&hub, OFFICE, "maya", PASSWORD).await.0, 200);
    let problem = guesses(&hub, "maya").await;
    assert_eq!(problem["code"], "auth.too_many");
    assert!(problem["retryAfter"].as_u64().is_some_and(|seconds| (1..=90).contains(&seconds)), "{problem}");
    assert_eq!(signs_in(&hub, STRANGER, "maya", PASSWORD).await.0, 429, "even a right guess comes too late");
    assert_eq!(signs_in(&hub, OFFICE, "maya", PASSWORD).await.0, 200, "Maya is known in her office");
    assert_eq!(signs_in(&hub, OFFICE, "jonas", PASSWORD).await.0, 200, "and her colleagues are not concerned");
    assert_eq!(signs_in(&hub, HOME, "maya", PASSWORD).await.0, 429, "from a new place she has to wait");
}

#[tokio::test]
async fn one_who_guesses_in_the_office_shuts_no_colleague_out() {
    let hub = TestHub::configured(Clock::system(), proxied).await;
    assert_eq!(signs_in(&hub, STRANGER, "jonas", PASSWORD).await.0, 200, "this is Jonas' office, too");
    let mut last = 0;
    for number in 0..40 {
        last = signs_in(&hub, STRANGER, &format!("nobody{number}"), "a guess").await.0;
    }
    assert_eq!(last, 429, "whatever account is tried, the network counts");
    assert_eq!(signs_in(&hub, STRANGER, "jonas", PASSWORD).await.0, 200);
}

#[tokio::test]
async fn accounts_that_do_not_exist_are_limited_like_others() {
    let hub = TestHub::configured(Clock::system(), proxied).await;
    let (known, unknown) = (guesses(&hub, "sofia").await, guesses(&hub, "nobody").await);
    assert_eq!((&known["code"], &known["status"]), (&unknown["code"], &unknown["status"]));
}

#[tokio::test]
async fn a_restart_forgives_no_guesses() {
    let hub = TestHub::configured(Clock::system(), proxied).await;
    guesses(&hub, "maya").await;
    let folder = hub.stop().await;
    let hub = TestHub::with(Clock::system(), Arc::clone(&folder), proxied).await;
    assert_eq!(signs_in(&hub, HOME, "maya", PASSWORD).await.0, 429);
}

#[tokio::test]
async fn a_whole_company_signs_in_from_one_address() {
    let hub = TestHub::configured(Clock::system(), |config| config.rate_limits = true).await;
    for _ in 0..40 {
        hub.maya().await;
    }
}

#[tokio::test]
async fn a_page_that_comes_again_with_its_session_spends_nothing_of_the_limit() {
    let hub = TestHub::configured(Clock::system(), |config| config.rate_limits = true).await;
    let carmen = hub.customer().await;
    for visit in 0..200 {
        let again = json!({ "brand": "northwind", "resume": carmen.token });
        assert_eq!(post(&hub.base, "/chat/v1/sessions", None, &again).await.0, 200, "visit {visit}");
    }
    hub.customer().await;
    let client = Client::new();
    let newcomer = || async {
        let request = client.post(format!("{}/chat/v1/sessions", hub.base)).json(&json!({ "brand": "northwind" }));
        let response = request.send().await.unwrap();
        (response.status().as_u16() == 429).then_some(response)
    };
    let mut refused = None;
    for _ in 0..600 {
        refused = newcomer().await;
        if refused.is_some() {
            break;
        }
    }
    let problem: Value = refused.expect("new ones are limited").json().await.unwrap();
    assert!(problem["retryAfter"].is_u64(), "{problem}");
}

#[tokio::test]
async fn a_partner_opens_their_link_while_somebody_beside_them_guesses() {
    let hub = TestHub::configured(Clock::system(), |config| config.rate_limits = true).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    carmen.writes("Is seat 4A free?").await;
    let conversation = carmen.conversation().await;
    maya.does(&conversation, json!({ "type": "join" })).await;
    let (token, _) = invited(&maya, &conversation).await;
    // All at once, so that a busy machine does not give time to forgive.
    let guessers: Vec<_> = (0..90).map(|_| Partner::new(&hub.base, &secret().0)).collect();
    let guesses = join_all(guessers.iter().map(|guesser| guesser.asks(Method::GET, "about", None))).await;
    assert!(guesses.iter().any(|(status, _)| *status == 429), "whoever guesses has to wait");
    assert_eq!(Partner::new(&hub.base, &token).opens().await.0, 200);
}

#[tokio::test]
async fn renewals_of_nobody_change_nothing() {
    let hub = TestHub::configured(Clock::system(), |config| config.rate_limits = true).await;
    let nobody = json!({ "refreshToken": "made up" });
    assert_eq!(post(&hub.base, "/api/v1/auth/refresh", None, &nobody).await.1["code"], "auth.ended");
    assert_eq!(post(&hub.base, "/api/v1/auth/logout", None, &nobody).await.0, 204);
}

#[tokio::test]
async fn an_address_in_another_spelling_is_the_same_account() {
    for place in [OFFICE, STRANGER] {
        let hub = TestHub::configured(Clock::system(), proxied).await;
        assert_eq!(signs_in(&hub, OFFICE, "maya", PASSWORD).await.0, 200);
        let spelled = ["\u{200b}", "\u{feff}", "\u{200b}\u{200b}", " \u{feff}", "\u{a0}", "\t"];
        let mut last = 0;
        for guess in 0..24 {
            let (before, after) = (spelled[guess % spelled.len()], spelled[guess / spelled.len()]);
            let login = json!({ "email": format!("{before}Maya@Northwind.example{after}"), "password": "a guess" });
            last = from(&hub, place, "/api/v1/auth/login", &login).await.0;
        }
        assert_eq!(last, 429, "from {place}");
    }
}

#[tokio::test]
async fn who_reads_a_chat_again_and_again_has_to_wait() {
    let hub = TestHub::configured(Clock::system(), |config| config.rate_limits = true).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    carmen.writes("Hello").await;
    let client = Client::new();
    let reads = |token: String, path: &'static str| client.get(format!("{}{path}", hub.base)).bearer_auth(token).send();
    let mut refused = None;
    for _ in 0..200 {
        let page = reads(carmen.token.clone(), "/chat/v1/entries").await.unwrap();
        if page.status().as_u16() == 429 {
            refused = Some(page);
            break;
        }
    }
    let problem: Value = refused.expect("reading is limited").json().await.unwrap();
    assert_eq!(problem["code"], "limit.too_many");
    hub.customer().await.writes("Others are not concerned").await;
    for path in ["/api/v1/me", "/chat/v1/entries", "/chat/v1/brands/northwind"] {
        let mut last = 0;
        for _ in 0..2_000 {
            last = reads("made up".into(), path).await.unwrap().status().as_u16();
            if last == 429 {
                break;
            }
        }
        assert_eq!(last, 429, "{path}");
    }
    assert_eq!(maya.gets("/api/v1/me").await.0, 200, "whoever is signed in goes on");
}

/// Each answer reads every conversation in progress.
#[tokio::test]
async fn a_program_that_reads_the_board_too_often_waits_and_nobody_else_does() {
    let hub = TestHub::configured(Clock::system(), |config| config.rate_limits = true).await;
    let (sofia, ada) = (hub.sofia().await, hub.ada().await);
    let doors = ["/api/v1/board", "/api/v1/board/figures"];
    let mut answers = Vec::new();
    for n in 0..60 {
        let (status, body) = sofia.gets(doors[n % 2]).await;
        answers.push(status);
        if status == 429 {
            assert!(body["retryAfter"].as_u64().is_some_and(|seconds| seconds >= 1), "{body}");
            break;
        }
    }
    let taken = answers.iter().filter(|status| **status == 200).count();
    assert!(taken >= 20 && answers.last() == Some(&429), "twenty at once, then some: {answers:?}");
    assert_eq!(sofia.gets("/api/v1/board/today").await.0, 200, "her desk's own board goes on");
    assert_eq!(ada.gets("/api/v1/board").await.0, 200, "each user has a limit of their own");
}
