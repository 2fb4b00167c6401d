//! Waits for a condition with a deadline.

use std::fmt::Display;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// Enough for a busy, slow machine; a passing test does not wait this long.
pub const DEADLINE: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(40);

/// The result of one look: what was awaited, or what was there instead.
pub enum Look<T, S> {
    Found(T),
    Instead(S),
}

/// Repeats `look` until it succeeds; the error says what was awaited and what was there instead.
pub async fn until<T, S: Display>(what: &str, mut look: impl AsyncFnMut() -> Result<Look<T, S>>) -> Result<T> {
    let start = Instant::now();
    loop {
        let looked = tokio::time::timeout(DEADLINE, look()).await;
        match looked.with_context(|| format!("no answer for {} s, looking for {what}", DEADLINE.as_secs()))?? {
            Look::Found(found) => return Ok(found),
            Look::Instead(instead) if start.elapsed() > DEADLINE => {
                bail!("waited {} s for {what}; there was instead:\n{instead}", DEADLINE.as_secs())
            }
            Look::Instead(_) => tokio::time::sleep(LOOK_AGAIN).await,
        }
    }
}
