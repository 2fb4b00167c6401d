//! Table `conversations`: each state, with the columns that sections sort and count by.
//! Every write derives them from the state, so counts cannot drift.

use tandem_conversation::board;
use tandem_conversation::{Access, Conversation, ConversationId, CustomerId, Position, Time, may_read};
use tandem_sqlite::rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::expect::expected_here;
use super::{
    CacheError, NEVER, Touched, bookmarks, brands, conversation_id, events, id, json, low_scores, media, meta, outbox,
    search, seen, snoozes,
};

pub(crate) const SCHEMA: &str = "
CREATE TABLE conversations (
    id           BLOB NOT NULL PRIMARY KEY,
    customer     BLOB NOT NULL,
    started      INTEGER NOT NULL,
    updated      INTEGER NOT NULL,
    -- 1: the hub shows it to this user live; 0: known from a customer's journey only.
    listed       INTEGER NOT NULL,
    -- The user is engaged.
    engaged      INTEGER NOT NULL,
    -- The sections in which the user finds it, as far as the state alone tells.
    in_my        INTEGER NOT NULL,
    in_help      INTEGER NOT NULL,
    in_left      INTEGER NOT NULL,
    in_all       INTEGER NOT NULL,
    -- Since when a conversation that needs help has waited; the greatest number for never.
    help         INTEGER NOT NULL,
    -- Since when the customer waits; the greatest number for never.
    waits        INTEGER NOT NULL,
    left_at      INTEGER NOT NULL,
    -- The customer wrote something that the user has not seen.
    unread       INTEGER NOT NULL,
    -- Name, last words and tags in lower case, for the filter.
    words        TEXT NOT NULL,
    -- The contiguous run of events that is held; 0 for none.
    covered_from INTEGER NOT NULL,
    covered_to   INTEGER NOT NULL,
    -- The last event that is known to exist; beyond the state, the state itself must be fetched.
    hole         INTEGER NOT NULL,
    -- Something of it is still to be fetched in the background.
    wanting      INTEGER NOT NULL,
    -- JSON.
    state        TEXT NOT NULL
) STRICT;
CREATE INDEX conversations_my ON conversations (waits, updated DESC) WHERE in_my = 1;
CREATE INDEX conversations_help ON conversations (help) WHERE in_help = 1;
CREATE INDEX conversations_left ON conversations (left_at DESC) WHERE in_left = 1;
CREATE INDEX conversations_all ON conversations (help, waits, updated DESC) WHERE in_all = 1;
CREATE INDEX conversations_unread ON conversations (unread) WHERE in_my = 1 AND unread = 1;
CREATE INDEX conversations_engaged ON conversations (engaged) WHERE engaged = 1;
CREATE INDEX conversations_wanting ON conversations (updated DESC) WHERE wanting = 1;
CREATE INDEX conversations_journey ON conversations (customer, started);";

pub(crate) const DISPENSABLE_INDEX: &str = "
CREATE INDEX conversations_dispensable ON conversations (updated)
    WHERE in_my = 0 AND in_left = 0 AND in_all = 0 AND covered_to > 0;";

pub(crate) const MENTIONED: &str = "
-- A note mentions the user, who has not seen it.
ALTER TABLE conversations ADD COLUMN mentioned INTEGER NOT NULL DEFAULT 0;
CREATE INDEX conversations_mentioned ON conversations (id) WHERE mentioned = 1;";

pub(crate) const STALE: &str = "
-- 1: an older desk read the state, and may have dropped unknown fields.
ALTER TABLE conversations ADD COLUMN stale INTEGER NOT NULL DEFAULT 0;";

/// The gapless run of cached events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Covered {
    pub from: u32,
    pub to: u32,
}

impl Covered {
    /// Adds an event that extends the run at either end; false if it does not.
    pub(crate) fn extend(&mut self, position: Position) -> bool {
        match *self {
            Self { to: 0, .. } => *self = Self { from: position.0, to: position.0 },
            Self { to, .. } if position.0 == to + 1 => self.to = position.0,
            Self { from, .. } if position.0 + 1 == from => self.from = position.0,
            _ => return false,
        }
        true
    }

    /// Whether the run reaches the end of the conversation.
    pub(crate) fn has_end(self, position: Position) -> bool {
        self.to != 0 && self.to >= position.0
    }

    /// Whether the run reaches back to the first event.
    pub(crate) fn has_beginning(self) -> bool {
        self.from == 1
    }

    /// Whether nothing is missing.
    pub(crate) fn is_whole(self, position: Position) -> bool {
        self.has_beginning() && self.has_end(position)
    }
}

/// A cached conversation.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub state: Conversation,
    pub listed: bool,
    pub covered: Covered,
    /// The last known event that the state could not be advanced past; 0 for none.
    pub hole: Position,
    /// An older version of the desk read the state and may have dropped unknown fields.
    pub stale: bool,
}

impl Held {
    /// Whether the state itself must be fetched.
    pub(crate) fn needs_state(&self) -> bool {
        self.stale || self.hole > self.state.position
    }
}

const GET: &str = "SELECT state, listed, covered_from, covered_to, hole, stale FROM conversations WHERE id = ?1";

pub(crate) fn get(connection: &Connection, of: ConversationId) -> Result<Option<Held>, CacheError> {
    let mut query = connection.prepare_cached(GET)?;
    query.query_row([id(of.0)], |row| Ok(held(row))).optional()?.transpose()
}

fn held(row: &Row<'_>) -> Result<Held, CacheError> {
    Ok(Held {
        state: state(row.get_ref(0)?.as_str().unwrap_or_default())?,
        listed: row.get(1)?,
        covered: Covered { from: row.get(2)?, to: row.get(3)? },
        hole: Position(row.get(4)?),
        stale: row.get(5)?,
    })
}

/// A cached state, perhaps of a newer version.
pub(super) fn state(json: &str) -> Result<Conversation, CacheError> {
    Ok(Conversation::read(json).map_err(|error| super::damaged("conversation", &error))?.0)
}

const HELD: &str = "SELECT id, iif(stale, 0, state ->> '$.position') FROM conversations
                    WHERE listed = 1 AND id > ?1 ORDER BY id LIMIT ?2";

/// The conversations that the hub shows this user, with their positions; those after `after`, by id. Stale ones are at 0.
pub(crate) fn listed(
    connection: &Connection,
    after: ConversationId,
    most: u32,
) -> Result<Vec<(ConversationId, Position)>, CacheError> {
    let mut query = connection.prepare_cached(HELD)?;
    let rows =
        query.query_map(params![id(after.0), most], |row| Ok((conversation_id(row.get(0)?), Position(row.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Writes a conversation with everything derived from it.
pub(crate) fn save(
    connection: &Connection,
    touched: &mut Touched,
    held: &Held,
    access: &Access<'_>,
) -> Result<(), CacheError> {
    let me = access.user;
    outbox::settled(connection, held.state.id, held.state.position)?;
    let state = &held.state;
    // Sections show the user's own acts before the hub has confirmed them.
    let shown = expected_here(connection, state)?;
    let (listed, seen) = (held.listed, seen::position(connection, state, me)?);
    let in_all = listed && shown.in_progress();
    let engaged = listed && state.agent(me).is_some();
    let handles = listed && shown.agent(me).is_some();
    let in_my = handles || (listed && shown.invitation_of(me).is_some());
    let snoozed_until = if in_my { snoozes::until(connection, &shown, me)? } else { None };
    let left = shown.left.iter().find(|past| listed && !handles && past.user == me).map(|past| past.at.0);
    let wanting = held.needs_state() || ((in_my || left.is_some()) && !held.covered.is_whole(state.position));
    let mut query = connection.prepare_cached(
        "INSERT INTO conversations (id, customer, started, updated, listed, engaged, in_my, in_help, in_left, in_all,
                                    help, waits, left_at, unread, words, covered_from, covered_to, hole, wanting,
                                    mentioned, state, stale, snoozed, snoozed_until, awaited, low_score)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
                 ?22, ?23, ?24, ?25, ?26)
         ON CONFLICT (id) DO UPDATE SET
             customer = excluded.customer, started = excluded.started, updated = excluded.updated,
             listed = excluded.listed, engaged = excluded.engaged, in_my = excluded.in_my, in_help = excluded.in_help,
             in_left = excluded.in_left, in_all = excluded.in_all, help = excluded.help, waits = excluded.waits,
             left_at = excluded.left_at, unread = excluded.unread, words = excluded.words,
             covered_from = excluded.covered_from, covered_to = excluded.covered_to, hole = excluded.hole,
             wanting = excluded.wanting, mentioned = excluded.mentioned, state = excluded.state,
             stale = excluded.stale, snoozed = excluded.snoozed, snoozed_until = excluded.snoozed_until,
             awaited = excluded.awaited, low_score = excluded.low_score",
    )?;
    query.execute(params![
        id(state.id.0),
        id(state.customer.id.0),
        state.started.0,
        state.updated.0,
        listed,
        engaged,
        in_my,
        listed && shown.help.is_some() && (in_my || access.helps(&shown)),
        left.is_some(),
        in_all,
        shown.help_since().map_or(NEVER, |since| since.0),
        shown.wait().map_or(NEVER, |wait| wait.since.0),
        left.unwrap_or_default(),
        handles && state.last_loud > seen,
        words(&shown),
        held.covered.from,
        held.covered.to,
        held.hole.0,
        wanting,
        listed && state.mentions.iter().any(|mention| mention.user == me),
        json("conversation", state)?,
        held.stale,
        snoozed_until.is_some(),
        snoozed_until.unwrap_or_default(),
        brands::awaited(&shown),
        if listed { low_scores::unseen(state, seen::here(connection, state, me)?).0 } else { 0 },
    ])?;
    search::know(connection, state)?;
    touched.state(state.id, || in_all.then(|| board::row(state)).flatten());
    Ok(())
}

fn words(state: &Conversation) -> String {
    let last = state.last_words.as_ref().map_or("", |words| &words.text);
    format!("{}\n{last}\n{}", state.customer.name, state.tags.join("\n")).to_lowercase()
}

/// Derives the columns again after a change on the user's side (read position, sign-in).
pub(crate) fn derive_again(
    connection: &Connection,
    touched: &mut Touched,
    of: ConversationId,
    access: &Access<'_>,
) -> Result<(), CacheError> {
    match get(connection, of)? {
        Some(held) => save(connection, touched, &held, access),
        None => Ok(()),
    }
}

/// The same after a change of the outbox.
pub(crate) fn derive_for_outbox(
    connection: &Connection,
    touched: &mut Touched,
    of: ConversationId,
) -> Result<(), CacheError> {
    touched.conversation(of);
    match meta::me(connection)? {
        Some(me) => derive_again(connection, touched, of, &me.access()),
        None => Ok(()),
    }
}

const CALLING: &str = "SELECT id FROM conversations WHERE in_all = 1 AND help < 9223372036854775807";

/// Recomputes which calls for help this user may answer, after a change of their rights.
pub(crate) fn derive_calls(
    connection: &Connection,
    touched: &mut Touched,
    access: &Access<'_>,
) -> Result<(), CacheError> {
    ids(connection, CALLING)?.into_iter().try_for_each(|id| derive_again(connection, touched, id, access))
}

/// Marks a state as stale.
pub(crate) fn mark_stale(connection: &Connection, of: ConversationId) -> Result<(), CacheError> {
    connection.prepare_cached("UPDATE conversations SET stale = 1 WHERE id = ?1")?.execute([id(of.0)])?;
    Ok(())
}

/// Its transcript is not cached any more.
pub(crate) fn uncover(connection: &Connection, of: ConversationId) -> Result<(), CacheError> {
    let mut query =
        connection.prepare_cached("UPDATE conversations SET covered_from = 0, covered_to = 0 WHERE id = ?1")?;
    query.execute([id(of.0)])?;
    Ok(())
}

pub(crate) fn mark_all_stale(connection: &Connection) -> Result<(), CacheError> {
    connection.execute("UPDATE conversations SET stale = 1", [])?;
    Ok(())
}

/// Whether a conversation is on this machine.
pub(crate) fn is_held(connection: &Connection, of: ConversationId) -> Result<bool, CacheError> {
    Ok(connection.prepare_cached("SELECT 1 FROM conversations WHERE id = ?1")?.exists([id(of.0)])?)
}

pub(crate) fn remove(connection: &Connection, touched: &mut Touched, of: ConversationId) -> Result<(), CacheError> {
    if bookmarks::is_written(connection, of)? {
        bookmarks::know_name(connection, of, "")?;
    }
    events::remove(connection, of)?;
    media::forget(connection, of)?;
    connection.prepare_cached("DELETE FROM conversations WHERE id = ?1")?.execute([id(of.0)])?;
    touched.state(of, || None);
    Ok(())
}

/// Deletes the transcript and keeps the state; viewing the conversation fetches it again.
pub(crate) fn forget_words(
    connection: &Connection,
    touched: &mut Touched,
    of: ConversationId,
    access: &Access<'_>,
) -> Result<(), CacheError> {
    events::remove(connection, of)?;
    media::forget(connection, of)?;
    match get(connection, of)? {
        Some(held) => save(connection, touched, &Held { covered: Covered::default(), ..held }, access),
        None => Ok(()),
    }
}

const HANDLING: &str = "SELECT 1 FROM conversations WHERE customer = ?1 AND engaged = 1 LIMIT 1";
const UNLISTED: &str = "SELECT state, listed, covered_from, covered_to, hole, stale FROM conversations
                        WHERE customer = ?1 AND listed = 0";

/// Deletes what the user could read only while handling a customer, unless they still handle them.
pub(crate) fn forget_journey(
    connection: &Connection,
    touched: &mut Touched,
    of: CustomerId,
    access: &Access<'_>,
) -> Result<(), CacheError> {
    if access.views_all() || connection.prepare_cached(HANDLING)?.exists([id(of.0)])? {
        return Ok(());
    }
    let mut query = connection.prepare_cached(UNLISTED)?;
    let unlisted: Vec<Held> =
        query.query_map([id(of.0)], |row| Ok(held(row)))?.map(|row| row?).collect::<Result<_, _>>()?;
    for held in unlisted.iter().filter(|held| !may_read(&held.state, access, false)) {
        remove(connection, touched, held.state.id)?;
    }
    Ok(())
}

const EXPIRED: &str = "SELECT id FROM conversations
                       WHERE in_left = 1 AND left_at <= ?1 AND in_help = 0 AND in_all <= ?2 LIMIT ?3";

/// Conversations left so long ago that no section has them any more. Without the right to view all, a user sees them
/// nowhere.
pub(crate) fn expired(
    connection: &Connection,
    left_before: Time,
    sees_all: bool,
    most: u32,
) -> Result<Vec<ConversationId>, CacheError> {
    let mut query = connection.prepare_cached(EXPIRED)?;
    let rows = query.query_map(params![left_before.0, !sees_all, most], |row| Ok(conversation_id(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

const DISPENSABLE: &str = "SELECT id FROM conversations INDEXED BY conversations_dispensable
                           WHERE in_my = 0 AND in_left = 0 AND in_all = 0 AND covered_to > 0 ORDER BY updated LIMIT ?1";

/// Conversations whose transcript can be fetched again and that no one works on, oldest first.
pub(crate) fn dispensable(connection: &Connection, most: u32) -> Result<Vec<ConversationId>, CacheError> {
    let mut query = connection.prepare_cached(DISPENSABLE)?;
    let rows = query.query_map([most], |row| Ok(conversation_id(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Lengths of the sections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Without those that are snoozed.
    pub my: u32,
    pub snoozed: u32,
    pub help: u32,
    pub left: u32,
    pub all: u32,
    pub unread: u32,
    /// When the longest waiting call for help began.
    pub help_since: Option<Time>,
}

const COUNTS: &str = "
SELECT (SELECT count(*) FROM conversations WHERE in_my = 1 AND snoozed = 0),
       (SELECT count(*) FROM conversations WHERE in_help = 1),
       (SELECT count(*) FROM conversations WHERE in_left = 1 AND left_at > ?1),
       (SELECT count(*) FROM conversations WHERE in_all = 1),
       (SELECT count(*) FROM conversations WHERE in_my = 1 AND unread = 1),
       (SELECT help FROM conversations WHERE in_help = 1 ORDER BY help LIMIT 1),
       (SELECT count(*) FROM conversations WHERE in_my = 1 AND snoozed = 1)";

pub(crate) fn counts(connection: &Connection, left_after: Time) -> Result<Counts, CacheError> {
    let mut query = connection.prepare_cached(COUNTS)?;
    Ok(query.query_row([left_after.0], |row| {
        Ok(Counts {
            my: row.get(0)?,
            help: row.get(1)?,
            left: row.get(2)?,
            all: row.get(3)?,
            unread: row.get(4)?,
            help_since: row.get::<_, Option<i64>>(5)?.map(Time),
            snoozed: row.get(6)?,
        })
    })?)
}

const LOAD: &str = "
SELECT (SELECT count(*) FROM conversations WHERE engaged = 1), (SELECT count(*) FROM conversations WHERE in_help = 1)";

/// How many conversations the user is in, and how many wait for help. Nothing else is read for it: notices ask after each
/// change.
pub(crate) fn load(connection: &Connection) -> Result<(u32, u32), CacheError> {
    Ok(connection.prepare_cached(LOAD)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

const LONGEST_CALL: &str = "SELECT id FROM conversations WHERE in_help = 1 ORDER BY help LIMIT 1";

/// The conversation that waits longest for help.
pub(crate) fn longest_call(connection: &Connection) -> Result<Option<ConversationId>, CacheError> {
    Ok(ids(connection, LONGEST_CALL)?.pop())
}

const JOURNEY: &str = "SELECT state, listed, covered_from, covered_to, hole, stale FROM conversations
                       WHERE customer = ?1 AND started < ?2 ORDER BY started DESC";
const EARLIER: &str = "SELECT count(*) FROM conversations WHERE customer = ?1 AND started < ?2";

/// A customer's conversations that began before `before`, newest first.
pub(crate) fn earlier(connection: &Connection, of: CustomerId, before: Time) -> Result<Vec<Held>, CacheError> {
    let mut query = connection.prepare_cached(JOURNEY)?;
    let rows = query.query_map(params![id(of.0), before.0], |row| Ok(held(row)))?;
    rows.map(|row| row?).collect()
}

/// How many conversations of a customer began before `before`.
pub(crate) fn count_earlier(connection: &Connection, of: CustomerId, before: Time) -> Result<u32, CacheError> {
    let mut query = connection.prepare_cached(EARLIER)?;
    Ok(query.query_row(params![id(of.0), before.0], |row| row.get(0))?)
}

const WANTING: &str = "SELECT id FROM conversations WHERE wanting = 1 ORDER BY updated DESC";

/// Incomplete conversations, newest first.
pub(crate) fn wanting(connection: &Connection) -> Result<Vec<ConversationId>, CacheError> {
    ids(connection, WANTING)
}

/// The conversations that a query finds.
pub(super) fn ids(connection: &Connection, sql: &str) -> Result<Vec<ConversationId>, CacheError> {
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map([], |row| Ok(conversation_id(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::testing::assert_indexed;

    #[test]
    fn everything_is_answered_by_indices_alone() {
        for sql in [
            COUNTS,
            LOAD,
            LONGEST_CALL,
            GET,
            JOURNEY,
            EARLIER,
            WANTING,
            HELD,
            CALLING,
            EXPIRED,
            DISPENSABLE,
            HANDLING,
            UNLISTED,
        ] {
            assert_indexed(sql);
        }
    }

    #[test]
    fn a_run_grows_at_both_ends_and_never_over_a_gap() {
        let mut covered = Covered::default();
        let grown: Vec<bool> = [5, 6, 4, 8, 6].map(|position| covered.extend(Position(position))).into();
        assert_eq!(grown, [true, true, true, false, false], "8 leaves a gap, 6 is known");
        assert_eq!(covered, Covered { from: 4, to: 6 });
        assert!(covered.has_end(Position(6)) && !covered.has_end(Position(7)) && !covered.has_beginning());
    }
}
