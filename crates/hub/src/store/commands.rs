//! Commands that were answered: the same id again gets the same answer and has no further effect.

use tandem_conversation::{CommandId, Position, Rejection};
use tandem_sqlite::rusqlite::{Connection, OptionalExtension, params};

use super::{Id, StoreError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE commands (
    id        BLOB NOT NULL PRIMARY KEY,
    -- Of the conversation after the command.
    position  INTEGER NOT NULL,
    -- The rejection as JSON; null if the command was accepted.
    rejection TEXT
) STRICT, WITHOUT ROWID;";

/// How a command was answered.
pub(crate) type Answer = Result<Position, Rejection>;

/// The answer to an earlier command of this id.
pub(crate) fn find(connection: &Connection, id: CommandId) -> Result<Option<Answer>, StoreError> {
    let mut query = connection.prepare_cached("SELECT position, rejection FROM commands WHERE id = ?1")?;
    let found =
        query.query_row([Id(id.0)], |row| Ok((row.get::<_, u32>(0)?, row.get::<_, Option<String>>(1)?))).optional()?;
    match found {
        None => Ok(None),
        Some((position, None)) => Ok(Some(Ok(Position(position)))),
        Some((_, Some(json))) => serde_json::from_str(&json)
            .map(|rejection| Some(Err(rejection)))
            .map_err(|error| StoreError::Damaged { what: "command", detail: error.to_string() }),
    }
}

/// Remembers an answer.
pub(crate) fn insert(connection: &Connection, id: CommandId, answer: &Answer) -> Result<(), StoreError> {
    let (position, rejection) = match answer {
        Ok(position) => (position.0, None),
        Err(rejection) => (0, serde_json::to_string(rejection).ok()),
    };
    let mut query = connection.prepare_cached("INSERT INTO commands (id, position, rejection) VALUES (?1, ?2, ?3)")?;
    query.execute(params![Id(id.0), position, rejection])?;
    Ok(())
}
