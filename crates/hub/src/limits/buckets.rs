//! Leaky buckets, one per key, with a bounded number of keys.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Maximum number of keys.
const ROOM: usize = 100_000;

/// How fast a bucket leaks, and how much it holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    /// Steady interval between two drops.
    pub interval: Duration,
    /// Maximum burst after a pause.
    pub burst: u32,
}

impl Rate {
    pub(crate) const fn every(interval: Duration, burst: u32) -> Self {
        Self { interval, burst }
    }

    pub(super) const fn per_second(times: u32) -> Self {
        Self::every(Duration::from_micros(1_000_000 / times as u64), times)
    }

    pub(super) const fn per_minute(times: u32) -> Self {
        Self::every(Duration::from_micros(60_000_000 / times as u64), times)
    }

    pub(super) const fn burst(self, burst: u32) -> Self {
        Self { burst, ..self }
    }

    /// How long a full bucket takes to drain.
    pub(crate) fn full(self) -> Duration {
        self.interval * self.burst
    }
}

/// Buckets by key, each stored as the time when it will be empty.
pub(super) struct Buckets<K> {
    rate: Rate,
    empty_at: Mutex<HashMap<K, Instant>>,
}

impl<K: Copy + Eq + Hash> Buckets<K> {
    pub(super) fn new(rate: Rate) -> Self {
        Self { rate, empty_at: Mutex::default() }
    }

    /// Adds a drop, or returns how long to wait for room.
    pub(super) fn take(&self, key: K, now: Instant) -> Result<(), Duration> {
        let mut empty_at = self.empty_at.lock().unwrap_or_else(PoisonError::into_inner);
        let after = empty_at.get(&key).map_or(now, |at| (*at).max(now)) + self.rate.interval;
        let level = after.saturating_duration_since(now);
        if level > self.rate.full() {
            return Err(level - self.rate.full());
        }
        if empty_at.len() >= ROOM && !empty_at.contains_key(&key) {
            make_room(&mut empty_at, now, self.rate.full());
        }
        empty_at.insert(key, after);
        Ok(())
    }

    /// Drops empty buckets.
    pub(super) fn tidy(&self, now: Instant) {
        let mut empty_at = self.empty_at.lock().unwrap_or_else(PoisonError::into_inner);
        empty_at.retain(|_, at| *at > now);
        empty_at.shrink_to(1_024);
    }
}

/// Under a flood of new keys, the keys nearest to their limit are kept.
fn make_room<K: Eq + Hash>(empty_at: &mut HashMap<K, Instant>, now: Instant, full: Duration) {
    for part in [0, 2, 1] {
        let least = full.checked_div(part).map_or(now, |level| now + level);
        empty_at.retain(|_, at| *at > least);
        if empty_at.len() < ROOM / 2 {
            return;
        }
    }
    empty_at.clear();
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{Buckets, ROOM, Rate};

    #[test]
    fn a_burst_and_then_the_rate_and_the_wait_is_told() {
        let now = Instant::now();
        let buckets = Buckets::new(Rate::every(Duration::from_secs(10), 3));
        assert_eq!((0..5).filter(|_| buckets.take("maya", now).is_ok()).count(), 3);
        assert_eq!(buckets.take("maya", now), Err(Duration::from_secs(10)));
        assert_eq!(buckets.take("jonas", now), Ok(()), "everybody has their own");
        assert_eq!(buckets.take("maya", now + Duration::from_secs(10)), Ok(()));
        assert!(buckets.take("maya", now + Duration::from_secs(11)).is_err());
    }

    #[test]
    fn a_flood_of_strangers_takes_no_more_than_its_room_and_does_not_forgive_who_is_limited() {
        let now = Instant::now();
        let buckets = Buckets::new(Rate::every(Duration::from_secs(10), 3));
        (0..3).for_each(|_| buckets.take(0_usize, now).unwrap());
        (1..2 * ROOM).for_each(|stranger| buckets.take(stranger, now).unwrap());
        assert!(buckets.empty_at.lock().unwrap().len() <= ROOM);
        assert!(buckets.take(0, now).is_err());
        buckets.tidy(now + Duration::from_secs(60));
        assert!(buckets.empty_at.lock().unwrap().is_empty());
    }
}
