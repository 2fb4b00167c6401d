//! What agents write offline is sent once, in order, or comes back with its words.

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
    assert_eq!(view["draft"], "I take care of it");
    assert_eq!(turns(&hub, "I take care of it"), 0);
    maya.until_words(carmen, &["Hello?", "It is done already"]).await;

    let send = json!({"id": carmen, "text": "I take care of it", "writtenAgainst": 1});
    assert_eq!(maya.refused("conversation.send", send).await, "conversation.moved_on");
    let send = json!({"id": carmen, "text": "I take care of it", "writtenAgainst": 1, "anyway": true});
    maya.ok("conversation.send", send).await;
    maya.until_words(carmen, &["Hello?", "It is done already", "I take care of it"]).await;
    assert_eq!(maya.ok("conversation.open", json!({"id": carmen})).await["draft"], "", "it was sent after all");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_must_be_answered_now_is_refused_offline() {
    let (hub, maya, carmen) = engaged().await;
    hub.go_down();
    maya.until_offline().await;
    for (name, request) in [
        ("conversation.leave", json!({"id": carmen, "reason": ""})),
        ("conversation.complete", json!({"id": carmen})),
        ("conversation.join", json!({"id": carmen})),
    ] {
        assert_eq!(maya.refused(name, request).await, "desk.offline", "{name}");
    }
    let other = hub.world().states.keys().next().copied().unwrap();
    assert_eq!(other, carmen);
    hub.come_back();
    maya.until_live().await;
    let only_receipts = hub
        .world()
        .commands
        .iter()
        .all(|request| matches!(request.command, tandem_protocol::agents::AgentCommand::Receive { .. }));
    assert!(only_receipts, "an old click does not act later");
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
