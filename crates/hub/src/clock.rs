//! The one place that reads the clock.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use tandem_conversation::Time;

/// Tells the time; tests bring their own.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Time + Send + Sync>);

impl Clock {
    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::from(|| {
            #[expect(clippy::disallowed_methods, reason = "the edge where time enters")]
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
        })
    }

    /// The time that `tell` tells.
    pub fn from(tell: impl Fn() -> Time + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    /// This moment.
    #[must_use]
    pub fn now(&self) -> Time {
        (self.0)()
    }
}
