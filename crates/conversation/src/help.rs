//! Calls for help: why, by whom, since when, and who is called by now.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::failure::LogicFailure;
use crate::ids::CallId;
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
    /// Who is called by now.
    #[serde(default)]
    pub reach: Reach,
    /// When the call widens if no one has come; none at the last step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub widens_at: Option<Time>,
}

/// Who is called. Each step includes the previous one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Agents who are available, have room, and serve this brand and language.
    #[default]
    Eligible,
    /// Every agent of the brand who is not busy, also without room, of another language, or away but perhaps near.
    Everyone,
    /// Supervisors as well, regardless of availability.
    Supervisors,
    /// No one came: Your Logic is told, so that the customer gets an honest answer.
    Logic,
}

/// How long each step of a call for help waits before the next, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ladder {
    pub everyone_after_ms: i64,
    pub supervisors_after_ms: i64,
    pub logic_after_ms: i64,
}

impl Default for Ladder {
    fn default() -> Self {
        Self { everyone_after_ms: 20_000, supervisors_after_ms: 25_000, logic_after_ms: 45_000 }
    }
}

impl Ladder {
    /// How long `reach` lasts; none for the last step.
    #[must_use]
    pub fn wait_ms(&self, reach: Reach) -> Option<i64> {
        match reach {
            Reach::Eligible => Some(self.everyone_after_ms),
            Reach::Everyone => Some(self.supervisors_after_ms),
            Reach::Supervisors => Some(self.logic_after_ms),
            Reach::Logic => None,
        }
    }
}

impl Reach {
    /// The next step; none after the last.
    #[must_use]
    pub fn wider(self) -> Option<Self> {
        match self {
            Self::Eligible => Some(Self::Everyone),
            Self::Everyone => Some(Self::Supervisors),
            Self::Supervisors => Some(Self::Logic),
            Self::Logic => None,
        }
    }
}

/// Who goes on when someone says that help is not needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GoesOn {
    /// Your Logic answers the customer again.
    Logic,
    /// The people who are engaged.
    Person,
    /// No one: the conversation is completed.
    Nobody,
}

impl GoesOn {
    pub const EVERY: [Self; 3] = [Self::Person, Self::Logic, Self::Nobody];
}

/// What someone said who dismissed a call for help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Dismissal {
    pub goes_on: GoesOn,
    pub reason: String,
}

/// Why a person is needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "reason", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum HelpReason {
    /// Your Logic cannot continue.
    LogicAsked { detail: String },
    /// The customer asked for a person, and the business logic agreed.
    CustomerAsked { detail: String },
    /// An agent or external agent asked.
    AgentAsked { detail: String },
    /// Your Logic failed, with the exact failure.
    LogicFailed { failure: LogicFailure },
    /// Your Logic answered without a message for the waiting customer.
    LogicSilent,
    /// The last person left while the customer waits.
    LastPersonLeft,
    /// The invitation was declined, missed or withdrawn.
    InvitationOver,
    /// The external agent's link expired or was revoked.
    LinkOver,
    /// Your Logic is switched off and no one is engaged.
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
            Self::InvitationOver => "no one took the invitation".into(),
            Self::LinkOver => "the external agent's link ended".into(),
            Self::NobodyEngaged => "no one is engaged".into(),
        }
    }
}
