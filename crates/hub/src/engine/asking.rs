//! Questions to Your Logic that are decided and written with what makes them due, which saves a commit between the
//! customer's words and the request.

use std::sync::Arc;

use tandem_conversation::RequestId;
use tandem_sql::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use uuid::Uuid;

use super::{Asked, Asking, Engine};
use crate::endpoint::Endpoint;

/// Where questions go, and how many may be under way.
pub(crate) struct Asker {
    endpoint: Arc<Endpoint>,
    slots: Arc<Semaphore>,
    timeout_ms: i64,
    /// Needs no limit: each question in it holds a slot.
    put: mpsc::UnboundedSender<Put>,
}

/// A question that is written, with its slot.
pub(crate) struct Put {
    pub asked: Asked,
    pub slot: OwnedSemaphorePermit,
}

impl Asker {
    pub(crate) fn new(
        endpoint: Arc<Endpoint>,
        slots: Arc<Semaphore>,
        timeout_ms: i64,
        put: mpsc::UnboundedSender<Put>,
    ) -> Self {
        Self { endpoint, slots, timeout_ms, put }
    }

    /// None while Your Logic is not asked, or too much is under way. Then the worker asks when it can.
    fn slot(&self) -> Option<OwnedSemaphorePermit> {
        let is_shut = self.endpoint.is_shut().is_some();
        if is_shut { None } else { Arc::clone(&self.slots).try_acquire_owned().ok() }
    }
}

/// The place of what belongs to no work of the group.
const NO_WORK: usize = usize::MAX;

impl Engine {
    /// Asks about everything that is due in this group.
    pub(super) fn put_due(&mut self, connection: &Connection) {
        let Some(asker) = self.asker.clone() else { return };
        let due = self.group.values().filter(|changed| changed.after.logic.is_due());
        let due: Vec<_> = due.map(|changed| changed.after.id).collect();
        for conversation in due {
            let Some(slot) = asker.slot() else { return };
            let expires = self.clock.now().plus_ms(asker.timeout_ms);
            let asking = Asking { conversation, request: RequestId(Uuid::now_v7()), expires };
            self.pending.begin(NO_WORK);
            match self.done(|engine| engine.ask(connection, &asking)) {
                Ok(Some(asked)) => self.put.push(Put { asked, slot }),
                Ok(None) => {}
                // The worker will find it.
                Err(error) => tracing::error!(%error, conversation.id = %conversation, "a question cannot be asked"),
            }
        }
    }

    /// Forgets the questions that could not be written.
    pub(super) fn keep_written(&mut self) {
        self.failed.remove(&NO_WORK);
        let group = &self.group;
        self.put.retain(|Put { asked, .. }| {
            let state = group.get(&asked.state.id).map(|changed| &changed.after);
            state.and_then(|state| state.logic.asked.as_ref()).is_some_and(|known| known.id == asked.request.id)
        });
    }

    /// Gives the written questions to those who send them.
    pub(super) fn send_put(&mut self) {
        let Some(asker) = &self.asker else { return };
        for put in self.put.drain(..) {
            // At the hub's end; the next start finds it.
            let _ = asker.put.send(put);
        }
    }
}
