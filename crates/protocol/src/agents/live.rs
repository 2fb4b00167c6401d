//! The frames of the live connection between hub and desk.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tandem_conversation::{Availability, Button, Conversation, ConversationId, Event, Participant, Position, Time};
use uuid::Uuid;

use super::{Absence, Colleague, Me};

/// Frames from the hub on the live connection. The kind is the one key (`{"batch": …}`), so that a reader parses
/// thousands of changes without untyped values.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
#[expect(clippy::large_enum_variant, reason = "a hello comes once for each connection, and frames are not kept")]
pub enum LiveFrame {
    /// The first frame.
    Hello {
        /// Desks that do not know `speaks` compare it with their own version, and refuse if it is greater. It stays
        /// [`UNNAMED_VERSION`](crate::UNNAMED_VERSION) for ever.
        version: u32,
        /// The version that the hub speaks; none for older hubs, which use `version`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        speaks: Option<u32>,
        /// The oldest version of a desk that may connect.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        oldest: Option<u32>,
        /// The log of the cursors; a new one makes a desk start afresh.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        log: Option<Uuid>,
        me: Me,
        time: Time,
    },
    /// The cursor is unknown: clear the cache; everything visible follows.
    Reset {},
    /// Everything between two positions of the account's log that this user may see.
    Batch(Batch),
    /// Nothing happened; complete up to here and now.
    Alive {
        cursor: u64,
        time: Time,
        /// As in [`Batch::after`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<u64>,
    },
    Typing {
        conversation: ConversationId,
        by: Participant,
        until: Time,
    },
    /// Somebody looks at this conversation of the user's without taking part. From version
    /// [`TELLS_WATCHING`](crate::TELLS_WATCHING) on.
    Watched {
        conversation: ConversationId,
        by: Participant,
        until: Time,
    },
    /// Users came, left or changed.
    People {
        people: Vec<Colleague>,
    },
    /// All custom buttons of this user, in their order.
    Buttons {
        buttons: Vec<Button>,
    },
    /// What this user sees of the library has this stamp: fetch it, unless it is held.
    Library {
        stamp: String,
    },
    /// The alerts of these conversations changed; for users who view all conversations.
    Alerts {
        conversations: Vec<ConversationId>,
    },
    /// A supervisor says how this user is, as if the user had said so at this desk. From version
    /// [`SUPERVISES`](crate::SUPERVISES) on.
    Availability {
        status: Availability,
        /// The supervisor's name.
        by: String,
    },
    /// The client's frame was not understood, or the connection is about to end.
    Error {
        code: String,
        message: String,
    },
}

impl LiveFrame {
    /// The greeting of a hub of this version.
    #[must_use]
    pub fn hello(me: Me, time: Time, log: Uuid) -> Self {
        let (version, speaks, oldest) = (crate::UNNAMED_VERSION, Some(crate::version()), Some(crate::MIN_VERSION));
        Self::Hello { version, speaks, oldest, log: Some(log), me, time }
    }
}

/// The kind of a frame or change: the one key of `{"kind": …}`; none if it is neither.
#[must_use]
pub fn kind_of(text: &str) -> Option<String> {
    let keys: std::collections::BTreeMap<String, serde::de::IgnoredAny> = serde_json::from_str(text).ok()?;
    let mut kinds = keys.into_keys();
    kinds.next().filter(|_| kinds.next().is_none())
}

/// Changes in order; complete up to `cursor` once applied.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Batch {
    pub cursor: u64,
    pub time: Time,
    /// The cursor of the previous frame, once catch-up is done: a desk with a lower cursor has missed a frame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// Still older than the start of the connection.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub catching_up: bool,
    pub changes: Vec<Box<RawValue>>,
}

/// One change of a batch.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveChange {
    /// A conversation became visible, with its whole state.
    Opened(Box<Conversation>),
    Event(Box<Event>),
    /// A conversation is no longer visible.
    Closed(ConversationId),
}

/// Frames from the desk on the live connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum DeskFrame {
    /// The agent is typing in this conversation.
    Typing { conversation: ConversationId },
    /// The user looks at this conversation without taking part. Repeated while that lasts.
    Watching { conversation: ConversationId },
    /// The agent's presence.
    Presence(Whereabouts),
    /// The conversations that the desk holds, with positions, in one or more frames; answers the greeting.
    Holds {
        conversations: Vec<(ConversationId, Position)>,
        /// Another frame with more of them follows.
        #[serde(default)]
        more: bool,
    },
}

/// What a desk says of its user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Whereabouts {
    /// Takes calls for help.
    pub available: bool,
    /// From version [`SAYS_WHY`](crate::SAYS_WHY) on, like all that follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Availability>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absence: Option<Absence>,
    /// Nobody uses the machine; the user has not said that they are away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub idle: bool,
}

impl Whereabouts {
    /// As a desk before version [`SAYS_WHY`](crate::SAYS_WHY) says it.
    #[must_use]
    pub fn takes_calls(available: bool) -> Self {
        Self { available, status: None, absence: None, idle: false }
    }

    /// Desks that say only that they take no calls may mean either.
    #[must_use]
    pub fn availability(&self) -> Availability {
        let otherwise = if self.available { Availability::Available } else { Availability::Busy };
        self.status.unwrap_or(otherwise)
    }
}
