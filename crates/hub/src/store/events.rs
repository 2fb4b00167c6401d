//! The account's log: all events of all conversations, in one order without gaps.

mod amendments;

use tandem_conversation::{Conversation, ConversationId, Event, EventBody, Position, Time, TurnId};
use tandem_sql::{Connection, OptionalExtension as _, Row, params};

use super::{Id, StoreError, passable};
pub(crate) use amendments::{Amendments, amendments};

pub(crate) const SCHEMA: &str = "
CREATE TABLE events (
    -- Place in the account's log: 1, 2, 3, … without gaps, so that a cursor resumes exactly.
    seq          INTEGER NOT NULL PRIMARY KEY,
    conversation BLOB NOT NULL,
    -- Place in the conversation.
    position     INTEGER NOT NULL,
    -- The event as JSON, as it travels.
    body         TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_of_conversation ON events (conversation, position);";

/// One row of the log.
pub(crate) struct Logged {
    pub seq: u64,
    pub conversation: ConversationId,
    pub body: String,
}

/// Appends events: each with its place in the log, its conversation, its place there, and its JSON.
pub(crate) fn insert<'a>(
    connection: &Connection,
    events: impl Iterator<Item = (u64, ConversationId, Position, &'a str)>,
) -> Result<(), StoreError> {
    let mut query =
        connection.prepare_cached("INSERT INTO events (seq, conversation, position, body) VALUES (?1, ?2, ?3, ?4)")?;
    for (seq, conversation, position, body) in events {
        query.execute_later(params![seq.cast_signed(), Id(conversation.0), position.0, body])?;
    }
    Ok(())
}

/// The last position in the account's log; 0 if it is empty.
pub(crate) fn last(connection: &Connection) -> Result<u64, StoreError> {
    let mut query = connection.prepare_cached("SELECT coalesce(max(seq), 0) FROM events")?;
    Ok(query.query_row([], |row| row.get::<_, i64>(0))?.cast_unsigned())
}

/// Events per query of a page.
const AT_ONCE: u32 = 256;
const AFTER: &str = "SELECT seq, conversation, body FROM events WHERE seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3";

/// The log after `cursor` up to `to`, oldest first.
pub(crate) fn after(connection: &Connection, cursor: u64, to: u64, limit: u32) -> Result<Vec<Logged>, StoreError> {
    let mut query = connection.prepare_cached(AFTER)?;
    let rows = query.query_map(params![cursor.cast_signed(), to.cast_signed(), limit], logged)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// [`after`], limited to about `bytes`; at least one event if there is any.
pub(crate) fn page_after(
    connection: &Connection,
    cursor: u64,
    to: u64,
    bytes: usize,
) -> Result<Vec<Logged>, StoreError> {
    let (mut page, mut length, mut cursor) = (Vec::new(), 0, cursor);
    while cursor < to {
        let part = after(connection, cursor, to, AT_ONCE)?;
        cursor = if part.len() < AT_ONCE as usize { to } else { part.last().map_or(to, |last| last.seq) };
        for logged in part {
            if length >= bytes {
                return Ok(page);
            }
            length += logged.body.len();
            page.push(logged);
        }
    }
    Ok(page)
}

fn logged(row: &Row<'_>) -> Result<Logged, tandem_sql::Error> {
    Ok(Logged {
        seq: row.get::<_, i64>(0)?.cast_unsigned(),
        conversation: ConversationId(row.get::<_, Id>(1)?.0),
        body: row.get(2)?,
    })
}

const BODIES: &str = "SELECT body FROM events WHERE conversation = ?1 AND position > ?2 ORDER BY position LIMIT ?3";

/// The stored events of one conversation after `after`, oldest first.
pub(crate) fn bodies_after(
    connection: &Connection,
    conversation: ConversationId,
    after: Position,
    limit: u32,
) -> Result<Vec<String>, StoreError> {
    let mut query = connection.prepare_cached(BODIES)?;
    let rows = query.query_map(params![Id(conversation.0), after.0, limit], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

const LOGGED: &str =
    "SELECT seq, conversation, body FROM events WHERE conversation = ?1 AND seq <= ?2 ORDER BY position";

/// The events of one conversation up to a place of the account's log, oldest first.
pub(crate) fn of_conversation_up_to(
    connection: &Connection,
    conversation: ConversationId,
    to: u64,
) -> Result<Vec<Logged>, StoreError> {
    let mut query = connection.prepare_cached(LOGGED)?;
    let rows = query.query_map(params![Id(conversation.0), to.cast_signed()], logged)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

const TOUCHED: &str = "SELECT DISTINCT conversation FROM events WHERE seq > ?1 AND seq <= ?2";

/// The conversations that changed after `cursor` up to `to`.
pub(crate) fn touched(connection: &Connection, cursor: u64, to: u64) -> Result<Vec<ConversationId>, StoreError> {
    let mut query = connection.prepare_cached(TOUCHED)?;
    let rows = query
        .query_map(params![cursor.cast_signed(), to.cast_signed()], |row| Ok(ConversationId(row.get::<_, Id>(0)?.0)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    /// The newest events before this position.
    Before(Position),
    /// The oldest events after this position.
    After(Position),
}

/// A part of one conversation, oldest first, and whether more follows in the requested direction. Damaged events are
/// left out.
pub(crate) fn of_conversation(
    connection: &Connection,
    conversation: ConversationId,
    part: Part,
    limit: u32,
) -> Result<(Vec<Event>, bool), StoreError> {
    let (texts, more) = texts_of_conversation(connection, conversation, part, limit, usize::MAX)?;
    let events = texts.iter().filter_map(|text| passable(parse(text)).transpose()).collect::<Result<_, _>>()?;
    Ok((events, more))
}

const FIRST: &str = "SELECT position, body FROM events WHERE conversation = ?1 ORDER BY position LIMIT 1";
const SINCE: &str = "SELECT position, body FROM events
     WHERE conversation = ?1 AND position > ?2 AND position <= ?3 ORDER BY position";

/// A conversation's state after the event at `up_to`, or its last one, made from its events. Its first one must be
/// readable; for others see [`fold_on`].
pub(crate) fn state(
    connection: &Connection,
    conversation: ConversationId,
    up_to: Position,
) -> Result<Conversation, StoreError> {
    let mut query = connection.prepare_cached(FIRST)?;
    let first = query.query_row([Id(conversation.0)], |row| {
        Ok((Position(row.get(0)?), parse(row.get_ref(1)?.as_str().unwrap_or_default())))
    });
    let begun = match first.optional()? {
        Some((position, event)) => passable(event)?.as_ref().and_then(|event| match &event.body {
            EventBody::Unknown(_) => Some(Err(StoreError::Newer { what: "conversation" })),
            _ => Conversation::begin(event).map(|state| Ok(Conversation { position, ..state })),
        }),
        None => None,
    };
    let detail = || "it cannot be made again: the conversation's first event is not readable".to_owned();
    let begun = begun.unwrap_or_else(|| Err(StoreError::Damaged { what: "state", detail: detail() }))?;
    match fold_on(connection, begun, up_to)? {
        (state, true) => Ok(state),
        (_, false) => Err(StoreError::Newer { what: "conversation" }),
    }
}

/// A state after the event at `up_to`, or the conversation's last one, made from an earlier state, and whether this
/// program knows all events since. Damaged events are left out: a conversation with a gap can go on, one without a
/// state leaves its customer alone.
pub(crate) fn fold_on(
    connection: &Connection,
    mut state: Conversation,
    up_to: Position,
) -> Result<(Conversation, bool), StoreError> {
    let mut query = connection.prepare_cached(SINCE)?;
    let mut rows = query.query(params![Id(state.id.0), state.position.0, up_to.0])?;
    let mut all_known = true;
    while let Some(row) = rows.next()? {
        let position = Position(row.get(0)?);
        if let Some(event) = passable(parse(row.get_ref(1)?.as_str().unwrap_or_default()))? {
            all_known &= !matches!(event.body, EventBody::Unknown(_));
            state.apply(&event);
        }
        state.position = position;
    }
    Ok((state, all_known))
}

/// [`of_conversation`] as stored JSON: at least one event, and about `bytes` in all.
pub(crate) fn texts_of_conversation(
    connection: &Connection,
    conversation: ConversationId,
    part: Part,
    limit: u32,
    bytes: usize,
) -> Result<(Vec<String>, bool), StoreError> {
    let (placed, more) = placed(connection, conversation, part, limit, bytes)?;
    Ok((placed.into_iter().map(|(_, text)| text).collect(), more))
}

/// [`texts_of_conversation`] for senders: in place of a damaged event, one that stands in for it, so that the rest
/// follows without gaps. `near` is a time for a part of which nothing can be read.
pub(crate) fn sendable_of_conversation(
    connection: &Connection,
    conversation: ConversationId,
    part: Part,
    limit: u32,
    bytes: usize,
    mut near: Time,
) -> Result<(Vec<String>, bool), StoreError> {
    let (mut placed, more) = placed(connection, conversation, part, limit, bytes)?;
    let is_damaged: Vec<_> = placed.iter().map(|(_, text)| !is_sendable(conversation, text)).collect();
    if is_damaged.contains(&true) {
        for ((position, text), is_damaged) in placed.iter_mut().zip(is_damaged) {
            match parse(text) {
                Ok(event) => near = event.time,
                Err(_) if is_damaged => {
                    let event = Event::stand_in(conversation, *position, near);
                    *text = serde_json::to_string(&event)
                        .map_err(|error| StoreError::Damaged { what: "event", detail: crate::json::problem(&error) })?;
                }
                Err(_) => {}
            }
        }
    }
    Ok((placed.into_iter().map(|(_, text)| text).collect(), more))
}

/// [`texts_of_conversation`] with positions.
fn placed(
    connection: &Connection,
    conversation: ConversationId,
    part: Part,
    limit: u32,
    bytes: usize,
) -> Result<(Vec<(Position, String)>, bool), StoreError> {
    let (sql, from) = match part {
        Part::Before(position) => (
            "SELECT position, body FROM events WHERE conversation = ?1 AND position < ?2 ORDER BY position DESC LIMIT ?3",
            position,
        ),
        Part::After(position) => (
            "SELECT position, body FROM events WHERE conversation = ?1 AND position > ?2 ORDER BY position LIMIT ?3",
            position,
        ),
    };
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query(params![Id(conversation.0), from.0, limit + 1])?;
    let (mut events, mut length, mut more) = (Vec::new(), 0, false);
    while let Some(row) = rows.next()? {
        let text: String = row.get(1)?;
        more = events.len() >= limit as usize || (!events.is_empty() && length + text.len() > bytes);
        if more {
            break;
        }
        length += text.len();
        events.push((Position(row.get(0)?), text));
    }
    if matches!(part, Part::Before(_)) {
        events.reverse();
    }
    Ok((events, more))
}

/// How a turn is stored; inside of texts, quotes are escaped.
const TURN: &str = r#""body":{"turn_added":"#;
/// How edits and withdrawals are stored.
const EDIT: &str = r#""body":{"turn_edited":"#;
const WITHDRAWAL: &str = r#""body":{"turn_withdrawn":"#;

const OF_TURN: &str = "SELECT seq, body FROM events WHERE conversation = ?1 AND instr(body, ?2) > 0";

/// The places in the log where this turn got words.
pub(crate) fn places_of_words(
    connection: &Connection,
    conversation: ConversationId,
    turn: TurnId,
) -> Result<Vec<u64>, StoreError> {
    let mut query = connection.prepare_cached(OF_TURN)?;
    let mut rows = query.query(params![Id(conversation.0), turn.to_string()])?;
    let mut places = Vec::new();
    while let Some(row) = rows.next()? {
        let text = row.get_ref(1)?.as_str().map_err(tandem_sql::Error::from)?;
        let event = passable(parse(text))?;
        if event.is_some_and(|event| event.body.turn() == Some(turn) && event.body.content().is_some()) {
            places.push(row.get::<_, i64>(0)?.cast_unsigned());
        }
    }
    Ok(places)
}

const AT: &str = "SELECT body FROM events WHERE seq = ?1";

/// The event at this place in the log.
pub(crate) fn at(connection: &Connection, place: u64) -> Result<Option<Event>, StoreError> {
    let mut query = connection.prepare_cached(AT)?;
    let mut rows = query.query([place.cast_signed()])?;
    match rows.next()? {
        Some(row) => Ok(Some(parse(row.get_ref(0)?.as_str().map_err(tandem_sql::Error::from)?)?)),
        None => Ok(None),
    }
}

/// Replaces an event by itself without its words. Nothing else may change: whoever has read it has the same state.
pub(super) fn rewrite(connection: &Connection, place: u64, event: &Event) -> Result<(), StoreError> {
    let body = serde_json::to_string(event)
        .map_err(|error| StoreError::Damaged { what: "event", detail: crate::json::problem(&error) })?;
    let sql = "UPDATE events SET body = ?2 WHERE seq = ?1";
    connection.prepare_cached(sql)?.execute(params![place.cast_signed(), body])?;
    Ok(())
}

/// The newest turns of a conversation.
pub(crate) struct NewestTurns {
    /// Oldest first, each with its stored size in bytes, and with its newest words. Withdrawn ones have no words.
    pub turns: Vec<(Event, usize)>,
    /// The newest event's position; none if there is no event.
    pub up_to: Option<Position>,
    /// Older events were left out.
    pub is_cut: bool,
    /// Turns were edited or withdrawn, perhaps older ones.
    pub is_amended: bool,
}

/// The newest turns after a position: at most `most`, among the newest `within` events.
pub(crate) fn turns(
    connection: &Connection,
    conversation: ConversationId,
    after: Option<Position>,
    within: u32,
    most: usize,
) -> Result<NewestTurns, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT position, body FROM events WHERE conversation = ?1 AND position > ?2 ORDER BY position DESC LIMIT ?3",
    )?;
    let after = after.map_or(-1, |after| i64::from(after.0));
    let mut rows = query.query(params![Id(conversation.0), after, within])?;
    let (mut turns, mut up_to, mut seen) = (Vec::new(), None, 0);
    let (mut amendments, mut is_amended) = (Amendments::default(), false);
    while turns.len() < most
        && let Some(row) = rows.next()?
    {
        seen += 1;
        up_to = up_to.or(Some(Position(row.get(0)?)));
        let text = row.get_ref(1)?.as_str().map_err(tandem_sql::Error::from)?;
        // Most events are none, and parsing costs more than reading.
        if text.contains(TURN) {
            let mut turn = parse(text)?;
            amendments.apply(&mut turn);
            turns.push((turn, text.len()));
        } else if text.contains(EDIT) || text.contains(WITHDRAWAL) {
            amendments.precede(parse(text)?);
            is_amended = true;
        }
    }
    turns.reverse();
    Ok(NewestTurns { is_cut: seen == within || turns.len() == most, turns, up_to, is_amended })
}

/// Finds the turns of a conversation by their ids, in the form in which events are stored.
pub(crate) const TURN_IDS: &str = r#"
CREATE INDEX events_turns ON events (
    conversation, substr(body, instr(body, '"body":{"turn_added":{"turn":{"id":"') + 36, 36)
) WHERE instr(body, '"body":{"turn_added":{"turn":{"id":"') > 0;"#;

const BY_TURN: &str = r#"SELECT body FROM events
     WHERE conversation = ?1 AND substr(body, instr(body, '"body":{"turn_added":{"turn":{"id":"') + 36, 36) = ?2
       AND instr(body, '"body":{"turn_added":{"turn":{"id":"') > 0 LIMIT 1"#;

/// The event that added a turn.
pub(crate) fn of_turn(
    connection: &Connection,
    conversation: ConversationId,
    turn: TurnId,
) -> Result<Option<Event>, StoreError> {
    let mut query = connection.prepare_cached(BY_TURN)?;
    let mut rows = query.query(params![Id(conversation.0), turn.0.to_string()])?;
    match rows.next()? {
        Some(row) => Ok(Some(parse(row.get_ref(0)?.as_str().map_err(tandem_sql::Error::from)?)?)),
        None => Ok(None),
    }
}

/// Whether the event at `position` is a call for help.
pub(crate) fn raises_help(
    connection: &Connection,
    conversation: ConversationId,
    position: Position,
) -> Result<bool, StoreError> {
    let mut query = connection.prepare_cached("SELECT body FROM events WHERE conversation = ?1 AND position = ?2")?;
    let event = query
        .query_row(params![Id(conversation.0), position.0], |row| Ok(parse(row.get_ref(0)?.as_str()?)))
        .optional()?
        .transpose()?;
    Ok(event.is_some_and(|event| matches!(event.body, EventBody::HelpRaised { .. })))
}

/// Maximum events read for one page of shown entries.
const LOOKED_THROUGH: usize = 1_000;
/// About how many bytes are read for one page.
const SHOWN_BYTES: usize = 1024 * 1024;
/// Events read per query.
const CHUNK: u32 = 100;

/// A page of entries that `show` makes of a conversation's events.
pub(crate) struct Page<T> {
    pub entries: Vec<T>,
    /// The last position read.
    pub up_to: Position,
    pub more: bool,
}

/// The first `limit` entries after `after`, without those of damaged events. Hidden events cost reads, so a page may end early.
pub(crate) fn shown<T>(
    connection: &Connection,
    conversation: ConversationId,
    after: Position,
    limit: u32,
    show: impl Fn(&Event) -> Option<T>,
) -> Result<Page<T>, StoreError> {
    let mut page = Page { entries: Vec::new(), up_to: after, more: true };
    let (mut looked, mut bytes) = (0, 0);
    while looked < LOOKED_THROUGH && bytes < SHOWN_BYTES {
        let (part, room) = (Part::After(page.up_to), SHOWN_BYTES - bytes);
        let (placed, more) = placed(connection, conversation, part, CHUNK, room)?;
        let end = looked + placed.len();
        for (position, text) in placed {
            (looked, bytes) = (looked + 1, bytes + text.len());
            page.up_to = position;
            page.entries.extend(passable(parse(&text))?.as_ref().and_then(&show));
            if page.entries.len() >= limit as usize {
                page.more = more || looked < end;
                return Ok(page);
            }
        }
        if !more {
            page.more = false;
            break;
        }
    }
    Ok(page)
}

/// The conversations with damaged events among the newest `limit`, and how many events were read.
pub(crate) fn look(connection: &Connection, limit: u32) -> Result<(Vec<ConversationId>, u32), StoreError> {
    let mut query =
        connection.prepare_cached("SELECT seq, conversation, body FROM events ORDER BY seq DESC LIMIT ?1")?;
    let (mut found, mut count) = (Vec::new(), 0);
    for row in query.query_map([limit], logged)? {
        let row = row?;
        count += 1;
        if parse(&row.body).is_err() && !found.contains(&row.conversation) {
            found.push(row.conversation);
        }
    }
    Ok((found, count))
}

/// Whether a stored event can be sent as it is; logs one that cannot.
pub(crate) fn is_sendable(conversation: ConversationId, body: &str) -> bool {
    let is_sound = crate::json::is_sound(body);
    if !is_sound {
        tracing::error!(conversation.id = %conversation, "a damaged event is left out");
    }
    is_sound
}

/// Parses a stored event, perhaps of a newer version.
pub(crate) fn parse(text: &str) -> Result<Event, StoreError> {
    Event::read(text).map_err(|error| StoreError::Damaged { what: "event", detail: crate::json::problem(&error) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::assert_indexed;

    #[test]
    fn the_log_is_read_by_its_places_alone() {
        assert_indexed(AFTER, false);
        assert_indexed(BODIES, false);
        // Each conversation once.
        assert_indexed(TOUCHED, true);
        assert_indexed(FIRST, false);
        assert_indexed(SINCE, false);
        assert_indexed(BY_TURN, false);
    }
    #[test]
    fn a_damaged_event_keeps_its_place_in_what_is_sent() {
        let connection = Connection::in_memory().unwrap();
        connection.execute_batch(SCHEMA).unwrap();
        let id = ConversationId(uuid::Uuid::from_u128(1));
        let sound = |position| serde_json::to_string(&Event::stand_in(id, Position(position), Time(5_000))).unwrap();
        for (position, body) in [(1, sound(1)), (2, "nonsense".to_owned()), (3, sound(3))] {
            insert(&connection, std::iter::once((position.into(), id, Position(position), body.as_str()))).unwrap();
        }
        let part = Part::After(Position(0));
        let (texts, _) = sendable_of_conversation(&connection, id, part, 10, 1_000, Time(9)).unwrap();
        let events: Vec<_> = texts.iter().map(|text| parse(text).unwrap()).collect();
        let places: Vec<_> = events.iter().map(|event| (event.position.0, event.time.0)).collect();
        assert_eq!(places, [(1, 5_000), (2, 5_000), (3, 5_000)]);
        assert!(events[1].is_stand_in());
    }

    #[test]
    fn a_page_ends_with_its_bytes_and_says_that_there_is_more() {
        let connection = Connection::in_memory().unwrap();
        connection.execute_batch(SCHEMA).unwrap();
        let id = ConversationId(uuid::Uuid::from_u128(1));
        for position in 1..=5 {
            let body = format!("{position:0100}");
            insert(&connection, std::iter::once((position.into(), id, Position(position), body.as_str()))).unwrap();
        }
        let page = |part, limit, bytes| {
            let (texts, more) = texts_of_conversation(&connection, id, part, limit, bytes).unwrap();
            (texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<u32>>(), more)
        };
        assert_eq!(page(Part::After(Position(1)), 10, 250), (vec![2, 3], true));
        assert_eq!(page(Part::Before(Position(5)), 10, 250), (vec![3, 4], true), "the newest first");
        assert_eq!(page(Part::After(Position(0)), 10, 1), (vec![1], true), "one that is longer still goes");
        assert_eq!(page(Part::After(Position(3)), 2, 1_000), (vec![4, 5], false));
        assert_eq!(page(Part::After(Position(2)), 2, 1_000), (vec![3, 4], true));
    }
}
