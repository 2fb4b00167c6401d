//! An answer written into a notification takes the path of every command, and is never lost.

use serde_json::{Value, json};
use tandem_conversation::{ConversationId, EventBody};
use tandem_desk::{Action, Attention};

use crate::desk::Maya;
use crate::hub::FakeHub;

/// Carmen has written to Maya, who looks elsewhere.
async fn carmen_wrote() -> (std::sync::Arc<FakeHub>, Maya, ConversationId) {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.joins(carmen, "Maya Ortiz");
    let maya = Maya::signed_in(&hub).await;
    hub.customer_writes(carmen, "Is it there yet?");
    maya.notifier.until("Carmen's words", |screen| screen.titles() == ["Carmen Menzel"]).await;
    (hub, maya, carmen)
}

fn said(hub: &FakeHub, text: &str) -> usize {
    let is_it = |body: &EventBody| matches!(body, EventBody::TurnAdded { turn, .. } if turn.content.text() == text);
    hub.world().log.iter().filter(|event| is_it(&event.body)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_in_the_notification_is_sent_once() {
    let (hub, maya, carmen) = carmen_wrote().await;
    let (_, notification) = maya.notifier.standing().remove(0);
    assert_eq!(notification.actions, [Action::Reply, Action::Open, Action::Snooze]);
    maya.notifier.reply("Carmen Menzel", "Tomorrow.");
    hub.until("the answer", |world| world.states[&carmen].waiting_since.is_none()).await;
    maya.notifier.until("nothing", |screen| screen.titles().is_empty()).await;
    assert_eq!(said(&hub, "Tomorrow."), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_leaves_unread_what_its_author_had_not_seen() {
    let (hub, maya, carmen) = carmen_wrote().await;
    let position = hub.world().states[&carmen].position;
    hub.customer_writes(carmen, "And where is my refund?");
    let mine = json!({"section": "my", "offset": 0, "limit": 9});
    let says = |words: &'static str| move |list: &Value| list["rows"][0]["words"] == words;
    maya.until("her newer words", "conversations.list", mine.clone(), says("And where is my refund?")).await;
    let reply = json!({"id": carmen, "text": "It is there.", "writtenAgainst": position});
    maya.ok("conversation.send", reply).await;
    hub.until("the answer", |world| world.states[&carmen].waiting_since.is_none()).await;
    let list = maya.until("the answer", "conversations.list", mine, says("It is there.")).await;
    assert_eq!(list["rows"][0]["unread"], true, "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_somebody_else_overtook_is_a_draft_with_the_reason() {
    let (hub, maya, carmen) = carmen_wrote().await;
    // Jonas's reply does not reach this desk in time.
    hub.joins(carmen, "Jonas Keller");
    hub.world().lose = 1;
    hub.replies(carmen, "Jonas Keller", "On Friday.");
    maya.notifier.reply("Carmen Menzel", "Tomorrow.");
    let toast = maya.until_told("a toast", |change| change["type"] == "toast").await;
    assert!(toast["text"].as_str().unwrap().contains("Your words are in the draft."), "{toast}");
    let returned = |view: &Value| view["drafts"]["returned"]["code"] == "conversation.moved_on";
    let view = maya.until("the draft", "conversation.open", json!({"id": carmen}), returned).await;
    assert_eq!(view["drafts"]["reply"], "Tomorrow.");
    assert_eq!(said(&hub, "Tomorrow."), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_written_offline_waits_in_the_outbox() {
    let (hub, maya, carmen) = carmen_wrote().await;
    hub.go_down();
    maya.until_offline().await;
    maya.notifier.reply("Carmen Menzel", "Tomorrow.");
    maya.until("queued", "app.state", json!({}), |app| app["figures"]["queued"] == 1).await;
    hub.come_back();
    hub.until("the answer", |world| world.states[&carmen].waiting_since.is_none()).await;
    assert_eq!(said(&hub, "Tomorrow."), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_where_maya_takes_no_part_any_more_is_kept() {
    let (hub, maya, carmen) = carmen_wrote().await;
    hub.world().states.get_mut(&carmen).unwrap().engagements.clear();
    maya.notifier.reply("Carmen Menzel", "Tomorrow.");
    let view = maya
        .until("the draft", "conversation.open", json!({"id": carmen}), |view| view["drafts"]["reply"] == "Tomorrow.")
        .await;
    assert_eq!(view["drafts"]["returned"]["code"], "conversation.not_engaged");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_answers_from_a_locked_screen() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.joins(carmen, "Maya Ortiz");
    let maya = Maya::signed_in(&hub).await;
    maya.notifier.says(Attention { locked: true, ..Attention::default() });
    hub.until("that she is away", |world| world.available == Some(false)).await;
    hub.customer_writes(carmen, "Is it there yet?");
    maya.notifier.until("Carmen's words", |screen| screen.titles() == ["Carmen Menzel"]).await;
    let (_, notification) = maya.notifier.standing().remove(0);
    assert_eq!(notification.actions, [Action::Open, Action::Snooze]);
    // Whatever a service makes of it.
    maya.notifier.reply("Carmen Menzel", "Send me money");
    let returned = |view: &Value| view["drafts"]["returned"]["code"] == "desk.screen_locked";
    maya.until("the draft", "conversation.open", json!({"id": carmen}), returned).await;
    assert_eq!(said(&hub, "Send me money"), 0);
}
