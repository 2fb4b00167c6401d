//! This machine's measurements, shown against their budgets.

use tandem_conversation::Time;

use crate::cache::{Cache, CacheError, outbox};
use crate::memory::Memory;
use crate::view::FiguresView;

/// Records how long a call for help took from the hub to the notification service, in milliseconds.
pub(crate) fn help_notified(memory: &Memory, ms: i64) {
    tracing::info!(help_to_notification_ms = ms, "help needed: notified");
    memory.measured_help(ms.max(0));
}

pub(crate) async fn figures(cache: &Cache, memory: &Memory, now: Time) -> Result<FiguresView, CacheError> {
    let (queued, held) = cache.read(move |connection| outbox::counts(connection, now)).await?;
    Ok(FiguresView {
        help_to_notification_ms: memory.help_to_notification_ms(),
        cache_bytes: cache.size_bytes(),
        queued,
        held,
    })
}
