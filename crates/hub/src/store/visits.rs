//! Empty visits: web chats without any message, with their sessions and placeholder customers.

use std::collections::HashSet;

use tandem_conversation::{ContactId, Time};
use tandem_sql::{Connection, OptionalExtension as _, params};

use super::sweeps::{STEP, Step, first_id_at};
use super::{Id, StoreError};

/// Web chats of unknown visitors by age; their ids carry the time.
pub(crate) const NEXT: &str = "
SELECT id, customer FROM contacts WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3";
/// Whether a web chat has no customer, was never merged, and has no message.
pub(crate) const IS_EMPTY: &str = "
SELECT kind = 'web_chat' AND value IS NULL AND moved_to IS NULL
       AND NOT EXISTS (SELECT 1 FROM conversations WHERE contact = ?1)
FROM contacts WHERE id = ?1";
/// Whether nothing is known of a customer, and nothing belongs to them.
pub(crate) const IS_NOBODY: &str = "
SELECT custom = '{}' AND NOT EXISTS (SELECT 1 FROM contacts WHERE customer = ?1)
       AND NOT EXISTS (SELECT 1 FROM conversations WHERE customer = ?1)
FROM customers WHERE id = ?1";
pub(crate) const END_SESSIONS: &str = "DELETE FROM web_sessions WHERE contact = ?1";

const WHAT: &str = "visits";

/// When the last complete examination ended.
const WALKED: &str = "visits walked";

pub(crate) fn walked(connection: &Connection) -> Result<Option<Time>, StoreError> {
    let at = place(connection, WALKED)?.and_then(|place| place.try_into().ok());
    Ok(at.map(|at| Time(i64::from_be_bytes(at))))
}

pub(crate) fn set_walked(connection: &Connection, at: Time) -> Result<(), StoreError> {
    put_place(connection, WALKED, &at.0.to_be_bytes())
}

fn place(connection: &Connection, what: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let mut query = connection.prepare_cached("SELECT place FROM sweeps WHERE what = ?1")?;
    Ok(query.query_row([what], |row| row.get(0)).optional()?)
}

fn put_place(connection: &Connection, what: &str, place: &[u8]) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO sweeps (what, place) VALUES (?1, ?2) ON CONFLICT (what) DO UPDATE SET place = excluded.place";
    connection.prepare_cached(sql)?.execute(params![what, place])?;
    Ok(())
}

/// Examines some old web chats and deletes the empty ones that are not in `open`. Resumes where it stopped last time, and
/// starts over at the end.
pub(crate) fn sweep(
    connection: &Connection,
    before: Time,
    open: &HashSet<ContactId>,
    is_begun: impl Fn(ContactId) -> Result<bool, StoreError>,
) -> Result<Step, StoreError> {
    let place = place(connection, WHAT)?.unwrap_or_default();
    let mut query = connection.prepare_cached(NEXT)?;
    let rows = query.query_map(params![place, first_id_at(before), STEP], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let rows = rows.collect::<Result<Vec<(Id, Id)>, _>>()?;
    let mut gone = 0;
    for (contact, customer) in &rows {
        if open.contains(&ContactId(contact.0)) {
            continue;
        }
        let is_empty = connection.prepare_cached(IS_EMPTY)?.query_row([contact], |row| row.get::<_, bool>(0))?;
        // A message may have arrived in this very group of writes.
        if !is_empty || is_begun(ContactId(contact.0))? {
            continue;
        }
        gone += connection.prepare_cached(END_SESSIONS)?.execute([contact])?;
        gone += connection.prepare_cached("DELETE FROM contacts WHERE id = ?1")?.execute([contact])?;
        if connection.prepare_cached(IS_NOBODY)?.query_row([customer], |row| row.get::<_, bool>(0))? {
            gone += connection.prepare_cached("DELETE FROM customers WHERE id = ?1")?.execute([customer])?;
        }
    }
    let more = rows.len() >= STEP as usize;
    let place = rows.last().filter(|_| more).map(|(contact, _)| contact.0.as_bytes().to_vec()).unwrap_or_default();
    put_place(connection, WHAT, &place)?;
    Ok(Step { gone, more })
}
