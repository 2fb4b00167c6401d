//! Moves the user's own data (drafts, read positions, the outbox, files, settings) to a new file.
//!
//! The old file may be damaged: readable rows are taken one by one, and losses are logged.

use std::path::PathBuf;

use tandem_sqlite::rusqlite::types::Value;
use tandem_sqlite::rusqlite::{self, Connection, params_from_iter};
use tandem_sqlite::{Key, peek};

use super::{Cache, CacheError, meta};

/// The tables of the user's own data.
pub(crate) const OWN: [&str; 6] = ["bookmarks", "outbox", "files", "file_parts", "refused", "drawn"];

/// Copies the user's data out of `old`. The sign-in moves too if the file was merely damaged.
pub(crate) async fn own_words(cache: &Cache, old: PathBuf, key: Key, damaged: bool) -> Result<(), CacheError> {
    cache
        .write(move |connection, _| {
            let old = match peek(&old, Some(&key)) {
                Ok(old) => old,
                Err(error) => {
                    tracing::error!(%error, "nothing can be rescued from the damaged cache");
                    return Ok(());
                }
            };
            for table in OWN.into_iter().chain(["others"]) {
                copy(&old, connection, table, "")?;
            }
            let mut kept = vec![meta::HUB, meta::PLAIN, meta::ME, meta::SETTINGS, meta::HEARD];
            kept.extend([meta::AVAILABILITY, meta::ABSENCE, meta::LOST]);
            kept.extend(damaged.then_some(meta::SIGN_IN));
            let keys = kept.iter().map(|key| format!("'{key}'")).collect::<Vec<_>>().join(", ");
            copy(&old, connection, "meta", &format!(" WHERE key IN ({keys})"))
        })
        .await
}

fn copy(old: &Connection, new: &Connection, table: &str, only: &str) -> Result<(), CacheError> {
    let known = columns(new, table)?;
    let shared: Vec<String> = match columns(old, table) {
        Ok(columns) => columns.into_iter().filter(|name| known.contains(name)).collect(),
        Err(error) => {
            tracing::error!(%error, table, "nothing can be rescued from this table");
            return Ok(());
        }
    };
    if shared.is_empty() {
        return Ok(());
    }
    let names = shared.join(", ");
    let marks = vec!["?"; shared.len()].join(", ");
    let mut insert = new.prepare(&format!("INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})"))?;
    let read = |each: &mut dyn FnMut(Vec<Value>) -> Result<(), CacheError>| -> Result<(), CacheError> {
        let mut query = old.prepare(&format!("SELECT {names} FROM {table}{only}"))?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            each((0..shared.len()).map(|i| row.get(i)).collect::<Result<_, rusqlite::Error>>()?)?;
        }
        Ok(())
    };
    let mut rescued = 0_u32;
    let done = read(&mut |row| {
        rescued += 1;
        insert.execute(params_from_iter(row))?;
        Ok(())
    });
    match done {
        Ok(()) => Ok(()),
        Err(error) if error.is_damage() => {
            tracing::error!(%error, table, rescued, "the rest of this table cannot be rescued");
            Ok(())
        }
        Err(error) => Err(error),
    }
}

pub(crate) fn columns(connection: &Connection, table: &str) -> Result<Vec<String>, CacheError> {
    let mut query = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let names = query.query_map([table], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}
