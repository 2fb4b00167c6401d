//! Commands about conversations as their participants saw them.

use serde::Deserialize;
use tandem_conversation::as_seen::Viewpoint;
use tandem_conversation::{ConversationId, Time};
use ts_rs::TS;

/// Asks the hub, which records it.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LookAsSeen {
    pub id: ConversationId,
    pub viewpoint: Viewpoint,
}

/// One moment of what was asked for before.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MomentAsSeen {
    pub id: ConversationId,
    pub viewpoint: Viewpoint,
    pub at: Time,
}
