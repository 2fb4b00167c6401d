//! Turns: what is said, asked, answered, attached, noted or suggested.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::blank::{is_blank, without_controls};
use crate::drawn::Drawn;
use crate::handover::Handover;
use crate::ids::{EngagementId, MediaId, Position, TurnId};
use crate::label::check_label;
use crate::limits;
use crate::mention::Mention;
use crate::rejection::Rejection;

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
    /// What it was drawn from the library.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub library: Option<Box<Drawn>>,
    /// The last position that its author saw, if the customer had written more by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written_against: Option<Position>,
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

/// How far a turn has come. It only moves forward, in this order; only a retry leaves `Failed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// In the desk's outbox (outbound) or on its way in (inbound).
    Queued,
    /// Stored by the hub.
    Accepted,
    /// Fitted to the channel; language and silence known.
    Prepared,
    /// Handed to the channel.
    Sent,
    /// Arrived: at the customer (outbound) or at a desk (inbound).
    Delivered,
    /// Read by the customer, or seen by an agent.
    Seen,
    /// The channel refused it; the reason is sent along.
    Failed,
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
        let text = match &mut self {
            Self::Text { text }
            | Self::Question { text, .. }
            | Self::Answer { text, .. }
            | Self::Attachment { text, .. }
            | Self::Note { text, .. }
            | Self::Suggestion { text, .. } => text,
        };
        *text = without_controls(std::mem::take(text));
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
            _ if is_blank(text) => Err(Rejection::blank("text")),
            Self::Question { choices, .. } => check_choices(choices),
            Self::Answer { choice, .. } => check_label("choice", choice),
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
