//! Files by reference; the bytes lie in the data folder.

use tandem_conversation::{ContactId, LinkId, Media, MediaId};
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

/// The link of the external agent who sent it.
pub(crate) const LINKS: &str = "ALTER TABLE media ADD COLUMN link BLOB;";

/// Who sent a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    /// A customer's web session.
    Contact(ContactId),
    ExternalAgent(LinkId),
    /// Anybody else of our side.
    Ours,
}

pub(crate) fn insert(connection: &Connection, media: &Media, sender: Sender) -> Result<(), StoreError> {
    let (contact, link) = match sender {
        Sender::Contact(contact) => (Some(Id(contact.0)), None),
        Sender::ExternalAgent(link) => (None, Some(Id(link.0))),
        Sender::Ours => (None, None),
    };
    connection
        .prepare_cached(
            "INSERT INTO media (id, contact, link, name, content_type, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![Id(media.id.0), contact, link, media.name, media.content_type, media.bytes.cast_signed(),])?;
    Ok(())
}

/// One file, and who sent it.
pub(crate) fn get(connection: &Connection, id: MediaId) -> Result<Option<(Media, Sender)>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT m.name, m.content_type, m.bytes, coalesce(t.moved_to, m.contact), m.link
             FROM media m LEFT JOIN contacts t ON t.id = m.contact WHERE m.id = ?1",
    )?;
    let found = query.query_row([Id(id.0)], |row| {
        let media =
            Media { id, name: row.get(0)?, content_type: row.get(1)?, bytes: row.get::<_, i64>(2)?.cast_unsigned() };
        let sender = match (row.get::<_, Option<Id>>(3)?, row.get::<_, Option<Id>>(4)?) {
            (Some(contact), _) => Sender::Contact(ContactId(contact.0)),
            (None, Some(link)) => Sender::ExternalAgent(LinkId(link.0)),
            (None, None) => Sender::Ours,
        };
        Ok((media, sender))
    });
    Ok(found.optional()?)
}
