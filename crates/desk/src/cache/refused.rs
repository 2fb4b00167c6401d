//! Table `refused`: acts without words that the hub refused while nobody waited for its answer, until the user has seen
//! to them. Words go back to their draft instead.

use tandem_conversation::{CommandId, ConversationId, Time};
use tandem_sqlite::rusqlite::{Connection, params};
use uuid::Uuid;

use super::{CacheError, conversation_id, id};

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
    reason       TEXT NOT NULL,
    at           INTEGER NOT NULL
) STRICT;";

/// The newest are kept.
const MOST: u32 = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub command: CommandId,
    pub conversation: ConversationId,
    pub name: String,
    pub what: String,
    pub reason: String,
    pub at: Time,
}

pub(crate) fn add(connection: &Connection, refused: &Refused) -> Result<(), CacheError> {
    let mut query = connection.prepare_cached(
        "INSERT OR IGNORE INTO refused (id, conversation, name, what, reason, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let Refused { command, conversation, name, what, reason, at } = refused;
    query.execute(params![id(command.0), id(conversation.0), name, what, reason, at.0])?;
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
    let mut query =
        connection.prepare_cached("SELECT id, conversation, name, what, reason, at FROM refused ORDER BY number")?;
    let rows = query.query_map([], |row| {
        Ok(Refused {
            command: CommandId(Uuid::from_bytes(row.get(0)?)),
            conversation: conversation_id(row.get(1)?),
            name: row.get(2)?,
            what: row.get(3)?,
            reason: row.get(4)?,
            at: Time(row.get(5)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::testing::connection;

    #[test]
    fn the_newest_are_kept() {
        let connection = connection();
        for number in 0..u128::from(MOST) + 5 {
            let refused = Refused {
                command: CommandId(Uuid::from_u128(number)),
                conversation: ConversationId(Uuid::from_u128(1)),
                name: "Carmen Menzel".into(),
                what: "Join".into(),
                reason: "Somebody took it.".into(),
                at: Time(0),
            };
            add(&connection, &refused).unwrap();
        }
        let kept = all(&connection).unwrap();
        assert_eq!(kept.len(), MOST as usize);
        assert_eq!(kept[0].command.0.as_u128(), 5);
        remove(&connection, kept[0].command).unwrap();
        assert_eq!(all(&connection).unwrap().len(), MOST as usize - 1);
    }
}
