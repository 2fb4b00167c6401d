//! Frames that are applied together, so that many changes cost few transactions.

use std::time::Duration;

use futures_util::{FutureExt as _, StreamExt as _};
use tandem_protocol::agents::{Batch, LiveFrame};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;

use crate::hub::Socket;

/// Maximum changes applied in one transaction, if that many are available.
const MOST: usize = 1_000;
/// Above this many changes a second, transactions keep a distance. Agents have fewer, supervisors of a large account more.
const BUSY: usize = 100;
/// From one transaction to the next under such a load. Each costs the pages that it writes, and all pages that are read
/// after it; nobody sees so short a wait.
const EVERY: Duration = Duration::from_millis(50);
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

/// Takes the frames that have arrived, and under load those that come until the next transaction is due. Returns the first
/// frame that is not a batch, which waits for nothing.
pub(super) async fn take(first: Batch, socket: &mut Socket, load: &mut Load) -> (Vec<Batch>, Option<Message>) {
    // What an earlier time lacks comes as fast as it can be applied.
    let due = load.due().filter(|_| !first.catching_up);
    let mut changes = first.changes.len();
    let mut batches = vec![first];
    let mut other = None;
    while changes < MOST {
        let next = match due {
            Some(due) => tokio::time::timeout_at(due, socket.next()).await.ok(),
            None => socket.next().now_or_never(),
        };
        match next {
            Some(Some(Ok(Message::Text(text)))) => match serde_json::from_str(&text) {
                Ok(LiveFrame::Batch(batch)) => {
                    changes += batch.changes.len();
                    batches.push(batch);
                }
                _ => other = Some(Message::Text(text)),
            },
            Some(Some(Ok(message))) => other = Some(message),
            // Nothing there; an error shows at the next read.
            _ => break,
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
    use super::*;

    #[test]
    fn transactions_wait_for_each_other_only_under_load() {
        let began = Instant::now();
        let at = |ms| began + Duration::from_millis(ms);
        let mut load = Load::begin(began);
        load.takes(500, at(10));
        assert_eq!(load.due(), None, "one burst is applied as it comes");
        load.takes(3, at(1_020));
        assert_eq!(load.due(), Some(at(1_070)));
        load.takes(3, at(2_030));
        assert_eq!(load.due(), None, "a few changes in a second are none");
        load.takes(500, at(2_040));
        load.takes(1, at(9_000));
        assert_eq!(load.due(), None, "that was long ago");
    }
}
