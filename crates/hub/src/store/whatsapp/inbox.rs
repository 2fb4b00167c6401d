//! Bodies of webhooks that wait to be read. Stored before they are answered, so no crash loses one.

use sha2::{Digest as _, Sha256};
use tandem_conversation::Time;
use tandem_sql::{Connection, OptionalExtension as _, params};

use crate::store::StoreError;
use crate::store::sweeps::{STEP, Step};

/// A body to read.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub id: i64,
    pub received: Time,
    pub body: Vec<u8>,
}

/// A body that could not be read, for operators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unread {
    pub received: Time,
    pub why: String,
}

/// Stores a body; a repeat of one that is known changes nothing.
pub(crate) fn put(connection: &Connection, number: &str, received: Time, body: &[u8]) -> Result<(), StoreError> {
    let hash = Sha256::new().chain_update(number).chain_update([0]).chain_update(body).finalize();
    let sql = "INSERT INTO whatsapp_inbox (hash, number, received, body, state, why)
               VALUES (?1, ?2, ?3, ?4, 0, '') ON CONFLICT DO NOTHING";
    connection.prepare_cached(sql)?.execute(params![hash.as_slice(), number, received.0, body])?;
    Ok(())
}

pub(crate) const NEXT_NUMBER: &str =
    "SELECT number FROM whatsapp_inbox WHERE state = 0 AND number > ?1 ORDER BY number LIMIT 1";

/// The number after this one of which bodies wait.
pub(crate) fn next_number(connection: &Connection, after: &str) -> Result<Option<String>, StoreError> {
    let mut query = connection.prepare_cached(NEXT_NUMBER)?;
    Ok(query.query_row([after], |row| row.get(0)).optional()?)
}

pub(crate) const WAITING: &str = "SELECT id, received, body FROM whatsapp_inbox
     WHERE state = 0 AND number = ?1 AND id > ?2 ORDER BY id LIMIT ?3";

/// The bodies of a number that wait, oldest first, behind one of them.
pub(crate) fn waiting(
    connection: &Connection,
    number: &str,
    after: i64,
    limit: u32,
) -> Result<Vec<Waiting>, StoreError> {
    let mut query = connection.prepare_cached(WAITING)?;
    let rows = query.query_map(params![number, after, limit], |row| {
        Ok(Waiting { id: row.get(0)?, received: Time(row.get(1)?), body: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Everything in it was read: only its hash is still needed.
pub(crate) fn read(connection: &Connection, id: i64) -> Result<(), StoreError> {
    connection.prepare_cached("UPDATE whatsapp_inbox SET state = 1, body = x'' WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// Parts of it could not be read; it is kept as it came.
pub(crate) fn unread(connection: &Connection, id: i64, why: &str) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE whatsapp_inbox SET state = 2, why = ?2 WHERE id = ?1")?
        .execute(params![id, why])?;
    Ok(())
}

pub(crate) const UNREAD: &str = "SELECT received, why FROM whatsapp_inbox
     WHERE number = ?1 AND state = 2 ORDER BY received DESC LIMIT ?2";

/// The newest bodies of a number that could not be read.
pub(crate) fn all_unread(connection: &Connection, number: &str, limit: u32) -> Result<Vec<Unread>, StoreError> {
    let mut query = connection.prepare_cached(UNREAD)?;
    let rows =
        query.query_map(params![number, limit], |row| Ok(Unread { received: Time(row.get(0)?), why: row.get(1)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

const COUNT: &str = "SELECT count(*) FROM whatsapp_inbox WHERE number = ?1 AND state = 2";

/// How many bodies of a number could not be read.
pub(crate) fn count(connection: &Connection, number: &str) -> Result<u32, StoreError> {
    Ok(connection.prepare_cached(COUNT)?.query_row([number], |row| row.get(0))?)
}

pub(crate) const OVER: &str =
    "SELECT id FROM whatsapp_inbox WHERE received < ?1 AND state <> 0 ORDER BY received LIMIT ?2";

/// Deletes some that were received before; the channel repeats for a week at most.
pub(crate) fn sweep(connection: &Connection, before: Time) -> Result<Step, StoreError> {
    let mut query = connection.prepare_cached(OVER)?;
    let due = query.query_map(params![before.0, STEP], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
    let mut delete = connection.prepare_cached("DELETE FROM whatsapp_inbox WHERE id = ?1")?;
    for id in &due {
        delete.execute([id])?;
    }
    Ok(Step::of(due.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::assert_indexed;

    #[test]
    fn a_body_waits_once_until_it_is_read() {
        let connection = Connection::in_memory().unwrap();
        connection.execute_batch(crate::store::whatsapp::SCHEMA).unwrap();
        connection.execute_batch(crate::store::whatsapp::INBOX).unwrap();
        put(&connection, "main", Time(1), b"one").unwrap();
        put(&connection, "main", Time(2), b"two").unwrap();
        put(&connection, "main", Time(3), b"one").unwrap();
        put(&connection, "other", Time(3), b"one").unwrap();
        let waiting = |number, after| waiting(&connection, number, after, 9).unwrap();
        let all = waiting("main", 0);
        assert_eq!((all.len(), waiting("other", 0).len()), (2, 1), "a repeat is known, also if it comes later");
        assert_eq!(waiting("main", all[0].id).len(), 1, "the others were seen");
        let numbers = |after: &str| next_number(&connection, after).unwrap();
        assert_eq!((numbers("").as_deref(), numbers("main").as_deref()), (Some("main"), Some("other")));
        assert_eq!(numbers("other"), None);
        read(&connection, all[0].id).unwrap();
        unread(&connection, all[1].id, "it is not JSON").unwrap();
        put(&connection, "main", Time(4), b"one").unwrap();
        assert_eq!(waiting("main", 0).len(), 0, "and if it was read");
        let kept = all_unread(&connection, "main", 9).unwrap();
        assert_eq!(kept, [Unread { received: Time(2), why: "it is not JSON".into() }]);
    }

    #[test]
    fn the_inbox_is_read_by_its_indices() {
        for sql in [WAITING, NEXT_NUMBER, UNREAD, COUNT, OVER] {
            assert_indexed(sql, false);
        }
    }
}
