//! What Maya finds out about a customer: noted beside them, offered where it is needed, also without a hub.

use std::sync::Arc;

use serde_json::{Value, json};
use tandem_conversation::ConversationId;

use crate::desk::Maya;
use crate::hub::FakeHub;

/// Maya handles a visitor.
async fn visited() -> (Arc<FakeHub>, Maya, ConversationId) {
    let hub = FakeHub::start().await;
    hub.world().version = tandem_protocol::version();
    let visitor = hub.customer_comes("Visitor 6d75");
    hub.customer_writes(visitor, "I am Carmen Ruiz");
    hub.joins(visitor, "Maya Ortiz");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(visitor, &["I am Carmen Ruiz"]).await;
    (hub, maya, visitor)
}

async fn until_open(maya: &Maya, id: ConversationId, is_so: impl Fn(&Value) -> bool) -> Value {
    maya.until("the view", "conversation.open", json!({"id": id}), is_so).await
}

fn edit(id: ConversationId) -> Value {
    json!({"id": id, "name": "Carmen Ruiz", "email": "Carmen@Example.com"})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_gets_a_name_and_an_address_and_is_found_by_them() {
    let (hub, maya, visitor) = visited().await;
    let before = until_open(&maya, visitor, |view| view["may"]["editCustomer"] == true).await;
    assert_eq!(before["noted"], json!({"name": "", "email": "", "phone": ""}), "the name is made up");
    maya.ok("conversation.editCustomer", edit(visitor)).await;
    let view = until_open(&maya, visitor, |view| view["row"]["name"] == "Carmen Ruiz").await;
    assert_eq!(view["noted"], json!({"name": "Carmen Ruiz", "email": "carmen@example.com", "phone": ""}));
    let noted = json!({"label": "E-mail, noted", "value": "carmen@example.com"});
    assert!(view["customer"].as_array().unwrap().contains(&noted), "{view:#}");
    assert_eq!(hub.world().states[&visitor].customer.noted.len(), 1);
    // Shown at once, and found when the hub has told it.
    let request = json!({"query": "carmen@example.com", "limit": 20, "hub": false});
    maya.until("she is found by it", "search", request, |found| found["hits"][0]["name"] == "Carmen Ruiz").await;
    let list = json!({"section": "my", "offset": 0, "limit": 9, "query": "ruiz"});
    assert_eq!(maya.ok("conversations.list", list).await["total"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_hub_the_change_is_shown_at_once_and_sent_later() {
    let (hub, maya, visitor) = visited().await;
    hub.go_down();
    maya.until_offline().await;
    maya.ok("conversation.editCustomer", edit(visitor)).await;
    until_open(&maya, visitor, |view| view["row"]["name"] == "Carmen Ruiz").await;
    assert_eq!(maya.ok("outbox.list", json!({})).await[0]["what"], "Edit the customer");
    hub.come_back();
    maya.desk.hurry();
    hub.until("the hub has it", |world| world.states[&visitor].customer.name == "Carmen Ruiz").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_an_address_is_refused_and_an_older_hub_is_not_asked() {
    let (hub, maya, visitor) = visited().await;
    for wrong in [json!({"id": visitor, "email": "carmen"}), json!({"id": visitor, "phone": "600123456"})] {
        assert_eq!(maya.refused("conversation.editCustomer", wrong).await, "input.invalid");
    }
    hub.world().version = 12;
    hub.cut();
    until_open(&maya, visitor, |view| view["may"]["editCustomer"] == false && view["may"]["reply"] == true).await;
}
