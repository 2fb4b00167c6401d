//! What one participant had on screen, at any moment of a conversation: a fold over its events, and nothing else.
//!
//! The log tells when each participant could see an entry, and which receipts came. It does not tell what anybody typed,
//! how far they had scrolled, or which rights and brands a user had, so agents are followed by their invitations and
//! engagements alone. It keeps only the first receipt of each side: if a colleague's came first, nothing is known of the
//! others ([`SeenMark::ByColleague`]).

mod follow;
mod logic;
mod sight;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

pub use follow::Follow;
pub use sight::{Edit, Reacted, SeenMark, Sight};

use crate::event::Event;
use crate::ids::{LinkId, UserId};
use crate::participant::Participant;
use crate::time::Time;

/// Through whose eyes a conversation is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Viewpoint {
    Customer {},
    Logic {},
    Agent { user: UserId },
    ExternalAgent { link: LinkId },
}

impl Viewpoint {
    /// None for those who have no screen of ours.
    #[must_use]
    pub fn of(participant: &Participant) -> Option<Self> {
        match participant {
            Participant::Customer => Some(Self::Customer {}),
            Participant::Logic => Some(Self::Logic {}),
            Participant::Agent { user, .. } => Some(Self::Agent { user: *user }),
            Participant::ExternalAgent { link, .. } => Some(Self::ExternalAgent { link: *link }),
            Participant::Device { .. } | Participant::System => None,
        }
    }

    /// Whether this participant looks from here.
    #[must_use]
    pub fn is(self, participant: &Participant) -> bool {
        Self::of(participant) == Some(self)
    }
}

/// How a participant was involved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Involvement {
    /// Not in the conversation, as far as the log tells.
    Outside,
    /// An agent outside, while a call for help was open: those whom it reached could read the conversation.
    Called,
    Invited,
    Engaged,
    Left,
}

/// How a participant was involved from `at` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Involved {
    pub at: Time,
    pub involvement: Involvement,
    /// The conversation was open to them.
    pub reads: bool,
}

/// A conversation through one participant's eyes, with the times of everything that changed there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AsSeen {
    /// Whose eyes there are: everybody who ever took part or was invited, in that order.
    pub people: Vec<Participant>,
    /// Oldest first. At most one for each instant.
    pub involved: Vec<Involved>,
    /// What came on their screen, by position.
    pub sights: Vec<Sight>,
}

impl AsSeen {
    /// All of it, from all events of a conversation.
    pub fn of<'a>(events: impl IntoIterator<Item = &'a Event>, viewpoint: Viewpoint) -> Self {
        let mut follow = Follow::new(viewpoint);
        for event in events {
            follow.take(event, true);
        }
        follow.finish()
    }

    /// How the participant was involved at a moment; none before the conversation.
    #[must_use]
    pub fn involved_at(&self, at: Time) -> Option<&Involved> {
        self.involved[..self.involved.partition_point(|involved| involved.at <= at)].last()
    }

    /// What they had on screen at the end of a millisecond, by position.
    pub fn at(&self, at: Time) -> impl DoubleEndedIterator<Item = &Sight> {
        let reads = self.involved_at(at).is_some_and(|involved| involved.reads);
        self.sights.iter().filter(move |sight| reads && sight.is_there(at))
    }

    /// Every moment at which something changed: on their screen, about them, or before they came.
    #[must_use]
    pub fn moments(&self) -> Vec<Time> {
        let mut all: Vec<Time> = self.involved.iter().map(|involved| involved.at).collect();
        all.extend(self.sights.iter().flat_map(Sight::moments));
        all.sort_unstable();
        all.dedup();
        all
    }
}
