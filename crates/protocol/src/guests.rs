//! The external agents' API, under `/guest/{token}/`.

use serde::{Deserialize, Serialize};
use tandem_conversation::{
    ButtonId, CommandId, ConversationId, MediaId, ParticipantKind, Position, Stage, Time, TurnId,
};
use utoipa::ToSchema;

use crate::chat::{ChatConversation, ChatEntry};

/// The standing of a link, as seen from one browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Not opened yet.
    Unopened,
    /// Opened by this browser.
    Open,
    /// Opened by another browser.
    Elsewhere,
    Expired,
    Revoked,
    /// The conversation is completed.
    Completed,
    /// The external agent has left.
    Left,
}

/// `GET /guest/{token}/about` and `POST /guest/{token}/open`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GuestInvitation {
    pub standing: Standing,
    pub company: String,
    /// Who to ask for another link; none for Your Logic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited_by: Option<String>,
    /// The external agent's name.
    pub name: String,
    /// The inviter's note; only while this browser may read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub expires: Time,
    /// The hub's time, because clocks differ.
    pub now: Time,
    /// Maximum size of a file, in bytes.
    #[serde(default)]
    pub max_file_bytes: u64,
    /// For this browser, once it has opened the link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ChatConversation>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GuestEntry {
    #[serde(flatten)]
    pub entry: ChatEntry,
    /// Whether they wrote it themselves.
    pub own: bool,
    /// Its author withdrew it: it has no words, and is shown no more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withdrawn: bool,
}

/// `GET /guest/{token}/entries`: everything since the invitation, oldest first. Earlier entries that were edited or
/// withdrawn since come first, as they are now; each replaces the one with its id.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GuestEntries {
    pub conversation: ChatConversation,
    pub entries: Vec<GuestEntry>,
    /// Whether there is more after `upTo`.
    pub more: bool,
    /// The last position read: the next page begins after it.
    pub up_to: Position,
}

/// `POST /guest/{token}/messages`; the browser makes the id, and a repeat has one effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuestMessage {
    pub id: TurnId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<MediaId>,
    /// The last position on the author's screen; a newer turn of our side refuses the message.
    pub written_against: Position,
}

/// `GET /guest/{token}/buttons`: a custom button with this conversation's values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GuestButton {
    pub id: ButtonId,
    pub title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Sent to Your Logic when pressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// For the clipboard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<String>,
    /// Opens in a new page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Why it is unusable now; then there is neither text nor URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unusable: Option<String>,
}

/// `POST /guest/{token}/press`; the browser makes the id, and a repeat has one effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuestPress {
    pub id: CommandId,
    pub action: String,
}

/// `POST /guest/{token}/leave`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuestLeave {
    /// A message to the agents.
    #[serde(default)]
    pub word: String,
}

/// Frames from the page on `WS /guest/{token}/live`. Frames for another conversation are ignored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum GuestSend {
    /// First frame.
    Hello {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conversation: Option<ConversationId>,
        #[serde(default)]
        after: Position,
    },
    Typing {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conversation: Option<ConversationId>,
        on: bool,
    },
    Receipt {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conversation: Option<ConversationId>,
        stage: Stage,
        up_to: Position,
    },
}

/// Frames from the hub on `WS /guest/{token}/live`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum GuestFrame {
    Ready {
        conversation: ChatConversation,
    },
    Entry {
        entry: Box<GuestEntry>,
    },
    /// How far the customer has received or seen our side's turns.
    Stage {
        conversation: ConversationId,
        up_to: Position,
        stage: Stage,
    },
    Typing {
        conversation: ConversationId,
        name: String,
        kind: ParticipantKind,
        on: bool,
    },
    /// The buttons or their values may have changed: fetch them again.
    Buttons {},
    /// A turn was edited or withdrawn: read on, which also brings earlier entries that changed.
    Amended {
        conversation: ConversationId,
    },
    /// The link has ended; so does the connection.
    Over {
        standing: Standing,
    },
    /// A sign of life on a quiet connection.
    Alive {},
    Error {
        code: String,
        message: String,
    },
}
