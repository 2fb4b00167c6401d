//! The requests of the Cloud API: messages, reactions, read marks. Pure.

use serde_json::{Map, Value, json};
use tandem_conversation::{CardPerson, Template, TemplatePart, TemplateValue, TurnId};

use super::fit::{Piece, field};

/// What stands on the button that opens a list.
const CHOOSE: &str = "Choose";

/// Where a message goes: to the number if there is one, because webhooks then keep naming it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    Number(String),
    User(String),
}

impl Address {
    fn put(&self, request: &mut Map<String, Value>) {
        match self {
            Self::Number(number) => request.insert("to".into(), json!(number)),
            Self::User(user) => request.insert("recipient".into(), json!(user)),
        };
    }
}

/// One message to a customer.
pub(crate) struct Outgoing<'a> {
    pub to: &'a Address,
    pub piece: &'a Piece,
    /// Comes back with every report on the message.
    pub turn: TurnId,
    /// The channel's id of the message that it quotes.
    pub quotes: Option<&'a str>,
    /// The channel's id of the uploaded file.
    pub uploaded: Option<&'a str>,
    /// The template, as far as it is known.
    pub template: Option<&'a Template>,
}

/// The body of `POST /{number}/messages`.
#[must_use]
pub(crate) fn message(outgoing: &Outgoing<'_>) -> Value {
    let (kind, content) = match outgoing.piece {
        Piece::Raw(raw) => return whole(Map::clone(raw), outgoing),
        Piece::Cards(people) => ("contacts", people.iter().map(card).collect()),
        Piece::Text(text) => ("text", json!({ "body": text, "preview_url": false })),
        Piece::Buttons { body, buttons } => {
            let buttons: Vec<_> = buttons
                .iter()
                .map(|button| json!({ "type": "reply", "reply": { "id": button.id, "title": button.title } }))
                .collect();
            let action = json!({ "buttons": buttons });
            ("interactive", json!({ "type": "button", "body": { "text": body }, "action": action }))
        }
        Piece::List { body, rows } => {
            let rows: Vec<_> = rows
                .iter()
                .map(|row| {
                    let mut one = json!({ "id": row.id, "title": row.title });
                    if !row.detail.is_empty() {
                        one["description"] = json!(row.detail);
                    }
                    one
                })
                .collect();
            let action = json!({ "button": CHOOSE, "sections": [{ "title": CHOOSE, "rows": rows }] });
            ("interactive", json!({ "type": "list", "body": { "text": body }, "action": action }))
        }
        Piece::File { media, kind, caption } => {
            let mut file = json!({ "id": outgoing.uploaded.unwrap_or_default() });
            if !caption.is_empty() {
                file["caption"] = json!(caption);
            }
            if field(*kind) == "document" {
                file["filename"] = json!(media.name);
            }
            (field(*kind), file)
        }
        Piece::Template { name, language, values } => {
            let components = components(values, outgoing.template);
            let mut template = json!({ "name": name, "language": { "code": language } });
            if !components.is_empty() {
                template["components"] = Value::Array(components);
            }
            ("template", template)
        }
    };
    let mut request = Map::new();
    request.insert("type".into(), json!(kind));
    request.insert(kind.into(), content);
    whole(request, outgoing)
}

/// A contact card. The channel wants a part of the name beside the whole.
fn card(person: &CardPerson) -> Value {
    let all = |name: &str, values: &[String]| values.iter().map(|value| json!({ name: value })).collect::<Vec<_>>();
    let mut card = json!({ "name": { "formatted_name": person.name, "first_name": person.name } });
    for (list, values) in [("phones", all("phone", &person.phones)), ("emails", all("email", &person.emails))] {
        if !values.is_empty() {
            card[list] = values.into();
        }
    }
    if !person.organisation.is_empty() {
        card["org"] = json!({ "company": person.organisation });
    }
    card
}

/// A message with whom it is for, what it quotes, and whose turn it is. These are the hub's affair alone.
fn whole(mut request: Map<String, Value>, outgoing: &Outgoing<'_>) -> Value {
    for own in ["to", "recipient", "context"] {
        request.remove(own);
    }
    request.insert("messaging_product".into(), json!("whatsapp"));
    request.insert("recipient_type".into(), json!("individual"));
    outgoing.to.put(&mut request);
    if let Some(quotes) = outgoing.quotes {
        request.insert("context".into(), json!({ "message_id": quotes }));
    }
    request.insert("biz_opaque_callback_data".into(), json!(outgoing.turn.to_string()));
    Value::Object(request)
}

fn components(values: &[TemplateValue], template: Option<&Template>) -> Vec<Value> {
    let of = |part: TemplatePart| values.iter().filter(move |value| value.part == part);
    let named = |value: &TemplateValue| {
        let mut parameter = json!({ "type": "text", "text": value.value });
        if !value.key.bytes().all(|byte| byte.is_ascii_digit()) {
            parameter["parameter_name"] = json!(value.key);
        }
        parameter
    };
    let mut components = Vec::new();
    for (part, name) in [(TemplatePart::Header, "header"), (TemplatePart::Body, "body")] {
        let mut of: Vec<_> = of(part).collect();
        of.sort_by_key(|value| value.key.parse::<u32>().unwrap_or(u32::MAX));
        if !of.is_empty() {
            let parameters: Vec<_> = of.into_iter().map(named).collect();
            components.push(json!({ "type": name, "parameters": parameters }));
        }
    }
    for value in of(TemplatePart::Button) {
        let place = value.key.parse::<usize>().ok();
        let button = place.and_then(|place| template?.buttons.get(place));
        let (kind, parameter) = match button.map(|button| button.kind.as_str()) {
            Some("COPY_CODE") => ("copy_code", json!({ "type": "coupon_code", "coupon_code": value.value })),
            Some("QUICK_REPLY") => ("quick_reply", json!({ "type": "payload", "payload": value.value })),
            _ => ("url", json!({ "type": "text", "text": value.value })),
        };
        components.push(json!({
            "type": "button", "sub_type": kind, "index": value.key, "parameters": [parameter],
        }));
    }
    components
}

/// The body of a reaction; none takes it back.
#[must_use]
pub(crate) fn reaction(to: &Address, message: &str, emoji: Option<&str>) -> Value {
    let mut request = Map::new();
    request.insert("messaging_product".into(), json!("whatsapp"));
    request.insert("recipient_type".into(), json!("individual"));
    to.put(&mut request);
    request.insert("type".into(), json!("reaction"));
    request.insert("reaction".into(), json!({ "message_id": message, "emoji": emoji.unwrap_or_default() }));
    Value::Object(request)
}

/// The body of a read mark for a customer's message, with the sign that somebody is typing.
#[must_use]
pub(crate) fn read_mark(message: &str, typing: bool) -> Value {
    let mut request = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": message });
    if typing {
        request["typing_indicator"] = json!({ "type": "text" });
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::whatsapp::fit;
    use crate::channels::whatsapp::recorded;
    use tandem_conversation::{Choice, Content, FileKind, Media, MediaId};
    use uuid::Uuid;

    const TURN: TurnId = TurnId(Uuid::from_u128(7));

    fn number() -> Address {
        Address::Number("16505551234".into())
    }

    fn sent(piece: &Piece, quotes: Option<&str>) -> Value {
        let (to, uploaded, template) = (&number(), Some("1234567890"), None);
        message(&Outgoing { to, piece, turn: TURN, quotes, uploaded, template })
    }

    fn file(kind: FileKind, name: &str) -> Piece {
        let media = Media { id: MediaId(Uuid::nil()), name: name.into(), content_type: String::new(), bytes: 1 };
        Piece::File { media, kind, caption: String::new() }
    }

    /// What a real client sent for the same intent.
    fn recorded(name: &str) -> Option<Value> {
        let text = recorded::file(&format!("whatsapp/outbound/{name}.json"))?;
        let recording: Value = serde_json::from_str(&text).ok()?;
        Some(recording["requests"].as_array()?.last()?["body"].clone())
    }

    /// Every field of ours is in theirs with the same value; what we leave out is optional.
    fn agrees(ours: &Value, theirs: &Value, place: &str) {
        match (ours, theirs) {
            (Value::Object(ours), Value::Object(theirs)) => {
                for (name, value) in ours {
                    if ["biz_opaque_callback_data", "preview_url"].contains(&name.as_str()) {
                        continue;
                    }
                    let other = theirs.get(name).unwrap_or_else(|| panic!("{place}.{name} is ours alone"));
                    agrees(value, other, &format!("{place}.{name}"));
                }
            }
            (Value::Array(ours), Value::Array(theirs)) => {
                assert_eq!(ours.len(), theirs.len(), "{place}");
                ours.iter().zip(theirs).for_each(|(ours, theirs)| agrees(ours, theirs, place));
            }
            // Names of components have no case.
            (Value::String(ours), Value::String(theirs)) => assert!(ours.eq_ignore_ascii_case(theirs), "{place}"),
            _ => assert_eq!(ours, theirs, "{place}"),
        }
    }

    #[test]
    fn a_message_in_the_channels_own_words_says_nothing_of_whom_it_is_for() {
        let raw = json!({ "type": "interactive", "to": "34600999888", "context": { "message_id": "wamid.other" },
            "messaging_product": "mail", "biz_opaque_callback_data": "another",
            "interactive": { "type": "location_request_message", "body": { "text": "Where are you?" },
                "action": { "name": "send_location" } } });
        let request = sent(&Piece::Raw(Box::new(raw.as_object().unwrap().clone())), Some("wamid.1"));
        assert_eq!(request["interactive"], raw["interactive"]);
        assert_eq!((&request["to"], &request["messaging_product"]), (&json!("16505551234"), &json!("whatsapp")));
        assert_eq!(request["context"]["message_id"], "wamid.1");
        assert_eq!(request["biz_opaque_callback_data"], TURN.to_string());
    }

    #[test]
    fn requests_are_those_of_a_real_client() {
        let text = |text: &str| Piece::Text(text.into());
        let value =
            |key: &str, value: &str| TemplateValue { part: TemplatePart::Body, key: key.into(), value: value.into() };
        let template = Piece::Template {
            name: "seasonal_promotion".into(),
            language: "en_US".into(),
            values: vec![value("2", "25%"), value("1", "Ada")],
        };
        let user = Address::User("US.13491208655302741918".into());
        let piece = text("to a business scoped user id");
        let (quotes, uploaded) = (None, None);
        let by_user = message(&Outgoing { to: &user, piece: &piece, turn: TURN, quotes, uploaded, template: None });
        for (name, ours) in [
            ("text", sent(&text("Hello *bold* https://example.org"), None)),
            ("text_reply", sent(&text("quoting you"), Some("wamid.X"))),
            ("text_bsuid", by_user),
            ("template", sent(&template, None)),
            ("reaction", reaction(&number(), "wamid.X", Some("👍"))),
            ("unreaction", reaction(&number(), "wamid.X", None)),
            ("mark_read", read_mark("wamid.X", false)),
            ("typing", read_mark("wamid.X", true)),
            ("audio_id", sent(&file(FileKind::Audio, "a.ogg"), None)),
            ("document_id", sent(&file(FileKind::Document, "inv.pdf"), None)),
            ("image_bytes", sent(&file(FileKind::Image, "a.png"), None)),
        ] {
            if let Some(theirs) = recorded(name) {
                agrees(&ours, &theirs, name);
            }
        }
    }

    #[test]
    fn cards_have_the_shape_of_a_real_clients() {
        let person = CardPerson { name: "Ada L".into(), phones: vec!["+15550001".into()], ..CardPerson::default() };
        let ours = sent(&Piece::Cards(vec![person]), None);
        let card = &ours["contacts"][0];
        assert_eq!(card.as_object().unwrap().len(), 2, "nothing empty is sent: {card}");
        let Some(theirs) = recorded("contact") else { return };
        assert_eq!(ours["type"], theirs["type"]);
        for path in ["/name/formatted_name", "/phones/0/phone"] {
            assert_eq!(card.pointer(path), theirs["contacts"][0].pointer(path));
        }
    }

    #[test]
    fn menus_have_the_shape_of_a_real_clients() {
        let choices = |labels: &[&str]| {
            let all = labels.iter().map(|label| Choice { id: label.to_lowercase(), label: (*label).into() });
            all.collect::<Vec<_>>()
        };
        for (labels, name) in [
            (&["Yes", "No", "Agent"][..], "buttons3"),
            (&["A", "B", "C", "D", "E", "F", "G", "H", "I", "J"][..], "list10"),
        ] {
            let content = Content::Question { text: "Pick one".into(), choices: choices(labels) };
            let pieces = fit::fit(TURN, &content).unwrap();
            let ours = sent(&pieces[0], None);
            let Some(theirs) = recorded(name) else { continue };
            let names = |value: &Value, path: &str| {
                let mut names: Vec<_> =
                    value.pointer(path).and_then(Value::as_object).into_iter().flat_map(Map::keys).cloned().collect();
                names.sort();
                names
            };
            assert_eq!(ours["interactive"]["type"], theirs["interactive"]["type"]);
            assert_eq!(names(&ours, "/interactive/action"), names(&theirs, "/interactive/action"));
            for path in ["/interactive/action/buttons/0/reply", "/interactive/action/sections/0"] {
                assert_eq!(names(&ours, path), names(&theirs, path), "{name}{path}");
            }
        }
    }

    #[test]
    fn buttons_of_templates_are_filled_by_their_kind() {
        let button = |kind: &str| tandem_conversation::TemplateButton { kind: kind.into(), ..Default::default() };
        let template = Template { buttons: vec![button("URL"), button("COPY_CODE")], ..Template::default() };
        let value = |key: &str| TemplateValue { part: TemplatePart::Button, key: key.into(), value: "X1".into() };
        let found = components(&[value("0"), value("1")], Some(&template));
        assert_eq!(found[0]["sub_type"], "url");
        assert_eq!(found[1]["parameters"][0]["coupon_code"], "X1");
        let named = TemplateValue { part: TemplatePart::Body, key: "who".into(), value: "Ada".into() };
        assert_eq!(components(&[named], None)[0]["parameters"][0]["parameter_name"], "who");
    }
}
