//! Previews: who may ask, in which state, and that they have no effect.

use crate::common::{Agent, SECRET, TestHub, TestLogic, post};
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use futures_util::stream;
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use uuid::Uuid;

/// Answers previews, and calls a person for every turn of a customer.
async fn willing() -> TestLogic {
    TestLogic::start(|request| {
        let actions = match request["trigger"]["type"].as_str() {
            Some("PREVIEW") => json!([{ "type": "MESSAGE", "text": format!("About '{}':", said(request)) }]),
            Some("TURN") => json!([{ "type": "NEEDS_HELP", "value": true }]),
            _ => json!([]),
        };
        axum::Json(json!({ "actions": actions })).into_response()
    })
    .await
}

fn said(request: &Value) -> &str {
    request["trigger"]["turn"]["content"]["text"].as_str().unwrap_or_default()
}

async fn previews(agent: &Agent, conversation: &str) -> (u16, Value) {
    post(&agent.base, &door(conversation), Some(&agent.token), &json!({})).await
}

fn door(conversation: &str) -> String {
    format!("/api/v1/logic/conversations/{conversation}/preview")
}

#[tokio::test]
async fn your_logic_says_what_it_would_say_and_nothing_changes() {
    let logic = willing().await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let (carmen, maya, ada) = (hub.customer().await, hub.maya().await, hub.ada().await);
    carmen.writes("May I bring my cello?").await;
    let id = carmen.conversation().await;
    maya.finds(&id, "help").await;
    maya.does(&id, json!({ "type": "join" })).await;
    maya.replies(&id, "Let me see.").await;
    crate::common::eventually("Your Logic has been told of everything", || async {
        let state = maya.state(&id).await;
        (state["logic"]["asked"].is_null() && state["logic"]["pending"].as_array().is_none_or(Vec::is_empty))
            .then_some(())
    })
    .await;
    let before = (maya.state(&id).await, maya.gets(&format!("/api/v1/conversations/{id}/turns")).await);
    let requests = ada.gets("/api/v1/logic/requests").await;
    let newest = ada.gets("/api/v1/logic/requests?limit=1").await.1;
    assert_eq!(newest.as_array().unwrap()[..], requests.1.as_array().unwrap()[..1]);
    assert_eq!(ada.gets("/api/v1/logic/requests?offset=1").await.0, 422);

    let (status, answer) = previews(&maya, &id).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["actions"][0]["text"], "About 'May I bring my cello?':");

    let (headers, body) = logic.raw.lock().unwrap().last().cloned().unwrap();
    Webhook::from_bytes(SECRET.as_bytes().to_vec())
        .unwrap()
        .verify(&body, &headers)
        .expect("signed like every request");
    let asked: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((&asked["dryRun"], &asked["trigger"]["type"]), (&json!(true), &json!("PREVIEW")));
    assert_eq!(asked["turns"].as_array().unwrap().len(), 2, "the conversation comes along");
    assert!(
        logic
            .asked
            .lock()
            .unwrap()
            .iter()
            .filter(|one| one["trigger"]["type"] != "PREVIEW")
            .all(|one| one["dryRun"].is_null())
    );

    let after = (maya.state(&id).await, maya.gets(&format!("/api/v1/conversations/{id}/turns")).await);
    assert_eq!(after, before, "no event, no other state");
    assert_eq!(ada.gets("/api/v1/logic/requests").await, requests, "and no trace among the requests");
    let late = json!({ "requestId": asked["requestId"], "actions": [{ "type": "MESSAGE", "text": "Too late" }] });
    let (status, problem) =
        post(&hub.base, &format!("/api/v1/logic/conversations/{id}/responses"), Some(SECRET), &late).await;
    assert_eq!((status, &problem["code"]), (409, &json!("logic.dry_run_over")));
    assert_eq!(maya.state(&id).await, before.0, "a late answer to a preview changes nothing either");
}

#[tokio::test]
async fn only_who_may_see_and_handle_the_conversation_may_ask() {
    let logic = willing().await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let (carmen, maya, jonas) = (hub.customer().await, hub.maya().await, hub.jonas().await);
    let (sofia, ada) = (hub.sofia().await, hub.ada().await);
    carmen.writes("Hello").await;
    let id = carmen.conversation().await;
    maya.finds(&id, "help").await;
    let everybody = [&maya, &jonas, &sofia, &ada];
    let expect = async |state: &str, expected: [u16; 4]| {
        for (agent, status) in everybody.iter().zip(expected) {
            let (got, body) = previews(agent, &id).await;
            assert_eq!(got, status, "{state}: {body}");
        }
    };
    expect("help is needed", [200, 200, 200, 200]).await;
    maya.does(&id, json!({ "type": "join" })).await;
    expect("Maya is engaged", [200, 404, 200, 200]).await;
    maya.does(&id, json!({ "type": "complete", "resolution": "done" })).await;
    expect("completed, recently left by Maya", [200, 404, 200, 200]).await;
    for nowhere in [Uuid::now_v7().to_string(), "nonsense".to_owned()] {
        assert_eq!(previews(&ada, &nowhere).await.0, 404, "{nowhere}");
    }
    for stranger in [None, Some(carmen.token.as_str()), Some(SECRET)] {
        assert_eq!(post(&hub.base, &door(&id), stranger, &json!({})).await.0, 401);
    }
}

#[tokio::test]
async fn without_an_answer_the_reason_is_told() {
    let hub = TestHub::start(None).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    carmen.writes("Hello").await;
    let (status, problem) = previews(&maya, &carmen.conversation().await).await;
    assert_eq!((status, &problem["code"]), (409, &json!("logic.unavailable")));

    let failing = TestLogic::start(|_| StatusCode::SERVICE_UNAVAILABLE.into_response()).await;
    let later = TestLogic::start(|_| StatusCode::ACCEPTED.into_response()).await;
    let silent = TestLogic::start(|request| {
        if request["dryRun"] == true {
            return Body::from_stream(stream::pending::<std::io::Result<Vec<u8>>>()).into_response();
        }
        StatusCode::NO_CONTENT.into_response()
    })
    .await;
    for (logic, words) in [(failing, "error (503)"), (later, "at once"), (silent, "within 1 s")] {
        let hub = TestHub::start(Some(&logic.url)).await;
        let (carmen, maya) = (hub.customer().await, hub.maya().await);
        carmen.writes("Hello").await;
        let id = carmen.conversation().await;
        maya.finds(&id, "help").await;
        let (status, problem) = previews(&maya, &id).await;
        assert_eq!((status, &problem["code"]), (502, &json!("logic.failed")));
        assert!(problem["detail"].as_str().unwrap().contains(words), "{problem}");
    }
}
