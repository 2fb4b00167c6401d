//! What is indexed: a turn's words and tags, and a customer's name and contacts with the tags of the conversation.
//!
//! Suggestions are not indexed: no one has said them. Tags of the index are never shown; a hit is made from the event itself.

use serde_json::Value;
use tandem_conversation::{Channel, Content, ConversationId, CustomerRef, Event, EventBody};

use crate::scope::{Tag, author_tags};
use crate::words::Words;

/// Maximum indexed text about a customer, in characters.
const KNOWN_CHARS: usize = 1_000;

/// A turn's text in one line; none if it is not searchable.
#[must_use]
pub fn spoken(content: &Content) -> Option<String> {
    match content {
        Content::Note { text, handover: Some(handover), .. } => {
            let points = handover.parts().into_iter().flat_map(|(_, points)| points).map(|point| point.text.as_str());
            Some([text.as_str()].into_iter().chain(points).collect::<Vec<_>>().join(" · "))
        }
        content if content.is_withdrawn() => None,
        Content::Text { text }
        | Content::Answer { text, .. }
        | Content::Note { text, .. }
        | Content::Template { text, .. }
        | Content::Location { text, .. }
        | Content::Card { text, .. }
        | Content::Order { text, .. }
        | Content::Form { text, .. }
        | Content::Unknown { text, .. } => Some(text.clone()),
        Content::Question { text, choices } => {
            let labels = choices.iter().map(|choice| choice.label.as_str());
            Some([text.as_str()].into_iter().chain(labels).collect::<Vec<_>>().join(" · "))
        }
        Content::Attachment { media, text } if text.trim().is_empty() => Some(media.name.clone()),
        Content::Attachment { media, text } => Some(format!("{text} · {}", media.name)),
        Content::Suggestion { .. } => None,
    }
}

/// The index entry of an event; none for most kinds of events.
#[must_use]
pub fn turn(event: &Event, channel: Channel) -> Option<String> {
    let content = match &event.body {
        EventBody::TurnAdded { turn, .. } => &turn.content,
        EventBody::TurnEdited { content, .. } => content,
        _ => return None,
    };
    let spoken = spoken(content)?;
    let mut tags = author_tags(&event.actor);
    match content {
        Content::Note { .. } => tags.push(Tag::Note.to_string()),
        Content::Attachment { .. } => tags.push(Tag::Attachment.to_string()),
        _ => {}
    }
    Some(document(tags, event.conversation, channel, &spoken))
}

/// The index entry of a conversation's customer.
#[must_use]
pub fn person(conversation: ConversationId, channel: Channel, known_by: &str) -> String {
    document(vec![Tag::Person.to_string()], conversation, channel, known_by)
}

fn document(mut tags: Vec<String>, conversation: ConversationId, channel: Channel, text: &str) -> String {
    tags.push(Tag::Conversation(conversation).to_string());
    tags.push(Tag::Channel(channel).to_string());
    tags.push(Words::of(text).folded().to_owned());
    tags.join(" ")
}

/// A customer's name and contacts, the conversation's tags, and the customer's numbers and addresses from Your Logic.
#[must_use]
pub fn known_by(customer: &CustomerRef, tags: &[String]) -> String {
    let mut known = customer.name.clone();
    for word in customer.contacts.iter().chain(&customer.noted).map(|contact| &contact.value).chain(tags) {
        known.push_str(" · ");
        known.push_str(word);
    }
    customer.custom.values().for_each(|value| leaves(value, &mut known));
    match known.char_indices().nth(KNOWN_CHARS) {
        Some((end, _)) => known[..end].to_owned(),
        None => known,
    }
}

fn leaves(value: &Value, into: &mut String) {
    if into.len() > 4 * KNOWN_CHARS {
        return;
    }
    match value {
        Value::String(text) if !text.trim().is_empty() => {
            into.push_str(" · ");
            into.push_str(text);
        }
        Value::Number(number) => {
            into.push_str(" · ");
            into.push_str(&number.to_string());
        }
        Value::Array(items) => items.iter().for_each(|item| leaves(item, into)),
        Value::Object(fields) => fields.values().for_each(|value| leaves(value, into)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tandem_conversation::{CommandId, CustomerId, Participant, Position, Time, Turn, TurnId, UserId};
    use uuid::Uuid;

    use super::*;

    fn said(by: Participant, content: Value) -> Option<String> {
        let content = serde_json::from_value(content).unwrap();
        let id = TurnId(Uuid::from_u128(3));
        let event = Event {
            conversation: ConversationId(Uuid::from_u128(0xc1)),
            position: Position(2),
            time: Time(0),
            actor: by,
            cause: CommandId(Uuid::from_u128(4)),
            body: EventBody::TurnAdded { turn: Turn::new(id, None, content), received: Time(0) },
        };
        turn(&event, Channel::WebChat)
    }

    #[test]
    fn every_kind_of_turn_is_filed_with_its_words_and_tags() {
        let maya = Participant::Agent { user: UserId(Uuid::from_u128(0xa)), name: "Maya Ortiz".into() };
        let media = json!({"id": Uuid::nil(), "name": "Box_1.PNG", "contentType": "image/png", "bytes": 1});
        let choices = json!([{"id": "a", "label": "Größe M"}, {"id": "b", "label": "L"}]);
        for (by, content, expected) in [
            (Participant::Customer, json!({"type": "text", "text": "Hi!"}), Some("¦bc ¦cc1 ¦hw hi ")),
            (maya, json!({"type": "note", "text": "VIP"}), Some("¦ba ¦ua ¦nmaya ¦nortiz ¦o ¦cc1 ¦hw vip ")),
            (
                Participant::Logic,
                json!({"type": "question", "text": "Which?", "choices": choices}),
                Some("¦bl ¦cc1 ¦hw which grosse m l "),
            ),
            (
                Participant::Customer,
                json!({"type": "attachment", "media": media, "text": ""}),
                Some("¦bc ¦a ¦cc1 ¦hw box 1 png "),
            ),
            (Participant::Logic, json!({"type": "suggestion", "text": "Say sorry"}), None),
        ] {
            assert_eq!(said(by, content).as_deref(), expected);
        }
    }

    #[test]
    fn customers_are_known_by_more_than_their_name() {
        let custom = json!({"email": "carmen@example.com", "phones": ["+49 30 1234"], "gold": true, "no": 7});
        let mut carmen = CustomerRef::new(CustomerId(Uuid::from_u128(1)), "Carmen Menzel");
        carmen.custom = custom.as_object().unwrap().clone();
        let tags = ["gold".to_owned(), "lost suitcase".to_owned()];
        let expected = "Carmen Menzel · gold · lost suitcase · carmen@example.com · 7 · +49 30 1234";
        assert_eq!(known_by(&carmen, &tags), expected);
    }
}
