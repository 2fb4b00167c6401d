//! What the threads of a [`Database`](crate::Database) need of a connection.

use rusqlite::Connection;

use crate::{Error, Migration, Options, migration, reader};

/// How often the log is copied before it is long. A written row takes a page or two of it.
const PARTS: u64 = 8;

/// A connection for copying the log.
pub struct Copying<K> {
    pub connection: K,
    /// The number of written rows after which the log is copied again.
    pub every: u64,
}

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

    /// Another connection, which copies the writer's log back into the database; none if the engine does that itself.
    ///
    /// # Errors
    /// If the database cannot be opened.
    fn copier(_: &Self::Place) -> Result<Option<Copying<Self>>, Error> {
        Ok(None)
    }

    /// Copies as much of the log as can be without waiting for anybody.
    ///
    /// # Errors
    /// What the engine answers.
    fn copy_log(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Total number of rows written through this connection; 0 if it has no log to copy.
    fn written(&self) -> u64 {
        0
    }

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

    fn copier(options: &Options) -> Result<Option<Copying<Self>>, Error> {
        if !options.room.copies_beside {
            return Ok(None);
        }
        let connection = Self::open(&options.path)?;
        crate::unlock(&connection, options.key.as_ref())?;
        connection.execute_batch("PRAGMA wal_autocheckpoint = 0;")?;
        Ok(Some(Copying { connection, every: u64::from(options.room.log_pages) / PARTS }))
    }

    fn copy_log(&self) -> Result<(), Error> {
        Ok(self.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?)
    }

    fn written(&self) -> u64 {
        self.total_changes()
    }

    fn run(&self, sql: &str) -> Result<(), Error> {
        self.prepare_cached(sql)?.raw_execute()?;
        Ok(())
    }

    fn is_open(&self) -> bool {
        !self.is_autocommit()
    }
}
