//! What Maya puts off is out of her way, comes back by itself, and reminds her once, also without the hub.

use std::sync::Arc;

use serde_json::{Value, json};
use tandem_conversation::{Command, ConversationId, Participant};

use crate::desk::Maya;
use crate::hub::{FakeHub, now};

const HOUR_MS: i64 = 3_600_000;
const REMINDER: &str = "Reminder: Carmen Menzel";

/// Maya has answered Carmen and Jana, who wait for nothing.
async fn answered() -> (Arc<FakeHub>, Maya, ConversationId) {
    let hub = FakeHub::start().await;
    hub.world().version = tandem_protocol::version();
    let [carmen, _] = ["Carmen Menzel", "Jana Novak"].map(|name| {
        let id = hub.customer_comes(name);
        hub.customer_writes(id, "Hello?");
        hub.joins(id, "Maya Ortiz");
        hub.replies(id, "Maya Ortiz", "I will find out");
        id
    });
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["Hello?", "I will find out"]).await;
    (hub, maya, carmen)
}

fn in_ms(ms: i64) -> Value {
    json!(now().plus_ms(ms))
}

async fn counts(maya: &Maya, my: u32, snoozed: u32) {
    let is_so = |app: &Value| app["counts"]["my"] == my && app["counts"]["snoozed"] == snoozed;
    maya.until("the counts", "app.state", json!({}), is_so).await;
}

async fn names(maya: &Maya, expected: [&str; 2]) {
    let list = json!({"section": "my", "offset": 0, "limit": 9});
    let named = |list: &Value| list["rows"].as_array().unwrap().iter().map(|row| row["name"].clone()).collect();
    maya.until("the order", "conversations.list", list, |list| {
        let found: Vec<Value> = named(list);
        found == expected
    })
    .await;
}

async fn until_row(maya: &Maya, id: ConversationId, is_so: impl Fn(&Value) -> bool) -> Value {
    let view =
        maya.until("the row", "conversation.open", json!({"id": id}), |view| is_so(&view["row"]["snooze"])).await;
    view["row"]["snooze"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snoozed_conversation_is_out_of_the_way_until_the_customer_writes() {
    let (hub, maya, carmen) = answered().await;
    hub.customer_writes(carmen, "Thanks, bye!");
    names(&maya, ["Carmen Menzel", "Jana Novak"]).await;
    let until = in_ms(HOUR_MS);
    maya.ok("conversation.snooze", json!({"id": carmen, "until": until})).await;
    names(&maya, ["Jana Novak", "Carmen Menzel"]).await;
    counts(&maya, 1, 1).await;
    let snooze = until_row(&maya, carmen, |snooze| snooze["me"] == true).await;
    assert_eq!((&snooze["until"], &snooze["over"]), (&until, &json!(false)));
    hub.customer_writes(carmen, "One more thing");
    names(&maya, ["Carmen Menzel", "Jana Novak"]).await;
    counts(&maya, 2, 0).await;
    until_row(&maya, carmen, Value::is_null).await;
    maya.notifier.until("Carmen's words", |screen| screen.titles() == ["Carmen Menzel"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snooze_that_is_over_reminds_until_it_was_seen() {
    let (hub, maya, carmen) = answered().await;
    maya.ok("conversation.snooze", json!({"id": carmen, "until": in_ms(1_000)})).await;
    counts(&maya, 1, 1).await;
    maya.notifier.until("the reminder", |screen| screen.titles() == [REMINDER]).await;
    hub.run(carmen, Participant::System, Command::Tick).unwrap();
    let over = until_row(&maya, carmen, |snooze| snooze["over"] == true).await;
    assert_eq!(over["me"], true);
    counts(&maya, 2, 0).await;
    let position = json!(hub.world().states[&carmen].position);
    let is_here = |view: &Value| view["position"] == position;
    maya.until("the hub's word", "conversation.open", json!({"id": carmen}), is_here).await;
    maya.ok("conversation.seen", json!({"id": carmen, "upTo": position})).await;
    hub.until("the reminder is seen", |world| world.states[&carmen].snoozes.is_empty()).await;
    maya.notifier.until("nothing", |screen| screen.titles().is_empty()).await;
    assert_eq!(maya.notifier.shown().iter().filter(|shown| *shown == REMINDER).count(), 1, "told once");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_hub_a_snooze_waits_in_the_outbox_works_at_once_and_ends_by_itself() {
    let (hub, maya, carmen) = answered().await;
    hub.go_down();
    maya.until_offline().await;
    maya.ok("conversation.snooze", json!({"id": carmen, "until": in_ms(2_000)})).await;
    counts(&maya, 1, 1).await;
    names(&maya, ["Jana Novak", "Carmen Menzel"]).await;
    let queued = maya.ok("outbox.list", json!({})).await;
    assert_eq!(queued[0]["what"], "Snooze");
    maya.notifier.until("the reminder", |screen| screen.titles() == [REMINDER]).await;
    counts(&maya, 2, 0).await;
    hub.come_back();
    maya.desk.hurry();
    hub.until("the hub has it", |world| world.states[&carmen].snoozes.iter().any(|one| one.over.is_some())).await;
    until_row(&maya, carmen, |snooze| snooze["over"] == true).await;
    counts(&maya, 2, 0).await;
    assert_eq!(maya.notifier.shown().iter().filter(|shown| *shown == REMINDER).count(), 1, "told once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snooze_of_a_colleague_is_shown_and_does_not_move_the_conversation() {
    let (hub, maya, carmen) = answered().await;
    hub.joins(carmen, "Jonas Keller");
    hub.run(carmen, hub.agent("Jonas Keller"), Command::Snooze { until: None }).unwrap();
    let snooze = until_row(&maya, carmen, |snooze| snooze["by"]["name"] == "Jonas Keller").await;
    assert_eq!(snooze, json!({"by": hub.agent("Jonas Keller"), "me": false, "until": null, "over": false}));
    counts(&maya, 2, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_put_off_who_waits_nor_until_a_time_that_has_passed() {
    let (hub, maya, carmen) = answered().await;
    let may = |view: &Value| view["may"]["snooze"] == true;
    maya.until("may snooze", "conversation.open", json!({"id": carmen}), may).await;
    let past = json!({"id": carmen, "until": in_ms(-1)});
    assert_eq!(maya.refused("conversation.snooze", past).await, "input.invalid");
    hub.customer_writes(carmen, "Are you there?");
    maya.until("may not", "conversation.open", json!({"id": carmen}), |view| view["may"]["snooze"] == false).await;
    let refused = maya.refused("conversation.snooze", json!({"id": carmen, "until": null})).await;
    assert_eq!(refused, "conversation.someone_needed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_hub_is_not_asked_to_snooze() {
    let (hub, maya, carmen) = answered().await;
    hub.world().version = 12;
    hub.cut();
    let may_not = |view: &Value| view["may"]["snooze"] == false && view["may"]["reply"] == true;
    maya.until("the older hub", "conversation.open", json!({"id": carmen}), may_not).await;
}
