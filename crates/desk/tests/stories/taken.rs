//! Calls for help that a colleague has taken: what Maya hears of them, and what she does not see any more.

use std::sync::Arc;

use serde_json::{Value, json};
use tandem_conversation::ConversationId;
use tandem_protocol::agents::Claim;

use crate::desk::Maya;
use crate::hub::FakeHub;

/// Carmen's call stands in Maya's list.
async fn called() -> (Arc<FakeHub>, Maya, ConversationId) {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["Hello?"]).await;
    (hub, maya, carmen)
}

/// Closed to Maya, with what she may know of it.
async fn closed(hub: &FakeHub, maya: &Maya, id: ConversationId, claim: Option<Claim>) {
    hub.closes(id, claim);
    let list = json!({"section": "help", "offset": 0, "limit": 50});
    maya.until("an empty list", "conversations.list", list, |list| list["total"] == 0).await;
}

async fn refusal(maya: &Maya, id: ConversationId) -> (String, String) {
    let refused = maya.desk.rpc("conversation.open", json!({"id": id})).await.unwrap_err();
    (refused.code, refused.message)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_a_colleague_took_says_who_has_it_and_shows_nothing_else() {
    let (hub, maya, carmen) = called().await;
    let call = hub.world().states[&carmen].help.as_ref().unwrap().call;
    let by = Some(hub.agent("Jonas Keller"));
    closed(&hub, &maya, carmen, Some(Claim { customer: "Carmen Menzel".into(), by })).await;
    let (code, words) = refusal(&maya, carmen).await;
    assert_eq!(code, "conversation.call_taken");
    assert_eq!(words, "Jonas Keller took the call for help from Carmen Menzel.");
    assert_eq!(hub.world().asked_about.last(), Some(&Some(call.to_string())), "she says which call she saw");
    let entries = maya.refused("conversation.entries", json!({"id": carmen, "limit": 9})).await;
    assert_eq!(entries, "conversation.call_taken");
    let found = maya.ok("search", json!({"query": "Hello", "limit": 9, "hub": false})).await;
    assert_eq!(found["hits"], json!([]), "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_nobody_had_to_take_says_so() {
    let (hub, maya, carmen) = called().await;
    closed(&hub, &maya, carmen, Some(Claim { customer: "Carmen Menzel".into(), by: None })).await;
    let (code, words) = refusal(&maya, carmen).await;
    assert_eq!(
        (code.as_str(), words.as_str()),
        ("conversation.call_over", "Carmen Menzel does not need help any more.")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_does_not_say_who_took_it_is_not_put_words_in_its_mouth() {
    let (hub, maya, carmen) = called().await;
    closed(&hub, &maya, carmen, None).await;
    assert_eq!(refusal(&maya, carmen).await.0, "conversation.unknown");
    hub.go_down();
    maya.until_offline().await;
    let (code, words) = refusal(&maya, carmen).await;
    assert_eq!(code, "desk.offline", "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_back_is_read_again() {
    let (hub, maya, carmen) = called().await;
    let by = Some(hub.agent("Jonas Keller"));
    closed(&hub, &maya, carmen, Some(Claim { customer: "Carmen Menzel".into(), by })).await;
    assert_eq!(refusal(&maya, carmen).await.0, "conversation.call_taken");
    hub.world().closed.clear();
    let view = maya.ok("conversation.open", json!({"id": carmen})).await;
    assert_eq!(view["row"]["name"], Value::from("Carmen Menzel"));
}
