//! Who has a conversation at one instant. The four parts exclude each other, so times and counts of them add up.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// Who has the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// An agent or external agent is engaged.
    Person,
    /// No person is engaged, and one is wanted.
    Queue,
    /// Your Logic is engaged alone, and has not failed.
    Logic,
    /// Nobody has it, and nobody is wanted.
    Idle,
}

impl Part {
    pub const EVERY: [Self; 4] = [Self::Person, Self::Queue, Self::Logic, Self::Idle];

    /// The first of the four that applies.
    #[must_use]
    pub fn of(person: bool, wanted: bool, logic: bool) -> Self {
        match (person, wanted, logic) {
            (true, ..) => Self::Person,
            (_, true, _) => Self::Queue,
            (_, _, true) => Self::Logic,
            _ => Self::Idle,
        }
    }
}
