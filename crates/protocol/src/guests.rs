//! The external agents' side: what the page behind a link sends and gets. Everything stands under `/guest/{token}/`.

use serde::{Deserialize, Serialize};
use tandem_conversation::{
    ButtonId, CommandId, ConversationId, MediaId, ParticipantKind, Position, Stage, Time, TurnId,
};
use utoipa::ToSchema;

use crate::chat::{ChatConversation, ChatEntry};

/// How a link stands, as seen from one browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Nobody has opened it yet.
    Unopened,
    /// This browser has.
    Open,
    /// Another browser has.
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
    /// Who may be asked for another link; none for Your Logic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited_by: Option<String>,
    /// Under which name the external agent speaks.
    pub name: String,
    /// What the inviter wrote; only while this browser may read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub expires: Time,
    /// The hub's time, because clocks differ.
    pub now: Time,
    /// Largest file that may be sent, in bytes.
    #[serde(default)]
    pub max_file_bytes: u64,
    /// For this browser once it has opened the link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ChatConversation>,
}

/// One thing the external agent sees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GuestEntry {
    #[serde(flatten)]
    pub entry: ChatEntry,
    /// Whether they wrote it themselves.
    pub own: bool,
}

/// `GET /guest/{token}/entries`: everything since the invitation, oldest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GuestEntries {
    pub conversation: ChatConversation,
    pub entries: Vec<GuestEntry>,
    /// Whether there is more after `upTo`.
    pub more: bool,
    /// How far this page was read: the next one begins after it.
    pub up_to: Position,
}

/// `POST /guest/{token}/messages`; the id is made by the browser, the same id twice has one effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuestMessage {
    pub id: TurnId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<MediaId>,
    /// The last position the author had on screen; newer turns of our side refuse the message.
    pub written_against: Position,
}

/// `GET /guest/{token}/buttons`: a custom button with the values of this conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GuestButton {
    pub id: ButtonId,
    pub title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Goes to Your Logic with a press.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// For the clipboard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<String>,
    /// For a new page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Why it cannot be used now; there is neither text nor URL then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unusable: Option<String>,
}

/// `POST /guest/{token}/press`; the id is made by the browser, the same id twice has one effect.
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
    /// A word to the agents.
    #[serde(default)]
    pub word: String,
}

/// What the page sends on `WS /guest/{token}/live`. A conversation that is not the link's is ignored.
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

/// What the hub sends on `WS /guest/{token}/live`.
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
    /// The buttons, or what they are filled with, may be others now: they are asked for again.
    Buttons {},
    /// The link is over; the connection ends.
    Over {
        standing: Standing,
    },
    /// Nothing has happened for a while, and the connection works.
    Alive {},
    Error {
        code: String,
        message: String,
    },
}
