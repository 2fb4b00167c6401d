//! The one place where the desk reads the clock.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use tandem_conversation::Time;

/// Smaller differences are network delay, in milliseconds.
const NOISE_MS: i64 = 1_000;

/// Maximum plausible delay of a message, in milliseconds; beyond it, a clock was changed.
const DELAY_MS: i64 = 5_000;

/// The time source; tests replace it.
#[derive(Clone)]
pub struct Clock {
    read: Arc<dyn Fn() -> Time + Send + Sync>,
    /// Offset to the hub's time, in milliseconds.
    ahead_ms: Arc<AtomicI64>,
}

impl Clock {
    /// A clock that reads `read`.
    pub fn new(read: impl Fn() -> Time + Send + Sync + 'static) -> Self {
        Self { read: Arc::new(read), ahead_ms: Arc::new(AtomicI64::new(0)) }
    }

    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the edge at which time enters the desk")]
    pub fn system() -> Self {
        Self::new(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
        })
    }

    /// This machine's time.
    #[must_use]
    pub fn now(&self) -> Time {
        (self.read)()
    }

    /// The hub's time, as far as known. Use it to compare with events, so that a wrong local clock neither hides nor
    /// delays anything.
    #[must_use]
    pub fn hub_now(&self) -> Time {
        self.now().plus_ms(self.ahead_ms.load(Ordering::Relaxed))
    }

    /// The offset that [`Clock::hub_now`] adds, in milliseconds.
    pub(crate) fn ahead_ms(&self) -> i64 {
        self.ahead_ms.load(Ordering::Relaxed)
    }

    /// Takes in the hub's time; true if the offset changed notably. Delayed messages understate the offset, so a
    /// slightly smaller value changes nothing.
    pub(crate) fn heard(&self, hub: Time) -> bool {
        let (ahead, known) = (hub.since(self.now()), self.ahead_ms());
        let ahead = if ahead.abs() < NOISE_MS { 0 } else { ahead };
        if (known - DELAY_MS..=known).contains(&ahead) {
            return false;
        }
        self.ahead_ms.store(ahead, Ordering::Relaxed);
        (ahead - known).abs() >= NOISE_MS
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").finish_non_exhaustive()
    }
}
