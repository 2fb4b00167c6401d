//! The newest turns of conversations that Your Logic is asked about, so that each question reads only what is new. Events never
//! change; what was edited or withdrawn is read again.

use std::sync::{Arc, Mutex, PoisonError};

use tandem_conversation::{ConversationId, Event, Position, limits};
use tandem_sql::Connection;

use crate::generations::Generations;
use crate::store::{StoreError, events};

/// Maximum turns in a request.
pub(crate) const TURNS: usize = limits::LOGIC_TURNS;
/// Maximum events read to find the turns.
const EVENTS: u32 = limits::LOGIC_EVENTS;

/// Conversations per generation, and the total size of their turns in bytes.
const GENERATION: usize = 5_000;
const GENERATION_BYTES: usize = 32 * 1024 * 1024;

pub(crate) struct Turns(Mutex<Generations<Arc<Known>>>);

/// The turns up to a position, each with its stored size in bytes.
struct Known {
    up_to: Position,
    turns: Vec<(Arc<Event>, usize)>,
}

impl Default for Turns {
    fn default() -> Self {
        Self(Mutex::new(Generations::of(GENERATION, GENERATION_BYTES)))
    }
}

impl Turns {
    /// The newest turns, oldest first: at most [`TURNS`], among the newest events.
    ///
    /// # Errors
    /// If the database cannot be read, or an event.
    pub(crate) fn of(&self, connection: &Connection, id: ConversationId) -> Result<Vec<Arc<Event>>, StoreError> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id);
        let after = known.as_ref().map(|known| known.up_to);
        let mut read = events::turns(connection, id, after, EVENTS, TURNS)?;
        if read.is_amended && known.is_some() {
            // Words that are known may have changed.
            read = events::turns(connection, id, None, EVENTS, TURNS)?;
        }
        let kept = known.filter(|_| !read.is_cut && !read.is_amended);
        let up_to = read.up_to.or(after).unwrap_or(Position::START);
        let oldest = i64::from(up_to.0) - i64::from(EVENTS);
        let new = read.turns.into_iter().map(|(event, bytes)| (Arc::new(event), bytes));
        let all = kept.iter().flat_map(|kept| &kept.turns).cloned().chain(new);
        let mut turns: Vec<_> = all.filter(|(event, _)| i64::from(event.position.0) > oldest).collect();
        turns.drain(..turns.len().saturating_sub(TURNS));
        let events = turns.iter().map(|(event, _)| Arc::clone(event)).collect();
        let bytes = turns.iter().map(|(_, bytes)| bytes).sum();
        let known = Arc::new(Known { up_to, turns });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).keep(id, known, bytes);
        Ok(events)
    }
}

#[cfg(test)]
mod tests {
    use tandem_conversation::{CommandId, Content, EventBody, Participant, Time, Turn, TurnId};
    use uuid::Uuid;

    use super::*;

    const ID: ConversationId = ConversationId(Uuid::from_u128(7));

    /// Writes events after `from` up to `to`; every second one is a turn.
    fn write(connection: &Connection, from: u32, to: u32) {
        for position in from + 1..=to {
            let content = Content::Text { text: format!("words {position}") };
            let id = TurnId(Uuid::from_u128(position.into()));
            let turn = Turn::new(id, None, content);
            let body = match position % 2 {
                0 => EventBody::TurnAdded { turn, received: Time(1) },
                _ => EventBody::FallbackCleared,
            };
            let (position, time, actor) = (Position(position), Time(1), Participant::Customer);
            let event = Event { conversation: ID, position, time, actor, cause: CommandId(Uuid::from_u128(1)), body };
            let text = serde_json::to_string(&event).unwrap();
            events::insert(connection, std::iter::once((position.0.into(), ID, position, text.as_str()))).unwrap();
        }
    }

    #[test]
    fn what_is_remembered_and_what_is_new_are_what_would_be_read_afresh() {
        let connection = Connection::in_memory().unwrap();
        connection.execute_batch(events::SCHEMA).unwrap();
        let turns = Turns::default();
        let mut at = 0;
        assert!(turns.of(&connection, ID).unwrap().is_empty());
        for more in [1, 3, 0, 10, 395, 2, 601, 1, 5_000, 4] {
            write(&connection, at, at + more);
            at += more;
            let (known, fresh) = (turns.of(&connection, ID).unwrap(), Turns::default().of(&connection, ID).unwrap());
            assert_eq!(known, fresh, "after {at} events");
            assert_eq!(known.len(), (at as usize / 2).min(TURNS));
        }
    }
}
