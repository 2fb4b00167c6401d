//! The invariant at the end of every decision: no customer is left alone.

use crate::engagement::EngagementKind;
use crate::logic::ASK_WITHIN_MS;
use crate::state::Conversation;
use crate::time::Time;

/// Who serves the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attended {
    /// An agent or external agent is engaged.
    ByPerson,
    /// Your Logic is engaged and answers in time.
    ByLogic,
    Nobody,
}

/// Who serves the customer at `now`.
#[must_use]
pub fn attended(conversation: &Conversation, now: Time) -> Attended {
    let alive = |expires: Time| expires > now;
    let person = conversation.engagements.iter().any(|engagement| match engagement.kind {
        EngagementKind::Agent { .. } => true,
        EngagementKind::ExternalAgent { expires, .. } => alive(expires),
        _ => false,
    });
    if person {
        return Attended::ByPerson;
    }
    let logic = &conversation.logic;
    let answering = match &logic.asked {
        Some(asked) => alive(asked.expires),
        None => logic.pending.first().is_some_and(|first| now.since(first.time) < ASK_WITHIN_MS),
    };
    if logic.engaged && conversation.fallback.is_none() && answering { Attended::ByLogic } else { Attended::Nobody }
}

/// Whether a customer waits with no one engaged and no one called: the forbidden state.
#[must_use]
pub fn left_alone(conversation: &Conversation, now: Time) -> bool {
    conversation.in_progress()
        && conversation.awaits_us()
        && conversation.help.is_none()
        && attended(conversation, now) == Attended::Nobody
}
