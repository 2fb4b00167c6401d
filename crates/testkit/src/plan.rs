//! A plan of what people do and what breaks, made from a seed: the same seed gives the same plan.
//!
//! A plan refers to no internals. A conversation is a number, which the player takes modulo what the person's desk
//! shows at the time. So every plan can be played, whatever its earlier steps caused.

use std::fmt;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};

use crate::chaos::Weather;

/// Everything that happens in one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub seed: u64,
    pub desks: usize,
    pub customers: usize,
    /// Whether Your Logic is connected.
    pub logic: bool,
    pub weather: Weather,
    /// Each with the pause before it.
    pub steps: Vec<(Duration, Step)>,
}

/// One step. Numbers name desks and customers, and `which` a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    CustomerWrites {
        customer: usize,
        silent: bool,
    },
    CustomerArrives,
    /// The website proves who the customer is: one of a few people.
    CustomerSignsIn {
        customer: usize,
        who: usize,
    },
    /// Your Logic speaks unprompted and calls for a person.
    LogicCalls {
        which: usize,
    },
    Agent {
        desk: usize,
        which: usize,
        act: Act,
    },
    /// The desk's cable is unplugged for a while.
    Unplug {
        desk: usize,
        away: Duration,
    },
    /// The desk's process ends without warning, and restarts after a while.
    KillDesk {
        desk: usize,
        away: Duration,
    },
    KillHub {
        away: Duration,
    },
    /// Every clock jumps ahead.
    MoveClock {
        seconds: i64,
    },
    /// One machine's clock is wrong from now on.
    SkewClock {
        desk: usize,
        seconds: i64,
    },
    /// The desk's disk is full for a while.
    FillDisk {
        desk: usize,
        away: Duration,
    },
    FillHubsDisk {
        away: Duration,
    },
}

/// An agent's action in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Takes a call for help, or joins without one.
    Join,
    Reply {
        anyway: bool,
    },
    Note,
    Draft,
    Leave {
        ask_for_help: bool,
    },
    Complete,
    Invite {
        colleague: usize,
    },
    Decline,
    Delegate,
    TakeOver,
    AskForHelp,
    HelpNotNeeded,
    /// Presses a custom button.
    Press,
    See,
}

/// The weight of each act.
const ACTS: &[(Act, u32)] = &[
    (Act::Join, 10),
    (Act::Reply { anyway: false }, 12),
    (Act::Reply { anyway: true }, 4),
    (Act::Note, 5),
    (Act::Draft, 3),
    (Act::Leave { ask_for_help: false }, 3),
    (Act::Leave { ask_for_help: true }, 1),
    (Act::Complete, 2),
    (Act::Invite { colleague: 0 }, 3),
    (Act::Decline, 2),
    (Act::Delegate, 2),
    (Act::TakeOver, 2),
    (Act::AskForHelp, 2),
    (Act::HelpNotNeeded, 2),
    (Act::Press, 3),
    (Act::See, 4),
];

impl Plan {
    /// The plan of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut dice = StdRng::seed_from_u64(seed);
        let desks = dice.random_range(2..=4);
        let customers = dice.random_range(2..=4);
        let logic = dice.random_bool(0.5);
        // A calm network finds what a storm hides.
        let weather = if dice.random_bool(0.8) { Weather::STORM } else { Weather::default() };

        let mut steps: Vec<_> =
            (0..customers).map(|customer| (Duration::ZERO, Step::CustomerWrites { customer, silent: false })).collect();
        // Then everyone starts working.
        steps.extend((0..desks).map(|desk| {
            let act = if dice.random_bool(0.8) { Act::Join } else { Act::Draft };
            (Duration::from_millis(dice.random_range(5..40)), Step::Agent { desk, which: desk, act })
        }));
        for _ in 0..dice.random_range(12..=40) {
            let pause = Duration::from_millis(if dice.random_bool(0.3) { 0 } else { dice.random_range(0..30) });
            steps.push((pause, step(&mut dice, desks, customers)));
        }
        Self { seed, desks, customers, logic, weather, steps }
    }
}

fn step(dice: &mut StdRng, desks: usize, customers: usize) -> Step {
    let desk = dice.random_range(0..desks);
    let away = Duration::from_millis(dice.random_range(0..120));
    match dice.random_range(0..100) {
        0..20 => Step::CustomerWrites { customer: dice.random_range(0..customers), silent: dice.random_bool(0.1) },
        20..22 => Step::CustomerArrives,
        22..24 => Step::CustomerSignsIn { customer: dice.random_range(0..customers), who: dice.random_range(0..3) },
        24..27 => Step::LogicCalls { which: dice.random_range(0..8) },
        27..33 => Step::Unplug { desk, away },
        33..38 => Step::KillDesk { desk, away },
        38..41 => Step::KillHub { away },
        41..44 => Step::MoveClock { seconds: *[1, 10, 31, 130, 1000, 90_000].choose(dice).unwrap_or(&1) },
        44..45 => Step::SkewClock { desk, seconds: dice.random_range(-7200..7200) },
        45..48 => Step::FillDisk { desk, away },
        48..49 => Step::FillHubsDisk { away },
        _ => Step::Agent { desk, which: dice.random_range(0..8), act: act(dice, desks) },
    }
}

fn act(dice: &mut StdRng, desks: usize) -> Act {
    match ACTS.choose_weighted(dice, |(_, weight)| *weight) {
        Ok((Act::Invite { .. }, _)) => Act::Invite { colleague: dice.random_range(0..desks) },
        Ok((act, _)) => *act,
        Err(_) => Act::See,
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, desks, customers, logic, weather, steps } = self;
        writeln!(f, "seed {seed}: {desks} desks, {customers} customers, Your Logic {logic}, {weather:?}")?;
        for (number, (pause, step)) in steps.iter().enumerate() {
            writeln!(f, "  {number:2}. after {:3} ms: {step:?}", pause.as_millis())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_plan() {
        assert_eq!(Plan::new(7), Plan::new(7));
        assert_ne!(Plan::new(7), Plan::new(8));
    }
}
