//! Requests from outside the main window.

use serde::Serialize;
use tandem_conversation::{ConversationId, Section};
use ts_rs::TS;

/// What the window should show for a link, the tray or another window. Returned once.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum WantedView {
    Nothing,
    Conversation {
        id: ConversationId,
    },
    Section {
        section: Section,
    },
    /// Write first to this number.
    Start {
        to: String,
    },
    /// The link is invalid, with the reason.
    Nowhere {
        reason: String,
    },
}
