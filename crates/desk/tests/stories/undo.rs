//! What Maya sends can be taken back for some seconds: it is held back on her machine, and never lost nor doubled.

use serde_json::{Value, json};
use tandem_conversation::{ConversationId, EventBody};
use tandem_protocol::agents::AgentCommand;

use crate::desk::Maya;
use crate::hub::FakeHub;

/// Maya is engaged with Carmen, and what she sends can be taken back for this time.
async fn engaged(undo_s: u8) -> (std::sync::Arc<FakeHub>, Maya, ConversationId) {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    hub.joins(carmen, "Maya Ortiz");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["Hello?"]).await;
    maya.ok("settings.set", json!({"undoS": undo_s})).await;
    (hub, maya, carmen)
}

async fn position(maya: &Maya, id: ConversationId) -> Value {
    maya.ok("conversation.open", json!({"id": id})).await["position"].clone()
}

async fn reply(maya: &Maya, id: ConversationId, text: &str) {
    let written_against = position(maya, id).await;
    maya.ok("conversation.send", json!({"id": id, "text": text, "writtenAgainst": written_against})).await;
}

/// What the hub has of Maya, in order: her turns' words, and "completed".
fn done(hub: &FakeHub) -> Vec<String> {
    let world = hub.world();
    let said = world.log.iter().filter(|event| event.actor.user().is_some()).filter_map(|event| match &event.body {
        EventBody::TurnAdded { turn, .. } => Some(turn.content.text().to_owned()),
        EventBody::Completed { .. } => Some("completed".into()),
        _ => None,
    });
    said.collect()
}

async fn last_entry(maya: &Maya, id: ConversationId) -> Value {
    let entries = maya.ok("conversation.entries", json!({"id": id, "limit": 50})).await;
    entries["entries"].as_array().unwrap().last().unwrap().clone()
}

async fn drafts(maya: &Maya, id: ConversationId) -> Value {
    maya.ok("conversation.open", json!({"id": id})).await["drafts"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_is_held_back_and_shown_and_goes_out_by_itself_when_its_time_is_over() {
    let (hub, maya, carmen) = engaged(1).await;
    reply(&maya, carmen, "On its way").await;
    let entry = last_entry(&maya, carmen).await;
    assert_eq!(entry["body"]["text"], "On its way");
    assert!(entry["heldUntil"].is_string() && entry["command"].is_string(), "{entry}");
    let figures = maya.ok("app.state", json!({})).await["figures"].clone();
    assert_eq!((figures["held"].clone(), figures["queued"].clone()), (json!(1), json!(0)), "it is not unsent");
    assert_eq!(maya.ok("outbox.list", json!({})).await, json!([]));
    assert!(done(&hub).is_empty(), "nothing of it has left this machine");
    let request = json!({"id": carmen, "limit": 50});
    let placed = |entries: &Value| {
        let last = entries["entries"].as_array().unwrap().last().unwrap().clone();
        last["position"].is_number() && last["heldUntil"].is_null()
    };
    maya.until("sent", "conversation.entries", request, placed).await;
    assert_eq!(done(&hub), ["On its way"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_are_taken_back_are_in_their_draft_again_and_never_reach_the_hub() {
    let (hub, maya, carmen) = engaged(20).await;
    reply(&maya, carmen, "To the wrong person").await;
    maya.ok("conversation.draft", json!({"id": carmen, "text": "Begun since", "note": false})).await;
    let back = maya.ok("outbox.takeBack", json!({})).await;
    assert_eq!(back, json!({"id": carmen, "note": false, "question": null, "quote": null}));
    assert_eq!(drafts(&maya, carmen).await["reply"], "To the wrong person\n\nBegun since");
    assert!(drafts(&maya, carmen).await["returned"].is_null(), "nothing was refused");
    let note = json!({"id": carmen, "text": "Call her"});
    maya.ok("conversation.note", note).await;
    let back = maya.ok("outbox.takeBack", json!({})).await;
    assert_eq!(back, json!({"id": carmen, "note": true, "question": null, "quote": null}));
    assert_eq!(drafts(&maya, carmen).await["note"], "Call her");
    assert_eq!(
        maya.ok("outbox.takeBack", json!({})).await,
        json!({"id": null, "note": false, "question": null, "quote": null}),
        "nothing is left"
    );
    // What follows is not sent before what was taken back would have been.
    maya.ok("conversation.complete", json!({"id": carmen, "text": ""})).await;
    assert_eq!(done(&hub), ["completed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn short_words_that_are_part_of_what_was_begun_come_back_too() {
    let (_hub, maya, carmen) = engaged(20).await;
    reply(&maya, carmen, "ok").await;
    maya.ok("conversation.draft", json!({"id": carmen, "text": "Looks okay", "note": false})).await;
    maya.ok("outbox.takeBack", json!({})).await;
    assert_eq!(drafts(&maya, carmen).await["reply"], "ok\n\nLooks okay");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_an_engagement_sends_what_was_said_before_it_first() {
    for (command, request) in [
        ("conversation.complete", json!({"text": ""})),
        ("conversation.leave", json!({"reason": "", "askForHelp": true})),
        ("conversation.delegate", json!({"text": ""})),
    ] {
        let (hub, maya, carmen) = engaged(20).await;
        reply(&maya, carmen, "First").await;
        reply(&maya, carmen, "Second").await;
        let mut request = request;
        request["id"] = json!(carmen);
        // The hub of these tests has no logic to hand over to; the order of what reached it is what counts.
        let _ = maya.desk.rpc(command, request).await;
        hub.until("all of it", |world| world.commands.iter().filter(|one| !is_receipt(&one.command)).count() == 3)
            .await;
        let commands: Vec<_> = hub.world().commands.iter().map(|one| one.command.clone()).collect();
        let told: Vec<_> = commands.into_iter().filter(|one| !is_receipt(one)).collect();
        assert!(matches!(told[..2], [AgentCommand::Reply { .. }, AgentCommand::Reply { .. }]), "{command}: {told:?}");
        assert_eq!(done(&hub)[..2], ["First", "Second"], "{command}");
    }
}

fn is_receipt(command: &AgentCommand) -> bool {
    matches!(command, AgentCommand::Receive { .. })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_at_once_takes_what_was_held_back_along_in_order() {
    let (hub, maya, carmen) = engaged(20).await;
    reply(&maya, carmen, "First").await;
    let against = position(&maya, carmen).await;
    let at_once = json!({"id": carmen, "text": "Second", "writtenAgainst": against, "now": true});
    maya.ok("conversation.send", at_once).await;
    assert_eq!(done(&hub), ["First", "Second"]);
    assert_eq!(maya.ok("outbox.takeBack", json!({})).await["id"], Value::Null, "it is too late");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_back_survives_the_end_of_the_desk_and_goes_out_once() {
    let (hub, maya, carmen) = engaged(20).await;
    let other = hub.customer_comes("Declan O'Rourke");
    hub.joins(other, "Maya Ortiz");
    maya.until("Declan", "app.state", json!({}), |app| app["counts"]["my"] == 2).await;
    reply(&maya, other, "Thought better of it").await;
    reply(&maya, carmen, "Still here").await;
    // Without the hub the desk can do nothing but end, as if it were killed.
    hub.go_down();
    maya.until_offline().await;
    let maya = maya.restart().await;
    assert!(last_entry(&maya, carmen).await["heldUntil"].is_string(), "it is still held back");
    let command = last_entry(&maya, other).await["command"].clone();
    let back = maya.ok("outbox.takeBack", json!({"command": command})).await;
    assert_eq!(back["id"], json!(other), "and can be taken back");
    hub.come_back();
    maya.until_live().await;
    maya.ok("conversation.complete", json!({"id": carmen, "text": ""})).await;
    assert_eq!(done(&hub), ["Still here", "completed"]);
    assert_eq!(drafts(&maya, other).await["reply"], "Thought better of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn ending_the_desk_and_signing_out_send_what_is_held_back() {
    let (hub, maya, carmen) = engaged(20).await;
    reply(&maya, carmen, "Good night").await;
    let maya = maya.restart().await;
    assert_eq!(done(&hub), ["Good night"]);
    maya.until_live().await;
    reply(&maya, carmen, "Good bye").await;
    maya.ok("session.signOut", json!({})).await;
    assert_eq!(done(&hub), ["Good night", "Good bye"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn offline_the_last_words_can_be_taken_back_as_long_as_they_wait() {
    let (hub, maya, carmen) = engaged(0).await;
    hub.go_down();
    maya.until_offline().await;
    for text in ["First", "Second", "Third"] {
        reply(&maya, carmen, text).await;
    }
    for text in ["Third", "Second"] {
        assert_eq!(maya.ok("outbox.takeBack", json!({})).await["id"], json!(carmen));
        let reply = drafts(&maya, carmen).await["reply"].as_str().unwrap().to_owned();
        assert!(reply.starts_with(text), "the newest first: {reply}");
    }
    assert_eq!(drafts(&maya, carmen).await["reply"], "Second\n\nThird");
    hub.come_back();
    maya.until_words(carmen, &["Hello?", "First"]).await;
    maya.until("sent", "app.state", json!({}), |app| app["figures"]["queued"] == 0).await;
    assert_eq!(done(&hub), ["First"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn news_that_arrive_while_a_reply_is_held_back_return_it_with_the_reason() {
    let (hub, maya, carmen) = engaged(20).await;
    reply(&maya, carmen, "I take care of it").await;
    hub.joins(carmen, "Jonas Keller");
    hub.replies(carmen, "Jonas Keller", "It is done already");
    maya.ok("conversation.note", json!({"id": carmen, "text": "Look", "now": true})).await;
    let returned = |view: &Value| view["drafts"]["returned"]["code"] == "conversation.moved_on";
    let view = maya.until("returned", "conversation.open", json!({"id": carmen}), returned).await;
    assert_eq!(view["drafts"]["reply"], "I take care of it");
    assert!(!done(&hub).contains(&"I take care of it".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_tells_the_customer_that_something_is_held_back() {
    let (hub, maya, carmen) = engaged(20).await;
    maya.ok("conversation.typing", json!({"id": carmen})).await;
    hub.until("her typing", |world| world.typed == 1).await;
    reply(&maya, carmen, "Held").await;
    maya.ok("conversation.typing", json!({"id": carmen})).await;
    maya.ok("outbox.takeBack", json!({})).await;
    maya.ok("conversation.typing", json!({"id": carmen})).await;
    hub.until("that she types again", |world| world.typed == 2).await;
    assert!(done(&hub).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_in_a_notification_can_be_taken_back() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.joins(carmen, "Maya Ortiz");
    let maya = Maya::signed_in(&hub).await;
    maya.ok("settings.set", json!({"undoS": 20})).await;
    hub.customer_writes(carmen, "Is it there yet?");
    maya.notifier.until("Carmen's words", |screen| screen.titles() == ["Carmen Menzel"]).await;
    maya.notifier.reply("Carmen Menzel", "Tomorrow.");
    maya.until("held", "app.state", json!({}), |app| app["figures"]["held"] == 1).await;
    assert_eq!(maya.ok("outbox.takeBack", json!({})).await["id"], json!(carmen));
    assert_eq!(drafts(&maya, carmen).await["reply"], "Tomorrow.");
    assert!(done(&hub).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn how_long_is_the_agents_choice_within_limits() {
    let (_hub, maya, _) = engaged(7).await;
    assert_eq!(maya.ok("app.state", json!({})).await["undoS"], 7);
    assert_eq!(maya.refused("settings.set", json!({"undoS": 21})).await, "settings.undo");
    let maya = maya.restart().await;
    assert_eq!(maya.ok("app.state", json!({})).await["undoS"], 7, "it is kept");
}
