//! Commands of the library.

use serde::Deserialize;
use tandem_conversation::{ConversationId, Position, QuestionId, QuickReplyId};
use ts_rs::TS;

/// What is typed while the library is open.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FindInLibrary {
    pub id: ConversationId,
    pub query: String,
    /// True for a note to colleagues.
    pub note: bool,
    /// Maximum number of offers.
    pub limit: u32,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InsertReply {
    pub id: ConversationId,
    pub reply: QuickReplyId,
    /// True for a note to colleagues.
    pub note: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AskQuestion {
    pub id: ConversationId,
    pub question: QuestionId,
    /// The last position on screen when it was chosen.
    pub written_against: Position,
    /// Ask even though the conversation has moved on.
    #[serde(default)]
    pub anyway: bool,
    /// Reopen the conversation if it is completed; otherwise a completed one refuses it.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub reopen: bool,
    /// Send at once, without the time to take it back.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub now: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OneReply {
    pub reply: QuickReplyId,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OneQuestion {
    pub question: QuestionId,
}

/// The text of a quick reply that is being written.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TryTemplate {
    pub text: String,
}
