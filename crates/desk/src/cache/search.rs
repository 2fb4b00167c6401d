//! The full-text index: which turns and customers contain which words.
//!
//! The index holds words only; the texts are in events and states. A turn's row is its event's: the millisecond when
//! it was said, or the next free one. So the newest come first in whatever order pages arrive. Turns are indexed and
//! removed in their event's transaction.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use tandem_conversation::{Conversation, ConversationId, Event, Section, Time};
use tandem_search::{Candidate, Expression, Shelf, filed};
use tandem_sqlite::rusqlite::{self, Connection, OptionalExtension as _, params};

use super::{CacheError, conversation_id, conversations, events, id, tags};

pub(crate) const SCHEMA: &str = "
CREATE VIRTUAL TABLE turns_index USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'ascii');

-- What the customer of each conversation is known by; the latest change has the greatest id.
CREATE TABLE people (
    id           INTEGER NOT NULL PRIMARY KEY,
    conversation BLOB NOT NULL UNIQUE,
    -- Hash of what is filed, to notice when it changes.
    known        INTEGER NOT NULL
) STRICT;
CREATE VIRTUAL TABLE people_index USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'ascii');

-- A block of the index has to fit into a page of the encrypted file, which is 80 bytes shorter than others.
INSERT INTO turns_index (turns_index, rank) VALUES ('pgsz', 3900);
INSERT INTO people_index (people_index, rank) VALUES ('pgsz', 3900);";

/// Events of one transaction with their rows, and the words to index.
///
/// FTS5 starts a new segment whenever a row is not greater than the one before. So words are collected and written in
/// order at the end.
#[derive(Default)]
#[must_use = "turns are found only after `finish`"]
pub(crate) struct Filing {
    documents: Vec<(i64, String)>,
    last: Option<(Time, i64)>,
    numbers: HashMap<ConversationId, i64>,
}

impl Filing {
    /// The row to try first for an event of `time`. Events of the same moment stay in order of arrival.
    pub(crate) fn row(&mut self, time: Time) -> i64 {
        match self.last {
            Some((last_time, last)) if time >= last_time => time.0.max(last.saturating_add(1)),
            _ => time.0,
        }
    }

    /// The number of a conversation.
    pub(crate) fn number(&mut self, connection: &Connection, of: ConversationId) -> Result<i64, CacheError> {
        if let Some(number) = self.numbers.get(&of) {
            return Ok(*number);
        }
        let number = events::number(connection, of)?;
        self.numbers.insert(of, number);
        Ok(number)
    }

    /// Indexes an event's row under the words of `document`.
    pub(crate) fn add(&mut self, event: &Event, row: i64, document: Option<String>) {
        self.last = Some((event.time, row));
        self.documents.extend(document.map(|document| (row, document)));
    }

    /// Takes back what would be indexed under this row.
    pub(crate) fn drop_row(&mut self, row: i64) {
        self.documents.retain(|(filed, _)| *filed != row);
    }

    /// Writes the collected words.
    pub(crate) fn finish(mut self, connection: &Connection) -> Result<(), CacheError> {
        self.documents.sort_unstable_by_key(|(row, _)| *row);
        let mut query = connection.prepare_cached("INSERT INTO turns_index (rowid, words) VALUES (?1, ?2)")?;
        for (row, document) in &self.documents {
            query.execute(params![row, document])?;
        }
        Ok(())
    }
}

/// Steps grow with each attempt, so that even a crowded moment soon finds a free row.
pub(crate) fn next_row(row: i64, attempt: u32) -> i64 {
    row.saturating_add(1 << attempt.min(30))
}

/// Whether a statement failed because the row is taken.
pub(crate) fn is_taken(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::SqliteFailure(failure, _)
        if failure.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY)
}

const KNOWN: &str = "SELECT id, known FROM people WHERE conversation = ?1";

/// Indexes the customer's name and contacts and the tags, if they changed.
pub(crate) fn know(connection: &Connection, state: &Conversation) -> Result<(), CacheError> {
    let text = filed::known_by(&state.customer, &state.tags);
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let known = hasher.finish().cast_signed();
    let mut query = connection.prepare_cached(KNOWN)?;
    let before: Option<(i64, i64)> =
        query.query_row([id(state.id.0)], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let is_new = before.is_none() && !state.tags.is_empty();
    if is_new || before.is_some_and(|(_, same)| same != known) {
        tags::file(connection, state)?;
    }
    match before {
        Some((_, same)) if same == known => return Ok(()),
        Some((old, _)) => {
            connection.prepare_cached("DELETE FROM people_index WHERE rowid = ?1")?.execute([old])?;
            connection.prepare_cached("DELETE FROM people WHERE id = ?1")?.execute([old])?;
        }
        None => {}
    }
    let mut query = connection.prepare_cached("INSERT INTO people (conversation, known) VALUES (?1, ?2)")?;
    query.execute(params![id(state.id.0), known])?;
    connection
        .prepare_cached("INSERT INTO people_index (rowid, words) VALUES (?1, ?2)")?
        .execute(params![connection.last_insert_rowid(), filed::person(state.id, state.channel, &text),])?;
    Ok(())
}

const FILED: &str = "SELECT id FROM events
                     WHERE conversation = (SELECT number FROM numbers WHERE id = ?1) AND turn IS NOT NULL";

/// Removes a conversation from the index; its events must still exist.
pub(crate) fn forget(connection: &Connection, of: ConversationId) -> Result<(), CacheError> {
    let mut query = connection.prepare_cached(FILED)?;
    let rows = query.query_map([id(of.0)], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
    let mut remove = connection.prepare_cached("DELETE FROM turns_index WHERE rowid = ?1")?;
    for row in rows {
        remove.execute([row])?;
    }
    let mut query = connection.prepare_cached(KNOWN)?;
    if let Some(person) = query.query_row([id(of.0)], |row| row.get::<_, i64>(0)).optional()? {
        connection.prepare_cached("DELETE FROM people_index WHERE rowid = ?1")?.execute([person])?;
        connection.prepare_cached("DELETE FROM people WHERE id = ?1")?.execute([person])?;
    }
    tags::forget(connection, of)
}

/// Removes one turn from the index.
pub(crate) fn forget_row(connection: &Connection, row: i64) -> Result<(), CacheError> {
    connection.prepare_cached("DELETE FROM turns_index WHERE rowid = ?1")?.execute([row])?;
    Ok(())
}

pub(crate) fn forget_all(connection: &Connection) -> Result<(), CacheError> {
    connection.execute_batch(
        "INSERT INTO turns_index (turns_index) VALUES ('delete-all');
         INSERT INTO people_index (people_index) VALUES ('delete-all');
         DELETE FROM people; DELETE FROM numbers; DELETE FROM tags;",
    )?;
    Ok(())
}

const FIND_TURNS: &str = "SELECT rowid FROM turns_index
                          WHERE turns_index MATCH ?1 AND rowid < ?2 AND rowid >= ?3 ORDER BY rowid DESC";
const FOUND_TURN: &str = "SELECT n.id, e.position, e.body
                          FROM events AS e JOIN numbers AS n ON n.number = e.conversation WHERE e.id = ?1";

/// How far a crowded moment may push its turns, in milliseconds.
const MOVED: i64 = 60_000;

/// Turns of a period, newest first.
pub(crate) struct Turns<'a, Admits> {
    pub connection: &'a Connection,
    pub before: Option<Time>,
    pub after: Option<Time>,
    /// Whether turns of a conversation may be shown.
    pub admits: Admits,
}

impl<Admits: Fn(ConversationId) -> Result<bool, CacheError>> Shelf for Turns<'_, Admits> {
    type Item = Event;
    type Error = CacheError;

    fn walk(
        &self,
        expression: &Expression,
        below: i64,
        each: &mut dyn FnMut(i64, Option<Candidate<Event>>) -> bool,
    ) -> Result<(), CacheError> {
        // A turn may be in a later row than its time, never in an earlier one.
        let from = self.after.map_or(i64::MIN, |after| after.0);
        let below = self.before.map_or(below, |before| below.min(before.0.saturating_add(MOVED)));
        let mut find = self.connection.prepare_cached(FIND_TURNS)?;
        let mut found = self.connection.prepare_cached(FOUND_TURN)?;
        let mut rows = find.query(params![expression.to_string(), below, from])?;
        while let Some(row) = rows.next()? {
            let row: i64 = row.get(0)?;
            let candidate = found.query_row([row], |found| {
                let of = conversation_id(found.get(0)?);
                Ok(match (self.admits)(of) {
                    Ok(false) => Ok(None),
                    Ok(true) => events::event(found).map(Some),
                    Err(error) => Err(error),
                })
            });
            let event = candidate.optional()?.transpose()?.flatten();
            let event = event.filter(|event| {
                self.before.is_none_or(|before| event.time < before)
                    && self.after.is_none_or(|after| event.time >= after)
            });
            if !each(row, event.and_then(candidate_of)) {
                break;
            }
        }
        Ok(())
    }
}

fn candidate_of(event: Event) -> Option<Candidate<Event>> {
    Some(Candidate { text: filed::spoken(event.body.content()?)?, item: event })
}

const FIND_PEOPLE: &str = "SELECT rowid FROM people_index
                           WHERE people_index MATCH ?1 AND rowid < ?2 ORDER BY rowid DESC";
const FOUND_PERSON: &str = "SELECT conversation FROM people WHERE id = ?1";

/// Customers, last added first.
pub(crate) struct People<'a, Admits> {
    pub connection: &'a Connection,
    pub admits: Admits,
}

impl<Admits: Fn(ConversationId) -> Result<bool, CacheError>> Shelf for People<'_, Admits> {
    type Item = Conversation;
    type Error = CacheError;

    fn walk(
        &self,
        expression: &Expression,
        below: i64,
        each: &mut dyn FnMut(i64, Option<Candidate<Conversation>>) -> bool,
    ) -> Result<(), CacheError> {
        let mut find = self.connection.prepare_cached(FIND_PEOPLE)?;
        let mut found = self.connection.prepare_cached(FOUND_PERSON)?;
        let mut rows = find.query(params![expression.to_string(), below])?;
        while let Some(row) = rows.next()? {
            let row: i64 = row.get(0)?;
            let of = found.query_row([row], |found| Ok(conversation_id(found.get(0)?))).optional()?;
            let held = match of {
                Some(of) if (self.admits)(of)? => conversations::get(self.connection, of)?,
                _ => None,
            };
            let candidate = held.map(|held| Candidate {
                text: filed::known_by(&held.state.customer, &held.state.tags),
                item: held.state,
            });
            if !each(row, candidate) {
                break;
            }
        }
        Ok(())
    }
}

const IN_MY: &str = "SELECT id FROM conversations WHERE in_my = 1 LIMIT ?1";
const IN_HELP: &str = "SELECT id FROM conversations WHERE in_help = 1 LIMIT ?1";
const IN_LEFT: &str = "SELECT id FROM conversations WHERE in_left = 1 AND left_at > ?2 LIMIT ?1";
const IN_ALL: &str = "SELECT id FROM conversations WHERE in_all = 1 LIMIT ?1";

/// The conversations of a section, at most `limit`.
pub(crate) fn of_section(
    connection: &Connection,
    section: Section,
    left_after: Time,
    limit: usize,
) -> Result<Vec<ConversationId>, CacheError> {
    let sql = match section {
        Section::My => IN_MY,
        Section::Help => IN_HELP,
        Section::Left => IN_LEFT,
        Section::All => IN_ALL,
    };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut query = connection.prepare_cached(sql)?;
    query.raw_bind_parameter(1, limit)?;
    if section == Section::Left {
        query.raw_bind_parameter(2, left_after.0)?;
    }
    let mut rows = query.raw_query();
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(conversation_id(row.get(0)?));
    }
    Ok(found)
}

const IN_SECTIONS: &str =
    "SELECT in_my, in_help, in_left = 1 AND left_at > ?2, in_all FROM conversations WHERE id = ?1";

/// Whether a conversation is in one of `sections`.
pub(crate) fn is_in(
    connection: &Connection,
    of: ConversationId,
    sections: &[Section],
    left_after: Time,
) -> Result<bool, CacheError> {
    let mut query = connection.prepare_cached(IN_SECTIONS)?;
    let found = query
        .query_row(params![id(of.0), left_after.0], |row| {
            let [my, help, left, all] = [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?];
            Ok(sections.iter().any(|section| match section {
                Section::My => my,
                Section::Help => help,
                Section::Left => left,
                Section::All => all,
            }))
        })
        .optional()?;
    Ok(found.unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::testing::assert_indexed;

    #[test]
    fn every_search_is_answered_by_indices_alone() {
        for sql in [FIND_TURNS, FOUND_TURN, FIND_PEOPLE, FOUND_PERSON, KNOWN, FILED] {
            assert_indexed(sql);
        }
        for sql in [IN_MY, IN_HELP, IN_LEFT, IN_ALL, IN_SECTIONS] {
            assert_indexed(sql);
        }
    }

    #[test]
    fn rows_follow_time_and_not_arrival() {
        let mut filing = Filing::default();
        let event = |ms| Event {
            conversation: ConversationId(uuid::Uuid::nil()),
            position: tandem_conversation::Position(1),
            time: Time(ms),
            actor: tandem_conversation::Participant::Customer,
            cause: tandem_conversation::CommandId(uuid::Uuid::nil()),
            body: tandem_conversation::EventBody::Reopened,
        };
        let mut rows = Vec::new();
        for ms in [1000, 1000, 1000, 1001, 500, 501, 2000] {
            let row = filing.row(Time(ms));
            filing.add(&event(ms), row, None);
            rows.push(row);
        }
        assert_eq!(rows, [1000, 1001, 1002, 1003, 500, 501, 2000]);
    }
}
