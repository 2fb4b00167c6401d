//! Needing help: why, who said so, since when.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::ids::CallId;
use crate::logic::LogicFailure;
use crate::participant::Participant;
use crate::time::Time;

/// An open call for help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NeedsHelp {
    /// Joining with this id is a claim that one agent wins.
    pub call: CallId,
    pub reason: HelpReason,
    pub by: Participant,
    pub since: Time,
}

/// Why a person is needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "reason", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum HelpReason {
    /// Your Logic does not know how to go on.
    LogicAsked { detail: String },
    /// The customer wishes to speak with a person, and the business logic honours it.
    CustomerAsked { detail: String },
    /// An agent or external agent asked.
    AgentAsked { detail: String },
    /// Your Logic failed; the exact failure.
    LogicFailed { failure: LogicFailure },
    /// Your Logic answered, but said nothing to a customer who waits.
    LogicSilent,
    /// The last person left while the customer waits.
    LastPersonLeft,
    /// Nobody took the invitation: declined, missed or withdrawn.
    InvitationOver,
    /// The external agent's time was up or the link was revoked.
    LinkOver,
    /// Your Logic is switched off and nobody is engaged.
    NobodyEngaged,
}

impl HelpReason {
    /// One line for lists and notifications.
    #[must_use]
    pub fn line(&self) -> String {
        match self {
            Self::LogicAsked { detail } | Self::AgentAsked { detail } if !detail.is_empty() => detail.clone(),
            Self::LogicAsked { .. } => "Your Logic asked for help".into(),
            Self::CustomerAsked { detail } if !detail.is_empty() => format!("asked for a person: {detail}"),
            Self::CustomerAsked { .. } => "asked for a person".into(),
            Self::AgentAsked { .. } => "a colleague asked for help".into(),
            Self::LogicFailed { failure } => failure.line(),
            Self::LogicSilent => "Your Logic had no answer".into(),
            Self::LastPersonLeft => "the last person left while the customer waits".into(),
            Self::InvitationOver => "nobody took the invitation".into(),
            Self::LinkOver => "the external agent's link ended".into(),
            Self::NobodyEngaged => "nobody is engaged".into(),
        }
    }
}
