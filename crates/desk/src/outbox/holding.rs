//! Holds turns back for some seconds, so that their author can take them back.

use std::time::Duration;

use tandem_conversation::Time;
use tokio::time::Instant;

use super::Outbox;
use crate::cache::outbox;

impl Outbox {
    /// Until when a turn is held back from now on; none for no time.
    pub(super) fn held_until(&self, hold: Duration) -> Option<Time> {
        let ms = i64::try_from(hold.as_millis()).unwrap_or(i64::MAX).min(outbox::LONGEST_HOLD_MS);
        (ms > 0).then(|| self.clock.hub_now().plus_ms(ms))
    }

    /// Releases turns whose time is over; returns when the next one's is.
    pub(super) async fn let_go(&self) -> Option<Instant> {
        let now = self.clock.hub_now();
        let held = self.cache.read(outbox::held).await.unwrap_or_else(|error| {
            tracing::error!(%error, "the held turns cannot be read");
            Vec::new()
        });
        let (held, over): (Vec<_>, Vec<_>) = held.into_iter().partition(|queued| queued.is_held(now));
        if !over.is_empty() {
            let released = self.cache.write(move |connection, touched| {
                for queued in &over {
                    outbox::release_one(connection, queued.id)?;
                    touched.conversation(queued.conversation);
                }
                Ok(())
            });
            if let Err(error) = released.await {
                // They count as released anyway.
                tracing::error!(%error, "the outbox cannot be written");
            }
            self.uploads.hurry();
        }
        let next = held.iter().filter_map(|queued| queued.held_until).min()?;
        Some(Instant::now() + Duration::from_millis(next.since(now).unsigned_abs()))
    }

    /// Sends what is held back now, because the desk is about to end or to be signed out. Returns when the hub has it,
    /// at the latest after `within`; what does not go waits like everything in the outbox.
    pub(crate) async fn send_held(&self, within: Duration) {
        let released = self.cache.write(|connection, touched| {
            let held = outbox::held(connection)?;
            outbox::release(connection, None)?;
            held.iter().for_each(|queued| touched.conversation(queued.conversation));
            Ok(held.into_iter().map(|queued| queued.id).collect::<Vec<_>>())
        });
        let waiting = match released.await {
            Ok(waiting) => waiting,
            Err(error) => {
                tracing::error!(%error, "the held turns cannot be released");
                return;
            }
        };
        if waiting.is_empty() {
            return;
        }
        self.wake.notify_one();
        self.uploads.hurry();
        let gone = async {
            loop {
                let mut landed = std::pin::pin!(self.landed.notified());
                landed.as_mut().enable();
                let ids = waiting.clone();
                let remaining = self.cache.read(move |connection| {
                    let mut remaining = false;
                    for id in ids {
                        remaining |= outbox::get(connection, id)?.is_some();
                    }
                    Ok(remaining)
                });
                if !remaining.await.unwrap_or_default() {
                    return;
                }
                landed.await;
            }
        };
        if tokio::time::timeout(within, gone).await.is_err() {
            tracing::info!("some turns go out at the next start");
        }
    }
}
