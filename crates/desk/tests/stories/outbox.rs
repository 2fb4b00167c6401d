//! Text written offline is sent once, in order, or returned.

use serde_json::json;
use tandem_conversation::{ConversationId, EventBody};

use crate::desk::Maya;
use crate::hub::FakeHub;

/// Maya is engaged with Carmen, and complete.
async fn engaged() -> (std::sync::Arc<FakeHub>, Maya, ConversationId) {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    hub.joins(carmen, "Maya Ortiz");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["Hello?"]).await;
    (hub, maya, carmen)
}

fn turns(hub: &FakeHub, text: &str) -> usize {
    let is_it = |body: &EventBody| matches!(body, EventBody::TurnAdded { turn, .. } if turn.content.text() == text);
    hub.world().log.iter().filter(|event| is_it(&event.body)).count()
}

async fn reply(maya: &Maya, id: ConversationId, text: &str) {
    let position = maya.ok("conversation.open", json!({"id": id})).await["position"].clone();
    maya.ok("conversation.send", json!({"id": id, "text": text, "writtenAgainst": position})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_written_offline_is_shown_as_queued_survives_a_restart_and_is_sent_once() {
    let (hub, maya, carmen) = engaged().await;
    hub.go_down();
    maya.until_offline().await;
    reply(&maya, carmen, "First").await;
    maya.ok("conversation.note", json!({"id": carmen, "text": "Second"})).await;
    let entries = maya.ok("conversation.entries", json!({"id": carmen, "limit": 50})).await;
    let queued: Vec<_> = entries["entries"].as_array().unwrap().iter().rev().take(2).collect();
    assert!(queued.iter().all(|entry| entry["position"].is_null() && entry["stages"][0]["stage"] == "queued"));
    let key = queued[1]["key"].clone();
    assert_eq!(maya.ok("app.state", json!({})).await["figures"]["queued"], 2);

    let maya = maya.restart().await;
    assert_eq!(maya.words(carmen).await, ["Hello?", "First", "Second"], "still there after a restart");
    hub.come_back();
    maya.until("sent", "app.state", json!({}), |app| app["figures"]["queued"] == 0).await;
    let request = json!({"id": carmen, "limit": 50});
    let placed = maya
        .until("placed", "conversation.entries", request, |entries| {
            let all = entries["entries"].as_array().unwrap();
            all.iter().filter(|entry| entry["position"].is_number() && entry["key"] == key).count() == 1
        })
        .await;
    assert_eq!(crate::desk::words(&placed), ["Hello?", "First", "Second"], "in the order of writing, each once");
    assert_eq!((turns(&hub, "First"), turns(&hub, "Second")), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_came_too_late_returns_to_the_draft_with_its_words() {
    let (hub, maya, carmen) = engaged().await;
    hub.joins(carmen, "Jonas Keller");
    let there = |view: &serde_json::Value| view["people"].as_array().is_some_and(|people| people.len() == 2);
    maya.until("Jonas", "conversation.open", json!({"id": carmen}), there).await;
    hub.go_down();
    maya.until_offline().await;
    reply(&maya, carmen, "I take care of it").await;
    hub.replies(carmen, "Jonas Keller", "It is done already");
    hub.come_back();
    let told = maya.until_told("a word about it", |change| change["type"] == "toast").await;
    assert!(told["text"].as_str().unwrap().contains("Carmen Menzel"), "{told}");
    let view = maya.ok("conversation.open", json!({"id": carmen})).await;
    assert_eq!(view["drafts"]["reply"], "I take care of it");
    assert_eq!(view["drafts"]["returned"]["code"], "conversation.moved_on");
    assert_eq!(turns(&hub, "I take care of it"), 0);
    maya.until_words(carmen, &["Hello?", "It is done already"]).await;

    let send = json!({"id": carmen, "text": "I take care of it", "writtenAgainst": 1});
    assert_eq!(maya.refused("conversation.send", send).await, "conversation.moved_on");
    let send = json!({"id": carmen, "text": "I take care of it", "writtenAgainst": 1, "anyway": true});
    maya.ok("conversation.send", send).await;
    maya.until_words(carmen, &["Hello?", "It is done already", "I take care of it"]).await;
    assert_eq!(
        maya.ok("conversation.open", json!({"id": carmen})).await["drafts"]["reply"],
        "",
        "it was sent after all"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_conversation_is_handled_offline_and_happens_once_in_its_order() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["Hello?"]).await;
    hub.go_down();
    maya.until_offline().await;
    maya.ok("conversation.join", json!({"id": carmen})).await;
    let view = maya.ok("conversation.open", json!({"id": carmen})).await;
    assert_eq!(view["may"]["reply"], true, "the composer is open as if the join had happened");
    assert_eq!(view["may"]["join"], false);
    reply(&maya, carmen, "It is on its way").await;
    maya.ok("conversation.complete", json!({"id": carmen, "text": "Found"})).await;
    let again = maya.refused("conversation.complete", json!({"id": carmen})).await;
    assert_eq!(again, "conversation.completed", "what the hub would refuse is refused at once");
    let outbox = maya.ok("outbox.list", json!({})).await;
    let lines: Vec<_> = outbox.as_array().unwrap().iter().map(|line| (&line["what"], &line["words"])).collect();
    let expected =
        [("Join", ""), ("Reply", "It is on its way"), ("Complete", "Found")].map(|(a, b)| (json!(a), json!(b)));
    assert_eq!(lines, expected.each_ref().map(|(a, b)| (a, b)));
    let maya = maya.restart().await;
    let lines = crate::desk::lines(&maya.ok("conversation.entries", json!({"id": carmen, "limit": 50})).await);
    assert_eq!(lines.last().map(String::as_str), Some("Complete: Found"), "queued, and shown as such");
    hub.come_back();
    maya.until("sent", "app.state", json!({}), |app| app["figures"]["queued"] == 0).await;
    let completed = |view: &serde_json::Value| view["completed"]["resolution"] == "Found";
    maya.until("completed", "conversation.open", json!({"id": carmen}), completed).await;
    assert_eq!(turns(&hub, "It is on its way"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_does_not_reopen_what_was_completed_meanwhile() {
    let (hub, maya, carmen) = engaged().await;
    hub.go_down();
    maya.until_offline().await;
    reply(&maya, carmen, "Still looking").await;
    hub.completes(carmen, "Maya Ortiz");
    hub.come_back();
    let returned = |view: &serde_json::Value| view["drafts"]["returned"]["code"] == "conversation.completed";
    let view = maya.until("returned", "conversation.open", json!({"id": carmen}), returned).await;
    assert_eq!(view["drafts"]["reply"], "Still looking");
    let maya = maya.restart().await;
    let view = maya.ok("conversation.open", json!({"id": carmen})).await;
    assert!(returned(&view), "the reason survives a restart");
    maya.ok("conversation.draft", json!({"id": carmen, "text": "Another", "note": false})).await;
    let view = maya.ok("conversation.open", json!({"id": carmen})).await;
    assert!(view["drafts"]["returned"].is_null(), "it is the agent's own text again");
    let send = json!({"id": carmen, "text": "Another", "writtenAgainst": view["position"]});
    assert_eq!(maya.refused("conversation.send", send.clone()).await, "conversation.completed");
    let mut meant = send;
    meant["reopen"] = json!(true);
    maya.ok("conversation.send", meant).await;
    hub.until("reopened", |world| world.states[&carmen].in_progress()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_can_be_cancelled_and_its_words_return_to_the_draft() {
    let (hub, maya, carmen) = engaged().await;
    hub.go_down();
    maya.until_offline().await;
    reply(&maya, carmen, "Too hasty").await;
    let entries = maya.ok("conversation.entries", json!({"id": carmen, "limit": 50})).await;
    let command = entries["entries"].as_array().unwrap().last().unwrap()["command"].clone();
    maya.ok("outbox.cancel", json!({"command": command})).await;
    assert_eq!(maya.refused("outbox.cancel", json!({"command": command})).await, "outbox.gone");
    assert_eq!(maya.ok("conversation.open", json!({"id": carmen})).await["drafts"]["reply"], "Too hasty");
    hub.come_back();
    maya.until_live().await;
    assert_eq!(turns(&hub, "Too hasty"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whether_a_customers_turn_holds_a_reply_back_is_the_agents_choice() {
    let (hub, maya, carmen) = engaged().await;
    hub.customer_writes(carmen, "Found it!");
    maya.until_words(carmen, &["Hello?", "Found it!"]).await;
    let send = |text: &str| json!({"id": carmen, "text": text, "writtenAgainst": 2});
    maya.ok("settings.set", json!({"mindCustomer": true})).await;
    assert_eq!(maya.refused("conversation.send", send("Looking")).await, "conversation.moved_on");
    maya.ok("settings.set", json!({"mindCustomer": false})).await;
    assert_eq!(maya.ok("app.state", json!({})).await["settings"]["mindCustomer"], false);
    maya.ok("conversation.send", send("Looking")).await;
    assert_eq!(turns(&hub, "Looking"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_to_a_conversation_that_maya_is_not_in_is_refused_at_once_even_offline() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    let maya = Maya::signed_in(&hub).await;
    hub.go_down();
    maya.until_offline().await;
    let send = json!({"id": carmen, "text": "Hi", "writtenAgainst": 9});
    assert_eq!(maya.refused("conversation.send", send).await, "conversation.not_engaged");
}
