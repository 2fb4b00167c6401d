//! The log's identity, a unique random number.
//!
//! Positions and cursors are valid within one log only. Data restored from a backup becomes another log, because it
//! assigns the same positions to other events.

use std::path::Path;

use tandem_sql::Connection;
use uuid::Uuid;

use super::{Id, StoreError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE log (
    -- There is one row.
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    id       BLOB NOT NULL
) STRICT;
INSERT INTO log (only_row, id) VALUES (1, randomblob(16));";

/// The log's identity.
pub(crate) fn id(connection: &Connection) -> Result<Uuid, StoreError> {
    let mut query = connection.prepare_cached("SELECT id FROM log WHERE only_row = 1")?;
    Ok(query.query_row([], |row| row.get::<_, Id>(0))?.0)
}

/// Gives a folder's data a new log identity: desks and the search index start afresh. For restored backups, while no
/// hub runs on the folder.
///
/// # Errors
/// If the database cannot be opened or written.
pub fn renew(data: &Path) -> Result<(), StoreError> {
    let connection = tandem_sqlite::rusqlite::Connection::open(data.join("tandem.db"))?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    // Older data gets its identity when it is opened.
    let table = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'log'";
    if connection.query_row(table, [], |row| row.get::<_, u32>(0))? > 0 {
        connection.execute("UPDATE log SET id = randomblob(16)", [])?;
    }
    Ok(())
}
