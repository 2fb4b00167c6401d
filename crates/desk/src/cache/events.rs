//! Table `events`: the hub's events, as far back as they are cached.
//!
//! The transcript is derived on request, not on arrival. Pages arrive in any order, receipts may precede their turns,
//! and improved wording applies to old conversations too.

use tandem_conversation::{Channel, Content, ConversationId, Event, EventBody, Position, Time, TurnId};
use tandem_sqlite::rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::media;
use super::packed::{pack, unpack};
use super::search::{self, Filing};
use super::{CacheError, id, translations};
use crate::entries::{Role, role};

pub(crate) const SCHEMA: &str = "
CREATE TABLE events (
    conversation BLOB NOT NULL,
    position     INTEGER NOT NULL,
    -- What the transcript makes of it: 0 nothing, 1 an entry, 2 a receipt, 3 a suggestion (also an entry),
    -- 4 a call for help (also an entry), 5 the end of a call.
    role         INTEGER NOT NULL,
    -- The turn that is added.
    turn         BLOB,
    -- The question that is answered.
    answers      BLOB,
    -- JSON, as it arrived.
    body         TEXT NOT NULL,
    PRIMARY KEY (conversation, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_shown ON events (conversation, position) WHERE role IN (1, 3, 4);
CREATE INDEX events_receipts ON events (conversation, position) WHERE role = 2;
CREATE INDEX events_suggestions ON events (conversation, position) WHERE role = 3;
CREATE INDEX events_calls ON events (conversation, position) WHERE role IN (4, 5);
CREATE INDEX events_turns ON events (turn) WHERE turn IS NOT NULL;
CREATE INDEX events_answers ON events (answers) WHERE answers IS NOT NULL;";

/// The same, packed, without what can be derived quickly. Cached events are fetched again.
pub(crate) const PACKED: &str = "
DELETE FROM conversations;
DELETE FROM meta WHERE key = 'cursor';
DROP TABLE events;
-- Conversations of which events are held, with a number that is shorter than the id.
CREATE TABLE numbers (
    number       INTEGER NOT NULL PRIMARY KEY,
    id           BLOB NOT NULL UNIQUE
) STRICT;
CREATE TABLE events (
    -- Its number.
    conversation INTEGER NOT NULL,
    position     INTEGER NOT NULL,
    -- What the transcript makes of it: 0 nothing, 1 an entry, 2 a receipt, 3 a suggestion (also an entry),
    -- 4 a call for help (also an entry), 5 the end of a call.
    role         INTEGER NOT NULL,
    -- The end of the id of the turn that is added.
    turn         INTEGER,
    -- The question that is answered.
    answers      BLOB,
    -- The row of the index under which the turn is filed; null for what is not found by words.
    found        INTEGER,
    -- The event's JSON as it arrived, packed.
    body         BLOB NOT NULL,
    PRIMARY KEY (conversation, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_receipts ON events (conversation, position) WHERE role = 2;
CREATE INDEX events_suggestions ON events (conversation, position) WHERE role = 3;
CREATE INDEX events_calls ON events (conversation, position) WHERE role IN (4, 5);
CREATE INDEX events_turns ON events (turn) WHERE turn IS NOT NULL;
CREATE INDEX events_answers ON events (answers) WHERE answers IS NOT NULL;
CREATE UNIQUE INDEX events_found ON events (found) WHERE found IS NOT NULL;";

/// The same in order of time: neighbours are stored together, and one row serves a turn's text and its event. Cached
/// events are fetched again.
pub(crate) const BY_TIME: &str = "
DELETE FROM conversations;
DELETE FROM meta WHERE key = 'cursor';
DELETE FROM numbers;
DROP TABLE events;
CREATE TABLE events (
    -- The millisecond in which it happened, or the next free one; the row of the index under which a turn is filed.
    id           INTEGER NOT NULL PRIMARY KEY,
    -- Its number.
    conversation INTEGER NOT NULL,
    position     INTEGER NOT NULL,
    -- What the transcript makes of it: 0 nothing, 1 an entry, 2 a receipt, 3 a suggestion (also an entry),
    -- 4 a call for help (also an entry), 5 the end of a call.
    role         INTEGER NOT NULL,
    -- The end of the id of the turn that is added, edited, withdrawn or reacted to.
    turn         INTEGER,
    -- The question that is answered.
    answers      BLOB,
    -- The event's JSON as it arrived, packed; without the words of withdrawn turns.
    body         BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_places ON events (conversation, position);
CREATE INDEX events_receipts ON events (conversation, position) WHERE role = 2;
CREATE INDEX events_suggestions ON events (conversation, position) WHERE role = 3;
CREATE INDEX events_calls ON events (conversation, position) WHERE role IN (4, 5);
CREATE INDEX events_turns ON events (turn) WHERE turn IS NOT NULL;
CREATE INDEX events_answers ON events (answers) WHERE answers IS NOT NULL;
-- Rows of words without their places, and beginnings of words as words of their own: phrases are checked in the turn.
DROP TABLE turns_index;
CREATE VIRTUAL TABLE turns_index USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = 'ascii', detail = none, prefix = '3'
);
INSERT INTO turns_index (turns_index, rank) VALUES ('pgsz', 3900);
DELETE FROM people;
INSERT INTO people_index (people_index) VALUES ('delete-all');";

/// Four-letter prefixes are terms of their own, because collecting them from many words was slow. Cached events are
/// fetched again.
pub(crate) const LONGER_BEGINNINGS: &str = "
DELETE FROM conversations;
DELETE FROM meta WHERE key = 'cursor';
DELETE FROM numbers;
DELETE FROM events;
DROP TABLE turns_index;
CREATE VIRTUAL TABLE turns_index USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = 'ascii', detail = none, prefix = '3 4'
);
INSERT INTO turns_index (turns_index, rank) VALUES ('pgsz', 3900);
DELETE FROM people;
INSERT INTO people_index (people_index) VALUES ('delete-all');";

/// The random end of a turn's id; callers compare the whole id with the result.
fn tail(turn: TurnId) -> i64 {
    (turn.0.as_u64_pair().1 & 0xffff_ffff).cast_signed()
}

/// The number of a conversation, assigned with its first event.
pub(super) fn number(connection: &Connection, of: ConversationId) -> Result<i64, CacheError> {
    let known = connection.prepare_cached(NUMBER)?.query_row([id(of.0)], |row| row.get(0)).optional()?;
    match known {
        Some(number) => Ok(number),
        None => {
            connection.prepare_cached("INSERT INTO numbers (id) VALUES (?1)")?.execute([id(of.0)])?;
            Ok(connection.last_insert_rowid())
        }
    }
}

const NUMBER: &str = "SELECT number FROM numbers WHERE id = ?1";
const REMOVE: &str = "DELETE FROM events WHERE conversation = (SELECT number FROM numbers WHERE id = ?1)";

/// Selects events of conversation ?1; the rest of the query follows.
macro_rules! of_conversation {
    ($rest:literal) => {
        concat!(
            "SELECT ?1, position, body FROM events WHERE conversation = (SELECT number FROM numbers WHERE id = ?1) AND ",
            $rest
        )
    };
}

/// Stores an event of a conversation on `channel`; a known position changes nothing.
pub(crate) fn insert(
    connection: &Connection,
    filing: &mut Filing,
    event: &Event,
    channel: Channel,
    body: &str,
) -> Result<(), CacheError> {
    let silenced = match &event.body {
        EventBody::TurnWithdrawn { turn } => {
            silence(connection, filing, *turn)?;
            None
        }
        body => match body.turn() {
            Some(turn) if channel.facts().quotes && is_withdrawn(connection, turn)? => Some(without_words(event)?),
            _ => None,
        },
    };
    let (event, body) = silenced.as_ref().map_or((event, body), |(event, body)| (event, body.as_str()));
    let answers = match event.body.content() {
        Some(Content::Answer { question, .. }) => Some(id(question.0)),
        _ => None,
    };
    let turn = about(&event.body).map(tail);
    let mut query = connection.prepare_cached(
        "INSERT INTO events (id, conversation, position, role, turn, answers, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (conversation, position) DO NOTHING",
    )?;
    let mut row = filing.row(event.time);
    let (conversation, role) = (filing.number(connection, event.conversation)?, role(event) as u8);
    let body = pack(event.conversation, event.position, body);
    for attempt in 0.. {
        match query.execute(params![row, conversation, event.position.0, role, turn, answers, body]) {
            Ok(0) => return Ok(()),
            Ok(_) => break,
            Err(error) if search::is_taken(&error) => row = search::next_row(row, attempt),
            Err(error) => return Err(error.into()),
        }
    }
    filing.add(event, row, tandem_search::filed::turn(event, channel));
    if let EventBody::TurnAdded { turn, .. } = &event.body
        && let Content::Attachment { media, .. } = &turn.content
    {
        media::mention(connection, media.id, event.conversation)?;
    }
    Ok(())
}

/// The turn that an event is about.
fn about(body: &EventBody) -> Option<TurnId> {
    match body {
        EventBody::Reacted { turn, .. } => Some(*turn),
        body => body.turn(),
    }
}

/// What happened to a turn since it was added, oldest first.
pub(crate) fn since_added(connection: &Connection, turn: TurnId) -> Result<Vec<Event>, CacheError> {
    let mut query = connection.prepare_cached(OF_TURN)?;
    let mut rows = query.query([tail(turn)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let event = event(row)?;
        if about(&event.body) == Some(turn) && !matches!(event.body, EventBody::TurnAdded { .. }) {
            found.push(event);
        }
    }
    found.sort_by_key(|event| event.position);
    Ok(found)
}

/// Whether the author has withdrawn this turn. Pages come in any order, so this may be known before its words.
fn is_withdrawn(connection: &Connection, turn: TurnId) -> Result<bool, CacheError> {
    let mut query = connection.prepare_cached(OF_TURN)?;
    let mut rows = query.query([tail(turn)])?;
    while let Some(row) = rows.next()? {
        if matches!(event(row)?.body, EventBody::TurnWithdrawn { turn: withdrawn } if withdrawn == turn) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Removes the words of a withdrawn turn, those before its edits included, from the file and the index.
fn silence(connection: &Connection, filing: &mut Filing, turn: TurnId) -> Result<(), CacheError> {
    let mut query = connection.prepare_cached(OF_TURN)?;
    let rows = query.query_map([tail(turn)], |row| Ok((row.get::<_, i64>(3)?, event(row))))?;
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    translations::forget_turn(connection, turn)?;
    for (row, found) in rows {
        let found = found?;
        if found.body.turn() != Some(turn) || found.body.content().is_none() {
            continue;
        }
        let (silent, body) = without_words(&found)?;
        let packed = pack(silent.conversation, silent.position, &body);
        connection.prepare_cached("UPDATE events SET body = ?2 WHERE id = ?1")?.execute(params![row, packed])?;
        filing.drop_row(row);
        search::forget_row(connection, row)?;
    }
    Ok(())
}

/// The event without its words, and its JSON.
fn without_words(event: &Event) -> Result<(Event, String), CacheError> {
    let mut silent = event.clone();
    if let Some(content) = silent.body.content_mut() {
        *content = Content::withdrawn();
    }
    let body = serde_json::to_string(&silent).map_err(|error| super::damaged("event", &error))?;
    Ok((silent, body))
}

pub(crate) fn remove(connection: &Connection, of: ConversationId) -> Result<(), CacheError> {
    search::forget(connection, of)?;
    translations::forget(connection, of)?;
    connection.prepare_cached(REMOVE)?.execute([id(of.0)])?;
    connection.prepare_cached("DELETE FROM numbers WHERE id = ?1")?.execute([id(of.0)])?;
    Ok(())
}

const SHOWN: &str = of_conversation!("position < ?2 AND role IN (1, 3, 4) ORDER BY position DESC LIMIT ?3");

/// The newest events before `before` that make entries, oldest first.
pub(crate) fn shown(
    connection: &Connection,
    of: ConversationId,
    before: Position,
    limit: u32,
) -> Result<Vec<Event>, CacheError> {
    let mut query = connection.prepare_cached(SHOWN)?;
    let rows = query.query_map(params![id(of.0), before.0, limit], |row| Ok(event(row)))?;
    let mut events = rows.map(|row| row?).collect::<Result<Vec<_>, _>>()?;
    events.reverse();
    Ok(events)
}

const SHOWN_FROM: &str = of_conversation!("position >= ?2 AND role IN (1, 3, 4) ORDER BY position LIMIT ?3");

/// The oldest events from `from` on that make entries, oldest first.
pub(crate) fn shown_from(
    connection: &Connection,
    of: ConversationId,
    from: Position,
    limit: u32,
) -> Result<Vec<Event>, CacheError> {
    let mut query = connection.prepare_cached(SHOWN_FROM)?;
    let rows = query.query_map(params![id(of.0), from.0, limit], |row| Ok(event(row)))?;
    rows.map(|row| row?).collect()
}

const RECEIPTS: &str = of_conversation!("position > ?2 AND role = 2 ORDER BY position");

/// Calls `each` with the receipts after `after`, oldest first, until it returns false.
pub(crate) fn receipts(
    connection: &Connection,
    of: ConversationId,
    after: Position,
    mut each: impl FnMut(&Event) -> bool,
) -> Result<(), CacheError> {
    let mut query = connection.prepare_cached(RECEIPTS)?;
    let mut rows = query.query(params![id(of.0), after.0])?;
    while let Some(row) = rows.next()? {
        if !each(&event(row)?) {
            break;
        }
    }
    Ok(())
}

const SUGGESTION: &str = of_conversation!("position > ?2 AND role = 3 ORDER BY position DESC LIMIT 1");

/// The latest suggestion after `after`.
pub(crate) fn suggestion(
    connection: &Connection,
    of: ConversationId,
    after: Position,
) -> Result<Option<Event>, CacheError> {
    let mut query = connection.prepare_cached(SUGGESTION)?;
    query.query_row(params![id(of.0), after.0], |row| Ok(event(row))).optional()?.transpose()
}

const CALL: &str = of_conversation!("position < ?2 AND role IN (4, 5) ORDER BY position DESC LIMIT 1");

/// Since when help was needed just before `before`.
pub(crate) fn call_before(
    connection: &Connection,
    of: ConversationId,
    before: Position,
) -> Result<Option<Time>, CacheError> {
    let mut query = connection.prepare_cached(CALL)?;
    let last = query.query_row(params![id(of.0), before.0], |row| Ok(event(row))).optional()?.transpose()?;
    Ok(last.and_then(|event| match event.body {
        EventBody::HelpRaised { help, waits_since } => Some(waits_since.unwrap_or(help.since)),
        _ => None,
    }))
}

/// All events, by conversation and position; for tests that inspect the file directly.
pub(crate) fn everything(connection: &Connection) -> Result<Vec<Event>, CacheError> {
    let sql = "SELECT n.id, e.position, e.body FROM events AS e JOIN numbers AS n ON n.number = e.conversation
               ORDER BY n.id, e.position";
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query([])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(event(row)?);
    }
    Ok(events)
}

const OF_TURN: &str = "SELECT n.id, e.position, e.body, e.id FROM events AS e
                       JOIN numbers AS n ON n.number = e.conversation WHERE e.turn = ?1";

const TURN: &str = "SELECT n.id, e.position, e.body FROM events AS e JOIN numbers AS n ON n.number = e.conversation
                    WHERE e.turn = ?1";

/// The position of a turn.
pub(crate) fn place_of(
    connection: &Connection,
    turn: TurnId,
) -> Result<Option<(ConversationId, Position)>, CacheError> {
    let mut query = connection.prepare_cached(TURN)?;
    let mut rows = query.query([tail(turn)])?;
    while let Some(row) = rows.next()? {
        let event = event(row)?;
        if matches!(&event.body, EventBody::TurnAdded { turn: added, .. } if added.id == turn) {
            return Ok(Some((event.conversation, event.position)));
        }
    }
    Ok(None)
}

const ONE: &str = of_conversation!("position = ?2");

/// The event that added a turn.
pub(crate) fn turn(connection: &Connection, of: ConversationId, turn: TurnId) -> Result<Option<Event>, CacheError> {
    let Some((_, position)) = place_of(connection, turn)?.filter(|(place, _)| *place == of) else { return Ok(None) };
    let mut query = connection.prepare_cached(ONE)?;
    query.query_row(params![id(of.0), position.0], |row| Ok(event(row))).optional()?.transpose()
}

const ANSWER: &str = "SELECT n.id, e.position, e.body FROM events AS e JOIN numbers AS n ON n.number = e.conversation
                      WHERE e.answers = ?1 LIMIT 1";

/// The choice taken in answer to a question.
pub(crate) fn chosen(connection: &Connection, question: TurnId) -> Result<Option<String>, CacheError> {
    let mut query = connection.prepare_cached(ANSWER)?;
    let answer = query.query_row([id(question.0)], |row| Ok(event(row))).optional()?.transpose()?;
    Ok(answer.and_then(|event| match event.body {
        EventBody::TurnAdded { turn, .. } => match turn.content {
            Content::Answer { choice, .. } => Some(choice),
            _ => None,
        },
        _ => None,
    }))
}

/// Reads a row of conversation, position and body.
pub(super) fn event(row: &Row<'_>) -> Result<Event, CacheError> {
    let (conversation, position) = (super::conversation_id(row.get(0)?), Position(row.get(1)?));
    let json = unpack(conversation, position, row.get_ref(2)?.as_blob().unwrap_or_default());
    Event::read(&json.unwrap_or_default()).map_err(|error| super::damaged("event", &error))
}

const TEXTS: &str = of_conversation!("position > 0 ORDER BY position");

/// All events of a conversation as received, oldest first.
pub(crate) fn texts(connection: &Connection, of: ConversationId) -> Result<Vec<String>, CacheError> {
    let mut query = connection.prepare_cached(TEXTS)?;
    let mut rows = query.query([id(of.0)])?;
    let mut texts = Vec::new();
    while let Some(row) = rows.next()? {
        let (position, body) = (Position(row.get(1)?), row.get_ref(2)?.as_blob().unwrap_or_default());
        texts.extend(unpack(of, position, body));
    }
    Ok(texts)
}

/// The file stores roles as numbers, which never change.
const _: () = assert!(Role::Entry as u8 == 1 && Role::Receipt as u8 == 2 && Role::Suggestion as u8 == 3);
const _: () = assert!(Role::Hidden as u8 == 0 && Role::Call as u8 == 4 && Role::Answered as u8 == 5);

#[cfg(test)]
mod tests {
    use tandem_conversation::{CommandId, Participant, Turn};

    use super::*;
    use crate::cache::testing::{assert_indexed, connection};

    #[test]
    fn every_part_of_a_transcript_is_answered_by_indices_alone() {
        for sql in [NUMBER, REMOVE, SHOWN, SHOWN_FROM, RECEIPTS, SUGGESTION, CALL, OF_TURN, TURN, ANSWER, TEXTS] {
            assert_indexed(sql);
        }
    }

    #[test]
    fn withdrawn_words_are_nowhere_in_whatever_order_pages_arrive() {
        let of = ConversationId(uuid::Uuid::from_u128(1));
        let (turn, received) = (TurnId(uuid::Uuid::from_u128(2)), Time(0));
        let said = |words: &str| Content::Text { text: words.into() };
        let bodies = [
            EventBody::TurnAdded { turn: Turn::new(turn, None, said("secret one")), received },
            EventBody::TurnEdited { turn, content: said("secret two"), silent: false, received },
            EventBody::TurnWithdrawn { turn },
        ];
        let events = (1_u32..).zip(bodies).map(|(position, body)| Event {
            conversation: of,
            position: Position(position),
            time: Time(position.into()),
            actor: Participant::Customer,
            cause: CommandId(uuid::Uuid::nil()),
            body,
        });
        let events: Vec<_> = events.collect();
        for order in [[0, 1, 2], [2, 1, 0], [2, 0, 1], [1, 2, 0], [0, 2, 1]] {
            for together in [true, false] {
                let connection = connection();
                let mut filing = Filing::default();
                for at in order {
                    let event: &Event = &events[at];
                    let body = serde_json::to_string(event).unwrap();
                    insert(&connection, &mut filing, event, Channel::Whatsapp, &body).unwrap();
                    if !together {
                        std::mem::take(&mut filing).finish(&connection).unwrap();
                    }
                }
                filing.finish(&connection).unwrap();
                let kept = everything(&connection).unwrap();
                assert_eq!(kept.len(), 3);
                assert!(!format!("{kept:?}").contains("secret"), "{order:?}: {kept:?}");
                let found = "SELECT count(*) FROM turns_index WHERE turns_index MATCH 'secret'";
                let found: i64 = connection.query_row(found, [], |row| row.get(0)).unwrap();
                assert_eq!(found, 0, "{order:?}, together: {together}");
            }
        }
    }
}
