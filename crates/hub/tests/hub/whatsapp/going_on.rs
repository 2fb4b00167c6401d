//! Which conversation of a chat goes on in which.

use std::sync::atomic::Ordering;

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::world::{World, code, command, conversation, conversations, event, says, taken, words};
use crate::common::{Agent, TestHub};

const DAY_MS: i64 = 24 * 3_600_000;

async fn go_on(agent: &Agent, from: &str, new: Uuid) -> (u16, Value) {
    agent.asks(Method::POST, &format!("/api/v1/conversations/{from}/continue"), Some(&json!({ "id": new }))).await
}

async fn belongs(agent: &Agent, id: &str, is_so: bool) -> (u16, Value) {
    let body = json!({ "continues": is_so });
    agent.asks(Method::PUT, &format!("/api/v1/conversations/{id}/continues"), Some(&body)).await
}

#[tokio::test]
async fn what_comes_after_a_conversation_was_continued_comes_in_the_new_one() {
    let world = World::new().await;
    let (maya, old) = world.talks().await;
    says(&maya, &old, "In Malaga.").await;
    world.hears_text("wamid.2", "And where is my invoice?").await;
    event(&maya, &old, "turn_added", |body| body["turn"]["content"]["text"] == "And where is my invoice?").await;
    let new = Uuid::now_v7();
    let answer = go_on(&maya, &old, new).await;
    assert_eq!(answer, (200, json!({ "conversation": new, "begun": true })));
    assert_eq!(go_on(&maya, &old, new).await, answer, "a repeat begins no other one");
    let new = new.to_string();
    let (first, second) = (maya.state(&old).await, maya.state(&new).await);
    assert_eq!((&first["status"]["status"], &first["goesOnIn"]), (&json!("completed"), &json!(new)));
    assert_eq!((&second["status"]["status"], &second["goesOnFrom"]), (&json!("in_progress"), &json!(old)));
    assert_eq!((&second["contact"], &second["customer"]), (&first["contact"], &first["customer"]));
    assert_eq!(second["heardAt"], first["heardAt"], "the window is as open as before");
    assert!(second["waitsForPerson"].is_string(), "nobody has answered her");
    assert_eq!(maya.section("my").await, [new.as_str()]);
    let turns = |events: Vec<Value>| events.iter().filter(|event| event["body"]["turn_added"].is_object()).count();
    assert_eq!(turns(super::world::events(&maya, &old).await), 3, "no turn moves");
    assert_eq!(turns(super::world::events(&maya, &new).await), 0);

    says(&maya, &new, "It is on its way.").await;
    assert_eq!(words(&taken(&world.api, 2).await), ["In Malaga.", "It is on its way."]);
    assert_eq!(maya.state(&new).await["waitsForPerson"], Value::Null);
    world.hears_text("wamid.3", "When does it come?").await;
    event(&maya, &new, "turn_added", |body| body["turn"]["content"]["text"] == "When does it come?").await;
    assert_eq!(maya.state(&old).await["status"]["status"], "completed");

    let (status, problem) = go_on(&maya, &old, Uuid::now_v7()).await;
    assert_eq!((status, code(&problem)), (409, "conversation.not_newest"), "{problem}");
    let (status, problem) = go_on(&maya, &new, Uuid::parse_str(&old).unwrap()).await;
    assert_eq!((status, code(&problem)), (409, "input.id_used"), "{problem}");
    assert_eq!(go_on(&maya, &new, Uuid::nil()).await.0, 422);
    let empty = Uuid::now_v7();
    assert_eq!(go_on(&maya, &new, empty).await.0, 200);
    let (status, problem) = go_on(&maya, &empty.to_string(), Uuid::now_v7()).await;
    assert_eq!((status, code(&problem)), (409, "conversation.nothing_said"), "{problem}");
}

#[tokio::test]
async fn who_leaves_the_new_one_without_a_word_leaves_nobody_alone() {
    let world = World::new().await;
    let (maya, old) = world.talks().await;
    let new = Uuid::now_v7();
    assert_eq!(go_on(&maya, &old, new).await.0, 200);
    let new = new.to_string();
    assert_eq!(command(&maya, &new, json!({ "type": "leave", "reason": "lunch" })).await.0, 200);
    assert_eq!(world.hub.jonas().await.section("help").await, [new]);
}

#[tokio::test]
async fn only_who_is_in_a_conversation_continues_it_and_who_may_not_read_it_does_not_learn_of_it() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    let (jonas, sofia) = (world.hub.jonas().await, world.hub.sofia().await);
    let (status, problem) = go_on(&jonas, &id, Uuid::now_v7()).await;
    assert_eq!((status, code(&problem)), (404, "conversation.unknown"), "{problem}");
    let (status, problem) = go_on(&sofia, &id, Uuid::now_v7()).await;
    assert_eq!((status, code(&problem)), (409, "conversation.not_engaged"), "{problem}");
    assert_eq!(sofia.section("all").await, [id.as_str()], "nothing was begun");
    assert_eq!(maya.state(&id).await["goesOnIn"], Value::Null);
    assert_eq!(command(&maya, &id, json!({ "type": "complete" })).await.0, 200);
    assert_eq!(go_on(&sofia, &id, Uuid::now_v7()).await.0, 200, "who may reopen it may continue it");
}

#[tokio::test]
async fn a_conversation_that_came_apart_is_said_to_belong_to_the_one_before_and_nothing_moves() {
    let (hub, ahead) = TestHub::start_with_clock(None).await;
    let world = World::of(hub).await;
    let (maya, first) = world.talks().await;
    assert_eq!(command(&maya, &first, json!({ "type": "complete", "resolution": "found" })).await.0, 200);
    let (status, problem) = belongs(&maya, &first, true).await;
    assert_eq!((status, code(&problem)), (409, "conversation.is_first"), "{problem}");
    ahead.fetch_add(DAY_MS + 60_000, Ordering::Relaxed);
    world.hears("wamid.2", super::world::text("It was not found after all"), -DAY_MS / 1_000).await;
    // Sign-ins of the day before have ended.
    let maya = world.hub.maya().await;
    let second = conversation(&maya, "help").await;
    assert_ne!(second, first);
    assert_eq!(command(&maya, &second, json!({ "type": "join" })).await.0, 200);
    let before = maya.state(&second).await;
    assert_eq!(belongs(&maya, &second, true).await, (200, json!({ "conversation": first })));
    assert_eq!(belongs(&maya, &second, true).await, (200, json!({ "conversation": first })), "said again");
    let (one, two) = (maya.state(&first).await, maya.state(&second).await);
    assert_eq!((&one["goesOnIn"], &two["goesOnFrom"]), (&json!(second), &json!(first)));
    assert_eq!((&one["status"]["status"], &one["status"]["resolution"]), (&json!("completed"), &json!("found")));
    for same in ["status", "engagements", "waitingSince", "waitsForPerson"] {
        assert_eq!(two[same], before[same], "{same}");
    }
    world.hears("wamid.3", super::world::text("Hello?"), -DAY_MS / 1_000).await;
    event(&maya, &second, "turn_added", |body| body["turn"]["content"]["text"] == "Hello?").await;

    assert_eq!(belongs(&maya, &second, false).await, (200, json!({})));
    let (one, two) = (maya.state(&first).await, maya.state(&second).await);
    assert_eq!((&one["goesOnIn"], &two["goesOnFrom"]), (&Value::Null, &Value::Null));
    let (status, _) = belongs(&world.hub.jonas().await, &second, true).await;
    assert_eq!(status, 404, "he may not read it");
}

#[tokio::test]
async fn a_web_chat_shows_one_conversation_and_is_not_continued_in_another() {
    let hub = TestHub::start(None).await;
    let carmen = hub.customer().await;
    carmen.writes("Hello?").await;
    let (maya, id) = (hub.maya().await, carmen.conversation().await);
    maya.does(&id, json!({ "type": "join" })).await;
    let (status, problem) = go_on(&maya, &id, Uuid::now_v7()).await;
    assert_eq!((status, code(&problem)), (409, "conversation.shows_one"), "{problem}");
    assert_eq!(maya.state(&id).await["status"]["status"], "in_progress");
}

#[tokio::test]
async fn a_conversation_in_progress_is_not_ended_by_what_is_said_of_a_later_one() {
    let world = World::new().await;
    let (maya, first) = world.talks().await;
    let second = Uuid::now_v7();
    assert_eq!(go_on(&maya, &first, second).await.0, 200);
    let second = second.to_string();
    assert_eq!(belongs(&maya, &second, false).await.0, 200);
    assert_eq!(command(&maya, &first, json!({ "type": "reopen" })).await.0, 200);
    assert_eq!(conversations(&maya, "my", 2).await.len(), 2);
    let (status, problem) = belongs(&maya, &second, true).await;
    assert_eq!((status, code(&problem)), (409, "conversation.is_first"), "{problem}");
    assert_eq!(maya.state(&first).await["status"]["status"], "in_progress");
}
