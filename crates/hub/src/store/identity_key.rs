//! Table `identity_key`: the fingerprint of the key behind the brands' secrets. The key is a file beside the database.

use tandem_sql::{Connection, OptionalExtension as _};

use super::StoreError;

pub(crate) const SCHEMA: &str = "
-- SHA-256 of the key in identity.key: without that key, or with another, every brand would have another secret.
CREATE TABLE identity_key (
    one         INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    fingerprint BLOB NOT NULL
) STRICT;";

/// None if no key was made yet.
pub(crate) fn fingerprint(connection: &Connection) -> Result<Option<[u8; 32]>, StoreError> {
    let mut query = connection.prepare_cached("SELECT fingerprint FROM identity_key")?;
    Ok(query.query_row([], |row| row.get(0)).optional()?)
}

pub(crate) fn set_fingerprint(connection: &Connection, fingerprint: &[u8; 32]) -> Result<(), StoreError> {
    let sql = "INSERT INTO identity_key (one, fingerprint) VALUES (1, ?1)
               ON CONFLICT (one) DO UPDATE SET fingerprint = excluded.fingerprint";
    connection.prepare_cached(sql)?.execute([fingerprint])?;
    Ok(())
}

/// Whether the database's secrets depend on a key. Old databases have no fingerprint, so their use decides.
pub(crate) fn has_key(connection: &Connection) -> Result<bool, StoreError> {
    if !connection.has_table("identity_key")? {
        return Ok(false);
    }
    Ok(fingerprint(connection)?.is_some() || was_used(connection)?)
}

/// Whether an earlier hub used this database, and so created a key.
pub(crate) fn was_used(connection: &Connection) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM web_sessions)
                   OR EXISTS (SELECT 1 FROM brands WHERE secret_generation > 0)";
    Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}
