//! Ids as newtypes, so that a customer can never be passed where a conversation is meant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
        #[serde(transparent)]
        #[ts(type = "string")]
        #[schema(value_type = String, format = Uuid)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

id!(/// The handling of one request.
    ConversationId);
id!(/// A person who writes to the company.
    CustomerId);
id!(/// One address of a customer: a web session, a phone, a WhatsApp number.
    ContactId);
id!(/// A user of the desk: agent, supervisor or administrator.
    UserId);
id!(/// Look, texts and allowed domains of one web chat.
    BrandId);
id!(/// One contribution. Made by its author's client, so that a repeat has one effect.
    TurnId);
id!(/// A participant's time in a conversation.
    EngagementId);
id!(/// One call for help; joining with it is a claim that exactly one agent wins.
    CallId);
id!(/// Made by the sender; a repeated id has one effect and gets the same answer.
    CommandId);
id!(/// One request to Your Logic; also its `webhook-id`.
    RequestId);
id!(/// The time-limited link of one external agent.
    LinkId);
id!(/// One request for a review.
    ReviewId);
id!(/// One stored file.
    MediaId);
id!(/// One custom button.
    ButtonId);
id!(/// One question of the library.
    QuestionId);
id!(/// One quick reply of the library.
    QuickReplyId);

/// Place of an event in its conversation: 1, 2, 3, … without gaps. 0 is before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(transparent)]
#[ts(type = "number")]
#[schema(value_type = u32)]
pub struct Position(pub u32);

impl Position {
    /// Before the first event.
    pub const START: Self = Self(0);

    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ConversationId {
    /// An id for what begins at `position` of this conversation. Deterministic, so a replay gives the same id; unique
    /// because a position is used once.
    fn derive(self, position: Position) -> Uuid {
        let mut bytes = *self.0.as_bytes();
        for (byte, part) in bytes[12..].iter_mut().zip(position.0.to_be_bytes()) {
            *byte ^= part;
        }
        Uuid::from_bytes(bytes)
    }

    /// The engagement that starts with the event at `position`.
    #[must_use]
    pub fn engagement_at(self, position: Position) -> EngagementId {
        EngagementId(self.derive(position))
    }

    /// The position at which `call` was raised, if it belongs to this conversation.
    #[must_use]
    pub fn raised_at(self, call: CallId) -> Option<Position> {
        let (own, (head, tail)) = (self.0.as_bytes(), call.0.as_bytes().split_at(12));
        let mut position = [0; 4];
        position.iter_mut().zip(tail).zip(&own[12..]).for_each(|((part, call), own)| *part = call ^ own);
        (own[..12] == *head).then(|| Position(u32::from_be_bytes(position)))
    }

    /// The request for a review made by the event at `position`.
    #[must_use]
    pub fn review_at(self, position: Position) -> ReviewId {
        ReviewId(self.derive(position))
    }

    /// The call for help raised by the event at `position`.
    #[must_use]
    pub fn call_at(self, position: Position) -> CallId {
        CallId(self.derive(position))
    }
}
