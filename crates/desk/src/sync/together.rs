//! Frames that are applied together, so that many changes cost few transactions.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::{FutureExt as _, StreamExt as _};
use serde::Deserialize;
use serde::de::IgnoredAny;
use tandem_protocol::agents::{Batch, LiveFrame};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;

use crate::hub::Socket;

/// Maximum changes applied in one transaction, if that many are available.
const MOST: usize = 1_000;
/// Above this many changes a second, transactions keep a distance. Agents have fewer, supervisors of a large account more.
const BUSY: usize = 100;
/// The distance. Each transaction writes pages, makes readers read theirs again, and makes the window ask again. Only messages
/// are kept waiting: a call for help is applied at once.
const EVERY: Duration = Duration::from_millis(200);
/// While messages are kept waiting, this often it is looked whether something came that may not wait.
const LISTEN: Duration = Duration::from_millis(20);
const SPELL: Duration = Duration::from_secs(1);

/// How much comes in.
#[derive(Debug)]
pub(super) struct Load {
    since: Instant,
    changes: usize,
    is_busy: bool,
    last: Instant,
}

impl Load {
    pub(super) fn begin(now: Instant) -> Self {
        Self { since: now, changes: 0, is_busy: false, last: now }
    }

    /// Counts changes that are about to be applied.
    fn takes(&mut self, changes: usize, now: Instant) {
        let spell = now - self.since;
        if spell >= SPELL {
            self.is_busy = self.changes > BUSY && spell < 2 * SPELL;
            (self.since, self.changes) = (now, 0);
        }
        self.changes += changes;
        self.last = now;
    }

    /// When the next transaction may begin.
    fn due(&self) -> Option<Instant> {
        self.is_busy.then(|| self.last + EVERY)
    }
}

/// Kinds of events that may wait: messages, and their stages.
const ORDINARY: [&str; 3] = ["turn_added", "turn_progressed", "received"];

#[derive(Deserialize)]
struct Told {
    event: Happened,
}

#[derive(Deserialize)]
struct Happened {
    body: HashMap<String, IgnoredAny>,
}

fn may_wait(batch: &Batch) -> bool {
    let is_ordinary = |told: Told| ORDINARY.iter().any(|kind| told.event.body.contains_key(*kind));
    batch.changes.iter().all(|change| serde_json::from_str(change.get()).is_ok_and(is_ordinary))
}

/// Takes the frames that have arrived, and under load those that come until the next transaction is due. Returns the first
/// frame that is not a batch, which waits for nothing.
pub(super) async fn take(first: Batch, socket: &mut Socket, load: &mut Load) -> (Vec<Batch>, Option<Message>) {
    // What an earlier time lacks comes as fast as it can be applied.
    let mut due = load.due().filter(|_| !first.catching_up && may_wait(&first));
    let mut changes = first.changes.len();
    let mut batches = vec![first];
    let mut other = None;
    while changes < MOST {
        match socket.next().now_or_never() {
            Some(Some(Ok(Message::Text(text)))) => match serde_json::from_str(&text) {
                Ok(LiveFrame::Batch(batch)) => {
                    due = due.filter(|_| may_wait(&batch));
                    changes += batch.changes.len();
                    batches.push(batch);
                }
                _ => other = Some(Message::Text(text)),
            },
            Some(Some(Ok(message))) => other = Some(message),
            // The connection has ended; why shows at the next read.
            Some(_) => break,
            None => match due.filter(|due| Instant::now() < *due) {
                Some(due) => tokio::time::sleep_until(due.min(Instant::now() + LISTEN)).await,
                None => break,
            },
        }
        if other.is_some() {
            break;
        }
    }
    load.takes(changes, Instant::now());
    (batches, other)
}

#[cfg(test)]
mod tests {
    use tandem_conversation::Time;

    use super::*;

    #[test]
    fn transactions_wait_for_each_other_only_under_load() {
        let began = Instant::now();
        let at = |ms| began + Duration::from_millis(ms);
        let mut load = Load::begin(began);
        load.takes(500, at(10));
        assert_eq!(load.due(), None, "one burst is applied as it comes");
        load.takes(3, at(1_020));
        assert_eq!(load.due(), Some(at(1_220)));
        load.takes(3, at(2_030));
        assert_eq!(load.due(), None, "a few changes in a second are none");
        load.takes(500, at(2_040));
        load.takes(1, at(9_000));
        assert_eq!(load.due(), None, "that was long ago");
    }

    #[test]
    fn messages_and_how_far_they_came_may_wait_and_nothing_else() {
        let batch = |changes: &[&str]| {
            let changes: Vec<serde_json::Value> =
                changes.iter().map(|change| serde_json::from_str(change).unwrap()).collect();
            serde_json::from_value::<Batch>(serde_json::json!({ "cursor": 9, "time": Time(0), "changes": changes }))
                .unwrap()
        };
        let said = r#"{"event":{"position":3,"body":{"turn_added":{"turn":{"id":1}}}}}"#;
        let seen = r#"{"event":{"body":{"received":{"side":"customer"}}}}"#;
        for (changes, waits) in [
            (vec![said, seen, r#"{"event":{"body":{"turn_progressed":{"stage":"sent"}}}}"#], true),
            (vec![said, r#"{"event":{"body":{"help_raised":{"help":{"reason":"lost"}}}}}"#], false),
            (vec![said, r#"{"event":{"body":"reopened"}}"#], false),
            (vec![r#"{"opened":{"id":"1"}}"#], false),
            (vec![r#"{"closed":"1"}"#], false),
            (vec![r#""turn_added""#], false),
        ] {
            assert_eq!(may_wait(&batch(&changes)), waits, "{changes:?}");
        }
    }
}
