//! Rows in groups, with what their headers say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::figures::Longest;
use super::{Handler, Row};
use crate::channel::Channel;
use crate::help::Reach;
use crate::ids::{BrandId, ConversationId};
use crate::time::Time;

/// What rows have in common in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum GroupBy {
    Handler,
    Channel,
    Brand,
    Reach,
    Tag,
}

/// One group's common property; none where a row has none of the kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "by", content = "is", rename_all = "snake_case")]
pub enum Common {
    Handler(Handler),
    Channel(Channel),
    Brand(Option<BrandId>),
    Reach(Option<Reach>),
    Tag(Option<String>),
}

impl GroupBy {
    /// A conversation with several tags is in the group of each.
    fn of(self, row: &Row) -> Vec<Common> {
        match self {
            Self::Handler => vec![Common::Handler(row.handler)],
            Self::Channel => vec![Common::Channel(row.channel)],
            Self::Brand => vec![Common::Brand(row.brand)],
            Self::Reach => vec![Common::Reach(row.call.as_ref().map(|call| call.reach))],
            Self::Tag if row.tags.is_empty() => vec![Common::Tag(None)],
            Self::Tag => row.tags.iter().map(|tag| Common::Tag(Some(tag.clone()))).collect(),
        }
    }
}

/// A group of rows, in the board's order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    pub common: Common,
    pub conversations: Vec<ConversationId>,
    pub wanted: Longest,
    pub unanswered: Longest,
}

/// The rows in groups. The group with the most urgent row comes first.
#[must_use]
pub fn groups<'a>(rows: impl IntoIterator<Item = &'a Row>, by: GroupBy, now: Time) -> Vec<Group> {
    let mut rows: Vec<&Row> = rows.into_iter().collect();
    rows.sort_by_cached_key(|row| row.urgency());
    let mut groups: Vec<Group> = Vec::new();
    // Properties have no order of their own; their text tells them apart.
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows {
        for common in by.of(row) {
            let place = *places.entry(format!("{common:?}")).or_insert(groups.len());
            if place == groups.len() {
                let (wanted, unanswered) = (Longest::default(), Longest::default());
                groups.push(Group { common, conversations: Vec::new(), wanted, unanswered });
            }
            let group = &mut groups[place];
            group.conversations.push(row.conversation);
            group.wanted.add(row.wanted_since, now);
            group.unanswered.add(row.unanswered_since, now);
        }
    }
    groups
}
