//! Tells the interface what changed: ids instead of copies, batched per frame.
//!
//! One task sends all changes. A reader that cannot keep up gets `Everything` and reads again; nothing is lost
//! silently.

use std::collections::HashSet;
use std::time::Duration;

use tandem_conversation::ConversationId;
use tokio::sync::{broadcast, mpsc};
use tokio::time::Instant;

use crate::cache::{Marks, Told};
use crate::view::Change;

/// Emitting each change alone costs more than making it; this is two frames of a screen.
const WINDOW: Duration = Duration::from_millis(30);
/// Above this many conversations in one window, reading everything again is cheaper.
const MOST: usize = 300;
/// Batches that may wait for a slow reader.
const BACKLOG: usize = 64;

/// The channel for batches.
#[derive(Clone)]
pub(crate) struct Batches(broadcast::Sender<Vec<Change>>);

impl Default for Batches {
    fn default() -> Self {
        Self(broadcast::channel(BACKLOG).0)
    }
}

impl Batches {
    /// Creates a source of changes; [`Changes::start`] runs it once there is a runtime.
    pub(crate) fn changes(&self) -> (Changes, mpsc::UnboundedReceiver<Told>) {
        let (told, inbox) = mpsc::unbounded_channel();
        (Changes { told, batches: self.0.clone() }, inbox)
    }

    /// Sends without waiting for the window.
    pub(crate) fn tell_now(&self, change: Change) {
        // Without a listener nothing is lost: a later one reads everything.
        let _ = self.0.send(vec![change]);
    }

    pub(crate) fn subscribe(&self) -> ChangeStream {
        ChangeStream { batches: self.0.subscribe() }
    }
}

/// A handle of the batching task.
#[derive(Clone)]
pub(crate) struct Changes {
    told: mpsc::UnboundedSender<Told>,
    batches: broadcast::Sender<Vec<Change>>,
}

impl Changes {
    pub(crate) fn tell(&self, change: Change) {
        // The task lives as long as the desk.
        let _ = self.told.send(Told::Change(change));
    }

    pub(crate) fn teller(&self) -> mpsc::UnboundedSender<Told> {
        self.told.clone()
    }

    /// Runs until the desk ends. `touched` receives each commit's conversations at once.
    pub(crate) fn start(
        &self,
        mut inbox: mpsc::UnboundedReceiver<Told>,
        touched: mpsc::UnboundedSender<Marks>,
    ) -> tokio::task::JoinHandle<()> {
        let batches = self.batches.clone();
        tokio::spawn(async move {
            let mut window = Window::default();
            let mut due: Option<Instant> = None;
            loop {
                let told = match due {
                    None => inbox.recv().await,
                    Some(at) => match tokio::time::timeout_at(at, inbox.recv()).await {
                        Ok(told) => told,
                        Err(_) => {
                            due = None;
                            // Without a listener nothing is lost: a later one reads everything.
                            let _ = batches.send(window.close());
                            continue;
                        }
                    },
                };
                match told {
                    None => return,
                    Some(Told::Change(change)) => window.add(change),
                    Some(Told::Marks(marks)) => {
                        window.mark(&marks);
                        let _ = touched.send(marks);
                    }
                }
                due.get_or_insert_with(|| Instant::now() + WINDOW);
            }
        })
    }
}

/// Changes since the last batch.
#[derive(Default)]
struct Window {
    app: bool,
    lists: bool,
    conversations: HashSet<ConversationId>,
    everything: bool,
    /// Changes that cannot be merged, in order.
    others: Vec<Change>,
}

impl Window {
    fn mark(&mut self, marks: &Marks) {
        self.app |= marks.app || !marks.conversations.is_empty();
        self.lists |= !marks.conversations.is_empty();
        self.everything |= marks.everything;
        self.conversations.extend(&marks.conversations);
    }

    fn add(&mut self, change: Change) {
        match change {
            Change::App => self.app = true,
            Change::Lists => self.lists = true,
            Change::Everything => self.everything = true,
            Change::Conversation { id } => {
                self.conversations.insert(id);
            }
            other => self.others.push(other),
        }
    }

    fn close(&mut self) -> Vec<Change> {
        let window = std::mem::take(self);
        let mut batch = Vec::with_capacity(window.others.len() + window.conversations.len() + 2);
        if window.everything || window.conversations.len() > MOST {
            batch.push(Change::Everything);
        } else {
            batch.extend(window.app.then_some(Change::App));
            batch.extend(window.lists.then_some(Change::Lists));
            batch.extend(window.conversations.into_iter().map(|id| Change::Conversation { id }));
        }
        batch.extend(window.others);
        batch
    }
}

/// Batches of changes.
pub struct ChangeStream {
    batches: broadcast::Receiver<Vec<Change>>,
}

impl ChangeStream {
    /// The next batch; none when the desk has ended. A slow reader gets `Everything`.
    pub async fn next(&mut self) -> Option<Vec<Change>> {
        match self.batches.recv().await {
            Ok(batch) => Some(batch),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(vec![Change::Everything]),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conversation(number: u128) -> ConversationId {
        ConversationId(uuid::Uuid::from_u128(number))
    }

    #[tokio::test]
    async fn what_happens_within_one_frame_is_told_once() {
        let batches = Batches::default();
        let (changes, inbox) = batches.changes();
        let (touched, mut heard) = mpsc::unbounded_channel();
        changes.start(inbox, touched);
        let mut stream = batches.subscribe();
        for _ in 0..3 {
            let marks = Marks { conversations: HashSet::from([conversation(1)]), ..Marks::default() };
            changes.teller().send(Told::Marks(marks)).unwrap();
        }
        let batch = stream.next().await.unwrap();
        assert_eq!(batch, [Change::App, Change::Lists, Change::Conversation { id: conversation(1) }]);
        assert!(heard.recv().await.is_some(), "notices hear of each commit without waiting for the frame");
    }

    #[tokio::test]
    async fn a_reader_who_fell_behind_reads_everything_again() {
        let batches = Batches::default();
        let mut stream = batches.subscribe();
        for _ in 0..BACKLOG + 2 {
            batches.tell_now(Change::App);
        }
        assert_eq!(stream.next().await.unwrap(), [Change::Everything]);
    }
}
