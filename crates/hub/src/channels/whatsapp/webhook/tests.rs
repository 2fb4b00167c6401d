use serde_json::{Value, json};
use tandem_conversation::Content;

use super::*;
use crate::channels::whatsapp::recorded;

/// A delivery of one change.
fn delivery(value: &Value) -> Delivery {
    let body = json!({ "entry": [{ "id": "1", "changes": [{ "field": "messages", "value": value }] }] });
    read(body.to_string().as_bytes()).unwrap()
}

/// What one message by Carmen says.
fn said(message: Value) -> Body {
    let mut message = message;
    message["from"] = json!("34600123456");
    message["id"] = json!("wamid.1");
    message["timestamp"] = json!("1793800951");
    let found = delivery(&json!({ "metadata": { "phone_number_id": "77" }, "messages": [message] }));
    assert_eq!(found.unread, Vec::<String>::new());
    match found.changes.as_slice() {
        [Change { number: Some(number), what: What::Message(message) }] if number == "77" => {
            assert_eq!((message.sent_ms, message.id.as_str()), (Some(1_793_800_951_000), "wamid.1"));
            message.body.clone()
        }
        other => panic!("{other:?}"),
    }
}

fn readable(body: Body) -> Content {
    match body {
        Body::Said(content) => content,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_kind_of_message_becomes_what_it_is() {
    let text = |text: &str| Body::Said(Content::Text { text: text.into() });
    assert_eq!(said(json!({ "type": "text", "text": { "body": "Where is it? 🧳" } })), text("Where is it? 🧳"));
    let photo = said(json!({ "type": "image", "image": { "id": "9", "mime_type": "image/jpeg", "caption": "This" } }));
    assert!(matches!(photo, Body::Media(media) if media.kind == MediaKind::Image && media.caption == "This"));
    let note = said(json!({ "type": "audio", "audio": { "id": "9", "voice": true } }));
    assert!(matches!(note, Body::Media(media) if media.kind == MediaKind::Voice));
    let song = said(json!({ "type": "audio", "audio": { "id": "9" } }));
    assert!(matches!(song, Body::Media(media) if media.kind == MediaKind::Audio));
    let place =
        said(json!({ "type": "location", "location": { "latitude": 52.5, "longitude": "13.38", "name": "Gate" } }));
    assert!(matches!(readable(place), Content::Location { name, .. } if name == "Gate"));
    let card = said(
        json!({ "type": "contacts", "contacts": [{ "name": { "first_name": "Ana" }, "phones": [{ "phone": "+1" }] }] }),
    );
    assert!(matches!(readable(card), Content::Card { people, .. } if people[0].name == "Ana"));
    let item = json!({ "product_retailer_id": "sku", "quantity": 2, "item_price": 1.5, "currency": "EUR" });
    let order = said(json!({ "type": "order", "order": { "product_items": [item], "text": "soon" } }));
    assert!(
        matches!(readable(order), Content::Order { lines, .. } if (lines[0].quantity, lines[0].price.as_str()) == (2, "1.5"))
    );
    let tap = Body::Tap { id: "t:a".into(), title: "Aisle".into() };
    assert_eq!(
        said(json!({ "type": "interactive", "interactive": { "button_reply": { "id": "t:a", "title": "Aisle" } } })),
        tap
    );
    assert_eq!(
        said(json!({ "type": "interactive", "interactive": { "list_reply": { "id": "t:a", "title": "Aisle" } } })),
        tap
    );
    assert_eq!(said(json!({ "type": "button", "button": { "payload": "t:a", "text": "Aisle" } })), tap);
    let reaction =
        |emoji: Value| said(json!({ "type": "reaction", "reaction": { "message_id": "m", "emoji": emoji } }));
    assert_eq!(reaction(json!("👍")), Body::Reaction { to: "m".into(), emoji: Some("👍".into()) });
    for back in [json!(""), Value::Null] {
        assert_eq!(reaction(back), Body::Reaction { to: "m".into(), emoji: None });
    }
    let new = json!({ "type": "text", "text": { "body": "New" } });
    let edit = said(json!({ "type": "edit", "edit": { "original_message_id": "m", "message": new } }));
    assert_eq!(edit, Body::Edit { of: "m".into(), body: Box::new(text("New")) });
    let revoke = said(json!({ "type": "revoke", "revoke": { "original_message_id": "m" } }));
    assert_eq!(revoke, Body::Revoke { of: "m".into() });
    assert_eq!(said(json!({ "type": "request_welcome" })), Body::Welcome);
}

#[test]
fn the_answers_of_a_form_are_read_or_kept_as_they_are() {
    let form = |answers: &str| {
        let reply = json!({ "name": "seat", "response_json": answers });
        let form = said(json!({ "type": "interactive", "interactive": { "nfm_reply": reply } }));
        match readable(form) {
            Content::Form { name, fields, .. } if name == "seat" => fields,
            other => panic!("{other:?}"),
        }
    };
    let fields = form(r#"{"row": 12, "side": "left", "flow_token": "secret", "more": {"a": [1]}}"#);
    let read: Vec<_> = fields.iter().map(|field| (field.name.as_str(), field.value.as_str())).collect();
    assert_eq!(read, [("more", r#"{"a":[1]}"#), ("row", "12"), ("side", "left")]);
    assert_eq!(form("{invalid")[0].value, "{invalid");
    assert!(form("").is_empty());
    let many: serde_json::Map<String, Value> = (0..300).map(|i| (format!("f{i}"), json!("x".repeat(2_000)))).collect();
    assert!(form(&Value::Object(many).to_string()).len() < 60, "a form has a size");
}

#[test]
fn what_is_not_known_says_what_it_is() {
    let unknown = |message: Value| match readable(said(message)) {
        Content::Unknown { kind, detail, .. } => (kind, detail),
        other => panic!("{other:?}"),
    };
    assert_eq!(unknown(json!({ "type": "hologram" })), ("hologram".into(), String::new()));
    let error = json!({ "code": 131051, "title": "Unknown type", "error_data": { "details": "Not supported" } });
    let poll = unknown(json!({ "type": "unsupported", "unsupported": { "type": "poll" }, "errors": [error] }));
    assert_eq!(poll, ("unsupported: poll".into(), "131051 Unknown type: Not supported".into()));
    for broken in [
        json!({ "type": "text", "text": { "body": 7.5e3, "x": 1 }, "errors": [] }),
        json!({ "type": "text", "text": { "body": ["a"] } }),
        json!({ "type": "text", "text": { "body": "\u{200b} " } }),
        json!({ "type": "text" }),
        json!({ "type": "image", "image": {} }),
        json!({ "type": "location", "location": { "latitude": 200, "longitude": 0 } }),
        json!({ "type": "contacts", "contacts": [] }),
        json!({ "type": ["text"], "weather": 1 }),
        json!({}),
    ] {
        let is_number_as_text = broken.pointer("/text/body").is_some_and(Value::is_number);
        assert!(is_number_as_text || !unknown(broken.clone()).0.is_empty(), "{broken}");
    }
}

#[test]
fn what_is_left_out_leaves_a_sign() {
    let Content::Text { text } = readable(said(json!({ "type": "text", "text": { "body": "x".repeat(20_000) } })))
    else {
        panic!("a text")
    };
    assert!(text.ends_with("x…") && text.chars().count() == 10_000);
    let items: Vec<_> = (0..150).map(|i| json!({ "product_retailer_id": i.to_string(), "quantity": 1 })).collect();
    let Content::Order { lines, .. } = readable(said(json!({ "type": "order", "order": { "product_items": items } })))
    else {
        panic!("an order")
    };
    assert_eq!((lines.len(), lines[99].product.as_str()), (100, "… +51"));
    let answers: serde_json::Map<_, _> = (0..150).map(|i| (format!("f{i:03}"), json!("a"))).collect();
    let reply = json!({ "name": "seat", "response_json": Value::Object(answers).to_string() });
    let Content::Form { fields, .. } =
        readable(said(json!({ "type": "interactive", "interactive": { "nfm_reply": reply } })))
    else {
        panic!("a form")
    };
    assert_eq!((fields.len(), fields[99].name.as_str(), fields[99].value.as_str()), (100, "…", "+51"));
}

#[test]
fn ids_that_fit_no_index_are_known_by_a_digest_and_those_of_people_not_at_all() {
    let long = "x".repeat(1_000);
    let message =
        |id: &str| json!({ "id": id, "from": "34600", "from_user_id": long, "type": "text", "text": { "body": "a" } });
    let found = |id: &str| match delivery(&json!({ "messages": [message(id)] })).changes.remove(0).what {
        What::Message(message) => (message.id, message.who.user_id),
        other => panic!("{other:?}"),
    };
    let (id, user) = found(&long);
    assert!(id.starts_with("digest:") && id.len() < 60 && user.is_none(), "{id}");
    assert_eq!(found(&long).0, id, "the same is known again");
    assert_ne!(found(&"y".repeat(1_000)).0, id);
    assert!(found("wamid.\u{0}").0.starts_with("digest:"));
    assert_eq!(found("wamid.1").0, "wamid.1");
}

#[test]
fn what_stands_where_a_list_belongs_is_told() {
    for (value, changes) in [
        (json!({ "messages": { "0": 1 } }), 0),
        (json!({ "messages": "Hello", "statuses": [{ "id": "a", "status": "sent" }] }), 1),
        (json!({ "history": 7 }), 0),
    ] {
        let found = delivery(&value);
        assert_eq!((found.changes.len(), found.unread.len()), (changes, 1), "{value}: {found:?}");
    }
    let found = delivery(&json!({ "0": { "messages": [{ "text": { "body": "Hello" } }] } }));
    assert_eq!(found.unread.len(), 1, "they are in the wrong place: {found:?}");
    let found = delivery(&json!({ "messages": null, "statuses": [] }));
    assert!(found.unread.is_empty(), "there is nothing in it: {found:?}");
}

#[test]
fn everything_that_is_told_of_a_sender_comes_along() {
    let contact = json!({
        "wa_id": "34600123456", "user_id": "ES.1", "parent_user_id": "ES.ENT.1",
        "profile": { "name": " Carmen \n Ruiz ", "username": "carmen" },
    });
    let message = json!({ "id": "m", "from_user_id": "ES.1", "type": "text", "text": { "body": "Hi" } });
    let found = delivery(&json!({ "contacts": [contact], "messages": [message] }));
    let What::Message(message) = &found.changes[0].what else { panic!("{found:?}") };
    let all = Who {
        wa_id: Some("34600123456".into()),
        user_id: Some("ES.1".into()),
        parent_user_id: Some("ES.ENT.1".into()),
    };
    assert_eq!(message.who, all);
    assert_eq!((message.name.as_deref(), message.username.as_deref()), (Some("Carmen Ruiz"), Some("carmen")));
    assert_eq!(message.sent_ms, None);
    let other = json!({ "id": "m", "from_user_id": "ES.2", "type": "text", "text": { "body": "Hi" } });
    let contact = json!({ "user_id": "ES.1", "wa_id": "34600123456" });
    let found = delivery(&json!({ "contacts": [contact], "messages": [other] }));
    let What::Message(message) = &found.changes[0].what else { panic!("{found:?}") };
    assert_eq!(message.who.wa_id, None, "another's number is not theirs");
}

#[test]
fn messages_statuses_and_echoes_of_one_body_are_each_read() {
    let message = |id: &str| json!({ "id": id, "from": "34600", "type": "text", "text": { "body": id } });
    let value = json!({
        "messages": [message("a"), 7, { "id": "b", "type": "text" }, message("c")],
        "statuses": [
            { "id": "d", "status": "Read", "timestamp": 1793800951, "biz_opaque_callback_data": "turn" },
            { "id": "e" },
            { "id": "f", "status": "failed", "errors": [{ "code": 131026, "title": "Undeliverable" }] },
        ],
        "message_echoes": [{ "id": "g", "to": "34600", "type": "text", "text": { "body": "Here" } }],
    });
    let found = delivery(&value);
    let kinds: Vec<_> = found
        .changes
        .iter()
        .map(|change| match &change.what {
            What::Message(message) => format!("message {}", message.id),
            What::Status(status) => format!("{} {}", status.state, status.id),
            What::Echo(message) => format!("echo {}", message.id),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds, ["message a", "message c", "read d", "failed f", "echo g"]);
    assert_eq!(found.unread.len(), 3, "{:?}", found.unread);
}

#[test]
fn a_message_without_an_id_is_known_again() {
    let value = |text: &str| json!({ "messages": [{ "from": "34600", "type": "text", "text": { "body": text } }] });
    let id = |text: &str| match &delivery(&value(text)).changes[0].what {
        What::Message(message) => message.id.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(id("a"), id("a"));
    assert_ne!(id("a"), id("b"));
}

#[test]
fn changes_of_numbers_templates_and_wishes_are_read() {
    let system = json!({ "type": "user_changed_number", "wa_id": "34699" });
    let found = delivery(&json!({ "messages": [{ "id": "m", "from": "34600", "type": "system", "system": system }] }));
    assert!(matches!(&found.changes[0].what, What::Renumbered(change)
        if change.before.wa_id.as_deref() == Some("34600") && change.after.wa_id.as_deref() == Some("34699")));
    let value = json!({ "message_template_name": "n", "message_template_language": "en", "event": "APPROVED" });
    let body = json!({ "entry": [{ "changes": [{ "field": "message_template_status_update", "value": value }] }] });
    let found = read(body.to_string().as_bytes()).unwrap();
    assert!(matches!(&found.changes[0].what, What::Template { event, .. } if event == "APPROVED"));
    let value = json!({ "contacts": [{ "wa_id": "34600" }], "user_preferences": [{ "category": "marketing_messages", "value": "STOP" }] });
    let found = delivery(&value);
    assert!(matches!(&found.changes[0].what, What::Preference { who, value, .. }
        if who.wa_id.as_deref() == Some("34600") && value == "stop"));
    let body = json!({ "entry": [{ "changes": [{ "field": "moon_phase", "value": { "event": "FULL" } }] }] });
    let found = read(body.to_string().as_bytes()).unwrap();
    assert_eq!(found.changes[0].what, What::Other { field: "moon_phase".into(), event: "FULL".into() });
}

#[test]
fn recorded_bodies_are_read_with_nothing_lost() {
    for (name, text) in recorded::all("whatsapp/inbound") {
        let found = read(text.as_bytes()).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert!(!found.changes.is_empty() || !found.unread.is_empty(), "{name} says nothing");
        let is_message = name.contains("pywa__message__") && !name.contains("system");
        if is_message {
            assert!(found.changes.iter().any(|change| matches!(change.what, What::Message(_))), "{name}: {found:?}");
        }
        if name.contains("message_status") || name.contains("status-") {
            assert!(found.changes.iter().any(|change| matches!(change.what, What::Status(_))), "{name}: {found:?}");
        }
    }
}

/// A generator of small numbers, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % most.max(1)
    }
}

/// Replaces one value somewhere by another of a wrong type.
fn spoil(value: &mut Value, dice: &mut Dice) {
    let inner: Option<&mut Value> = match value {
        Value::Object(fields) if !fields.is_empty() => {
            let at = dice.below(fields.len());
            fields.values_mut().nth(at)
        }
        Value::Array(items) if !items.is_empty() => {
            let at = dice.below(items.len());
            items.get_mut(at)
        }
        _ => None,
    };
    match inner {
        Some(inner) if dice.below(4) > 0 => spoil(inner, dice),
        Some(inner) => {
            let wrong = [
                Value::Null,
                json!(true),
                json!(-1),
                json!(1e300),
                json!(""),
                json!("\u{0}\u{202e}"),
                json!([]),
                json!({}),
                json!([[["deep"]]]),
            ];
            *inner = wrong[dice.below(wrong.len())].clone();
        }
        None => {}
    }
}

#[test]
fn bodies_however_spoilt_are_read_or_refused_and_never_break_anything() {
    let own = json!({ "entry": [{ "changes": [{ "field": "messages", "value": {
        "metadata": { "phone_number_id": "1" },
        "contacts": [{ "wa_id": "34600", "profile": { "name": "Carmen" } }],
        "messages": [
            { "id": "a", "from": "34600", "timestamp": "1", "type": "text", "text": { "body": "Hi" } },
            { "id": "b", "from": "34600", "type": "order", "order": { "product_items": [{ "quantity": 1 }] } },
        ],
        "statuses": [{ "id": "c", "status": "sent", "pricing": { "billable": true } }],
    } }] }] });
    let mut bodies = vec![("own".to_owned(), own.to_string())];
    bodies.extend(recorded::all("whatsapp/inbound"));
    let mut dice = Dice(7);
    for (name, text) in bodies {
        for _ in 0..40 {
            let cut = dice.below(text.len());
            let _ = read(&text.as_bytes()[..cut]);
            let mut bytes = text.clone().into_bytes();
            let at = dice.below(bytes.len());
            bytes[at] = u8::try_from(dice.below(256)).unwrap_or_default();
            let _ = read(&bytes);
        }
        let whole: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        for _ in 0..200 {
            let mut spoilt = whole.clone();
            spoil(&mut spoilt, &mut dice);
            read(spoilt.to_string().as_bytes()).unwrap_or_else(|why| panic!("{name}: {why}: {spoilt}"));
        }
        let doubled = format!("{text}{text}");
        assert!(read(doubled.as_bytes()).is_err(), "two bodies are not one");
    }
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(read(deep.as_bytes()).is_err());
    for name in ["entry", "changes"] {
        let nested = format!(r#"{{"{name}":[{}]}}"#, vec!["{}"; 50_000].join(","));
        assert!(!read(nested.as_bytes()).unwrap().unread.is_empty());
    }
    let long = said(json!({ "type": "text", "text": { "body": "x".repeat(3_000_000) } }));
    assert!(
        matches!(long, Body::Said(Content::Text { text }) if text.ends_with('…') && text.chars().count() == 10_000)
    );
    let many: Vec<_> = (0..5_000)
        .map(|i| json!({ "id": format!("m{i}"), "from": "34600", "type": "text", "text": { "body": "x" } }))
        .collect();
    assert_eq!(delivery(&json!({ "messages": many })).changes.len(), 5_000);
}

#[test]
fn the_order_of_keys_and_messages_changes_no_message() {
    for (name, text) in recorded::all("whatsapp/inbound") {
        let whole: Value = serde_json::from_str(&text).unwrap();
        let found = read(text.as_bytes()).unwrap();
        let again = read(whole.to_string().as_bytes()).unwrap();
        assert_eq!(found, again, "{name}: keys in another order");
        let mut twice = whole.clone();
        let Some(entries) = twice.get_mut("entry").and_then(Value::as_array_mut) else { continue };
        let copy = entries.clone();
        entries.extend(copy);
        entries.reverse();
        let doubled = read(twice.to_string().as_bytes()).unwrap();
        assert_eq!(doubled.changes.len(), 2 * found.changes.len(), "{name}");
        assert!(found.changes.iter().all(|change| doubled.changes.contains(change)), "{name}");
    }
}
