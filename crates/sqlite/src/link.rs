//! What the threads of a [`Database`](crate::Database) need of a connection.

use rusqlite::Connection;

use crate::{Error, Migration, Options, migration, reader};

/// A connection through which groups of writes go, and reads.
pub trait Link: Send + Sized + 'static {
    /// Where a database is, and how it is opened.
    type Place: Clone + Send + Sync;

    /// Opens or creates the database and brings it to the newest schema.
    ///
    /// # Errors
    /// If it cannot be opened, comes from a newer version, or a migration fails.
    fn open(place: &Self::Place, migrations: &[Migration]) -> Result<Self, Error>;

    /// Another connection, which cannot write.
    ///
    /// # Errors
    /// If the database cannot be opened.
    fn reader(place: &Self::Place) -> Result<Self, Error>;

    /// The number of reader threads.
    fn readers(place: &Self::Place) -> usize;

    /// Runs a statement that begins or ends a transaction or savepoint.
    ///
    /// # Errors
    /// What the engine answers.
    fn run(&self, sql: &str) -> Result<(), Error>;

    /// Whether a transaction is open. The engine may end it by itself, after an error.
    fn is_open(&self) -> bool;

    /// Whether what was done in the open transaction can be kept.
    fn is_sound(&self) -> bool {
        self.is_open()
    }

    /// Whether the connection must not be used any more, because somebody else has written what only it may write.
    fn is_lost(&self) -> bool {
        false
    }
}

impl Link for Connection {
    type Place = Options;

    fn open(options: &Options, migrations: &[Migration]) -> Result<Self, Error> {
        let mut connection = Self::open(&options.path)?;
        crate::unlock(&connection, options.key.as_ref())?;
        crate::prepare(&connection, options)?;
        migration::run(&mut connection, migrations)?;
        Ok(connection)
    }

    fn reader(options: &Options) -> Result<Self, Error> {
        reader::connect(options)
    }

    fn readers(options: &Options) -> usize {
        options.readers
    }

    fn run(&self, sql: &str) -> Result<(), Error> {
        self.prepare_cached(sql)?.raw_execute()?;
        Ok(())
    }

    fn is_open(&self) -> bool {
        !self.is_autocommit()
    }
}
