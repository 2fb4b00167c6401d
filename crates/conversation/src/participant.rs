//! Who takes part and who acts.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::ids::{LinkId, UserId};

/// A participant; also the actor of every event.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Participant {
    /// The person who wrote to the company. The name lives with the conversation.
    Customer,
    /// A user of the desk.
    Agent { user: UserId, name: String },
    /// A partner without an account, let in by a link.
    ExternalAgent { link: LinkId, name: String },
    /// The company's own service.
    Logic,
    /// Tandem itself: deadlines, fallbacks, the rule that nobody is left alone.
    System,
}

/// What kind of participant, without saying which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParticipantKind {
    Customer,
    Agent,
    ExternalAgent,
    Logic,
    System,
}

impl Participant {
    /// The kind of this participant.
    #[must_use]
    pub fn kind(&self) -> ParticipantKind {
        match self {
            Self::Customer => ParticipantKind::Customer,
            Self::Agent { .. } => ParticipantKind::Agent,
            Self::ExternalAgent { .. } => ParticipantKind::ExternalAgent,
            Self::Logic => ParticipantKind::Logic,
            Self::System => ParticipantKind::System,
        }
    }

    /// A person of our side: an agent or an external agent.
    #[must_use]
    pub fn is_person_of_ours(&self) -> bool {
        matches!(self, Self::Agent { .. } | Self::ExternalAgent { .. })
    }

    /// The user behind an agent.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::Agent { user, .. } => Some(*user),
            _ => None,
        }
    }

    /// The user and their name, for an agent.
    #[must_use]
    pub fn colleague(&self) -> Option<(UserId, &str)> {
        match self {
            Self::Agent { user, name } => Some((*user, name)),
            _ => None,
        }
    }

    /// Whether both are the same participant; a changed name does not make another person.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Agent { user: a, .. }, Self::Agent { user: b, .. }) => a == b,
            (Self::ExternalAgent { link: a, .. }, Self::ExternalAgent { link: b, .. }) => a == b,
            _ => self.kind() == other.kind(),
        }
    }
}
