//! Misbehaving endpoints: each time a person is called with the exact reason, nothing of the answer counts, and
//! developers find the diagnosis.

use std::net::SocketAddr;

use crate::common::{SECRET, TestHub, TestLogic, eventually, logic_at, post};
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tandem_hub::config::LogicConfig;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use uuid::Uuid;

/// What is expected of one kind of failure.
struct Expected<'a> {
    /// The code of the failure.
    failure: &'a str,
    /// In the line that agents read.
    agents: &'a str,
    /// In the diagnosis for developers.
    developers: &'a str,
}

/// Carmen writes; the endpoint fails; DESIGN's rule 5 holds.
async fn fails(logic: LogicConfig, expected: Expected<'_>) {
    let what = format!("{} ({})", logic.url, expected.developers);
    let hub = TestHub::start_with_logic(logic).await;
    let (carmen, maya, ada) = (hub.customer().await, hub.maya().await, hub.ada().await);
    carmen.writes("Where is my order?").await;
    let id = carmen.conversation().await;
    maya.finds(&id, "help").await;
    let state = maya.state(&id).await;
    let failure = &state["help"]["reason"]["failure"];
    assert_eq!(failure["failure"], expected.failure, "{what}: {state}");
    assert_eq!(&state["fallback"]["failure"], failure, "{what}: fallback_to_agent with the same reason");
    let line = serde_json::from_value::<tandem_conversation::LogicFailure>(failure.clone()).unwrap().line();
    assert!(line.contains(expected.agents), "{what}: agents read '{line}'");
    let ours = carmen.sees().await.into_iter().filter(|entry| entry["from"] != "customer").count();
    assert_eq!(ours, 0, "{what}: nothing of it reaches the customer");
    let row = eventually("the diagnosis", || async {
        let (_, rows) = ada.gets("/api/v1/logic/requests").await;
        rows.as_array().unwrap().iter().rfind(|row| row["outcome"] == "failed").cloned()
    })
    .await;
    let detail = row["detail"].as_str().unwrap();
    assert!(detail.contains(expected.developers), "{what}: developers read '{detail}'");
    assert_eq!(row["conversation"], id, "{what}");
}

fn answering(body: &'static str, kind: &'static str) -> impl Fn(&Value) -> Response + Send + Sync + 'static {
    move |_| ([("content-type", kind)], body).into_response()
}

async fn json_body(body: &'static str) -> LogicConfig {
    logic_at(&TestLogic::start(answering(body, "application/json")).await.url)
}

/// A server that accepts every connection, reads, sends this, and keeps the connection open.
async fn saying(words: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut heard = [0; 1024];
                let _ = socket.read(&mut heard).await;
                let _ = socket.write_all(words).await;
                // Open until the hub has had enough.
                let _ = socket.read_to_end(&mut Vec::new()).await;
            });
        }
    });
    address
}

#[tokio::test]
async fn a_refused_connection() {
    let developers = "refused";
    let expected = Expected { failure: "unreachable", agents: "cannot be reached", developers };
    fails(logic_at("http://127.0.0.1:1/logic"), expected).await;
}

#[tokio::test]
async fn a_name_that_nobody_knows() {
    let expected = Expected { failure: "unreachable", agents: "cannot be reached", developers: "dns error" };
    fails(logic_at("https://logic.invalid/"), expected).await;
}

#[tokio::test]
async fn a_tls_handshake_that_fails() {
    let address = saying(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let expected = Expected { failure: "unreachable", agents: "cannot be reached", developers: "InvalidContentType" };
    fails(logic_at(&format!("https://{address}/")), expected).await;
}

#[tokio::test]
async fn statuses_other_than_success() {
    for (status, code) in [
        (StatusCode::BAD_REQUEST, 400),
        (StatusCode::UNAUTHORIZED, 401),
        (StatusCode::NOT_FOUND, 404),
        (StatusCode::TOO_MANY_REQUESTS, 429),
        (StatusCode::INTERNAL_SERVER_ERROR, 500),
        (StatusCode::SERVICE_UNAVAILABLE, 503),
    ] {
        let logic = TestLogic::start(move |_| status.into_response()).await;
        let said = format!("answered with an error ({code})");
        fails(logic_at(&logic.url), Expected { failure: "status", agents: &said, developers: &said }).await;
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = TestLogic::acting(json!([{ "type": "MESSAGE", "text": "from elsewhere" }])).await;
    let location = target.url.clone();
    let logic =
        TestLogic::start(move |_| (StatusCode::TEMPORARY_REDIRECT, [("location", location.clone())]).into_response());
    let expected =
        Expected { failure: "status", agents: "redirect (307), which is not followed", developers: "redirect (307)" };
    fails(logic_at(&logic.await.url), expected).await;
    assert!(target.asked.lock().unwrap().is_empty(), "nobody else hears what customers write");
}

#[tokio::test]
async fn headers_that_do_not_come() {
    let address = saying(b"HTTP/1.1 200 OK\r\ncontent-ty").await;
    let expected = Expected { failure: "timed_out", agents: "did not answer within 1 s", developers: "within 1 s" };
    fails(logic_at(&format!("http://{address}/")), expected).await;
}

#[tokio::test]
async fn a_body_that_does_not_come_whole() {
    let address =
        saying(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"actions\":").await;
    let expected = Expected { failure: "timed_out", agents: "did not answer within 1 s", developers: "within 1 s" };
    fails(logic_at(&format!("http://{address}/")), expected).await;
}

#[tokio::test]
async fn a_promised_answer_that_never_comes() {
    let logic = TestLogic::start(|_| StatusCode::ACCEPTED.into_response()).await;
    let expected = Expected { failure: "timed_out", agents: "did not answer within 1 s", developers: "within 1 s" };
    fails(logic_at(&logic.url), expected).await;
}

#[tokio::test]
async fn a_body_of_a_hundred_megabytes() {
    let logic = TestLogic::start(|_| {
        let part = Bytes::from(vec![b' '; 1024 * 1024]);
        let parts = stream::iter((0..100).map(move |_| Ok::<_, std::io::Error>(part.clone())));
        ([("content-type", "application/json")], Body::from_stream(parts)).into_response()
    });
    let expected = Expected { failure: "malformed", agents: "larger than 1048576 bytes", developers: "larger than" };
    fails(logic_at(&logic.await.url), expected).await;
}

#[tokio::test]
async fn a_page_instead_of_json() {
    let page = TestLogic::start(answering("<!doctype html><p>Welcome", "text/html; charset=utf-8")).await;
    let developers = "the content type is text/html, and should be application/json";
    let expected = Expected { failure: "malformed", agents: "could not be understood: the content type", developers };
    fails(logic_at(&page.url), expected).await;
}

#[tokio::test]
async fn answers_that_cannot_be_understood() {
    for (body, why) in [
        ("{\"actions\": [", "it ends too early at line 1, column 13"),
        ("[7]", "the answer: a list was found, an object is expected"),
        (r#"{"actions":[{"type":"DANCE"}]}"#, "actions[0].type: it is not one of MESSAGE"),
        (r#"{"actions":[{"type":"MESSAGE","text":7}]}"#, "actions[0].text: a number was found, a text is expected"),
        (r#"{"actions":{"type":"MESSAGE","text":"x"}}"#, "actions: an object was found, a list is expected"),
        (r#"{"actions":[{"type":"MESSAGE"}]}"#, "actions[0].text: nothing was found, a text is expected"),
        (r#"{"conversation":{"custom":["x"]}}"#, "conversation.custom: a list was found, an object is expected"),
        (r#"{"requestId":"mine"}"#, "requestId: it is not a UUID"),
        (r#"{"requestId":"0190a000-0000-7000-8000-000000000000"}"#, "requestId: 0190a000-"),
        (r#"{"control":{"skipToTime":"tomorrow"}}"#, "control.skipToTime: it is not a time"),
    ] {
        let expected = Expected { failure: "malformed", agents: "could not be understood", developers: why };
        fails(json_body(body).await, expected).await;
    }
}

#[tokio::test]
async fn more_than_an_answer_may_carry() {
    let custom = json!({ "conversation": { "custom": { "k": "x".repeat(65_536) } }, "actions": [] });
    let customer = json!({ "customer": { "custom": { "k": "x".repeat(65_536) } }, "actions": [] });
    let many = json!({ "actions": vec![json!({ "type": "REOPEN" }); 65] });
    for (answer, why) in [
        (custom, "understood: conversation.custom: larger than 65536 bytes"),
        (customer, "understood: customer.custom: larger than 65536 bytes"),
        (many, "understood: actions: 65 are too many, at most 64"),
    ] {
        let logic = TestLogic::start(move |_| axum::Json(answer.clone()).into_response()).await;
        let developers = why.trim_start_matches("understood: ");
        fails(logic_at(&logic.url), Expected { failure: "malformed", agents: why, developers }).await;
    }
}

#[tokio::test]
async fn no_word_of_an_answer_is_repeated_to_anybody() {
    for body in [
        r#"{"actions":[{"type":"MESSAGE","text":["Rhabarber"]}]}"#,
        r#"{"actions":"Rhabarber"}"#,
        r#"{"actions":[{"type":"QUESTION","text":"?","choices":[{"id":"Rhabarber","label":"A"},{"id":"Rhabarber","label":"B"}]}]}"#,
        "Rhabarber",
    ] {
        let hub = TestHub::start_with_logic(json_body(body).await).await;
        let (carmen, maya, ada) = (hub.customer().await, hub.maya().await, hub.ada().await);
        carmen.writes("Hello").await;
        let id = carmen.conversation().await;
        maya.finds(&id, "help").await;
        let told = format!("{} {}", maya.state(&id).await, ada.gets("/api/v1/logic/requests").await.1);
        assert!(told.contains("failed") && !told.contains("Rhabarber"), "{body}: {told}");
    }
}

#[tokio::test]
async fn actions_that_cannot_be_carried_out() {
    for (body, number, why) in [
        (
            r#"{"actions":[{"type":"MESSAGE","text":"one"},{"type":"MESSAGE","text":" "}]}"#,
            2,
            "text: at least one visible character is needed",
        ),
        (r#"{"actions":[{"type":"QUESTION","text":"?","choices":[]}]}"#, 1, "choices"),
        (r#"{"actions":[{"type":"INVITE_AGENT","user":"0190a000-0000-7000-8000-000000000000"}]}"#, 1, "no such user"),
    ] {
        let agents = format!("was refused: actions[{}]", number - 1);
        fails(json_body(body).await, Expected { failure: "refused", agents: &agents, developers: why }).await;
    }
}

#[tokio::test]
async fn a_private_address_where_that_is_forbidden() {
    let logic = TestLogic::acting(json!([{ "type": "MESSAGE", "text": "from inside" }])).await;
    let port = logic.url.split(':').next_back().unwrap().to_owned();
    for host in ["127.0.0.1", "localhost"] {
        let config = LogicConfig { allow_private: false, ..logic_at(&format!("http://{host}:{port}")) };
        let developers = "is a private address, which logic.allow_private forbids";
        fails(config, Expected { failure: "unreachable", agents: "cannot be reached", developers }).await;
    }
    assert!(logic.asked.lock().unwrap().is_empty(), "no connection was made");
    let hub = TestHub::start_with_logic(logic_at(&logic.url)).await;
    let carmen = hub.customer().await;
    carmen.writes("Hello").await;
    carmen.waits_for("from inside").await;
}

/// The endpoint for later answers, and who may use it.
#[tokio::test]
async fn the_door_for_later_answers_believes_the_endpoint_only() {
    let logic = TestLogic::acting(json!([{ "type": "MESSAGE", "text": "Hello, Carmen." }])).await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let (carmen, sofia) = (hub.customer().await, hub.sofia().await);
    carmen.writes("Hello").await;
    carmen.waits_for("Hello, Carmen.").await;
    let id = carmen.conversation().await;
    let door = format!("/api/v1/logic/conversations/{id}/responses");
    let says = |text: &str| json!({ "actions": [{ "type": "MESSAGE", "text": text }] });

    for (path, secret, status, code) in [
        (door.clone(), None, 401, "logic.wrong_secret"),
        (door.clone(), Some("another-secret-altogether"), 401, "logic.wrong_secret"),
        (door.clone(), Some(sofia.token.as_str()), 401, "logic.wrong_secret"),
        (door.replace(&id, &Uuid::now_v7().to_string()), Some(SECRET), 404, "conversation.unknown"),
        (door.replace(&id, "nonsense"), Some(SECRET), 404, "request.unknown_address"),
    ] {
        let (got, problem) = post(&hub.base, &path, secret, &says("from a stranger")).await;
        assert_eq!((got, &problem["code"]), (status, &json!(code)), "{path}: {problem}");
    }
    for (body, status) in
        [("{\"actions\":", 400), ("{\"actions\":{\"a\":1}}", 422), ("{\"actions\":[{\"type\":\"DANCE\"}]}", 422)]
    {
        let request = reqwest::Client::new().post(format!("{}{door}", hub.base)).bearer_auth(SECRET);
        let response = request.header("content-type", "application/json").body(body).send().await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{body}");
    }

    let signing = Webhook::from_bytes(SECRET.as_bytes().to_vec()).unwrap();
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs().cast_signed();
    let knock = async |id: &str, at: i64, signed: &Value, sent: &Value| {
        let signature = signing.sign(id, at, signed.to_string().as_bytes()).unwrap();
        let request = reqwest::Client::new().post(format!("{}{door}", hub.base)).bearer_auth(SECRET);
        let request = request.header("webhook-id", id).header("webhook-timestamp", at.to_string());
        let request = request.header("webhook-signature", signature).header("content-type", "application/json");
        request.body(sent.to_string()).send().await.unwrap().status().as_u16()
    };
    assert_eq!(knock("one", now, &says("signed"), &says("signed")).await, 200);
    assert_eq!(knock("one", now, &says("signed"), &says("signed")).await, 200, "the same message is answered the same");
    assert_eq!(knock("two", now, &says("signed"), &says("altered")).await, 401, "the signature is over other words");
    assert_eq!(knock("three", now - 600, &says("old"), &says("old")).await, 401, "recorded and replayed");
    let said: Vec<_> = carmen.sees().await.iter().map(|entry| entry["text"].as_str().unwrap().to_owned()).collect();
    assert_eq!(said, ["Hello", "Hello, Carmen.", "signed"], "what was believed was carried out once");
}
