//! The board's rows of all conversations in progress, which it looks at often.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tandem_conversation::board::{self, Row};
use tandem_conversation::{Conversation, ConversationId};
use tandem_sqlite::rusqlite::{Connection, OptionalExtension as _};

use super::marks::Marks;
use super::{CacheError, conversations, id};

/// What was committed since the last look.
pub(super) type News = Arc<Mutex<Marks>>;

const ALL: &str = "SELECT state FROM conversations WHERE in_all = 1";
const ONE: &str = "SELECT state FROM conversations WHERE id = ?1 AND in_all = 1";

/// Rows as they were read last; they say nothing of the clock. Of thousands, few change from one look to the next: only
/// those are read again.
#[derive(Default)]
pub(crate) struct Known {
    rows: HashMap<ConversationId, Arc<Row>>,
    is_whole: bool,
    news: News,
}

impl Known {
    /// Nothing is known; commits add to `news`.
    pub(super) fn new(news: News) -> Self {
        Self { news, ..Self::default() }
    }

    /// All conversations in progress of which the user sees everything, in no order.
    pub(crate) fn read(&mut self, connection: &Connection) -> Result<Vec<Arc<Row>>, CacheError> {
        // What is committed from now on comes with the next look, even if this one sees it.
        let news = std::mem::take(&mut *self.news.lock().unwrap_or_else(PoisonError::into_inner));
        let was_whole = std::mem::take(&mut self.is_whole);
        match was_whole && !news.everything {
            true => self.read_again(connection, &news)?,
            false => self.read_all(connection)?,
        }
        self.is_whole = true;
        Ok(self.rows.values().cloned().collect())
    }

    fn read_all(&mut self, connection: &Connection) -> Result<(), CacheError> {
        self.rows.clear();
        let mut query = connection.prepare_cached(ALL)?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            self.keep(&conversations::state(row.get_ref(0)?.as_str().unwrap_or_default())?);
        }
        Ok(())
    }

    fn keep(&mut self, state: &Conversation) {
        match board::row(state) {
            Some(row) => self.rows.insert(state.id, Arc::new(row)),
            None => self.rows.remove(&state.id),
        };
    }

    fn read_again(&mut self, connection: &Connection, news: &Marks) -> Result<(), CacheError> {
        let mut query = connection.prepare_cached(ONE)?;
        for of in &news.conversations {
            let found: Option<String> = query.query_row([id(of.0)], |row| row.get(0)).optional()?;
            match found {
                Some(text) => self.keep(&conversations::state(&text)?),
                None => drop(self.rows.remove(of)),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::cache::conversations::{Covered, Held};
    use crate::cache::testing;
    use tandem_conversation::{Access, Position, Role, Skills, UserId};

    #[test]
    fn only_what_was_committed_since_is_read_again() {
        let connection = testing::connection();
        let news = News::default();
        let mut touched = testing::touched_with(Arc::clone(&news));
        let mut known = Known::new(news);
        let event = |number: u128| {
            let event = serde_json::json!({ "conversation": Uuid::from_u128(number), "position": 1,
                "time": "2026-11-27T08:00:00Z", "actor": { "kind": "customer" }, "cause": Uuid::from_u128(8),
                "body": { "started": { "customer": { "id": Uuid::from_u128(9), "name": "Carmen" },
                "contact": Uuid::from_u128(10), "channel": "web_chat", "language": "de", "engageLogic": false } } });
            Conversation::begin(&tandem_conversation::Event::read(&event.to_string()).unwrap()).unwrap()
        };
        let (permissions, skills) = (Role::Supervisor.permissions(), Skills::default());
        let access = Access { user: UserId(Uuid::from_u128(1)), permissions: &permissions, skills: &skills };
        let save = |state: &Conversation, touched: &mut crate::cache::Touched| {
            let (covered, hole) = (Covered::default(), Position::START);
            let held = Held { state: state.clone(), listed: true, covered, hole, stale: false };
            conversations::save(&connection, touched, &held, &access).unwrap();
            testing::commit(touched);
        };
        let (one, two) = (event(1), event(2));
        save(&one, &mut touched);
        assert_eq!(known.read(&connection).unwrap().len(), 1);
        save(&two, &mut touched);
        let first = known.read(&connection).unwrap();
        assert_eq!(first.len(), 2);
        let again = known.read(&connection).unwrap();
        assert!(first.iter().all(|row| again.iter().any(|other| Arc::ptr_eq(row, other))), "nothing is read twice");
        conversations::remove(&connection, &mut touched, one.id).unwrap();
        testing::commit(&mut touched);
        let left = known.read(&connection).unwrap();
        assert_eq!(left.iter().map(|row| row.conversation).collect::<Vec<_>>(), [two.id]);
    }
}
