//! Shares of rounds. Each says which rounds it divides, and when a round counts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::figures::Ratio;
use super::rows::{Direction, Outcome, RoundId, RoundRow};
use crate::participant::ParticipantKind;
use crate::time::Time;

/// What shares look at of a round: few columns of many, because a month has hundreds of thousands of rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rated {
    pub t0: Option<Time>,
    pub completed_at: Option<Time>,
    pub wanted_at: Option<Time>,
    pub direction: Option<Direction>,
    pub outcome: Option<Outcome>,
    pub persons: u32,
    pub transfers: u32,
    pub logic_involved: bool,
    pub contained: Option<bool>,
    pub provisional_until: Option<Time>,
    pub confirmed: Option<bool>,
    pub reopened_later: Option<bool>,
}

impl From<&RoundRow> for Rated {
    fn from(round: &RoundRow) -> Self {
        Self {
            t0: round.t0,
            completed_at: round.completed_at,
            wanted_at: round.wanted_at,
            direction: round.direction,
            outcome: round.outcome,
            persons: round.persons,
            transfers: round.transfers,
            logic_involved: round.logic_involved,
            contained: round.contained,
            provisional_until: round.provisional_until,
            confirmed: round.confirmed,
            reopened_later: round.reopened_later,
        }
    }
}

impl Rated {
    /// Whether it is too early to say that the customer does not come back. None while the round is open.
    #[inline]
    #[must_use]
    pub fn provisional(&self, now: Time) -> Option<bool> {
        Some(self.reopened_later != Some(true) && now < self.provisional_until?)
    }

    /// Whether the customer came back later. None while that is open.
    #[inline]
    #[must_use]
    pub fn came_back(&self, now: Time) -> Option<bool> {
        self.reopened_later.or_else(|| (now >= self.provisional_until?).then_some(false))
    }
}

/// A share of rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rate {
    /// Completed rounds with a person: those that were handed over.
    Transfer,
    /// Rounds that one person answered without handing over: those that are final and did not come back.
    OneContact,
    /// Inbound rounds: those in which Your Logic spoke.
    Involvement,
    /// Completed rounds in which Your Logic spoke: those that it had alone, and in which nobody wanted a person.
    Containment,
    /// The same rounds: those whose customer confirmed it.
    ConfirmedResolution,
    /// Completed inbound rounds: those that Your Logic contained.
    Automation,
    /// Completed inbound rounds: those without any person. It says nothing about whether they helped.
    Deflection,
    /// Rounds in which Your Logic spoke: those in which a person became wanted.
    Handover,
}

impl Rate {
    pub const EVERY: [Self; 8] = [
        Self::Transfer,
        Self::OneContact,
        Self::Involvement,
        Self::Containment,
        Self::ConfirmedResolution,
        Self::Automation,
        Self::Deflection,
        Self::Handover,
    ];

    /// The time to which a round belongs. A round without that time does not count.
    #[inline]
    #[must_use]
    pub fn time_of(self, round: &Rated) -> Option<Time> {
        match self {
            Self::Involvement => round.t0,
            // A round without a wish for a person has no such time, and still is one of all.
            Self::Handover => round.wanted_at.or(round.t0),
            _ => round.completed_at,
        }
    }

    /// Whether the round is one of those that are divided.
    #[inline]
    #[must_use]
    pub fn counts(self, round: &Rated) -> bool {
        // Imported rounds have no outcome.
        if matches!(round.outcome, None | Some(Outcome::GoesOnElsewhere)) || self.time_of(round).is_none() {
            return false;
        }
        let inbound = round.direction == Some(Direction::Inbound);
        match self {
            Self::Transfer => round.persons > 0,
            Self::OneContact => round.outcome == Some(Outcome::ByPerson) && round.persons == 1 && round.transfers == 0,
            Self::Involvement | Self::Automation | Self::Deflection => inbound,
            Self::Containment | Self::ConfirmedResolution | Self::Handover => round.logic_involved,
        }
    }

    /// Whether a round that counts is one of those that are asked for, as known at `now`.
    #[inline]
    #[must_use]
    pub fn hits(self, round: &Rated, now: Time) -> bool {
        match self {
            Self::Transfer => round.transfers > 0,
            Self::OneContact => round.came_back(now) == Some(false),
            Self::Involvement => round.logic_involved,
            Self::Containment | Self::Automation => round.contained == Some(true),
            Self::ConfirmedResolution => round.confirmed == Some(true),
            Self::Deflection => round.persons == 0,
            Self::Handover => round.wanted_at.is_some(),
        }
    }

    /// The share among `rounds`, as known at `now`.
    #[must_use]
    pub fn of<'a>(self, rounds: impl IntoIterator<Item = &'a RoundRow>, now: Time) -> Ratio {
        let rounds = rounds.into_iter().map(Rated::from).filter(|round| self.counts(round));
        Ratio::count(rounds, |round| self.hits(round, now))
    }

    /// The share of completed rounds after which the customer began another in the same conversation within
    /// `within_ms`. `rounds` has the next ones, too.
    #[must_use]
    pub fn reopened<'a>(rounds: impl IntoIterator<Item = &'a RoundRow>, within_ms: i64) -> Ratio {
        let rounds: BTreeMap<RoundId, &RoundRow> = rounds.into_iter().map(|round| (round.id, round)).collect();
        let completed = rounds.values().filter(|round| round.completed_at.is_some());
        let counted = completed.filter(|round| !matches!(round.outcome, None | Some(Outcome::GoesOnElsewhere)));
        Ratio::count(counted, |round| {
            let next = rounds.get(&RoundId { no: round.id.no + 1, ..round.id });
            let next = next.filter(|next| next.reopened_by == Some(ParticipantKind::Customer));
            let after = next.zip(round.completed_at).map(|(next, completed)| next.started_at.since(completed));
            after.is_some_and(|ms| ms <= within_ms)
        })
    }
}
