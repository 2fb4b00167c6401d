//! What customers send, and what becomes of it.

use reqwest::Method;
use serde_json::{Value, json};
use tandem_testkit::cloud_api::Phone;

use super::world::{World, command, conversation, conversations, event, events, replies, says, text, until};
use crate::common::partner::{Partner, invited};
use crate::common::{frames_until, say};

#[tokio::test]
async fn whatever_is_delivered_twice_counts_once() {
    let world = World::new().await;
    let sofia = world.hub.sofia().await;
    for _ in 0..3 {
        world.hears_text("wamid.1", "Hello?").await;
        world.hears_text("wamid.1", "Hello again, in other words").await;
        world.hears_text("wamid.2", "Is anybody there?").await;
    }
    let id = conversation(&sofia, "all").await;
    event(&sofia, &id, "turn_added", |body| body["turn"]["content"]["text"] == "Is anybody there?").await;
    world.hears_text("wamid.3", "The last").await;
    event(&sofia, &id, "turn_added", |body| body["turn"]["content"]["text"] == "The last").await;
    let turns = events(&sofia, &id).await.into_iter().filter(|event| event["body"].get("turn_added").is_some()).count();
    assert_eq!(turns, 3);
    let (_, page) = sofia.gets("/api/v1/conversations?section=all").await;
    assert_eq!(page["total"], 1, "one chat, one conversation");
}

#[tokio::test]
async fn a_door_that_is_not_metas_changes_nothing() {
    let world = World::new().await;
    let client = reqwest::Client::new();
    let body = r#"{"entry":[]}"#;
    let unsigned = client.post(&world.hooks.url).body(body).send().await.unwrap();
    assert_eq!(unsigned.status(), 403);
    assert_eq!(unsigned.json::<Value>().await.unwrap()["code"], "whatsapp.signature");
    let large = client.post(&world.hooks.url).body(vec![b' '; 3 * 1024 * 1024 + 1]).send().await.unwrap();
    assert_eq!(large.status(), 413);
    let ask = |token: &str| {
        let query = format!("hub.mode=subscribe&hub.verify_token={token}&hub.challenge=1158201444");
        client.get(format!("{}?{query}", world.hooks.url)).send()
    };
    assert_eq!(ask("another%20one").await.unwrap().status(), 403);
    let proven = ask("a%20long%20one").await.unwrap();
    assert_eq!(proven.status(), 200);
    assert!(proven.headers()["content-type"].to_str().unwrap().starts_with("text/plain"));
    assert_eq!(proven.text().await.unwrap(), "1158201444");
    assert_eq!(world.hooks.post("not json").await.unwrap(), 200, "Meta would repeat it for a week");
    assert_eq!(world.hooks.post(&"[".repeat(100_000)).await.unwrap(), 200);
    let (sofia, ada) = (world.hub.sofia().await, world.hub.ada().await);
    world.hears_text("wamid.1", "Hello?").await;
    conversation(&sofia, "all").await;
    let (_, unread) = ada.gets("/api/v1/channels/whatsapp/main/unread").await;
    assert_eq!(unread.as_array().map(Vec::len), Some(2), "operators are told what was not understood: {unread}");
    assert_eq!(ada.gets("/api/v1/channels/whatsapp/nowhere/unread").await.0, 404);
}

#[tokio::test]
async fn quotes_reactions_edits_and_withdrawals_are_about_their_turns() {
    let world = World::new().await;
    let (maya, sofia) = (world.hub.maya().await, world.hub.sofia().await);
    world.hears_text("wamid.1", "My card is 4111 1111 1111 1111").await;
    let id = conversation(&maya, "help").await;
    let turn = event(&maya, &id, "turn_added", |_| true).await["turn"]["id"].clone();
    let quoting = json!({ "type": "text", "text": { "body": "This one" }, "context": { "id": "wamid.1" } });
    world.hears("wamid.2", quoting, 0).await;
    let quote = event(&maya, &id, "turn_added", |body| body["turn"]["replyTo"] == turn).await;
    assert_eq!(quote["turn"]["content"]["text"], "This one");
    world
        .hears("wamid.3", json!({ "type": "reaction", "reaction": { "message_id": "wamid.1", "emoji": "👍" } }), 0)
        .await;
    event(&maya, &id, "reacted", |body| body["turn"] == turn && body["emoji"] == "👍").await;
    let edit = json!({ "type": "edit", "edit": { "original_message_id": "wamid.1",
        "message": { "type": "text", "text": { "body": "My card is secret" } } } });
    world.hears("wamid.4", edit, 0).await;
    event(&maya, &id, "turn_edited", |body| body["content"]["text"] == "My card is secret").await;
    let found = async |words: &str| {
        let (_, page) = sofia.gets(&format!("/api/v1/search?q={words}")).await;
        page["hits"].as_array().unwrap().len()
    };
    until(async || (found("secret").await > 0).then_some(())).await;
    world.hears("wamid.5", json!({ "type": "revoke", "revoke": { "original_message_id": "wamid.1" } }), 0).await;
    event(&maya, &id, "turn_withdrawn", |body| body["turn"] == turn).await;
    until(async || (found("secret").await + found("4111").await == 0).then_some(())).await;
}

#[tokio::test]
async fn a_tap_answers_the_question_that_was_asked() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    let choices = json!([{ "id": "a", "label": "Aisle" }, { "id": "w", "label": "Window" }]);
    let (.., turn) = replies(&maya, &id, json!({ "type": "question", "text": "Which?", "choices": choices })).await;
    let request = super::world::taken(&world.api, 1).await.remove(0);
    let button = request["interactive"]["action"]["buttons"][1]["reply"].clone();
    assert_eq!((&button["title"], &button["id"]), (&json!("Window"), &json!(format!("{turn}:w"))));
    let tap = json!({ "type": "interactive", "interactive": { "type": "button_reply", "button_reply": button } });
    world.hears("wamid.2", tap, 0).await;
    let answer = event(&maya, &id, "turn_added", |body| body["turn"]["content"]["type"] == "answer").await;
    let content = &answer["turn"]["content"];
    assert_eq!((&content["question"], &content["choice"]), (&json!(turn), &json!("w")));
}

#[tokio::test]
async fn a_reused_number_begins_another_chat_and_replies_stay_in_their_own() {
    let world = World::new().await;
    let phone = |user: &str, name: &str| Phone { user_id: user.into(), ..Phone::new("34600111222", name) };
    let (carmen, ana) = (phone("ES.1", "Carmen"), phone("ES.2", "Ana"));
    let days_ago = 3 * 24 * 3_600;
    world.hooks.message(&carmen, "wamid.1", text("I am Carmen"), days_ago).await.unwrap();
    let maya = world.hub.maya().await;
    let first = conversation(&maya, "help").await;
    world.hooks.message(&ana, "wamid.2", text("I am Ana"), 0).await.unwrap();
    let both = conversations(&maya, "help", 2).await;
    let second = both.into_iter().find(|id| *id != first).unwrap();
    assert_eq!(command(&maya, &second, json!({ "type": "join" })).await.0, 200);
    says(&maya, &second, "Hello Ana").await;
    let request = super::world::taken(&world.api, 1).await.remove(0);
    assert_eq!(request["to"], "34600111222", "the number is Ana's now");
    // Carmen has a new number, and the same id.
    let moved = Phone { user_id: "ES.1".into(), ..Phone::new("34600333444", "Carmen") };
    world.hooks.message(&moved, "wamid.3", text("It is still me"), 0).await.unwrap();
    event(&maya, &first, "turn_added", |body| body["turn"]["content"]["text"] == "It is still me").await;
    assert_eq!(command(&maya, &first, json!({ "type": "join" })).await.0, 200);
    says(&maya, &first, "Hello Carmen").await;
    let request = super::world::taken(&world.api, 2).await.remove(1);
    assert_eq!(request["to"], "34600333444");
}

#[tokio::test]
async fn an_answer_from_our_own_phone_ends_the_wait_and_is_not_sent_again() {
    let world = World::new().await;
    world.hears_text("wamid.1", "Hello?").await;
    // Who helps no longer sees it once it needs no help.
    let sofia = world.hub.sofia().await;
    let id = conversation(&sofia, "help").await;
    let echo = json!({ "from": "34600123456", "to": "34600999888", "id": "wamid.phone", "timestamp": "1",
        "type": "text", "text": { "body": "On my way, this is the shop" } });
    world.hooks.changed("smb_message_echoes", json!({ "message_echoes": [echo] })).await.unwrap();
    let added =
        event(&sofia, &id, "turn_added", |body| body["turn"]["content"]["text"] == "On my way, this is the shop");
    added.await;
    until(async || sofia.section("help").await.is_empty().then_some(())).await;
    assert_eq!(world.api.requests().len(), 0);
}

fn edit(of: &str, words: &str) -> Value {
    let message = json!({ "type": "text", "text": { "body": words } });
    json!({ "type": "edit", "edit": { "original_message_id": of, "message": message } })
}

fn revoke(of: &str) -> Value {
    json!({ "type": "revoke", "revoke": { "original_message_id": of } })
}

#[tokio::test]
async fn a_partner_reads_edits_and_withdrawals_at_once_and_nothing_from_before_the_invitation() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    let (token, _) = invited(&maya, &id).await;
    let aerolinx = Partner::new(&world.hub.base, &token);
    assert_eq!(aerolinx.opens().await.0, 200);
    world.hears_text("wamid.2", "Seat 4A").await;
    world.hears_text("wamid.3", "My card is 4111").await;
    event(&maya, &id, "turn_added", |body| body["turn"]["content"]["text"] == "My card is 4111").await;
    let (_, page) = aerolinx.asks(Method::GET, "entries", None).await;
    let seen = page["entries"].as_array().unwrap();
    let mut live = aerolinx.live().await;
    say(&mut live, &json!({ "type": "hello", "conversation": id, "after": page["upTo"] }).to_string()).await;
    frames_until(&mut live, |frame| frame["type"] == "ready").await;
    world.hears("wamid.4", edit("wamid.2", "Seat 4B"), 0).await;
    frames_until(&mut live, |frame| *frame == json!({ "type": "amended", "conversation": id })).await;
    world.hears("wamid.5", revoke("wamid.3"), 0).await;
    world.hears("wamid.6", edit("wamid.1", "Where is my secret suitcase?"), 0).await;
    event(&maya, &id, "turn_edited", |body| body["content"]["text"] == "Where is my secret suitcase?").await;
    let path = format!("entries?conversation={id}&after={}", page["upTo"]);
    let (_, more) = aerolinx.asks(Method::GET, &path, None).await;
    let mut changed = seen.clone();
    changed[0]["text"] = json!("Seat 4B");
    (changed[1]["text"], changed[1]["withdrawn"]) = (json!(""), json!(true));
    assert_eq!(more["entries"], Value::Array(changed), "each as it is now, in its place");
    let mut again = aerolinx.live().await;
    say(&mut again, &json!({ "type": "hello", "conversation": id, "after": page["upTo"] }).to_string()).await;
    frames_until(&mut again, |frame| frame["entry"]["withdrawn"] == true).await;
    assert_eq!(aerolinx.texts().await, ["Seat 4B"], "a page that is loaded again shows the same");
}

#[tokio::test]
async fn nothing_that_a_customer_sends_touches_another_chat() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    let ana = Phone::new("351912345678", "Ana");
    for (message, said) in [
        ("wamid.2", json!({ "type": "reaction", "reaction": { "message_id": "wamid.1", "emoji": "👎" } })),
        ("wamid.3", revoke("wamid.1")),
        ("wamid.4", edit("wamid.1", "Give it to Ana")),
    ] {
        world.hooks.message(&ana, message, said, 0).await.unwrap();
    }
    let other = conversation(&maya, "help").await;
    event(&maya, &other, "turn_added", |body| body["turn"]["content"]["text"] == "Give it to Ana").await;
    for event in events(&maya, &id).await {
        let body = event["body"].as_object().unwrap();
        assert!(["reacted", "turn_edited", "turn_withdrawn"].iter().all(|kind| !body.contains_key(*kind)), "{event}");
    }
}

#[tokio::test]
async fn words_that_were_withdrawn_stay_withdrawn() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    world.hears("wamid.2", revoke("wamid.1"), 0).await;
    world.hears("wamid.3", edit("wamid.1", "My card is 4111"), 0).await;
    world.hears("wamid.4", revoke("wamid.1"), 0).await;
    world.hears_text("wamid.5", "The last").await;
    event(&maya, &id, "turn_added", |body| body["turn"]["content"]["text"] == "The last").await;
    let all = events(&maya, &id).await;
    let of = |kind: &str| all.iter().filter(|event| event["body"].get(kind).is_some()).count();
    assert_eq!((of("turn_edited"), of("turn_withdrawn")), (0, 1));
}
