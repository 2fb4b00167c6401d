//! Counts the messages that have come in through each number in the last second. Meta's limit per second covers both
//! directions, so these leave less room for what goes out.

use std::collections::HashMap;
use std::sync::Mutex;

use tandem_conversation::Time;

/// Share of a number's limit that outgoing messages always have, however much comes in: one in this many. Without it,
/// customers who write much would stop every reply.
const KEPT: u32 = 8;

/// The messages of one number, in whole seconds.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    second: i64,
    /// In that second, and in the one before it.
    now: u32,
    before: u32,
}

impl Counts {
    /// As they stand in a second; `self` for an earlier one.
    fn moved_to(self, second: i64) -> Self {
        match second - self.second {
            ..=0 => self,
            1 => Self { second, now: 0, before: self.now },
            _ => Self { second, now: 0, before: 0 },
        }
    }

    fn add(&mut self, at: Time) {
        let second = at.0.div_euclid(1_000);
        *self = self.moved_to(second);
        // Messages of an earlier second say nothing about this one.
        if second == self.second {
            self.now = self.now.saturating_add(1);
        }
    }

    /// Messages in the second before `now`, as if those of each whole second were spread evenly.
    fn lately(self, now: Time) -> u32 {
        let counts = self.moved_to(now.0.div_euclid(1_000));
        let left_ms = u64::try_from(1_000 - now.0.rem_euclid(1_000)).unwrap_or(0);
        let before = u64::from(counts.before) * left_ms / 1_000;
        counts.now.saturating_add(u32::try_from(before).unwrap_or(u32::MAX))
    }
}

/// Incoming messages by number.
#[derive(Debug, Default)]
pub(crate) struct Traffic(Mutex<HashMap<String, Counts>>);

impl Traffic {
    /// Counts a message that came in.
    pub(super) fn add(&self, number: &str, at: Time) {
        if let Ok(mut numbers) = self.0.lock() {
            match numbers.get_mut(number) {
                Some(counts) => counts.add(at),
                None => numbers.entry(number.to_owned()).or_default().add(at),
            }
        }
    }

    /// Messages that may leave through a number within a second, of the `per_second` that it takes in both directions.
    pub(super) fn left(&self, number: &str, per_second: u32, now: Time) -> u32 {
        let lately = match self.0.lock() {
            Ok(numbers) => numbers.get(number).map_or(0, |counts| counts.lately(now)),
            Err(_) => 0,
        };
        per_second.saturating_sub(lately).max(per_second / KEPT).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Time = Time(1_793_880_000_000);

    fn heard(count: u32) -> Traffic {
        let traffic = Traffic::default();
        (0..count).for_each(|_| traffic.add("main", NOON));
        traffic
    }

    #[test]
    fn incoming_messages_of_the_last_second_leave_less_room_for_outgoing_ones() {
        let traffic = heard(30);
        let left = |ms| traffic.left("main", 80, NOON.plus_ms(ms));
        assert_eq!([left(0), left(999)], [50, 50]);
        assert_eq!([left(1_000), left(1_500), left(2_000)], [50, 65, 80], "room comes back within a second");
        assert_eq!(traffic.left("spare", 80, NOON), 80, "other numbers are not concerned");
    }

    #[test]
    fn some_messages_may_always_leave() {
        let traffic = heard(500);
        assert_eq!(traffic.left("main", 80, NOON), 10);
        assert_eq!(traffic.left("main", 4, NOON), 1);
    }

    #[test]
    fn what_came_long_ago_counts_for_nothing() {
        let traffic = heard(1);
        (0..100).for_each(|_| traffic.add("main", NOON.plus_ms(-5_000)));
        assert_eq!(traffic.left("main", 80, NOON), 79);
        assert_eq!(traffic.left("main", 80, NOON.plus_ms(60_000)), 80);
    }
}
