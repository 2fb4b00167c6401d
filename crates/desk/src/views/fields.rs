//! Custom data as readable lines.

use serde_json::{Map, Value};
use tandem_conversation::{Channel, Contact, ContactKind, Conversation};

use crate::view::{FieldView, NotedView};
use crate::words::say;

/// Maximum length of a value, in characters.
const VALUE_CHARS: usize = 300;
/// Maximum fields per group.
const FIELDS: usize = 60;

/// The customer's known facts.
pub(super) fn customer(state: &Conversation) -> Vec<FieldView> {
    let mut fields = vec![field("fact-channel", channel(state.channel))];
    fields.extend(state.customer.username.iter().map(|name| field("fact-username", name.as_str())));
    fields.extend(state.customer.contacts.iter().map(|contact| field(kind(contact.kind), contact.value.as_str())));
    fields.extend(no_number(state.channel, &state.customer.contacts));
    fields.extend(state.customer.noted.iter().map(|contact| field(noted_as(contact.kind), contact.value.as_str())));
    fields.extend(flat(&state.customer.custom));
    fields
}

/// Says of a customer on WhatsApp that they show no number.
fn no_number(channel: Channel, contacts: &[Contact]) -> Option<FieldView> {
    let is_shown = contacts.iter().any(|contact| contact.kind == ContactKind::Phone);
    (channel == Channel::Whatsapp && !is_shown).then(|| field("fact-phone", say("fact-phone.unknown", &[])))
}

/// What agents noted, and can change.
pub(super) fn noted(state: &Conversation) -> NotedView {
    let noted = |kind| state.customer.noted(kind).unwrap_or_default().to_owned();
    NotedView {
        name: state.customer.known_name().unwrap_or_default().to_owned(),
        email: noted(ContactKind::Email),
        phone: noted(ContactKind::Phone),
    }
}

/// Your Logic's data about the conversation.
pub(super) fn custom(state: &Conversation) -> Vec<FieldView> {
    flat(&state.custom)
}

/// `label` is a message of the catalogue.
fn field(label: &str, value: impl Into<String>) -> FieldView {
    FieldView { label: say(label, &[]), value: value.into() }
}

/// All leaves with their paths.
fn flat(data: &Map<String, Value>) -> Vec<FieldView> {
    let mut fields = Vec::new();
    for (key, value) in data {
        flatten(&label(key), value, &mut fields);
    }
    fields
}

fn flatten(path: &str, value: &Value, fields: &mut Vec<FieldView>) {
    if fields.len() >= FIELDS {
        return;
    }
    let text = match value {
        Value::Null => return,
        Value::Object(inner) => {
            for (key, value) in inner {
                flatten(&format!("{path} · {}", label(key).to_lowercase()), value, fields);
            }
            return;
        }
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            for (i, item) in items.iter().enumerate() {
                flatten(&format!("{path} {}", i + 1), item, fields);
            }
            return;
        }
        Value::Array(items) => items.iter().map(leaf).collect::<Vec<_>>().join(", "),
        leaf_value => leaf(leaf_value),
    };
    if !text.trim().is_empty() {
        let value = match text.char_indices().nth(VALUE_CHARS) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        };
        fields.push(FieldView { label: path.to_owned(), value });
    }
}

fn leaf(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => say("fact-yes", &[]),
        Value::Bool(false) => say("fact-no", &[]),
        other => other.to_string(),
    }
}

/// `bookingRef` and `booking_ref` become `Booking ref`.
fn label(key: &str) -> String {
    let mut words = String::with_capacity(key.len() + 4);
    let mut before: Option<char> = None;
    for c in key.chars() {
        let starts_word = c.is_uppercase() && before.is_some_and(char::is_lowercase);
        let c = if c == '_' || c == '-' { ' ' } else { c };
        if starts_word {
            words.push(' ');
            words.extend(c.to_lowercase());
        } else if before.is_none() {
            words.extend(c.to_uppercase());
        } else {
            words.push(c);
        }
        before = Some(c);
    }
    words
}

fn kind(kind: ContactKind) -> &'static str {
    match kind {
        ContactKind::CustomerId => "fact-customer-id",
        ContactKind::Email => "fact-email",
        ContactKind::Phone => "fact-phone",
    }
}

/// As [`kind`], for what nobody has proven.
fn noted_as(kind: ContactKind) -> &'static str {
    match kind {
        ContactKind::CustomerId => "fact-customer-id.noted",
        ContactKind::Email => "fact-email.noted",
        ContactKind::Phone => "fact-phone.noted",
    }
}

fn channel(channel: Channel) -> String {
    let id = match channel {
        Channel::WebChat => "channel-web_chat",
        Channel::Whatsapp => "channel-whatsapp",
        Channel::Imported => "channel-imported",
    };
    say(id, &[])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_customer_on_whatsapp_who_shows_no_number_is_said_to() {
        let phone = Contact::new(ContactKind::Phone, "+34600123456").unwrap();
        let email = Contact::new(ContactKind::Email, "carmen@example.com").unwrap();
        assert_eq!(no_number(Channel::Whatsapp, &[email]).unwrap().value, "no number known");
        assert_eq!(no_number(Channel::Whatsapp, &[phone]), None);
        assert_eq!(no_number(Channel::WebChat, &[]), None);
    }

    #[test]
    fn custom_data_reads_like_a_list() {
        let data = json!({"bookingRef": "NW-20418", "fare_class": "W", "open": ["approval", "date"], "gold": true,
                          "nothing": null, "address": {"zipCode": "1010"}, "legs": [{"to": "Oslo"}]});
        let lines: Vec<_> = flat(data.as_object().unwrap()).into_iter().map(|f| (f.label, f.value)).collect();
        let expected = [
            ("Address · zip code", "1010"),
            ("Booking ref", "NW-20418"),
            ("Fare class", "W"),
            ("Gold", "yes"),
            ("Legs 1 · to", "Oslo"),
            ("Open", "approval, date"),
        ];
        assert_eq!(lines, expected.map(|(label, value)| (label.to_owned(), value.to_owned())));
    }
}
