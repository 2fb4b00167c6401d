//! Colleagues whom Maya can invite: the list follows what the hub tells.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::desk::Maya;
use crate::hub::FakeHub;

const JONAS: Uuid = Uuid::from_u128(1);
const PRIYA: Uuid = Uuid::from_u128(2);

fn tells(hub: &FakeHub, people: &[(Uuid, &str, bool)]) {
    let person = |(user, name, suspended): &(Uuid, &str, bool)| json!({"user": user, "name": name, "online": false, "suspended": suspended});
    let people: Vec<_> = people.iter().map(person).collect();
    hub.say(&json!({"people": {"people": people}}).to_string());
}

async fn until_listed(maya: &Maya, names: &[&str]) {
    let is_so = |list: &Value| {
        let found: Vec<_> = list.as_array().unwrap().iter().map(|colleague| colleague["name"].clone()).collect();
        found == names
    };
    maya.until(&format!("{names:?}"), "colleagues.list", json!({}), is_so).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_colleague_leaves_the_list_of_a_connected_desk() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    maya.until_live().await;
    tells(&hub, &[(JONAS, "Jonas", false), (PRIYA, "Priya", false)]);
    until_listed(&maya, &["Jonas", "Priya"]).await;
    tells(&hub, &[(PRIYA, "Priya", true)]);
    until_listed(&maya, &["Jonas"]).await;
    tells(&hub, &[(PRIYA, "Priya Nair", false)]);
    until_listed(&maya, &["Jonas", "Priya Nair"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_suspended_while_the_desk_was_away_is_not_in_its_list_afterwards() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    maya.until_live().await;
    tells(&hub, &[(JONAS, "Jonas", false), (PRIYA, "Priya", false)]);
    until_listed(&maya, &["Jonas", "Priya"]).await;
    let visits = hub.world().came_with.len();
    hub.cut();
    hub.until("a new connection", |world| world.came_with.len() > visits).await;
    maya.until_live().await;
    tells(&hub, &[(JONAS, "Jonas", false)]);
    until_listed(&maya, &["Jonas"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hub_is_told_at_whose_conversations_the_user_looks_and_tells_who_looks_at_hers() {
    let hub = FakeHub::start().await;
    hub.world().version = tandem_protocol::version();
    let maya = Maya::signed_in(&hub).await;
    maya.until_live().await;
    let (jonas, hers) = (hub.customer_comes("Carmen Menzel"), hub.customer_comes("Jana Novak"));
    hub.joins(jonas, "Jonas Keller");
    hub.joins(hers, "Maya Ortiz");
    maya.until("both", "conversations.list", list(), |page| page["total"] == 2).await;
    maya.ok("window.looking", json!({"id": hers})).await;
    maya.ok("window.looking", json!({"id": jonas})).await;
    hub.until("what she looks at", |world| world.watched.contains(&jonas)).await;
    assert!(!hub.world().watched.contains(&hers), "she takes part in it");
    let by = json!({"kind": "agent", "user": JONAS, "name": "Jonas"});
    let watched = json!({"conversation": hers, "by": by, "until": "2099-01-01T00:00:00.000Z"});
    hub.say(&json!({ "watched": watched }).to_string());
    let told = maya.until_told("who looks on", |change| change["type"] == "watched").await;
    assert_eq!((&told["id"], &told["by"]["name"]), (&json!(hers), &json!("Jonas")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_hub_is_not_told_who_looks_on() {
    let hub = FakeHub::start().await;
    hub.world().version = tandem_protocol::TELLS_WATCHING - 1;
    let maya = Maya::signed_in(&hub).await;
    maya.until_live().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    maya.until("hers", "conversations.list", list(), |page| page["total"] == 1).await;
    maya.ok("window.looking", json!({"id": carmen})).await;
    maya.ok("conversation.typing", json!({"id": carmen})).await;
    hub.until("what comes after it", |world| world.typed > 0).await;
    assert_eq!(hub.world().watched, []);
}

fn list() -> Value {
    json!({"section": "all", "query": "", "offset": 0, "limit": 9})
}
