//! Limits on how fast messages leave, as token buckets: one for each line, one for each contact. Pure.

use std::collections::HashMap;
use std::hash::Hash;

use tandem_conversation::{ContactId, Time};

/// Maximum burst of a line after a pause, in messages. A burst makes up for a sender that wakes late, but the larger it is,
/// the slower the line must be afterwards.
const LINE_BURST: u32 = 8;
/// A burst is at most this fraction of what a line takes in a second.
const BURSTS_PER_S: u32 = 40;
/// Buckets of contacts that are kept. When there are as many, empty ones are dropped.
const ROOM: usize = 10_000;

/// How fast one contact may be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    /// Time between two messages, in milliseconds.
    pub every_ms: i64,
    /// Messages without a pause between them.
    pub burst: u32,
}

/// The buckets of lines and contacts.
#[derive(Debug)]
pub(super) struct Pace {
    rate: Rate,
    lines: HashMap<String, Full>,
    contacts: HashMap<ContactId, Full>,
}

/// When a bucket will be empty again, in microseconds since 1970.
type Full = i64;

/// The limit that was reached, and until when to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    Line(Time),
    Contact(Time),
}

impl Pace {
    pub(super) fn new(rate: Rate) -> Self {
        Self { rate, lines: HashMap::new(), contacts: HashMap::new() }
    }

    /// Counts a message to a contact through a line that takes `per_second`.
    ///
    /// # Errors
    /// The limit that it would exceed. Nothing is counted then.
    pub(super) fn take(&mut self, line: &str, per_second: u32, contact: ContactId, now: Time) -> Result<(), Wait> {
        let now_us = now.0.saturating_mul(1_000);
        self.tidy(now_us);
        let (every, burst) = rate(per_second);
        let of_line = after(self.lines.get(line), every, burst, now_us).map_err(Wait::Line)?;
        let Rate { every_ms, burst } = self.rate;
        let of_contact = after(self.contacts.get(&contact), every_ms * 1_000, burst, now_us).map_err(Wait::Contact)?;
        self.lines.insert(line.to_owned(), of_line);
        self.contacts.insert(contact, of_contact);
        Ok(())
    }

    fn tidy(&mut self, now_us: i64) {
        if self.contacts.len() >= ROOM {
            retain(&mut self.contacts, now_us);
            retain(&mut self.lines, now_us);
        }
    }
}

fn retain<K: Eq + Hash>(buckets: &mut HashMap<K, Full>, now_us: i64) {
    buckets.retain(|_, until| *until > now_us);
}

/// The interval in microseconds and the burst of a line. Together they never allow more than `per_second` in any second.
fn rate(per_second: u32) -> (i64, u32) {
    let burst = LINE_BURST.min(per_second / BURSTS_PER_S).max(1);
    // The first of the steady ones is the burst's last.
    let steady = (per_second + 1).saturating_sub(burst).max(1);
    // Rounded up, so that it is never too fast.
    ((1_000_000 + i64::from(steady) - 1) / i64::from(steady), burst)
}

/// The bucket with one more message, or when it will have room for one.
fn after(full: Option<&Full>, every: i64, burst: u32, now_us: i64) -> Result<Full, Time> {
    let next = full.copied().unwrap_or(now_us).max(now_us) + every;
    let room = now_us + every * i64::from(burst);
    if next <= room {
        return Ok(next);
    }
    // Rounded up to the next millisecond.
    Err(Time((next - room + now_us + 999) / 1_000))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const RATE: Rate = Rate { every_ms: 6_000, burst: 45 };
    const NOON: Time = Time(1_793_880_000_000);

    fn chat(number: u128) -> ContactId {
        ContactId(Uuid::from_u128(number))
    }

    /// The times at which `count` messages leave, each as early as allowed, each to a chat of its own.
    fn leaves(per_second: u32, count: u128) -> Vec<i64> {
        let (mut pace, mut now) = (Pace::new(RATE), NOON);
        (0..count)
            .map(|i| {
                while let Err(wait) = pace.take("main", per_second, chat(i), now) {
                    let Wait::Line(until) = wait else { panic!("every chat has one message: {wait:?}") };
                    assert!(until > now, "a wait that ends now would make the sender spin");
                    now = until;
                }
                now.0
            })
            .collect()
    }

    #[test]
    fn a_line_reaches_its_limit_per_second_and_never_exceeds_it() {
        for per_second in [1, 20, 80, 1_000] {
            let times = leaves(per_second, u128::from(per_second) * 5);
            for (i, from) in times.iter().enumerate() {
                let within = times[i..].iter().take_while(|at| *at - from < 1_000).count();
                assert!(within <= per_second as usize, "{within} in a second, {per_second} are possible");
            }
            let took_ms = times[times.len() - 1] - NOON.0;
            assert!(took_ms <= 5_100, "5 seconds' worth took {took_ms} ms at {per_second} a second");
        }
    }

    #[test]
    fn a_contact_takes_a_burst_and_then_one_every_six_seconds() {
        let mut pace = Pace::new(RATE);
        let mut now = NOON;
        let mut sent = 0;
        let wait = loop {
            match pace.take("main", 1_000_000, chat(1), now) {
                Ok(()) => sent += 1,
                Err(wait) => break wait,
            }
            now = now.plus_ms(1);
        };
        assert_eq!(sent, 45);
        let Wait::Contact(until) = wait else { panic!("{wait:?}") };
        assert!((5_900..=6_000).contains(&until.since(NOON)), "{}", until.since(NOON));
        assert_eq!(pace.take("main", 1_000_000, chat(2), now), Ok(()), "other chats do not wait");
        assert_eq!(pace.take("main", 1_000_000, chat(1), until), Ok(()));
        assert!(pace.take("main", 1_000_000, chat(1), until).is_err());
    }

    #[test]
    fn lines_do_not_wait_for_each_other_and_a_refusal_counts_nothing() {
        let mut pace = Pace::new(RATE);
        let mut other = 0;
        while pace.take("main", 80, chat(other), NOON).is_ok() {
            other += 1;
        }
        for _ in 0..100 {
            assert!(pace.take("main", 80, chat(1), NOON).is_err());
        }
        assert_eq!(pace.take("spare", 80, chat(1), NOON), Ok(()));
        assert_eq!(pace.take("main", 80, chat(1), NOON.plus_ms(14)), Ok(()), "after one interval there is room");
    }
}
