//! Mentions in notes: notified, opened at the note, and over once read.

use serde_json::{Value, json};
use tandem_conversation::{Command, ConversationId, Named, TurnId};
use tandem_desk::Action;
use uuid::Uuid;

use crate::desk::Maya;
use crate::hub::FakeHub;

fn jonas_mentions_maya(hub: &FakeHub, id: ConversationId) -> TurnId {
    let turn = TurnId(Uuid::now_v7());
    let mentions = vec![Named { user: hub.maya, name: "Maya Ortiz".into(), sees_all: true }];
    let note = Command::Note { turn, text: "@Maya Ortiz may I refund it?".into(), mentions };
    hub.run(id, hub.agent("Jonas Keller"), note).unwrap();
    turn
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mention_is_told_once_and_opens_at_the_note() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    hub.joins(carmen, "Jonas Keller");
    let maya = Maya::signed_in(&hub).await;
    let turn = jonas_mentions_maya(&hub, carmen);
    let title = "Jonas Keller mentions you: Carmen Menzel";
    maya.notifier.until("the mention", |screen| screen.titles() == [title]).await;
    let (_, notification) = maya.notifier.standing().remove(0);
    assert_eq!(notification.body, "@Maya Ortiz may I refund it?");
    let maya = maya.restart().await;
    maya.until_live().await;
    maya.notifier.until("the mention, once more after the restart", |screen| screen.titles() == [title]).await;
    // Another call is the sign that the desk has looked at everything again.
    let jana = hub.customer_comes("Jana Novak");
    hub.customer_writes(jana, "Hello");
    maya.notifier.until("Jana's call", |screen| screen.titles().contains(&"Jana Novak needs help".to_owned())).await;
    assert_eq!(maya.notifier.shown().iter().filter(|shown| *shown == title).count(), 2, "once by each run");

    maya.notifier.dismiss(title);
    maya.notifier.until("the mention to be gone", |screen| !screen.titles().contains(&title.to_owned())).await;
    let second = jonas_mentions_maya(&hub, carmen);
    assert_ne!(turn, second);
    maya.notifier.until("the newer mention", |screen| screen.titles().contains(&title.to_owned())).await;
    maya.notifier.press(title, Action::Open);
    let open = maya.until_told("open", |change| change["type"] == "open").await;
    assert_eq!(open, json!({"type": "open", "id": carmen, "section": "all", "key": second}));
    let position = hub.world().states[&carmen].position;
    maya.ok("conversation.seen", json!({"id": carmen, "upTo": position})).await;
    hub.until("the mention is seen", |world| world.states[&carmen].mentions.is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_colleagues_want_stands_in_one_place_also_offline_until_it_is_done() {
    let hub = FakeHub::start().await;
    hub.world().version = tandem_protocol::version();
    let (carmen, jana) = (hub.customer_comes("Carmen Menzel"), hub.customer_comes("Jana Novak"));
    hub.joins(carmen, "Jonas Keller");
    hub.joins(jana, "Jonas Keller");
    let maya = Maya::signed_in(&hub).await;
    let turn = jonas_mentions_maya(&hub, carmen);
    let (user, name, note) = (hub.maya, "Maya Ortiz".to_owned(), Some("You know her".to_owned()));
    hub.run(jana, hub.agent("Jonas Keller"), Command::Transfer { user, name, note }).unwrap();
    let both = |view: &Value| view.as_array().is_some_and(|lines| lines.len() == 2);
    maya.until("both", "inbox.list", json!({}), both).await;
    hub.go_down();
    maya.until_offline().await;
    let lines = maya.ok("inbox.list", json!({})).await;
    let told: Vec<_> =
        lines.as_array().unwrap().iter().map(|line| (&line["kind"], &line["name"], &line["words"])).collect();
    let (transfer, mention) = (json!("transfer"), json!("mention"));
    let expected = [
        (&transfer, &json!("Jana Novak"), &json!("You know her")),
        (&mention, &json!("Carmen Menzel"), &json!("@Maya Ortiz may I refund it?")),
    ];
    assert_eq!(told, expected, "what expires comes first");
    assert_eq!(lines[1]["key"], json!(turn));
    assert_eq!(maya.ok("app.state", json!({})).await["counts"]["inbox"], 2);
    let position = hub.world().states[&carmen].position;
    maya.ok("conversation.seen", json!({"id": carmen, "upTo": position})).await;
    maya.ok("conversation.decline", json!({"id": jana})).await;
    maya.until("nothing", "inbox.list", json!({}), |view| view == &json!([])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_calls_do_not_swallow_a_mention() {
    let hub = FakeHub::start().await;
    let ids: Vec<_> = (0..7).map(|n| hub.customer_comes(&format!("Customer {n}"))).collect();
    ids.iter().for_each(|id| hub.customer_writes(*id, "Hello?"));
    let maya = Maya::signed_in(&hub).await;
    let group = "7 conversations need help".to_owned();
    maya.notifier.until("the group", |screen| screen.titles().contains(&group)).await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.joins(carmen, "Jonas Keller");
    jonas_mentions_maya(&hub, carmen);
    let title = "Jonas Keller mentions you: Carmen Menzel".to_owned();
    maya.notifier.until("the mention", |screen| screen.titles().contains(&title)).await;
    assert!(maya.notifier.titles().contains(&group), "and the calls stay as they are");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_mentioned_while_the_desk_was_off_is_told_when_it_comes_back() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    hub.joins(carmen, "Jonas Keller");
    jonas_mentions_maya(&hub, carmen);
    let maya = Maya::signed_in(&hub).await;
    maya.notifier.until("the mention", |screen| screen.titles() == ["Jonas Keller mentions you: Carmen Menzel"]).await;
    maya.ok("window.looking", json!({"id": carmen})).await;
    maya.notifier.until("nothing", |screen| screen.titles().is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn maya_mentions_whoever_takes_part_by_name() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    hub.joins(carmen, "Jonas Keller");
    hub.joins(carmen, "Maya Ortiz");
    let maya = Maya::signed_in(&hub).await;
    let named = |all: &Value| all.as_array().unwrap().iter().any(|one| one["name"] == "Jonas Keller");
    maya.until("Jonas", "conversation.mentionable", json!({"id": carmen}), named).await;
    maya.ok("conversation.note", json!({"id": carmen, "text": "@jonas keller, look"})).await;
    let jonas = hub.agent("Jonas Keller").user();
    hub.until("Jonas is mentioned", |world| world.states[&carmen].mentions.iter().any(|m| Some(m.user) == jonas)).await;
    let entries = maya
        .until("the note", "conversation.entries", json!({"id": carmen, "limit": 50}), |entries| {
            entries["entries"].as_array().unwrap().iter().any(|entry| entry["body"]["mentions"][0]["name"].is_string())
        })
        .await;
    let note = entries["entries"].as_array().unwrap().last().unwrap();
    assert_eq!(note["body"]["text"], "@jonas keller, look", "text stays text");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_was_taken_is_withdrawn_although_a_mention_is_still_unread() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.joins(carmen, "Jonas Keller");
    let maya = Maya::signed_in(&hub).await;
    jonas_mentions_maya(&hub, carmen);
    maya.notifier.until("the mention", |screen| screen.titles() == ["Jonas Keller mentions you: Carmen Menzel"]).await;
    hub.leaves(carmen, "Jonas Keller");
    maya.notifier.until("the call", |screen| screen.titles() == ["Carmen Menzel needs help"]).await;
    hub.joins(carmen, "Jonas Keller");
    maya.notifier.until("nothing that could be joined", |screen| screen.titles().is_empty()).await;
}
