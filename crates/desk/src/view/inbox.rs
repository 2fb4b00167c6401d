//! What colleagues want of the user.

use serde::Serialize;
use tandem_conversation::{ConversationId, Participant, Time};
use ts_rs::TS;

/// An open invitation, or a mention that the user has not seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct InboxView {
    pub conversation: ConversationId,
    /// The customer's name.
    pub name: String,
    pub kind: InboxKind,
    pub by: Participant,
    /// The note or message, clipped; empty if there is none.
    pub words: String,
    pub at: Time,
    /// When an invitation expires.
    pub until: Option<Time>,
    /// The entry of a mention.
    pub key: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum InboxKind {
    Invitation,
    Transfer,
    Mention,
}
