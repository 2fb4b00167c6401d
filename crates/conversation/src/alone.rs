//! Nobody is left alone: the invariant that every decision ends with.

use crate::engagement::EngagementKind;
use crate::state::Conversation;
use crate::time::Time;

/// How long an event may wait until Your Logic is asked about it, in milliseconds; then a person is called.
pub(crate) const ASK_WITHIN_MS: i64 = 30_000;

/// Who attends to the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attended {
    /// An agent or external agent is engaged.
    ByPerson,
    /// Your Logic is engaged and answers in time.
    ByLogic,
    Nobody,
}

/// Who attends to the customer at `now`.
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

/// Whether a customer waits with nobody there and nobody called: the state that must never be reached.
#[must_use]
pub fn left_alone(conversation: &Conversation, now: Time) -> bool {
    conversation.in_progress()
        && conversation.waiting_since.is_some()
        && conversation.help.is_none()
        && attended(conversation, now) == Attended::Nobody
}
