//! This machine's measurements, shown against their budgets.

use crate::cache::Cache;
use crate::memory::Memory;
use crate::view::FiguresView;

/// Records how long a call for help took from the hub to the notification service, in milliseconds.
pub(crate) fn help_notified(memory: &Memory, ms: i64) {
    tracing::info!(help_to_notification_ms = ms, "help needed: notified");
    memory.measured_help(ms.max(0));
}

/// `queued` and `held` are commands of the outbox.
pub(crate) fn figures(cache: &Cache, memory: &Memory, (queued, held): (u32, u32)) -> FiguresView {
    FiguresView {
        help_to_notification_ms: memory.help_to_notification_ms(),
        cache_bytes: cache.size_bytes(),
        queued,
        held,
    }
}
