//! Thresholds: each says once that it was crossed, and once that things are well again.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::figures::Figures;

/// Whether a figure is over its limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    #[default]
    Normal,
    Over,
}

/// A limit. Between `off` and `on` nothing changes, so that a little more or less is never news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limit {
    /// Over above this.
    #[ts(type = "number")]
    pub on: i64,
    /// Normal again from here down.
    #[ts(type = "number")]
    pub off: i64,
}

impl Limit {
    /// Over above `on`, and normal again a quarter below it, as the queue of calls is.
    #[must_use]
    pub fn above(on: i64) -> Self {
        Self { on, off: on - (on + 3) / 4 }
    }

    /// For figures of which there may be too few: over below `on`, and normal again a quarter above it.
    #[must_use]
    pub fn below(on: i64) -> Self {
        Self { on, off: on + (on + 3) / 4 }
    }
}

impl Level {
    /// The level after a change.
    #[must_use]
    pub fn with(self, value: i64, limit: Limit) -> Self {
        match self {
            Self::Normal if value > limit.on => Self::Over,
            Self::Over if value <= limit.off => Self::Normal,
            same => same,
        }
    }
}

/// A figure with a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Watched {
    Wanted,
    Unanswered,
    Calls,
    Fallbacks,
    FreePlaces,
}

impl Watched {
    pub const EVERY: [Self; 5] = [Self::Wanted, Self::Unanswered, Self::Calls, Self::Fallbacks, Self::FreePlaces];
}

/// The limits of a brand or the account; none means that it is not watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Limits {
    /// The longest time for which a person is wanted, in milliseconds.
    pub wanted_ms: Option<Limit>,
    /// The longest time for which nobody answers, in milliseconds.
    pub unanswered_ms: Option<Limit>,
    /// Open calls for help.
    pub calls: Option<Limit>,
    /// Conversations that fell back in the last 10 minutes and have not recovered.
    pub fallbacks: Option<Limit>,
    /// Free places: over below `on`, normal again from `off` up.
    pub free_places: Option<Limit>,
}

impl Limits {
    /// A figure as it counts against its limit: more is worse.
    fn of(&self, watched: Watched, figures: &Figures) -> Option<(i64, Limit)> {
        let ms = |longest: Option<i64>| longest.unwrap_or(0);
        let (value, limit) = match watched {
            Watched::Wanted => (ms(figures.wanted.longest_ms), self.wanted_ms),
            Watched::Unanswered => (ms(figures.unanswered.longest_ms), self.unanswered_ms),
            Watched::Calls => (i64::from(figures.calls.total()), self.calls),
            Watched::Fallbacks => (i64::from(figures.fallen_back_lately), self.fallbacks),
            Watched::FreePlaces => {
                let limit = self.free_places.map(|limit| Limit { on: -limit.on, off: -limit.off });
                (-i64::from(figures.people.free_places), limit)
            }
        };
        limit.map(|limit| (value, limit))
    }
}

/// A figure crossed its limit, or came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Turned {
    pub watched: Watched,
    pub level: Level,
}

/// The figures that are over their limits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarms {
    over: BTreeSet<Watched>,
}

impl Alarms {
    #[must_use]
    pub fn level(&self, watched: Watched) -> Level {
        if self.over.contains(&watched) { Level::Over } else { Level::Normal }
    }

    /// The figures that are over, in the order of [`Watched::EVERY`].
    pub fn over(&self) -> impl Iterator<Item = Watched> + '_ {
        self.over.iter().copied()
    }

    /// Looks at new figures. Returns what turned since the last look; a limit that was taken away turns nothing.
    pub fn look(&mut self, figures: &Figures, limits: &Limits) -> Vec<Turned> {
        let mut turned = Vec::new();
        for watched in Watched::EVERY {
            let before = self.level(watched);
            let Some((value, limit)) = limits.of(watched, figures) else {
                self.over.remove(&watched);
                continue;
            };
            let level = before.with(value, limit);
            match level {
                Level::Over => self.over.insert(watched),
                Level::Normal => self.over.remove(&watched),
            };
            if level != before {
                turned.push(Turned { watched, level });
            }
        }
        turned
    }
}

#[cfg(test)]
mod tests {
    use super::super::figures::{Longest, People};
    use super::*;

    const SECOND: i64 = 1_000;

    fn waiting(seconds: Option<i64>, free_places: u32) -> Figures {
        let longest_ms = seconds.map(|seconds| seconds * SECOND);
        let wanted = Longest { count: u32::from(seconds.is_some()), longest_ms };
        Figures { wanted, people: People { free_places, ..People::default() }, ..Figures::default() }
    }

    #[test]
    fn a_limit_says_once_that_it_was_crossed_and_once_that_it_is_over() {
        let limits = Limits { wanted_ms: Some(Limit::above(60 * SECOND)), ..Limits::default() };
        let mut alarms = Alarms::default();
        let mut told = Vec::new();
        for seconds in [Some(59), Some(60), Some(61), Some(60), Some(46), Some(61), Some(45), Some(50), None] {
            let turned = alarms.look(&waiting(seconds, 0), &limits);
            told.extend(turned.into_iter().map(|turned| (seconds, turned.watched, turned.level)));
        }
        let expected = [(Some(61), Watched::Wanted, Level::Over), (Some(45), Watched::Wanted, Level::Normal)];
        assert_eq!(told, expected);
    }

    #[test]
    fn too_few_free_places_are_over_and_enough_are_normal() {
        let limits = Limits { free_places: Some(Limit::below(3)), ..Limits::default() };
        let mut alarms = Alarms::default();
        let levels = [3, 2, 3, 4, 3, 2].map(|places| {
            alarms.look(&waiting(None, places), &limits);
            alarms.level(Watched::FreePlaces)
        });
        let (normal, over) = (Level::Normal, Level::Over);
        assert_eq!(levels, [normal, over, over, normal, normal, over]);
        alarms.look(&waiting(None, 0), &limits);
        assert!(alarms.look(&waiting(None, 0), &Limits::default()).is_empty());
        assert_eq!(alarms.level(Watched::FreePlaces), normal, "nothing is over without a limit");
    }
}
