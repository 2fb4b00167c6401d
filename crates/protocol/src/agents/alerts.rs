//! What desks report of alerts, and what supervisors see of them.

use serde::{Deserialize, Serialize};
use tandem_conversation::{CallId, ConversationId, Participant, Reach, Time, UserId};
use utoipa::ToSchema;

/// `POST /api/v1/alerts`: outcomes of alerts on this agent's screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlertReports {
    pub reports: Vec<AlertReport>,
}

/// An event of an alert. Repeats change nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlertReport {
    pub conversation: ConversationId,
    pub call: CallId,
    pub at: Time,
    pub outcome: AlertOutcome,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum AlertOutcome {
    /// The system has shown it.
    Shown {},
    Muted {
        why: Muted,
    },
    /// The agent pressed it.
    Clicked {},
}

impl AlertOutcome {
    #[must_use]
    pub fn is_muted(&self) -> bool {
        matches!(self, Self::Muted { .. })
    }
}

/// Why an alert was not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Muted {
    /// The system's own do-not-disturb.
    DoNotDisturb,
    /// The screen is locked.
    Locked,
    /// The agent's quiet hours.
    QuietHours,
    /// The agent has turned this kind off.
    TurnedOff,
    /// The system has no notification service, or it refused or did not answer.
    NoService,
}

/// `GET /api/v1/conversations/{id}/alerts`: its calls for help, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlertLedger {
    pub calls: Vec<CallAlerts>,
}

/// The alerts of one call for help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CallAlerts {
    pub call: CallId,
    pub since: Time,
    pub reach: Reach,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Time>,
    pub alerts: Vec<Alert>,
}

/// One agent's alert; each time is the first of its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Alert {
    pub user: UserId,
    pub name: String,
    /// The agent was found to be called.
    pub decided: Time,
    /// Sent to the desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted: Option<Time>,
    /// Why it was muted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Muted>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clicked: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<Time>,
    /// Another agent took the call, or it was no longer needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expired: Option<Time>,
}

/// `GET /api/v1/conversations/{id}/claim`: how its last call for help ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    /// The customer's name.
    pub customer: String,
    /// Who took the call; none if it ended without anybody taking it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Participant>,
}
