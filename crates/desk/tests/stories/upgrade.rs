//! Hub and desk of different versions: unknown data is kept, and the desk says who must be updated.

use serde_json::{Value, json};
use tandem_conversation::Position;

use crate::desk::{Maya, lines};
use crate::hub::{FakeHub, PASSWORD, now};

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_hub_works_on_and_what_it_says_that_is_unknown_is_kept() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "one");
    hub.world().version = 99;
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["one"]).await;
    let position = hub.world().states[&carmen].position;
    // Frames, changes and events of tomorrow.
    hub.say(&json!({ "weather": { "rain": true } }).to_string());
    let event = json!({ "conversation": carmen, "position": position.next(), "time": now(), "actor": { "kind": "robot", "model": 3 },
        "cause": uuid::Uuid::now_v7(), "body": { "voice_left": { "seconds": 12 } } });
    let cursor = hub.world().log.len() as u64;
    let changes = [json!({ "event": event }), json!({ "moved": carmen })];
    hub.say(&json!({ "batch": { "cursor": cursor, "time": now(), "changes": changes } }).to_string());
    let request = json!({ "id": carmen, "limit": 50 });
    let shown = |page: &Value| lines(page).iter().any(|line| line == "Update Tandem to see this");
    maya.until("the unknown event", "conversation.entries", request, shown).await;
    maya.until("the count", "app.state", json!({}), |app| app["newer"] == 1).await;
    maya.until_live().await;
    assert_eq!(hub.world().came_with.len(), 1, "over one connection");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_with_unknown_parts_is_shown_without_them() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "one");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["one"]).await;
    let mut state = serde_json::to_value(&hub.world().states[&carmen]).unwrap();
    state["position"] = json!(Position(40));
    state["channel"] = json!("carrier_pigeon");
    state["customer"]["name"] = json!("Carmen of tomorrow");
    state["engagements"] = json!([{ "id": uuid::Uuid::now_v7(), "kind": { "kind": "robot" }, "since": now() }]);
    let batch =
        json!({ "batch": { "cursor": hub.world().log.len(), "time": now(), "changes": [{ "opened": state }] } });
    hub.say(&batch.to_string());
    let all = json!({ "section": "help", "offset": 0, "limit": 50 });
    maya.until("the state", "conversations.list", all, |list| list["rows"][0]["name"] == "Carmen of tomorrow").await;
    maya.until_live().await;
    assert_eq!(hub.world().came_with.len(), 1, "over one connection");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_below_the_hubs_minimum_says_so_and_promises_nothing() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "one");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["one"]).await;
    hub.world().version = 99;
    hub.world().oldest = Some(90);
    hub.cut();
    let outdated = |app: &Value| app["connection"]["state"] == "outdated";
    let app = maya.until("outdated", "app.state", json!({}), outdated).await;
    assert_eq!(app["connection"]["older"], "desk");
    assert!(app["connection"]["reason"].as_str().unwrap().contains("Update Tandem"), "{app}");
    assert_eq!(maya.words(carmen).await, ["one"], "what is there stays readable");
    let sign_in = json!({ "hub": hub.url, "email": "maya@northwind.example", "password": PASSWORD });
    let other = Maya::signed_out().await;
    assert_eq!(other.refused("session.signIn", sign_in).await, "session.outdated");
    // An administrator puts the hub back.
    hub.world().oldest = Some(8);
    maya.desk.hurry();
    maya.until_live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_is_too_old_must_be_updated() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    hub.world().version = 3;
    hub.cut();
    let outdated = |app: &Value| app["connection"]["state"] == "outdated";
    let app = maya.until("outdated", "app.state", json!({}), outdated).await;
    assert_eq!(app["connection"]["older"], "hub");
}
