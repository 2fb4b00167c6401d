//! Reports which conversations a commit changed.

use std::collections::HashSet;
use std::sync::PoisonError;

use tandem_conversation::ConversationId;
use tandem_sqlite::rusqlite::Connection;
use tandem_sqlite::{Companion, Finish};
use tokio::sync::mpsc;

use super::in_progress::News;
use crate::view::Change;

/// What a commit changed: ids instead of copies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    pub conversations: HashSet<ConversationId>,
    pub app: bool,
    pub everything: bool,
}

impl Marks {
    fn is_empty(&self) -> bool {
        self.conversations.is_empty() && !self.app && !self.everything
    }

    fn take_in(&mut self, other: Self) {
        self.conversations.extend(other.conversations);
        self.app |= other.app;
        self.everything |= other.everything;
    }
}

/// Collects the changes of a transaction and announces them after the commit.
pub(crate) struct Touched {
    /// Changes of the running write.
    now: Marks,
    /// Changes of the group's successful writes.
    group: Marks,
    told: mpsc::UnboundedSender<Told>,
    /// What the board has not looked at yet.
    news: News,
}

impl Touched {
    /// `told` hears of each commit, after it was added to `news`.
    pub(crate) fn new(told: mpsc::UnboundedSender<Told>, news: News) -> Self {
        Self { now: Marks::default(), group: Marks::default(), told, news }
    }

    pub(crate) fn conversation(&mut self, id: ConversationId) {
        self.now.conversations.insert(id);
    }

    pub(crate) fn app(&mut self) {
        self.now.app = true;
    }

    pub(crate) fn everything(&mut self) {
        self.now.everything = true;
    }
}

impl Companion for Touched {
    type Work = std::convert::Infallible;

    fn work(&mut self, _: &Connection, _: usize, work: Self::Work) -> Finish {
        match work {}
    }

    fn before_commit(&mut self, _: &Connection) -> Result<(), tandem_sqlite::Error> {
        Ok(())
    }

    fn committed(&mut self) {
        let marks = std::mem::take(&mut self.group);
        if !marks.is_empty() {
            self.news.lock().unwrap_or_else(PoisonError::into_inner).take_in(marks.clone());
            // The desk may have ended.
            let _ = self.told.send(Told::Marks(marks));
        }
    }

    fn rolled_back(&mut self) {
        self.group = Marks::default();
        self.now = Marks::default();
    }

    fn kept(&mut self) {
        let marks = std::mem::take(&mut self.now);
        self.group.take_in(marks);
    }

    fn undone(&mut self) {
        self.now = Marks::default();
    }
}

/// Inputs of the batching task ([`crate::changes`]).
pub(crate) enum Told {
    /// A commit of the cache.
    Marks(Marks),
    /// A change outside the cache.
    Change(Change),
}
