//! What the interface is told by itself.

use serde::Serialize;
use tandem_conversation::{CommandId, ConversationId, Participant, Section, Time};
use ts_rs::TS;

/// What changed; the interface reads again what it shows. Batched per frame.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Change {
    /// Connection, counts, figures.
    App,
    /// Lists of sections.
    Lists,
    Conversation {
        id: ConversationId,
    },
    /// A typing signal, valid until the next change or `until`.
    Typing {
        id: ConversationId,
        by: Participant,
        until: Time,
    },
    /// Who is looking at the conversation without taking part, until the next such change or `until`.
    Watched {
        id: ConversationId,
        by: Participant,
        until: Time,
    },
    /// Upload progress of a queued reply's file; ten times a second at most.
    Upload {
        id: ConversationId,
        command: CommandId,
        #[ts(type = "number")]
        sent: u64,
    },
    /// Show this conversation now: a notification was clicked.
    Open {
        id: ConversationId,
        section: Option<Section>,
        /// Key of the entry that it is about; none for the end.
        key: Option<String>,
    },
    /// Bring this conversation's own window to the front.
    Raise {
        id: ConversationId,
    },
    /// Bring the board's own window to the front.
    RaiseBoard,
    /// The alerts of a conversation's calls for help changed.
    Alerts {
        id: ConversationId,
    },
    /// The window should show something: ask what.
    Wanted,
    /// A message to the agent that needs no answer.
    Toast {
        tone: Tone,
        text: String,
    },
    /// A colleague took the call for help that the user answered in a notification.
    Taken {
        id: ConversationId,
        text: String,
    },
    /// Too many changes: read everything again.
    Everything,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    Good,
    Plain,
    Bad,
}
