//! The supervisors' board as the interface shows it.

use serde::{Deserialize, Serialize};
use tandem_conversation::board::{Figures, GroupBy, Handler, Longest, Row, Watched};
use tandem_conversation::measure::Presence;
use tandem_conversation::{BrandId, Channel, ConversationId, Time, UserId};
use tandem_protocol::agents::Absence;
use ts_rs::TS;

/// Which conversations the board shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BoardOnly {
    #[default]
    All,
    /// A person is wanted, and none is engaged.
    Wanted,
    /// The customer's words have no answer of anyone.
    Unanswered,
    /// The same with a person engaged.
    UnansweredByPeople,
    /// A call for help is open.
    Calls,
    FallenBack,
    Undelivered,
    /// The customer waits, and the channel stops taking replies within an hour.
    Closing,
    /// A wait is over its limit.
    Over,
    /// Started within 60 minutes.
    New,
}

/// In which order rows stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BoardSort {
    /// Wanted longest, then unanswered longest.
    #[default]
    Urgency,
    Unanswered,
    Customer,
    Handler,
    Channel,
    Brand,
    Age,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BoardRequest {
    #[serde(default)]
    #[ts(as = "Option<BoardOnly>", optional)]
    pub only: BoardOnly,
    #[serde(default)]
    #[ts(as = "Option<BoardSort>", optional)]
    pub sort: BoardSort,
    /// The other way round.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub reverse: bool,
    #[serde(default)]
    #[ts(optional)]
    pub group: Option<GroupBy>,
    #[serde(default)]
    #[ts(optional)]
    pub handler: Option<Handler>,
    #[serde(default)]
    #[ts(optional)]
    pub channel: Option<Channel>,
    #[serde(default)]
    #[ts(optional)]
    pub brand: Option<BrandId>,
    #[serde(default)]
    #[ts(optional)]
    pub tag: Option<String>,
    /// Conversations in which this user is engaged.
    #[serde(default)]
    #[ts(optional)]
    pub agent: Option<UserId>,
    /// Name, last words or tags contain it.
    #[serde(default)]
    #[ts(as = "Option<String>", optional)]
    pub query: String,
    /// How many rows at most.
    pub limit: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BoardRow {
    pub row: Row,
    /// A wait is over its limit.
    pub over: bool,
    pub closes_soon: bool,
    /// The user takes part, or is invited.
    pub mine: bool,
}

/// Rows of a group, and what its header says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BoardGroup {
    /// What its rows have in common, as a word of the wire, a brand's name or a tag; none where they have none of it.
    pub name: Option<String>,
    pub count: u32,
    pub wanted: Longest,
    pub unanswered: Longest,
    pub rows: Vec<BoardRow>,
}

/// Who can handle conversations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BoardPerson {
    pub user: UserId,
    pub name: String,
    pub presence: Presence,
    pub absence: Option<Absence>,
    /// None if an older hub does not say.
    pub capacity: Option<u32>,
    pub engaged: u32,
    /// Of those, in how many the customer waits for an answer.
    pub unanswered: u32,
}

/// What is shown of a brand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BoardBrand {
    pub id: BrandId,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BoardView {
    /// By the hub's clock: now while it is heard, and otherwise when it was last heard.
    pub as_of: Time,
    /// Of everything in progress, whatever is shown.
    pub figures: Figures,
    /// Figures that are over their limits.
    pub over: Vec<Watched>,
    /// One without a name unless rows are grouped.
    pub groups: Vec<BoardGroup>,
    /// How many conversations fit the filters.
    pub total: u32,
    pub people: Vec<BoardPerson>,
    /// Those that conversations in progress have.
    pub channels: Vec<Channel>,
    pub brands: Vec<BoardBrand>,
    pub tags: Vec<String>,
}

/// Which rows of the day.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DayRowsRequest {
    /// As in the hub's figures.
    pub metric: String,
    /// When the day began.
    pub from: Time,
}

/// Rows behind a figure of the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DayRowsView {
    /// How many there are; the first of them are listed.
    #[ts(type = "number")]
    pub total: u64,
    pub rows: Vec<DayRowView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DayRowView {
    pub conversation: Option<ConversationId>,
    /// The customer's name, if the conversation is on this machine.
    pub name: Option<String>,
    pub at: Time,
    /// Milliseconds, or whether it hits (1 or 0); none where rows are only counted.
    #[ts(type = "number | null")]
    pub value: Option<i64>,
}
