//! A better wording for a reply: who is asked, what they see, who may ask, and that it has no effect.

use std::sync::{Arc, Mutex};

use crate::common::{Agent, SECRET, TestHub, TestLogic, logic_at, post};
use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post as posts;
use serde_json::{Value, json};
use tandem_hub::Clock;
use tandem_hub::config::{Config, ImproveConfig};
use tokio::net::TcpListener;
use uuid::Uuid;

const DRAFT: &str = "ok we refund u tomorow";
const BETTER: &str = "Of course: we will refund you tomorrow.";

fn door(conversation: &str) -> String {
    format!("/api/v1/conversations/{conversation}/improve")
}

async fn improves(agent: &Agent, conversation: &str, text: &str) -> (u16, Value) {
    post(&agent.base, &door(conversation), Some(&agent.token), &json!({ "text": text })).await
}

/// Carmen has asked for her money, Maya answers, and a note exists.
pub async fn joined(hub: &TestHub) -> (Agent, String) {
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    carmen.writes("I want my money back").await;
    let id = carmen.conversation().await;
    maya.finds(&id, "help").await;
    maya.does(&id, json!({ "type": "join" })).await;
    maya.replies(&id, "Let me see.").await;
    maya.does(&id, json!({ "type": "note", "turn": Uuid::now_v7(), "text": "She has paid twice." })).await;
    (maya, id)
}

/// A writing model that records its requests and keys.
#[derive(Clone, Default)]
pub struct TestModel {
    pub asked: Arc<Mutex<Vec<(String, Value)>>>,
}

impl TestModel {
    pub async fn serve(&self, answer: impl Fn() -> Response + Clone + Send + Sync + 'static) -> ImproveConfig {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        let asked = Arc::clone(&self.asked);
        let complete = move |headers: HeaderMap, axum::Json(body): axum::Json<Value>| {
            let key = headers[header::AUTHORIZATION].to_str().unwrap().to_owned();
            asked.lock().unwrap().push((key, body));
            let answer = answer();
            async { answer }
        };
        let app = Router::new().route("/v1/chat/completions", posts(complete));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        ImproveConfig { base_url, model: "small-writer".into(), key: "a-key-of-the-company".into() }
    }
}

/// An answer with the least that services of this interface send.
pub fn ends(message: &Value, reason: Option<&str>) -> Response {
    axum::Json(json!({ "choices": [{ "message": message, "finish_reason": reason }] })).into_response()
}

pub fn says(text: &str) -> Response {
    let message = json!({ "role": "assistant", "content": text });
    axum::Json(json!({
        "id": "1", "object": "chat.completion", "created": 1, "model": "small-writer",
        "choices": [{ "index": 0, "message": message, "finish_reason": "stop" }],
    }))
    .into_response()
}

pub fn refuses(status: StatusCode) -> Response {
    (status, axum::Json(json!({ "error": { "message": "no", "type": "invalid_request_error" } }))).into_response()
}

pub async fn hub_with(improve: ImproveConfig, logic: Option<&str>) -> TestHub {
    let logic = logic.map(logic_at);
    TestHub::configured(Clock::system(), |config: &mut Config| {
        config.improve = Some(improve);
        config.logic = logic;
    })
    .await
}

#[tokio::test]
async fn your_logic_is_asked_in_a_dry_run_and_nothing_changes() {
    let logic = TestLogic::start(|request| {
        let actions = match request["trigger"]["type"].as_str() {
            Some("IMPROVE") => json!([{ "type": "TAG", "add": ["asked"] }, { "type": "SUGGESTION", "text": BETTER }]),
            Some("TURN") => json!([{ "type": "NEEDS_HELP", "value": true }]),
            _ => json!([]),
        };
        axum::Json(json!({ "actions": actions })).into_response()
    })
    .await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let (maya, id) = joined(&hub).await;
    assert_eq!(maya.gets("/api/v1/me").await.1["improve"], true);
    crate::common::eventually("Your Logic has been told of everything", || async {
        let state = maya.state(&id).await;
        (state["logic"]["asked"].is_null() && state["logic"]["pending"].as_array().is_none_or(Vec::is_empty))
            .then_some(())
    })
    .await;
    let before = (maya.state(&id).await, maya.gets(&format!("/api/v1/conversations/{id}/turns")).await);

    let answer = improves(&maya, &id, DRAFT).await;
    assert_eq!(answer, (200, json!({ "text": BETTER, "by": "logic" })));

    let asked = logic.asked.lock().unwrap().last().cloned().unwrap();
    assert_eq!((&asked["dryRun"], &asked["trigger"]["type"]), (&json!(true), &json!("IMPROVE")));
    assert_eq!(asked["trigger"]["draft"], DRAFT);
    assert_eq!(asked["trigger"]["turn"]["content"]["text"], "I want my money back");
    let after = (maya.state(&id).await, maya.gets(&format!("/api/v1/conversations/{id}/turns")).await);
    assert_eq!(before, after);
}

#[tokio::test]
async fn a_writing_model_that_is_set_up_is_asked_instead_and_sees_no_notes() {
    let logic = TestLogic::acting(json!([{ "type": "NEEDS_HELP", "value": true }])).await;
    let model = TestModel::default();
    let hub = hub_with(model.serve(|| says(&format!("\n{BETTER} "))).await, Some(&logic.url)).await;
    let (maya, id) = joined(&hub).await;

    let answer = improves(&maya, &id, DRAFT).await;
    assert_eq!(answer, (200, json!({ "text": BETTER, "by": "model" })));

    let asked = model.asked.lock().unwrap().clone();
    let [(key, request)] = asked.as_slice() else { panic!("asked once: {asked:?}") };
    assert_eq!((key.as_str(), &request["model"]), ("Bearer a-key-of-the-company", &json!("small-writer")));
    let material: Value = serde_json::from_str(request["messages"][1]["content"].as_str().unwrap()).unwrap();
    let said = json!([
        { "by": "customer", "text": "I want my money back" },
        { "by": "agent", "text": "Let me see." },
    ]);
    assert_eq!(material, json!({ "conversation": said, "draft": DRAFT }), "notes stay in the house");
    let improving = |request: &Value| request["trigger"]["type"] == "IMPROVE";
    assert!(!logic.asked.lock().unwrap().iter().any(improving), "one is asked, not both");
}

#[tokio::test]
async fn words_count_without_what_surrounds_them_elsewhere() {
    let model = TestModel::default().serve(|| ends(&json!({ "content": BETTER }), None)).await;
    let hub = hub_with(model, None).await;
    let (maya, id) = joined(&hub).await;
    assert_eq!(improves(&maya, &id, DRAFT).await, (200, json!({ "text": BETTER, "by": "model" })));
}

#[tokio::test]
async fn without_better_words_the_reason_is_told() {
    type Answer = fn() -> Response;
    let answers: [(Answer, &str); 10] = [
        (|| says("  "), "No better wording"),
        (|| says("\u{200b}\u{2060}"), "No better wording"),
        (|| ends(&json!({ "content": "Of course: we" }), Some("length")), "broke off"),
        (|| ends(&json!({ "content": null }), Some("content_filter")), "refused"),
        (|| ends(&json!({ "content": null, "refusal": "I cannot." }), Some("stop")), "refused"),
        (|| says(&"x".repeat(10_001)), "too long"),
        (|| refuses(StatusCode::UNAUTHORIZED), "(401)"),
        (|| refuses(StatusCode::NOT_FOUND), "(404)"),
        (|| (StatusCode::NOT_FOUND, "<html>").into_response(), "could not be understood"),
        (|| axum::Json(json!({ "choices": [] })).into_response(), "could not be understood"),
    ];
    for (answer, words) in answers {
        let hub = hub_with(TestModel::default().serve(answer).await, None).await;
        let (maya, id) = joined(&hub).await;
        let (status, problem) = improves(&maya, &id, DRAFT).await;
        assert_eq!((status, &problem["code"]), (502, &json!("improve.failed")), "{words}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(words), "{words}: {problem}");
        assert!(!problem.to_string().contains("a-key"), "{problem}");
    }
    let nobody = ImproveConfig { base_url: "http://127.0.0.1:9/v1".into(), model: "m".into(), key: String::new() };
    let hub = hub_with(nobody, None).await;
    let (maya, id) = joined(&hub).await;
    let (_, problem) = improves(&maya, &id, DRAFT).await;
    assert!(problem["detail"].as_str().unwrap().contains("cannot be reached"), "{problem}");

    let silent = TestLogic::acting(json!([{ "type": "NEEDS_HELP", "value": true }])).await;
    let hub = TestHub::start(Some(&silent.url)).await;
    let (maya, id) = joined(&hub).await;
    assert!(improves(&maya, &id, DRAFT).await.1["detail"].as_str().unwrap().contains("No better wording"));

    let hub = TestHub::start(None).await;
    let (maya, id) = joined(&hub).await;
    assert_eq!(maya.gets("/api/v1/me").await.1["improve"], false);
    let (status, problem) = improves(&maya, &id, DRAFT).await;
    assert_eq!((status, &problem["code"]), (409, &json!("logic.unavailable")));
}

#[tokio::test]
async fn only_those_who_see_the_conversation_ask_and_with_words() {
    let hub = hub_with(TestModel::default().serve(|| says(BETTER)).await, None).await;
    let (maya, id) = joined(&hub).await;
    let (jonas, sofia, ada) = (hub.jonas().await, hub.sofia().await, hub.ada().await);
    for (agent, expected) in [(&maya, 200), (&jonas, 404), (&sofia, 200), (&ada, 200)] {
        assert_eq!(improves(agent, &id, DRAFT).await.0, expected);
    }
    for nowhere in [Uuid::now_v7().to_string(), "nonsense".to_owned()] {
        assert_eq!(improves(&ada, &nowhere, DRAFT).await.0, 404, "{nowhere}");
    }
    for stranger in [None, Some(SECRET)] {
        assert_eq!(post(&hub.base, &door(&id), stranger, &json!({ "text": DRAFT })).await.0, 401);
    }
    for text in ["", " \n", &"x".repeat(10_001)] {
        let (status, problem) = improves(&maya, &id, text).await;
        assert_eq!(status, 422, "{problem}");
    }
}

#[tokio::test]
async fn who_asks_too_often_has_to_wait() {
    let improve = TestModel::default().serve(|| says(BETTER)).await;
    let hub = TestHub::configured(Clock::system(), |config: &mut Config| {
        config.improve = Some(improve);
        config.rate_limits = true;
    })
    .await;
    let (maya, id) = joined(&hub).await;
    for _ in 0..30 {
        assert_eq!(improves(&maya, &id, DRAFT).await.0, 200);
    }
    // The limit fills up again while they ask, so it may take a few more.
    let mut refused = None;
    for _ in 0..100 {
        let (status, problem) = improves(&maya, &id, DRAFT).await;
        if status != 200 {
            refused = Some((status, problem["code"].clone()));
            break;
        }
    }
    assert_eq!(refused, Some((429, json!("limit.too_many"))));
}
