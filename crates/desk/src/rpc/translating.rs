//! Requests about translations.

use serde::Deserialize;
use tandem_conversation::{ConversationId, TurnId};
use ts_rs::TS;

/// Whether the user reads a conversation in translation.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReadTranslated {
    pub id: ConversationId,
    pub on: bool,
}

/// Turns to translate into the user's language; at most 20 are.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TranslateTurns {
    pub id: ConversationId,
    pub turns: Vec<TurnId>,
}
