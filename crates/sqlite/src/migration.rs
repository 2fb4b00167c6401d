//! Schema versions: forward only, each in its own transaction.

use rusqlite::Connection;

use crate::Error;

/// One step; its version is its place in the list, counted from 1.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// What the step is for.
    pub name: &'static str,
    pub sql: &'static str,
}

pub(crate) fn run(connection: &mut Connection, migrations: &[Migration]) -> Result<(), Error> {
    let found: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let known = u32::try_from(migrations.len()).unwrap_or(u32::MAX);
    if found > known {
        return Err(Error::Newer { found, known });
    }
    if found < known {
        tracing::info!(from = found, to = known, "bringing the database's schema up to date");
    }
    for (version, migration) in (1u32..).zip(migrations).skip(found as usize) {
        tracing::debug!(schema.version = version, schema.step = migration.name, "migrating");
        let transaction = connection.transaction()?;
        transaction.execute_batch(migration.sql)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}
