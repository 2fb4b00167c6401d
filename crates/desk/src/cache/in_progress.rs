//! The board's rows of all conversations in progress, which it looks at often.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tandem_conversation::ConversationId;
use tandem_conversation::board::{self, Row};
use tandem_sqlite::rusqlite::{Connection, OptionalExtension as _};

use super::marks::Marks;
use super::{CacheError, conversations, id};

/// What a conversation's row is now.
#[derive(Default)]
pub(super) enum New {
    Row(Arc<Row>),
    /// It is not in progress any more, or not visible.
    Gone,
    /// Nobody said: it must be read.
    #[default]
    Unread,
}

impl New {
    pub(super) fn of(row: Option<Row>) -> Self {
        row.map_or(Self::Gone, |row| Self::Row(Arc::new(row)))
    }
}

const ALL: &str = "SELECT state FROM conversations WHERE in_all = 1";
const ONE: &str = "SELECT state FROM conversations WHERE id = ?1 AND in_all = 1";

/// Maximum number of changed conversations between two looks; beyond it, the next look reads everything.
const MOST: usize = 20_000;

/// What was committed since the last look.
#[derive(Default)]
pub(crate) struct News(Mutex<Changed>);

/// Empty until the board is looked at for the first time.
#[derive(Default)]
struct Changed {
    are_wanted: bool,
    conversations: HashMap<ConversationId, New>,
}

impl News {
    fn changed(&self) -> MutexGuard<'_, Changed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn are_wanted(&self) -> bool {
        self.changed().are_wanted
    }

    /// A commit; `rows` in the order of their writes.
    pub(super) fn add(&self, marks: &Marks, rows: Vec<(ConversationId, New)>) {
        let mut changed = self.changed();
        if !changed.are_wanted {
            return;
        }
        for of in &marks.conversations {
            changed.conversations.entry(*of).or_default();
        }
        changed.conversations.extend(rows);
        if marks.everything || changed.conversations.len() > MOST {
            *changed = Changed::default();
        }
    }

    /// What changed since the last call; none if that is not known.
    fn take(&self) -> Option<HashMap<ConversationId, New>> {
        let before = std::mem::replace(&mut *self.changed(), Changed { are_wanted: true, ..Changed::default() });
        before.are_wanted.then_some(before.conversations)
    }
}

/// Rows as they were last; they say nothing of the clock. Of thousands, few change from one look to the next: these come
/// from who wrote them.
#[derive(Default)]
pub(crate) struct Known {
    rows: HashMap<ConversationId, Arc<Row>>,
    is_whole: bool,
    news: Arc<News>,
}

impl Known {
    /// Nothing is known; commits add to `news`.
    pub(super) fn new(news: Arc<News>) -> Self {
        Self { news, ..Self::default() }
    }

    /// All conversations in progress of which the user sees everything, in no order.
    pub(crate) fn read(&mut self, connection: &Connection) -> Result<Vec<Arc<Row>>, CacheError> {
        // What is committed from now on comes with the next look, even if this one sees it.
        let news = self.news.take();
        match news.filter(|_| std::mem::take(&mut self.is_whole)) {
            Some(news) => self.take_in(connection, news)?,
            None => self.read_all(connection)?,
        }
        self.is_whole = true;
        Ok(self.rows.values().cloned().collect())
    }

    fn read_all(&mut self, connection: &Connection) -> Result<(), CacheError> {
        self.rows.clear();
        let mut query = connection.prepare_cached(ALL)?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let state = conversations::state(row.get_ref(0)?.as_str().unwrap_or_default())?;
            self.keep(state.id, New::of(board::row(&state)));
        }
        Ok(())
    }

    fn keep(&mut self, of: ConversationId, new: New) {
        match new {
            New::Row(row) => drop(self.rows.insert(of, row)),
            New::Gone | New::Unread => drop(self.rows.remove(&of)),
        }
    }

    fn take_in(&mut self, connection: &Connection, news: HashMap<ConversationId, New>) -> Result<(), CacheError> {
        let mut query = connection.prepare_cached(ONE)?;
        for (of, new) in news {
            let new = match new {
                New::Unread => {
                    let found: Option<String> = query.query_row([id(of.0)], |row| row.get(0)).optional()?;
                    let state = found.map(|text| conversations::state(&text)).transpose()?;
                    New::of(state.as_ref().and_then(board::row))
                }
                known => known,
            };
            self.keep(of, new);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::cache::conversations::{Covered, Held};
    use crate::cache::{Touched, testing};
    use tandem_conversation::{Access, Conversation, Event, Position, Role, Skills, UserId};
    use tandem_sqlite::Companion as _;

    /// An empty cache whose writes the board hears of.
    fn board() -> (Connection, Arc<News>, Touched, Known) {
        let news = Arc::new(News::default());
        let touched = testing::touched_with(Arc::clone(&news));
        (testing::connection(), Arc::clone(&news), touched, Known::new(news))
    }

    fn begun(number: u128) -> Conversation {
        let event = serde_json::json!({ "conversation": Uuid::from_u128(number), "position": 1,
            "time": "2026-11-27T08:00:00Z", "actor": { "kind": "customer" }, "cause": Uuid::from_u128(8),
            "body": { "started": { "customer": { "id": Uuid::from_u128(9), "name": "Carmen" },
            "contact": Uuid::from_u128(10), "channel": "web_chat", "language": "de", "engageLogic": false } } });
        Conversation::begin(&Event::read(&event.to_string()).unwrap()).unwrap()
    }

    /// Not committed yet.
    fn save(connection: &Connection, touched: &mut Touched, state: &Conversation) {
        let (permissions, skills) = (Role::Supervisor.permissions(), Skills::default());
        let access = Access { user: UserId(Uuid::from_u128(1)), permissions: &permissions, skills: &skills };
        let (covered, hole) = (Covered::default(), Position::START);
        let held = Held { state: state.clone(), listed: true, covered, hole, stale: false };
        conversations::save(connection, touched, &held, &access).unwrap();
    }

    fn ids(known: &mut Known, connection: &Connection) -> Vec<ConversationId> {
        let mut ids: Vec<_> = known.read(connection).unwrap().iter().map(|row| row.conversation).collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn rows_come_from_who_writes_them_and_nothing_is_read_twice() {
        let (connection, _, mut touched, mut known) = board();
        let (one, two) = (begun(1), begun(2));
        save(&connection, &mut touched, &one);
        testing::commit(&mut touched);
        assert_eq!(ids(&mut known, &connection), [one.id], "nobody looked before: it is read");
        save(&connection, &mut touched, &two);
        testing::commit(&mut touched);
        // What is written alone is not looked at: it would be missed here.
        connection.execute("UPDATE conversations SET in_all = 0", []).unwrap();
        let first = known.read(&connection).unwrap();
        assert_eq!(first.len(), 2);
        let again = known.read(&connection).unwrap();
        assert!(first.iter().all(|row| again.iter().any(|other| Arc::ptr_eq(row, other))));
        conversations::remove(&connection, &mut touched, one.id).unwrap();
        testing::commit(&mut touched);
        assert_eq!(ids(&mut known, &connection), [two.id]);
        // Its state is the same; nobody has said its row.
        touched.conversation(two.id);
        testing::commit(&mut touched);
        assert_eq!(ids(&mut known, &connection), [], "it is read");
    }

    #[test]
    fn what_is_undone_is_no_row() {
        let (connection, _, mut touched, mut known) = board();
        assert_eq!(ids(&mut known, &connection), []);
        let (one, two, three) = (begun(1), begun(2), begun(3));
        save(&connection, &mut touched, &one);
        touched.undone();
        save(&connection, &mut touched, &two);
        touched.kept();
        touched.rolled_back();
        save(&connection, &mut touched, &three);
        testing::commit(&mut touched);
        assert_eq!(ids(&mut known, &connection), [three.id]);
    }

    #[test]
    fn everything_is_read_again_after_everything_changed_and_when_nobody_looked_for_long() {
        let (connection, news, mut touched, mut known) = board();
        let one = begun(1);
        assert_eq!(ids(&mut known, &connection), []);
        save(&connection, &mut touched, &one);
        touched.everything();
        testing::commit(&mut touched);
        connection.execute("DELETE FROM conversations", []).unwrap();
        assert_eq!(ids(&mut known, &connection), [], "what was written before it is no row");
        let most = u128::try_from(MOST).unwrap();
        let conversations = (0..=most).map(|number| ConversationId(Uuid::from_u128(number))).collect();
        news.add(&Marks { conversations, ..Marks::default() }, Vec::new());
        assert!(!news.are_wanted(), "nothing is gathered without an end");
        save(&connection, &mut touched, &one);
        testing::commit(&mut touched);
        assert_eq!(ids(&mut known, &connection), [one.id]);
    }
}
