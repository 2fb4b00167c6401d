//! The frames of the live connection between hub and desk.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tandem_conversation::{Button, Conversation, ConversationId, Event, Participant, Position, Time};
use uuid::Uuid;

use super::{Colleague, Me};

/// What the hub sends on the live connection. The kind is the one key (`{"batch": …}`), because a reader can then take
/// in thousands of changes without a detour through untyped values.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum LiveFrame {
    /// The first frame.
    Hello {
        /// What desks that do not know `speaks` compare with their own version, and refuse if it is greater. It stays
        /// [`UNNAMED_VERSION`](crate::UNNAMED_VERSION) for ever.
        version: u32,
        /// The version that the hub speaks; none for a hub that says it in `version`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        speaks: Option<u32>,
        /// The oldest version of a desk that may connect.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        oldest: Option<u32>,
        /// Which log the cursors are of; another one makes a desk start afresh.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        log: Option<Uuid>,
        me: Me,
        time: Time,
    },
    /// The cursor is unknown here: forget everything cached, all that is visible follows.
    Reset {},
    /// Everything that happened between two positions of the account's log, as far as this user may see it.
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
    /// Users came, went, or were changed.
    People {
        people: Vec<Colleague>,
    },
    /// The custom buttons that this user may see, all of them and in their order.
    Buttons {
        buttons: Vec<Button>,
    },
    /// What is known of the alerts of these conversations has changed; for those who view all of them.
    Alerts {
        conversations: Vec<ConversationId>,
    },
    /// What the client sent was not understood, or the connection is about to end.
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

/// The kinds of frames that this version knows.
pub const LIVE_FRAMES: [&str; 9] =
    ["hello", "reset", "batch", "alive", "typing", "people", "buttons", "alerts", "error"];

/// Changes in order; complete up to `cursor` once applied.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Batch {
    pub cursor: u64,
    pub time: Time,
    /// The cursor of the frame before this one, once the past is told: whoever stands before it has missed a frame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// Still older than what was known when the connection began.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub catching_up: bool,
    pub changes: Vec<Box<RawValue>>,
}

/// One change of a batch.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveChange {
    /// A conversation is visible now, and this is its whole state.
    Opened(Box<Conversation>),
    Event(Box<Event>),
    /// A conversation is not visible any more.
    Closed(ConversationId),
}

/// What the desk sends on the live connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum DeskFrame {
    /// The agent is writing in this conversation.
    Typing { conversation: ConversationId },
    /// Whether the agent takes calls for help. Why not stays on their machine.
    Presence { available: bool },
    /// What the desk holds, and up to which position, in as many frames as it takes; answers the greeting.
    Holds {
        conversations: Vec<(ConversationId, Position)>,
        /// Another frame with more of them follows.
        #[serde(default)]
        more: bool,
    },
}
