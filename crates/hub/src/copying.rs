//! `tandem-hub copy`: the tables of a folder into PostgreSQL.
//!
//! Rows are copied in the order of their keys, so an interrupted copy resumes after the last row that arrived. At the end
//! both sides are read and compared. Until then no hub serves the new database. Of the folder nothing is changed; at the end it says that its
//! tables have moved.

use std::collections::HashSet;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use sha2::{Digest as _, Sha256};
use tandem_sql::{Connection, Error, OptionalExtension as _, ToSql, Value, params};
use tandem_sqlite::Link as _;
use uuid::Uuid;

use crate::data::{COPYING, Data, PostgresUrl};
use crate::folder::{self, DATABASE, Lock};
use crate::store::{Id, MIGRATIONS, log};

/// A table that says that the target has no rows of its own, and none that follow from others.
const EMPTIED: &str = "copying_emptied";
/// Rows that travel together.
const AT_ONCE: usize = 500;

/// One table of the hub.
struct Table {
    name: String,
    columns: Vec<String>,
    /// Columns whose values tell its rows apart, in this order.
    key: Vec<String>,
    /// The highest number given to a row, if the table numbers them.
    highest: Option<i64>,
}

/// Copies the tables of the folder into the database. `progress` hears of a table, how many of its rows are there, and of
/// how many. Returns a summary.
///
/// # Errors
/// If a hub uses one of them, if the database has a hub already, or if something cannot be read or written.
pub fn copy(from: &Path, to: &PostgresUrl, mut progress: impl FnMut(&str, u64, u64)) -> anyhow::Result<String> {
    ensure!(
        folder::has_database(from)?,
        "There is no database in {}: name the hub's folder with --from",
        from.display()
    );
    let _lock = Lock::take(from)?;
    let path = from.join(DATABASE);
    ensure!(
        tandem_sqlite::schema(&path, MIGRATIONS)? as usize == MIGRATIONS.len(),
        "{} is of another version: serve it with this version once",
        path.display()
    );
    let source = Connection::peek(&path)?;
    let of = log::id(&source)?;
    let target = begin(to, of)?;
    // One snapshot: nothing changes while the hub's lock is held, but other programs may write.
    source.snapshot::<_, anyhow::Error>(|| {
        let tables = tables(&source)?;
        let mut rows = 0;
        for table in &tables {
            rows += copied(&source, &target, table, &mut progress)
                .with_context(|| format!("Cannot copy the table {}", table.name))?;
        }
        for table in &tables {
            if !is_same(&source, &target, table)? {
                // It changed between two attempts.
                // Tables whose rows belong to these come later, and are copied again.
                target.execute_batch(&format!("TRUNCATE \"{}\" CASCADE", table.name))?;
                copied(&source, &target, table, &mut progress)?;
                ensure!(is_same(&source, &target, table)?, "The table {} is not the same on both sides", table.name);
            }
        }
        complete(&target, &tables)?;
        folder::mark_moved(from)?;
        Ok(format!("Copied {rows} rows of {} tables, and compared them", tables.len()))
    })
}

/// An empty database of this hub's version, or the one into which this log was copied before. Before anything else the
/// database says that it is being filled: however early the copy ends, no hub takes it for a new one.
fn begin(to: &PostgresUrl, of: Uuid) -> anyhow::Result<Connection> {
    let data = Data::new(std::path::PathBuf::new(), Some(to.clone()));
    let before = Connection::reader(&data.place(1, false))?;
    let found = match before.has_table("schema_steps")? {
        true => before.query_row("SELECT count(*) FROM schema_steps", [], |row| row.get::<_, u32>(0))? as usize,
        false => 0,
    };
    if found > 0 && !before.has_table(COPYING)? {
        for table in ["events", "users", "brands"] {
            let is_empty =
                !before.has_table(table)? || !before.prepare(&format!("SELECT 1 FROM {table}"))?.exists([])?;
            ensure!(is_empty, "The database has a hub's data already: name an empty one");
        }
    }
    drop(before);
    let known = MIGRATIONS.get(..found).context("The database was written by a newer version of the hub")?;
    mark(&Connection::open(&data.place(1, false), known)?, of)?;
    let target = Connection::open(&data.place(1, true), MIGRATIONS)?;
    target.run("BEGIN IMMEDIATE")?;
    if !target.has_table(EMPTIED)? {
        // What a new hub begins with, and what would follow from its rows.
        for table in names(&target)? {
            target.execute_batch(&format!("ALTER TABLE \"{table}\" DISABLE TRIGGER USER"))?;
        }
        let all: Vec<_> = names(&target)?.iter().map(|table| format!("\"{table}\"")).collect();
        target.execute_batch(&format!("TRUNCATE {}; CREATE TABLE {EMPTIED} (log BYTEA)", all.join(", ")))?;
    }
    target.run("COMMIT")?;
    Ok(target)
}

/// Says of a database that this log is being copied into it.
fn mark(target: &Connection, of: Uuid) -> anyhow::Result<()> {
    target.run("BEGIN IMMEDIATE")?;
    if target.has_table(COPYING)? {
        let found = target.query_row(&format!("SELECT log FROM {COPYING}"), [], |row| row.get::<_, Id>(0))?;
        ensure!(found.0 == of, "Another hub's data were being copied into the database: name an empty one");
    } else {
        target.execute_batch(&format!("CREATE TABLE {COPYING} (log BYTEA NOT NULL)"))?;
        target.execute(&format!("INSERT INTO {COPYING} (log) VALUES (?1)"), params![Id(of)])?;
    }
    Ok(target.run("COMMIT")?)
}

/// Lets hubs serve the database.
fn complete(target: &Connection, tables: &[Table]) -> anyhow::Result<()> {
    target.run("BEGIN IMMEDIATE")?;
    for table in tables {
        target.execute_batch(&format!("ALTER TABLE \"{}\" ENABLE TRIGGER USER", table.name))?;
        if let (Some(highest), [key]) = (table.highest, &table.key[..]) {
            target.number_after(&table.name, key, highest)?;
        }
    }
    target.execute_batch(&format!("DROP TABLE {COPYING}; DROP TABLE {EMPTIED}"))?;
    Ok(target.run("COMMIT")?)
}

/// The hub's tables in PostgreSQL.
fn names(target: &Connection) -> Result<Vec<String>, Error> {
    let sql = "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()
               AND tablename NOT IN ('copying', 'copying_emptied', 'schema_steps', 'schema_terms') ORDER BY tablename";
    target.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

/// The tables of the folder, each after those that it refers to.
fn tables(source: &Connection) -> anyhow::Result<Vec<Table>> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let names: Vec<String> = source.prepare(sql)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut waiting = names;
    let (mut ordered, mut met) = (Vec::with_capacity(waiting.len()), HashSet::new());
    while !waiting.is_empty() {
        let mut later = Vec::new();
        for name in std::mem::take(&mut waiting) {
            let sql = "SELECT DISTINCT \"table\" FROM pragma_foreign_key_list(?1)";
            let parents: Vec<String> =
                source.prepare(sql)?.query_map([&name], |row| row.get(0))?.collect::<Result<_, _>>()?;
            match parents.iter().all(|parent| met.contains(parent) || *parent == name) {
                true => {
                    met.insert(name.clone());
                    ordered.push(table(source, name)?);
                }
                false => later.push(name),
            }
        }
        ensure!(later.len() < ordered.len() + later.len(), "BUG: tables refer to each other: {later:?}");
        waiting = later;
    }
    Ok(ordered)
}

fn table(source: &Connection, name: String) -> anyhow::Result<Table> {
    let of = |sql: &str| -> Result<Vec<String>, Error> {
        source.prepare(sql)?.query_map([&name], |row| row.get(0))?.collect()
    };
    let columns = of("SELECT name FROM pragma_table_info(?1) ORDER BY cid")?;
    let key = of("SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk")?;
    if key.is_empty() {
        bail!("BUG: the table {name} has no key");
    }
    let is_numbered = source.has_table("sqlite_sequence")?;
    let highest = match is_numbered {
        true => {
            let sql = "SELECT seq FROM sqlite_sequence WHERE name = ?1";
            source.query_row(sql, [&name], |row| row.get(0)).optional()?
        }
        false => None,
    };
    Ok(Table { name, columns, key, highest })
}

impl Table {
    fn list(names: &[String]) -> String {
        names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
    }

    /// Rows after the one with this key, in the order of their keys.
    fn after(&self, connection: &Connection, key: Option<&[Value]>) -> Result<Vec<Vec<Value>>, Error> {
        let (columns, order) = (Self::list(&self.columns), Self::list(&self.key));
        let places: Vec<_> = (1..=self.key.len()).map(|place| format!("?{place}")).collect();
        let after = match key {
            Some(_) => format!("WHERE ({order}) > ({})", places.join(", ")),
            None => String::new(),
        };
        let sql = format!("SELECT {columns} FROM \"{}\" {after} ORDER BY {order} LIMIT {AT_ONCE}", self.name);
        let values: Vec<&dyn ToSql> = key.unwrap_or_default().iter().map(|value| value as _).collect();
        let read = |row: &tandem_sql::Row<'_>| (0..self.columns.len()).map(|column| row.get(column)).collect();
        connection.prepare(&sql)?.query_map(&values[..], read)?.collect()
    }

    fn key_of(&self, row: &[Value]) -> Vec<Value> {
        let place = |name| self.columns.iter().position(|column| column == name);
        self.key.iter().filter_map(|name| row.get(place(name)?).cloned()).collect()
    }

    /// The key of the last row.
    fn last(&self, connection: &Connection) -> Result<Option<Vec<Value>>, Error> {
        let order: Vec<_> = self.key.iter().map(|name| format!("\"{name}\" DESC")).collect();
        let sql =
            format!("SELECT {} FROM \"{}\" ORDER BY {} LIMIT 1", Self::list(&self.key), self.name, order.join(", "));
        let read = |row: &tandem_sql::Row<'_>| (0..self.key.len()).map(|column| row.get(column)).collect();
        connection.query_row(&sql, [], read).optional()
    }

    fn count(&self, connection: &Connection) -> Result<u64, Error> {
        let sql = format!("SELECT count(*) FROM \"{}\"", self.name);
        connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).map(i64::cast_unsigned)
    }

    /// The number of its rows, and a sum over what is in them.
    fn sum(&self, connection: &Connection) -> Result<(u64, u128), Error> {
        let (mut count, mut sum, mut key) = (0, 0u128, None);
        loop {
            let rows = self.after(connection, key.as_deref())?;
            let Some(last) = rows.last() else { return Ok((count, sum)) };
            key = Some(self.key_of(last));
            count += rows.len() as u64;
            for row in &rows {
                sum = sum.wrapping_add(hash(row));
            }
        }
    }
}

/// Copies what is not there yet; how many rows the table has then.
fn copied(
    source: &Connection,
    target: &Connection,
    table: &Table,
    progress: &mut impl FnMut(&str, u64, u64),
) -> anyhow::Result<u64> {
    let (of, mut there, mut key) = (table.count(source)?, table.count(target)?, table.last(target)?);
    loop {
        let rows = table.after(source, key.as_deref())?;
        let Some(last) = rows.last() else { break };
        key = Some(table.key_of(last));
        target.add(&table.name, &table.columns, &rows)?;
        there += rows.len() as u64;
        progress(&table.name, there, of);
    }
    Ok(there)
}

fn is_same(source: &Connection, target: &Connection, table: &Table) -> anyhow::Result<bool> {
    Ok(table.sum(source)? == table.sum(target)?)
}

/// PostgreSQL keeps no NUL in a text, so it does not count.
fn hash(row: &[Value]) -> u128 {
    let mut hash = Sha256::new();
    let mut add = |kind: u8, bytes: &[u8]| {
        hash.update([kind]);
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    for value in row {
        match value {
            Value::Null => add(0, &[]),
            Value::Integer(number) => add(1, &number.to_le_bytes()),
            Value::Real(number) => add(2, &number.to_le_bytes()),
            Value::Text(text) => add(3, text.replace('\0', "\u{fffd}").as_bytes()),
            Value::Blob(bytes) => add(4, bytes),
        }
    }
    let digest: [u8; 32] = hash.finalize().into();
    let mut first = [0; 16];
    first.copy_from_slice(&digest[..16]);
    u128::from_le_bytes(first)
}
