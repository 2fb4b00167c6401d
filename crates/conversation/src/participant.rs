//! Participants, who are also actors.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::ids::{LinkId, UserId};

/// A participant; also the actor of every event.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Participant {
    /// The person who contacted the company. Their name is in the conversation.
    Customer,
    /// A user of the desk.
    Agent { user: UserId, name: String },
    /// A partner without an account, admitted by a link.
    ExternalAgent { link: LinkId, name: String },
    /// A device of the company on which somebody wrote, outside Tandem: "Phone of +34 …".
    Device { name: String },
    /// The company's own service.
    Logic,
    /// Tandem itself: deadlines, fallbacks, the rule that no customer is left alone.
    System,
}

/// The kind of a participant, without identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParticipantKind {
    Customer,
    Agent,
    ExternalAgent,
    Device,
    Logic,
    System,
}

impl Participant {
    #[must_use]
    pub fn kind(&self) -> ParticipantKind {
        match self {
            Self::Customer => ParticipantKind::Customer,
            Self::Agent { .. } => ParticipantKind::Agent,
            Self::ExternalAgent { .. } => ParticipantKind::ExternalAgent,
            Self::Device { .. } => ParticipantKind::Device,
            Self::Logic => ParticipantKind::Logic,
            Self::System => ParticipantKind::System,
        }
    }

    /// An agent or external agent, or whoever wrote on a company device.
    #[must_use]
    pub fn is_responder(&self) -> bool {
        matches!(self, Self::Agent { .. } | Self::ExternalAgent { .. } | Self::Device { .. })
    }

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

    /// Whether both are the same participant, regardless of name.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Agent { user: a, .. }, Self::Agent { user: b, .. }) => a == b,
            (Self::ExternalAgent { link: a, .. }, Self::ExternalAgent { link: b, .. }) => a == b,
            _ => self.kind() == other.kind(),
        }
    }
}
