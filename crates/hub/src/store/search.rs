//! The full-text index, in its own file `search.db`, whatever engine keeps the account.
//!
//! It holds only words and can be rebuilt from the events. Rows are positions in the account's log, so the newest come
//! first. A separate file costs the message writer nothing: another thread, another log, no sync.

use tandem_conversation::{Conversation, ConversationId, Event, EventBody, Time};
use tandem_search::filed;
use tandem_sql::{Connection, OptionalExtension as _};
use tandem_sqlite::Migration;
use tandem_sqlite::rusqlite::{Connection as Index, params};
use uuid::Uuid;

use super::{Id, StoreError};

pub(crate) const SCHEMA: &str = "
CREATE VIRTUAL TABLE turns_index USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'ascii');
-- What customers were known by when it changed.
CREATE VIRTUAL TABLE people_index USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'ascii');
-- How far the account's log is filed.
CREATE TABLE progress (
    one    INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    cursor INTEGER NOT NULL
) STRICT;
INSERT INTO progress (one, cursor) VALUES (1, 0);";

/// Migrations of the index, in order.
pub(crate) const MIGRATIONS: &[Migration] =
    &[Migration { name: "index", sql: SCHEMA }, Migration { name: "which log is filed", sql: LOG }];

const LOG: &str = "
-- Null: filed before logs had an identity.
ALTER TABLE progress ADD COLUMN log BLOB;";

/// The indexed log, if known.
pub(crate) fn log(connection: &Index) -> Result<Option<Uuid>, StoreError> {
    let mut query = connection.prepare_cached("SELECT log FROM progress")?;
    Ok(query.query_row([], |row| row.get::<_, Option<Id>>(0))?.map(|id| id.0))
}

/// Sets the indexed log.
pub(crate) fn set_log(connection: &Index, log: Uuid) -> Result<(), StoreError> {
    connection.prepare_cached("UPDATE progress SET log = ?1")?.execute([Id(log)])?;
    Ok(())
}

/// How far the log is indexed.
pub(crate) fn cursor(connection: &Index) -> Result<u64, StoreError> {
    let mut query = connection.prepare_cached("SELECT cursor FROM progress")?;
    Ok(query.query_row([], |row| row.get::<_, i64>(0))?.cast_unsigned())
}

/// What one part of the log adds.
#[derive(Debug, Default)]
pub(crate) struct Filing {
    turns: Vec<(u64, String)>,
    people: Vec<(u64, String)>,
    /// Turns whose words were withdrawn.
    gone: Vec<u64>,
    /// The position up to which the log is covered.
    pub(crate) up_to: u64,
}

impl Filing {
    /// Takes out the words at these places: their author withdrew them.
    pub(crate) fn withdraw(&mut self, places: Vec<u64>) {
        self.turns.retain(|(place, _)| !places.contains(place));
        self.gone.extend(places);
    }

    /// Adds the event at `seq` of the conversation whose state is now `state`.
    pub(crate) fn take(&mut self, seq: u64, event: &Event, state: &Conversation) {
        if let Some(document) = filed::turn(event, state.channel) {
            self.turns.push((seq, document));
        }
        if tells_who(&event.body) {
            let known = filed::known_by(&state.customer, &state.tags);
            self.people.push((seq, filed::person(state.id, state.channel, &known)));
        }
    }
}

/// Whether an event may change the customer's name or contacts, or the tags.
fn tells_who(body: &EventBody) -> bool {
    matches!(
        body,
        EventBody::Started { .. }
            | EventBody::CustomerRenamed { .. }
            | EventBody::CustomerNoted { .. }
            | EventBody::CustomerAttested { .. }
            | EventBody::CustomerLinked { .. }
            | EventBody::CustomChanged { .. }
            | EventBody::CustomerChanged { .. }
            | EventBody::TagsChanged { .. }
    )
}

/// Writes one part and its position, in one transaction.
pub(crate) fn put(connection: &Index, filing: &Filing) -> Result<(), StoreError> {
    for (sql, documents) in [
        ("INSERT INTO turns_index (rowid, words) VALUES (?1, ?2)", &filing.turns),
        ("INSERT INTO people_index (rowid, words) VALUES (?1, ?2)", &filing.people),
    ] {
        let mut query = connection.prepare_cached(sql)?;
        for (seq, document) in documents {
            query.execute(params![seq.cast_signed(), document])?;
        }
    }
    for place in &filing.gone {
        connection.prepare_cached("DELETE FROM turns_index WHERE rowid = ?1")?.execute([place.cast_signed()])?;
    }
    connection.prepare_cached("UPDATE progress SET cursor = ?1")?.execute([filing.up_to.cast_signed()])?;
    Ok(())
}

/// Deletes everything: another log was indexed.
pub(crate) fn clear(connection: &Index) -> Result<(), StoreError> {
    connection.execute_batch(
        "INSERT INTO turns_index (turns_index) VALUES ('delete-all');
         INSERT INTO people_index (people_index) VALUES ('delete-all');
         UPDATE progress SET cursor = 0;",
    )?;
    Ok(())
}

/// Places that are found at once.
pub(crate) const PAGE: usize = 256;

pub(crate) const FIND_TURNS: &str = "SELECT rowid FROM turns_index
     WHERE turns_index MATCH ?1 AND rowid < ?2 AND rowid >= ?3 ORDER BY rowid DESC LIMIT ?4";
pub(crate) const FIND_PEOPLE: &str = "SELECT rowid FROM people_index
     WHERE people_index MATCH ?1 AND rowid < ?2 AND rowid >= ?3 ORDER BY rowid DESC LIMIT ?4";

/// The next places that match, descending: at most [`PAGE`].
pub(crate) fn page(
    connection: &Index,
    sql: &str,
    expression: &str,
    from: i64,
    below: i64,
) -> Result<Vec<i64>, StoreError> {
    let mut query = connection.prepare_cached(sql)?;
    let places = query.query_map(params![expression, below, from, PAGE.cast_signed()], |row| row.get(0))?;
    Ok(places.collect::<Result<_, _>>()?)
}

/// The conversation at a position in the log.
pub(crate) fn conversation_at(connection: &Connection, seq: i64) -> Result<Option<ConversationId>, StoreError> {
    let mut query = connection.prepare_cached("SELECT conversation FROM events WHERE seq = ?1")?;
    Ok(query.query_row([seq], |row| Ok(ConversationId(row.get::<_, Id>(0)?.0))).optional()?)
}

/// The event at a position in the log.
pub(crate) fn event_at(connection: &Connection, seq: i64) -> Result<Option<Event>, StoreError> {
    let mut query = connection.prepare_cached("SELECT body FROM events WHERE seq = ?1")?;
    let body = query.query_row([seq], |row| row.get::<_, String>(0)).optional()?;
    body.map(|body| super::events::parse(&body)).transpose()
}

/// The first position not before `time`. Positions follow time, so a binary search finds it.
pub(crate) fn first_at(connection: &Connection, time: Time) -> Result<i64, StoreError> {
    let (mut low, mut high) = (1, super::events::last(connection)?.cast_signed() + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        match event_at(connection, middle)? {
            Some(event) if event.time < time => low = middle + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searches_are_answered_by_the_index() {
        let connection = Index::open_in_memory().unwrap();
        connection.execute_batch(SCHEMA).unwrap();
        for sql in [FIND_TURNS, FIND_PEOPLE] {
            let mut query = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let lines = query.query_map(params!["\"a\"", 1, 1, 1], |row| row.get::<_, String>(3)).unwrap();
            for line in lines.map(Result::unwrap) {
                assert!(line.contains("VIRTUAL TABLE INDEX") && !line.contains("TEMP B-TREE"), "{line}");
            }
        }
    }
}
