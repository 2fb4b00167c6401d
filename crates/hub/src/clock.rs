//! The one place that reads the clock.
//!
//! The hub keeps its own time: the wall clock's at start, plus the time passed since. A changed system clock moves no
//! deadline: the hub's time goes a little faster or slower until both agree, and never back. Sleep counts as passed
//! time, like a stopped hub: customers, invitations and links have waited that long. A call for help then widens one
//! step, not all of them. Signatures for other machines use the wall clock ([`Clock::wall`]).

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tandem_conversation::Time;

/// Smaller differences are noise, in milliseconds.
const JUMP_MS: i64 = 5_000;
/// While the clocks differ, the hub's time goes faster or slower by one part in so many. Deadlines then come that much
/// early or late, which nobody notices.
const SLEW: i64 = 10;
/// Shorter sleep is noise, in milliseconds: the system reports uptime in hundredths of a second.
const SLEEP_MS: i64 = 1_000;

/// The time source; tests replace it.
#[derive(Clone)]
pub struct Clock(Arc<Inner>);

enum Inner {
    Told(Box<dyn Fn() -> Time + Send + Sync>),
    Kept(Box<Kept>),
}

/// The hub's time, and the clocks that it is compared with.
struct Kept {
    began: Time,
    slept_ms: AtomicI64,
    /// How far this time was moved towards the wall clock's.
    slewed_ms: AtomicI64,
    /// The latest time that was told: while it slows down, time stands still for moments, but never goes back.
    latest: AtomicI64,
    seen: Mutex<Seen>,
    wall: Box<dyn Fn() -> Time + Send + Sync>,
    /// Time since the start, without sleep.
    running: Box<dyn Fn() -> Duration + Send + Sync>,
    /// Uptime of the machine with sleep; none where the system does not report it.
    up: Box<dyn Fn() -> Option<Duration> + Send + Sync>,
}

/// Result of the last comparison.
#[derive(Default)]
struct Seen {
    /// How far the wall clock was ahead of the hub's time, in milliseconds.
    ahead_ms: i64,
    /// Uptime of the machine before the hub started, in milliseconds.
    before_ms: Option<i64>,
    /// When it was made, as time since the start, in milliseconds.
    at_ms: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Noticed {
    /// The machine slept, for this many milliseconds.
    Slept(i64),
    /// The wall clock was changed, by this many milliseconds.
    Moved(i64),
}

impl Clock {
    /// Starts with the system's time.
    #[must_use]
    pub fn system() -> Self {
        let started = Instant::now();
        Self::keeping(wall, move || started.elapsed(), uptime)
    }

    /// A clock that reads `tell`.
    pub fn from(tell: impl Fn() -> Time + Send + Sync + 'static) -> Self {
        Self(Arc::new(Inner::Told(Box::new(tell))))
    }

    fn keeping(
        wall: impl Fn() -> Time + Send + Sync + 'static,
        running: impl Fn() -> Duration + Send + Sync + 'static,
        up: impl Fn() -> Option<Duration> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Inner::Kept(Box::new(Kept {
            began: wall(),
            slept_ms: AtomicI64::new(0),
            slewed_ms: AtomicI64::new(0),
            latest: AtomicI64::new(i64::MIN),
            seen: Mutex::default(),
            wall: Box::new(wall),
            running: Box::new(running),
            up: Box::new(up),
        }))))
    }

    #[must_use]
    pub fn now(&self) -> Time {
        match &*self.0 {
            Inner::Told(tell) => tell(),
            Inner::Kept(kept) => kept.now(),
        }
    }

    /// The wall clock, for signatures that other machines check.
    #[must_use]
    pub fn wall(&self) -> Time {
        match &*self.0 {
            Inner::Told(tell) => tell(),
            Inner::Kept(kept) => (kept.wall)(),
        }
    }

    /// How far the machine's clock is ahead of the hub's time, in milliseconds; none if they agree.
    pub(crate) fn ahead_ms(&self) -> Option<i64> {
        Some(self.wall().since(self.now())).filter(|ahead| ahead.abs() >= JUMP_MS)
    }

    /// Compares the hub's time with the system's clocks, and logs each jump once.
    pub(crate) fn watch(&self) {
        match self.look() {
            Some(Noticed::Slept(ms)) => tracing::info!(slept_s = ms / 1000, "the machine has slept; that time counts"),
            Some(Noticed::Moved(ms)) => tracing::warn!(
                moved_s = ms / 1000,
                "the machine's clock was moved: the hub's time follows it slowly; a restart sets it at once"
            ),
            None => {}
        }
    }

    fn look(&self) -> Option<Noticed> {
        match &*self.0 {
            Inner::Told(_) => None,
            Inner::Kept(kept) => kept.look(),
        }
    }
}

impl Kept {
    fn now(&self) -> Time {
        let now = self.reckoned().0;
        Time(self.latest.fetch_max(now, Ordering::Relaxed).max(now))
    }

    /// The time as it passes, which steps back a little while it slows down.
    fn reckoned(&self) -> Time {
        let moved = self.slept_ms.load(Ordering::Relaxed).saturating_add(self.slewed_ms.load(Ordering::Relaxed));
        self.began.plus_ms(ms((self.running)()).saturating_add(moved))
    }

    /// Moves this time towards the wall clock's, as far as the time since the last look allows; by how much.
    fn slew(&self, ahead_ms: i64, passed_ms: i64) -> i64 {
        let most = (passed_ms / SLEW).max(0);
        let by = ahead_ms.clamp(-most, most);
        self.slewed_ms.fetch_add(by, Ordering::Relaxed);
        by
    }

    fn look(&self) -> Option<Noticed> {
        // Concurrent callers must count a jump once.
        let mut seen = self.seen.lock().ok()?;
        let extra = (self.up)().map(|up| ms(up) - ms((self.running)()));
        let before = extra.map(|extra| *seen.before_ms.get_or_insert(extra));
        let slept = extra.zip(before).map(|(now, before)| now - before - self.slept_ms.load(Ordering::Relaxed));
        if let Some(slept) = slept.filter(|slept| *slept >= SLEEP_MS) {
            self.slept_ms.fetch_add(slept, Ordering::Relaxed);
            return Some(Noticed::Slept(slept));
        }
        let running = ms((self.running)());
        let passed = running - std::mem::replace(&mut seen.at_ms, running);
        let is_ahead = (self.wall)().since(self.reckoned());
        let moved = is_ahead - seen.ahead_ms;
        if moved.abs() < JUMP_MS {
            if seen.ahead_ms != 0 {
                seen.ahead_ms -= self.slew(is_ahead, passed);
            }
            return None;
        }
        if slept.is_none() && moved > 0 {
            // This system does not distinguish sleep from a clock set forward. Sleep is far more frequent.
            self.slept_ms.fetch_add(moved, Ordering::Relaxed);
            return Some(Noticed::Slept(moved));
        }
        seen.ahead_ms = is_ahead;
        Some(Noticed::Moved(moved))
    }
}

fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn wall() -> Time {
    #[expect(clippy::disallowed_methods, reason = "the edge where time enters")]
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(ms(since))
}

/// Uptime of the machine, sleep included.
fn uptime() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/uptime").ok()?;
    let seconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};
    use std::time::Duration;

    use tandem_conversation::Time;

    use super::{Clock, Noticed};

    const START: i64 = 1_793_800_951_250;

    /// A machine whose clocks the test moves, in milliseconds since the start.
    #[derive(Clone, Default)]
    struct Machine {
        wall: Arc<AtomicI64>,
        running: Arc<AtomicI64>,
        slept: Arc<AtomicI64>,
    }

    impl Machine {
        fn clock(&self, tells_sleep: bool) -> Clock {
            let (one, two, three) = (self.clone(), self.clone(), self.clone());
            let duration = |ms: i64| Duration::from_millis(ms.cast_unsigned());
            Clock::keeping(
                move || Time(START + one.wall.load(Ordering::Relaxed)),
                move || duration(two.running.load(Ordering::Relaxed)),
                move || {
                    let passed = three.running.load(Ordering::Relaxed) + three.slept.load(Ordering::Relaxed);
                    tells_sleep.then(|| duration(3_600_000 + passed))
                },
            )
        }

        fn runs(&self, ms: i64) {
            self.wall.fetch_add(ms, Ordering::Relaxed);
            self.running.fetch_add(ms, Ordering::Relaxed);
        }

        fn sleeps(&self, ms: i64) {
            self.wall.fetch_add(ms, Ordering::Relaxed);
            self.slept.fetch_add(ms, Ordering::Relaxed);
        }

        fn is_moved(&self, ms: i64) {
            self.wall.fetch_add(ms, Ordering::Relaxed);
        }
    }

    #[test]
    fn the_hub_keeps_its_time_when_the_wall_clock_is_moved() {
        for by in [-3_600_000, -10_000, 10_000, 3_600_000] {
            let machine = Machine::default();
            let clock = machine.clock(true);
            machine.runs(1_000);
            assert_eq!(clock.look(), None);
            machine.is_moved(by);
            assert_eq!(clock.now(), Time(START + 1_000), "{by}: no deadline comes early or late");
            assert_eq!(clock.look(), Some(Noticed::Moved(by)));
            assert_eq!(clock.ahead_ms(), Some(by));
            machine.runs(1_000);
            // Asked before, it would have told more: it stands still instead of going back.
            let _ = clock.now();
            let slewed = if by > 0 { 100 } else { 0 };
            assert_eq!((clock.look(), clock.now()), (None, Time(START + 2_000 + slewed)), "{by}: told once");
            assert_eq!(clock.wall(), Time(START + 2_000 + by), "others know the wall clock's time");
            machine.is_moved(-by);
            assert_eq!(clock.look(), Some(Noticed::Moved(-by)));
        }
    }

    #[test]
    fn the_hubs_time_approaches_the_machines_clock_and_never_goes_back() {
        for by in [-3_600_000, -60_000, 60_000, 3_600_000] {
            let machine = Machine::default();
            let clock = machine.clock(true);
            clock.look();
            machine.is_moved(by);
            assert_eq!(clock.look(), Some(Noticed::Moved(by)));
            let (mut last, mut steps) = (clock.now(), 0_i64);
            while clock.ahead_ms().is_some() {
                machine.runs(200);
                assert_eq!(clock.look(), None, "{by}: told once");
                let now = clock.now();
                assert!(now >= last && now.since(last) <= 220, "{by}: {} ms at once", now.since(last));
                (last, steps) = (now, steps + 1);
            }
            assert!((steps * 200 - by.abs() * 10).abs() <= 60_000, "{by}: after {steps} steps");
            for _ in 0..1_000 {
                machine.runs(200);
                assert_eq!(clock.look(), None);
            }
            assert_eq!(clock.now(), clock.wall(), "{by}: in the end they agree");
        }
    }

    #[test]
    fn what_the_machine_sleeps_is_time_that_passes() {
        for tells_sleep in [true, false] {
            let machine = Machine::default();
            let clock = machine.clock(tells_sleep);
            machine.runs(1_000);
            assert_eq!(clock.look(), None);
            machine.sleeps(8 * 3_600_000);
            assert_eq!(clock.look(), Some(Noticed::Slept(8 * 3_600_000)), "{tells_sleep}");
            assert_eq!((clock.look(), clock.now()), (None, Time(START + 1_000 + 8 * 3_600_000)), "{tells_sleep}");
            machine.is_moved(-60_000);
            assert_eq!(clock.look(), Some(Noticed::Moved(-60_000)), "{tells_sleep}");
            assert_eq!(clock.now(), Time(START + 1_000 + 8 * 3_600_000), "{tells_sleep}");
        }
    }

    #[test]
    fn small_differences_are_noise() {
        let machine = Machine::default();
        let clock = machine.clock(true);
        assert_eq!(clock.look(), None);
        machine.is_moved(4_000);
        machine.sleeps(500);
        assert_eq!((clock.look(), clock.now()), (None, Time(START)));
    }
}
