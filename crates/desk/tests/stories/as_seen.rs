//! A supervisor's desk scrubs through a conversation as its participants saw it.

use serde_json::{Value, json};
use tandem_conversation::{Command, ConversationId, Participant, Stage, TurnId};
use uuid::Uuid;

use crate::desk::Maya;
use crate::hub::{FakeHub, Shared};

/// Carmen asks, Jonas answers and notes something, and Carmen reads it a moment later each.
async fn story(hub: &Shared) -> ConversationId {
    let carmen = hub.customer_comes("Carmen Menzel");
    pause().await;
    hub.customer_writes(carmen, "Where is my bag?");
    pause().await;
    hub.joins(carmen, "Jonas Keller");
    pause().await;
    hub.replies(carmen, "Jonas Keller", "On its way.");
    pause().await;
    let note = Command::Note { turn: TurnId(Uuid::now_v7()), text: "She is upset".into(), mentions: Vec::new() };
    hub.run(carmen, hub.agent("Jonas Keller"), note).unwrap();
    pause().await;
    let up_to = hub.world().states[&carmen].position;
    hub.run(carmen, Participant::Customer, Command::Receive { stage: Stage::Seen, up_to }).unwrap();
    carmen
}

fn is_current(hub: &Shared) {
    let mut world = hub.world();
    (world.version, world.oldest) = (tandem_protocol::version(), Some(tandem_protocol::MIN_VERSION));
}

/// Events of the next moment have another time.
async fn pause() {
    let now = crate::hub::now();
    while crate::hub::now() <= now {
        tokio::task::yield_now().await;
    }
}

async fn looks(maya: &Maya, id: ConversationId, viewpoint: &Value) -> Value {
    maya.ok("asSeen.look", json!({ "id": id, "viewpoint": viewpoint })).await
}

async fn moment(maya: &Maya, id: ConversationId, viewpoint: &Value, at: &Value) -> Value {
    maya.ok("asSeen.moment", json!({ "id": id, "viewpoint": viewpoint, "at": at })).await
}

/// The words of a moment, with their marks.
fn words(moment: &Value) -> Vec<(&str, Option<&str>)> {
    let entries = moment["entries"].as_array().unwrap().iter();
    entries.map(|one| (one["entry"]["body"]["text"].as_str().unwrap(), one["mark"].as_str())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_moment_is_as_it_was_on_each_of_their_screens() {
    let hub = FakeHub::start().await;
    is_current(&hub);
    let carmen = story(&hub).await;
    let maya = Maya::signed_in(&hub).await;
    maya.until_live().await;
    let customer = json!({ "kind": "customer" });
    let view = looks(&maya, carmen, &customer).await;
    assert_eq!(view["customer"], "Carmen Menzel");
    let people: Vec<_> = view["people"].as_array().unwrap().iter().map(|one| one["who"]["kind"].clone()).collect();
    assert_eq!(people, ["customer", "agent"]);
    let said: Vec<_> = view["ticks"].as_array().unwrap().iter().filter(|tick| tick["said"] == true).collect();
    assert_eq!(said.len(), 2, "without the note, which is not hers to see: {view}");

    let question = moment(&maya, carmen, &customer, &said[0]["at"]).await;
    assert_eq!(words(&question), [("Where is my bag?", Some("own"))]);
    let reply = moment(&maya, carmen, &customer, &said[1]["at"]).await;
    assert_eq!(words(&reply), [("Where is my bag?", Some("own")), ("On its way.", Some("undelivered"))]);
    assert_eq!((&reply["undelivered"], &reply["unread"]), (&json!(1), &json!(0)));
    let end = moment(&maya, carmen, &customer, &view["asOf"]).await;
    assert_eq!(words(&end), [("Where is my bag?", Some("own")), ("On its way.", Some("seen"))]);

    let jonas = view["people"][1]["viewpoint"].clone();
    let of_jonas = looks(&maya, carmen, &jonas).await;
    let before = moment(&maya, carmen, &jonas, &said[0]["at"]).await;
    assert_eq!((words(&before), &before["reads"]), (vec![], &json!(false)), "he had not come yet");
    let end = moment(&maya, carmen, &jonas, &of_jonas["asOf"]).await;
    let turns: Vec<_> = words(&end).into_iter().filter(|(_, mark)| mark.is_some()).collect();
    let expected = [("Where is my bag?", Some("seen")), ("On its way.", Some("own")), ("She is upset", Some("own"))];
    assert_eq!(turns, expected);
    assert_eq!((&end["involvement"], &end["reads"]), (&json!("engaged"), &json!(true)));
    assert!(words(&end).iter().any(|(line, mark)| mark.is_none() && line.contains("joined")), "{end}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_needs_the_hub_once_and_then_no_more() {
    let hub = FakeHub::start().await;
    is_current(&hub);
    let carmen = story(&hub).await;
    let maya = Maya::signed_in(&hub).await;
    maya.until_live().await;
    let customer = json!({ "kind": "customer" });
    let unasked = json!({ "id": carmen, "viewpoint": customer, "at": crate::hub::now() });
    assert_eq!(maya.refused("asSeen.moment", unasked).await, "asSeen.gone");
    let view = looks(&maya, carmen, &customer).await;
    hub.go_down();
    maya.until_offline().await;
    assert_eq!(words(&moment(&maya, carmen, &customer, &view["asOf"]).await).len(), 2, "every moment is here");
    let other = json!({ "id": carmen, "viewpoint": view["people"][1]["viewpoint"] });
    assert_eq!(maya.refused("asSeen.look", other).await, "desk.offline");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_hub_does_not_know_and_the_desk_says_so() {
    let hub = FakeHub::start().await;
    let carmen = story(&hub).await;
    let maya = Maya::signed_in(&hub).await;
    maya.until_live().await;
    let asked = json!({ "id": carmen, "viewpoint": { "kind": "customer" } });
    assert_eq!(maya.refused("asSeen.look", asked).await, "hub.older");
}
