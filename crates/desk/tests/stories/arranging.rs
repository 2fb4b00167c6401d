//! Lists in the order and the groups that the user has chosen, each section for itself.

use serde_json::{Value, json};
use tandem_conversation::{BrandId, Command};
use tandem_protocol::library::{Library, LibraryBrand};
use uuid::Uuid;

use crate::desk::Maya;
use crate::hub::FakeHub;

async fn names(maya: &Maya, section: &str) -> Vec<String> {
    let request = json!({"section": section, "offset": 0, "limit": 50});
    let list = maya.ok("conversations.list", request).await;
    let rows = list["rows"].as_array().unwrap();
    assert_eq!(list["total"], rows.len());
    rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

async fn arrange(maya: &Maya, section: &str, arrangement: Value) {
    let mut settings = maya.ok("app.state", json!({})).await["settings"].clone();
    settings["lists"][section] = arrangement;
    maya.ok("settings.set", settings).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_ordered_grouped_and_narrowed_and_stays_so() {
    let hub = FakeHub::start().await;
    let [_, _, bo] = ["Carmen Menzel", "Álvaro Quintana", "Bo Lindgren"].map(|name| hub.customer_comes(name));
    let all: Vec<_> = hub.world().states.keys().copied().collect();
    all.into_iter().for_each(|id| hub.joins(id, "Maya Ortiz"));
    let maya = Maya::signed_in(&hub).await;
    maya.until("three", "app.state", json!({}), |app| app["counts"]["my"] == 3).await;
    hub.customer_writes(bo, "Hello?");
    maya.until_words(bo, &["Hello?"]).await;
    arrange(&maya, "my", json!({"order": "name", "group": "none", "only": "all"})).await;
    assert_eq!(names(&maya, "my").await, ["Bo Lindgren", "Carmen Menzel", "Álvaro Quintana"]);
    arrange(&maya, "my", json!({"order": "name", "group": "state", "only": "all"})).await;
    assert_eq!(names(&maya, "my").await[0], "Bo Lindgren", "who waits stands in the first group");
    arrange(&maya, "my", json!({"order": "oldest", "group": "none", "only": "waiting"})).await;
    assert_eq!(names(&maya, "my").await, ["Bo Lindgren"]);
    let maya = maya.restart().await;
    maya.until_live().await;
    assert_eq!(names(&maya, "my").await, ["Bo Lindgren"], "also after a restart");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_grouped_by_who_handles_them_and_by_why_help_is_needed() {
    let hub = FakeHub::start().await;
    let comes = |name: &str| hub.customer_comes(name);
    let [aiko, bo, carmen, dana] = ["Aiko", "Bo", "Carmen", "Dana"].map(comes);
    for (id, agent) in [(aiko, "Noor van Dijk"), (bo, "Jonas Keller"), (carmen, "Noor van Dijk")] {
        hub.joins(id, agent);
    }
    hub.customer_writes(dana, "Hello?");
    for (id, detail) in [(aiko, "Refund"), (bo, "Delivery"), (carmen, "Refund")] {
        let help = Command::AskForHelp { reason: detail.into() };
        hub.run(id, hub.agent(if id == bo { "Jonas Keller" } else { "Noor van Dijk" }), help).unwrap();
    }
    let maya = Maya::signed_in(&hub).await;
    maya.until("four", "app.state", json!({}), |app| app["counts"]["all"] == 4).await;
    arrange(&maya, "all", json!({"order": "name", "group": "agent", "only": "all"})).await;
    assert_eq!(names(&maya, "all").await, ["Bo", "Aiko", "Carmen", "Dana"], "Jonas, Noor, nobody");
    arrange(&maya, "all", json!({"order": "name", "group": "reason", "only": "all"})).await;
    assert_eq!(names(&maya, "all").await, ["Dana", "Bo", "Aiko", "Carmen"], "nobody engaged, delivery, refund");
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_are_due_by_the_target_of_their_brand_and_lists_follow_it() {
    let hub = FakeHub::start().await;
    let brand = |number: u128, key: &str, first_reply_s| LibraryBrand {
        id: BrandId(Uuid::from_u128(number)),
        key: key.into(),
        name: key.to_uppercase(),
        language: None,
        first_reply_s,
        next_reply_s: None,
    };
    let library = |stamp: &str, of_shop| Library {
        stamp: stamp.into(),
        brands: vec![brand(1, "shop", of_shop), brand(2, "bank", Some(60))],
        ..Library::default()
    };
    hub.world().library = library("1", None);
    let comes = |name, brand: Option<u128>| {
        hub.world().brand = brand.map(|number| BrandId(Uuid::from_u128(number)));
        hub.customer_comes(name)
    };
    let [carmen, bo, _] = [("Carmen", Some(1)), ("Bo", Some(2)), ("Aiko", None)].map(|(name, of)| comes(name, of));
    let all: Vec<_> = hub.world().states.keys().copied().collect();
    all.into_iter().for_each(|id| hub.joins(id, "Maya Ortiz"));
    let maya = Maya::signed_in(&hub).await;
    maya.until("three", "app.state", json!({}), |app| app["counts"]["my"] == 3).await;
    for id in [carmen, bo] {
        hub.customer_writes(id, "Hello?");
        maya.until_words(id, &["Hello?"]).await;
    }
    arrange(&maya, "my", json!({"order": "due", "group": "none", "only": "waiting"})).await;
    assert_eq!(names(&maya, "my").await, ["Bo", "Carmen"], "without a target she comes last");
    let row = async |id| maya.ok("conversation.open", json!({"id": id})).await["row"].clone();
    assert_eq!((row(carmen).await["due"].clone(), row(carmen).await["brand"].clone()), (Value::Null, json!("SHOP")));
    hub.shelves(library("2", Some(5)));
    maya.until("a target", "conversation.open", json!({"id": carmen}), |view| !view["row"]["due"].is_null()).await;
    assert_eq!(names(&maya, "my").await, ["Carmen", "Bo"]);
    arrange(&maya, "my", json!({"order": "name", "group": "brand", "only": "all"})).await;
    assert_eq!(names(&maya, "my").await, ["Bo", "Carmen", "Aiko"], "BANK, SHOP, none");
}
