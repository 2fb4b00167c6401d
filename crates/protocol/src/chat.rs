//! The web chat's side: what a customer's browser sends and gets.

use serde::{Deserialize, Serialize};
use tandem_conversation::{Choice, ConversationId, Media, MediaId, ParticipantKind, Position, Stage, Time, TurnId};
use utoipa::ToSchema;

/// `POST /chat/v1/sessions`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SessionRequest {
    pub brand: String,
    /// The token of an earlier visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What the page calls the customer; unproven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who the customer is, proven: a JWT signed with the brand's secret (HS256, with `sub` and `exp`; `name`, `email` and
    /// `phone_number` as the page knows them).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionResponse {
    pub token: String,
    pub brand: BrandLook,
    pub conversation: Option<ChatConversation>,
    /// Largest file that may be sent, in bytes.
    #[serde(default)]
    pub max_file_bytes: u64,
}

/// Look and words of a web chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BrandLook {
    pub id: String,
    pub name: String,
    pub greeting: String,
    /// A CSS colour.
    pub accent: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatConversation {
    pub id: ConversationId,
    pub status: ChatStatus,
    pub position: Position,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChatStatus {
    InProgress,
    Completed,
}

/// `GET /chat/v1/entries`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatEntries {
    pub conversation: Option<ChatConversation>,
    pub entries: Vec<ChatEntry>,
    /// Whether there is more after `upTo`.
    pub more: bool,
    /// How far this page was read: the next one begins after it. Behind the last entry where nothing for customers follows.
    pub up_to: Position,
}

/// One thing the customer sees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatEntry {
    /// Positions count within it.
    pub conversation: ConversationId,
    pub position: Position,
    pub id: TurnId,
    pub time: Time,
    pub from: ParticipantKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub kind: ChatKind,
    pub text: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
    /// What opens the file at `/chat/v1/media/{id}?t=…`, today and tomorrow, and nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<String>,
    /// For an answer: the question and the choice taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<ChatAnswer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChatKind {
    Text,
    Question,
    Answer,
    Attachment,
    System,
}

/// `POST /chat/v1/messages`; the id is made by the browser, the same id twice has one effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChatMessage {
    pub id: TurnId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<ChatAnswer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<MediaId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChatAnswer {
    pub question: TurnId,
    pub choice: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatAccepted {
    pub id: TurnId,
    /// Where the message is now.
    pub conversation: ConversationId,
    pub position: Position,
}

/// What the browser sends on `WS /chat/v1/live`. Pages of an earlier version name no conversation; the hub takes the one
/// that is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum ChatSend {
    /// First frame.
    Hello {
        token: String,
        /// What `after` counts in. Another one than is shown now: everything is repeated.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conversation: Option<ConversationId>,
        #[serde(default)]
        after: Position,
    },
    Message(ChatMessage),
    Typing {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conversation: Option<ConversationId>,
        on: bool,
    },
    /// Also for an earlier conversation of the same visitor. One that is not theirs is ignored.
    Receipt {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conversation: Option<ConversationId>,
        stage: Stage,
        up_to: Position,
    },
    /// Begin a new conversation instead of going on with the completed one.
    New {},
}

/// What the hub sends on `WS /chat/v1/live`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum ChatFrame {
    Ready {
        conversation: Option<ChatConversation>,
    },
    Entry {
        entry: ChatEntry,
    },
    Accepted {
        id: TurnId,
        conversation: ConversationId,
        position: Position,
    },
    /// How far our side has received or seen the customer's turns.
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
    Status {
        conversation: ConversationId,
        status: ChatStatus,
    },
    /// Nothing has happened for a while, and the connection works.
    Alive {},
    Error {
        code: String,
        message: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<TurnId>,
    },
}
