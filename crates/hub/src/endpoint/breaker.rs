//! Detects that Your Logic cannot be reached. Everybody who waits for it then gets a person at once, instead of after
//! a timeout each.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tandem_conversation::LogicFailure;
use tokio::time::Instant;

/// Failures in a row, without a sign of life between them.
pub(super) const IN_A_ROW: u32 = 5;
/// A restart of the service takes less, and its customers should not notice it.
pub(super) const RESTART: Duration = Duration::from_secs(2);
/// How often one request still tries.
const PROBE_EVERY: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Default)]
struct State {
    failures: u32,
    /// Since when nothing was heard.
    since: Option<Instant>,
    /// What the newest failure was.
    why: Option<LogicFailure>,
    /// The next probe, while the service counts as unreachable.
    probe: Option<Instant>,
    /// When somebody answered last.
    heard: Option<Instant>,
}

impl Breaker {
    /// Whether a request may be sent; otherwise why the service counts as unreachable.
    pub(super) fn enter(&self, now: Instant) -> Result<(), LogicFailure> {
        let mut state = self.state();
        match (state.is_down(now), &state.why) {
            (true, Some(why)) if state.probe.is_some_and(|at| now < at) => Err(why.clone()),
            (true, _) => {
                if state.probe.replace(now + PROBE_EVERY).is_none() {
                    tracing::warn!("Your Logic cannot be reached: its conversations go to people until it answers");
                }
                Ok(())
            }
            (false, _) => Ok(()),
        }
    }

    /// Why a request would not be sent now.
    pub(super) fn is_shut(&self, now: Instant) -> Option<LogicFailure> {
        let state = self.state();
        let waits = state.is_down(now) && state.probe.is_some_and(|at| now < at);
        state.why.clone().filter(|_| waits)
    }

    /// Why the service counts as unreachable, for requests that must not try in its place.
    pub(super) fn down(&self, now: Instant) -> Option<LogicFailure> {
        let state = self.state();
        state.why.clone().filter(|_| state.is_down(now))
    }

    /// Somebody is there, whatever the answer was.
    pub(super) fn heard(&self, now: Instant) {
        let mut state = self.state();
        if state.probe.is_some() {
            tracing::info!("Your Logic answers again");
        }
        *state = State { heard: Some(now), ..State::default() };
    }

    /// Nobody answered. `silent_since` is when the request was sent, if it waited in vain.
    pub(super) fn failed(&self, why: &LogicFailure, silent_since: Option<Instant>, now: Instant) {
        let mut state = self.state();
        let since = silent_since.unwrap_or(now);
        // Others were answered meanwhile: this one was slow, and somebody is there.
        if state.heard.is_some_and(|heard| since <= heard) {
            return;
        }
        state.failures += 1;
        state.since = Some(state.since.map_or(since, |known| known.min(since)));
        state.why = Some(why.clone());
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_down(&self, now: Instant) -> bool {
        self.failures >= IN_A_ROW && self.since.is_some_and(|since| now.duration_since(since) >= RESTART)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tandem_conversation::LogicFailure;
    use tokio::time::Instant;

    use super::{Breaker, IN_A_ROW, PROBE_EVERY, RESTART};

    fn refused() -> LogicFailure {
        LogicFailure::Unreachable { detail: "connection refused".into() }
    }

    #[test]
    fn a_restart_is_survived_and_a_longer_silence_is_not_waited_out() {
        let (breaker, began) = (Breaker::default(), Instant::now());
        for _ in 0..100 {
            breaker.failed(&refused(), None, began);
        }
        assert_eq!(breaker.enter(began + RESTART / 2), Ok(()), "it may be starting");
        let later = began + RESTART;
        assert_eq!(breaker.enter(later), Ok(()), "one tries");
        assert_eq!(breaker.enter(later), Err(refused()), "the others need not");
        assert_eq!(breaker.enter(later + PROBE_EVERY), Ok(()));
        assert_eq!(breaker.enter(later + PROBE_EVERY), Err(refused()));
        assert_eq!(breaker.down(later), Some(refused()));
        breaker.heard(later + PROBE_EVERY);
        assert_eq!(breaker.enter(later + PROBE_EVERY), Ok(()));
        assert_eq!(breaker.down(later + PROBE_EVERY), None);
    }

    #[test]
    fn a_service_that_takes_requests_and_says_nothing_is_down_when_the_first_ones_have_waited() {
        let (breaker, began) = (Breaker::default(), Instant::now());
        let why = LogicFailure::TimedOut { after_ms: 12_000 };
        let later = began + Duration::from_secs(12);
        for _ in 0..IN_A_ROW {
            assert_eq!(breaker.enter(later), Ok(()));
            breaker.failed(&why, Some(began), later);
        }
        assert_eq!(breaker.enter(later), Ok(()), "one tries");
        assert_eq!(breaker.enter(later), Err(why));
    }

    #[test]
    fn slow_requests_whose_time_ends_together_say_nothing_while_others_are_answered() {
        let (breaker, began) = (Breaker::default(), Instant::now());
        let (answered, later) = (began + Duration::from_secs(11), began + Duration::from_secs(12));
        breaker.heard(answered);
        for _ in 0..100 {
            breaker.failed(&LogicFailure::TimedOut { after_ms: 12_000 }, Some(began), later);
        }
        assert_eq!(breaker.down(later + RESTART), None);
    }

    #[test]
    fn single_failures_between_answers_change_nothing() {
        let (breaker, began) = (Breaker::default(), Instant::now());
        for second in 0..60 {
            let now = began + Duration::from_secs(second);
            breaker.failed(&refused(), None, now);
            assert_eq!(breaker.enter(now), Ok(()));
            if second % 3 == 0 {
                breaker.heard(now);
            }
        }
    }
}
