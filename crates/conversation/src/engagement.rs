//! Engagements: a participant's time in a conversation.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::ids::EngagementId;
use crate::limits;
use crate::participant::Participant;
use crate::time::Time;

/// An open engagement. Ended ones are in the events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Engagement {
    pub id: EngagementId,
    pub kind: EngagementKind,
    pub since: Time,
}

/// The kind of an engagement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum EngagementKind {
    /// A user of the desk takes part.
    Agent { participant: Participant },
    /// A partner takes part through a link, until `expires`.
    ExternalAgent { participant: Participant, expires: Time },
    /// Your Logic is told of everything and may answer.
    Logic,
    /// The customer is answering menus, without a person.
    SelfService,
    /// The customer waits and no one is engaged.
    Queue,
    /// Invited, without an answer yet.
    Invitation {
        invitee: Participant,
        by: Participant,
        /// When an unanswered invitation counts as missed, or an unused link ends.
        expires: Time,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// A transfer: once the invitee joins, the inviter's part ends.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        transfer: bool,
    },
}

/// Why an engagement ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "reason", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum EndReason {
    /// The participant left by choice.
    Left {
        why: String,
    },
    Completed,
    /// Handed to Your Logic.
    Delegated,
    /// Removed by another participant.
    Removed,
    /// A colleague took the conversation over.
    TakenOver,
    /// A colleague accepted the participant's transfer.
    Transferred,
    /// The link expired.
    Expired,
    /// The link was revoked.
    Revoked,
    /// Your Logic was switched off for this conversation.
    SwitchedOff,
    /// Queue or self-service: a participant joined, or no one waits any more.
    Over,
    Accepted,
    Declined,
    Missed,
    Withdrawn,
}

impl Engagement {
    /// The person of an agent's or external agent's engagement.
    #[must_use]
    pub fn person(&self) -> Option<&Participant> {
        match &self.kind {
            EngagementKind::Agent { participant } | EngagementKind::ExternalAgent { participant, .. } => {
                Some(participant)
            }
            _ => None,
        }
    }

    /// The invited participant of an open invitation.
    #[must_use]
    pub fn invitee(&self) -> Option<&Participant> {
        match &self.kind {
            EngagementKind::Invitation { invitee, .. } => Some(invitee),
            _ => None,
        }
    }

    /// Who leaves once the invitee of this open transfer joins.
    #[must_use]
    pub fn transferred_by(&self) -> Option<&Participant> {
        match &self.kind {
            EngagementKind::Invitation { by, transfer: true, .. } => Some(by),
            _ => None,
        }
    }

    /// The longest that may be left until it ends by itself, in milliseconds; `invitation_ms` is that of colleagues.
    /// Partners who are here keep their time.
    #[must_use]
    pub(crate) fn longest_ms(&self, invitation_ms: i64) -> i64 {
        match &self.kind {
            EngagementKind::Invitation { invitee: Participant::ExternalAgent { .. }, expires, .. }
            | EngagementKind::ExternalAgent { expires, .. } => {
                expires.since(self.since).max(0).saturating_add(limits::LINK_SLACK_MS)
            }
            EngagementKind::Invitation { .. } => invitation_ms,
            _ => i64::MAX,
        }
    }

    /// When this engagement ends by itself.
    #[must_use]
    pub fn expires(&self) -> Option<Time> {
        match self.kind {
            EngagementKind::ExternalAgent { expires, .. } | EngagementKind::Invitation { expires, .. } => Some(expires),
            _ => None,
        }
    }
}
