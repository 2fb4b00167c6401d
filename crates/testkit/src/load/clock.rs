//! The machine's clock, shared by all processes of a measurement.

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970, with fractions.
#[expect(clippy::disallowed_methods, reason = "measurements compare moments of several processes")]
pub(super) fn now_ms() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64() * 1000.0
}
