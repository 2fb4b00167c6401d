//! The queue of commits from the writer thread to the fan-out. It loses none; if the fan-out is far behind, the writer
//! pauses after each commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::Commit;

/// Backlog beyond which the writer pauses.
const BEHIND: usize = 1_024;
/// Maximum pause of the writer after a commit.
const WAIT: Duration = Duration::from_secs(1);

/// The writer's end. It must not wait for ever: the fan-out may have ended with the runtime that waits for the writer.
pub(crate) struct CommitSender {
    commits: mpsc::UnboundedSender<Commit>,
    waiting: Arc<AtomicUsize>,
}

pub(crate) struct Commits {
    commits: mpsc::UnboundedReceiver<Commit>,
    waiting: Arc<AtomicUsize>,
}

pub(crate) fn channel() -> (CommitSender, Commits) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let waiting = Arc::<AtomicUsize>::default();
    (CommitSender { commits: sender, waiting: Arc::clone(&waiting) }, Commits { commits: receiver, waiting })
}

impl CommitSender {
    pub(crate) fn send(&self, commit: Commit) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        // The receiver is gone only while the hub stops.
        if self.commits.send(commit).is_err() {
            return;
        }
        let began = Instant::now();
        while self.waiting.load(Ordering::Relaxed) > BEHIND && !self.commits.is_closed() && began.elapsed() < WAIT {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Commits {
    /// The next commit. Cancel-safe.
    pub(crate) async fn recv(&mut self) -> Option<Commit> {
        let commit = self.commits.recv().await?;
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        Some(commit)
    }
}
