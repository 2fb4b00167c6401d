//! Table `refused`: acts without words that the hub refused while nobody waited for its answer, until the user has seen
//! to them. Words go back to their draft instead.

use tandem_conversation::{CommandId, ConversationId, Time};
use tandem_sqlite::rusqlite::{Connection, params};
use uuid::Uuid;

use super::outbox::Queued;
use super::{CacheError, buttons, conversation_id, id, json};
use crate::reason::Reason;

pub(crate) const SCHEMA: &str = "
CREATE TABLE refused (
    number       INTEGER NOT NULL PRIMARY KEY,
    -- The command.
    id           BLOB NOT NULL UNIQUE,
    conversation BLOB NOT NULL,
    -- The customer's name.
    name         TEXT NOT NULL,
    -- What should have happened, in words.
    what         TEXT NOT NULL,
    -- JSON, or the words alone as older versions kept them.
    reason       TEXT NOT NULL,
    at           INTEGER NOT NULL
) STRICT;";

pub(crate) const COMMANDS: &str = "
-- JSON: the command, whose words are made where it is shown. `what` is for those of older versions.
ALTER TABLE refused ADD COLUMN command TEXT;";

/// The newest are kept.
const MOST: u32 = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub command: CommandId,
    pub conversation: ConversationId,
    pub name: String,
    /// What should have happened, in words.
    pub what: String,
    pub reason: Reason,
    pub at: Time,
}

pub(crate) fn add(
    connection: &Connection,
    queued: &Queued,
    name: &str,
    reason: &Reason,
    at: Time,
) -> Result<(), CacheError> {
    let mut query = connection.prepare_cached(
        "INSERT OR IGNORE INTO refused (id, conversation, name, what, reason, at, command)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let what = buttons::intent(connection, &queued.command)?;
    let (reason, command) = (json("reason", reason)?, json("refused command", &queued.command)?);
    query.execute(params![id(queued.id.0), id(queued.conversation.0), name, what, reason, at.0, command])?;
    let old = "DELETE FROM refused WHERE number <= (SELECT number FROM refused ORDER BY number DESC LIMIT 1 OFFSET ?1)";
    connection.prepare_cached(old)?.execute([MOST])?;
    Ok(())
}

pub(crate) fn remove(connection: &Connection, command: CommandId) -> Result<(), CacheError> {
    connection.prepare_cached("DELETE FROM refused WHERE id = ?1")?.execute([id(command.0)])?;
    Ok(())
}

/// All of them, oldest first.
pub(crate) fn all(connection: &Connection) -> Result<Vec<Refused>, CacheError> {
    let mut query = connection
        .prepare_cached("SELECT id, conversation, name, what, reason, at, command FROM refused ORDER BY number")?;
    let rows = query.query_map([], |row| {
        let refused = Refused {
            command: CommandId(Uuid::from_bytes(row.get(0)?)),
            conversation: conversation_id(row.get(1)?),
            name: row.get(2)?,
            what: row.get(3)?,
            reason: Reason::read(&row.get::<_, String>(4)?),
            at: Time(row.get(5)?),
        };
        Ok((refused, row.get::<_, Option<String>>(6)?))
    })?;
    let mut all = Vec::new();
    for row in rows {
        let (mut refused, command) = row?;
        if let Some(command) = command.and_then(|command| serde_json::from_str(&command).ok()) {
            refused.what = buttons::intent(connection, &command)?;
        }
        all.push(refused);
    }
    Ok(all)
}

#[cfg(test)]
pub(crate) mod tests {
    use tandem_protocol::agents::AgentCommand;

    use super::*;
    use crate::cache::testing::connection;
    use crate::words::tests::in_german;

    pub(crate) fn given(number: u128, command: AgentCommand) -> Queued {
        Queued {
            id: CommandId(Uuid::from_u128(number)),
            conversation: ConversationId(Uuid::from_u128(1)),
            command,
            attempts: 0,
            accepted: false,
            created: Time(0),
            held_until: None,
            decided_at: None,
            file: None,
        }
    }

    #[test]
    fn the_newest_are_kept() {
        let connection = connection();
        let reason = Reason::said("", "Somebody took it.");
        for number in 0..u128::from(MOST) + 5 {
            let join = given(number, AgentCommand::Join { call: None });
            add(&connection, &join, "Carmen Menzel", &reason, Time(0)).unwrap();
        }
        let kept = all(&connection).unwrap();
        assert_eq!(kept.len(), MOST as usize);
        assert_eq!(kept[0].command.0.as_u128(), 5);
        remove(&connection, kept[0].command).unwrap();
        assert_eq!(all(&connection).unwrap().len(), MOST as usize - 1);
    }

    #[test]
    fn what_was_refused_and_why_is_said_in_the_language_of_the_window() {
        let connection = connection();
        let why = Reason::said("conversation.completed", "The conversation is completed.");
        let join = given(1, AgentCommand::Join { call: None });
        add(&connection, &join, "Carmen Menzel", &why, Time(0)).unwrap();
        let said = || {
            let Refused { what, reason, .. } = all(&connection).unwrap().remove(0);
            (what, reason.words())
        };
        assert_eq!(said(), ("Join".into(), "The conversation is completed.".into()));
        assert_eq!(in_german(said), ("Beitreten".into(), "Das Gespräch ist abgeschlossen.".into()));
    }

    #[test]
    fn what_an_older_version_kept_stays_as_it_was_said() {
        let connection = connection();
        let sql = "INSERT INTO refused (id, conversation, name, what, reason, at)
                   VALUES (zeroblob(16), zeroblob(16), 'Carmen Menzel', 'Join', 'Liam Chen took the call.', 0)";
        connection.execute_batch(sql).unwrap();
        let kept = in_german(|| all(&connection).unwrap().remove(0));
        assert_eq!(
            (kept.what.as_str(), in_german(|| kept.reason.words()).as_str()),
            ("Join", "Liam Chen took the call.")
        );
    }
}
