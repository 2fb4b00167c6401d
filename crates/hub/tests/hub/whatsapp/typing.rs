//! What customers see of our typing.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::{Body, Bytes};
use axum::response::IntoResponse;
use futures_util::stream;
use serde_json::{Value, json};
use tandem_hub::{NewWhatsappNumber, add_whatsapp_number};
use tandem_testkit::cloud_api::TOKEN;
use tokio::sync::Semaphore;

use super::world::{World, number, says, taken, words};
use crate::common::{TestHub, TestLogic, say};

/// What Meta was told, once it was told so much.
async fn told(world: &World, count: usize) -> Vec<Value> {
    let all = world.api.until(|api| Some(api.marks()).filter(|marks| marks.len() >= count));
    tokio::time::timeout(std::time::Duration::from_secs(30), all).await.expect("it is never told")
}

#[tokio::test]
async fn customers_of_a_number_that_says_so_do_not_see_who_is_typing() {
    let world = World::new().await;
    let (folder, silent) = (world.hub.folder.path().to_owned(), number(&world.api, TOKEN));
    let silent = NewWhatsappNumber { typing: Some(false), ..silent };
    tokio::task::spawn_blocking(move || add_whatsapp_number(&folder, silent)).await.unwrap().unwrap();
    let (maya, id) = world.talks().await;
    let mut desk = maya.live(None).await;
    say(&mut desk, &json!({ "type": "typing", "conversation": id }).to_string()).await;
    // The answer marks the message as read, and is the first thing that Meta is told.
    says(&maya, &id, "Found it").await;
    let marks = world.api.until(|api| Some(api.marks()).filter(|marks| !marks.is_empty())).await;
    assert_eq!((marks.len(), &marks[0]["typing_indicator"]), (1, &serde_json::Value::Null));
}

#[tokio::test]
async fn customers_see_that_somebody_is_typing() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    let mut desk = maya.live(None).await;
    say(&mut desk, &json!({ "type": "typing", "conversation": id }).to_string()).await;
    let marks = world.api.until(|api| Some(api.marks()).filter(|marks| !marks.is_empty())).await;
    assert_eq!(marks[0]["typing_indicator"]["type"], "text");
    assert_eq!(marks[0]["message_id"], "wamid.1");
}

#[tokio::test]
async fn customers_are_told_anew_every_20_seconds_for_as_long_as_somebody_types() {
    let (hub, ahead) = TestHub::start_with_clock(None).await;
    let world = World::of(hub).await;
    let (maya, id) = world.talks().await;
    let mut desk = maya.live(None).await;
    let types = json!({ "type": "typing", "conversation": id }).to_string();
    say(&mut desk, &types).await;
    told(&world, 1).await;
    ahead.fetch_add(20_000, Ordering::Relaxed);
    say(&mut desk, &types).await;
    told(&world, 2).await;
    // Nobody types any more: what is told next is that her answer was seen.
    ahead.fetch_add(20_000, Ordering::Relaxed);
    world.hears_text("wamid.2", "Are you there?").await;
    says(&maya, &id, "It is in Malaga.").await;
    let marks = told(&world, 3).await;
    let typed: Vec<_> = marks.iter().map(|mark| mark["typing_indicator"].is_object()).collect();
    assert_eq!(typed, [true, true, false]);
}

#[tokio::test]
async fn customers_see_that_your_logic_works_on_their_answer() {
    let go: Arc<Semaphore> = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&go);
    let logic = TestLogic::start(move |request| {
        let held = Arc::clone(&held);
        let is_turn = request["trigger"]["type"] == "TURN";
        let actions = if is_turn { json!([{ "type": "MESSAGE", "text": "Found it" }]) } else { json!([]) };
        let answer = json!({ "actions": actions }).to_string();
        let late = stream::once(async move {
            if is_turn {
                held.acquire().await.expect("it stays open").forget();
            }
            Ok::<_, std::convert::Infallible>(Bytes::from(answer))
        });
        ([("content-type", "application/json")], Body::from_stream(late)).into_response()
    })
    .await;
    let config = tandem_hub::config::LogicConfig { timeout_ms: 30_000, ..crate::common::logic_at(&logic.url) };
    let world = World::of(TestHub::start_with_logic(config).await).await;
    world.hears_text("wamid.1", "Where is my suitcase?").await;
    let marks = told(&world, 1).await;
    assert_eq!((&marks[0]["typing_indicator"]["type"], &marks[0]["message_id"]), (&json!("text"), &json!("wamid.1")));
    assert_eq!(world.api.taken().len(), 0, "it has not answered");
    go.add_permits(1);
    assert_eq!(words(&taken(&world.api, 1).await), ["Found it"]);
}

#[tokio::test]
async fn customers_see_what_your_logic_says_of_its_typing() {
    let logic = TestLogic::acting(json!([{ "type": "TYPING", "value": true }])).await;
    let world = World::of(TestHub::start(Some(&logic.url)).await).await;
    world.hears_text("wamid.1", "Where is my suitcase?").await;
    let marks = told(&world, 1).await;
    assert_eq!(marks[0]["typing_indicator"]["type"], "text");
}
