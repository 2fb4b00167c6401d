//! A cache that forgets what was not asked for lately.

use std::collections::HashMap;

use tandem_conversation::ConversationId;

/// Values of conversations in two generations, each of at most so many values and bytes. What was not asked for since the last
/// change of generations is dropped at the next.
pub(crate) struct Generations<T> {
    most: usize,
    most_bytes: usize,
    young: HashMap<ConversationId, Kept<T>>,
    young_bytes: usize,
    old: HashMap<ConversationId, Kept<T>>,
}

#[derive(Clone)]
struct Kept<T> {
    value: T,
    bytes: usize,
}

impl<T: Clone> Generations<T> {
    pub(crate) fn of(most: usize, most_bytes: usize) -> Self {
        Self { most, most_bytes, young: HashMap::new(), young_bytes: 0, old: HashMap::new() }
    }

    pub(crate) fn get(&mut self, id: ConversationId) -> Option<T> {
        if let Some(kept) = self.young.get(&id) {
            return Some(kept.value.clone());
        }
        let Kept { value, bytes } = self.old.remove(&id)?;
        self.keep(id, value.clone(), bytes);
        Some(value)
    }

    /// The value, which nobody is taken to have asked for.
    pub(crate) fn look(&self, id: ConversationId) -> Option<&T> {
        self.young.get(&id).or_else(|| self.old.get(&id)).map(|kept| &kept.value)
    }

    pub(crate) fn keep(&mut self, id: ConversationId, value: T, bytes: usize) {
        if self.young.len() >= self.most || self.young_bytes >= self.most_bytes {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.young_bytes += bytes;
        let before = self.young.insert(id, Kept { value, bytes });
        self.young_bytes -= before.map_or(0, |before| before.bytes);
    }
}
