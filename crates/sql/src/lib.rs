//! The hub's SQL, whatever engine runs it: one text for each query, with parameters `?1`, `?2` and so on.
//!
//! Values are SQLite's: null, integers, texts and bytes. So a type is stored alike everywhere.

mod params;
mod rows;
mod statement;

use std::path::Path;

pub use params::Params;
pub use rows::{Column, Mapped, Row, Rows};
pub use statement::Statement;
use tandem_sqlite::rusqlite;
pub use tandem_sqlite::rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
pub use tandem_sqlite::rusqlite::{Error, OptionalExtension, Result};
use tandem_sqlite::{Link, Migration, Options};

/// A connection to the hub's tables.
#[derive(Debug)]
pub struct Connection {
    engine: Engine,
}

#[derive(Debug)]
enum Engine {
    Sqlite(rusqlite::Connection),
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

    /// An empty database that lives as long as the connection.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn in_memory() -> Result<Self> {
        Ok(rusqlite::Connection::open_in_memory()?.into())
    }

    /// A statement, which is kept for the next call with the same text.
    ///
    /// # Errors
    /// If the engine does not understand it.
    pub fn prepare_cached(&self, sql: &str) -> Result<Statement<'_>> {
        match &self.engine {
            Engine::Sqlite(connection) => Ok(Statement::kept(connection.prepare_cached(sql)?)),
        }
    }

    /// A statement for one use.
    ///
    /// # Errors
    /// If the engine does not understand it.
    pub fn prepare(&self, sql: &str) -> Result<Statement<'_>> {
        match &self.engine {
            Engine::Sqlite(connection) => Ok(Statement::new(connection.prepare(sql)?)),
        }
    }

    /// Runs a statement once; how many rows it changed.
    ///
    /// # Errors
    /// What the engine answers.
    pub fn execute(&self, sql: &str, params: impl Params) -> Result<usize> {
        self.prepare(sql)?.execute(params)
    }

    /// The first row of a query that is run once.
    ///
    /// # Errors
    /// If there is no row, or what the engine or `read` answers.
    pub fn query_row<T>(&self, sql: &str, params: impl Params, read: impl FnOnce(&Row<'_>) -> Result<T>) -> Result<T> {
        self.prepare(sql)?.query_row(params, read)
    }

    /// Runs several statements without parameters.
    ///
    /// # Errors
    /// What the engine answers to the first that fails; those after it are not run.
    pub fn execute_batch(&self, sql: &str) -> Result<()> {
        match &self.engine {
            Engine::Sqlite(connection) => connection.execute_batch(sql),
        }
    }

    /// What `read` finds in one snapshot; nothing that it writes stays.
    ///
    /// # Errors
    /// Those of `read`, or what the engine answers.
    pub fn snapshot<T, E: From<Error>>(&self, read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.execute_batch("BEGIN")?;
        let found = read();
        self.execute_batch("ROLLBACK")?;
        found
    }

    /// Whether no transaction is open. An engine may end one by itself, after an error.
    #[must_use]
    pub fn is_autocommit(&self) -> bool {
        match &self.engine {
            Engine::Sqlite(connection) => connection.is_autocommit(),
        }
    }
}

impl Link for Connection {
    fn open(options: &Options, migrations: &[Migration]) -> Result<Self, tandem_sqlite::Error> {
        Ok(<rusqlite::Connection as Link>::open(options, migrations)?.into())
    }

    fn reader(options: &Options) -> Result<Self, tandem_sqlite::Error> {
        Ok(<rusqlite::Connection as Link>::reader(options)?.into())
    }

    fn run(&self, sql: &str) -> Result<(), tandem_sqlite::Error> {
        match &self.engine {
            Engine::Sqlite(connection) => connection.run(sql),
        }
    }

    fn is_open(&self) -> bool {
        !self.is_autocommit()
    }
}
