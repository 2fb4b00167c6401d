//! This machine's own figures: what the status bar shows against the budgets.

use crate::cache::{Cache, CacheError, outbox};
use crate::memory::Memory;
use crate::view::FiguresView;

/// A call for help was taken by the notification service, `ms` after it was raised at the hub.
pub(crate) fn help_notified(memory: &Memory, ms: i64) {
    tracing::info!(help_to_notification_ms = ms, "help needed: notified");
    memory.measured_help(ms.max(0));
}

/// All figures as they are now.
pub(crate) async fn figures(cache: &Cache, memory: &Memory) -> Result<FiguresView, CacheError> {
    Ok(FiguresView {
        help_to_notification_ms: memory.help_to_notification_ms(),
        cache_bytes: cache.size_bytes(),
        queued: cache.read(outbox::count).await?,
    })
}
