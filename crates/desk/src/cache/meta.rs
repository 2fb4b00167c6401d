//! Table `meta`: facts about the cache as a whole, by key.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tandem_conversation::Time;
use tandem_protocol::agents::Me;
use tandem_sqlite::rusqlite::{Connection, OptionalExtension as _, params};

use super::{CacheError, json, parse};

pub(crate) const SCHEMA: &str = "
CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    -- JSON.
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;";

/// The cursor up to which the account's log was read.
pub(crate) const CURSOR: &str = "cursor";
/// The log that the cursor belongs to.
pub(crate) const LOG: &str = "log";
/// Data that was stored without being understood.
pub(crate) const UNKNOWN: &str = "unknown";
/// The protocol version of the desk that read the cached data.
pub(crate) const READ_BY: &str = "read_by";
/// The newest protocol version of the hub since then, if newer than the desk's.
pub(crate) const HUB_SPEAKS: &str = "hub_speaks";
/// The hub's time up to which the cache is complete.
pub(crate) const COMPLETE_UP_TO: &str = "complete_up_to";
/// When the hub was last heard before the last outage, by its clock.
pub(crate) const HEARD: &str = "heard";
/// The hub that the data comes from.
pub(crate) const HUB: &str = "hub";
/// The address of a hub that the user agreed to reach without encryption.
pub(crate) const PLAIN: &str = "plain";
/// The user whose view this is.
pub(crate) const ME: &str = "me";
pub(crate) const AVAILABILITY: &str = "availability";
/// Why the user is away.
pub(crate) const ABSENCE: &str = "absence";
pub(crate) const BUTTONS: &str = "buttons";
pub(crate) const LIBRARY: &str = "library";
/// The stamp of the cached library.
pub(crate) const LIBRARY_STAMP: &str = "library_stamp";
pub(crate) const SETTINGS: &str = "settings";
/// The conversations that have windows of their own.
pub(crate) const APART: &str = "apart";
/// The board has a window of its own.
pub(crate) const BOARD_APART: &str = "board_apart";
/// Whether the queue was long when it was last reported.
pub(crate) const QUEUE: &str = "queue";
/// The hub's time at which this machine last brought snoozed conversations back.
pub(crate) const AWAKE_AT: &str = "awake_at";
/// The protocol version of the hub that was connected last.
pub(crate) const HUB_VERSION: &str = "hub_version";
/// What the user wrote before the hub was restored, still to be compared with it.
pub(crate) const LOST: &str = "lost";
/// The refresh token, where there is no keychain.
pub(crate) const SIGN_IN: &str = "sign_in";

pub(crate) fn get<T: DeserializeOwned>(connection: &Connection, key: &str) -> Result<Option<T>, CacheError> {
    let mut query = connection.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
    let value: Option<String> = query.query_row([key], |row| row.get(0)).optional()?;
    value.map(|value| parse("setting", &value)).transpose()
}

pub(crate) fn put<T: Serialize>(connection: &Connection, key: &str, value: &T) -> Result<(), CacheError> {
    let mut query = connection.prepare_cached(
        "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )?;
    query.execute(params![key, json("setting", value)?])?;
    Ok(())
}

/// Moves the cursor forward, never back.
pub(crate) fn advance(connection: &Connection, cursor: u64) -> Result<(), CacheError> {
    match get::<u64>(connection, CURSOR)? {
        Some(known) if known >= cursor => Ok(()),
        _ => put(connection, CURSOR, &cursor),
    }
}

pub(crate) fn remove(connection: &Connection, key: &str) -> Result<(), CacheError> {
    connection.prepare_cached("DELETE FROM meta WHERE key = ?1")?.execute([key])?;
    Ok(())
}

/// The user whose view this is.
pub(crate) fn me(connection: &Connection) -> Result<Option<Me>, CacheError> {
    get(connection, ME)
}

/// When the hub was last heard, as far as it was stored: at the end of a connection, and with what it sent.
pub(crate) fn heard(connection: &Connection) -> Result<Option<Time>, CacheError> {
    Ok(get(connection, HEARD)?.max(get(connection, COMPLETE_UP_TO)?))
}
