//! Conversations of one chat that go on in each other.

use serde_json::{Value, json};
use tandem_conversation::{Channel, Command, ContactId, ConversationId, CustomerId, CustomerRef, Opening, Participant};
use uuid::Uuid;

use crate::desk::{Maya, lines};
use crate::hub::FakeHub;

/// Carmen begins another conversation of her chat on WhatsApp, and writes.
fn comes(hub: &FakeHub, customer: &CustomerRef, contact: ContactId, words: &str) -> ConversationId {
    // Of two that begin in one millisecond, none is the earlier.
    let before = crate::hub::now();
    while crate::hub::now() == before {
        std::hint::spin_loop();
    }
    let id = ConversationId(Uuid::now_v7());
    let opening = Opening {
        customer: customer.clone(),
        contact,
        channel: Channel::Whatsapp,
        brand: hub.world().brand,
        language: Some("en".into()),
        custom: serde_json::Map::new(),
        heard_at: None,
        line: None,
    };
    hub.run(id, Participant::Customer, Command::Start(opening)).unwrap();
    hub.customer_writes(id, words);
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journey_says_in_both_that_one_goes_on_in_the_other() {
    let hub = FakeHub::start().await;
    hub.world().version = tandem_protocol::GOES_ON;
    let username = Some("carmen.r".to_owned());
    let carmen = CustomerRef { username, ..CustomerRef::new(CustomerId(Uuid::now_v7()), "Carmen Ruiz") };
    let contact = ContactId(Uuid::now_v7());
    let first = comes(&hub, &carmen, contact, "Where is my suitcase?");
    hub.joins(first, "Maya Ortiz");
    let done = Command::Complete { resolution: "found".into() };
    hub.run(first, hub.agent("Maya Ortiz"), done).unwrap();
    let second = comes(&hub, &carmen, contact, "It was not found after all");
    hub.joins(second, "Maya Ortiz");

    let maya = Maya::signed_in(&hub).await;
    maya.until_words(second, &["Where is my suitcase?", "It was not found after all"]).await;
    let view = maya.ok("conversation.open", json!({"id": second})).await;
    assert_eq!(view["username"], "carmen.r");
    assert!(view["customer"].as_array().unwrap().contains(&json!({"label": "Username", "value": "carmen.r"})));
    let may = |view: &Value| ["continueNew", "belong", "notBelong"].map(|act| view["may"][act] == true);
    assert_eq!(may(&view), [true, true, false]);
    let older = maya.ok("conversation.open", json!({"id": first})).await;
    assert_eq!(may(&older), [false, false, false], "a newer one is there, and none was before");

    let from = Command::GoOnFrom { conversation: Some(first), waits_since: None };
    hub.run(second, hub.agent("Maya Ortiz"), from).unwrap();
    hub.run(first, hub.agent("Maya Ortiz"), Command::GoOnIn { conversation: Some(second) }).unwrap();
    let is_joined = |view: &Value| view["may"]["notBelong"] == true;
    let view = maya.until("joined", "conversation.open", json!({"id": second}), is_joined).await;
    assert_eq!(may(&view), [true, false, true]);
    let all = |shown: &Value| lines(shown).len() > 1 && lines(shown).iter().any(|line| line.contains("goes on in"));
    let shown = maya.until("both", "conversation.entries", json!({"id": second, "limit": 50}), all).await;
    let said = lines(&shown);
    for line in [
        "Maya Ortiz: goes on in the next conversation of this chat",
        "Maya Ortiz: belongs to the conversation before in this chat",
    ] {
        assert_eq!(said.iter().filter(|shown| *shown == line).count(), 1, "{said:?}");
    }
    let seams = shown["entries"].as_array().unwrap().iter().filter(|entry| entry["body"]["type"] == "seam");
    let goes_on: Vec<_> = seams.map(|seam| seam["body"]["goesOn"].clone()).collect();
    assert_eq!(goes_on, [json!(false), json!(true)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_chat_offers_no_new_conversation() {
    let hub = FakeHub::start().await;
    hub.world().version = tandem_protocol::GOES_ON;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    hub.joins(carmen, "Maya Ortiz");
    let maya = Maya::signed_in(&hub).await;
    let view = maya.ok("conversation.open", json!({"id": carmen})).await;
    assert_eq!((&view["may"]["complete"], &view["may"]["continueNew"]), (&json!(true), &json!(false)));
}
