//! Calls for help that are not needed: who goes on, what Your Logic is told, and taking it back.

use crate::common::{TestHub, TestLogic, eventually};
use axum::response::IntoResponse as _;
use serde_json::{Value, json};

/// Hands Carmen over, and answers her when an agent has dismissed that.
async fn logic() -> TestLogic {
    TestLogic::start(|request| {
        let trigger = &request["trigger"];
        let by_customer = trigger["type"] == "TURN" && trigger["by"]["kind"] == "customer";
        let actions = match (by_customer, trigger["dismissed"]["goesOn"].as_str()) {
            (true, _) => json!([
                { "type": "MESSAGE", "text": "Let me get a colleague." },
                { "type": "NEEDS_HELP", "value": true, "reason": "fare rules" },
            ]),
            (_, Some("logic")) => json!([{ "type": "MESSAGE", "text": "I can do that for you." }]),
            _ => json!([]),
        };
        axum::Json(json!({ "actions": actions })).into_response()
    })
    .await
}

fn dismiss(goes_on: &str, reason: &str) -> Value {
    json!({ "type": "help_not_needed", "goesOn": goes_on, "reason": reason })
}

#[tokio::test]
async fn your_logic_goes_on_and_knows_why() {
    let logic = logic().await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let (carmen, sofia) = (hub.customer().await, hub.sofia().await);
    carmen.writes("I would like to rebook my trip").await;
    carmen.waits_for("Let me get a colleague.").await;
    let id = carmen.conversation().await;
    sofia.finds(&id, "help").await;
    let (status, problem) = sofia.commands(&id, dismiss("logic", " ")).await;
    assert_eq!((status, &problem["code"]), (422, &json!("input.invalid")), "{problem}");
    assert!(problem["detail"].as_str().unwrap().starts_with("reason: "), "{problem}");
    let (status, problem) = sofia.commands(&id, dismiss("somebody", "x")).await;
    assert_eq!(status, 422, "{problem}");
    let (status, problem) = sofia.commands(&id, json!({ "type": "help_not_needed" })).await;
    assert_eq!((status, &problem["code"]), (409, &json!("conversation.customer_alone")), "what older desks send");
    sofia.does(&id, dismiss("logic", "The rules are clear")).await;
    carmen.waits_for("I can do that for you.").await;
    assert!(sofia.section("help").await.is_empty());
    let asked = logic.asked.lock().unwrap();
    let told = asked.iter().find(|request| !request["trigger"]["dismissed"].is_null()).unwrap();
    assert_eq!(told["trigger"]["type"], "NEEDS_HELP_CHANGED");
    assert_eq!(told["trigger"]["dismissed"], json!({ "goesOn": "logic", "reason": "The rules are clear" }));
}

#[tokio::test]
async fn a_dismissal_is_taken_back_with_the_original_wait() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, sofia) = (hub.customer().await, hub.maya().await, hub.sofia().await);
    carmen.writes("Is anybody there?").await;
    let id = carmen.conversation().await;
    let before = sofia.state(&id).await;
    let call = &before["help"]["call"];
    sofia.does(&id, dismiss("nobody", "A test of ours")).await;
    assert_eq!(sofia.state(&id).await["status"]["status"], "completed");
    let (status, _) = maya.commands(&id, json!({ "type": "restore_help", "call": call })).await;
    assert_ne!(status, 200, "it was not hers");
    sofia.does(&id, json!({ "type": "restore_help", "call": call })).await;
    let after = sofia.state(&id).await;
    assert_eq!(after["waitsForPerson"], before["waitsForPerson"]);
    assert!(after["help"]["call"] != *call && after["status"]["status"] == "in_progress", "{after}");
    maya.finds(&id, "help").await;
    let (status, problem) = maya.commands(&id, json!({ "type": "join", "call": call })).await;
    assert_eq!((status, &problem["code"]), (409, &json!("conversation.call_over")), "the old call is over");
    maya.does(&id, json!({ "type": "join", "call": after["help"]["call"] })).await;
}

#[tokio::test]
async fn calls_are_listed_by_how_long_the_customer_waits() {
    let hub = TestHub::start(None).await;
    let (carmen, jana, sofia) = (hub.customer().await, hub.customer().await, hub.sofia().await);
    carmen.writes("Is anybody there?").await;
    let first = carmen.conversation().await;
    jana.writes("Hello?").await;
    let second = jana.conversation().await;
    let call = sofia.state(&first).await["help"]["call"].clone();
    sofia.does(&first, dismiss("nobody", "A test of ours")).await;
    sofia.does(&first, json!({ "type": "restore_help", "call": call })).await;
    let listed = eventually("both call", || async {
        let listed = sofia.section("help").await;
        (listed.len() == 2).then_some(listed)
    })
    .await;
    assert_eq!(listed, [first, second], "a new call does not send Carmen to the end");
}
