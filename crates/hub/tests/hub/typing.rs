//! Typing signals to a Your Logic that asked for them, beside everything else.

use crate::common::{TestHub, TestLogic, eventually, logic_at, say};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde_json::{Value, json};
use tandem_hub::config::LogicConfig;

const TYPING: &str = r#"{"type":"typing","on":true}"#;

fn of_typing(logic: &TestLogic) -> Vec<Value> {
    let asked = logic.asked.lock().unwrap();
    asked.iter().filter(|request| request["trigger"]["type"] == "TYPING").cloned().collect()
}

async fn attentive() -> TestLogic {
    TestLogic::start(|request| {
        let actions = match request["trigger"]["type"].as_str() {
            Some("TURN") => json!([{ "type": "MESSAGE", "text": "Hello, Carmen." }]),
            Some("TYPING") => json!([{ "type": "MESSAGE", "text": "Take your time." }]),
            _ => json!([]),
        };
        axum::Json(json!({ "actions": actions })).into_response()
    })
    .await
}

#[tokio::test]
async fn whoever_wishes_hears_of_it_once_in_a_while() {
    let logic = attentive().await;
    let hub = TestHub::start_with_logic(LogicConfig { typing: true, ..logic_at(&logic.url) }).await;
    let (carmen, sofia) = (hub.customer().await, hub.sofia().await);
    carmen.writes("Hello").await;
    carmen.waits_for("Hello, Carmen.").await;
    let id = carmen.conversation().await;
    eventually("Your Logic has been told of everything", || async {
        let state = sofia.state(&id).await;
        (state["logic"]["asked"].is_null() && state["logic"]["pending"].as_array().is_none_or(Vec::is_empty))
            .then_some(())
    })
    .await;

    let mut chat = carmen.live().await;
    for _ in 0..3 {
        say(&mut chat, TYPING).await;
    }
    carmen.waits_for("Take your time.").await;
    let [told] = of_typing(&logic).try_into().unwrap();
    assert_eq!(told["trigger"]["by"]["kind"], "customer");
    assert_eq!(told["dryRun"], Value::Null, "what is answered counts");
    assert_eq!(told["turns"].as_array().unwrap().len(), 2, "it comes with the conversation");
    assert_eq!(sofia.state(&id).await["help"], Value::Null);
}

#[tokio::test]
async fn failing_at_it_calls_nobody_and_without_the_wish_nothing_is_told() {
    let failing = TestLogic::start(|request| {
        let actions = match request["trigger"]["type"].as_str() {
            Some("TYPING") => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            Some("TURN") => json!([{ "type": "MESSAGE", "text": "Hello, Carmen." }]),
            _ => json!([]),
        };
        axum::Json(json!({ "actions": actions })).into_response()
    })
    .await;
    let silent = attentive().await;
    for (logic, typing) in [(&failing, true), (&silent, false)] {
        let hub = TestHub::start_with_logic(LogicConfig { typing, ..logic_at(&logic.url) }).await;
        let (carmen, sofia) = (hub.customer().await, hub.sofia().await);
        carmen.writes("Hello").await;
        carmen.waits_for("Hello, Carmen.").await;
        let mut chat = carmen.live().await;
        say(&mut chat, TYPING).await;
        if typing {
            eventually("it was told", || async { (!of_typing(logic).is_empty()).then_some(()) }).await;
        }
        // The next message is answered as ever.
        carmen.writes("Still there?").await;
        eventually("both were answered", || async {
            let answers = carmen.sees().await.iter().filter(|entry| entry["text"] == "Hello, Carmen.").count();
            (answers == 2).then_some(())
        })
        .await;
        assert_eq!(sofia.state(&carmen.conversation().await).await["help"], Value::Null);
        assert_eq!(of_typing(logic).len(), usize::from(typing));
    }
}
