//! Reports which conversations a commit changed.

use std::collections::HashSet;
use std::sync::Arc;

use tandem_conversation::ConversationId;
use tandem_conversation::board::Row;
use tandem_sqlite::rusqlite::Connection;
use tandem_sqlite::{Companion, Finish};
use tokio::sync::mpsc;

use super::in_progress::{New, News};
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
    /// The board's rows of the running write, and of the group's successful writes.
    rows_now: Vec<(ConversationId, New)>,
    rows: Vec<(ConversationId, New)>,
    /// What the board has not looked at yet.
    news: Arc<News>,
}

impl Touched {
    /// `told` hears of each commit, after it was added to `news`.
    pub(crate) fn new(told: mpsc::UnboundedSender<Told>, news: Arc<News>) -> Self {
        let (now, group) = (Marks::default(), Marks::default());
        Self { now, group, told, rows_now: Vec::new(), rows: Vec::new(), news }
    }

    pub(crate) fn conversation(&mut self, id: ConversationId) {
        self.now.conversations.insert(id);
    }

    /// A state was written. `row` makes its row, if the board is looked at.
    pub(crate) fn state(&mut self, id: ConversationId, row: impl FnOnce() -> Option<Row>) {
        self.conversation(id);
        if self.news.are_wanted() {
            self.rows_now.push((id, New::of(row())));
        }
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
        let (marks, rows) = (std::mem::take(&mut self.group), std::mem::take(&mut self.rows));
        if !marks.is_empty() {
            self.news.add(&marks, rows);
            // The desk may have ended.
            let _ = self.told.send(Told::Marks(marks));
        }
    }

    fn rolled_back(&mut self) {
        self.group = Marks::default();
        self.rows.clear();
        self.undone();
    }

    fn kept(&mut self) {
        let marks = std::mem::take(&mut self.now);
        self.group.take_in(marks);
        self.rows.append(&mut self.rows_now);
    }

    fn undone(&mut self) {
        self.now = Marks::default();
        self.rows_now.clear();
    }
}

/// Inputs of the batching task ([`crate::changes`]).
pub(crate) enum Told {
    /// A commit of the cache.
    Marks(Marks),
    /// A change outside the cache.
    Change(Change),
}
