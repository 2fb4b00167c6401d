//! The supervisors' board: rows and figures from the cache, also without the hub.

use serde_json::{Value, json};
use tandem_conversation::Role;
use uuid::Uuid;

use crate::desk::Maya;
use crate::hub::FakeHub;

async fn board(maya: &Maya, request: Value) -> Value {
    let mut whole = json!({ "limit": 50 });
    whole.as_object_mut().unwrap().extend(request.as_object().unwrap().clone());
    maya.ok("board.get", whole).await
}

fn names(board: &Value) -> Vec<&str> {
    let groups = board["groups"].as_array().unwrap().iter();
    let rows = groups.flat_map(|group| group["rows"].as_array().unwrap());
    rows.map(|row| row["row"]["customerName"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_wait_stands_first_and_figures_lead_to_their_rows() {
    let hub = FakeHub::start().await;
    let [carmen, bo, aiko] = ["Carmen", "Bo", "Aiko"].map(|name| hub.customer_comes(name));
    hub.joins(aiko, "Jonas Keller");
    hub.customer_writes(bo, "Hello?");
    hub.customer_writes(carmen, "Is anybody there?");
    let maya = Maya::signed_in(&hub).await;
    maya.until("all", "app.state", json!({}), |app| app["counts"]["all"] == 3).await;
    maya.until_live().await;
    let jonas = json!({ "user": hub.agent("Jonas Keller").user(), "name": "Jonas Keller", "online": true,
        "available": true, "status": "available", "capacity": 3 });
    hub.say(&json!({ "people": { "people": [jonas] } }).to_string());
    maya.until("Jonas", "colleagues.list", json!({}), |list| list.as_array().is_some_and(|all| !all.is_empty())).await;

    let all = board(&maya, json!({})).await;
    assert_eq!(names(&all).last(), Some(&"Aiko"), "nobody waits for her: {all}");
    let figures = &all["figures"];
    let parts = ["person", "queue", "logic", "idle"].map(|part| figures["parts"][part].as_u64().unwrap());
    assert_eq!(parts.iter().sum::<u64>(), 3, "the parts add up: {figures}");
    assert_eq!((&figures["inProgress"], &figures["parts"]["person"]), (&json!(3), &json!(1)));
    assert_eq!(figures["people"]["freePlaces"], 2, "Jonas has one of three: {}", all["people"]);
    let wanted = board(&maya, json!({ "only": "wanted" })).await;
    assert_eq!(wanted["total"], figures["wanted"]["count"]);
    assert_eq!(names(&board(&maya, json!({ "handler": "people" })).await), ["Aiko"]);
    assert_eq!(names(&board(&maya, json!({ "query": "anybody" })).await), ["Carmen"]);
    assert_eq!(names(&board(&maya, json!({ "sort": "customer", "reverse": true })).await), ["Carmen", "Bo", "Aiko"]);
    let groups = board(&maya, json!({ "group": "handler" })).await;
    let told: Vec<_> = groups["groups"].as_array().unwrap().iter().map(|group| &group["count"]).collect();
    assert_eq!(told.iter().map(|count| count.as_u64().unwrap()).sum::<u64>(), 3);
    assert_eq!(board(&maya, json!({ "limit": 1 })).await["total"], 3, "what is left out is counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_board_stands_without_the_hub_at_the_time_of_its_last_word() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen");
    hub.customer_writes(carmen, "Hello?");
    let maya = Maya::signed_in(&hub).await;
    maya.until("one", "app.state", json!({}), |app| app["counts"]["all"] == 1).await;
    maya.until_live().await;
    hub.go_down();
    maya.until("offline", "app.state", json!({}), |app| app["connection"]["state"] == "offline").await;
    let board_then = board(&maya, json!({})).await;
    assert_eq!(names(&board_then), ["Carmen"]);
    let again = board(&maya, json!({})).await;
    assert_eq!(again["asOf"], board_then["asOf"], "no wait grows of which nothing is known");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_sets_how_the_user_is_and_the_hub_hears_it_from_the_desk() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    maya.until_live().await;
    hub.say(&json!({ "availability": { "status": "away", "by": "Sofia Lang" } }).to_string());
    maya.until("away", "app.state", json!({}), |app| app["me"]["availability"] == "away").await;
    hub.say(&json!({ "availability": { "status": "busy", "by": "Sofia Lang" } }).to_string());
    maya.until("busy", "app.state", json!({}), |app| app["me"]["availability"] == "busy").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_have_no_board_and_unknown_filters_are_refused() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    for wrong in [json!({ "only": "mood", "limit": 5 }), json!({ "group": "mood", "limit": 5 }), json!({})] {
        assert_eq!(maya.desk.rpc("board.get", wrong).await.unwrap_err().code, "rpc.bad_request");
    }
    let nobody = json!({ "agent": Uuid::from_u128(9), "limit": 5 });
    assert_eq!(maya.ok("board.get", nobody).await["total"], 0);

    let hub = FakeHub::start().await;
    hub.world().permissions = Role::Agent.permissions();
    let maya = Maya::signed_in(&hub).await;
    assert_eq!(maya.desk.rpc("board.get", json!({ "limit": 5 })).await.unwrap_err().code, "board.forbidden");
}
