//! Conversations in windows of their own.

use serde::{Deserialize, Serialize};
use tandem_conversation::ConversationId;
use ts_rs::TS;

/// A conversation that has a window of its own on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApartView {
    pub id: ConversationId,
    /// 1 to [`Self::MOST`]; no two have the same. Windows remember their size and position by it.
    pub place: u8,
    /// Its window is small, and stays above all others.
    pub on_top: bool,
}

impl ApartView {
    /// Maximum number of such conversations.
    pub const MOST: u8 = 8;
}
