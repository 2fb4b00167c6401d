//! States of all conversations in progress, for the board, which looks at them often.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use tandem_conversation::Conversation;
use tandem_sqlite::rusqlite::Connection;

use super::{CacheError, conversations};

/// States that were read before, by the hash of their text. Of thousands, few change from one look to the next.
#[derive(Default)]
pub(crate) struct Known {
    hasher: RandomState,
    states: HashMap<u64, Arc<Conversation>>,
}

impl Known {
    /// All conversations in progress of which the user sees everything, in no order.
    pub(crate) fn read(&mut self, connection: &Connection) -> Result<Vec<Arc<Conversation>>, CacheError> {
        let mut query = connection.prepare_cached("SELECT state FROM conversations WHERE in_all = 1")?;
        let mut rows = query.query([])?;
        let mut now = HashMap::with_capacity(self.states.len());
        while let Some(row) = rows.next()? {
            let text: String = row.get(0)?;
            let hash = self.hasher.hash_one(&text);
            let state = match self.states.remove(&hash) {
                Some(state) => state,
                None => Arc::new(conversations::state(&text)?),
            };
            now.insert(hash, state);
        }
        self.states = now;
        Ok(self.states.values().cloned().collect())
    }
}
