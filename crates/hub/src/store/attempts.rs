//! Sign-in failures as leaky buckets, per account, network and both. Accounts and networks are stored as hashes only.

use std::time::Duration;

use tandem_conversation::{Time, UserId};
use tandem_sql::{Connection, OptionalExtension, params};

use super::{Id, StoreError};
use crate::secrets::TokenHash;

pub(crate) const SCHEMA: &str = "
CREATE TABLE sign_in_failures (
    subject  BLOB NOT NULL PRIMARY KEY,
    -- When its bucket is empty.
    empty_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_failures_by_time ON sign_in_failures (empty_at);
-- From where users have signed in.
CREATE TABLE sign_in_networks (
    user    BLOB NOT NULL,
    network BLOB NOT NULL,
    last    INTEGER NOT NULL,
    PRIMARY KEY (user, network)
) STRICT, WITHOUT ROWID;";

/// The account, network or pair that failed, hashed.
pub(crate) type Subject = TokenHash;

/// How long the bucket takes to drain.
pub(crate) fn level(connection: &Connection, subject: &Subject, now: Time) -> Result<Duration, StoreError> {
    let mut query = connection.prepare_cached("SELECT empty_at FROM sign_in_failures WHERE subject = ?1")?;
    let empty_at: Option<i64> = query.query_row([subject], |row| row.get(0)).optional()?;
    Ok(empty_at.map_or(Duration::ZERO, |at| Duration::from_millis(Time(at).since(now).max(0).unsigned_abs())))
}

/// Adds a failure, up to `full`. Drained buckets are deleted.
pub(crate) fn add(
    connection: &Connection,
    subject: &Subject,
    interval: Duration,
    full: Duration,
    now: Time,
) -> Result<(), StoreError> {
    let after = (level(connection, subject, now)? + interval).min(full);
    let after = now.plus_ms(i64::try_from(after.as_millis()).unwrap_or(i64::MAX));
    let mut query = connection.prepare_cached(
        "INSERT INTO sign_in_failures (subject, empty_at) VALUES (?1, ?2)
         ON CONFLICT (subject) DO UPDATE SET empty_at = excluded.empty_at",
    )?;
    query.execute(params![subject, after.0])?;
    connection.prepare_cached("DELETE FROM sign_in_failures WHERE empty_at <= ?1")?.execute([now.0])?;
    Ok(())
}

/// Networks kept per user.
const NETWORKS: u32 = 20;

/// Whether a user has signed in from a network since a time.
pub(crate) fn is_familiar(
    connection: &Connection,
    user: UserId,
    network: &Subject,
    since: Time,
) -> Result<bool, StoreError> {
    let mut query =
        connection.prepare_cached("SELECT 1 FROM sign_in_networks WHERE user = ?1 AND network = ?2 AND last > ?3")?;
    Ok(query.exists(params![Id(user.0), network, since.0])?)
}

/// Records that a user signed in from a network. The oldest beyond the limit are deleted.
pub(crate) fn signs_in_from(
    connection: &Connection,
    user: UserId,
    network: &Subject,
    now: Time,
) -> Result<(), StoreError> {
    let mut query = connection.prepare_cached(
        "INSERT INTO sign_in_networks (user, network, last) VALUES (?1, ?2, ?3)
         ON CONFLICT (user, network) DO UPDATE SET last = excluded.last",
    )?;
    query.execute(params![Id(user.0), network, now.0])?;
    let mut query = connection.prepare_cached(
        "DELETE FROM sign_in_networks WHERE user = ?1 AND network NOT IN
             (SELECT network FROM sign_in_networks WHERE user = ?1 ORDER BY last DESC LIMIT ?2)",
    )?;
    query.execute(params![Id(user.0), NETWORKS])?;
    Ok(())
}
