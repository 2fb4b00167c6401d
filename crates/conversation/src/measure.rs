//! Measuring: the rows of the analytics tables, from the events of conversations.
//!
//! One fold for everybody. [`measure`] folds a whole log; a follower keeps an [`Open`] of each conversation, gives
//! every event to [`Open::step`], and writes the [`Rows`] that it changed. Both give the same rows. It never looks at a
//! clock, at the engagements' own `since`, or at another conversation: events have the hub's time, which never runs
//! backwards within a conversation. Only shared
//! time ([`Rows::share`]) and whether a customer came back ([`Rows::come_back`]) need more than one conversation.

mod definitions;
mod engaging;
mod figures;
mod hours;
mod open;
mod rates;
mod reviewing;
mod round;
mod rows;
mod shared;
mod tables;
mod turns;

use std::collections::BTreeMap;

use crate::event::Event;
use crate::ids::ConversationId;

pub use definitions::{Definitions, Thresholds};
pub use figures::{Ratio, Summary, abandonment, percentile, service_level, service_level_join};
pub use hours::{Hours, Schedule, Weekly, date, local_day};
pub use open::Open;
pub use rates::{Rate, Rated};
pub use rows::{
    CallEnd, CallReason, CallRow, ConversationRow, Direction, Ended, EngagementRow, ExternalAgentRow, HandoverRow,
    Kind, LogicRequestRow, Origin, Outcome, QueueOutcome, RequestOutcome, ReviewRow, RoundId, RoundRow, StartCause,
    StartedBy, TagRow, TurnRow, TurnType,
};
pub use shared::{Activity, ActivityRow, Busy, Load, Presence, SLOT_MS, load, shared_ms, shares, slots};
pub use tables::{News, Reached, Rows, Table, Versioned, Which};

/// All rows of a log: its events in order, each with its position in the account's log. Events of several conversations
/// may be mixed. A conversation whose start is missing has no rows.
#[must_use]
pub fn measure<'a>(log: impl IntoIterator<Item = (u64, &'a Event)>, definitions: &Definitions) -> Rows {
    let mut open: BTreeMap<ConversationId, Open> = BTreeMap::new();
    let mut rows = Rows::default();
    for (position, event) in log {
        match open.get_mut(&event.conversation) {
            Some(open) => open.step(event, position, definitions, &mut rows),
            None => {
                let begun = Open::begin(event, position, &mut rows);
                open.extend(begun.map(|begun| (event.conversation, begun)));
            }
        }
        // All turns are at hand.
        rows.reached.clear();
    }
    rows.share();
    rows.come_back();
    rows
}
