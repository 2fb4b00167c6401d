//! A hub that violates the protocol: the desk says so in plain words, keeps its data, and continues when the hub does.

use serde_json::{Value, json};
use tandem_conversation::EventBody;

use crate::desk::Maya;
use crate::hub::{FakeHub, now};

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_whose_answer_is_nonsense_is_sent_again_and_said_once() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    hub.joins(carmen, "Maya Ortiz");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["Hello?"]).await;
    let position = maya.ok("conversation.open", json!({"id": carmen})).await["position"].clone();
    // Such as a captive portal's page.
    hub.world().nonsense = vec!["{}".into(), "<html>Please accept our terms</html>".into()];
    maya.ok("conversation.send", json!({"id": carmen, "text": "Good morning", "writtenAgainst": position})).await;
    maya.until("sent", "app.state", json!({}), |app| app["figures"]["queued"] == 0).await;
    assert!(hub.world().nonsense.is_empty(), "it was asked until it made sense");
    let is_it =
        |body: &EventBody| matches!(body, EventBody::TurnAdded { turn, .. } if turn.content.text() == "Good morning");
    assert_eq!(hub.world().log.iter().filter(|event| is_it(&event.body)).count(), 1);
    maya.until_words(carmen, &["Hello?", "Good morning"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sends_the_desk_elsewhere_gets_neither_its_token_nor_its_words() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    hub.joins(carmen, "Maya Ortiz");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["Hello?"]).await;
    let elsewhere = FakeHub::start().await;
    hub.world().elsewhere = vec![format!("{}/api/v1/commands", elsewhere.url)];
    let position = maya.ok("conversation.open", json!({"id": carmen})).await["position"].clone();
    maya.ok("conversation.send", json!({"id": carmen, "text": "Good morning", "writtenAgainst": position})).await;
    maya.until("sent", "app.state", json!({}), |app| app["figures"]["queued"] == 0).await;
    maya.until_words(carmen, &["Hello?", "Good morning"]).await;
    assert!(hub.world().elsewhere.is_empty() && elsewhere.world().commands.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "one");
    hub.joins(carmen, "Maya Ortiz");
    hub.world().nonsense = vec!["x".repeat(100 << 20)];
    let maya = Maya::signed_in(&hub).await;
    hub.until("the page was asked for", |world| world.nonsense.is_empty()).await;
    maya.until_live().await;
    // Asked for again with the next connection, at the latest.
    hub.cut();
    maya.until_words(carmen, &["one"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_that_is_too_long_ends_the_connection_and_nothing_else() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "one");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["one"]).await;
    let visits = hub.world().came_with.len();
    hub.say(&"x".repeat(65 << 20));
    hub.until("a new connection", |world| world.came_with.len() > visits).await;
    hub.customer_writes(carmen, "two");
    maya.until_words(carmen, &["one", "two"]).await;
}

/// JSON that is nested more deeply than any reader follows.
fn deep() -> Value {
    (0..126).fold(json!(1), |inner, _| json!({ "a": inner }))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_counted_and_passed_over_and_the_rest_goes_on() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "one");
    hub.joins(carmen, "Maya Ortiz");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["one"]).await;
    let position = hub.world().states[&carmen].position;
    let batch = |changes: Value| {
        json!({ "batch": { "cursor": hub.world().log.len(), "time": now(), "changes": changes } }).to_string()
    };
    let event = |body: &str| {
        let head = json!({ "conversation": carmen, "position": position, "time": now(),
            "actor": { "kind": "logic" }, "cause": uuid::Uuid::now_v7() });
        format!("{},\"body\":{body}}}", head.to_string().trim_end_matches('}'))
    };
    let mut number = 1;
    let mut said = vec!["one".to_owned()];
    for frame in [
        "no JSON at all".to_owned(),
        "{".into(),
        "7".into(),
        "{}".into(),
        json!({ "batch": 7 }).to_string(),
        json!({ "batch": { "cursor": "seven" } }).to_string(),
        json!({ "batch": { "cursor": 99, "time": now(), "changes": [{ "event": { "position": -1 } }] } }).to_string(),
        json!({ "batch": { "cursor": "far", "changes": [] } }).to_string(),
        json!({ "alive": {} }).to_string(),
        json!({ "people": { "people": [7] } }).to_string(),
        json!({ "typing": deep() }).to_string(),
        batch(json!([7, {}, { "event": 7 }, { "opened": { "id": carmen } }, { "closed": 7 }, { "a": 1, "b": 2 }])),
        batch(json!([{ "event": { "conversation": carmen, "position": position } }])),
        batch(json!([{ "event": { "deep": deep() } }, { "opened": { "deep": deep() } }, { "deep": deep() }])),
        batch(json!([])).replace("[]", &format!("[{{\"event\":{}}}]", event(&format!("{{\"x\":{}}}", deep())))),
    ] {
        hub.say(&frame);
        number += 1;
        let words = format!("word {number}");
        hub.customer_writes(carmen, &words);
        said.push(words);
        maya.until_words(carmen, &said.iter().map(String::as_str).collect::<Vec<_>>()).await;
    }
    let app = maya.ok("app.state", json!({})).await;
    assert_eq!(app["connection"]["state"], "live", "{app}");
    assert!(app["newer"].as_u64() >= Some(1), "{app}");
    assert_eq!(hub.world().came_with.len(), 1, "over one connection");
    // What a frame may have told is compared by the next one.
    hub.cut();
    hub.until("a new connection", |world| world.came_with.len() > 1).await;
    assert_eq!(hub.world().came_with.last(), Some(&None));
    maya.until_live().await;
    maya.until_words(carmen, &said.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_cannot_be_read_is_passed_over_in_every_way_that_leads_to_it() {
    for body in [json!({ "custom_changed": { "patch": deep() } }), json!([])] {
        let hub = FakeHub::start().await;
        let carmen = hub.customer_comes("Carmen Menzel");
        hub.customer_writes(carmen, "one");
        hub.joins(carmen, "Maya Ortiz");
        hub.customer_writes(carmen, "two");
        // The page of a desk that comes new, and the catch-up of one that comes back.
        let damaged = hub.world().states[&carmen].position;
        hub.customer_writes(carmen, "lost");
        hub.damages(carmen, damaged.next(), body.clone());
        hub.customer_writes(carmen, "three");
        let maya = Maya::signed_in(&hub).await;
        maya.until_words(carmen, &["one", "two", "three"]).await;
        hub.go_down();
        maya.until_offline().await;
        let damaged = hub.world().states[&carmen].position;
        hub.customer_writes(carmen, "lost too");
        hub.damages(carmen, damaged.next(), body);
        hub.customer_writes(carmen, "four");
        hub.come_back();
        maya.until_words(carmen, &["one", "two", "three", "four"]).await;
        let app = maya.until_live_app().await;
        assert_eq!(app["newer"], 1, "{app}");
        let cursor = hub.world().log.len() as u64;
        hub.cut();
        hub.until("a new connection", |world| world.came_with.last() == Some(&Some(cursor))).await;
        let maya = maya.restart().await;
        maya.until_words(carmen, &["one", "two", "three", "four"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_out_of_order_are_shown_in_order() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "one");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["one"]).await;
    hub.world().lose = 2;
    hub.customer_writes(carmen, "two");
    hub.customer_writes(carmen, "three");
    let log = hub.world().log.clone();
    let backwards: Vec<_> = log.iter().rev().map(|event| json!({ "event": event })).collect();
    hub.say(&json!({"batch": {"cursor": log.len(), "time": now(), "changes": backwards}}).to_string());
    maya.until_words(carmen, &["one", "two", "three"]).await;
    let position = hub.world().states[&carmen].position;
    let newest = |view: &serde_json::Value| view["position"] == json!(position);
    maya.until("the newest state", "conversation.open", json!({"id": carmen}), newest).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_come_back_while_a_draft_is_written_are_not_overwritten() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "one");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["one"]).await;
    maya.ok("conversation.draft", json!({"id": carmen, "text": "Came back", "note": false})).await;
    maya.ok("conversation.draft", json!({"id": carmen, "text": "Dear Carmen", "base": "", "note": false})).await;
    let draft = maya.ok("conversation.open", json!({"id": carmen})).await["drafts"]["reply"].clone();
    assert_eq!(draft, "Came back\n\nDear Carmen");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_did_not_come_is_asked_for_again_while_the_connection_lives() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "one");
    hub.joins(carmen, "Maya Ortiz");
    hub.world().elsewhere = vec!["http://127.0.0.1:1/".into()];
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["one"]).await;
    let world = hub.world();
    assert!(world.elsewhere.is_empty(), "it was asked for twice");
    assert_eq!(world.came_with.len(), 1, "over one connection");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_sign_in_that_ended_before_it_was_used_is_renewed_again() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "one");
    let maya = Maya::signed_in(&hub).await;
    hub.world().access = "another".into();
    hub.world().stillborn = 3;
    hub.cut();
    hub.until("a new connection", |world| world.came_with.len() > 1).await;
    maya.until_live().await;
    assert_eq!(hub.world().stillborn, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_named_and_costs_nothing_once_there_is_room() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "one");
    hub.joins(carmen, "Maya Ortiz");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["one"]).await;
    maya.desk.disk_is_full(true).await.unwrap();
    let long = "x".repeat(9_000);
    hub.customer_writes(carmen, &long);
    hub.customer_writes(carmen, &long);
    let app = maya.until_offline().await;
    assert!(app["connection"]["reason"].as_str().unwrap().contains("full"), "{app}");
    assert_eq!(maya.words(carmen).await, ["one"], "what is there stays readable");
    maya.desk.disk_is_full(false).await.unwrap();
    maya.until_words(carmen, &["one", &long, &long]).await;
}
