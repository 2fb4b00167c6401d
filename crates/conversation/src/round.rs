//! The round of a conversation: from its start or a reopening to the completion.

use serde::{Deserialize, Serialize};

use crate::time::Time;

/// The round in progress, or the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CurrentRound {
    /// 1, 2, 3, …
    pub no: u32,
    pub since: Time,
    /// When we first answered the customer in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Time>,
}

impl CurrentRound {
    /// The first round.
    pub(crate) fn first(since: Time) -> Self {
        Self { no: 1, since, answered: None }
    }

    /// The round after this one.
    pub(crate) fn next(self, since: Time) -> Self {
        Self { no: self.no + 1, since, answered: None }
    }
}
