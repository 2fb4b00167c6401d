//! One entry on a participant's screen, with the times of what became of it there.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use ts_rs::TS;
use utoipa::ToSchema;

use super::follow::NEVER;
use crate::event::{Event, EventBody};
use crate::participant::Participant;
use crate::time::Time;
use crate::turn::Content;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Sight {
    /// As it was added. Withdrawn words are left out, also of the time in which they were there.
    #[serde(deserialize_with = "event")]
    #[schema(value_type = Object)]
    pub event: Event,
    /// When it could be on their screen for the first time, if the conversation was open to them.
    pub from: Time,
    /// When it was gone from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// Of their own making.
    pub own: bool,
    /// The log says what became of it with them.
    pub tracked: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Time>,
    /// The channel refused it, or gave it up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<Time>,
    /// A colleague's screen had it before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colleague_delivered: Option<Time>,
    /// A colleague had seen it before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colleague_seen: Option<Time>,
    /// Other words that its author gave it, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<Edit>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<Reacted>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Time>,
}

/// Other words, from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Edit {
    pub at: Time,
    pub content: Content,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub silent: bool,
}

/// A reaction, from then on; none takes the one before back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reacted {
    pub at: Time,
    pub by: Participant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emoji: Option<String>,
}

/// What a participant knew of an entry at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SeenMark {
    Own,
    /// Nothing said yet that it had reached them.
    Undelivered,
    /// It had not reached them, and the channel had given up.
    Failed,
    /// It was there, unread.
    Unread,
    Seen,
    /// A colleague had received or seen it first; of the others the log keeps nothing.
    ByColleague,
}

impl Sight {
    pub(super) fn new(event: &Event, own: bool, tracked: bool) -> Self {
        Self {
            event: event.clone(),
            from: event.time,
            until: None,
            own,
            tracked: tracked && !own,
            delivered: None,
            seen: None,
            failed: None,
            colleague_delivered: None,
            colleague_seen: None,
            edits: Vec::new(),
            reactions: Vec::new(),
            withdrawn: None,
        }
    }

    /// Whether it was on the screen, if the conversation was open.
    #[must_use]
    pub fn is_there(&self, at: Time) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }

    /// None for what the log keeps no receipts of.
    #[must_use]
    pub fn mark(&self, at: Time) -> Option<SeenMark> {
        let by = |time: Option<Time>| time.is_some_and(|time| time <= at);
        if self.own {
            return Some(SeenMark::Own);
        }
        self.tracked.then(|| match () {
            () if by(self.seen) => SeenMark::Seen,
            () if by(self.colleague_seen) => SeenMark::ByColleague,
            () if by(self.delivered) => SeenMark::Unread,
            () if by(self.colleague_delivered) => SeenMark::ByColleague,
            () if by(self.failed) => SeenMark::Failed,
            () => SeenMark::Undelivered,
        })
    }

    /// The words at a moment, and whether they were a closing courtesy; none for what is no turn.
    #[must_use]
    pub fn words(&self, at: Time) -> Option<(&Content, bool)> {
        let edit = self.edits.iter().rfind(|edit| edit.at <= at).map(|edit| (&edit.content, edit.silent));
        edit.or(match &self.event.body {
            EventBody::TurnAdded { turn, .. } => Some((&turn.content, turn.silent)),
            _ => None,
        })
    }

    /// Whether its words are withheld because they were withdrawn later: at that moment they were still there.
    #[must_use]
    pub fn is_withheld(&self, at: Time) -> bool {
        self.withdrawn.is_some_and(|withdrawn| at < withdrawn)
    }

    /// Everybody's reaction at a moment.
    #[must_use]
    pub fn reactions_at(&self, at: Time) -> Vec<&Reacted> {
        let mut all: Vec<&Reacted> = Vec::new();
        for reaction in self.reactions.iter().filter(|reaction| reaction.at <= at) {
            all.retain(|other| !other.by.same(&reaction.by));
            all.extend(reaction.emoji.is_some().then_some(reaction));
        }
        all
    }

    pub(super) fn withdraw(&mut self, at: Time) {
        self.withdrawn = Some(at);
        let edits = self.edits.iter_mut().map(|edit| &mut edit.content);
        edits.chain(self.event.body.content_mut()).for_each(|content| *content = Content::withdrawn());
    }

    pub(super) fn deliver(&mut self, at: Time) {
        self.delivered.get_or_insert(at);
    }

    pub(super) fn see(&mut self, at: Time) {
        self.delivered.get_or_insert(at);
        self.seen.get_or_insert(at);
    }

    /// The moments at which it changed.
    pub(super) fn moments(&self) -> impl Iterator<Item = Time> {
        let once = [Some(self.from), self.until, self.delivered, self.seen, self.failed, self.withdrawn];
        let once = once.into_iter().chain([self.colleague_delivered, self.colleague_seen]).flatten();
        let often = self.edits.iter().map(|edit| edit.at).chain(self.reactions.iter().map(|reaction| reaction.at));
        once.chain(often).filter(|at| *at != NEVER && *at >= self.from)
    }
}

/// An event of this or a newer version.
fn event<'de, D: Deserializer<'de>>(reader: D) -> Result<Event, D::Error> {
    let raw = Box::<RawValue>::deserialize(reader)?;
    Event::read(raw.get()).map_err(serde::de::Error::custom)
}
