//! Files by reference; the bytes lie in the data folder.

use tandem_conversation::{ContactId, Media, MediaId};
use tandem_sqlite::rusqlite::{Connection, OptionalExtension, params};

use super::{Id, StoreError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE media (
    id           BLOB NOT NULL PRIMARY KEY,
    -- The web session that sent it; null if our side did.
    contact      BLOB,
    name         TEXT NOT NULL,
    content_type TEXT NOT NULL,
    bytes        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;";

pub(crate) fn insert(connection: &Connection, media: &Media, contact: Option<ContactId>) -> Result<(), StoreError> {
    connection
        .prepare_cached("INSERT INTO media (id, contact, name, content_type, bytes) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![
            Id(media.id.0),
            contact.map(|contact| Id(contact.0)),
            media.name,
            media.content_type,
            media.bytes.cast_signed(),
        ])?;
    Ok(())
}

/// One file, with the web session that sent it.
pub(crate) fn get(connection: &Connection, id: MediaId) -> Result<Option<(Media, Option<ContactId>)>, StoreError> {
    let mut query = connection.prepare_cached("SELECT name, content_type, bytes, contact FROM media WHERE id = ?1")?;
    let found = query.query_row([Id(id.0)], |row| {
        let media =
            Media { id, name: row.get(0)?, content_type: row.get(1)?, bytes: row.get::<_, i64>(2)?.cast_unsigned() };
        Ok((media, row.get::<_, Option<Id>>(3)?.map(|id| ContactId(id.0))))
    });
    Ok(found.optional()?)
}
