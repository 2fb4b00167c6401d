//! Notifications: shown once, in time, and withdrawn when a colleague has taken the call.

use std::sync::Arc;

use serde_json::json;
use tandem_desk::Action;
use tandem_desk::words::Spoken;
use tandem_protocol::agents::{AlertOutcome, AlertReport, Muted};

use crate::desk::Maya;
use crate::hub::FakeHub;

const CARMEN: &str = "Carmen Menzel needs help";
const JANA: &str = "Jana Novak needs help";

#[tokio::test(flavor = "multi_thread")]
async fn help_is_notified_once_whatever_reconnects_happen_and_once_more_after_a_restart() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Where is my order?");
    maya.notifier.until("Carmen's call", |screen| screen.titles() == [CARMEN]).await;
    let (_, first) = maya.notifier.standing().remove(0);
    assert_eq!(first.body, "no one is handling this\nWhere is my order?");
    assert_eq!(first.actions, [Action::Join, Action::Open, Action::Snooze]);
    let measured = |app: &serde_json::Value| app["figures"]["helpToNotificationMs"].is_number();
    maya.until("a figure", "app.state", json!({}), measured).await;

    let visits = hub.world().came_with.len();
    hub.cut();
    hub.until("a new connection", |world| world.came_with.len() > visits).await;
    maya.until_live().await;
    hub.world().forgotten = u64::MAX;
    hub.cut();
    hub.until("a reset", |world| world.came_with.len() > visits + 1).await;
    maya.until_live().await;
    // A second call is the sign that the desk has looked at everything again.
    let jana = hub.customer_comes("Jana Novak");
    hub.customer_writes(jana, "Hello");
    maya.notifier.until("Jana's call", |screen| screen.titles().contains(&JANA.to_owned())).await;
    let shown = maya.notifier.shown();
    assert_eq!(shown.iter().filter(|title| *title == CARMEN).count(), 1, "{shown:?}");

    // What stood is shown by the new run, whose buttons work; what was dismissed is not.
    maya.notifier.dismiss(JANA);
    maya.notifier.until("Jana's call to be gone", |screen| screen.titles() == [CARMEN]).await;
    let maya = maya.restart().await;
    maya.until_live().await;
    maya.notifier.until("Carmen's call, afresh", |screen| screen.titles() == [CARMEN]).await;
    let dana = hub.customer_comes("Dana Weiss");
    hub.customer_writes(dana, "Hello");
    maya.notifier.until("Dana's call", |screen| screen.titles().len() == 2).await;
    let shown = maya.notifier.shown();
    let times = |wanted: &str| shown.iter().filter(|title| *title == wanted).count();
    assert_eq!((times(CARMEN), times(JANA)), (2, 1), "{shown:?}");
    let heard = maya.notifier.heard().into_iter().filter(|title| title == CARMEN).count();
    assert_eq!(heard, 1, "what is known comes back without a sound");
    maya.notifier.press(CARMEN, Action::Join);
    maya.until_told("open", |change| change["id"] == json!(carmen)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_who_joins_takes_the_notification_away() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    maya.notifier.until("Carmen's call", |screen| screen.titles() == [CARMEN]).await;
    hub.joins(carmen, "Jonas Keller");
    maya.notifier.until("nothing", |screen| screen.titles().is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn join_on_the_notification_joins_and_opens_the_conversation() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    maya.notifier.until("Carmen's call", |screen| screen.titles() == [CARMEN]).await;
    maya.notifier.press(CARMEN, Action::Join);
    let open = maya.until_told("open", |change| change["type"] == "open").await;
    assert_eq!(open, json!({"type": "open", "id": carmen, "section": "my", "key": null}));
    assert!(hub.world().states[&carmen].agent(hub.maya).is_some(), "she is engaged");
    maya.notifier.until("nothing", |screen| screen.titles().is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_presses_join_too_late_is_told_who_took_it() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    maya.notifier.until("Carmen's call", |screen| screen.titles() == [CARMEN]).await;
    // The news of Jonas's join does not reach Maya in time.
    hub.world().lose = 1;
    hub.joins(carmen, "Jonas Keller");
    maya.notifier.press(CARMEN, Action::Join);
    let taken = maya.until_told("who took it", |change| change["type"] == "taken").await;
    assert_eq!(taken["text"], "Jonas Keller took the call for help from Carmen Menzel.");
    assert!(hub.world().states[&carmen].agent(hub.maya).is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn above_five_one_notification_speaks_for_the_rest() {
    let hub = FakeHub::start().await;
    let ids: Vec<_> = (0..7).map(|n| hub.customer_comes(&format!("Customer {n}"))).collect();
    ids.iter().for_each(|id| hub.customer_writes(*id, "Hello?"));
    let maya = Maya::signed_in(&hub).await;
    let group = "7 conversations need help".to_owned();
    maya.notifier.until("the group", |screen| screen.titles().contains(&group)).await;
    assert_eq!(maya.notifier.titles().len(), 6, "five, and one for all");
    let shown = |report: &&AlertReport| report.outcome == AlertOutcome::Shown {};
    hub.until("all seven were shown", |world| world.alerts.iter().filter(shown).count() == 7).await;
    maya.notifier.press(&group, Action::Open);
    let open = maya.until_told("open", |change| change["type"] == "open").await;
    assert_eq!(open["section"], "help");
    for id in ids {
        hub.joins(id, "Jonas Keller");
    }
    maya.notifier.until("nothing", |screen| screen.titles().is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_customer_writes_is_notified_only_while_maya_looks_elsewhere() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.joins(carmen, "Maya Ortiz");
    let maya = Maya::signed_in(&hub).await;
    maya.ok("window.looking", json!({"id": carmen})).await;
    hub.customer_writes(carmen, "one");
    maya.until_words(carmen, &["one"]).await;
    maya.ok("window.looking", json!({"id": null})).await;
    maya.notifier.until("one", |screen| screen.titles() == ["Carmen Menzel"]).await;
    hub.customer_writes(carmen, "two");
    maya.notifier.until("two in its place", |screen| screen.standing().iter().any(|(_, n)| n.body == "two")).await;
    assert_eq!(maya.notifier.titles().len(), 1, "replaced, not stacked");
    let position = hub.world().states[&carmen].position;
    maya.ok("conversation.seen", json!({"id": carmen, "upTo": position})).await;
    maya.notifier.until("nothing", |screen| screen.titles().is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stood_when_the_service_died_is_shown_again_by_the_next_one() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    maya.notifier.until("Carmen's call", |screen| screen.titles() == [CARMEN]).await;
    maya.notifier.dies();
    let failing = |app: &serde_json::Value| app["notifications"]["state"] == "failing";
    maya.until("that nothing is shown", "app.state", json!({}), failing).await;
    let jana = hub.customer_comes("Jana Novak");
    hub.customer_writes(jana, "Hello?");
    let muted = |report: &AlertReport| report.outcome == AlertOutcome::Muted { why: Muted::NoService };
    hub.until("both are muted", |world| world.alerts.iter().filter(|report| muted(report)).count() >= 2).await;
    // Long before it would be tried again by itself.
    maya.notifier.comes_back();
    let both = |screen: &crate::notifier::FakeNotifier| screen.titles().len() == 2;
    maya.notifier.until("both calls", both).await;
    let app = maya.ok("app.state", json!({})).await;
    assert_eq!(app["notifications"], json!({"state": "working", "server": "fake"}));
    hub.joins(carmen, "Jonas Keller");
    maya.notifier.until("Jana's alone", |screen| screen.titles() == ["Jana Novak needs help"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_test_notification_tells_the_truth() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    maya.ok("notifications.test", json!({})).await;
    let app = maya.ok("app.state", json!({})).await;
    assert_eq!(app["notifications"], json!({"state": "working", "server": "fake"}));
    maya.notifier.break_down();
    assert_eq!(maya.refused("notifications.test", json!({})).await, "notifications.failed");
    let app = maya.ok("app.state", json!({})).await;
    assert_eq!(app["notifications"], json!({"state": "failing", "reason": "No notification service answers."}));
    drop(Arc::clone(&maya.notifier));
}

/// No window has loaded in these stories: nothing has told the core its language but the system and the user's choice.
#[tokio::test(flavor = "multi_thread")]
async fn a_german_system_s_first_notification_is_german_before_there_is_a_window() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_out_in(Spoken::De).await;
    maya.sign_in(&hub).await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hallo?");
    maya.notifier.until("Carmen's call", |screen| screen.titles() == ["Carmen Menzel braucht Hilfe"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chosen_language_counts_from_the_start_also_on_another_system() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    maya.ok("settings.set", json!({"language": "de"})).await;
    let maya = maya.restart().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hallo?");
    maya.notifier.until("Carmen's call", |screen| screen.titles() == ["Carmen Menzel braucht Hilfe"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn your_logic_is_said_by_the_name_that_the_hub_gives_it_also_before_the_hub_is_there() {
    let hub = FakeHub::start().await;
    hub.world().logic_name = Some("Nori".into());
    let carmen = hub.customer_comes("Carmen Menzel");
    let maya = Maya::signed_in(&hub).await;
    maya.until("the name", "app.state", json!({}), |app| app["me"]["logicName"] == "Nori").await;
    hub.go_down();
    maya.until_offline().await;
    let maya = maya.restart().await;
    let refused = maya.desk.rpc("conversation.preview", json!({"id": carmen})).await.unwrap_err();
    assert_eq!(refused.message, "What Nori would say is only known while this desk is connected.");
}
