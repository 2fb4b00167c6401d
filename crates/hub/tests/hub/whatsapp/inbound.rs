//! What customers send, and what becomes of it.

use std::sync::atomic::Ordering;

use reqwest::Method;
use serde_json::{Value, json};
use tandem_sqlite::rusqlite::Connection;
use tandem_testkit::cloud_api::Phone;

use super::world::{
    World, code, command, conversation, conversations, event, events, replies, says, seconds, text, until,
};
use crate::common::partner::{Partner, invited};
use crate::common::{TestHub, TestLogic, frames_until, say};

const HOUR_MS: i64 = 3_600_000;

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
    let mut lines = Vec::new();
    let config = tandem_hub::config::Config::new(world.hub.folder.path().to_owned());
    tandem_hub::doctor(&config, |line| lines.push(line)).await;
    let said = lines.iter().any(|line| line.contains("main: 0 to be sent, 2 not understood"));
    assert!(said, "whoever asks the doctor is told, too: {lines:?}");
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
    let told = event(&maya, &second, "turn_added", |body| body["turn"]["content"]["kind"] == "reused").await;
    assert_eq!(told["turn"]["silent"], true, "agents see that the number was another person's: {told}");
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

#[tokio::test]
async fn a_chat_that_is_opened_for_the_first_time_begins_a_conversation() {
    let logic = TestLogic::acting(json!([])).await;
    let world = World::of(TestHub::start(Some(&logic.url)).await).await;
    world.hears("wamid.1", json!({ "type": "request_welcome" }), 0).await;
    let asked = until(async || logic.asked.lock().unwrap().first().cloned()).await;
    assert_eq!(asked["trigger"]["type"], "CONVERSATION_STARTED");
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

#[tokio::test]
async fn a_chat_that_begins_with_a_withdrawal_never_shows_those_words() {
    let world = World::new().await;
    world.hears("wamid.3", revoke("wamid.2"), 0).await;
    world.hears("wamid.4", edit("wamid.2", "My PIN is 1234"), 10).await;
    world.hears_text("wamid.2", "My PIN is 4321").await;
    let (maya, id) = world.talks().await;
    let all = events(&maya, &id).await;
    assert!(all.iter().all(|event| !event.to_string().contains("PIN")), "{all:?}");
}

#[tokio::test]
async fn what_is_about_a_message_that_comes_later_counts_as_if_it_had_come_first() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    world.hears("wamid.3", revoke("wamid.2"), 0).await;
    world.hears_text("wamid.2", "My card is 4111").await;
    world.hears("wamid.5", edit("wamid.4", "Seat 4B"), 10).await;
    world.hears_text("wamid.4", "Seat 4A").await;
    world.hears("wamid.6", edit("wamid.4", "Seat 4A, please"), 60).await;
    world.hears("wamid.7", edit("wamid.4", "Seat 4C"), 5).await;
    world.hears_text("wamid.8", "The last").await;
    event(&maya, &id, "turn_added", |body| body["turn"]["content"]["text"] == "The last").await;
    let all = events(&maya, &id).await;
    let added: Vec<_> =
        all.iter().filter_map(|event| event["body"]["turn_added"]["turn"]["content"].as_object()).collect();
    let texts: Vec<_> = added.iter().filter_map(|content| content.get("text")?.as_str()).collect();
    assert_eq!(
        texts,
        ["Where is my suitcase?", "deleted", "Seat 4B", "The last"],
        "each message has one turn: {added:?}"
    );
    let of = |kind: &str| all.iter().filter_map(|event| event["body"].get(kind)).collect::<Vec<_>>();
    assert_eq!(of("turn_withdrawn").len(), 1);
    let edited: Vec<_> = of("turn_edited").iter().map(|body| body["content"]["text"].clone()).collect();
    assert_eq!(edited, ["Seat 4C"], "older words replace no newer ones");
}

#[tokio::test]
async fn of_reactions_the_newest_counts_and_waits_for_its_message() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    let reacts = async |wamid: &str, to: &str, emoji: &str, ago_s: i64| {
        let reaction = json!({ "type": "reaction", "reaction": { "message_id": to, "emoji": emoji } });
        world.hears(wamid, reaction, ago_s).await;
    };
    reacts("wamid.3", "wamid.1", "👍", 0).await;
    reacts("wamid.4", "wamid.1", "👎", 10).await;
    // Of a message that is still to come, the older reaction comes last, too.
    reacts("wamid.5", "wamid.2", "🎉", 5).await;
    reacts("wamid.6", "wamid.2", "😢", 10).await;
    world.hears_text("wamid.2", "It has come!").await;
    // It never comes, and nothing of that is lost on others.
    reacts("wamid.7", "wamid.lost", "👍", 0).await;
    world.hears_text("wamid.8", "The last").await;
    event(&maya, &id, "turn_added", |body| body["turn"]["content"]["text"] == "The last").await;
    // Our own words, whose id the hub knows by Meta's answer, or else by the next report.
    says(&maya, &id, "Good!").await;
    super::world::taken(&world.api, 1).await;
    let ours = world.api.taken().remove(0);
    reacts("wamid.9", &ours.id, "❤", 0).await;
    world.hooks.statuses(vec![ours.status("delivered")]).await.unwrap();
    event(&maya, &id, "reacted", |body| body["emoji"] == "❤").await;
    let all = events(&maya, &id).await;
    let emojis: Vec<_> = all.iter().filter_map(|event| event["body"]["reacted"]["emoji"].as_str()).collect();
    assert_eq!(emojis, ["👍", "🎉", "❤"]);
}

#[tokio::test]
async fn whose_number_it_is_now_is_told_to_both() {
    let world = World::new().await;
    let phone = |user: &str, name: &str| Phone { user_id: user.into(), ..Phone::new("34600111222", name) };
    world.hooks.message(&phone("ES.1", "Carmen"), "wamid.1", text("I am Carmen"), 3 * 24 * 3_600).await.unwrap();
    let maya = world.hub.maya().await;
    let carmens = conversation(&maya, "help").await;
    let phones = async |id: &str| {
        let contacts = maya.state(id).await["customer"]["contacts"].clone();
        let all = contacts.as_array().cloned().unwrap_or_default();
        all.iter().map(|contact| contact["value"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(phones(&carmens).await, ["+34600111222"]);
    world.hooks.message(&phone("ES.2", "Ana"), "wamid.2", text("I am Ana"), 0).await.unwrap();
    let both = conversations(&maya, "help", 2).await;
    let anas = both.into_iter().find(|id| *id != carmens).unwrap();
    event(&maya, &carmens, "customer_attested", |body| body["contacts"] == json!([])).await;
    assert_eq!((phones(&carmens).await, phones(&anas).await), (Vec::new(), vec!["+34600111222".to_owned()]));
    // Ana takes another number, and says so.
    let system = json!({ "type": "user_changed_number", "wa_id": "34600333444" });
    let message = json!({ "id": "wamid.3", "from": "34600111222", "from_user_id": "ES.2",
        "timestamp": seconds().to_string(), "type": "system", "system": system });
    world.hooks.changed("messages", json!({ "messages": [message] })).await.unwrap();
    event(&maya, &anas, "customer_attested", |_| true).await;
    assert_eq!(phones(&anas).await, ["+34600333444"]);
}

#[tokio::test]
async fn what_is_written_long_after_the_end_begins_another_conversation_unless_it_is_a_courtesy() {
    let (hub, ahead) = TestHub::start_with_clock(None).await;
    let world = World::of(hub).await;
    let (maya, first) = world.talks().await;
    let heard = async |message: &str, words: &str, in_conversation: Option<&str>| {
        world.hears_text(message, words).await;
        let sofia = world.hub.sofia().await;
        until(async || {
            let (_, page) = sofia.gets(&format!("/api/v1/search?q={}", words.replace(' ', "%20"))).await;
            let found = page["hits"][0]["conversation"].as_str()?.to_owned();
            in_conversation.is_none_or(|id| id == found).then_some(found)
        })
        .await
    };
    assert_eq!(command(&maya, &first, json!({ "type": "complete" })).await.0, 200);
    ahead.fetch_add(23 * HOUR_MS, Ordering::Relaxed);
    heard("wamid.2", "umbrella forgotten", Some(&first)).await;
    let maya = world.hub.maya().await;
    assert_eq!(command(&maya, &first, json!({ "type": "join" })).await.0, 200);
    assert_eq!(command(&maya, &first, json!({ "type": "complete" })).await.0, 200);
    ahead.fetch_add(25 * HOUR_MS, Ordering::Relaxed);
    heard("wamid.3", "Thank you", Some(&first)).await;
    // The courtesy was the last turn: the hours count from it.
    ahead.fetch_add(25 * HOUR_MS, Ordering::Relaxed);
    let second = heard("wamid.4", "passport missing", None).await;
    assert_ne!(second, first);
    let state = world.hub.sofia().await.state(&first).await;
    assert_eq!(state["status"]["status"], "completed", "the one before stays closed: {state}");
}

fn call(id: &str, event: &str, direction: &str) -> Value {
    json!({ "id": id, "from": "34600999888", "to": "34600123456", "event": event, "direction": direction,
        "timestamp": "1752583107", "session": { "sdp": "v=0", "sdp_type": "offer" } })
}

#[tokio::test]
async fn a_call_calls_for_somebody_once_and_what_was_allowed_and_renumbered_is_told() {
    let world = World::new().await;
    let sofia = world.hub.sofia().await;
    let contacts = json!([{ "profile": { "name": "Carmen Ruiz" }, "wa_id": "34600999888" }]);
    for (id, event) in [("wacid.1", "connect"), ("wacid.1", "connect"), ("wacid.1", "terminate")] {
        let calls = [call(id, event, "USER_INITIATED"), call("wacid.2", "connect", "BUSINESS_INITIATED")];
        world.hooks.changed("calls", json!({ "contacts": contacts, "calls": calls })).await.unwrap();
    }
    let id = conversation(&sofia, "help").await;
    assert_eq!(command(&sofia, &id, json!({ "type": "join" })).await.0, 200);
    let (status, problem, _) = replies(&sofia, &id, json!({ "type": "text", "text": "Hello" })).await;
    assert_eq!((status, code(&problem)), (409, "conversation.window_closed"), "a call is no message");
    let reply = json!({ "response": "accept", "expiration_timestamp": 1_753_186_982 });
    let allowed = json!({ "type": "interactive",
        "interactive": { "type": "call_permission_reply", "call_permission_reply": reply } });
    world.hears("wamid.2", allowed, 0).await;
    let told = event(&sofia, &id, "turn_added", |body| body["turn"]["content"]["kind"] == "call_permission").await;
    let turn = &told["turn"];
    assert_eq!((&turn["content"]["detail"], &turn["silent"]), (&json!("2025-07-22"), &json!(true)));
    for _ in 0..2 {
        let system = json!({ "type": "system", "system": { "type": "user_changed_number", "wa_id": "34600111000",
            "body": "User A changed from 34600999888 to 34600111000" } });
        world.hears("wamid.3", system, 0).await;
    }
    let told = event(&sofia, &id, "turn_added", |body| body["turn"]["content"]["kind"] == "renumbered").await;
    assert_eq!(told["turn"]["content"]["detail"], "+34600999888 → +34600111000");
    says(&sofia, &id, "Hello").await;
    assert_eq!(super::world::taken(&world.api, 1).await[0]["to"], "34600111000");
    let kinds: Vec<_> = events(&sofia, &id)
        .await
        .iter()
        .filter_map(|event| event["body"]["turn_added"]["turn"]["content"]["kind"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(kinds, ["call", "call_permission", "renumbered"]);
}

#[tokio::test]
async fn the_past_of_a_phone_is_kept_as_it_came_and_touches_nothing() {
    let world = World::new().await;
    let message = |id: &str| {
        json!({ "from": "34600999888", "id": id, "timestamp": "1750000000", "type": "text",
            "text": { "body": "Long ago" } })
    };
    let thread = json!({ "id": "34600999888", "messages": [message("wamid.old1"), message("wamid.old2")] });
    world.hooks.changed("history", json!({ "history": [{ "threads": [thread] }] })).await.unwrap();
    let (maya, id) = world.talks().await;
    let words: Vec<_> = events(&maya, &id)
        .await
        .iter()
        .filter_map(|event| event["body"]["turn_added"]["turn"]["content"]["text"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(words, ["Where is my suitcase?"]);
    let (_, unread) = world.hub.ada().await.gets("/api/v1/channels/whatsapp/main/unread").await;
    assert_eq!(unread.as_array().map(Vec::len), Some(1), "{unread}");
    assert!(unread[0]["why"].as_str().unwrap().contains("past"), "{unread}");
}

#[tokio::test]
async fn withdrawn_words_and_files_are_erased_when_their_time_is_up() {
    let (hub, running) = TestHub::running(|config| config.retention.withdrawn_days = -1).await;
    let world = World::of(hub).await;
    let (file, sha256) = world.api.add_file("image/png", b"\x89PNG\r\n\x1a\nmy card");
    let (maya, id) = world.talks().await;
    let picture = json!({ "type": "image", "image": { "id": file, "mime_type": "image/png", "sha256": sha256, "caption": "4242" } });
    world.hears("wamid.2", picture, 0).await;
    world.hears_text("wamid.3", "My card is 4111").await;
    world.hears("wamid.4", edit("wamid.3", "My card is 4112"), 0).await;
    let media = event(&maya, &id, "turn_added", |body| body["turn"]["content"]["type"] == "attachment").await;
    let media = media["turn"]["content"]["media"]["id"].as_str().unwrap().to_owned();
    for (message, of) in [("wamid.5", "wamid.2"), ("wamid.6", "wamid.3")] {
        world.hears(message, revoke(of), 0).await;
    }
    world.hears_text("wamid.7", "The last").await;
    event(&maya, &id, "turn_added", |body| body["turn"]["content"]["text"] == "The last").await;
    let data = Connection::open(world.hub.folder.path().join("tandem.db")).unwrap();
    let kept = || {
        let sql = "SELECT count(*) FROM events WHERE body LIKE '%411_%' OR body LIKE '%4242%'";
        data.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!(kept(), 3, "until then they are hidden, and here");
    let before = maya.state(&id).await;
    running.sweep().await.unwrap();
    assert_eq!(kept(), 0);
    let sql = "SELECT count(*) FROM media WHERE conversation IS NOT NULL";
    assert_eq!(data.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap(), 0, "{media} goes with the next sweep");
    assert_eq!(maya.state(&id).await, before, "nothing else has changed");
    assert_eq!(running.sweep().await.unwrap(), 0);
}

/// The numbers 0, 1, 2, … in another order.
fn shuffled(count: usize, seed: u64) -> Vec<usize> {
    let mut all: Vec<_> = (0..count).collect();
    let mut random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for at in (1..count).rev() {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        all.swap(at, usize::try_from(random >> 33).unwrap() % (at + 1));
    }
    all
}

#[tokio::test]
async fn webhooks_shuffled_and_doubled_give_the_same_turns() {
    const MESSAGES: usize = 9;
    let world = World::new().await;
    let sofia = world.hub.sofia().await;
    for seed in 0..6_u64 {
        let phone = Phone::new(&format!("3460022200{seed}"), "Somebody");
        let mut order = shuffled(MESSAGES, seed + 1);
        order.extend(shuffled(MESSAGES, seed + 77));
        for at in order {
            let words = text(&format!("chat {seed} message {at}"));
            world
                .hooks
                .message(&phone, &format!("wamid.{seed}.{at}"), words, 60 - i64::try_from(at).unwrap())
                .await
                .unwrap();
        }
    }
    world.hears_text("wamid.end", "The end").await;
    let all = conversations(&sofia, "help", 7).await;
    let mut said = Vec::new();
    for id in &all {
        for event in events(&sofia, id).await {
            said.extend(event["body"]["turn_added"]["turn"]["content"]["text"].as_str().map(str::to_owned));
        }
    }
    said.sort();
    let mut expected: Vec<_> =
        (0..6).flat_map(|seed| (0..MESSAGES).map(move |at| format!("chat {seed} message {at}"))).collect();
    expected.push("The end".into());
    expected.sort();
    assert_eq!(said, expected);
}

#[tokio::test]
async fn a_user_id_that_rotates_keeps_its_chat_and_its_replies() {
    let world = World::new().await;
    let of = |user: &str| Phone { user_id: user.into(), ..Phone::new("", "Carmen") };
    world.hooks.message(&of("ES.1"), "wamid.1", text("Where is my suitcase?"), 60).await.unwrap();
    let maya = world.hub.maya().await;
    let id = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &id, json!({ "type": "join" })).await.0, 200);
    let system = json!({ "type": "user_changed_user_id", "previous_user_id": "ES.1", "user_id": "ES.2" });
    let message = json!({ "id": "wamid.2", "timestamp": "1752583107", "type": "system", "system": system });
    world.hooks.changed("messages", json!({ "messages": [message] })).await.unwrap();
    world.hooks.message(&of("ES.2"), "wamid.3", text("It is still me"), 0).await.unwrap();
    event(&maya, &id, "turn_added", |body| body["turn"]["content"]["text"] == "It is still me").await;
    says(&maya, &id, "Hello Carmen").await;
    assert_eq!(super::world::taken(&world.api, 1).await[0]["recipient"], "ES.2");
    let (_, page) = world.hub.sofia().await.gets("/api/v1/conversations?section=all").await;
    assert_eq!(page["total"], 1, "one chat, one conversation");
}

#[tokio::test]
async fn what_customers_call_themselves_is_known_beside_their_name() {
    let (hub, ahead) = TestHub::start_with_clock(None).await;
    let world = World::of(hub).await;
    let writes = async |id: &str, words: &str, username: &str, at_s: i64| {
        let contact = json!({ "wa_id": "34600999888", "profile": { "name": "Carmen Ruiz", "username": username } });
        let message = json!({ "id": id, "from": "34600999888", "timestamp": (seconds() + at_s).to_string(),
            "type": "text", "text": { "body": words } });
        let value = json!({ "contacts": [contact], "messages": [message] });
        world.hooks.changed("messages", value).await.unwrap();
    };
    writes("wamid.1", "Where is my suitcase?", "carmen.r", 0).await;
    let maya = world.hub.maya().await;
    let first = conversation(&maya, "help").await;
    let customer = maya.state(&first).await["customer"].clone();
    assert_eq!((&customer["name"], &customer["username"]), (&json!("Carmen Ruiz"), &json!("carmen.r")));
    assert_eq!(command(&maya, &first, json!({ "type": "join" })).await.0, 200);
    assert_eq!(command(&maya, &first, json!({ "type": "complete" })).await.0, 200);
    ahead.fetch_add(25 * 3_600_000, std::sync::atomic::Ordering::Relaxed);
    writes("wamid.2", "Another question", "carmen.ruiz", 25 * 3_600).await;
    let maya = world.hub.maya().await;
    let second = conversation(&maya, "help").await;
    assert_ne!(second, first);
    assert_eq!(maya.state(&second).await["customer"]["username"], "carmen.ruiz", "the newest is known");
    // Nobody takes a name away by not saying it.
    world.hears_text("wamid.3", "Hello?").await;
    event(&maya, &second, "turn_added", |body| body["turn"]["content"]["text"] == "Hello?").await;
    assert_eq!(maya.state(&second).await["customer"]["username"], "carmen.ruiz");
}
