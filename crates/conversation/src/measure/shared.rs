//! An agent's time in several conversations at once: shared time, busy time, load in quarter hours.
//!
//! Shared time divides each instant among the agent's engagements at that instant. Added up, it is exactly the time
//! with at least one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::rows::{EngagementRow, Kind};
use crate::ids::{EngagementId, UserId};
use crate::notice::Availability;
use crate::time::Time;

/// The length of a slot: a quarter of an hour, in milliseconds.
pub const SLOT_MS: i64 = 15 * 60 * 1000;

/// One engagement of an agent: [started, ended).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Busy {
    pub started: Time,
    pub engagement: EngagementId,
    /// None while it is open.
    pub ended: Option<Time>,
}

impl Busy {
    /// The agent and the time of an agent's engagement.
    #[must_use]
    pub fn of(row: &EngagementRow) -> Option<(UserId, Self)> {
        let agent = row.agent_id.filter(|_| row.kind == Kind::Agent)?;
        Some((agent, Self { started: row.started_at, engagement: row.engagement_id, ended: row.ended_at }))
    }

    /// Whether both have an instant in common, or are the same.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let starts_before_end = |a: &Self, b: &Self| b.ended.is_none_or(|end| a.started < end);
        self.engagement == other.engagement || (starts_before_end(self, other) && starts_before_end(other, self))
    }

    fn covers(&self, from: Time) -> bool {
        self.started <= from && self.ended.is_none_or(|end| from < end)
    }
}

/// The shared time of `one`, in milliseconds. None while it is open. The same as its part of [`shares`].
///
/// `agents` has all engagements of the same agent that overlap it; others do no harm.
#[must_use]
pub fn shared_ms(one: &Busy, agents: &[Busy]) -> Option<i64> {
    let one = agents.iter().find(|busy| busy.engagement == one.engagement)?;
    let ended = one.ended?;
    if ended <= one.started {
        return Some(0);
    }
    // One without an instant divides the others' time, too.
    let is_in_order = |busy: &&Busy| busy.ended.is_none_or(|end| busy.started <= end) && busy.overlaps(one);
    // The time of each change, by how much it changes the number of all, and that of those before this one in order.
    let mut changes = Vec::with_capacity(2 * agents.len());
    for busy in agents.iter().filter(is_in_order) {
        let before = i64::from(busy < one);
        changes.push((busy.started.max(one.started), 1, before));
        changes.extend(busy.ended.filter(|end| *end < ended).map(|end| (end, -1, -before)));
    }
    changes.sort_unstable();
    changes.push((ended, 0, 0));
    let (mut from, mut share, mut there, mut before) = (one.started, 0, 0, 0);
    for (at, come, come_before) in changes {
        let ms = at.since(from);
        if ms > 0 {
            share += ms / there + i64::from(before < ms % there);
        }
        from = at;
        there += come;
        before += come_before;
    }
    Some(share)
}

/// The shared time of each of one agent's engagements, in milliseconds. None while it is open.
///
/// Between two changes, each gets the same number of whole milliseconds. The rest goes by one to the first of them, by
/// start and id.
#[must_use]
pub fn shares(agents: &[Busy]) -> Vec<Option<i64>> {
    let mut order: Vec<usize> = (0..agents.len()).collect();
    order.sort_unstable_by_key(|i| agents[*i]);
    let mut cuts: Vec<Time> = agents.iter().flat_map(|busy| [Some(busy.started), busy.ended]).flatten().collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut shares = vec![0; agents.len()];
    let (mut next, mut there) = (0, Vec::new());
    for pair in cuts.windows(2) {
        let ms = pair[1].since(pair[0]);
        while next < order.len() && agents[order[next]].started <= pair[0] {
            there.push(order[next]);
            next += 1;
        }
        there.retain(|i: &usize| agents[*i].covers(pair[0]));
        let n = whole(there.len());
        for (place, i) in (0..).zip(&there) {
            shares[*i] += ms / n + i64::from(place < ms % n);
        }
    }
    agents.iter().zip(shares).map(|(busy, share)| busy.ended.map(|_| share)).collect()
}

/// An agent's load over a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Time with at least one engagement.
    pub busy_ms: i64,
    /// The engagements' times, added up.
    pub consumed_ms: i64,
    /// The highest number at once.
    pub most: u32,
}

impl Load {
    /// The mean number of conversations at once while there was one; none if there never was.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a life fit")]
    pub fn concurrency(&self) -> Option<f64> {
        (self.busy_ms > 0).then(|| self.consumed_ms as f64 / self.busy_ms as f64)
    }
}

/// One agent's load over [from, until).
#[must_use]
pub fn load(agents: &[Busy], from: Time, until: Time) -> Load {
    let mut load = Load::default();
    for (from, until) in stretches(agents, from, until) {
        let n = agents.iter().filter(|busy| busy.covers(from)).count();
        let ms = until.since(from);
        load.busy_ms += if n > 0 { ms } else { 0 };
        load.consumed_ms += ms * whole(n);
        load.most = load.most.max(u32::try_from(n).unwrap_or(u32::MAX));
    }
    load
}

/// [from, until) in pieces within which nothing starts or ends.
fn stretches(agents: &[Busy], from: Time, until: Time) -> Vec<(Time, Time)> {
    let cuts = agents.iter().flat_map(|busy| [Some(busy.started), busy.ended]).flatten();
    let mut cuts: Vec<Time> = cuts.filter(|cut| from < *cut && *cut < until).chain([from, until]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    cuts.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

fn whole(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// What an agent's desk says, and what the hub concludes from its silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    Available,
    Busy,
    Away,
    Offline,
}

impl Presence {
    #[must_use]
    pub fn of(availability: Availability) -> Self {
        match availability {
            Availability::Available => Self::Available,
            Availability::Busy => Self::Busy,
            Availability::Away => Self::Away,
        }
    }
}

/// An agent's presence from `at` until the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activity {
    pub at: Time,
    pub status: Presence,
    pub capacity: u32,
}

/// A row of the table `activity`: one agent, one quarter of an hour, one status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActivityRow {
    pub agent_id: UserId,
    pub slot_start: Time,
    pub status: Presence,
    pub activity_ms: i64,
    pub available_capacity_ms: i64,
    pub consumed_capacity_ms: i64,
    pub busy_ms: i64,
    /// The most engagements at once.
    pub most: u32,
}

/// One agent's activity until `until`, in slots. `log` is in order; time before it is unknown and has no row.
#[must_use]
pub fn slots(agent: UserId, log: &[Activity], agents: &[Busy], until: Time) -> Vec<ActivityRow> {
    let mut slots: BTreeMap<(Time, Presence), ActivityRow> = BTreeMap::new();
    let ends = log.iter().skip(1).map(|next| next.at).chain([until]);
    for (activity, end) in log.iter().zip(ends) {
        let mut from = activity.at;
        while from < end.min(until) {
            let start = Time(from.0.div_euclid(SLOT_MS) * SLOT_MS);
            let to = start.plus_ms(SLOT_MS).min(end).min(until);
            let (ms, load) = (to.since(from), load(agents, from, to));
            let takes = matches!(activity.status, Presence::Available | Presence::Busy);
            let row = slots.entry((start, activity.status)).or_insert(ActivityRow {
                agent_id: agent,
                slot_start: start,
                status: activity.status,
                activity_ms: 0,
                available_capacity_ms: 0,
                consumed_capacity_ms: 0,
                busy_ms: 0,
                most: 0,
            });
            row.activity_ms += ms;
            row.available_capacity_ms += if takes { ms * i64::from(activity.capacity) } else { 0 };
            row.consumed_capacity_ms += load.consumed_ms;
            row.busy_ms += load.busy_ms;
            row.most = row.most.max(load.most);
            from = to;
        }
    }
    slots.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn busy(id: u128, started: i64, ended: i64) -> Busy {
        Busy { started: Time(started), engagement: EngagementId(Uuid::from_u128(id)), ended: Some(Time(ended)) }
    }

    #[test]
    fn what_does_not_divide_goes_to_the_first() {
        let three = [busy(2, 0, 100), busy(3, 0, 100), busy(1, 0, 100)];
        let shared = three.map(|one| shared_ms(&one, &three).unwrap());
        assert_eq!(shared, [33, 33, 34], "the lowest id gets the millisecond that is left");
        assert_eq!(load(&three, Time(0), Time(100)), Load { busy_ms: 100, consumed_ms: 300, most: 3 });
        let open = Busy { ended: None, ..busy(4, 50, 0) };
        assert_eq!(shared_ms(&open, &three), None);
        assert_eq!(shared_ms(&busy(5, 0, 100), &[busy(5, 0, 100), open]), Some(75), "an open one counts, too");
        assert_eq!(shared_ms(&busy(6, 7, 7), &[busy(6, 7, 7)]), Some(0));
    }

    #[test]
    fn the_share_of_one_is_its_part_of_all_shares() {
        // A linear congruential generator: every run gets the same numbers.
        let mut seed = 7_u64;
        let mut number = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            i64::try_from((seed >> 33) % below).unwrap()
        };
        for _ in 0..500 {
            let all: Vec<Busy> = (0..number(9))
                .map(|_| {
                    let (id, started, length) = (number(1_000_000), number(40), number(30));
                    let one = busy(u128::try_from(id).unwrap(), started, started + length);
                    Busy { ended: one.ended.filter(|_| length % 7 != 1), ..one }
                })
                .collect();
            let each: Vec<_> = all.iter().map(|one| shared_ms(one, &all)).collect();
            assert_eq!(each, shares(&all), "{all:?}");
        }
    }

    #[test]
    fn activity_is_cut_at_quarter_hours() {
        let agent = UserId(Uuid::from_u128(9));
        let minute = 60_000;
        let log = [
            Activity { at: Time(10 * minute), status: Presence::Available, capacity: 2 },
            Activity { at: Time(20 * minute), status: Presence::Away, capacity: 2 },
            Activity { at: Time(22 * minute), status: Presence::Available, capacity: 1 },
            Activity { at: Time(30 * minute), status: Presence::Offline, capacity: 1 },
        ];
        let engaged = [busy(1, 0, 12 * minute), busy(2, 11 * minute, 21 * minute)];
        let rows = slots(agent, &log, &engaged, Time(31 * minute));
        let found: Vec<_> = rows
            .iter()
            .map(|row| {
                let minutes = [
                    row.slot_start.0,
                    row.activity_ms,
                    row.available_capacity_ms,
                    row.consumed_capacity_ms,
                    row.busy_ms,
                ];
                (row.status, minutes.map(|ms| ms / minute))
            })
            .collect();
        let expected = [
            (Presence::Available, [0, 5, 10, 6, 5]),
            (Presence::Available, [15, 13, 18, 5, 5]),
            (Presence::Away, [15, 2, 0, 1, 1]),
            (Presence::Offline, [30, 1, 0, 0, 0]),
        ];
        assert_eq!(found, expected);
        let total: i64 = rows.iter().map(|row| row.activity_ms).sum();
        assert_eq!(total, 21 * minute, "no time is lost at the borders");
    }
}
