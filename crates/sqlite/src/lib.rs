//! SQLite as Tandem uses it: one writer thread that commits in groups, and readers that cannot write.
//!
//! Everything that arrives while a transaction is being written joins the next one, so that a thousand small writes
//! share one sync to disk. A write is answered only after its commit. This crate must never know a table: whoever
//! opens a database brings migrations, and a [`Companion`] for what must happen together with each commit.

mod key;
mod migration;
mod reader;
mod worker;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use key::Key;
pub use migration::{BREAKS, Migration};
pub use rusqlite;
use rusqlite::Connection;
pub use writer::Companion;

/// What can go wrong with the file itself.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The group's commit failed, so none of its writes happened.
    #[error("could not commit: {0}")]
    Commit(String),
    /// The whole group was undone, for what SQLite says of the file.
    #[error("could not commit: {words}")]
    Undone { words: String, cause: Cause },
    /// The job panicked, and what it wrote was undone.
    #[error("a part of this program failed; what it wrote was undone")]
    Panicked,
    #[error("the database was written by a newer version (schema {found}, this program knows {known})")]
    Newer { found: u32, known: u32 },
    #[error("the database is closed")]
    Closed,
}

/// Why nothing can be written at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Another program holds the database's lock.
    Locked,
    /// The disk is full, or a limit of the file is reached.
    Full,
    /// The database is closed, or its writer has ended.
    Closed,
    Other,
}

impl Error {
    /// Why nothing can be written.
    #[must_use]
    pub fn cause(&self) -> Cause {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull};
        match self {
            Self::Sqlite(error) => match error.sqlite_error_code() {
                Some(DatabaseBusy | DatabaseLocked) => Cause::Locked,
                Some(DiskFull) => Cause::Full,
                _ => Cause::Other,
            },
            Self::Undone { cause, .. } => *cause,
            Self::Closed => Cause::Closed,
            Self::Commit(_) | Self::Newer { .. } | Self::Panicked => Cause::Other,
        }
    }

    /// The same for one write of a group.
    fn undone(&self) -> Self {
        Self::Undone { words: self.to_string(), cause: self.cause() }
    }

    /// Whether the file's content cannot be trusted any more, or was written with another key.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Sqlite(error) if is_damage(error))
    }
}

/// Whether SQLite says that the file's content cannot be trusted any more, or was written with another key.
#[must_use]
pub fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
}

/// How durable a commit is before it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Synced to disk: survives a power cut.
    Full,
    /// Survives a crash of the process, and may lose the last commits in a power cut.
    Normal,
}

/// How to open a database.
#[derive(Clone, Debug)]
pub struct Options {
    pub path: PathBuf,
    /// Encrypts every page of the file and of its log; none for a plain file.
    pub key: Option<Key>,
    pub durability: Durability,
    /// Reader threads.
    pub readers: usize,
    pub room: Room,
}

/// What an open database takes beside its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Pages that the writer keeps in memory, in KiB.
    pub writer_kib: u32,
    /// Pages that each reader keeps in memory, in KiB.
    pub reader_kib: u32,
    /// The log goes into the file when it is as long as this, in pages of 4 KiB.
    pub log_pages: u32,
}

impl Room {
    /// For a server, which has the machine to itself.
    pub const SERVER: Self = Self { writer_kib: 16_000, reader_kib: 8_000, log_pages: 8_000 };
    /// For a program beside many others: what is read again soon; the rest is in the system's own cache.
    pub const DESKTOP: Self = Self { writer_kib: 4_000, reader_kib: 6_000, log_pages: 2_000 };
}

/// An open database. Clones share it; the last one closes it.
pub struct Database<C: Companion> {
    inner: Arc<Inner<C>>,
}

/// Dropped in this order: the writer's connection is the last one, and puts the log into the file.
struct Inner<C: Companion> {
    path: PathBuf,
    readers: reader::Readers,
    writer: writer::Writer<C>,
}

impl<C: Companion> Clone for Database<C> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<C: Companion> Database<C> {
    /// Opens or creates the file, brings it to the newest schema and starts the threads.
    ///
    /// # Errors
    /// If the file cannot be opened, is of a newer version, or a migration fails.
    pub fn open(
        options: &Options,
        migrations: &[Migration],
        companion: impl FnOnce(&Connection) -> Result<C, Error>,
    ) -> Result<Self, Error> {
        let mut connection = Connection::open(&options.path)?;
        unlock(&connection, options.key.as_ref())?;
        prepare(&connection, options)?;
        migration::run(&mut connection, migrations)?;
        let companion = companion(&connection)?;
        let readers = reader::Readers::start(options)?;
        let writer = writer::Writer::start(connection, companion)?;
        Ok(Self { inner: Arc::new(Inner { path: options.path.clone(), readers, writer }) })
    }

    /// Runs `work` on the writer thread inside the next group's transaction and answers after its commit. If `work`
    /// fails, what it wrote is undone and the rest of the group goes on.
    ///
    /// # Errors
    /// The error of `work`, or that the commit failed.
    pub async fn write<T, E>(
        &self,
        work: impl FnOnce(&Connection, &mut C) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.inner.writer.submit(work).await.unwrap_or_else(|_| Err(Error::Closed.into()))
    }

    /// [`Self::write`] for threads that may block.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn write_blocking<T, E>(
        &self,
        work: impl FnOnce(&Connection, &mut C) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.inner.writer.submit(work).blocking_recv().unwrap_or_else(|_| Err(Error::Closed.into()))
    }

    /// Runs `work` on a reader, which sees a consistent snapshot and cannot write.
    ///
    /// # Errors
    /// The error of `work`.
    pub async fn read<T, E>(&self, work: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.inner.readers.submit(work).await.unwrap_or_else(|_| Err(Error::Closed.into()))
    }

    /// [`Self::read`] for threads that may block.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_blocking<T, E>(&self, work: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.inner.readers.submit(work).blocking_recv().unwrap_or_else(|_| Err(Error::Closed.into()))
    }

    /// Closes it for every clone: what was asked for before is still done, what comes later answers [`Error::Closed`].
    /// Returns when the threads have ended and everything is in the one file. What encrypts the file must not be at
    /// work any more when the process tidies up.
    pub async fn close(&self)
    where
        C: 'static,
    {
        let inner = Arc::clone(&self.inner);
        let closing = tokio::task::spawn_blocking(move || {
            inner.readers.close();
            inner.writer.close();
        });
        // It fails only if the runtime ends meanwhile, and then whoever drops the last clone closes it.
        let _ = closing.await;
    }

    /// Resolves when a thread of this database has ended: after [`Self::close`], or because it panicked. Without its
    /// threads the database answers nothing.
    pub async fn ended(&self) {
        tokio::select! {
            () = self.inner.writer.ended() => {}
            () = self.inner.readers.ended() => {}
        }
    }

    /// Reads and writes that wait for their turn, whichever are more. Whoever asks for many must not let them grow.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.inner.writer.waiting().max(self.inner.readers.waiting())
    }

    /// Where the file lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.inner.path
    }
}

/// A connection of its own that only looks, and brings nothing up to date; for files that are not in use any more.
///
/// # Errors
/// If the file does not exist or cannot be opened.
pub fn peek(path: &Path, key: Option<&Key>) -> Result<Connection, Error> {
    // A log that was left behind can only be read by who may write.
    let connection = Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    unlock(&connection, key)?;
    connection.execute_batch("PRAGMA query_only = ON;")?;
    Ok(connection)
}

/// Writes a plain file as it stands, committed writes alone, into another one. Others may read and write meanwhile.
///
/// # Errors
/// If it cannot be read, or the copy cannot be written; `to` must not exist, or be empty.
pub fn copy(path: &Path, to: &Path) -> Result<(), Error> {
    let connection = Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.execute_batch("PRAGMA busy_timeout = 5000;")?;
    connection.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
    Ok(())
}

/// What SQLite finds wrong with a plain file: nothing, or lines that say so.
///
/// # Errors
/// If it cannot be read at all.
pub fn check(path: &Path) -> Result<Vec<String>, Error> {
    let connection = peek(path, None)?;
    let mut query = connection.prepare("PRAGMA quick_check(20)")?;
    let lines = query.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

/// The schema version of a plain file, as it stands.
///
/// # Errors
/// If the file cannot be read.
pub fn version(path: &Path) -> Result<u32, Error> {
    Ok(peek(path, None)?.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// Must be the first thing on a connection.
fn unlock(connection: &Connection, key: Option<&Key>) -> Result<(), Error> {
    match key {
        Some(key) => Ok(connection.execute_batch(&key.pragma())?),
        None => Ok(()),
    }
}

fn prepare(connection: &Connection, options: &Options) -> Result<(), Error> {
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(Error::Commit(format!("the file system does not allow write-ahead logging (got {mode})")));
    }
    let synchronous = match options.durability {
        Durability::Full => "FULL",
        Durability::Normal => "NORMAL",
    };
    let Room { writer_kib, log_pages, .. } = options.room;
    connection.execute_batch(&format!(
        "PRAGMA synchronous = {synchronous};
         PRAGMA foreign_keys = ON;
         PRAGMA busy_timeout = 5000;
         PRAGMA cache_size = -{writer_kib};
         PRAGMA temp_store = MEMORY;
         PRAGMA journal_size_limit = {};
         PRAGMA wal_autocheckpoint = {log_pages};",
        u64::from(log_pages) * 4096,
    ))?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(())
}
