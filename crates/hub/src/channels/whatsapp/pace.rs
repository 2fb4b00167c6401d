//! How fast messages leave: at most so many a second through one number, and one every six seconds to one chat once a
//! burst is used up. Meta refuses what is faster. Pure.

use std::collections::HashMap;
use std::hash::Hash;

use tandem_conversation::{ContactId, Time};

/// Messages that leave a number at once after a pause.
const NUMBER_BURST: u32 = 8;
/// Time between two messages of one chat, in microseconds.
const CHAT_EVERY_US: i64 = 6_000_000;
/// Messages that one chat takes at once after a pause.
const CHAT_BURST: u32 = 45;
/// Chats that are remembered; when more are busy, the idle ones are forgotten.
const ROOM: usize = 10_000;

/// What has left lately.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    numbers: HashMap<String, Full>,
    chats: HashMap<ContactId, Full>,
}

/// Until when a bucket is not empty, in microseconds since 1970.
type Full = i64;

/// Who has to wait, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    Number(Time),
    Chat(Time),
}

impl Pace {
    /// Counts a message of a chat through a number that takes `per_second`.
    ///
    /// # Errors
    /// Nothing is counted if it would be too fast.
    pub(crate) fn take(&mut self, number: &str, per_second: u32, chat: ContactId, now: Time) -> Result<(), Wait> {
        let now_us = now.0.saturating_mul(1_000);
        self.tidy(now_us);
        let (every, burst) = rate(per_second);
        let of_number = after(self.numbers.get(number), every, burst, now_us).map_err(Wait::Number)?;
        let of_chat = after(self.chats.get(&chat), CHAT_EVERY_US, CHAT_BURST, now_us).map_err(Wait::Chat)?;
        self.numbers.insert(number.to_owned(), of_number);
        self.chats.insert(chat, of_chat);
        Ok(())
    }

    fn tidy(&mut self, now_us: i64) {
        if self.chats.len() >= ROOM {
            retain(&mut self.chats, now_us);
            retain(&mut self.numbers, now_us);
        }
    }
}

fn retain<K: Eq + Hash>(buckets: &mut HashMap<K, Full>, now_us: i64) {
    buckets.retain(|_, until| *until > now_us);
}

/// Time between two messages in microseconds, and the burst: together never more than `per_second` in any second.
fn rate(per_second: u32) -> (i64, u32) {
    let burst = NUMBER_BURST.min(per_second / 2).max(1);
    let steady = per_second.saturating_sub(burst).max(1);
    // Rounded up: rather too slow than too fast.
    ((1_000_000 + i64::from(steady) - 1) / i64::from(steady), burst)
}

/// The bucket with one more drop, or when there will be room for it.
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

    const NOON: Time = Time(1_793_880_000_000);

    fn chat(number: u128) -> ContactId {
        ContactId(Uuid::from_u128(number))
    }

    /// The times at which so many messages leave, each as early as it may; every message to a chat of its own.
    fn leaves(per_second: u32, count: u128) -> Vec<i64> {
        let (mut pace, mut now) = (Pace::default(), NOON);
        (0..count)
            .map(|i| {
                while let Err(wait) = pace.take("main", per_second, chat(i), now) {
                    let Wait::Number(until) = wait else { panic!("every chat has one message: {wait:?}") };
                    assert!(until > now, "a wait that ends now would spin");
                    now = until;
                }
                now.0
            })
            .collect()
    }

    #[test]
    fn a_number_sends_at_most_so_many_in_any_second_and_not_much_less() {
        for per_second in [1, 20, 80, 1_000] {
            let times = leaves(per_second, u128::from(per_second) * 5);
            for (i, from) in times.iter().enumerate() {
                let within = times[i..].iter().take_while(|at| *at - from < 1_000).count();
                assert!(within <= per_second as usize, "{within} in a second, {per_second} are possible");
            }
            let took_ms = times[times.len() - 1] - NOON.0;
            assert!(took_ms <= 8_000, "5 seconds' worth took {took_ms} ms at {per_second} a second");
        }
    }

    #[test]
    fn a_chat_takes_a_burst_and_then_one_every_six_seconds() {
        let mut pace = Pace::default();
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
        let Wait::Chat(until) = wait else { panic!("{wait:?}") };
        assert!((5_900..=6_000).contains(&until.since(NOON)), "{}", until.since(NOON));
        assert_eq!(pace.take("main", 1_000_000, chat(2), now), Ok(()), "other chats do not wait");
        assert_eq!(pace.take("main", 1_000_000, chat(1), until), Ok(()));
        assert!(pace.take("main", 1_000_000, chat(1), until).is_err());
    }

    #[test]
    fn numbers_do_not_wait_for_each_other_and_a_refusal_counts_nothing() {
        let mut pace = Pace::default();
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
