//! What works offline, and how soon the desk notices that the network is back.

use std::time::Duration;

use serde_json::json;
use tandem_desk::Pace;

use crate::desk::Maya;
use crate::hub::FakeHub;

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_a_pause_to_end_once_the_network_has_changed() {
    let hub = FakeHub::start().await;
    let patient = Pace { reconnect: Duration::from_secs(600), longest: Duration::from_secs(600), ..Pace::default() };
    let maya = Maya::signed_out_at(patient).await;
    maya.sign_in(&hub).await;
    hub.go_down();
    maya.until_offline().await;
    hub.come_back();
    maya.desk.hurry();
    maya.until_live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_the_agents_own_conversations_are_there_before_anybody_looks() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    let seen = hub.customer_sends(carmen, "suitcase.png", b"a picture");
    hub.joins(carmen, "Maya Ortiz");
    let other = hub.customer_comes("Ole Brand");
    let unseen = hub.customer_sends(other, "map.png", b"another picture");
    let maya = Maya::signed_in(&hub).await;
    hub.until("asked for the file", |world| world.asked_for.contains(&seen)).await;
    hub.leaves(carmen, "Maya Ortiz");
    maya.until("left", "app.state", json!({}), |app| app["counts"]["left"] == 1).await;
    hub.go_down();
    maya.until_offline().await;
    let maya = maya.restart().await;
    let media = maya.ok("media.get", json!({"id": seen})).await;
    assert_eq!(media["dataUrl"], "data:image/png;base64,YSBwaWN0dXJl");
    assert_eq!(maya.refused("media.get", json!({"id": unseen})).await, "desk.offline");
}
