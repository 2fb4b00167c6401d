//! The board's figures.

use std::borrow::Borrow;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{HOUR_MS, Row};
use crate::help::Reach;
use crate::measure::Presence;
use crate::part::Part;
use crate::participant::Participant;
use crate::time::Time;

/// For how long a failure of Your Logic is recent: 10 minutes, in milliseconds.
const RECENT_MS: i64 = 10 * 60 * 1000;

/// How many there are, and the longest time of them, in milliseconds; none if there are none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Longest {
    pub count: u32,
    #[ts(type = "number | null")]
    pub longest_ms: Option<i64>,
}

impl Longest {
    /// Counts one more, if it has begun.
    pub fn add(&mut self, since: Option<Time>, now: Time) {
        if let Some(since) = since {
            self.count += 1;
            self.longest_ms = self.longest_ms.max(Some(now.since(since).max(0)));
        }
    }
}

/// Conversations in progress by who has them. The four add up to all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Parts {
    pub person: u32,
    pub queue: u32,
    pub logic: u32,
    pub idle: u32,
}

impl Parts {
    #[must_use]
    pub fn total(&self) -> u32 {
        self.person + self.queue + self.logic + self.idle
    }

    fn add(&mut self, part: Part) {
        *match part {
            Part::Person => &mut self.person,
            Part::Queue => &mut self.queue,
            Part::Logic => &mut self.logic,
            Part::Idle => &mut self.idle,
        } += 1;
    }
}

/// A user who handles conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colleague {
    pub presence: Presence,
    pub capacity: u32,
    /// In how many conversations they are engaged.
    pub engaged: u32,
}

/// Agents by what they can take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct People {
    pub available_with_room: u32,
    pub available_without_room: u32,
    pub busy: u32,
    pub away: u32,
    pub offline: u32,
    /// How many conversations the available agents could take.
    pub free_places: u32,
}

impl People {
    fn add(&mut self, colleague: &Colleague) {
        let room = colleague.capacity.saturating_sub(colleague.engaged);
        *match colleague.presence {
            Presence::Available if room > 0 => &mut self.available_with_room,
            Presence::Available => &mut self.available_without_room,
            Presence::Busy => &mut self.busy,
            Presence::Away => &mut self.away,
            Presence::Offline => &mut self.offline,
        } += 1;
        if colleague.presence == Presence::Available {
            self.free_places += room;
        }
    }
}

/// Open calls for help by whom they reach by now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Calls {
    pub eligible: u32,
    pub everyone: u32,
    pub supervisors: u32,
    pub logic: u32,
}

impl Calls {
    #[must_use]
    pub fn total(&self) -> u32 {
        self.eligible + self.everyone + self.supervisors + self.logic
    }

    fn add(&mut self, reach: Reach) {
        *match reach {
            Reach::Eligible => &mut self.eligible,
            Reach::Everyone => &mut self.everyone,
            Reach::Supervisors => &mut self.supervisors,
            Reach::Logic => &mut self.logic,
        } += 1;
    }
}

/// What is true at one instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    pub in_progress: u32,
    /// Of those, started within the last 60 minutes.
    pub new_last_hour: u32,
    pub wanted: Longest,
    /// The customer's words have no answer of anyone.
    pub unanswered: Longest,
    /// The same where a person is engaged.
    pub unanswered_by_people: Longest,
    pub parts: Parts,
    /// Of `parts.person`, those where only external agents are engaged.
    pub with_external_agents: u32,
    pub fallen_back: u32,
    /// Of those, since the last 10 minutes.
    pub fallen_back_lately: u32,
    pub calls: Calls,
    pub undelivered_turns: u32,
    /// The customer waits, and the channel stops taking replies within an hour.
    pub windows_closing: u32,
    pub people: People,
}

/// The figures of all conversations in progress and of all agents.
#[must_use]
pub fn figures<'a, R: Borrow<Row>>(
    rows: impl IntoIterator<Item = R>,
    people: impl IntoIterator<Item = &'a Colleague>,
    now: Time,
) -> Figures {
    let mut figures = Figures::default();
    people.into_iter().for_each(|colleague| figures.people.add(colleague));
    rows.into_iter().for_each(|row| figures.add(row.borrow(), now));
    figures
}

impl Figures {
    fn add(&mut self, row: &Row, now: Time) {
        let is = u32::from;
        self.in_progress += 1;
        self.new_last_hour += is(now.since(row.started) < HOUR_MS);
        self.wanted.add(row.wanted_since, now);
        self.unanswered.add(row.unanswered_since, now);
        self.unanswered_by_people.add(row.unanswered_since.filter(|_| !row.people.is_empty()), now);
        self.parts.add(row.part);
        let external = |person: &Participant| matches!(person, Participant::ExternalAgent { .. });
        self.with_external_agents += is(!row.people.is_empty() && row.people.iter().all(external));
        if let Some(since) = row.fallback_since {
            self.fallen_back += 1;
            self.fallen_back_lately += is(now.since(since) < RECENT_MS);
        }
        row.call.iter().for_each(|call| self.calls.add(call.reach));
        self.undelivered_turns += row.undelivered;
        self.windows_closing += is(row.closes_soon(now));
    }
}
