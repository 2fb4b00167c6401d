//! Sign-ins: only hashes of tokens are stored; a refresh token works once.
//!
//! Once means: until the tokens that it was exchanged for are used. Their way may fail, and a desk that has nothing but
//! the old token then asks again and gets the same answer, which can be made of the old token alone. After that, whoever
//! shows the old token has stolen it, or was stolen from, and the sign-in ends.
//!
//! Networks double and delay: a copy of the request may arrive when its answer was used already. For a moment such a
//! copy ends nothing, and it gets nothing either, so a thief gains no token by it and is found out as before.

use std::collections::BTreeSet;

use tandem_conversation::{Time, UserId};
use tandem_sqlite::rusqlite::{Connection, OptionalExtension, Params, params};
use uuid::Uuid;

use super::{Id, StoreError, users};
use crate::retention::{STEP, Step};

pub(crate) const SCHEMA: &str = "
CREATE TABLE sign_ins (
    id             BLOB NOT NULL PRIMARY KEY,
    user           BLOB NOT NULL,
    access_hash    BLOB NOT NULL UNIQUE,
    access_expires INTEGER NOT NULL,
    refresh_hash   BLOB NOT NULL UNIQUE,
    -- The refresh token before the present one: whoever shows it has stolen it, or was stolen from.
    spent_hash     BLOB UNIQUE,
    expires        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_ins_of_user ON sign_ins (user);";

/// What the answer to a renewal is made of, so that it can be given again.
pub(crate) const RENEWALS: &str = "
-- 1: the present tokens were used, so they have arrived where they were sent.
ALTER TABLE sign_ins ADD COLUMN arrived INTEGER NOT NULL DEFAULT 1;
-- From this and the spent refresh token the present tokens follow; null if they were the first.
ALTER TABLE sign_ins ADD COLUMN salt BLOB;";

pub(crate) const RENEWED: &str = "
-- When the spent refresh token was last honoured, in milliseconds.
ALTER TABLE sign_ins ADD COLUMN renewed INTEGER NOT NULL DEFAULT 0;";

/// For how long a copy of an honest renewal may still be under way, in milliseconds.
const OVERLAP_MS: i64 = 60_000;

pub(crate) const OVER: &str = "SELECT id FROM sign_ins WHERE expires < ?1 ORDER BY expires LIMIT ?2";

/// SHA-256 of a token of 256 random bits.
pub(crate) type Hash = [u8; 32];

pub(crate) struct SignIn {
    pub id: Uuid,
    pub user: UserId,
    pub access: Hash,
    pub access_expires: Time,
    pub refresh: Hash,
    pub expires: Time,
}

pub(crate) fn insert(connection: &Connection, sign_in: &SignIn) -> Result<(), StoreError> {
    let mut query = connection.prepare_cached(
        "INSERT INTO sign_ins (id, user, access_hash, access_expires, refresh_hash, spent_hash, expires)
         VALUES (?1, ?2, ?3, ?4, ?5, NULL, ?6)",
    )?;
    query.execute(params![
        Id(sign_in.id),
        Id(sign_in.user.0),
        sign_in.access,
        sign_in.access_expires.0,
        sign_in.refresh,
        sign_in.expires.0,
    ])?;
    Ok(())
}

/// What a valid access token belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub sign_in: Uuid,
    pub user: UserId,
    pub access_expires: Time,
    /// It was used before.
    pub arrived: bool,
}

/// The sign-in of a valid access token.
pub(crate) fn entry_of(connection: &Connection, access: &Hash, now: Time) -> Result<Option<Entry>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT id, user, access_expires, arrived FROM sign_ins WHERE access_hash = ?1 AND access_expires > ?2",
    )?;
    let entry = query.query_row(params![access, now.0], |row| {
        let (sign_in, user) = (row.get::<_, Id>(0)?.0, UserId(row.get::<_, Id>(1)?.0));
        Ok(Entry { sign_in, user, access_expires: Time(row.get(2)?), arrived: row.get(3)? })
    });
    Ok(entry.optional()?)
}

/// The user of a sign-in that has not ended, and when it ends by itself.
pub(crate) fn alive(connection: &Connection, sign_in: Uuid, now: Time) -> Result<Option<(UserId, Time)>, StoreError> {
    let mut query = connection.prepare_cached("SELECT user, expires FROM sign_ins WHERE id = ?1 AND expires > ?2")?;
    let found =
        query.query_row(params![Id(sign_in), now.0], |row| Ok((UserId(row.get::<_, Id>(0)?.0), Time(row.get(1)?))));
    Ok(found.optional()?)
}

/// An access token is used: the renewal that it came from will not be repeated.
pub(crate) fn arrived(connection: &Connection, access: &Hash) -> Result<(), StoreError> {
    connection.prepare_cached("UPDATE sign_ins SET arrived = 1 WHERE access_hash = ?1")?.execute([access])?;
    Ok(())
}

/// Whether a refresh token is, or was, one of a sign-in's.
pub(crate) fn is_known(connection: &Connection, refresh: &Hash) -> Result<bool, StoreError> {
    let mut query = connection.prepare_cached("SELECT 1 FROM sign_ins WHERE refresh_hash = ?1 OR spent_hash = ?1")?;
    Ok(query.exists([refresh])?)
}

/// What a refresh token is worth.
pub(crate) enum Refreshed {
    /// It was valid: the sign-in and its user.
    Valid(Uuid, UserId),
    /// It was exchanged before, for tokens that nobody has used: they follow from it and this salt.
    Repeated(UserId, [u8; 32]),
    /// It was exchanged a moment ago: probably a copy of the request that got the answer.
    Overtaken,
    /// It had been used before; the sign-in is gone now.
    Reused,
    Unknown,
}

/// Looks a refresh token up and ends the sign-in if it was used before.
pub(crate) fn redeem(connection: &Connection, refresh: &Hash, now: Time) -> Result<Refreshed, StoreError> {
    let mut query =
        connection.prepare_cached("SELECT id, user FROM sign_ins WHERE refresh_hash = ?1 AND expires > ?2")?;
    let found = query
        .query_row(params![refresh, now.0], |row| Ok((row.get::<_, Id>(0)?.0, UserId(row.get::<_, Id>(1)?.0))))
        .optional()?;
    if let Some((id, user)) = found {
        return Ok(Refreshed::Valid(id, user));
    }
    let mut query = connection.prepare_cached(
        "SELECT user, salt FROM sign_ins WHERE spent_hash = ?1 AND arrived = 0 AND salt IS NOT NULL AND expires > ?2",
    )?;
    let found =
        query.query_row(params![refresh, now.0], |row| Ok((UserId(row.get::<_, Id>(0)?.0), row.get(1)?))).optional()?;
    if let Some((user, salt)) = found {
        let mut query = connection.prepare_cached("UPDATE sign_ins SET renewed = ?2 WHERE spent_hash = ?1")?;
        query.execute(params![refresh, now.0])?;
        return Ok(Refreshed::Repeated(user, salt));
    }
    let mut query = connection.prepare_cached("SELECT 1 FROM sign_ins WHERE spent_hash = ?1 AND renewed > ?2")?;
    if query.exists(params![refresh, now.0.saturating_sub(OVERLAP_MS)])? {
        return Ok(Refreshed::Overtaken);
    }
    let ended = end_where(connection, "spent_hash = ?1", params![refresh])?;
    Ok(if ended { Refreshed::Reused } else { Refreshed::Unknown })
}

/// Ends sign-ins; running hubs notice. Whether there were any.
fn end_where(connection: &Connection, which: &str, values: impl Params) -> Result<bool, StoreError> {
    let mut query = connection.prepare_cached(&format!("DELETE FROM sign_ins WHERE {which} RETURNING user"))?;
    let users: BTreeSet<UserId> =
        query.query_map(values, |row| Ok(UserId(row.get::<_, Id>(0)?.0)))?.collect::<Result<_, _>>()?;
    users.iter().try_for_each(|user| users::touch(connection, *user))?;
    Ok(!users.is_empty())
}

/// Ends every sign-in of a user, but `except`.
pub(crate) fn end_all(connection: &Connection, user: UserId, except: Option<Uuid>) -> Result<(), StoreError> {
    end_where(connection, "user = ?1 AND id IS NOT ?2", params![Id(user.0), except.map(Id)]).map(drop)
}

/// Replaces both tokens of a sign-in by those that follow with `salt`; the old refresh token is spent.
pub(crate) fn rotate(connection: &Connection, sign_in: &SignIn, salt: &[u8; 32], now: Time) -> Result<(), StoreError> {
    let mut query = connection.prepare_cached(
        "UPDATE sign_ins SET access_hash = ?2, access_expires = ?3, spent_hash = refresh_hash,
             refresh_hash = ?4, expires = ?5, arrived = 0, salt = ?6, renewed = ?7
         WHERE id = ?1",
    )?;
    query.execute(params![
        Id(sign_in.id),
        sign_in.access,
        sign_in.access_expires.0,
        sign_in.refresh,
        sign_in.expires.0,
        salt,
        now.0,
    ])?;
    Ok(())
}

/// Ends the sign-in of a refresh token.
pub(crate) fn end(connection: &Connection, refresh: &Hash) -> Result<(), StoreError> {
    end_where(connection, "refresh_hash = ?1", params![refresh]).map(drop)
}

/// Deletes some sign-ins that have expired.
pub(crate) fn sweep(connection: &Connection, before: Time) -> Result<Step, StoreError> {
    let sql = format!("DELETE FROM sign_ins WHERE id IN ({OVER})");
    Ok(Step::of(connection.prepare_cached(&sql)?.execute(params![before.0, STEP])?))
}
