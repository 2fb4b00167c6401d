//! Alert outcomes: the truth reaches the hub, and the user's settings are respected.

use serde_json::{Value, json};
use tandem_conversation::{Availability, ConversationId};
use tandem_desk::{Action, Attention};
use tandem_protocol::agents::{AlertOutcome, Muted};

use crate::desk::Maya;
use crate::hub::{FakeHub, Shared};

const CARMEN: &str = "Carmen Menzel needs help";

/// Carmen needs help.
fn carmen_calls(hub: &Shared) -> ConversationId {
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Where is my order?");
    carmen
}

/// Waits until the hub has received exactly this.
async fn hears(hub: &Shared, expected: &[AlertOutcome]) {
    hub.until(&format!("{expected:?}"), |world| world.alerts.iter().map(|report| &report.outcome).eq(expected)).await;
}

fn muted(why: Muted) -> AlertOutcome {
    AlertOutcome::Muted { why }
}

/// The settings, with something about notifications changed.
async fn set(maya: &Maya, change: Value) {
    let mut settings = maya.ok("app.state", json!({})).await["settings"].clone();
    settings["notifications"].as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    maya.ok("settings.set", settings).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hub_hears_what_was_shown_and_pressed_even_if_it_was_away() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    carmen_calls(&hub);
    maya.notifier.until("Carmen's call", |screen| screen.titles() == [CARMEN]).await;
    hears(&hub, &[AlertOutcome::Shown {}]).await;
    hub.go_down();
    maya.until_offline().await;
    maya.notifier.press(CARMEN, Action::Open);
    maya.until_told("open", |change| change["type"] == "open").await;
    let maya = maya.restart().await;
    hub.come_back();
    maya.until_live().await;
    hears(&hub, &[AlertOutcome::Shown {}, AlertOutcome::Clicked {}]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_notification_service_the_hub_hears_that_nobody_was_told() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    maya.notifier.break_down();
    carmen_calls(&hub);
    hears(&hub, &[muted(Muted::NoService)]).await;
    carmen_calls(&hub);
    // The service gets a pause, and still the hub is told at once.
    hears(&hub, &[muted(Muted::NoService), muted(Muted::NoService)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn do_not_disturb_is_reported_and_what_stood_meanwhile_is_noticed_when_it_ends() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    maya.notifier.says(Attention { do_not_disturb: true, ..Attention::default() });
    carmen_calls(&hub);
    hears(&hub, &[muted(Muted::DoNotDisturb)]).await;
    maya.notifier.says(Attention::default());
    hears(&hub, &[muted(Muted::DoNotDisturb), AlertOutcome::Shown {}]).await;
    assert_eq!(maya.notifier.shown(), [CARMEN], "it was handed over once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_that_is_turned_off_is_not_shown_until_it_is_turned_on() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    set(&maya, json!({"helpNeeded": "off"})).await;
    carmen_calls(&hub);
    hears(&hub, &[muted(Muted::TurnedOff)]).await;
    assert!(maya.notifier.shown().is_empty());
    set(&maya, json!({"helpNeeded": "silent"})).await;
    maya.notifier.until("Carmen's call", |screen| screen.titles() == [CARMEN]).await;
    assert_eq!(maya.notifier.standing()[0].1.sound, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_day_quiet_shows_nothing_and_says_so() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    set(&maya, json!({"quiet": {"from": 0, "to": 1440}})).await;
    carmen_calls(&hub);
    hears(&hub, &[muted(Muted::QuietHours)]).await;
    assert!(maya.notifier.shown().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_words_stay_away_from_a_screen_that_others_read() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    set(&maya, json!({"preview": false})).await;
    carmen_calls(&hub);
    maya.notifier.until("Carmen's call", |screen| screen.titles() == [CARMEN]).await;
    assert_eq!(maya.notifier.standing()[0].1.body, "no one is handling this");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_hears_why_somebody_is_away_and_an_older_one_only_that_they_are() {
    let lunch = json!({"availability": "away", "absence": {"reason": "Lunch", "back": "2026-11-27T13:30:00.000Z"}});
    for version in [tandem_protocol::MIN_VERSION, tandem_protocol::version()] {
        let hub = FakeHub::start().await;
        hub.world().version = version;
        let maya = Maya::signed_in(&hub).await;
        maya.ok("me.setAvailability", lunch.clone()).await;
        hub.until("that she is away", |world| world.available == Some(false)).await;
        let said = hub.world().said.clone().unwrap();
        let absence = said.absence.map(|absence| absence.reason);
        match version >= tandem_protocol::SAYS_WHY {
            true => assert_eq!((said.status, absence.as_deref()), (Some(Availability::Away), Some("Lunch"))),
            false => assert_eq!((said.status, absence), (None, None), "an older hub would refuse it"),
        }
        let app = maya.ok("app.state", json!({})).await;
        assert_eq!(app["me"]["absence"]["reason"], "Lunch");
        maya.ok("me.setAvailability", json!({"availability": "available"})).await;
        hub.until("that she is back", |world| world.available == Some(true)).await;
        assert!(hub.world().said.clone().unwrap().absence.is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hub_hears_one_bit_of_whether_somebody_is_there() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    for (attention, available) in [
        (Attention { locked: true, ..Attention::default() }, false),
        (Attention::default(), true),
        (Attention { idle: true, ..Attention::default() }, false),
    ] {
        maya.notifier.says(attention);
        hub.until("the bit", |world| world.available == Some(available)).await;
    }
    carmen_calls(&hub);
    maya.notifier.says(Attention::default());
    maya.notifier.until("Carmen's call", |screen| screen.titles() == [CARMEN]).await;
}
