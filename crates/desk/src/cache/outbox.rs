//! Table `outbox`: commands on their way to the hub, in order.

use tandem_conversation::{CommandId, Content, ConversationId, Media, MediaId, Position, Stage, Time, TurnId};
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

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Queued {
    pub id: CommandId,
    pub conversation: ConversationId,
    pub command: AgentCommand,
    pub attempts: u32,
    pub accepted: bool,
    pub created: Time,
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
    /// Whether its file must reach the hub first.
    pub(crate) fn is_uploading(&self) -> bool {
        self.file.is_some_and(|file| !file.uploaded)
    }

    /// Whether it may be sent before an earlier file of its conversation. Text does not wait for files. Commands that
    /// end the user's engagement do, or the file would come too late.
    pub(crate) fn overtakes_files(&self) -> bool {
        use AgentCommand::{Complete, Delegate, Leave};
        !matches!(self.command, Complete { .. } | Delegate { .. } | Leave { .. })
    }
}

/// The turn that a reply or a note adds.
pub(crate) fn turn_of(command: &AgentCommand) -> Option<TurnId> {
    match command {
        AgentCommand::Reply { turn, .. } | AgentCommand::Note { turn, .. } => Some(*turn),
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

/// The user's text in a command, and its draft; none if there is no text.
pub(crate) fn words_of(command: &AgentCommand) -> Option<(Kind, &str)> {
    let (kind, words) = match command {
        AgentCommand::Reply { content, .. } => (Kind::Reply, content.text()),
        AgentCommand::Note { text, .. } => (Kind::Note, text.as_str()),
        AgentCommand::Leave { reason, .. } | AgentCommand::AskForHelp { reason } => (Kind::Note, reason.as_str()),
        AgentCommand::Complete { resolution } => (Kind::Note, resolution.as_str()),
        AgentCommand::Invite { note, .. } | AgentCommand::Delegate { note, .. } => (Kind::Note, note.as_deref()?),
        _ => return None,
    };
    Some((kind, words)).filter(|(_, words)| !words.trim().is_empty())
}

pub(crate) fn insert(connection: &Connection, queued: &Queued) -> Result<(), CacheError> {
    let turn = turn_of(&queued.command).map(|turn| id(turn.0));
    let mut query = connection.prepare_cached(
        "INSERT INTO outbox (id, conversation, turn, command, receipt, attempts, accepted, created)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    query.execute(params![
        id(queued.id.0),
        id(queued.conversation.0),
        turn,
        json("command", &queued.command)?,
        matches!(queued.command, AgentCommand::Receive { .. }),
        queued.attempts,
        queued.accepted,
        queued.created.0
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

const UPLOADS: &str = "SELECT o.id, o.conversation, o.command, o.attempts, o.accepted, o.created,
     f.id, f.bytes, f.uploaded
     FROM outbox AS o CROSS JOIN files AS f ON f.command = o.id AND f.uploaded = 0
     WHERE o.accepted = 0 ORDER BY o.number";

/// Replies whose files the hub does not have, in order. The number of waiting files is limited.
pub(crate) fn uploads(connection: &Connection) -> Result<Vec<Queued>, CacheError> {
    let mut query = connection.prepare_cached(UPLOADS)?;
    let rows = query.query_map([], |row| Ok(queued(row)))?;
    rows.map(|row| row?).collect()
}

/// The hub accepted it. The row stays until the event arrives, or goes at once if it has.
pub(crate) fn accept(connection: &Connection, queued: &Queued) -> Result<(), CacheError> {
    let waits_for_event = match turn_of(&queued.command) {
        Some(turn) => super::events::place_of(connection, turn)?.is_none(),
        None => false,
    };
    if !waits_for_event {
        return remove(connection, queued.id);
    }
    connection.prepare_cached("UPDATE outbox SET accepted = 1 WHERE id = ?1")?.execute([id(queued.id.0)])?;
    Ok(())
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

const ONE: &str = "SELECT o.id, o.conversation, o.command, o.attempts, o.accepted, o.created, f.id, f.bytes, f.uploaded
     FROM outbox AS o LEFT JOIN files AS f ON f.command = o.id WHERE o.id = ?1 AND o.accepted = 0";

/// A command that the hub may not have yet.
pub(crate) fn get(connection: &Connection, command: CommandId) -> Result<Option<Queued>, CacheError> {
    let mut query = connection.prepare_cached(ONE)?;
    query.query_row([id(command.0)], |row| Ok(queued(row))).optional()?.transpose()
}

const COLUMNS_OF_CONVERSATION: &str = "SELECT o.id, o.conversation, o.command, o.attempts, o.accepted, o.created,
     f.id, f.bytes, f.uploaded
     FROM outbox AS o LEFT JOIN files AS f ON f.command = o.id WHERE o.conversation = ?1 ORDER BY o.number";

/// Commands of one conversation, in order.
pub(crate) fn of_conversation(connection: &Connection, of: ConversationId) -> Result<Vec<Queued>, CacheError> {
    let mut query = connection.prepare_cached(COLUMNS_OF_CONVERSATION)?;
    let rows = query.query_map([id(of.0)], |row| Ok(queued(row)))?;
    rows.map(|row| row?).collect()
}

const WAITING: &str = "SELECT o.id, o.conversation, o.command, o.attempts, o.accepted, o.created,
     f.id, f.bytes, f.uploaded
     FROM outbox AS o LEFT JOIN files AS f ON f.command = o.id WHERE o.accepted = 0 ORDER BY o.number LIMIT ?1";

/// The oldest commands that the hub does not have, in order.
pub(crate) fn waiting(connection: &Connection, limit: u32) -> Result<Vec<Queued>, CacheError> {
    let mut query = connection.prepare_cached(WAITING)?;
    let rows = query.query_map([limit], |row| Ok(queued(row)))?;
    rows.map(|row| row?).collect()
}

const SHOWN: &str = "SELECT o.id, o.conversation, o.command, o.attempts, o.accepted, o.created,
     f.id, f.bytes, f.uploaded
     FROM outbox AS o LEFT JOIN files AS f ON f.command = o.id
     WHERE o.accepted = 0 AND o.receipt = 0 ORDER BY o.number LIMIT ?1";

/// The user's oldest commands that the hub does not have, in order.
pub(crate) fn shown(connection: &Connection, limit: u32) -> Result<Vec<Queued>, CacheError> {
    let mut query = connection.prepare_cached(SHOWN)?;
    let rows = query.query_map([limit], |row| Ok(queued(row)))?;
    rows.map(|row| row?).collect()
}

/// How many of the user's own commands wait for the hub.
pub(crate) fn count(connection: &Connection) -> Result<u32, CacheError> {
    let mut query = connection.prepare_cached("SELECT count(*) FROM outbox WHERE accepted = 0 AND receipt = 0")?;
    Ok(query.query_row([], |row| row.get(0))?)
}

fn queued(row: &Row<'_>) -> Result<Queued, CacheError> {
    Ok(Queued {
        id: CommandId(Uuid::from_bytes(row.get(0)?)),
        conversation: conversation_id(row.get(1)?),
        command: parse("command", row.get_ref(2)?.as_str().unwrap_or_default())?,
        attempts: row.get(3)?,
        accepted: row.get(4)?,
        created: Time(row.get(5)?),
        file: carried(row)?,
    })
}

fn carried(row: &Row<'_>) -> Result<Option<Carried>, CacheError> {
    let Some(file) = row.get::<_, Option<[u8; 16]>>(6)? else { return Ok(None) };
    let bytes = row.get::<_, i64>(7)?.cast_unsigned();
    Ok(Some(Carried { id: MediaId(Uuid::from_bytes(file)), bytes, uploaded: row.get(8)? }))
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
            },
            attempts: 0,
            accepted: false,
            created: Time(0),
            file: None,
        }
    }

    #[test]
    fn every_query_is_answered_by_indices_alone() {
        for sql in [ARRIVED, COLUMNS_OF_CONVERSATION, WAITING, ONE, SHOWN, UPLOADS] {
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
    fn an_accepted_turn_stays_until_its_event_arrives() {
        let connection = connection();
        let queued = reply(9, "hello");
        insert(&connection, &queued).unwrap();
        accept(&connection, &queued).unwrap();
        assert_eq!(count(&connection).unwrap(), 0, "it does not wait any more");
        assert_eq!(of_conversation(&connection, queued.conversation).unwrap().len(), 1, "but it is still shown");
        arrived(&connection, TurnId(Uuid::from_u128(9))).unwrap();
        assert!(of_conversation(&connection, queued.conversation).unwrap().is_empty());
    }
}
