//! Recently changed states, for frequent small lookups: who receives typing signals, and whether a receipt is news.
//! They may lag behind the writer by a moment.

use std::sync::{Arc, Mutex, PoisonError};

use tandem_conversation::{Conversation, ConversationId};

use crate::generations::Generations;

/// States per generation, and their total stored size in bytes.
const GENERATION: usize = 25_000;
const GENERATION_BYTES: usize = 64 * 1024 * 1024;

pub(crate) struct Recent(Mutex<Generations<Arc<Conversation>>>);

impl Default for Recent {
    fn default() -> Self {
        Self(Mutex::new(Generations::of(GENERATION, GENERATION_BYTES)))
    }
}

impl Recent {
    pub(crate) fn get(&self, id: ConversationId) -> Option<Arc<Conversation>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id)
    }

    /// Keeps a state of this stored size, unless a newer one is known.
    pub(crate) fn put(&self, state: Arc<Conversation>, bytes: usize) {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if states.look(state.id).is_none_or(|known| known.position < state.position) {
            states.keep(state.id, state, bytes);
        }
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
