//! Table `pulse`: written to check that writes succeed.

use tandem_conversation::Time;
use tandem_sql::{Connection, params};

use super::StoreError;

pub(crate) const SCHEMA: &str = "
-- One row, written to find out whether writes are kept.
CREATE TABLE pulse (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    at  INTEGER NOT NULL,
    -- Filled and emptied again: needs some new pages.
    room BLOB
) STRICT;";

/// Writes the row. It needs some new pages, so a full disk fails.
pub(crate) fn beat(connection: &Connection, now: Time) -> Result<(), StoreError> {
    let sql = "INSERT INTO pulse (one, at, room) VALUES (1, ?1, zeroblob(16384))
               ON CONFLICT (one) DO UPDATE SET at = excluded.at, room = excluded.room";
    connection.prepare_cached(sql)?.execute(params![now.0])?;
    connection.prepare_cached("UPDATE pulse SET room = NULL")?.execute([])?;
    Ok(())
}
