//! Tags: offered from use, changed by whoever takes part, found by search and filter, also without a hub.

use std::sync::Arc;

use serde_json::{Value, json};
use tandem_conversation::{Command, ConversationId, Permission, Permissions, Scope};

use crate::desk::Maya;
use crate::hub::FakeHub;

/// Maya handles Carmen; Jana's and Ole's conversations have tags.
async fn tagged() -> (Arc<FakeHub>, Maya, ConversationId) {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    hub.joins(carmen, "Maya Ortiz");
    for (name, tags) in [("Jana Novak", ["refund", "vip"]), ("Ole Brand", ["refund", "lost suitcase"])] {
        let id = hub.customer_comes(name);
        hub.customer_writes(id, "Hello?");
        let add = tags.map(str::to_owned).to_vec();
        hub.run(id, hub.agent("Jonas Keller"), Command::Tag { add, remove: Vec::new() }).unwrap();
    }
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["Hello?"]).await;
    (hub, maya, carmen)
}

async fn until_tags(maya: &Maya, id: ConversationId, expected: &[&str]) {
    let is_so = |view: &Value| view["row"]["tags"] == json!(expected);
    maya.until("the tags", "conversation.open", json!({"id": id}), is_so).await;
}

async fn offered(maya: &Maya) -> Vec<(String, u64)> {
    let offered = maya.ok("tags.list", json!({})).await;
    let one = |used: &Value| (used["tag"].as_str().unwrap().to_owned(), used["uses"].as_u64().unwrap());
    offered.as_array().unwrap().iter().map(one).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_are_offered_by_use_and_follow_every_change() {
    let (hub, maya, carmen) = tagged().await;
    let expected = [("refund", 2), ("lost suitcase", 1), ("vip", 1)];
    assert_eq!(offered(&maya).await, expected.map(|(tag, uses)| (tag.to_owned(), uses)));
    maya.ok("conversation.tag", json!({"id": carmen, "add": ["vip", " New\n one "], "remove": []})).await;
    until_tags(&maya, carmen, &["vip", "New one"]).await;
    assert_eq!(hub.world().states[&carmen].tags, ["vip", "New one"]);
    // Uses are counted in the states, which come after the expectation.
    let twice = |list: &Value| list.as_array().is_some_and(|list| list.contains(&json!({"tag": "vip", "uses": 2})));
    maya.until("a second use", "tags.list", json!({}), twice).await;
    maya.ok("conversation.tag", json!({"id": carmen, "add": [], "remove": ["New one"]})).await;
    until_tags(&maya, carmen, &["vip"]).await;
    let gone = |list: &Value| list.as_array().is_some_and(|list| list.iter().all(|used| used["tag"] != "New one"));
    maya.until("nothing has it any more", "tags.list", json!({}), gone).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_are_found_by_search_and_filter() {
    let (_hub, maya, carmen) = tagged().await;
    maya.ok("conversation.tag", json!({"id": carmen, "add": ["Gluten free"], "remove": []})).await;
    until_tags(&maya, carmen, &["Gluten free"]).await;
    // The hub's event replaces the expectation, also in the index.
    let search = json!({"query": "gluten", "limit": 20, "hub": false});
    maya.until("the tag is found", "search", search, |found| found["hits"][0]["name"] == "Carmen Menzel").await;
    let list = json!({"section": "my", "offset": 0, "limit": 9, "query": "GLUTEN"});
    assert_eq!(maya.ok("conversations.list", list).await["total"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_change_without_a_hub_and_reach_it_later() {
    let (hub, maya, carmen) = tagged().await;
    hub.go_down();
    maya.until_offline().await;
    maya.ok("conversation.tag", json!({"id": carmen, "add": ["refund"], "remove": []})).await;
    until_tags(&maya, carmen, &["refund"]).await;
    let queued = maya.ok("outbox.list", json!({})).await;
    assert_eq!(queued[0]["what"], "Change tags");
    hub.come_back();
    maya.desk.hurry();
    hub.until("the hub has it", |world| world.states[&carmen].tags == ["refund"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_whoever_takes_part_may_tag_and_tags_have_limits() {
    let hub = FakeHub::start().await;
    hub.world().permissions = Permissions(vec![(Permission::Handle, Scope::All)]);
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    let maya = Maya::signed_in(&hub).await;
    let may = |is: bool| move |view: &Value| view["may"]["tag"] == is;
    maya.until("may not", "conversation.open", json!({"id": carmen}), may(false)).await;
    hub.joins(carmen, "Maya Ortiz");
    maya.until("may", "conversation.open", json!({"id": carmen}), may(true)).await;
    let long = json!({"id": carmen, "add": ["x".repeat(61)], "remove": []});
    assert_eq!(maya.refused("conversation.tag", long).await, "input.invalid");
    let many: Vec<String> = (0..51).map(|number| number.to_string()).collect();
    let many = json!({"id": carmen, "add": many, "remove": []});
    assert_eq!(maya.refused("conversation.tag", many).await, "input.invalid");
    assert!(hub.world().states[&carmen].tags.is_empty());
}
