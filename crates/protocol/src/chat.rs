//! The web chat's API for customers' browsers.

use serde::{Deserialize, Serialize};
use tandem_conversation::{
    Choice, ConversationId, Media, MediaId, ParticipantKind, Position, ReviewId, Stage, Time, TurnId,
};
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
    /// The page's name for the customer; unproven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Proof of the customer's identity: a JWT signed with the brand's secret (HS256, with `sub` and `exp`; optionally
    /// `name`, `email` and `phone_number`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionResponse {
    pub token: String,
    pub brand: BrandLook,
    pub conversation: Option<ChatConversation>,
    /// Maximum size of a file, in bytes.
    #[serde(default)]
    pub max_file_bytes: u64,
}

/// Look and texts of a web chat.
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
    /// The last position read: the next page begins after it. It may be beyond the last entry if no visible one
    /// follows.
    pub up_to: Position,
}

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
    /// Access right for `/chat/v1/media/{id}?t=…`, valid today and tomorrow, for this file only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<String>,
    /// For an answer: the question and the choice taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<ChatAnswer>,
    /// For a request for a review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<ChatReview>,
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
    /// Asks for a review; its text may be empty.
    Review,
}

/// A request for a review, as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatReview {
    pub id: ReviewId,
    /// Until when it can be answered or its answer changed; none if it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// The customer's answer: 1 to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u8>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
    /// The customer did not want to answer. A score still counts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub declined: bool,
}

/// `POST /chat/v1/reviews/{id}/decline`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ChatReviewDecline {
    /// The customer does not want to be asked again, in this or another conversation.
    pub never: bool,
}

/// `POST /chat/v1/reviews/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChatReviewAnswer {
    /// 1 to 5.
    pub score: u8,
    /// At most 2,000 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
}

/// `POST /chat/v1/messages`; the browser makes the id, and a repeat has one effect.
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
    /// The conversation that the message is in.
    pub conversation: ConversationId,
    pub position: Position,
}

/// Frames from the browser on `WS /chat/v1/live`. Older pages name no conversation; the hub then uses the shown one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum ChatSend {
    /// First frame.
    Hello {
        token: String,
        /// The conversation that `after` counts in. If another is shown now, everything is repeated.
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
    /// Also for an earlier conversation of the same visitor. Others are ignored.
    Receipt {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conversation: Option<ConversationId>,
        stage: Stage,
        up_to: Position,
    },
    /// Start a new conversation instead of continuing the completed one.
    New {},
}

/// Frames from the hub on `WS /chat/v1/live`.
#[expect(clippy::large_enum_variant, reason = "most frames are entries")]
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
    /// A sign of life on a quiet connection.
    Alive {},
    Error {
        code: String,
        message: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<TurnId>,
    },
}
