//! Snoozes: a user's conversation is out of their way until a time, or until the customer writes.
//!
//! A snooze never hides a customer who waits: it is refused while someone is needed, and whatever needs someone ends it.

use serde::{Deserialize, Serialize};

use crate::ids::{Position, UserId};
use crate::participant::Participant;
use crate::time::Time;

/// A user's snooze, until they have seen that it is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Snooze {
    pub by: Participant,
    pub since: Time,
    /// None: until the customer writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// It is over, and its user has not seen that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<Over>,
}

/// The end of a snooze.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Over {
    pub at: Time,
    pub position: Position,
}

/// Why a snooze ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnoozeEnd {
    /// Its time is up.
    Due,
    CustomerWrote,
    HelpNeeded,
    /// Its user ended it.
    Ended,
}

impl SnoozeEnd {
    /// Whether its user is reminded. The customer's words are news by themselves.
    pub(crate) fn reminds(self) -> bool {
        matches!(self, Self::Due | Self::HelpNeeded)
    }
}

impl Snooze {
    #[must_use]
    pub fn is_of(&self, user: UserId) -> bool {
        self.by.user() == Some(user)
    }

    /// Since when it has been over at `now`, whether or not the hub has said so yet. The same before and after that.
    #[must_use]
    pub fn over_since(&self, now: Time) -> Option<Time> {
        let over = self.over.map(|over| over.at);
        let due = self.until.filter(|until| *until <= over.unwrap_or(now));
        due.or(over)
    }

    /// Whether its user has seen its end, having read up to there.
    pub(crate) fn is_seen(&self, up_to: Position) -> bool {
        self.over.is_some_and(|over| over.position <= up_to)
    }

    /// Whether its end is yet to be recorded at `now`.
    pub(crate) fn is_due(&self, now: Time) -> bool {
        self.over.is_none() && self.over_since(now).is_some()
    }
}

/// Ends the user's snooze, which stays if they are to be reminded.
pub(crate) fn ended(snoozes: &mut Vec<Snooze>, user: UserId, end: SnoozeEnd, over: Over) {
    match end.reminds() {
        true => snoozes.iter_mut().filter(|snooze| snooze.is_of(user)).for_each(|snooze| snooze.over = Some(over)),
        false => snoozes.retain(|snooze| !snooze.is_of(user)),
    }
}
