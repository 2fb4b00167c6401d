//! Recently changed states, for frequent small lookups: who receives typing signals, and whether a receipt is news.
//! They may lag behind the writer by a moment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tandem_conversation::{Conversation, ConversationId};

/// States per generation, and their total stored size in bytes; there are two generations.
const GENERATION: usize = 25_000;
const GENERATION_BYTES: usize = 64 * 1024 * 1024;

#[derive(Default)]
pub(crate) struct Recent(Mutex<Generations>);

/// A state unused since the last change of generations is dropped at the next.
#[derive(Default)]
struct Generations {
    young: HashMap<ConversationId, Kept>,
    young_bytes: usize,
    old: HashMap<ConversationId, Kept>,
}

#[derive(Clone)]
struct Kept {
    state: Arc<Conversation>,
    bytes: usize,
}

impl Recent {
    pub(crate) fn get(&self, id: ConversationId) -> Option<Arc<Conversation>> {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = states.young.get(&id) {
            return Some(Arc::clone(&kept.state));
        }
        let kept = states.old.remove(&id)?;
        states.keep(kept.clone());
        Some(kept.state)
    }

    /// Keeps a state of this stored size, unless a newer one is known.
    pub(crate) fn put(&self, state: Arc<Conversation>, bytes: usize) {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = states.young.get(&state.id).or_else(|| states.old.get(&state.id));
        if known.is_none_or(|known| known.state.position < state.position) {
            states.keep(Kept { state, bytes });
        }
    }
}

impl Generations {
    fn keep(&mut self, kept: Kept) {
        if self.young.len() >= GENERATION || self.young_bytes >= GENERATION_BYTES {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.young_bytes += kept.bytes;
        let before = self.young.insert(kept.state.id, kept);
        self.young_bytes -= before.map_or(0, |before| before.bytes);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;
    use tandem_conversation::{Conversation, ConversationId, Time};
    use uuid::Uuid;

    use super::{GENERATION_BYTES, Recent};

    fn state(number: u128, position: u32) -> Arc<Conversation> {
        let (id, nobody) = (ConversationId(Uuid::from_u128(number)), Uuid::from_u128(9));
        let state = json!({ "id": id, "position": position, "customer": { "id": nobody, "name": "Carmen" },
            "contact": nobody, "channel": "web_chat", "status": { "status": "in_progress" }, "started": Time(0),
            "updated": Time(0), "logic": { "engaged": false }, "lastCustomer": 0, "lastLoud": 0 });
        Arc::new(Conversation::read(&state.to_string()).unwrap().0)
    }

    #[test]
    fn what_is_kept_has_an_end_in_bytes_and_what_is_asked_for_stays() {
        let recent = Recent::default();
        let position = |number| recent.get(ConversationId(Uuid::from_u128(number))).map(|state| state.position.0);
        recent.put(state(1, 1), 100);
        recent.put(state(1, 3), 100);
        recent.put(state(1, 2), 100);
        assert_eq!(position(1), Some(3), "an older one is not put over it");
        for number in 2..9 {
            recent.put(state(number, 1), GENERATION_BYTES / 2);
            assert_eq!(position(1), Some(3));
        }
        assert_eq!((position(2), position(8)), (None, Some(1)));
    }
}
