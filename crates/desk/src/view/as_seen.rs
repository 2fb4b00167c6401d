//! A conversation through one participant's eyes.

use serde::Serialize;
use tandem_conversation::as_seen::{Involvement, SeenMark, Viewpoint};
use tandem_conversation::{Channel, Participant, Time};
use ts_rs::TS;

use super::EntryView;

/// What can be scrubbed.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AsSeenView {
    /// The customer's name.
    pub customer: String,
    pub channel: Channel,
    pub viewpoint: Viewpoint,
    /// Whose eyes there are.
    pub people: Vec<EyesView>,
    pub started: Time,
    /// The last event that the log had.
    pub as_of: Time,
    /// Where something happened, oldest first.
    pub ticks: Vec<TickView>,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EyesView {
    pub viewpoint: Viewpoint,
    pub who: Participant,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TickView {
    pub at: Time,
    /// Somebody said something; otherwise people came and went, or something was delivered or seen.
    pub said: bool,
}

/// What the participant had on screen at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AsSeenMomentView {
    pub at: Time,
    /// How they were involved.
    pub involvement: Involvement,
    /// Since when; none if it never changed before.
    pub since: Option<Time>,
    /// The conversation was open to them.
    pub reads: bool,
    /// The newest, oldest first.
    pub entries: Vec<SeenEntryView>,
    /// How many older ones there were.
    pub left_out: u32,
    /// What had reached them and was not read.
    pub unread: u32,
    /// What nothing said to have reached them.
    pub undelivered: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SeenEntryView {
    pub entry: EntryView,
    /// None where the log keeps no receipts.
    pub mark: Option<SeenMark>,
    /// When its words were withdrawn, later: until then they were on the screen.
    pub withheld: Option<Time>,
}
