//! The hub's SQL, whatever engine runs it: one text for each query, with parameters `?1`, `?2` and so on.
//!
//! Values are SQLite's: null, integers, texts and bytes. So a type is stored alike everywhere.

mod error;
mod params;
mod place;
mod postgres;
mod rows;
mod statement;

use std::collections::BTreeSet;
use std::path::Path;

pub use error::{Error, OptionalExtension};
pub use params::Params;
pub use place::Place;
pub use rows::{Column, Mapped, Row, Rows};
pub use statement::Statement;
use tandem_sqlite::rusqlite;
pub use tandem_sqlite::rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Value, ValueRef};
use tandem_sqlite::{Copying, Link, Migration};

use crate::postgres::{Postgres, Use};

/// A value on its way into a statement.
pub type ToSqlResult<'a> = rusqlite::Result<ToSqlOutput<'a>>;

/// A connection to the hub's tables.
#[derive(Debug)]
pub struct Connection {
    engine: Engine,
}

#[derive(Debug)]
enum Engine {
    Sqlite(rusqlite::Connection),
    Postgres(Box<Postgres>),
}

impl From<rusqlite::Connection> for Connection {
    fn from(connection: rusqlite::Connection) -> Self {
        Self { engine: Engine::Sqlite(connection) }
    }
}

impl Connection {
    /// A file of SQLite as it is, for inspection: nothing is migrated.
    ///
    /// # Errors
    /// If the file does not exist or cannot be opened.
    pub fn peek(path: &Path) -> Result<Self, tandem_sqlite::Error> {
        Ok(tandem_sqlite::peek(path, None)?.into())
    }

    /// Whether there is a table of this name.
    ///
    /// # Errors
    /// What the engine answers.
    pub fn has_table(&self, name: &str) -> Result<bool, Error> {
        let sql = match &self.engine {
            Engine::Sqlite(_) => "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1)",
            Engine::Postgres(_) => "SELECT to_regclass(?1) IS NOT NULL",
        };
        self.query_row(sql, [name], |row| row.get(0))
    }

    /// Names of all tables, of their columns as `table.column`, and of the indices that were made by name.
    ///
    /// # Errors
    /// What the engine answers.
    pub fn outline(&self) -> Result<BTreeSet<String>, Error> {
        let sql = match &self.engine {
            Engine::Sqlite(_) => {
                "SELECT name FROM sqlite_schema WHERE type IN ('table', 'index') AND name NOT LIKE 'sqlite%'
                 UNION ALL
                 SELECT t.name || '.' || c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
                 WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'"
            }
            Engine::Postgres(_) => {
                "SELECT DISTINCT table_name::text FROM information_schema.columns WHERE table_schema = current_schema()
                 UNION ALL
                 SELECT table_name::text || '.' || column_name::text FROM information_schema.columns
                 WHERE table_schema = current_schema()
                 UNION ALL
                 SELECT indexname::text FROM pg_indexes WHERE schemaname = current_schema()"
            }
        };
        let mut statement = self.prepare(sql)?;
        statement.query_map([], |row| row.get(0))?.collect()
    }

    /// An empty database that lives as long as the connection.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn in_memory() -> Result<Self, Error> {
        let connection = rusqlite::Connection::open_in_memory()?;
        tandem_sqlite::keep_statements(&connection)?;
        Ok(connection.into())
    }

    /// A statement, which is kept for the next call with the same text.
    ///
    /// # Errors
    /// If the engine does not understand it.
    pub fn prepare_cached(&self, sql: &str) -> Result<Statement<'_>, Error> {
        match &self.engine {
            Engine::Sqlite(connection) => Ok(Statement::kept(connection.prepare_cached(sql)?)),
            Engine::Postgres(connection) => Ok(Statement::of_postgres(connection, sql)),
        }
    }

    /// A statement for one use.
    ///
    /// # Errors
    /// If the engine does not understand it.
    pub fn prepare(&self, sql: &str) -> Result<Statement<'_>, Error> {
        match &self.engine {
            Engine::Sqlite(connection) => Ok(Statement::new(connection.prepare(sql)?)),
            Engine::Postgres(connection) => Ok(Statement::of_postgres(connection, sql)),
        }
    }

    /// Runs a statement once; how many rows it changed.
    ///
    /// # Errors
    /// What the engine answers.
    pub fn execute(&self, sql: &str, params: impl Params) -> Result<usize, Error> {
        self.prepare(sql)?.execute(params)
    }

    /// The first row of a query that is run once.
    ///
    /// # Errors
    /// If there is no row, or what the engine or `read` answers.
    pub fn query_row<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.prepare(sql)?.query_row(params, read)
    }

    /// Runs several statements without parameters.
    ///
    /// # Errors
    /// What the engine answers to the first that fails; those after it are not run.
    pub fn execute_batch(&self, sql: &str) -> Result<(), Error> {
        match &self.engine {
            Engine::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Engine::Postgres(connection) => connection.batch(sql),
        }
    }

    /// Whether all went well that was to run later: it has run when this returns.
    ///
    /// # Errors
    /// What the engine answers to the first that fails.
    pub fn complete(&self) -> Result<(), Error> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(connection) => connection.complete(),
        }
    }

    /// Adds rows to a table, in the order of `columns`.
    ///
    /// # Errors
    /// What the engine answers. Outside of a transaction, some rows may have been added.
    pub fn add(&self, table: &str, columns: &[String], rows: &[Vec<Value>]) -> Result<(), Error> {
        let names: Vec<_> = columns.iter().map(|column| format!("\"{column}\"")).collect();
        let names = names.join(", ");
        match &self.engine {
            Engine::Postgres(connection) => connection.copy_in(&format!("\"{table}\" ({names})"), rows),
            Engine::Sqlite(_) => {
                let places: Vec<_> = (1..=columns.len()).map(|place| format!("?{place}")).collect();
                let sql = format!("INSERT INTO \"{table}\" ({names}) VALUES ({})", places.join(", "));
                let mut statement = self.prepare(&sql)?;
                for row in rows {
                    let values: Vec<_> = row.iter().map(|value| value as &dyn ToSql).collect();
                    statement.execute(&values[..])?;
                }
                Ok(())
            }
        }
    }

    /// Goes on with the next numbers after `highest` where the table numbers its rows itself.
    ///
    /// # Errors
    /// What the engine answers.
    pub fn number_after(&self, table: &str, column: &str, highest: i64) -> Result<(), Error> {
        match &self.engine {
            Engine::Postgres(connection) => connection.number_after(table, column, highest),
            // SQLite knows from the rows.
            Engine::Sqlite(_) => Ok(()),
        }
    }

    /// What `read` finds in one snapshot; nothing that it writes stays.
    ///
    /// # Errors
    /// Those of `read`, or what the engine answers.
    pub fn snapshot<T, E: From<Error>>(&self, read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.run("BEGIN").map_err(Error::from)?;
        let found = read();
        self.run("ROLLBACK").map_err(Error::from)?;
        found
    }

    /// Whether questions travel to another process, so that many are better asked at once.
    #[must_use]
    pub fn is_elsewhere(&self) -> bool {
        matches!(self.engine, Engine::Postgres(_))
    }

    /// Whether no transaction is open. An engine may end one by itself, after an error.
    #[must_use]
    pub fn is_autocommit(&self) -> bool {
        match &self.engine {
            Engine::Sqlite(connection) => connection.is_autocommit(),
            Engine::Postgres(connection) => !connection.is_open(),
        }
    }
}

/// Whether a text is the address of a PostgreSQL database.
///
/// # Errors
/// Why not, without the address, which may hold a password.
pub fn check(url: &str) -> Result<(), String> {
    postgres::check(url)
}

/// Does what blocks on a thread of its own: the client has a runtime, which the threads of another one must not drive.
fn apart<T: Send>(work: impl FnOnce() -> Result<T, Error> + Send) -> Result<T, tandem_sqlite::Error> {
    let done = std::thread::scope(|scope| scope.spawn(work).join());
    Ok(done.unwrap_or_else(|_| Err(tandem_sqlite::Error::Panicked.into()))?)
}

impl Link for Connection {
    type Place = Place;

    fn open(place: &Place, migrations: &[Migration]) -> Result<Self, tandem_sqlite::Error> {
        match place {
            Place::File(options) => Ok(<rusqlite::Connection as Link>::open(options, migrations)?.into()),
            Place::Postgres { url, steps, is_serving, .. } => apart(|| {
                let mut connection = Postgres::connect(url, Use::Writing)?;
                connection.migrate(migrations, steps)?;
                if *is_serving {
                    connection.serve()?;
                }
                Ok(Self { engine: Engine::Postgres(Box::new(connection)) })
            }),
        }
    }

    fn reader(place: &Place) -> Result<Self, tandem_sqlite::Error> {
        match place {
            Place::File(options) => Ok(<rusqlite::Connection as Link>::reader(options)?.into()),
            Place::Postgres { url, .. } => {
                apart(|| Ok(Self { engine: Engine::Postgres(Box::new(Postgres::connect(url, Use::Reading)?)) }))
            }
        }
    }

    fn copier(place: &Place) -> Result<Option<Copying<Self>>, tandem_sqlite::Error> {
        let Place::File(options) = place else { return Ok(None) };
        let copying = <rusqlite::Connection as Link>::copier(options)?;
        Ok(copying.map(|Copying { connection, every }| Copying { connection: connection.into(), every }))
    }

    fn copy_log(&self) -> Result<(), tandem_sqlite::Error> {
        match &self.engine {
            Engine::Sqlite(connection) => connection.copy_log(),
            Engine::Postgres(_) => Ok(()),
        }
    }

    fn written(&self) -> u64 {
        match &self.engine {
            Engine::Sqlite(connection) => Link::written(connection),
            Engine::Postgres(_) => 0,
        }
    }

    fn readers(place: &Place) -> usize {
        match place {
            Place::File(options) => options.readers,
            Place::Postgres { readers, .. } => *readers,
        }
    }

    fn run(&self, sql: &str) -> Result<(), tandem_sqlite::Error> {
        match &self.engine {
            Engine::Sqlite(connection) => connection.run(sql),
            Engine::Postgres(connection) => Ok(connection.run(sql)?),
        }
    }

    fn is_open(&self) -> bool {
        !self.is_autocommit()
    }

    fn is_sound(&self) -> bool {
        match &self.engine {
            Engine::Sqlite(connection) => connection.is_sound(),
            Engine::Postgres(connection) => connection.is_sound(),
        }
    }

    fn is_lost(&self) -> bool {
        match &self.engine {
            Engine::Sqlite(connection) => connection.is_lost(),
            Engine::Postgres(connection) => connection.is_lost(),
        }
    }
}
