//! What is on its way to the hub, and what was not sent.

use serde::Serialize;
use tandem_conversation::{CommandId, ConversationId, Time};
use ts_rs::TS;

use super::{OfferView, QuoteView};

/// A command in the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PendingView {
    /// "Reply", "Complete".
    pub what: String,
    pub since: Time,
}

/// Something of the user's that was not sent, and can no longer be sent by itself.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NotSentView {
    /// Names it in commands.
    pub key: String,
    pub conversation: ConversationId,
    /// The customer's name; empty if it was never known here.
    pub name: String,
    /// "Reply", "Note", or what should have happened: "Join".
    pub what: String,
    pub words: String,
    /// Names of its files.
    pub files: Vec<String>,
    /// Why, in a sentence.
    pub reason: String,
    /// Since when; none for a draft that was never sent.
    pub at: Option<Time>,
    /// Whether the conversation can be opened here.
    pub visible: bool,
    /// Whether the words can go to colleagues as a note.
    pub may_note: bool,
    /// Who handles the conversation.
    pub holder: Option<String>,
}

/// Turns that were taken back into their draft.
#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TakenBackView {
    /// Where their words are now; none if nothing waited any more.
    pub id: Option<ConversationId>,
    /// Whether it was a note; else a reply.
    pub note: bool,
    /// The question of the library that it was.
    pub question: Option<OfferView>,
    /// What they quote.
    pub quote: Option<QuoteView>,
}

/// A command in the outbox.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct QueuedView {
    pub command: CommandId,
    pub conversation: ConversationId,
    /// The customer's name.
    pub name: String,
    /// What will happen: "Reply", "Complete".
    pub what: String,
    pub words: String,
    pub since: Time,
    pub attempts: u32,
}
