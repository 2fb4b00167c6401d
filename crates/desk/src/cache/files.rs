//! Tables `files` and `file_parts`: outgoing files, from the choice until the hub has their turn.
//!
//! A file without a command belongs to its conversation's draft. Bytes are stored in parts, so that neither an upload
//! nor a move to another cache file holds a whole file in memory.

use tandem_conversation::{CommandId, ConversationId, MediaId, Time};
use tandem_sqlite::rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::{CacheError, conversation_id, id, json, media, meta};
use crate::reason::Reason;

pub(crate) const SCHEMA: &str = "
CREATE TABLE files (
    -- The order of choosing.
    number       INTEGER NOT NULL PRIMARY KEY,
    -- Also the upload's id at the hub, which answers a repeat the same.
    id           BLOB NOT NULL UNIQUE,
    conversation BLOB NOT NULL,
    name         TEXT NOT NULL,
    content_type TEXT NOT NULL,
    -- Size of the whole file.
    bytes        INTEGER NOT NULL,
    -- Bytes in `file_parts`.
    held         INTEGER NOT NULL,
    -- The reply in the outbox that carries it; null while it belongs to the draft.
    command      BLOB,
    -- 1: the hub has the bytes.
    uploaded     INTEGER NOT NULL,
    -- Why it came back to the draft: JSON, or the words alone as older versions kept them.
    problem      TEXT
) STRICT;
CREATE INDEX files_conversation ON files (conversation, number);
CREATE INDEX files_command ON files (command);
CREATE INDEX files_bytes ON files (bytes);
CREATE TABLE file_parts (
    file  BLOB NOT NULL,
    -- Where in the file the part begins.
    place INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (file, place)
) STRICT;";

/// An outgoing file, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outgoing {
    pub id: MediaId,
    pub conversation: ConversationId,
    pub name: String,
    pub content_type: String,
    pub bytes: u64,
    pub held: u64,
    pub command: Option<CommandId>,
    pub uploaded: bool,
    pub problem: Option<Reason>,
}

impl Outgoing {
    /// Whether all of its bytes are on this machine.
    pub(crate) fn is_whole(&self) -> bool {
        self.held == self.bytes
    }
}

pub(crate) fn insert(connection: &Connection, file: &Outgoing) -> Result<(), CacheError> {
    let mut query = connection.prepare_cached(
        "INSERT INTO files (id, conversation, name, content_type, bytes, held, uploaded)
         VALUES (?1, ?2, ?3, ?4, ?5, 0, 0)",
    )?;
    let bytes = file.bytes.cast_signed();
    query.execute(params![id(file.id.0), id(file.conversation.0), file.name, file.content_type, bytes])?;
    Ok(())
}

/// Bytes and number of all waiting files, in drafts and in the outbox.
pub(crate) fn total(connection: &Connection) -> Result<(u64, u32), CacheError> {
    let mut query = connection.prepare_cached("SELECT coalesce(sum(bytes), 0), count(*) FROM files")?;
    Ok(query.query_row([], |row| Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?)))?)
}

/// Appends a part.
pub(crate) fn add_part(connection: &Connection, file: &Outgoing, bytes: &[u8]) -> Result<(), CacheError> {
    connection.prepare_cached("INSERT INTO file_parts (file, place, bytes) VALUES (?1, ?2, ?3)")?.execute(params![
        id(file.id.0),
        file.held.cast_signed(),
        bytes
    ])?;
    connection
        .prepare_cached("UPDATE files SET held = held + ?2 WHERE id = ?1")?
        .execute(params![id(file.id.0), i64::try_from(bytes.len()).unwrap_or(i64::MAX)])?;
    Ok(())
}

/// The part that begins at `place`.
pub(crate) fn part(connection: &Connection, file: MediaId, place: u64) -> Result<Option<Vec<u8>>, CacheError> {
    let mut query = connection.prepare_cached("SELECT bytes FROM file_parts WHERE file = ?1 AND place = ?2")?;
    Ok(query.query_row(params![id(file.0), place.cast_signed()], |row| row.get(0)).optional()?)
}

const ONE: &str = "SELECT id, conversation, name, content_type, bytes, held, command, uploaded, problem
                   FROM files WHERE id = ?1";

pub(crate) fn get(connection: &Connection, file: MediaId) -> Result<Option<Outgoing>, CacheError> {
    Ok(connection.prepare_cached(ONE)?.query_row([id(file.0)], outgoing).optional()?)
}

const DRAFTED: &str = "SELECT id, conversation, name, content_type, bytes, held, command, uploaded, problem
                       FROM files WHERE conversation = ?1 AND command IS NULL ORDER BY number";

/// The files of a conversation's draft, in the order of choosing.
pub(crate) fn drafted(connection: &Connection, of: ConversationId) -> Result<Vec<Outgoing>, CacheError> {
    let mut query = connection.prepare_cached(DRAFTED)?;
    Ok(query.query_map([id(of.0)], outgoing)?.collect::<Result<_, _>>()?)
}

const DRAFTED_IN: &str = "SELECT DISTINCT conversation FROM files INDEXED BY files_conversation WHERE command IS NULL ORDER BY conversation LIMIT ?1";

/// Conversations with files in their drafts.
pub(crate) fn drafted_in(connection: &Connection, most: u32) -> Result<Vec<ConversationId>, CacheError> {
    let mut query = connection.prepare_cached(DRAFTED_IN)?;
    Ok(query.query_map([most], |row| Ok(conversation_id(row.get(0)?)))?.collect::<Result<_, _>>()?)
}

const OF_COMMAND: &str = "SELECT id, conversation, name, content_type, bytes, held, command, uploaded, problem
                          FROM files WHERE command = ?1";

pub(crate) fn of_command(connection: &Connection, command: CommandId) -> Result<Option<Outgoing>, CacheError> {
    Ok(connection.prepare_cached(OF_COMMAND)?.query_row([id(command.0)], outgoing).optional()?)
}

/// Moves a file from the draft to the reply that carries it.
pub(crate) fn attach(connection: &Connection, file: MediaId, command: CommandId) -> Result<(), CacheError> {
    let sql = "UPDATE files SET command = ?2, problem = NULL WHERE id = ?1";
    connection.prepare_cached(sql)?.execute([id(file.0), id(command.0)])?;
    Ok(())
}

pub(crate) fn uploaded(connection: &Connection, file: MediaId) -> Result<(), CacheError> {
    connection.prepare_cached("UPDATE files SET uploaded = 1 WHERE id = ?1")?.execute([id(file.0)])?;
    Ok(())
}

/// Returns a file to the draft: its reply was refused or cancelled.
pub(crate) fn give_back(
    connection: &Connection,
    command: CommandId,
    problem: Option<&Reason>,
) -> Result<(), CacheError> {
    let problem = problem.map(|why| json("reason", why)).transpose()?;
    let sql = "UPDATE files SET command = NULL, uploaded = 0, problem = ?2 WHERE command = ?1";
    connection.prepare_cached(sql)?.execute(params![id(command.0), problem])?;
    Ok(())
}

pub(crate) fn remove(connection: &Connection, file: MediaId) -> Result<(), CacheError> {
    connection.prepare_cached("DELETE FROM file_parts WHERE file = ?1")?.execute([id(file.0)])?;
    connection.prepare_cached("DELETE FROM files WHERE id = ?1")?.execute([id(file.0)])?;
    Ok(())
}

/// The hub has the turn: the sent file becomes cached media of the conversation.
pub(crate) fn keep_as_media(
    connection: &Connection,
    file: &Outgoing,
    as_known: MediaId,
    now: Time,
) -> Result<(), CacheError> {
    if let Some(bytes) = whole(connection, file)? {
        media::mention(connection, as_known, file.conversation)?;
        media::put(connection, as_known, &media::File { content_type: file.content_type.clone(), bytes }, now)?;
    }
    remove(connection, file.id)
}

const UNREACHABLE: &str = "SELECT f.id FROM files AS f
     WHERE f.command IS NULL AND NOT EXISTS (SELECT 1 FROM conversations AS c WHERE c.id = f.conversation)
     ORDER BY f.number";

/// Deletes at most `most` draft files, oldest first, that were chosen before `before` and whose conversations are not cached:
/// no one can see or send them. Returns their number.
pub(crate) fn remove_unreachable(connection: &Connection, before: Time, most: usize) -> Result<usize, CacheError> {
    // Without a cursor the conversations are still being fetched.
    if meta::get::<u64>(connection, meta::CURSOR)?.is_none() {
        return Ok(0);
    }
    let mut query = connection.prepare_cached(UNREACHABLE)?;
    let ids = query.query_map([], |row| Ok(MediaId(Uuid::from_bytes(row.get(0)?))))?.collect::<Result<Vec<_>, _>>()?;
    let gone: Vec<_> = ids.into_iter().filter(|file| chosen_at(*file) < before).take(most).collect();
    gone.iter().try_for_each(|file| remove(connection, *file))?;
    Ok(gone.len())
}

/// Deletes the files of a conversation's draft.
pub(crate) fn remove_drafted(connection: &Connection, of: ConversationId) -> Result<(), CacheError> {
    drafted(connection, of)?.iter().try_for_each(|file| remove(connection, file.id))
}

/// The time in its id.
fn chosen_at(file: MediaId) -> Time {
    let at = file.0.get_timestamp().map(|at| at.to_unix());
    at.map_or(Time(0), |(seconds, nanos)| Time(seconds.cast_signed() * 1_000 + i64::from(nanos / 1_000_000)))
}

/// Whether the parts of a file are complete.
pub(crate) fn has_all_parts(connection: &Connection, file: &Outgoing) -> Result<bool, CacheError> {
    let mut query =
        connection.prepare_cached("SELECT place, length(bytes) FROM file_parts WHERE file = ?1 ORDER BY place")?;
    let mut rows = query.query([id(file.id.0)])?;
    let mut end = 0;
    while let Some(row) = rows.next()? {
        if row.get::<_, i64>(0)? != end {
            return Ok(false);
        }
        end += row.get::<_, i64>(1)?;
    }
    Ok(end.cast_unsigned() == file.bytes)
}

/// All bytes of a file; none if it is incomplete.
pub(crate) fn whole(connection: &Connection, file: &Outgoing) -> Result<Option<Vec<u8>>, CacheError> {
    let mut bytes = Vec::with_capacity(usize::try_from(file.held).unwrap_or_default());
    let mut query = connection.prepare_cached("SELECT bytes FROM file_parts WHERE file = ?1 ORDER BY place")?;
    for part in query.query_map([id(file.id.0)], |row| row.get::<_, Vec<u8>>(0))? {
        bytes.extend(part?);
    }
    Ok((bytes.len() as u64 == file.bytes).then_some(bytes))
}

/// Removes incomplete files: a new page cannot continue them.
pub(crate) fn remove_unfinished(connection: &Connection) -> Result<(), CacheError> {
    let mut query = connection.prepare("SELECT id FROM files WHERE held < bytes AND command IS NULL")?;
    let ids = query.query_map([], |row| Ok(MediaId(Uuid::from_bytes(row.get(0)?))))?;
    for file in ids.collect::<Result<Vec<_>, _>>()? {
        remove(connection, file)?;
    }
    Ok(())
}

fn outgoing(row: &Row<'_>) -> Result<Outgoing, tandem_sqlite::rusqlite::Error> {
    let command: Option<[u8; 16]> = row.get(6)?;
    Ok(Outgoing {
        id: MediaId(Uuid::from_bytes(row.get(0)?)),
        conversation: conversation_id(row.get(1)?),
        name: row.get(2)?,
        content_type: row.get(3)?,
        bytes: row.get::<_, i64>(4)?.cast_unsigned(),
        held: row.get::<_, i64>(5)?.cast_unsigned(),
        command: command.map(|bytes| CommandId(Uuid::from_bytes(bytes))),
        uploaded: row.get(7)?,
        problem: row.get::<_, Option<String>>(8)?.map(|kept| Reason::read(&kept)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::testing::{assert_indexed, connection};

    fn chosen(number: u128, bytes: u64) -> Outgoing {
        Outgoing {
            id: MediaId(Uuid::from_u128(number)),
            conversation: ConversationId(Uuid::from_u128(1)),
            name: "invoice.pdf".into(),
            content_type: "application/pdf".into(),
            bytes,
            held: 0,
            command: None,
            uploaded: false,
            problem: None,
        }
    }

    fn held(connection: &Connection, number: u128) -> Outgoing {
        get(connection, MediaId(Uuid::from_u128(number))).unwrap().unwrap()
    }

    #[test]
    fn every_query_is_answered_by_indices_alone() {
        for sql in [ONE, DRAFTED, DRAFTED_IN, OF_COMMAND, UNREACHABLE] {
            assert_indexed(sql);
        }
    }

    #[test]
    fn parts_make_the_file_again_in_their_order() {
        let connection = connection();
        insert(&connection, &chosen(1, 5)).unwrap();
        add_part(&connection, &held(&connection, 1), b"abc").unwrap();
        assert_eq!(whole(&connection, &held(&connection, 1)).unwrap(), None, "two bytes are missing");
        add_part(&connection, &held(&connection, 1), b"de").unwrap();
        let file = held(&connection, 1);
        assert!(file.is_whole());
        assert_eq!(whole(&connection, &file).unwrap().unwrap(), b"abcde");
        assert_eq!(part(&connection, file.id, 3).unwrap().unwrap(), b"de");
    }

    #[test]
    fn files_whose_page_is_gone_do_not_stay() {
        let connection = connection();
        for (number, bytes) in [(1, 3), (2, 9)] {
            insert(&connection, &chosen(number, bytes)).unwrap();
            add_part(&connection, &held(&connection, number), b"abc").unwrap();
        }
        remove_unfinished(&connection).unwrap();
        assert_eq!(total(&connection).unwrap(), (3, 1));
        let parts: u32 = connection.query_row("SELECT count(*) FROM file_parts", [], |row| row.get(0)).unwrap();
        assert_eq!(parts, 1);
    }

    #[test]
    fn a_missing_part_is_noticed_at_every_position() {
        for (missing, all) in [(None, true), (Some(0), false), (Some(3), false), (Some(6), false)] {
            let connection = connection();
            insert(&connection, &chosen(1, 9)).unwrap();
            for part in [b"abc", b"def", b"ghi"] {
                add_part(&connection, &held(&connection, 1), part).unwrap();
            }
            connection.execute("DELETE FROM file_parts WHERE place = ?1", [missing]).unwrap();
            assert_eq!(has_all_parts(&connection, &held(&connection, 1)).unwrap(), all, "without {missing:?}");
        }
    }

    #[test]
    fn the_id_of_a_file_has_the_time_of_its_choice() {
        let at = uuid::Timestamp::from_unix(uuid::NoContext, 1_790_000_000, 250_000_000);
        assert_eq!(chosen_at(MediaId(Uuid::new_v7(at))), Time(1_790_000_000_250));
        assert_eq!(chosen_at(MediaId(Uuid::nil())), Time(0));
    }

    #[test]
    fn a_file_that_was_sent_is_kept_like_any_other_of_the_conversation() {
        let connection = connection();
        insert(&connection, &chosen(1, 3)).unwrap();
        add_part(&connection, &held(&connection, 1), b"abc").unwrap();
        let file = held(&connection, 1);
        keep_as_media(&connection, &file, file.id, Time(1)).unwrap();
        assert_eq!(media::get(&connection, file.id).unwrap().unwrap().bytes, b"abc");
        assert_eq!(total(&connection).unwrap(), (0, 0));
    }
}
