//! The way of commits from the writer thread to whoever follows the log. The writer never waits: what finds no place is
//! left out, and read from the log.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{mpsc, watch};

use super::Commit;

/// Commits that wait for their reader.
const BACKLOG: usize = 1_024;

/// The writer's end.
pub(crate) struct CommitSender {
    commits: mpsc::Sender<Commit>,
    left_out: watch::Sender<u64>,
    leave_all_out: Arc<AtomicBool>,
}

/// The reader's end.
pub(crate) struct Commits {
    commits: mpsc::Receiver<Commit>,
    left_out: watch::Receiver<u64>,
}

/// What the writer has to tell.
pub(crate) enum News {
    Commit(Commit),
    /// The log goes on up to here.
    UpTo(u64),
}

/// With `leave_all_out`, every commit is read from the log: for tests.
pub(crate) fn channel(leave_all_out: Arc<AtomicBool>) -> (CommitSender, Commits) {
    let (sender, receiver) = mpsc::channel(BACKLOG);
    let (left_out, news) = watch::channel(0);
    (CommitSender { commits: sender, left_out, leave_all_out }, Commits { commits: receiver, left_out: news })
}

impl CommitSender {
    pub(crate) fn send(&self, commit: Commit) {
        let cursor = commit.cursor;
        if self.leave_all_out.load(Ordering::Relaxed) || self.commits.try_send(commit).is_err() {
            self.left_out.send_replace(cursor);
        }
    }
}

impl Commits {
    /// None when the writer has ended. Cancel-safe.
    pub(crate) async fn recv(&mut self) -> Option<News> {
        tokio::select! {
            biased;
            commit = self.commits.recv() => commit.map(News::Commit),
            Ok(()) = self.left_out.changed() => Some(News::UpTo(*self.left_out.borrow_and_update())),
        }
    }
}
