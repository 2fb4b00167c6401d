//! The hub's SQL, whatever engine runs it: one text for each query, with parameters `?1`, `?2` and so on.
//!
//! Values are SQLite's: null, integers, texts and bytes. So a type is stored alike everywhere.

mod error;
mod params;
mod place;
mod postgres;
mod rows;
mod statement;

use std::path::Path;

pub use error::{Error, OptionalExtension};
pub use params::Params;
pub use place::Place;
pub use rows::{Column, Mapped, Row, Rows};
pub use statement::Statement;
use tandem_sqlite::rusqlite;
pub use tandem_sqlite::rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use tandem_sqlite::{Link, Migration};

use crate::postgres::Postgres;

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

    /// An empty database that lives as long as the connection.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn in_memory() -> Result<Self, Error> {
        Ok(rusqlite::Connection::open_in_memory()?.into())
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

    /// Whether no transaction is open. An engine may end one by itself, after an error.
    #[must_use]
    pub fn is_autocommit(&self) -> bool {
        match &self.engine {
            Engine::Sqlite(connection) => connection.is_autocommit(),
            Engine::Postgres(connection) => !connection.is_open(),
        }
    }
}

impl Link for Connection {
    type Place = Place;

    fn open(place: &Place, migrations: &[Migration]) -> Result<Self, tandem_sqlite::Error> {
        match place {
            Place::File(options) => Ok(<rusqlite::Connection as Link>::open(options, migrations)?.into()),
            Place::Postgres { url, steps, .. } => {
                let connection = Postgres::connect(url)?;
                connection.migrate(migrations, steps)?;
                Ok(Self { engine: Engine::Postgres(Box::new(connection)) })
            }
        }
    }

    fn reader(place: &Place) -> Result<Self, tandem_sqlite::Error> {
        match place {
            Place::File(options) => Ok(<rusqlite::Connection as Link>::reader(options)?.into()),
            Place::Postgres { url, .. } => {
                let connection = Postgres::connect(url)?;
                connection.read_only()?;
                Ok(Self { engine: Engine::Postgres(Box::new(connection)) })
            }
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
}
