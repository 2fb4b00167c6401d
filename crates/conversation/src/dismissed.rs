//! A dismissed call for help, with everything that restoring it takes.

use serde::{Deserialize, Serialize};

use crate::help::NeedsHelp;
use crate::logic::Fallback;
use crate::participant::Participant;
use crate::time::Time;

/// How long a dismissal can be undone, in milliseconds.
pub const UNDO_MS: i64 = 10_000;
/// How long a command to undo it may travel, in milliseconds.
const TRAVEL_MS: i64 = 5_000;

/// The last call for help, if it was dismissed and not claimed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Dismissed {
    pub help: NeedsHelp,
    pub by: Participant,
    pub at: Time,
    /// Since when the customer waited for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for_person: Option<Time>,
    /// Whether Your Logic was engaged.
    pub engage_logic: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Fallback>,
    /// The engaged agents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<Participant>,
}

impl Dismissed {
    /// Until when it can be undone.
    #[must_use]
    pub fn until(&self) -> Time {
        self.at.plus_ms(UNDO_MS)
    }

    pub(crate) fn is_over(&self, now: Time) -> bool {
        now > self.until().plus_ms(TRAVEL_MS)
    }
}
