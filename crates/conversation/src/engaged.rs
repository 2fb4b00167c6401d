//! Who is engaged in a conversation, and who is invited.

use crate::engagement::{Engagement, EngagementKind};
use crate::ids::{LinkId, UserId};
use crate::participant::Participant;
use crate::state::Conversation;

impl Conversation {
    /// A user's engagement as an agent.
    #[must_use]
    pub fn agent(&self, user: UserId) -> Option<&Engagement> {
        self.engagements
            .iter()
            .find(|e| matches!(&e.kind, EngagementKind::Agent { participant } if participant.user() == Some(user)))
    }

    /// The engagement of one of our participants who may speak.
    #[must_use]
    pub fn engagement_of(&self, participant: &Participant) -> Option<&Engagement> {
        match participant {
            Participant::Logic => self.engagements.iter().find(|e| e.kind == EngagementKind::Logic),
            person => self.engagements.iter().find(|e| e.person().is_some_and(|p| p.same(person))),
        }
    }

    /// A user's open invitation.
    #[must_use]
    pub fn invitation_of(&self, user: UserId) -> Option<&Engagement> {
        self.engagements.iter().find(|e| e.invitee().and_then(Participant::user) == Some(user))
    }

    /// Whether this link's external agent was invited and has not come yet.
    #[must_use]
    pub fn is_invited(&self, link: LinkId) -> bool {
        self.of_link(link).is_some_and(|e| e.invitee().is_some())
    }

    /// The engagement or invitation of this link's external agent.
    pub(crate) fn of_link(&self, link: LinkId) -> Option<&Engagement> {
        let by_link = |p: &Participant| matches!(p, Participant::ExternalAgent { link: by, .. } if *by == link);
        self.engagements.iter().find(|e| e.person().or(e.invitee()).is_some_and(by_link))
    }

    /// Engagements of our people.
    pub fn people(&self) -> impl Iterator<Item = &Engagement> {
        self.engagements.iter().filter(|e| e.person().is_some())
    }
}
