//! Brings snoozed conversations back when their time is up, also without the hub.

use std::time::Duration;

use crate::cache::{Cache, CacheError, snoozes};
use crate::clock::Clock;

/// Maximum delay of a return while the hub cannot be reached; otherwise the hub ends the snooze.
const EVERY: Duration = Duration::from_secs(5);

/// Runs until the desk ends.
pub(crate) async fn run(cache: Cache, clock: Clock) {
    let mut every = tokio::time::interval(EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        if let Err(error) = wake(&cache, &clock).await {
            tracing::warn!(%error, "snoozed conversations could not be brought back");
        }
    }
}

async fn wake(cache: &Cache, clock: &Clock) -> Result<(), CacheError> {
    let now = clock.hub_now();
    if !cache.read(move |connection| snoozes::is_any_over(connection, now)).await? {
        return Ok(());
    }
    cache.write(move |connection, touched| snoozes::wake(connection, touched, now)).await
}
