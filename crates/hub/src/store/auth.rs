//! Sign-ins: only hashes of tokens are stored, and a refresh token works once.
//!
//! Once means until the new tokens are used. If the answer is lost, the desk repeats the old token and gets the same
//! answer, which is derived from the old token. After that, a repeated old token means theft, and the sign-in ends.
//!
//! Networks duplicate and delay requests: a copy may arrive after its answer was used. For a moment such a copy ends
//! nothing and gets no tokens, so a thief gains none and is still detected later.

use std::collections::BTreeSet;

use tandem_conversation::{Time, UserId};
use tandem_sql::{Connection, OptionalExtension, Params, params};
use uuid::Uuid;

use super::sweeps::{STEP, Step};
use super::{Id, StoreError, users};
use crate::secrets::TokenHash;

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

/// The salt of a renewal's answer, so that it can be repeated.
pub(crate) const RENEWALS: &str = "
-- 1: the present tokens were used, so they have arrived where they were sent.
ALTER TABLE sign_ins ADD COLUMN arrived INTEGER NOT NULL DEFAULT 1;
-- From this and the spent refresh token the present tokens follow; null if they were the first.
ALTER TABLE sign_ins ADD COLUMN salt BLOB;";

pub(crate) const RENEWED: &str = "
-- When the spent refresh token was last honoured, in milliseconds.
ALTER TABLE sign_ins ADD COLUMN renewed INTEGER NOT NULL DEFAULT 0;";

pub(crate) const ENDED: &str = "
CREATE TABLE ended_sign_ins (
    -- A refresh token of the sign-in, which its desk may still show.
    hash    BLOB NOT NULL PRIMARY KEY,
    why     TEXT NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ended_sign_ins_over ON ended_sign_ins (expires);";

/// Why somebody else than its user ended a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    Password,
    Role,
    Suspended,
}

impl Why {
    const ALL: [Self; 3] = [Self::Password, Self::Role, Self::Suspended];

    fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Role => "role",
            Self::Suspended => "suspended",
        }
    }
}

/// How long a copy of an honest renewal may still be in flight, in milliseconds.
const OVERLAP_MS: i64 = 60_000;

pub(crate) const OVER: &str = "SELECT id FROM sign_ins WHERE expires < ?1 ORDER BY expires LIMIT ?2";
pub(crate) const ENDED_OVER: &str = "SELECT hash FROM ended_sign_ins WHERE expires < ?1 ORDER BY expires LIMIT ?2";

pub(crate) struct SignIn {
    pub id: Uuid,
    pub user: UserId,
    pub access: TokenHash,
    pub access_expires: Time,
    pub refresh: TokenHash,
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

/// The sign-in and user of a valid access token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub sign_in: Uuid,
    pub user: UserId,
    pub access_expires: Time,
    /// Whether it was used before.
    pub arrived: bool,
}

/// The sign-in of a valid access token.
pub(crate) fn entry_of(connection: &Connection, access: &TokenHash, now: Time) -> Result<Option<Entry>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT id, user, access_expires, arrived FROM sign_ins WHERE access_hash = ?1 AND access_expires > ?2",
    )?;
    let entry = query.query_row(params![access, now.0], |row| {
        let (sign_in, user) = (row.get::<_, Id>(0)?.0, UserId(row.get::<_, Id>(1)?.0));
        Ok(Entry { sign_in, user, access_expires: Time(row.get(2)?), arrived: row.get(3)? })
    });
    Ok(entry.optional()?)
}

/// The user of a live sign-in, and when it expires.
pub(crate) fn alive(connection: &Connection, sign_in: Uuid, now: Time) -> Result<Option<(UserId, Time)>, StoreError> {
    let mut query = connection.prepare_cached("SELECT user, expires FROM sign_ins WHERE id = ?1 AND expires > ?2")?;
    let found =
        query.query_row(params![Id(sign_in), now.0], |row| Ok((UserId(row.get::<_, Id>(0)?.0), Time(row.get(1)?))));
    Ok(found.optional()?)
}

/// Records the first use of an access token: its renewal can no longer be repeated.
pub(crate) fn arrived(connection: &Connection, access: &TokenHash) -> Result<(), StoreError> {
    connection.prepare_cached("UPDATE sign_ins SET arrived = 1 WHERE access_hash = ?1")?.execute([access])?;
    Ok(())
}

/// Whether a refresh token is, or was, part of a sign-in.
pub(crate) fn is_known(connection: &Connection, refresh: &TokenHash) -> Result<bool, StoreError> {
    let mut query = connection.prepare_cached("SELECT 1 FROM sign_ins WHERE refresh_hash = ?1 OR spent_hash = ?1")?;
    Ok(query.exists([refresh])?)
}

pub(crate) enum Refreshed {
    /// Valid, with its sign-in and user.
    Valid(Uuid, UserId),
    /// Already exchanged for tokens that are still unused; they derive from it and this salt.
    Repeated(UserId, [u8; 32]),
    /// Exchanged a moment ago: probably a copy of an answered request.
    Overtaken,
    /// Reused; the sign-in has ended.
    Reused,
    Unknown,
}

/// Looks up a refresh token, and ends the sign-in if it was reused.
pub(crate) fn redeem(connection: &Connection, refresh: &TokenHash, now: Time) -> Result<Refreshed, StoreError> {
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

/// Ends sign-ins; running hubs notice. True if there were any.
fn end_where(connection: &Connection, which: &str, values: impl Params) -> Result<bool, StoreError> {
    let mut query = connection.prepare_cached(&format!("DELETE FROM sign_ins WHERE {which} RETURNING user"))?;
    let users: BTreeSet<UserId> =
        query.query_map(values, |row| Ok(UserId(row.get::<_, Id>(0)?.0)))?.collect::<Result<_, _>>()?;
    users.iter().try_for_each(|user| users::touch(connection, *user))?;
    Ok(!users.is_empty())
}

/// Ends every sign-in of a user except `except`, and remembers why for their desks.
pub(crate) fn end_all(connection: &Connection, user: UserId, except: Option<Uuid>, why: Why) -> Result<(), StoreError> {
    for token in ["refresh_hash", "spent_hash"] {
        let mut query = connection.prepare_cached(&format!(
            "INSERT INTO ended_sign_ins (hash, why, expires)
             SELECT {token}, ?3, expires FROM sign_ins WHERE user = ?1 AND id IS DISTINCT FROM ?2 AND {token} IS NOT NULL
             ON CONFLICT (hash) DO UPDATE SET why = excluded.why, expires = excluded.expires"
        ))?;
        query.execute(params![Id(user.0), except.map(Id), why.name()])?;
    }
    end_where(connection, "user = ?1 AND id IS DISTINCT FROM ?2", params![Id(user.0), except.map(Id)]).map(drop)
}

/// Why the sign-in of this refresh token was ended, if somebody else did.
pub(crate) fn why_ended(connection: &Connection, refresh: &TokenHash) -> Result<Option<Why>, StoreError> {
    let mut query = connection.prepare_cached("SELECT why FROM ended_sign_ins WHERE hash = ?1")?;
    let why: Option<String> = query.query_row([refresh], |row| row.get(0)).optional()?;
    Ok(why.and_then(|why| Why::ALL.into_iter().find(|known| known.name() == why)))
}

/// Replaces both tokens of a sign-in by their successors with `salt`; the old refresh token is spent.
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

/// Ends the sign-in of a current or previous refresh token.
pub(crate) fn end(connection: &Connection, refresh: &TokenHash) -> Result<(), StoreError> {
    end_where(connection, "refresh_hash = ?1 OR spent_hash = ?1", params![refresh]).map(drop)
}

/// Deletes some expired sign-ins, and why earlier ones ended.
pub(crate) fn sweep(connection: &Connection, before: Time) -> Result<Step, StoreError> {
    let sql = format!("DELETE FROM ended_sign_ins WHERE hash IN ({ENDED_OVER})");
    let ended = connection.prepare_cached(&sql)?.execute(params![before.0, STEP])?;
    let sql = format!("DELETE FROM sign_ins WHERE id IN ({OVER})");
    Ok(Step::of(connection.prepare_cached(&sql)?.execute(params![before.0, STEP])?.max(ended)))
}
