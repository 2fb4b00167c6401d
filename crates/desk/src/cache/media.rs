//! Table `media`: files that were shown once, so that they can be shown again without the hub.

use tandem_conversation::MediaId;
use tandem_sqlite::rusqlite::{Connection, OptionalExtension as _, params};

use super::{CacheError, id};

pub(crate) const SCHEMA: &str = "
CREATE TABLE media (
    id           BLOB NOT NULL PRIMARY KEY,
    content_type TEXT NOT NULL,
    bytes        BLOB NOT NULL
) STRICT;";

/// A file with its type.
pub(crate) struct File {
    pub content_type: String,
    pub bytes: Vec<u8>,
}

pub(crate) fn get(connection: &Connection, media: MediaId) -> Result<Option<File>, CacheError> {
    let mut query = connection.prepare_cached("SELECT content_type, bytes FROM media WHERE id = ?1")?;
    let file = query.query_row([id(media.0)], |row| Ok(File { content_type: row.get(0)?, bytes: row.get(1)? }));
    Ok(file.optional()?)
}

pub(crate) fn put(connection: &Connection, media: MediaId, file: &File) -> Result<(), CacheError> {
    let mut query = connection.prepare_cached(
        "INSERT INTO media (id, content_type, bytes) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO NOTHING",
    )?;
    query.execute(params![id(media.0), file.content_type, file.bytes])?;
    Ok(())
}
