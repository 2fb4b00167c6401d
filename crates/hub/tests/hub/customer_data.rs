//! Your Logic's data about a customer is known in all of their conversations, but only with the rest of its answer.

use std::sync::{Arc, Mutex};

use crate::common::{Customer, TestHub, TestLogic, eventually, frame, say};
use axum::response::IntoResponse as _;
use serde_json::{Value, json};

/// Answers each turn of the customer with the next of these.
async fn saying(answers: Vec<Value>) -> TestLogic {
    let answers = Arc::new(Mutex::new(answers.into_iter()));
    TestLogic::start(move |request| {
        let is_turn = request["trigger"]["type"] == "TURN" && request["trigger"]["by"]["kind"] == "customer";
        let next = if is_turn { answers.lock().unwrap().next() } else { None };
        axum::Json(next.unwrap_or_else(|| json!({ "actions": [] }))).into_response()
    })
    .await
}

fn message(text: &str, customer: Value) -> Value {
    json!({ "customer": customer, "actions": [{ "type": "MESSAGE", "text": text }] })
}

/// The browser begins another conversation.
async fn begins_anew(carmen: &Customer) {
    let mut chat = carmen.live().await;
    say(&mut chat, &json!({ "type": "new" }).to_string()).await;
    while frame(&mut chat).await != json!({ "type": "ready", "conversation": null }) {}
}

#[tokio::test]
async fn what_is_learnt_in_one_conversation_is_known_in_the_next() {
    let logic = saying(vec![
        message(
            "Welcome back",
            json!({ "name": "Carmen Menzel", "custom": { "tier": "gold", "trips": { "oslo": 1 } } }),
        ),
        message("Another trip", json!({ "custom": { "tier": null, "trips": { "rome": 2 } } })),
        message("Goodbye", json!({})),
    ])
    .await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let (carmen, sofia) = (hub.customer().await, hub.sofia().await);
    carmen.writes("Hello").await;
    carmen.waits_for("Welcome back").await;
    let first = carmen.conversation().await;
    let learnt = json!({ "tier": "gold", "trips": { "oslo": 1 } });
    eventually("it is known", || async { (sofia.state(&first).await["customer"]["custom"] == learnt).then_some(()) })
        .await;

    begins_anew(&carmen).await;
    carmen.writes("It is me again").await;
    let second = carmen.conversation().await;
    assert_ne!(first, second);
    eventually("both know what was learnt in the second", || async {
        let expected = json!({ "trips": { "oslo": 1, "rome": 2 } });
        let (first, second) = (sofia.state(&first).await, sofia.state(&second).await);
        let is_known = first["customer"]["custom"] == expected && second["customer"]["custom"] == expected;
        (is_known && second["customer"]["name"] == "Carmen Menzel").then_some(())
    })
    .await;
    let asked = logic.asked.lock().unwrap().clone();
    let of_second = asked.iter().find(|request| request["conversation"]["id"] == second.as_str()).unwrap();
    assert_eq!(of_second["customer"]["custom"], learnt, "Your Logic is told from the first request on");
    assert_eq!(of_second["conversation"]["custom"], json!({}), "each conversation has data of its own besides");
}

#[tokio::test]
async fn what_cannot_be_kept_refuses_the_whole_answer() {
    let too_much = json!({ "name": "Somebody Else", "custom": { "k": "x".repeat(64 * 1024) } });
    for (customer, reason) in [(too_much, "customer.custom"), (json!({ "custom": "text" }), "an object is expected")] {
        let logic = saying(vec![message("Hello", customer)]).await;
        let hub = TestHub::start(Some(&logic.url)).await;
        let (carmen, sofia) = (hub.customer().await, hub.sofia().await);
        carmen.writes("Hi").await;
        let id = carmen.conversation().await;
        eventually(reason, || async {
            let state = sofia.state(&id).await;
            state["fallback"]["failure"]["detail"].as_str().is_some_and(|detail| detail.contains(reason)).then_some(())
        })
        .await;
        let customer = sofia.state(&id).await["customer"].clone();
        assert_eq!(customer.get("custom"), None, "nothing of it counts");
        assert_ne!(customer["name"], "Somebody Else", "nor the name");
        assert!(!carmen.sees().await.iter().any(|entry| entry["text"] == "Hello"), "nothing of it is said");
    }
}
