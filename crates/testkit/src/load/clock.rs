//! The machine's clock, which every process of a measurement shares.

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970, with what is below them.
#[expect(clippy::disallowed_methods, reason = "measurements compare moments of several processes")]
pub(super) fn now_ms() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64() * 1000.0
}
