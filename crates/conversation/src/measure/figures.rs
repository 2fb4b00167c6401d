//! Figures over rows: what they divide by what, in one place. Which rows, of which time, is the caller's.

use serde::{Deserialize, Serialize};

use super::rows::{EngagementRow, QueueOutcome};

/// A share, kept as the two numbers that it is made of, so that shares can be added up and never averaged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ratio {
    pub hits: u64,
    pub of: u64,
}

impl Ratio {
    /// Counts those for which `hit` holds.
    #[must_use]
    pub fn count<T>(items: impl IntoIterator<Item = T>, hit: impl Fn(&T) -> bool) -> Self {
        let count = |ratio: Self, item| Self { hits: ratio.hits + u64::from(hit(&item)), of: ratio.of + 1 };
        items.into_iter().fold(Self::default(), count)
    }

    /// The share; none of nothing.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of rows fit")]
    pub fn value(&self) -> Option<f64> {
        (self.of > 0).then(|| self.hits as f64 / self.of as f64)
    }
}

/// Sizes of a column, without its nulls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    pub count: u64,
    pub sum: i64,
    pub p50: Option<i64>,
    pub p90: Option<i64>,
    pub p99: Option<i64>,
    pub max: Option<i64>,
}

impl Summary {
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = Option<i64>>) -> Self {
        let mut values: Vec<i64> = values.into_iter().flatten().collect();
        values.sort_unstable();
        Self {
            count: u64::try_from(values.len()).unwrap_or(u64::MAX),
            sum: values.iter().sum(),
            p50: percentile(&values, 50),
            p90: percentile(&values, 90),
            p99: percentile(&values, 99),
            max: values.last().copied(),
        }
    }

    /// The mean; none of nothing.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "milliseconds fit")]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }
}

/// The smallest value that at least `percent` of the values do not exceed. `sorted` is ascending.
#[must_use]
pub fn percentile(sorted: &[i64], percent: usize) -> Option<i64> {
    let rank = (sorted.len() * percent.min(100)).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

/// The queues that count: ended, not returned, and not ended without a person within `short_ms`.
fn counted<'a>(
    queues: impl IntoIterator<Item = &'a EngagementRow>,
    short_ms: i64,
) -> impl Iterator<Item = &'a EngagementRow> {
    queues.into_iter().filter(move |queue| match queue.queue_outcome {
        Some(QueueOutcome::Answered) => true,
        Some(QueueOutcome::GivenUp | QueueOutcome::Left) => queue.queue_ms.is_some_and(|ms| ms > short_ms),
        Some(QueueOutcome::Returned | QueueOutcome::Open) | None => false,
    })
}

fn is_answered(queue: &EngagementRow) -> bool {
    queue.queue_outcome == Some(QueueOutcome::Answered)
}

/// The share of queues in which a person spoke within `service_ms`.
#[must_use]
pub fn service_level<'a>(queues: impl IntoIterator<Item = &'a EngagementRow>, service_ms: i64, short_ms: i64) -> Ratio {
    let in_time =
        |queue: &&EngagementRow| is_answered(queue) && queue.person_wait_ms.is_some_and(|ms| ms <= service_ms);
    Ratio::count(counted(queues, short_ms), in_time)
}

/// The share of queues in which a person joined within `service_ms`.
#[must_use]
pub fn service_level_join<'a>(
    queues: impl IntoIterator<Item = &'a EngagementRow>,
    service_ms: i64,
    short_ms: i64,
) -> Ratio {
    let in_time = |queue: &&EngagementRow| is_answered(queue) && queue.queue_ms.is_some_and(|ms| ms <= service_ms);
    Ratio::count(counted(queues, short_ms), in_time)
}

/// The share of queues that ended without a person.
#[must_use]
pub fn abandonment<'a>(queues: impl IntoIterator<Item = &'a EngagementRow>, short_ms: i64) -> Ratio {
    Ratio::count(counted(queues, short_ms), |queue| !is_answered(queue))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let four = [1, 2, 3, 4];
        for (percent, expected) in [(0, 1), (25, 1), (26, 2), (50, 2), (75, 3), (90, 4), (100, 4)] {
            assert_eq!(percentile(&four, percent), Some(expected), "p{percent}");
        }
        assert_eq!(percentile(&[], 50), None);
        let summary = Summary::of([Some(3), None, Some(1)]);
        assert_eq!((summary.count, summary.sum, summary.mean(), summary.p50), (2, 4, Some(2.0), Some(1)));
        assert_eq!(Summary::of([None]).mean(), None, "nothing is not zero");
        assert_eq!(Ratio::default().value(), None);
    }
}
