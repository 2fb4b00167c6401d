//! Limits on how fast messages leave: evenly through each line, and by a token bucket to each contact. Pure.

use std::collections::HashMap;

use tandem_conversation::{ContactId, Time};

/// How far ahead times are given out, in milliseconds. Messages that have theirs leave in time even if the queue is read
/// late.
const AHEAD_MS: i64 = 200;
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

/// What lines and contacts were given, in microseconds since 1970.
#[derive(Debug)]
pub(super) struct Pace {
    rate: Rate,
    /// When the next message of a line may leave.
    lines: HashMap<String, i64>,
    /// When a contact's bucket will be empty again.
    contacts: HashMap<ContactId, i64>,
}

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

    /// Counts a message to a contact through a line that takes `per_second`, and says when it may leave: now, or a little
    /// later.
    ///
    /// # Errors
    /// The limit that it would exceed. Nothing is counted then.
    pub(super) fn take(&mut self, line: &str, per_second: u32, contact: ContactId, now: Time) -> Result<Time, Wait> {
        let now_us = now.0.saturating_mul(1_000);
        self.tidy(now_us);
        let leaves = self.lines.get(line).copied().unwrap_or(now_us).max(now_us);
        if leaves > now_us + AHEAD_MS * 1_000 {
            // Then there is room for several at once.
            return Err(Wait::Line(up_to_ms(leaves - AHEAD_MS * 500)));
        }
        let emptied = self.one_more(contact, now_us).map_err(Wait::Contact)?;
        self.lines.insert(line.to_owned(), leaves + every_us(per_second));
        self.contacts.insert(contact, emptied);
        Ok(up_to_ms(leaves))
    }

    /// When the bucket of a contact will be empty with one more message, or when it will have room for one.
    fn one_more(&self, contact: ContactId, now_us: i64) -> Result<i64, Time> {
        let Rate { every_ms, burst } = self.rate;
        let every = every_ms * 1_000;
        let emptied = self.contacts.get(&contact).copied().unwrap_or(now_us).max(now_us) + every;
        let room = now_us + every * i64::from(burst);
        if emptied <= room { Ok(emptied) } else { Err(up_to_ms(emptied - room + now_us)) }
    }

    fn tidy(&mut self, now_us: i64) {
        if self.contacts.len() >= ROOM {
            self.contacts.retain(|_, emptied| *emptied > now_us);
            self.lines.retain(|_, next| *next > now_us);
        }
    }
}

/// Time between two messages of a line, rounded up, so that it is never too fast.
fn every_us(per_second: u32) -> i64 {
    let per_second = i64::from(per_second.max(1));
    (1_000_000 + per_second - 1) / per_second
}

/// Rounded up to the next millisecond.
fn up_to_ms(us: i64) -> Time {
    Time((us + 999) / 1_000)
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

    /// The times at which `count` messages leave, each to a chat of its own, if the queue is read `late_ms` after it could be.
    fn leaves(per_second: u32, count: u128, late_ms: i64) -> Vec<i64> {
        let (mut pace, mut now) = (Pace::new(RATE), NOON);
        (0..count)
            .map(|i| {
                loop {
                    match pace.take("main", per_second, chat(i), now) {
                        Ok(leaves) => return leaves.0,
                        Err(Wait::Line(until)) => {
                            assert!(until > now, "a wait that ends now would make the sender spin");
                            now = until.plus_ms(late_ms);
                        }
                        Err(Wait::Contact(_)) => panic!("every chat has one message"),
                    }
                }
            })
            .collect()
    }

    #[test]
    fn a_line_reaches_its_limit_per_second_and_never_exceeds_it() {
        for per_second in [1, 20, 80, 1_000] {
            for late_ms in [0, 30, 90] {
                let times = leaves(per_second, u128::from(per_second) * 5, late_ms);
                for (i, from) in times.iter().enumerate() {
                    let within = times[i..].iter().take_while(|at| *at - from < 1_000).count();
                    assert!(within <= per_second as usize, "{within} in a second, {per_second} are possible");
                }
                let took_ms = times[times.len() - 1] - NOON.0;
                assert!(
                    took_ms <= 5_000,
                    "5 seconds' worth took {took_ms} ms at {per_second} a second, {late_ms} ms late"
                );
            }
        }
    }

    #[test]
    fn a_contact_takes_a_burst_and_then_one_every_six_seconds() {
        let mut pace = Pace::new(RATE);
        let mut now = NOON;
        let mut sent = 0;
        let wait = loop {
            match pace.take("main", 1_000_000, chat(1), now) {
                Ok(_) => sent += 1,
                Err(wait) => break wait,
            }
            now = now.plus_ms(1);
        };
        assert_eq!(sent, 45);
        let Wait::Contact(until) = wait else { panic!("{wait:?}") };
        assert!((5_900..=6_000).contains(&until.since(NOON)), "{}", until.since(NOON));
        assert_eq!(pace.take("main", 1_000_000, chat(2), now), Ok(now), "other chats do not wait");
        assert_eq!(pace.take("main", 1_000_000, chat(1), until), Ok(until));
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
        assert_eq!(pace.take("spare", 80, chat(1), NOON), Ok(NOON));
        assert!(pace.take("main", 80, chat(1), NOON.plus_ms(13)).is_ok(), "after one interval there is room");
    }
}
