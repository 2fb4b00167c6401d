//! Schema versions: forward only, each in its own transaction.
//!
//! A file stores its schema (`user_version`) and the oldest schema whose programs may use it (`application_id`). Steps
//! only add, so that an older program can use a newer file, unless a step [breaks](BREAKS) it.

use rusqlite::Connection;

use crate::Error;

/// One step; its version is its place in the list, counted from 1.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// The purpose of the step.
    pub name: &'static str,
    /// A step that older programs cannot handle contains [`BREAKS`]. Other steps must only add tables, indices, and
    /// columns that are null or have a default.
    pub sql: &'static str,
}

/// A line in the SQL of a step after which older programs must not open the file.
pub const BREAKS: &str = "-- Older programs must not open the file after this.";

/// The file's schema and the oldest one whose programs may use it, if a program with `known` steps may.
fn usable(connection: &Connection, known: u32) -> Result<(u32, u32), Error> {
    let number = |pragma: &str| connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, u32>(0));
    let (found, oldest) = (number("user_version")?, number("application_id")?);
    // Files without this value are older than the feature.
    if found > known && (oldest == 0 || oldest > known) {
        return Err(Error::Newer { found, known });
    }
    Ok((found, oldest))
}

/// The file's schema, unless a program with these steps must not open it.
pub(crate) fn found(connection: &Connection, migrations: &[Migration]) -> Result<u32, Error> {
    Ok(usable(connection, known(migrations))?.0)
}

fn known(migrations: &[Migration]) -> u32 {
    u32::try_from(migrations.len()).unwrap_or(u32::MAX)
}

pub(crate) fn run(connection: &mut Connection, migrations: &[Migration]) -> Result<(), Error> {
    let known = known(migrations);
    let (found, oldest) = usable(connection, known)?;
    if found > known {
        tracing::warn!(schema.version = found, schema.known = known, "the file was written by a newer version");
        return Ok(());
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
    let breaking = (1u32..).zip(migrations).filter(|(_, step)| step.sql.contains(BREAKS)).map(|(version, _)| version);
    let may_open = breaking.max().unwrap_or(1);
    if oldest != may_open {
        connection.pragma_update(None, "application_id", may_open)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Migration = Migration { name: "turns", sql: "CREATE TABLE turns (words TEXT NOT NULL)" };
    const MORE: Migration = Migration { name: "tags", sql: "ALTER TABLE turns ADD COLUMN tags TEXT" };
    const BREAK: Migration = Migration {
        name: "other turns",
        sql: "-- Older programs must not open the file after this.
              ALTER TABLE turns RENAME TO said",
    };
    const LATER: Migration = Migration { name: "moods", sql: "ALTER TABLE said ADD COLUMN mood TEXT" };

    #[test]
    fn an_older_program_opens_a_newer_file_unless_a_step_breaks_it() {
        for (file, program, opens) in [
            (vec![FIRST], vec![FIRST, MORE], true),
            (vec![FIRST, MORE], vec![FIRST], true),
            (vec![FIRST, MORE, BREAK], vec![FIRST, MORE], false),
            (vec![FIRST, MORE, BREAK], vec![FIRST, MORE, BREAK], true),
            (vec![FIRST, BREAK, LATER], vec![FIRST, BREAK], true),
        ] {
            let mut connection = Connection::open_in_memory().unwrap();
            run(&mut connection, &file).unwrap();
            let before: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
            assert_eq!(run(&mut connection, &program).is_ok(), opens, "{} steps by {}", file.len(), program.len());
            let after: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
            assert!(after >= before, "a newer file is not made older");
        }
    }

    #[test]
    fn a_newer_file_that_says_nothing_of_older_programs_stays_closed() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("PRAGMA user_version = 7").unwrap();
        assert!(matches!(run(&mut connection, &[FIRST]), Err(Error::Newer { found: 7, known: 1 })));
    }
}
