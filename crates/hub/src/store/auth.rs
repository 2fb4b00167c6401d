//! Sign-ins: only hashes of tokens are stored; a refresh token works once.

use tandem_conversation::{Time, UserId};
use tandem_sqlite::rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::{Id, StoreError};

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

/// The user of a valid access token.
pub(crate) fn user_of(connection: &Connection, access: &Hash, now: Time) -> Result<Option<UserId>, StoreError> {
    let mut query =
        connection.prepare_cached("SELECT user FROM sign_ins WHERE access_hash = ?1 AND access_expires > ?2")?;
    Ok(query.query_row(params![access, now.0], |row| Ok(UserId(row.get::<_, Id>(0)?.0))).optional()?)
}

/// What a refresh token is worth.
pub(crate) enum Refreshed {
    /// It was valid: the sign-in and its user.
    Valid(Uuid, UserId),
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
    let ended = connection.prepare_cached("DELETE FROM sign_ins WHERE spent_hash = ?1")?.execute([refresh])?;
    Ok(if ended > 0 { Refreshed::Reused } else { Refreshed::Unknown })
}

/// Replaces both tokens of a sign-in; the old refresh token is spent.
pub(crate) fn rotate(connection: &Connection, sign_in: &SignIn) -> Result<(), StoreError> {
    let mut query = connection.prepare_cached(
        "UPDATE sign_ins SET access_hash = ?2, access_expires = ?3, spent_hash = refresh_hash,
             refresh_hash = ?4, expires = ?5
         WHERE id = ?1",
    )?;
    query.execute(params![
        Id(sign_in.id),
        sign_in.access,
        sign_in.access_expires.0,
        sign_in.refresh,
        sign_in.expires.0,
    ])?;
    Ok(())
}

/// Ends the sign-in of a refresh token.
pub(crate) fn end(connection: &Connection, refresh: &Hash) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM sign_ins WHERE refresh_hash = ?1")?.execute([refresh])?;
    Ok(())
}
