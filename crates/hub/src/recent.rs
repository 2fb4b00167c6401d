//! Recently changed states, for frequent small lookups: who receives typing signals, and whether a receipt is news.
//! They may lag behind the writer by a moment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tandem_conversation::{Conversation, ConversationId};

/// States per generation; there are two.
const GENERATION: usize = 25_000;

#[derive(Default)]
pub(crate) struct Recent(Mutex<Generations>);

/// A state unused since the last change of generations is dropped at the next.
#[derive(Default)]
struct Generations {
    young: HashMap<ConversationId, Arc<Conversation>>,
    old: HashMap<ConversationId, Arc<Conversation>>,
}

impl Recent {
    pub(crate) fn get(&self, id: ConversationId) -> Option<Arc<Conversation>> {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(state) = states.young.get(&id) {
            return Some(Arc::clone(state));
        }
        let state = states.old.remove(&id)?;
        states.keep(Arc::clone(&state));
        Some(state)
    }

    /// Keeps a state, unless a newer one is known.
    pub(crate) fn put(&self, state: Arc<Conversation>) {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = states.young.get(&state.id).or_else(|| states.old.get(&state.id));
        if known.is_none_or(|known| known.position < state.position) {
            states.keep(state);
        }
    }
}

impl Generations {
    fn keep(&mut self, state: Arc<Conversation>) {
        if self.young.len() >= GENERATION && !self.young.contains_key(&state.id) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(state.id, state);
    }
}
