//! Table `outbox`: commands on their way to the hub, in order.

use std::collections::HashSet;

use tandem_conversation::{
    CommandId, Content, ConversationId, Drawn, GoesOn, Media, MediaId, Position, QuestionId, Stage, Time, TurnId,
};
use tandem_protocol::agents::AgentCommand;
use tandem_sqlite::rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::bookmarks::Kind;
use super::{CacheError, conversation_id, id, json, parse};

pub(crate) const SCHEMA: &str = "
CREATE TABLE outbox (
    -- The order in which commands are sent.
    number       INTEGER NOT NULL PRIMARY KEY,
    -- The command's id: the hub answers a repeat with the first result.
    id           BLOB NOT NULL UNIQUE,
    conversation BLOB NOT NULL,
    -- The turn of a reply or a note, which is shown while it waits.
    turn         BLOB,
    -- JSON.
    command      TEXT NOT NULL,
    -- 0: given up when nobody waits for the answer any more.
    durable      INTEGER NOT NULL,
    -- Counted before each attempt.
    attempts     INTEGER NOT NULL,
    -- 1: the hub has it; the row stays until its event arrives.
    accepted     INTEGER NOT NULL,
    created      INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_conversation ON outbox (conversation, number);
CREATE INDEX outbox_waiting ON outbox (number) WHERE accepted = 0;
CREATE INDEX outbox_turn ON outbox (turn) WHERE turn IS NOT NULL;";

pub(crate) const EVERYTHING_WAITS: &str = "
DELETE FROM outbox WHERE durable = 0;
ALTER TABLE outbox DROP COLUMN durable;
-- 1: says only how far something was read; nobody has to know that it waits.
ALTER TABLE outbox ADD COLUMN receipt INTEGER NOT NULL DEFAULT 0;
UPDATE outbox SET receipt = 1 WHERE json_extract(command, '$.type') = 'receive';";

pub(crate) const HELD: &str = "
-- Until when the user can take the turn back before it is sent, by the hub's clock; null: it may go.
ALTER TABLE outbox ADD COLUMN held_until INTEGER;
CREATE INDEX outbox_held ON outbox (held_until) WHERE held_until IS NOT NULL;";

pub(crate) const NAMES: &str = "
-- The customer's name, for when the conversation is no longer on this machine.
ALTER TABLE outbox ADD COLUMN name TEXT NOT NULL DEFAULT '';
-- Of an accepted command: the position that the conversation has reached with it.
ALTER TABLE outbox ADD COLUMN decided_at INTEGER;
UPDATE outbox SET name = coalesce(
    (SELECT c.state ->> '$.customer.name' FROM conversations AS c WHERE c.id = outbox.conversation), '');";

/// Longest time that a turn can be held, in milliseconds. A hold that ends later was made by a clock that was wrong.
pub(crate) const LONGEST_HOLD_MS: i64 = 20_000;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Queued {
    pub id: CommandId,
    pub conversation: ConversationId,
    pub command: AgentCommand,
    pub attempts: u32,
    pub accepted: bool,
    pub created: Time,
    /// Until when it is held back, so that the user can take it back.
    pub held_until: Option<Time>,
    /// The position that the conversation has reached with it, once the hub has accepted it.
    pub decided_at: Option<Position>,
    /// The file that it carries, until the hub has the turn.
    pub file: Option<Carried>,
}

/// The file of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Carried {
    pub id: MediaId,
    pub bytes: u64,
    /// Whether the hub has the bytes, so that the reply may go.
    pub uploaded: bool,
}

impl Queued {
    /// Whether it is still held back.
    pub(crate) fn is_held(&self, now: Time) -> bool {
        self.held_until.is_some_and(|until| (1..=LONGEST_HOLD_MS).contains(&until.since(now)))
    }

    /// When it could first be sent.
    pub(crate) fn may_go_from(&self) -> Time {
        self.held_until.map_or(self.created, |until| until.max(self.created))
    }

    /// Only says how far something was read.
    pub(crate) fn is_receipt(&self) -> bool {
        matches!(self.command, AgentCommand::Receive { .. })
    }

    /// Whether a state up to `position` lacks what it does.
    pub(crate) fn is_ahead_of(&self, position: Position) -> bool {
        !self.is_receipt() && self.decided_at.is_none_or(|decided| decided > position)
    }

    /// Whether it is the user's and no attempt to send it was made.
    pub(crate) fn can_be_taken_back(&self) -> bool {
        turn_of(&self.command).is_some() && !self.accepted && self.attempts == 0
    }

    /// Whether its file must reach the hub first.
    pub(crate) fn is_uploading(&self) -> bool {
        self.file.is_some_and(|file| !file.uploaded)
    }

    /// Whether it may be sent before an earlier file of its conversation. Text does not wait for files. Commands that
    /// end the user's engagement do, or the file would come too late.
    pub(crate) fn overtakes_files(&self) -> bool {
        use AgentCommand::{Complete, Delegate, HelpNotNeeded, Leave};
        let completes = matches!(self.command, HelpNotNeeded { goes_on: Some(GoesOn::Nobody), .. });
        !completes && !matches!(self.command, Complete { .. } | Delegate { .. } | Leave { .. })
    }
}

/// The turn that a reply or a note adds.
pub(crate) fn turn_of(command: &AgentCommand) -> Option<TurnId> {
    match command {
        AgentCommand::Reply { turn, .. } | AgentCommand::Note { turn, .. } => Some(*turn),
        _ => None,
    }
}

/// The turn that a reply quotes.
pub(crate) fn quoted_by(command: &AgentCommand) -> Option<TurnId> {
    match command {
        AgentCommand::Reply { reply_to, .. } => *reply_to,
        _ => None,
    }
}

/// The file that a reply sends.
pub(crate) fn media_of(command: &AgentCommand) -> Option<&Media> {
    match command {
        AgentCommand::Reply { content: Content::Attachment { media, .. }, .. } => Some(media),
        _ => None,
    }
}

/// What a turn was drawn from in the library.
pub(crate) fn drawn_of(command: &AgentCommand) -> Option<&Drawn> {
    match command {
        AgentCommand::Reply { library, .. } | AgentCommand::Note { library, .. } => library.as_ref(),
        _ => None,
    }
}

/// The question of the library that a turn asks.
pub(crate) fn question_of(command: &AgentCommand) -> Option<QuestionId> {
    drawn_of(command)?.question_id
}

/// The user's text in a command, and its draft; none if there is no text. A question of the library is nobody's draft.
pub(crate) fn words_of(command: &AgentCommand) -> Option<(Kind, &str)> {
    if question_of(command).is_some() {
        return None;
    }
    let (kind, words) = match command {
        AgentCommand::Reply { content, .. } => (Kind::Reply, content.text()),
        AgentCommand::Note { text, .. } => (Kind::Note, text.as_str()),
        AgentCommand::Leave { reason, .. }
        | AgentCommand::AskForHelp { reason }
        | AgentCommand::HelpNotNeeded { reason, .. } => (Kind::Note, reason.as_str()),
        AgentCommand::Complete { resolution, .. } => (Kind::Note, resolution.as_str()),
        AgentCommand::Invite { note, .. }
        | AgentCommand::Transfer { note, .. }
        | AgentCommand::Delegate { note, .. } => (Kind::Note, note.as_deref()?),
        _ => return None,
    };
    Some((kind, words)).filter(|(_, words)| !words.trim().is_empty())
}

pub(crate) fn insert(connection: &Connection, queued: &Queued) -> Result<(), CacheError> {
    let turn = turn_of(&queued.command).map(|turn| id(turn.0));
    let mut query = connection.prepare_cached(
        "INSERT INTO outbox (id, conversation, turn, command, receipt, attempts, accepted, created, held_until, name)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, coalesce(
             (SELECT c.state ->> '$.customer.name' FROM conversations AS c WHERE c.id = ?2),
             (SELECT b.name FROM bookmarks AS b WHERE b.conversation = ?2), ''))",
    )?;
    query.execute(params![
        id(queued.id.0),
        id(queued.conversation.0),
        turn,
        json("command", &queued.command)?,
        queued.is_receipt(),
        queued.attempts,
        queued.accepted,
        queued.created.0,
        queued.held_until.map(|until| until.0),
    ])?;
    Ok(())
}

/// Drops unsent receipts that a newer one covers.
pub(crate) fn drop_older_receipts(
    connection: &Connection,
    of: ConversationId,
    stage: Stage,
    up_to: Position,
) -> Result<(), CacheError> {
    let waiting = of_conversation(connection, of)?;
    for queued in waiting.iter().filter(|queued| queued.attempts == 0) {
        if let AgentCommand::Receive { stage: old, up_to: old_to } = queued.command
            && old <= stage
            && old_to <= up_to
        {
            remove(connection, queued.id)?;
        }
    }
    Ok(())
}

pub(crate) fn remove(connection: &Connection, command: CommandId) -> Result<(), CacheError> {
    connection.prepare_cached("DELETE FROM outbox WHERE id = ?1")?.execute([id(command.0)])?;
    Ok(())
}

/// Has the hub return a reply if the customer has written since.
pub(crate) fn mind_customer(connection: &Connection, queued: &mut Queued) -> Result<(), CacheError> {
    if let AgentCommand::Reply { mind_customer, .. } = &mut queued.command
        && !*mind_customer
    {
        *mind_customer = true;
        connection
            .prepare_cached("UPDATE outbox SET command = ?2 WHERE id = ?1")?
            .execute(params![id(queued.id.0), json("command", &queued.command)?])?;
    }
    Ok(())
}

pub(crate) fn count_attempt(connection: &Connection, command: CommandId) -> Result<(), CacheError> {
    connection.prepare_cached("UPDATE outbox SET attempts = attempts + 1 WHERE id = ?1")?.execute([id(command.0)])?;
    Ok(())
}

/// Updates the command: the hub has judged its file.
pub(crate) fn rewrite(connection: &Connection, command: CommandId, says: &AgentCommand) -> Result<(), CacheError> {
    let mut query = connection.prepare_cached("UPDATE outbox SET command = ?2 WHERE id = ?1")?;
    query.execute(params![id(command.0), json("command", says)?])?;
    Ok(())
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT o.id, o.conversation, o.command, o.attempts, o.accepted, o.created, o.held_until,
             o.decided_at, f.id, f.bytes, f.uploaded FROM outbox AS o ",
            $rest
        )
    };
}

const UPLOADS: &str =
    select!("CROSS JOIN files AS f ON f.command = o.id AND f.uploaded = 0 WHERE o.accepted = 0 ORDER BY o.number");

/// Replies whose files the hub does not have, in order. The number of waiting files is limited.
pub(crate) fn uploads(connection: &Connection) -> Result<Vec<Queued>, CacheError> {
    let mut query = connection.prepare_cached(UPLOADS)?;
    let rows = query.query_map([], |row| Ok(queued(row)))?;
    rows.map(|row| row?).collect()
}

/// The hub accepted it. The row stays until its events arrive, or goes at once if they have: until then the views show
/// what it does.
pub(crate) fn accept(connection: &Connection, queued: &Queued, decided_at: Position) -> Result<(), CacheError> {
    let waits = match turn_of(&queued.command) {
        Some(turn) => super::events::place_of(connection, turn)?.is_none(),
        None if queued.is_receipt() => false,
        None => {
            let held = super::conversations::get(connection, queued.conversation)?;
            held.is_some_and(|held| held.state.position < decided_at)
        }
    };
    if !waits {
        return remove(connection, queued.id);
    }
    let mut query = connection.prepare_cached("UPDATE outbox SET accepted = 1, decided_at = ?2 WHERE id = ?1")?;
    query.execute(params![id(queued.id.0), decided_at.0])?;
    Ok(())
}

const SETTLED: &str = "DELETE FROM outbox
                       WHERE conversation = ?1 AND accepted = 1 AND turn IS NULL AND decided_at <= ?2";

/// The state has reached this position: accepted commands up to it are part of it.
pub(crate) fn settled(connection: &Connection, of: ConversationId, position: Position) -> Result<(), CacheError> {
    connection.prepare_cached(SETTLED)?.execute(params![id(of.0), position.0])?;
    Ok(())
}

const CONVERSATIONS: &str = "SELECT DISTINCT conversation FROM outbox";

/// The conversations with commands in the outbox.
pub(crate) fn conversations(connection: &Connection) -> Result<HashSet<ConversationId>, CacheError> {
    let mut query = connection.prepare_cached(CONVERSATIONS)?;
    Ok(query.query_map([], |row| Ok(conversation_id(row.get(0)?)))?.collect::<Result<_, _>>()?)
}

/// The customer's name when a command was given; empty if it was unknown.
pub(crate) fn name_of(connection: &Connection, command: CommandId) -> Result<String, CacheError> {
    let mut query = connection.prepare_cached("SELECT name FROM outbox WHERE id = ?1")?;
    Ok(query.query_row([id(command.0)], |row| row.get(0)).optional()?.unwrap_or_default())
}

const ARRIVED: &str = "DELETE FROM outbox WHERE turn = ?1 AND accepted = 1";

/// The event of an accepted turn arrived.
pub(crate) fn arrived(connection: &Connection, turn: TurnId) -> Result<(), CacheError> {
    connection.prepare_cached(ARRIVED)?.execute([id(turn.0)])?;
    Ok(())
}

/// Removes accepted turns of a conversation that is no longer visible.
pub(crate) fn drop_accepted(connection: &Connection, of: ConversationId) -> Result<(), CacheError> {
    connection.prepare_cached("DELETE FROM outbox WHERE conversation = ?1 AND accepted = 1")?.execute([id(of.0)])?;
    Ok(())
}

const ONE: &str = select!("LEFT JOIN files AS f ON f.command = o.id WHERE o.id = ?1 AND o.accepted = 0");

/// A command that the hub may not have yet.
pub(crate) fn get(connection: &Connection, command: CommandId) -> Result<Option<Queued>, CacheError> {
    let mut query = connection.prepare_cached(ONE)?;
    query.query_row([id(command.0)], |row| Ok(queued(row))).optional()?.transpose()
}

const OF_CONVERSATION: &str =
    select!("LEFT JOIN files AS f ON f.command = o.id WHERE o.conversation = ?1 ORDER BY o.number");

/// Commands of one conversation, in order.
pub(crate) fn of_conversation(connection: &Connection, of: ConversationId) -> Result<Vec<Queued>, CacheError> {
    let mut query = connection.prepare_cached(OF_CONVERSATION)?;
    let rows = query.query_map([id(of.0)], |row| Ok(queued(row)))?;
    rows.map(|row| row?).collect()
}

const WAITING: &str =
    select!("LEFT JOIN files AS f ON f.command = o.id WHERE o.accepted = 0 ORDER BY o.number LIMIT ?1");

/// The oldest commands that the hub does not have, in order.
pub(crate) fn waiting(connection: &Connection, limit: u32) -> Result<Vec<Queued>, CacheError> {
    let mut query = connection.prepare_cached(WAITING)?;
    let rows = query.query_map([limit], |row| Ok(queued(row)))?;
    rows.map(|row| row?).collect()
}

const SHOWN: &str = select!(
    "LEFT JOIN files AS f ON f.command = o.id WHERE o.accepted = 0 AND o.receipt = 0 ORDER BY o.number LIMIT ?1"
);

/// The user's oldest commands that the hub does not have, in order.
pub(crate) fn shown(connection: &Connection, limit: u32) -> Result<Vec<Queued>, CacheError> {
    let mut query = connection.prepare_cached(SHOWN)?;
    let rows = query.query_map([limit], |row| Ok(queued(row)))?;
    rows.map(|row| row?).collect()
}

/// How many of the user's own commands wait for the hub, and how many are still held back.
pub(crate) fn counts(connection: &Connection, now: Time) -> Result<(u32, u32), CacheError> {
    let mut query = connection.prepare_cached("SELECT count(*) FROM outbox WHERE accepted = 0 AND receipt = 0")?;
    let all: u32 = query.query_row([], |row| row.get(0))?;
    let held = u32::try_from(self::held(connection)?.iter().filter(|queued| queued.is_held(now)).count());
    let held = held.unwrap_or(u32::MAX);
    Ok((all - held.min(all), held))
}

const HELD_ONES: &str = select!(
    "INDEXED BY outbox_held LEFT JOIN files AS f ON f.command = o.id
     WHERE o.held_until IS NOT NULL AND o.accepted = 0 ORDER BY o.held_until"
);

/// The turns that were held back and not released yet, the first to go first.
pub(crate) fn held(connection: &Connection) -> Result<Vec<Queued>, CacheError> {
    let mut query = connection.prepare_cached(HELD_ONES)?;
    let rows = query.query_map([], |row| Ok(queued(row)))?;
    rows.map(|row| row?).collect()
}

/// The turns of a conversation, or of all, need not wait any more.
pub(crate) fn release(connection: &Connection, of: Option<ConversationId>) -> Result<usize, CacheError> {
    Ok(match of {
        Some(of) => {
            let sql = "UPDATE outbox SET held_until = NULL WHERE conversation = ?1 AND held_until IS NOT NULL";
            connection.prepare_cached(sql)?.execute([id(of.0)])?
        }
        None => {
            let sql = "UPDATE outbox SET held_until = NULL WHERE held_until IS NOT NULL";
            connection.prepare_cached(sql)?.execute([])?
        }
    })
}

/// One turn need not wait any more: its time is over.
pub(crate) fn release_one(connection: &Connection, command: CommandId) -> Result<(), CacheError> {
    connection.prepare_cached("UPDATE outbox SET held_until = NULL WHERE id = ?1")?.execute([id(command.0)])?;
    Ok(())
}

const NEWEST: &str = select!(
    "LEFT JOIN files AS f ON f.command = o.id
     WHERE o.accepted = 0 AND o.receipt = 0 ORDER BY o.number DESC LIMIT ?1"
);

/// The turns of the user's last send that can still be taken back, in order: a text, a note, or all files of a reply.
pub(crate) fn last_send(connection: &Connection, limit: u32) -> Result<Vec<Queued>, CacheError> {
    let mut query = connection.prepare_cached(NEWEST)?;
    let mut last: Vec<Queued> = Vec::new();
    for row in query.query_map([limit], |row| Ok(queued(row)))? {
        let one = row??;
        if !one.can_be_taken_back() {
            continue;
        }
        // Files of one reply are put down together.
        let goes_with = |first: &Queued| {
            let same = (first.conversation, first.created) == (one.conversation, one.created);
            same && first.file.is_some() && one.file.is_some()
        };
        if last.first().is_some_and(|first| !goes_with(first)) {
            break;
        }
        last.insert(0, one);
    }
    Ok(last)
}

/// The same for the send that this command is part of.
pub(crate) fn send_of(connection: &Connection, command: CommandId) -> Result<Vec<Queued>, CacheError> {
    let Some(one) = get(connection, command)? else { return Ok(Vec::new()) };
    let mut all = of_conversation(connection, one.conversation)?;
    all.retain(|other| {
        let is_part = other.file.is_some() && one.file.is_some() && other.created == one.created;
        other.can_be_taken_back() && (other.id == one.id || is_part)
    });
    Ok(all)
}

fn queued(row: &Row<'_>) -> Result<Queued, CacheError> {
    Ok(Queued {
        id: CommandId(Uuid::from_bytes(row.get(0)?)),
        conversation: conversation_id(row.get(1)?),
        command: parse("command", row.get_ref(2)?.as_str().unwrap_or_default())?,
        attempts: row.get(3)?,
        accepted: row.get(4)?,
        created: Time(row.get(5)?),
        held_until: row.get::<_, Option<i64>>(6)?.map(Time),
        decided_at: row.get::<_, Option<u32>>(7)?.map(Position),
        file: carried(row)?,
    })
}

fn carried(row: &Row<'_>) -> Result<Option<Carried>, CacheError> {
    let Some(file) = row.get::<_, Option<[u8; 16]>>(8)? else { return Ok(None) };
    let bytes = row.get::<_, i64>(9)?.cast_unsigned();
    Ok(Some(Carried { id: MediaId(Uuid::from_bytes(file)), bytes, uploaded: row.get(10)? }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::testing::{assert_indexed, connection};

    /// A reply to this conversation; for tests of the table.
    fn reply(number: u128, text: &str) -> Queued {
        Queued {
            id: CommandId(Uuid::from_u128(number)),
            conversation: ConversationId(Uuid::from_u128(1)),
            command: AgentCommand::Reply {
                turn: TurnId(Uuid::from_u128(number)),
                content: Content::Text { text: text.into() },
                written_against: Position(1),
                mind_customer: false,
                while_in_progress: false,
                library: None,
                reply_to: None,
                asks_number: false,
            },
            attempts: 0,
            accepted: false,
            created: Time(0),
            held_until: None,
            decided_at: None,
            file: None,
        }
    }

    #[test]
    fn every_query_is_answered_by_indices_alone() {
        for sql in [ARRIVED, OF_CONVERSATION, WAITING, ONE, SHOWN, UPLOADS, HELD_ONES, NEWEST, SETTLED, CONVERSATIONS] {
            assert_indexed(sql);
        }
    }

    #[test]
    fn commands_leave_in_the_order_in_which_they_were_given() {
        let connection = connection();
        for queued in [reply(9, "first"), reply(3, "second")] {
            insert(&connection, &queued).unwrap();
        }
        let words: Vec<_> = waiting(&connection, 9).unwrap().into_iter().map(|queued| queued.id.0.as_u128()).collect();
        assert_eq!(words, [9, 3], "the order of giving counts, not the ids");
    }

    #[test]
    fn a_hold_counts_only_until_its_time_and_never_longer_than_any_hold_can_be() {
        for (until, now, is_held) in
            [(5_000, 0, true), (5_000, 4_999, true), (5_000, 5_000, false), (5_000, 9_000, false), (90_000, 0, false)]
        {
            let queued = Queued { held_until: Some(Time(until)), ..reply(1, "hello") };
            assert_eq!(queued.is_held(Time(now)), is_held, "until {until} at {now}");
        }
        assert!(!reply(1, "hello").is_held(Time(0)));
    }

    #[test]
    fn the_last_send_is_one_text_or_all_files_of_one_reply() {
        let connection = connection();
        let with = |number, created, file: Option<u128>| {
            let carried = |file| Carried { id: MediaId(Uuid::from_u128(file)), bytes: 1, uploaded: false };
            Queued { created: Time(created), file: file.map(carried), ..reply(number, "hello") }
        };
        let put = |queued: Queued| {
            insert(&connection, &queued).unwrap();
            if let Some(file) = queued.file {
                connection
                    .execute(
                        "INSERT INTO files (id, conversation, name, content_type, bytes, held, command, uploaded)
                         VALUES (?1, ?2, 'a.pdf', 'application/pdf', 1, 1, ?3, 0)",
                        params![id(file.id.0), id(queued.conversation.0), id(queued.id.0)],
                    )
                    .unwrap();
            }
        };
        let last = || -> Vec<u128> {
            last_send(&connection, 99).unwrap().into_iter().map(|queued| queued.id.0.as_u128()).collect()
        };
        assert!(last().is_empty());
        put(with(1, 7, None));
        put(with(2, 8, Some(1)));
        put(with(3, 8, Some(2)));
        assert_eq!(last(), [2, 3], "both files of one reply");
        put(with(4, 8, None));
        assert_eq!(last(), [4], "text of the same moment is a send of its own");
        count_attempt(&connection, CommandId(Uuid::from_u128(4))).unwrap();
        assert_eq!(last(), [2, 3], "what may have reached the hub cannot be taken back");
    }

    #[test]
    fn an_accepted_turn_stays_until_its_event_arrives() {
        let connection = connection();
        let queued = reply(9, "hello");
        insert(&connection, &queued).unwrap();
        accept(&connection, &queued, Position(3)).unwrap();
        assert_eq!(counts(&connection, Time(0)).unwrap(), (0, 0), "it does not wait any more");
        assert_eq!(of_conversation(&connection, queued.conversation).unwrap().len(), 1, "but it is still shown");
        arrived(&connection, TurnId(Uuid::from_u128(9))).unwrap();
        assert!(of_conversation(&connection, queued.conversation).unwrap().is_empty());
    }
}
