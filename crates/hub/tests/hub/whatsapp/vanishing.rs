//! No words vanish: whatever shape a webhook has, what it says stands in a conversation, or operators find it among what
//! was not understood.

use serde_json::{Value, json};
use tandem_sqlite::rusqlite::Connection;
use tandem_testkit::cloud_api::PHONE_NUMBER_ID;

use super::world::{World, conversation, event, events, seconds, text, until};

/// A message by Carmen, with an id of its own.
fn by_carmen(mut message: Value, mark: &str) -> Value {
    for (name, value) in [("from", json!("34600999888")), ("id", json!(format!("wamid.{mark}")))] {
        if message.get(name).is_none() {
            message[name] = value;
        }
    }
    if message.get("timestamp").is_none() {
        message["timestamp"] = json!(seconds().to_string());
    }
    message
}

fn entry(changes: Value) -> Value {
    json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": changes }] })
}

/// A body with this value of a change.
fn valued(field: &str, value: Value) -> Value {
    let mut value = value;
    if value.is_object() && value.get("metadata").is_none() {
        value["metadata"] = json!({ "phone_number_id": PHONE_NUMBER_ID });
    }
    entry(json!([{ "field": field, "value": value }]))
}

/// Messages of shapes that nobody has announced. Each says the mark somewhere.
fn messages(mark: &str) -> Vec<Value> {
    let said = |kind: Value| json!({ "type": kind, "text": { "body": mark } });
    let with = |name: &str, value: Value| {
        let mut message = text(mark);
        message[name] = value;
        message
    };
    let error =
        json!({ "code": 131_051, "title": "Message type unknown", "error_data": { "details": "Not supported" } });
    let long = "x".repeat(1_000);
    vec![
        said(json!("hologram")),
        said(Value::Null),
        said(json!(7)),
        said(json!(["text"])),
        said(json!({ "a": "text" })),
        json!({ "text": { "body": mark } }),
        with("errors", json!([error, null, 7])),
        with("errors", json!({ "code": 1 })),
        json!({ "type": "text", "text": { "body": [mark, null] } }),
        json!({ "type": "text", "text": mark }),
        json!({ "type": "text", "text": { "body": { "0": mark } } }),
        json!({ "type": "image", "image": { "caption": mark } }),
        json!({ "type": "image", "image": { "id": null, "caption": mark } }),
        json!({ "type": "image", "image": { "id": "../../me?fields=id", "caption": mark } }),
        json!({ "type": "document", "document": [{ "caption": mark }] }),
        json!({ "type": "poll", "poll": { "question": "Which?", "options": [{ "name": mark }] } }),
        json!({ "type": "poll_creation", "poll_creation": { "name": "Which?", "options": ["a", mark] } }),
        json!({ "type": "order", "order": { "text": mark, "product_items": [] } }),
        json!({ "type": "order", "order": { "text": mark, "product_items": null } }),
        json!({ "type": "location", "location": { "latitude": null, "longitude": 1, "name": mark } }),
        json!({ "type": "location", "location": { "latitude": "41.4", "longitude": "2.2", "name": mark } }),
        json!({ "type": "contacts", "contacts": { "name": { "formatted_name": mark } } }),
        json!({ "type": "contacts", "contacts": [{ "name": null, "addresses": [{ "street": mark }] }] }),
        json!({ "type": "contacts", "contacts": [{ "name": { "formatted_name": "Ana" }, "urls": [{ "url": mark }] }] }),
        json!({ "type": "interactive", "interactive": { "type": "button_reply", "button_reply": { "id": mark } } }),
        json!({ "type": "interactive", "interactive": { "type": "list_reply", "list_reply": { "description": mark } } }),
        json!({ "type": "interactive", "interactive": { "type": "product", "product": { "title": mark } } }),
        json!({ "type": "interactive", "interactive": { "type": "nfm_reply",
            "nfm_reply": { "response_json": format!("{{{mark}") } } }),
        json!({ "type": "interactive", "interactive": { "nfm_reply": { "response_json": { "seat": mark } } } }),
        json!({ "type": "button", "button": { "payload": mark } }),
        json!({ "type": "edit", "edit": { "original_message_id": "wamid.never",
            "message": { "type": "text", "text": { "body": mark } } } }),
        json!({ "type": "edit", "edit": { "original_message_id": "wamid.never",
            "message": { "type": "image", "image": { "id": "1", "caption": mark } } } }),
        json!({ "type": "edit", "edit": { "message": { "type": "text", "text": { "body": mark } } } }),
        json!({ "type": "system", "system": { "body": mark } }),
        json!({ "type": "system", "system": { "body": mark, "type": "user_changed_number", "wa_id": "34600000009" },
            "from": "34600000008" }),
        json!({ "type": "reaction", "reaction": { "message_id": "wamid.nowhere", "emoji": "👍" }, "note": mark }),
        json!({ "type": "revoke", "revoke": { "original_message_id": "wamid.nothing" }, "note": mark }),
        with("group_id", json!("120363040237990503")),
        with("from", Value::Null),
        with("from", json!("not a number")),
        with("id", json!(format!("{mark}{long}"))),
        with("id", json!(format!("{mark}\u{0}"))),
        with("id", json!({ "a": mark })),
        with("context", json!({ "id": long })),
        with("context", json!("wamid.1")),
        with("timestamp", json!(seconds())),
        with("timestamp", json!(-5)),
        with("timestamp", json!("-5")),
        with("timestamp", json!(1e300)),
        with("timestamp", json!("soon")),
        with("timestamp", json!("99999999999")),
        with("timestamp", Value::Null),
        with("timestamp", json!([])),
        with("from_user_id", json!(long)),
        with("referral", json!("an ad")),
        json!({ "type": "text", "text": { "body": format!("{mark} {}", "y".repeat(30_000)) } }),
        json!({ "type": "text", "text": { "body": format!("\u{202e}\u{0}{mark}") } }),
    ]
}

/// Bodies around one good message.
fn bodies(mark: &str) -> Vec<Value> {
    let one = || by_carmen(text(mark), mark);
    let other = || by_carmen(text("beside it"), &format!("{mark}b"));
    let value = |messages: Value| json!({ "metadata": { "phone_number_id": PHONE_NUMBER_ID }, "messages": messages });
    let change = |messages: Value| json!({ "field": "messages", "value": value(messages) });
    let mut keyless = value(json!([one()]));
    keyless["metadata"] = Value::Null;
    let mut elsewhere = value(json!([one()]));
    elsewhere["metadata"]["phone_number_id"] = json!("7");
    vec![
        valued("messages", json!({ "messages": one() })),
        valued("messages", json!({ "messages": { "0": one() } })),
        valued("messages", json!({ "messages": mark })),
        valued("messages", json!({ "messages": [null, 7, [], one()] })),
        valued("messages", json!({ "messages": [[one()]] })),
        valued("messages", json!({ "messages": [one()], "contacts": null, "statuses": {}, "errors": null })),
        valued("messages", json!({ "messages": [one()], "contacts": [null, 7, {}], "statuses": [null, {}] })),
        valued("messages", json!({ "messages": [one()], "errors": [{ "code": 130_429 }] })),
        valued("messages", json!({ "messages": [one(), one(), other()] })),
        valued("calls", json!({ "messages": [one()] })),
        valued("moon_phase", json!({ "messages": [one()] })),
        valued("smb_message_echoes", json!({ "message_echoes": [{ "to": null, "text": { "body": mark } }] })),
        valued("smb_message_echoes", json!({ "smb_message_echoes": { "text": { "body": mark } } })),
        valued(
            "smb_message_echoes",
            json!({ "message_echoes": [{ "to": "34600999888", "id": format!("e{mark}"),
            "type": "text", "text": { "body": mark } }] }),
        ),
        valued("history", json!({ "history": [{ "threads": [{ "id": "34600999888", "messages": [one()] }] }] })),
        valued("history", json!({ "history": { "threads": [{ "messages": [one()] }] } })),
        valued("user_id_update", json!({ "user_id_update": [{ "detail": mark }] })),
        valued("user_preferences", json!({ "user_preferences": [{ "wa_id": "34600000007", "value": mark }] })),
        valued("messages", json!({ "0": { "messages": [one()] } })),
        valued("messages", json!(mark)),
        valued("messages", json!([one()])),
        entry(json!([change(json!([])), change(json!([one()]))])),
        entry(json!({ "value": value(json!([one()])) })),
        entry(json!([{ "field": null, "value": value(json!([one()])) }])),
        entry(json!([{ "value": value(json!([one()])) }])),
        entry(json!([null, 7, { "field": "messages" }, change(json!([one()]))])),
        entry(json!([{ "field": "messages", "value": keyless }])),
        entry(json!([{ "field": "messages", "value": elsewhere }])),
        json!({ "entry": [null, { "changes": null }, { "changes": [change(json!([other()]))] },
            { "changes": [change(json!([one()]))] }] }),
        json!({ "entry": { "changes": [change(json!([one()]))] } }),
        json!({ "messages": [one()] }),
        json!([one()]),
        json!(mark),
    ]
}

/// Waits until all webhooks are read. Returns those whose words stand nowhere; none may have disturbed the hub.
pub async fn unseen(world: &World, posted: &[(String, String)]) -> Vec<String> {
    let data = Connection::open(world.hub.folder.path().join("tandem.db")).unwrap();
    let is_there = |sql: &str, value: &str| data.query_row(sql, [value], |row| row.get::<_, bool>(0)).unwrap();
    let waits = "SELECT EXISTS (SELECT 1 FROM whatsapp_inbox WHERE state = 0 AND body <> ?1)";
    until(async || (!is_there(waits, "")).then_some(())).await;
    let broken = "SELECT EXISTS (SELECT 1 FROM whatsapp_inbox WHERE instr(why, ?1) > 0)";
    assert!(!is_there(broken, "could not be taken in"), "the log of the hub says why");
    let turns = "SELECT EXISTS (SELECT 1 FROM events WHERE instr(body, ?1) > 0)";
    let unread = "SELECT EXISTS (SELECT 1 FROM whatsapp_inbox WHERE state = 2 AND why <> '' AND instr(body, ?1) > 0)";
    let lost = posted.iter().filter(|(words, _)| !is_there(turns, words) && !is_there(unread, words));
    lost.map(|(_, body)| body.clone()).collect()
}

#[tokio::test]
async fn whatever_shape_it_comes_in_a_message_is_a_turn_or_operators_find_it() {
    let world = World::new().await;
    let mut marks = Vec::new();
    let mark = |count: usize| format!("mark{count:04}x");
    let kinds = messages("").len();
    for at in 0..kinds {
        let mark = mark(marks.len());
        let message = by_carmen(messages(&mark).swap_remove(at), &mark);
        let body = valued("messages", json!({ "messages": [message] }));
        assert_eq!(world.hooks.post(body.to_string()).await.unwrap(), 200, "{body}");
        marks.push((mark, body.to_string()));
    }
    for at in 0..bodies("").len() {
        let mark = mark(marks.len());
        let body = bodies(&mark).swap_remove(at);
        assert_eq!(world.hooks.post(body.to_string()).await.unwrap(), 200, "{body}");
        marks.push((mark, body.to_string()));
    }
    assert_eq!(unseen(&world, &marks).await, Vec::<String>::new());
    world.hears_text("wamid.last", "After all of them").await;
    let maya = world.hub.maya().await;
    until(async || {
        for id in maya.section("help").await {
            let all = events(&maya, &id).await;
            let last = |event: &Value| event["body"]["turn_added"]["turn"]["content"]["text"] == "After all of them";
            if all.iter().any(last) {
                return Some(());
            }
        }
        None
    })
    .await;
}

#[tokio::test]
async fn new_words_below_a_picture_take_the_place_of_the_old_ones() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    let (file, sha256) = world.api.add_file("image/png", b"\x89PNG\r\n\x1a\nmy case");
    let image = |caption: &str| json!({ "id": file, "mime_type": "image/png", "sha256": sha256, "caption": caption });
    world.hears("wamid.2", json!({ "type": "image", "image": image("My csae") }), 0).await;
    let added = event(&maya, &id, "turn_added", |body| body["turn"]["content"]["type"] == "attachment").await;
    let message = json!({ "type": "image", "image": image("My case") });
    let edit = json!({ "type": "edit", "edit": { "original_message_id": "wamid.2", "message": message } });
    world.hears("wamid.3", edit, 0).await;
    let edited = event(&maya, &id, "turn_edited", |body| body["turn"] == added["turn"]["id"]).await;
    assert_eq!(edited["content"]["text"], "My case");
    assert_eq!(edited["content"]["media"]["id"], added["turn"]["content"]["media"]["id"]);
}

#[tokio::test]
async fn an_id_that_is_told_to_have_changed_by_itself_keeps_its_chat() {
    let world = World::new().await;
    let of = |user: &str| tandem_testkit::cloud_api::Phone {
        user_id: user.into(),
        ..tandem_testkit::cloud_api::Phone::new("", "Carmen")
    };
    world.hooks.message(&of("ES.1"), "wamid.1", text("Where is my suitcase?"), 60).await.unwrap();
    let maya = world.hub.maya().await;
    let id = conversation(&maya, "help").await;
    let change = json!({ "user_id": { "previous": "ES.1", "current": "ES.2" }, "timestamp": seconds().to_string() });
    world.hooks.changed("user_id_update", json!({ "user_id_update": [change] })).await.unwrap();
    event(&maya, &id, "turn_added", |body| body["turn"]["content"]["kind"] == "renumbered").await;
    world.hooks.message(&of("ES.2"), "wamid.2", text("It is still me"), 0).await.unwrap();
    event(&maya, &id, "turn_added", |body| body["turn"]["content"]["text"] == "It is still me").await;
}
