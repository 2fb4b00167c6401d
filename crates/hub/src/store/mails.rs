//! The mail queue. A mail names a link and never its token, which is made when the mail is sent.

use tandem_conversation::{LinkId, Time};
use tandem_sql::{Connection, params};

use super::sweeps::{STEP, Step};
use super::{Id, StoreError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE mails (
    -- The invitation that it carries; one mail each.
    link     BLOB NOT NULL PRIMARY KEY,
    -- Empty as soon as it is sent or given up.
    address  TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    -- When it is tried next; null if it is sent or given up.
    next_at  INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX mails_due ON mails (next_at) WHERE next_at IS NOT NULL;";

/// A finished mail stays as long as its link, which must not get a second one.
pub(crate) const OVER: &str = "
SELECT m.link FROM links l CROSS JOIN mails m ON m.link = l.id
WHERE l.ended_at < ?1 AND m.next_at IS NULL LIMIT ?2";

/// A mail to send.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub link: LinkId,
    pub address: String,
    /// Earlier attempts.
    pub attempts: u32,
}

/// Queues a link's mail; a link gets only one.
pub(crate) fn insert(connection: &Connection, link: LinkId, address: &str, at: Time) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO mails (link, address, attempts, next_at) VALUES (?1, ?2, 0, ?3) ON CONFLICT DO NOTHING",
        )?
        .execute(params![Id(link.0), address, at.0])?;
    Ok(())
}

/// The mails due by now, longest waiting first.
pub(crate) fn due(connection: &Connection, now: Time, limit: u32) -> Result<Vec<Mail>, StoreError> {
    let mut query = connection
        .prepare_cached("SELECT link, address, attempts FROM mails WHERE next_at <= ?1 ORDER BY next_at LIMIT ?2")?;
    let rows = query.query_map(params![now.0, limit], |row| {
        Ok(Mail { link: LinkId(row.get::<_, Id>(0)?.0), address: row.get(1)?, attempts: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The number of mails that are still to be sent.
pub(crate) fn waiting(connection: &Connection) -> Result<i64, StoreError> {
    let mut query = connection.prepare_cached("SELECT count(*) FROM mails WHERE next_at IS NOT NULL")?;
    Ok(query.query_row([], |row| row.get(0))?)
}

/// Counts an attempt before it is made, and sets the next one in case the outcome stays unknown.
pub(crate) fn attempted(connection: &Connection, link: LinkId, next_at: Time) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE mails SET attempts = attempts + 1, next_at = ?2 WHERE link = ?1")?
        .execute(params![Id(link.0), next_at.0])?;
    Ok(())
}

/// Sets the next attempt.
pub(crate) fn again(connection: &Connection, link: LinkId, next_at: Time) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE mails SET next_at = ?2 WHERE link = ?1")?
        .execute(params![Id(link.0), next_at.0])?;
    Ok(())
}

/// Nothing is left to do; deletes the address.
pub(crate) fn finished(connection: &Connection, link: LinkId) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE mails SET address = '', next_at = NULL WHERE link = ?1")?
        .execute([Id(link.0)])?;
    Ok(())
}

/// Deletes some mails of links that ended long ago.
pub(crate) fn sweep(connection: &Connection, before: Time) -> Result<Step, StoreError> {
    let sql = format!("DELETE FROM mails WHERE link IN ({OVER})");
    Ok(Step::of(connection.prepare_cached(&sql)?.execute(params![before.0, STEP])?))
}
