//! Table `unheld`: conversations in which something happened and that the hub must be asked for.

use tandem_conversation::ConversationId;
use tandem_sqlite::rusqlite::Connection;

use super::{CacheError, conversation_id, id};

pub(crate) const SCHEMA: &str = "
CREATE TABLE unheld (
    conversation BLOB NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;";

pub(crate) fn add(connection: &Connection, conversation: ConversationId) -> Result<(), CacheError> {
    let mut query = connection.prepare_cached("INSERT INTO unheld VALUES (?1) ON CONFLICT DO NOTHING")?;
    query.execute([id(conversation.0)])?;
    Ok(())
}

pub(crate) fn remove(connection: &Connection, conversation: ConversationId) -> Result<(), CacheError> {
    let mut query = connection.prepare_cached("DELETE FROM unheld WHERE conversation = ?1")?;
    query.execute([id(conversation.0)])?;
    Ok(())
}

pub(crate) fn all(connection: &Connection) -> Result<Vec<ConversationId>, CacheError> {
    let mut query = connection.prepare_cached("SELECT conversation FROM unheld")?;
    let found = query.query_map([], |row| row.get(0).map(conversation_id))?;
    Ok(found.collect::<Result<_, _>>()?)
}
