//! Turns: what is said, asked, answered, attached, noted or suggested.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::blank::{is_blank, without_controls};
use crate::contents::{self, CardPerson, Degrees, FormField, OrderLine};
use crate::drawn::Drawn;
use crate::handover::Handover;
use crate::ids::{EngagementId, MediaId, Position, TurnId};
use crate::label::check_label;
use crate::limits;
use crate::mention::Mention;
use crate::rejection::Rejection;
use crate::silence::is_courtesy;
use crate::template::{TemplateValue, check_values};

/// One contribution as stored. Its author is the actor of the event that adds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Turn {
    pub id: TurnId,
    /// The author's engagement; none for customers and for notes from outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engagement: Option<EngagementId>,
    pub content: Content,
    /// A closing courtesy: shown, but reopens nothing and causes no notice.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub silent: bool,
    /// Whether it only holds the line: the customer still waits for an answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub holding: bool,
    /// What it was drawn from: the library, or a suggestion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub library: Option<Box<Drawn>>,
    /// The last position that its author saw, if the customer had written more by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written_against: Option<Position>,
    /// The turn that it quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<TurnId>,
    /// What the channel gets in its own words instead of the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "Record<string, unknown> | null")]
    #[schema(value_type = Option<Object>)]
    pub raw: Option<Box<Map<String, Value>>>,
}

impl Turn {
    /// A loud turn, and nothing more known of it.
    #[must_use]
    pub fn new(id: TurnId, engagement: Option<EngagementId>, content: Content) -> Self {
        Self {
            id,
            engagement,
            content,
            silent: false,
            holding: false,
            library: None,
            written_against: None,
            reply_to: None,
            raw: None,
        }
    }
}

/// What a turn says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Content {
    Text {
        text: String,
    },
    /// A menu; answered by choice or in free text, at any time.
    Question {
        text: String,
        choices: Vec<Choice>,
    },
    /// A choice of an earlier question; `text` is the label that the customer saw.
    Answer {
        question: TurnId,
        choice: String,
        text: String,
    },
    Attachment {
        media: Media,
        #[serde(default)]
        text: String,
    },
    /// A message that the channel has approved beforehand. The text is what the customer reads.
    Template {
        name: String,
        language: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        values: Vec<TemplateValue>,
        #[serde(default)]
        text: String,
    },
    /// A place. The text, as in the next ones, is made from the fields.
    Location {
        latitude: Degrees,
        longitude: Degrees,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        name: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        address: String,
        #[serde(default)]
        text: String,
    },
    Card {
        people: Vec<CardPerson>,
        #[serde(default)]
        text: String,
    },
    Order {
        lines: Vec<OrderLine>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
        #[serde(default)]
        text: String,
    },
    /// A filled form, or one whose answers could not be read: then in one field without a name.
    Form {
        name: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fields: Vec<FormField>,
        #[serde(default)]
        text: String,
    },
    /// A message that the channel does not hand over, or that the hub does not know.
    Unknown {
        /// The channel's own name of its kind.
        kind: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        detail: String,
        #[serde(default)]
        text: String,
    },
    /// Never shown to customers.
    Note {
        text: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<Mention>,
        /// The handover packet that the text sums up, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        handover: Option<Box<Handover>>,
    },
    /// Offered to agents, never shown to customers until one of them sends it.
    Suggestion {
        text: String,
        /// Why it is a suggestion and not a message; none if it was meant as one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
}

/// One choice of a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Choice {
    pub id: String,
    pub label: String,
}

/// A stored file, by reference. Senders give only its id, as text or in an object; the hub fills in the rest from its
/// store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Media {
    pub id: MediaId,
    pub name: String,
    pub content_type: String,
    #[ts(type = "number")]
    pub bytes: u64,
}

impl Media {
    /// A file of which only the id is known.
    #[must_use]
    pub fn named(id: MediaId) -> Self {
        Self { id, name: String::new(), content_type: String::new(), bytes: 0 }
    }
}

impl<'de> Deserialize<'de> for Media {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IdOrWhole)
    }
}

struct IdOrWhole;

impl<'de> Visitor<'de> for IdOrWhole {
    type Value = Media;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the id of a file, or an object with its id")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Media, E> {
        text.parse().map(Media::named).map_err(|_| E::invalid_value(Unexpected::Other("text that is no id"), &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Media, A::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Whole {
            id: MediaId,
            #[serde(default)]
            name: String,
            #[serde(default)]
            content_type: String,
            #[serde(default)]
            bytes: u64,
        }
        let Whole { id, name, content_type, bytes } = Whole::deserialize(MapAccessDeserializer::new(fields))?;
        Ok(Media { id, name, content_type, bytes })
    }
}

/// How far a turn has come: the highest of everything that was ever reported, in this order. So what is known depends
/// neither on the order of the reports nor on their repetition. Evidence beats silence (`Unconfirmed`), a refusal beats
/// having been sent, and having arrived beats a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// In the desk's outbox (outbound) or on its way in (inbound).
    Queued,
    /// Stored by the hub.
    Accepted,
    /// Fitted to the channel; language and silence known.
    Prepared,
    /// The channel did not say whether it took the turn. Never repeated by itself.
    Unconfirmed,
    /// Handed to the channel.
    Sent,
    /// The channel refused it; the reason is sent along.
    Failed,
    /// Arrived: at the customer (outbound) or at a desk (inbound).
    Delivered,
    /// Read by the customer, or seen by an agent.
    Seen,
    /// Listened to, for voice messages.
    Played,
}

/// What helps against a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// To send a template: the channel takes nothing else, or not this one.
    Template,
    /// To reach the customer in another chat.
    OtherContact,
    Nothing,
    /// To send the same again. So is what is not known to this version.
    #[serde(other)]
    SendAgain,
}

impl Content {
    /// The text, for lists and notifications. Empty for a file without a caption.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Text { text }
            | Self::Question { text, .. }
            | Self::Answer { text, .. }
            | Self::Attachment { text, .. }
            | Self::Template { text, .. }
            | Self::Location { text, .. }
            | Self::Card { text, .. }
            | Self::Order { text, .. }
            | Self::Form { text, .. }
            | Self::Unknown { text, .. }
            | Self::Note { text, .. }
            | Self::Suggestion { text, .. } => text,
        }
    }

    /// Whether both say the same to whoever reads them.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Answer { question, choice, .. }, Self::Answer { question: to, choice: other, .. }) => {
                question == to && choice == other
            }
            (Self::Attachment { media, text }, Self::Attachment { media: file, text: other }) => {
                media.id == file.id && text == other
            }
            (Self::Attachment { .. }, _) => false,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other) && self.text() == other.text(),
        }
    }

    /// The contact cards of these people.
    #[must_use]
    pub fn card(people: Vec<CardPerson>) -> Self {
        let text = contents::card_text(&people);
        Self::Card { people, text }
    }

    /// The text that is made from other fields.
    fn described(&self) -> Option<String> {
        match self {
            Self::Location { latitude, longitude, name, address, .. } => {
                Some(contents::place_text(*latitude, *longitude, name, address))
            }
            Self::Card { people, .. } => Some(contents::card_text(people)),
            Self::Order { lines, note, .. } => Some(contents::order_text(lines, note)),
            Self::Form { name, fields, .. } => Some(contents::form_text(name, fields)),
            Self::Unknown { kind, detail, .. } => Some(contents::unknown_text(kind, detail)),
            _ => None,
        }
    }

    /// Stands for content that its author withdrew. Nobody can write it: turns are never empty.
    #[must_use]
    pub fn withdrawn() -> Self {
        Self::Text { text: String::new() }
    }

    /// Whether it stands for withdrawn content.
    #[must_use]
    pub fn is_withdrawn(&self) -> bool {
        matches!(self, Self::Text { text } if text.is_empty())
    }

    /// Whether nobody has to answer it, from a customer: a closing courtesy, or news.
    #[must_use]
    pub fn asks_nothing(&self) -> bool {
        match self {
            Self::Text { text } => is_courtesy(text),
            Self::Unknown { kind, .. } => contents::NEWS.contains(&kind.as_str()),
            _ => false,
        }
    }

    /// Whether the channel counts its window from it, from a customer: calls and the channel's own news do not renew it.
    #[must_use]
    pub fn renews_window(&self) -> bool {
        const OTHERS: [&str; 4] = [contents::CALL, contents::DELETED, contents::RENUMBERED, contents::REUSED];
        !matches!(self, Self::Unknown { kind, .. } if OTHERS.contains(&kind.as_str()))
    }

    /// Whether it stands for a file that the channel could not hand over. It may do so later.
    #[must_use]
    pub fn is_owed_file(&self) -> bool {
        const FILES: [&str; 6] = ["image", "video", "audio", "voice", "document", "sticker"];
        matches!(self, Self::Unknown { kind, .. } if FILES.contains(&kind.as_str()))
    }

    /// Whether customers may see it.
    #[must_use]
    pub fn is_for_customer(&self) -> bool {
        !matches!(self, Self::Note { .. } | Self::Suggestion { .. })
    }

    /// Validates the content and strips control characters.
    ///
    /// # Errors
    /// `Rejection::Invalid` with the field and its limit.
    pub(crate) fn checked(mut self) -> Result<Self, Rejection> {
        let described = self.described();
        let text = match &mut self {
            Self::Text { text }
            | Self::Question { text, .. }
            | Self::Answer { text, .. }
            | Self::Attachment { text, .. }
            | Self::Template { text, .. }
            | Self::Location { text, .. }
            | Self::Card { text, .. }
            | Self::Order { text, .. }
            | Self::Form { text, .. }
            | Self::Unknown { text, .. }
            | Self::Note { text, .. }
            | Self::Suggestion { text, .. } => text,
        };
        *text = without_controls(described.unwrap_or_else(|| std::mem::take(text)));
        if let Self::Question { choices, .. } = &mut self {
            for choice in choices {
                choice.label = without_controls(std::mem::take(&mut choice.label));
            }
        }
        self.check()?;
        Ok(self)
    }

    fn check(&self) -> Result<(), Rejection> {
        let text = self.text();
        if text.chars().count() > limits::TEXT_CHARS {
            return Err(Rejection::invalid("text", format!("longer than {} characters", limits::TEXT_CHARS)));
        }
        match self {
            Self::Attachment { media, .. } => check_label("media.name", &media.name),
            Self::Location { latitude, longitude, name, address, .. } => {
                contents::check_place(*latitude, *longitude, name, address)
            }
            Self::Card { people, .. } => contents::check_card(people),
            Self::Order { lines, note, .. } => contents::check_order(lines, note),
            Self::Form { name, fields, .. } => contents::check_form(name, fields),
            Self::Unknown { kind, detail, .. } => {
                check_label("kind", kind)?;
                contents::check_part("detail", detail, limits::TEXT_CHARS)
            }
            _ if is_blank(text) => Err(Rejection::blank("text")),
            Self::Question { choices, .. } => check_choices(choices),
            Self::Answer { choice, .. } => check_label("choice", choice),
            Self::Template { name, language, values, .. } => {
                check_label("name", name)?;
                check_label("language", language)?;
                check_values(values)
            }
            Self::Note { handover: Some(handover), .. } => handover.check(),
            _ => Ok(()),
        }
    }
}

fn check_choices(choices: &[Choice]) -> Result<(), Rejection> {
    if choices.is_empty() || choices.len() > limits::CHOICES {
        return Err(Rejection::invalid("choices", format!("between 1 and {} are needed", limits::CHOICES)));
    }
    for (i, choice) in choices.iter().enumerate() {
        for (field, value) in [("id", &choice.id), ("label", &choice.label)] {
            if is_blank(value) || value.chars().count() > limits::CHOICE_CHARS {
                let problem = format!("between 1 and {} characters are needed", limits::CHOICE_CHARS);
                return Err(Rejection::invalid(&format!("choices[{i}].{field}"), problem));
            }
        }
        if let Some(first) = choices[..i].iter().position(|other| other.id == choice.id) {
            return Err(Rejection::invalid(&format!("choices[{i}].id"), format!("the same as choices[{first}].id")));
        }
    }
    Ok(())
}

/// Validates a link's lifetime.
///
/// # Errors
/// `Rejection::Invalid` naming `ttlS`.
pub fn check_link_ttl(ttl_s: u32) -> Result<(), Rejection> {
    if !(limits::LINK_MIN_MS..=limits::LINK_MAX_MS).contains(&(i64::from(ttl_s) * 1000)) {
        return Err(Rejection::invalid("ttlS", "a link lives between 1 minute and 7 days"));
    }
    Ok(())
}
