//! What windows say of themselves, and ask of each other.

use serde::Deserialize;
use tandem_conversation::{ConversationId, Section};
use ts_rs::TS;

use crate::words::Spoken;

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Looking {
    /// The conversation on screen in a focused window; none without focus.
    pub id: Option<ConversationId>,
    /// The conversation that has the window for itself; none for the main window.
    #[serde(default)]
    #[ts(optional)]
    pub window: Option<ConversationId>,
}

/// What the main window should show, from another window: a conversation, a section, or only itself.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Want {
    #[serde(default)]
    #[ts(optional)]
    pub id: Option<ConversationId>,
    #[serde(default)]
    #[ts(optional)]
    pub section: Option<Section>,
}

/// Whether a conversation's own window is small and stays above all others.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeepOnTop {
    pub id: ConversationId,
    pub on: bool,
}

/// The language of the window, as the user's settings or the system want it.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Speaks {
    pub language: Spoken,
}
