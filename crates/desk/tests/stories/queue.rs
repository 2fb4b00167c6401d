//! A long queue is reported to supervisors once, and withdrawn when it is short again.

use serde_json::{Value, json};
use tandem_conversation::ConversationId;
use tandem_desk::Action;

use crate::desk::Maya;
use crate::hub::FakeHub;

async fn limit(maya: &Maya, limit: u32) {
    let mut settings = maya.ok("app.state", json!({})).await["settings"].clone();
    settings["notifications"]["queueThreshold"] = limit.into();
    // Single calls are not the subject here.
    settings["notifications"]["helpNeeded"] = "off".into();
    maya.ok("settings.set", settings).await;
}

fn called(hub: &FakeHub, count: usize) -> Vec<ConversationId> {
    let begin = |n| {
        let id = hub.customer_comes(&format!("Customer {n}"));
        hub.customer_writes(id, "Hello?");
        id
    };
    (0..count).map(begin).collect()
}

async fn waits(maya: &Maya, count: usize) {
    maya.until("the calls", "app.state", json!({}), |app: &Value| app["counts"]["help"] == count).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_queue_is_told_once_whatever_restarts_happen_and_again_only_after_it_was_short() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    limit(&maya, 4).await;
    let ids = called(&hub, 5);
    maya.notifier.until("the queue", |screen| screen.titles() == ["5 conversations wait for help"]).await;
    let maya = maya.restart().await;
    maya.until_live().await;
    waits(&maya, 5).await;
    hub.joins(ids[0], "Jonas Keller");
    waits(&maya, 4).await;
    let more = called(&hub, 1);
    waits(&maya, 5).await;
    assert_eq!(maya.notifier.shown().len(), 1, "neither a restart nor one more or less is news");
    for id in [ids[1], ids[2]] {
        hub.joins(id, "Jonas Keller");
    }
    waits(&maya, 3).await;
    called(&hub, 3);
    maya.notifier.until("the queue again", |screen| screen.titles().len() == 1).await;
    assert_eq!(maya.notifier.heard().len(), 2, "how many there are is said anew without a sound");
    maya.notifier.until("the number", |screen| screen.titles() == ["6 conversations wait for help"]).await;
    for id in [ids[3], ids[4], more[0]] {
        hub.joins(id, "Jonas Keller");
    }
    maya.notifier.until("nothing", |screen| screen.titles().is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_it_opens_what_waits_longest() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    limit(&maya, 1).await;
    let mut ids = called(&hub, 1);
    waits(&maya, 1).await;
    ids.extend(called(&hub, 1));
    maya.notifier.until("the queue", |screen| screen.titles() == ["2 conversations wait for help"]).await;
    maya.notifier.press("2 conversations wait for help", Action::Open);
    let open = maya.until_told("open", |change| change["type"] == "open").await;
    assert_eq!((open["section"].as_str(), open["id"].as_str()), (Some("help"), Some(ids[0].to_string().as_str())));
    maya.notifier.until("nothing", |screen| screen.titles().is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_queue_is_one_notification_that_says_how_many_there_are_now() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    let mut settings = maya.ok("app.state", json!({})).await["settings"].clone();
    settings["notifications"]["queueThreshold"] = 4.into();
    maya.ok("settings.set", settings).await;
    let ids = called(&hub, 6);
    let of_many = |screen: &crate::notifier::FakeNotifier| -> Vec<String> {
        screen.titles().into_iter().filter(|title| title.contains("conversations")).collect()
    };
    maya.notifier.until("the queue alone", |screen| of_many(screen) == ["6 conversations wait for help"]).await;
    hub.joins(ids[0], "Jonas Keller");
    maya.notifier.until("one fewer", |screen| of_many(screen) == ["5 conversations wait for help"]).await;
    assert_eq!(
        maya.notifier.heard().iter().filter(|title| title.contains("wait for help")).count(),
        1,
        "only the first has a sound"
    );
}
