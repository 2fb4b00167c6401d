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
