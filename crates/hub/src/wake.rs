//! Wakes the workers after a commit. A wake-up may be lost, because the work is in the store. Changes of presence are in
//! no store yet, so their queue has no limit; people make few of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tandem_conversation::{Conversation, ConversationId, EventBody, UserId};
use tandem_protocol::agents::AlertReport;
use tokio::sync::{Notify, mpsc, oneshot, watch};

use crate::engine::{Changed, Commit};
use crate::store::activity::Begun;
use crate::store::{StoreError, sends};

/// Wakes the workers that a commit concerns.
#[derive(Clone)]
pub(crate) struct Wake {
    pub logic: mpsc::Sender<ConversationId>,
    pub ledger: mpsc::Sender<Entry>,
    pub missed_calls: Arc<AtomicBool>,
    pub news: Arc<Notify>,
    /// For the follower of analytics: a signal wakes one.
    pub measured: Arc<Notify>,
    pub activity: mpsc::UnboundedSender<Begun>,
    /// For what a channel's queue sends.
    pub queued: watch::Sender<()>,
}

impl Wake {
    pub(crate) fn after(&self, commit: &Commit) {
        self.news.notify_one();
        self.measured.notify_one();
        if commit.changed.iter().any(|changed| sends::is_queued(changed.after.channel)) {
            self.queued.send_replace(());
        }
        for changed in &commit.changed {
            let state = &changed.after.logic;
            if state.is_due() {
                // A dropped wake-up is found at the next look at the store.
                let _ = self.logic.try_send(changed.after.id);
            }
            if let Some(entry) = entry_of(changed)
                && self.ledger.try_send(entry).is_err()
            {
                self.missed_calls.store(true, Ordering::Relaxed);
            }
        }
    }
}

/// Inputs of the alert ledger.
pub(crate) enum Entry {
    /// A call began, widened or ended.
    Changed(Arc<Conversation>, Vec<EventBody>),
    /// A desk's reports on its alerts. They queue behind the calls that they are about, because desks learn of those
    /// later.
    Reports(UserId, Vec<AlertReport>, oneshot::Sender<Result<(), StoreError>>),
}

/// The ledger's entry for a change, if it concerns a call for help.
fn entry_of(changed: &Changed) -> Option<Entry> {
    let calls = |body: &EventBody| {
        matches!(body, EventBody::HelpRaised { .. } | EventBody::HelpWidened { .. } | EventBody::HelpCleared { .. })
    };
    let bodies: Vec<_> = changed.events.iter().map(|(event, _)| &event.body).filter(|body| calls(body)).collect();
    match bodies.is_empty() {
        true => None,
        false => Some(Entry::Changed(Arc::clone(&changed.after), bodies.into_iter().cloned().collect())),
    }
}
