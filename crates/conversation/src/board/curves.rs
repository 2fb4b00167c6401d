//! The board's curves: what happened in each step of a time.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::time::Time;

/// What happened, in any order.
#[derive(Clone, Debug, Default)]
pub struct Happened {
    /// When conversations began.
    pub arrivals: Vec<Time>,
    /// When rounds were completed.
    pub completions: Vec<Time>,
    /// From when until when a person was wanted; none if one still is.
    pub wanted: Vec<(Time, Option<Time>)>,
    /// From when until when each agent was available; none if they still are.
    pub available: Vec<(Time, Option<Time>)>,
}

/// Curves of the same steps. Each has one value for each step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Curves {
    /// When the first step begins.
    pub from: Time,
    /// Length of a step, in milliseconds. The last one is not over.
    #[ts(type = "number")]
    pub step_ms: i64,
    /// Conversations that began.
    pub arrivals: Vec<u32>,
    /// Rounds that were completed.
    pub completions: Vec<u32>,
    /// The most at once for whom a person was wanted.
    pub wanted: Vec<u32>,
    /// Agents who were available at the step's end.
    pub available: Vec<u32>,
}

/// The curves of the last `steps` steps of `step_ms` milliseconds. Steps begin at whole multiples of their length, and the
/// last one has `now` in it.
#[must_use]
pub fn curves(happened: &Happened, now: Time, step_ms: i64, steps: u32) -> Curves {
    let step_ms = step_ms.max(1);
    let before = step_ms.saturating_mul(i64::from(steps.saturating_sub(1)));
    let from = Time(now.0.div_euclid(step_ms).saturating_mul(step_ms).saturating_sub(before));
    let grid = Grid { from, step_ms, steps: steps as usize };
    let (wanted, _) = grid.at_once(&happened.wanted);
    let (_, available) = grid.at_once(&happened.available);
    let (arrivals, completions) = (grid.count(&happened.arrivals), grid.count(&happened.completions));
    Curves { from, step_ms, arrivals, completions, wanted, available }
}

struct Grid {
    from: Time,
    step_ms: i64,
    steps: usize,
}

impl Grid {
    fn count(&self, times: &[Time]) -> Vec<u32> {
        let mut counts = vec![0; self.steps];
        for time in times {
            let step = usize::try_from(time.since(self.from).div_euclid(self.step_ms)).ok();
            if let Some(count) = step.and_then(|step| counts.get_mut(step)) {
                *count += 1;
            }
        }
        counts
    }

    /// Of spans, the most at once within each step, and how many there are at its end.
    fn at_once(&self, spans: &[(Time, Option<Time>)]) -> (Vec<u32>, Vec<u32>) {
        let mut edges: Vec<(Time, bool)> = Vec::with_capacity(2 * spans.len());
        for (begins, ends) in spans {
            if ends.is_none_or(|ends| ends > *begins) {
                edges.push((*begins, true));
                edges.extend(ends.map(|ends| (ends, false)));
            }
        }
        // Of two edges at the same time, the end comes first: one follows the other.
        edges.sort_unstable();
        let mut edges = edges.into_iter().peekable();
        let (mut now, mut most, mut last) = (0_u32, Vec::new(), Vec::new());
        let mut pass = |until: Time, now: &mut u32, peak: &mut u32| {
            while let Some((_, begins)) = edges.next_if(|(at, _)| *at < until) {
                *now = if begins { *now + 1 } else { now.saturating_sub(1) };
                *peak = (*peak).max(*now);
            }
        };
        pass(self.from, &mut now, &mut 0);
        let mut end = self.from;
        for _ in 0..self.steps {
            end = end.plus_ms(self.step_ms);
            let mut peak = now;
            pass(end, &mut now, &mut peak);
            most.push(peak);
            last.push(now);
        }
        (most, last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    fn at(minutes: i64, seconds: i64) -> Time {
        Time(minutes * MINUTE + seconds * 1_000)
    }

    #[test]
    fn each_step_counts_what_began_in_it_and_the_last_one_has_now_in_it() {
        let arrivals = vec![at(6, 59), at(7, 0), at(7, 30), at(9, 0), at(9, 20)];
        let curves = curves(&Happened { arrivals, ..Happened::default() }, at(9, 30), MINUTE, 3);
        assert_eq!((curves.from, curves.arrivals), (at(7, 0), vec![2, 0, 2]), "what is older has no step");
        assert_eq!(curves.completions, [0, 0, 0]);
    }

    #[test]
    fn a_wait_shorter_than_a_step_is_seen_and_one_that_goes_on_is_seen_in_each() {
        let wanted = vec![
            (at(7, 10), Some(at(7, 20))),
            (at(7, 20), Some(at(7, 40))),
            (at(8, 50), None),
            (at(8, 55), Some(at(9, 5))),
            (at(1, 0), Some(at(2, 0))),
            (at(8, 0), Some(at(8, 0))),
        ];
        let curves = curves(&Happened { wanted, ..Happened::default() }, at(10, 1), MINUTE, 4);
        assert_eq!(curves.wanted, [1, 2, 2, 1], "one that follows another is no second one");
    }

    #[test]
    fn agents_count_who_are_available_at_the_end_of_a_step() {
        let available = vec![(at(0, 0), Some(at(8, 30))), (at(8, 40), None)];
        let curves = curves(&Happened { available, ..Happened::default() }, at(9, 0), MINUTE, 3);
        assert_eq!(curves.available, [1, 1, 1]);
        let none = super::curves(&Happened::default(), Time(-1), 0, 0);
        assert!(none.wanted.is_empty());
    }
}
