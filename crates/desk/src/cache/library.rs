//! The library of questions and quick replies as one value of `meta`, because it changes as a whole; and which quick
//! replies stand in which draft.

use tandem_conversation::{BrandId, CommandId, ConversationId, Drawn, MediaId, QuickReplyId, UsedReply};
use tandem_protocol::library::Library;
use tandem_sqlite::rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::bookmarks::Kind;
use super::{CacheError, Touched, brands, id, media, meta};

pub(crate) const SCHEMA: &str = "
CREATE TABLE drawn (
    conversation BLOB NOT NULL,
    -- 1 in a note, 0 in a reply.
    note         INTEGER NOT NULL,
    -- In the order of inserting.
    number       INTEGER NOT NULL,
    reply        BLOB NOT NULL,
    version      INTEGER NOT NULL,
    -- The words as they were inserted, with gaps.
    words        TEXT NOT NULL,
    -- The command in the outbox that has the draft's words; null while they stand in the draft.
    command      BLOB,
    PRIMARY KEY (conversation, note, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX drawn_command ON drawn (command) WHERE command IS NOT NULL;
-- Uses since the library was fetched; an empty brand for conversations without one.
CREATE TABLE library_uses (
    item  BLOB NOT NULL,
    brand BLOB NOT NULL,
    uses  INTEGER NOT NULL,
    PRIMARY KEY (item, brand)
) STRICT, WITHOUT ROWID;";

/// The stamp of the cached library; none if there is none.
pub(crate) fn stamp(connection: &Connection) -> Result<Option<String>, CacheError> {
    meta::get(connection, meta::LIBRARY_STAMP)
}

pub(crate) fn whole(connection: &Connection) -> Result<Option<Library>, CacheError> {
    meta::get(connection, meta::LIBRARY)
}

/// Stores the library as fetched.
pub(crate) fn keep(connection: &Connection, touched: &mut Touched, library: &Library) -> Result<(), CacheError> {
    meta::put(connection, meta::LIBRARY, library)?;
    meta::put(connection, meta::LIBRARY_STAMP, &library.stamp)?;
    let files: Vec<MediaId> =
        library.quick_replies.iter().flat_map(|reply| &reply.attachments).map(|file| file.id).collect();
    media::keep_of_library(connection, &files)?;
    // The hub has counted them.
    connection.prepare_cached("DELETE FROM library_uses")?.execute([])?;
    touched.app();
    if brands::keep(connection, &library.brands)? {
        touched.everything();
    }
    Ok(())
}

/// An older hub has none.
pub(crate) fn forget(connection: &Connection) -> Result<(), CacheError> {
    meta::remove(connection, meta::LIBRARY)?;
    brands::keep(connection, &[])?;
    meta::remove(connection, meta::LIBRARY_STAMP)
}

/// A quick reply in a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Inserted {
    pub used: UsedReply,
    /// As it was inserted, with gaps.
    pub words: String,
}

/// Remembers that a quick reply stands in a draft.
pub(crate) fn insert(
    connection: &Connection,
    of: ConversationId,
    kind: Kind,
    inserted: &Inserted,
) -> Result<(), CacheError> {
    let note = kind == Kind::Note;
    connection
        .prepare_cached(
            "INSERT INTO drawn (conversation, note, number, reply, version, words) VALUES (?1, ?2,
                 (SELECT coalesce(max(number), 0) + 1 FROM drawn WHERE conversation = ?1 AND note = ?2), ?3, ?4, ?5)",
        )?
        .execute(params![id(of.0), note, id(inserted.used.id.0), inserted.used.version, inserted.words])?;
    Ok(())
}

/// The quick replies in a draft.
pub(crate) fn inserted(connection: &Connection, of: ConversationId, kind: Kind) -> Result<Vec<Inserted>, CacheError> {
    let mut query = connection.prepare_cached(
        "SELECT reply, version, words FROM drawn
         WHERE conversation = ?1 AND note = ?2 AND command IS NULL ORDER BY number",
    )?;
    let row = |row: &Row<'_>| {
        let reply = QuickReplyId(Uuid::from_bytes(row.get(0)?));
        Ok(Inserted { used: UsedReply { id: reply, version: row.get(1)? }, words: row.get(2)? })
    };
    Ok(query.query_map(params![id(of.0), kind == Kind::Note], row)?.collect::<Result<_, _>>()?)
}

/// The draft was emptied.
pub(crate) fn clear(connection: &Connection, of: ConversationId, kind: Kind) -> Result<(), CacheError> {
    connection
        .prepare_cached("DELETE FROM drawn WHERE conversation = ?1 AND note = ?2 AND command IS NULL")?
        .execute(params![id(of.0), kind == Kind::Note])?;
    Ok(())
}

/// The draft has become a command.
pub(crate) fn attach(
    connection: &Connection,
    of: ConversationId,
    kind: Kind,
    command: CommandId,
) -> Result<(), CacheError> {
    connection
        .prepare_cached("UPDATE drawn SET command = ?3 WHERE conversation = ?1 AND note = ?2 AND command IS NULL")?
        .execute(params![id(of.0), kind == Kind::Note, id(command.0)])?;
    Ok(())
}

/// The command's words stand in the draft again.
pub(crate) fn give_back(connection: &Connection, command: CommandId) -> Result<(), CacheError> {
    connection.prepare_cached("UPDATE drawn SET command = NULL WHERE command = ?1")?.execute([id(command.0)])?;
    Ok(())
}

/// The hub has the command: what its turn was drawn from counts as used.
pub(crate) fn sent(
    connection: &Connection,
    command: CommandId,
    drawn: &Drawn,
    brand: Option<BrandId>,
) -> Result<(), CacheError> {
    let replies = drawn.quick_replies.iter().map(|used| used.id.0);
    for item in replies.chain(drawn.question_id.map(|question| question.0)) {
        used(connection, item, brand)?;
    }
    connection.prepare_cached("DELETE FROM drawn WHERE command = ?1")?.execute([id(command.0)])?;
    Ok(())
}

/// Counts a use until the hub tells its own counts.
fn used(connection: &Connection, item: Uuid, brand: Option<BrandId>) -> Result<(), CacheError> {
    connection
        .prepare_cached(
            "INSERT INTO library_uses (item, brand, uses) VALUES (?1, ?2, 1)
             ON CONFLICT (item, brand) DO UPDATE SET uses = uses + 1",
        )?
        .execute(params![id(item), brand.map_or(Vec::new(), |brand| brand.0.as_bytes().to_vec())])?;
    Ok(())
}

/// Uses since the library was fetched.
pub(crate) fn uses(connection: &Connection) -> Result<Vec<(Uuid, Option<BrandId>, u32)>, CacheError> {
    let mut query = connection.prepare_cached("SELECT item, brand, uses FROM library_uses ORDER BY item, brand")?;
    let row = |row: &Row<'_>| {
        let brand: Vec<u8> = row.get(1)?;
        Ok((Uuid::from_bytes(row.get(0)?), Uuid::from_slice(&brand).ok().map(BrandId), row.get(2)?))
    };
    Ok(query.query_map([], row)?.collect::<Result<_, _>>()?)
}
