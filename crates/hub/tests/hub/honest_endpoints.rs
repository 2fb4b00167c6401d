//! Honest endpoints in many styles of serialisation; and what they are asked when they are slow.

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::common::{SECRET, TestHub, TestLogic, eventually, post};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use uuid::Uuid;

const JSON: (&str, &str) = ("content-type", "application/json");

/// What is unusual about an answer, and the answer.
type Way = (&'static str, fn() -> Response);

fn is_turn_of_customer(request: &Value) -> bool {
    request["trigger"]["type"] == "TURN" && request["trigger"]["by"]["kind"] == "customer"
}

/// A Your Logic that answers the customer's turns so, and everything else with 204.
async fn answering(answer: impl Fn(&Value) -> Response + Send + Sync + 'static) -> TestLogic {
    TestLogic::start(move |request| match is_turn_of_customer(request) {
        true => answer(request),
        false => StatusCode::NO_CONTENT.into_response(),
    })
    .await
}

fn gzipped(body: &str) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(body.as_bytes()).unwrap();
    gzip.finish().unwrap()
}

#[tokio::test]
async fn an_answer_counts_however_a_language_writes_it() {
    const HI: &str = r#"{"actions":[{"type":"MESSAGE","text":"Hi"}]}"#;
    let ways: [Way; 7] = [
        ("201", || (StatusCode::CREATED, [JSON], HI).into_response()),
        ("a byte order mark", || ([JSON], format!("\u{feff}{HI}")).into_response()),
        ("gzip that nobody asked for", || ([JSON, ("content-encoding", "gzip")], gzipped(HI)).into_response()),
        ("gzip that is not mentioned", || ([JSON], gzipped(HI)).into_response()),
        ("PHP's empty map", || {
            let body = r#"{"actions":[{"type":"MESSAGE","text":"Hi"}],"control":[],"conversation":{"custom":[]},"customer":[]}"#;
            ([JSON], body).into_response()
        }),
        ("Go's null", || {
            let body = r#"{"requestId":null,"actions":[{"type":"MESSAGE","text":"Hi","turn":null}],"control":null}"#;
            ([JSON], body).into_response()
        }),
        ("a field of another version", || {
            ([JSON], r#"{"mood":1,"actions":[{"type":"MESSAGE","text":"Hi","loud":true}]}"#).into_response()
        }),
    ];
    for (what, way) in ways {
        let logic = answering(move |_| way()).await;
        let hub = TestHub::start(Some(&logic.url)).await;
        let carmen = hub.customer().await;
        carmen.writes("Hello").await;
        let seen = carmen.waits_for("Hi").await;
        assert_eq!(seen["from"], "logic", "{what}");
    }
}

#[tokio::test]
async fn half_a_character_is_replaced_in_answers_and_in_messages() {
    let logic = answering(|_| ([JSON], r#"{"actions":[{"type":"MESSAGE","text":"ok \ud83d"}]}"#).into_response()).await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let carmen = hub.customer().await;
    let body = format!(r#"{{"id":"{}","text":"ok \ude00"}}"#, Uuid::now_v7());
    let request = reqwest::Client::new().post(format!("{}/chat/v1/messages", hub.base)).bearer_auth(&carmen.token);
    let sent = request.header("content-type", "application/json").body(body).send().await.unwrap();
    assert_eq!(sent.status().as_u16(), 200);
    carmen.waits_for("ok \u{fffd}").await;
    eventually("Your Logic's words", || async { (carmen.sees().await.len() == 2).then_some(()) }).await;
}

#[tokio::test]
async fn unknown_fields_are_shown_to_developers() {
    let logic = answering(|_| axum::Json(json!({ "mood": "x", "actions": [] })).into_response()).await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let (carmen, ada) = (hub.customer().await, hub.ada().await);
    carmen.writes("Hello").await;
    // The call for help that follows the silence is a later request of its own.
    eventually("the field is named", || async {
        let (_, rows) = ada.gets("/api/v1/logic/requests").await;
        let told = json!("1 unknown field was ignored: mood");
        rows.as_array().unwrap().iter().any(|row| row["detail"] == told && row["outcome"] == "answered").then_some(())
    })
    .await;
}

/// The door for later answers.
async fn later(hub: &TestHub, conversation: &str, answer: Value) -> (u16, Value) {
    post(&hub.base, &format!("/api/v1/logic/conversations/{conversation}/responses"), Some(SECRET), &answer).await
}

#[tokio::test]
async fn the_other_door_is_as_forgiving_and_names_what_it_refuses() {
    let hub = TestHub::start(Some("http://127.0.0.1:1/logic")).await;
    let carmen = hub.customer().await;
    carmen.writes("Hello").await;
    let id = carmen.conversation().await;
    let empty = json!({ "requestId": null, "control": [], "customer": { "name": " " }, "mood": 1,
        "conversation": { "language": "\u{200b}" },
        "actions": [{ "type": "MESSAGE", "text": "unasked", "turn": "" }, { "type": "TAG", "add": ["vip", ""] }] });
    assert_eq!(later(&hub, &id, empty).await.0, 200);
    carmen.waits_for("unasked").await;
    for (actions, told) in [
        (
            json!([{ "type": "REOPEN" }, { "type": "MESSAGE", "text": "\u{200b}" }]),
            "actions[1].text: at least one visible character",
        ),
        (
            json!([{ "type": "QUESTION", "text": "?", "choices": [{ "id": "a", "label": ["A"] }] }]),
            "actions[0].choices[0].label: a list was found, a text is expected",
        ),
        (
            json!([{ "type": "QUESTION", "text": "?", "choices": [{ "id": "a", "label": "\u{2800}" }] }]),
            "actions[0].choices[0].label: between 1 and 200 characters",
        ),
        (json!([{ "type": "MESSAGE", "text": "x", "turn": Uuid::nil() }]), "actions[0].turn: it is not a UUID other"),
    ] {
        let (status, problem) = later(&hub, &id, json!({ "actions": actions })).await;
        let detail = problem["detail"].as_str().unwrap().to_lowercase();
        assert_eq!(status, 422, "{problem}");
        assert!(detail.contains(&told.to_lowercase()), "'{detail}' should say '{told}'");
    }
    // Readers of JSON give up at some depth, and a conversation whose events nobody reads is lost.
    let deep = (0..120).fold(json!(1), |inner, _| json!({ "a": inner }));
    let hidden = json!({ "x": { "$serde_json::private::RawValue": deep.to_string() } });
    for custom in [
        json!({ "conversation": { "custom": deep } }),
        json!({ "customer": { "custom": deep } }),
        json!({ "conversation": { "custom": hidden } }),
    ] {
        let (status, problem) = later(&hub, &id, custom).await;
        assert_eq!(status, 422, "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains("nested deeper than 32 levels"), "{problem}");
    }
    let request = reqwest::Client::new().post(format!("{}/api/v1/logic/conversations/{id}/responses", hub.base));
    let request =
        request.bearer_auth(SECRET).header("content-type", "application/json").header("content-encoding", "gzip");
    let sent = request.body(gzipped(r#"{"actions":[{"type":"MESSAGE","text":"packed"}]}"#)).send().await.unwrap();
    assert_eq!(sent.status().as_u16(), 200);
    carmen.waits_for("packed").await;
}

#[tokio::test]
async fn a_request_is_answered_once_and_whoever_answers_again_is_told() {
    let logic = answering(|request| {
        let id = request["requestId"].clone();
        axum::Json(json!({ "requestId": id, "actions": [{ "type": "MESSAGE", "text": "directly" }] })).into_response()
    })
    .await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let carmen = hub.customer().await;
    carmen.writes("Hello").await;
    carmen.waits_for("directly").await;
    let id = carmen.conversation().await;
    let asked = logic.asked.lock().unwrap().iter().rfind(|request| is_turn_of_customer(request)).cloned().unwrap();
    let again =
        |text: &str| json!({ "requestId": asked["requestId"], "actions": [{ "type": "MESSAGE", "text": text }] });
    assert_eq!(later(&hub, &id, again("directly")).await.0, 200, "the same is a repeat");
    let (status, problem) = later(&hub, &id, again("otherwise")).await;
    assert_eq!((status, &problem["code"]), (409, &json!("logic.answered")), "{problem}");
    assert_eq!(carmen.sees().await.len(), 2, "it was said once");
}

#[tokio::test]
async fn what_the_customer_writes_while_your_logic_is_slow_is_one_request_with_every_turn() {
    const WORDS: usize = 60;
    let promised = AtomicUsize::new(0);
    let logic = answering(move |_| match promised.fetch_add(1, Ordering::Relaxed) {
        0 => StatusCode::ACCEPTED.into_response(),
        _ => axum::Json(json!({ "actions": [{ "type": "MESSAGE", "text": "All of it." }] })).into_response(),
    })
    .await;
    let folder = TestHub::start(None).await.stop().await;
    let hub = TestHub::on(folder, Some(&logic.url), 30_000).await;
    let carmen = hub.customer().await;
    carmen.writes("Hello").await;
    let turns = || {
        let asked = logic.asked.lock().unwrap();
        asked.iter().filter(|request| is_turn_of_customer(request)).cloned().collect::<Vec<_>>()
    };
    let first = eventually("Your Logic is asked", || async { turns().first().cloned() }).await;
    for number in 0..WORDS {
        carmen.writes(&format!("word {number}")).await;
    }
    let id = carmen.conversation().await;
    assert_eq!(later(&hub, &id, json!({ "requestId": first["requestId"], "actions": [] })).await.0, 200);
    carmen.waits_for("All of it.").await;
    let asked = turns();
    assert_eq!(asked.len(), 2, "one request for all that waited");
    let trigger = &asked[1]["trigger"];
    let joined = trigger["joined"].as_array().unwrap();
    let said = joined.iter().chain([trigger]).map(|one| one["turn"]["content"]["text"].as_str().unwrap().to_owned());
    assert_eq!(said.collect::<Vec<_>>(), (0..WORDS).map(|number| format!("word {number}")).collect::<Vec<_>>());
    assert_eq!(trigger["silent"], false);
}
