//! Table `media`: files of turns, so that they can be shown offline.
//!
//! A row without bytes records that a turn has this file; files of the user's own conversations are prefetched.

use tandem_conversation::{ConversationId, MediaId, Time};
use tandem_sqlite::rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use super::{CacheError, id};

pub(crate) const SCHEMA: &str = "
CREATE TABLE media (
    id           BLOB NOT NULL PRIMARY KEY,
    content_type TEXT NOT NULL,
    bytes        BLOB NOT NULL
) STRICT;";

pub(crate) const KEPT_WHOLE: &str = "
DROP TABLE media;
CREATE TABLE media (
    id           BLOB NOT NULL PRIMARY KEY,
    conversation BLOB NOT NULL,
    content_type TEXT NOT NULL DEFAULT '',
    -- Null while the file is not on this machine.
    bytes        BLOB,
    -- When it was fetched or shown last, in the hub's time.
    used         INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX media_missing ON media (conversation) WHERE bytes IS NULL;
CREATE INDEX media_of ON media (conversation);
CREATE INDEX media_used ON media (used) WHERE bytes IS NOT NULL;";

pub(crate) struct File {
    pub content_type: String,
    pub bytes: Vec<u8>,
}

/// Records that a turn of this conversation has this file.
pub(crate) fn mention(connection: &Connection, media: MediaId, of: ConversationId) -> Result<(), CacheError> {
    let mut query = connection
        .prepare_cached("INSERT INTO media (id, conversation) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING")?;
    query.execute(params![id(media.0), id(of.0)])?;
    Ok(())
}

/// Files of quick replies belong to no conversation; they are prefetched like those of the user's own.
const LIBRARY: ConversationId = ConversationId(Uuid::nil());

/// The library has exactly these files.
pub(crate) fn keep_of_library(connection: &Connection, files: &[MediaId]) -> Result<(), CacheError> {
    let mut query = connection.prepare_cached("SELECT id FROM media WHERE conversation = ?1")?;
    let held: Vec<[u8; 16]> = query.query_map([id(LIBRARY.0)], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for gone in held.into_iter().filter(|held| files.iter().all(|file| id(file.0) != *held)) {
        connection.prepare_cached("DELETE FROM media WHERE id = ?1")?.execute([gone])?;
    }
    files.iter().try_for_each(|file| mention(connection, *file, LIBRARY))
}

pub(crate) fn get(connection: &Connection, media: MediaId) -> Result<Option<File>, CacheError> {
    let mut query =
        connection.prepare_cached("SELECT content_type, bytes FROM media WHERE id = ?1 AND bytes IS NOT NULL")?;
    let file = query.query_row([id(media.0)], |row| Ok(File { content_type: row.get(0)?, bytes: row.get(1)? }));
    Ok(file.optional()?)
}

/// Stores the file of a cached turn; others are not stored.
pub(crate) fn put(connection: &Connection, media: MediaId, file: &File, now: Time) -> Result<(), CacheError> {
    let mut query =
        connection.prepare_cached("UPDATE media SET content_type = ?2, bytes = ?3, used = ?4 WHERE id = ?1")?;
    query.execute(params![id(media.0), file.content_type, file.bytes, now.0])?;
    Ok(())
}

/// Stops prefetching a file that the hub does not have.
pub(crate) fn give_up(connection: &Connection, media: MediaId) -> Result<(), CacheError> {
    connection.prepare_cached("DELETE FROM media WHERE id = ?1")?.execute([id(media.0)])?;
    Ok(())
}

pub(crate) fn forget(connection: &Connection, of: ConversationId) -> Result<(), CacheError> {
    connection.prepare_cached("DELETE FROM media WHERE conversation = ?1")?.execute([id(of.0)])?;
    Ok(())
}

const WANTED: &str = "
SELECT m.id FROM conversations AS c CROSS JOIN media AS m ON m.conversation = c.id AND m.bytes IS NULL
WHERE c.in_my = 1
UNION ALL
SELECT m.id FROM conversations AS c CROSS JOIN media AS m ON m.conversation = c.id AND m.bytes IS NULL
WHERE c.in_left = 1
UNION ALL
SELECT id FROM media WHERE conversation = zeroblob(16) AND bytes IS NULL LIMIT 1";

/// A missing file of the user's current or recent conversations.
pub(crate) fn wanted(connection: &Connection) -> Result<Option<MediaId>, CacheError> {
    let mut query = connection.prepare_cached(WANTED)?;
    Ok(query.query_row([], |row| Ok(MediaId(Uuid::from_bytes(row.get(0)?)))).optional()?)
}

const LEAST_USED: &str = "SELECT id, length(bytes) FROM media WHERE bytes IS NOT NULL ORDER BY used LIMIT ?1";

/// Frees about `bytes` by deleting the least recently used files, at most `most` of them.
pub(crate) fn make_room(connection: &Connection, bytes: u64, most: u32) -> Result<(), CacheError> {
    let mut query = connection.prepare_cached(LEAST_USED)?;
    let rows = query.query_map([most], |row| Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, u32>(1)?)))?;
    let mut freed = 0;
    for row in rows.collect::<Result<Vec<_>, _>>()? {
        if freed >= bytes {
            break;
        }
        connection
            .prepare_cached("UPDATE media SET bytes = NULL, content_type = '' WHERE id = ?1")?
            .execute([row.0])?;
        freed += u64::from(row.1);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::testing::{assert_indexed, connection};

    #[test]
    fn every_query_is_answered_by_indices_alone() {
        for sql in [WANTED, LEAST_USED] {
            assert_indexed(sql);
        }
    }

    #[test]
    fn the_file_that_was_used_longest_ago_makes_room_first() {
        let (connection, of) = (connection(), ConversationId(Uuid::from_u128(1)));
        let file = |size| File { content_type: "image/png".into(), bytes: vec![7; size] };
        let ids = [1, 2, 3].map(|number| MediaId(Uuid::from_u128(number)));
        for (media, used) in ids.into_iter().zip([30, 10, 20]) {
            mention(&connection, media, of).unwrap();
            put(&connection, media, &file(1_000), Time(used)).unwrap();
        }
        make_room(&connection, 1_500, 9).unwrap();
        let kept = ids.map(|media| get(&connection, media).unwrap().is_some());
        assert_eq!(kept, [true, false, false]);
    }
}
