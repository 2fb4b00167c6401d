//! The queue as a whole: whether supervisors should be told that many calls for help wait.

use serde::{Deserialize, Serialize};

/// Length of the queue of open calls for help, for one supervisor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Queue {
    /// Nothing to report.
    #[default]
    Short,
    /// It exceeded the threshold and has not become short since.
    Long,
}

impl Queue {
    /// The queue after a change. It is long above the threshold, and short again only well below it, so that one call
    /// more or less is never news.
    #[must_use]
    pub fn with(self, calls: u32, threshold: u32) -> Self {
        let short_again = threshold.saturating_sub(threshold.div_ceil(4));
        match self {
            Self::Short if calls > threshold => Self::Long,
            Self::Long if calls <= short_again => Self::Short,
            same => same,
        }
    }
}
