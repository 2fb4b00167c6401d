//! SQLite as Tandem uses it: one writer thread with group commit, and read-only readers.
//!
//! Writes that arrive during a transaction join the next one, so that a thousand small writes share one sync to disk.
//! A write is answered after its commit. This crate knows no tables: callers bring migrations, and a [`Companion`] for
//! work that belongs to each commit.

mod copier;
mod key;
mod link;
mod migration;
mod reader;
mod worker;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use copier::Copier;
pub use key::Key;
pub use link::{Copying, Link};
pub use migration::{BREAKS, Migration};
pub use rusqlite;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
pub use worker::guarded;
pub use writer::{Answer, Companion, Finish};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("database: {}", words(.0))]
    Sqlite(#[from] rusqlite::Error),
    /// The group's commit failed, so none of its writes happened.
    #[error("could not commit: {0}")]
    Commit(String),
    /// SQLite rolled back the whole group, for this cause.
    #[error("could not commit: {words}")]
    Undone { words: String, cause: Cause },
    /// The job panicked, and its writes were undone.
    #[error("a part of this program failed; what it wrote was undone")]
    Panicked,
    /// What another engine than SQLite answers.
    #[error("database: {words}")]
    Foreign { words: String, cause: Cause },
    #[error("the database was written by a newer version (schema {found}, this program knows {known})")]
    Newer { found: u32, known: u32 },
    #[error("the database is closed")]
    Closed,
}

/// Why writing is impossible at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Another program holds the database's lock.
    Locked,
    /// The disk is full, or a limit of the file is reached.
    Full,
    /// The database is closed, or its writer has ended.
    Closed,
    /// The file's content can no longer be trusted.
    Damaged,
    Other,
}

impl Error {
    /// Why writing is impossible.
    #[must_use]
    pub fn cause(&self) -> Cause {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull};
        match self {
            Self::Sqlite(error) => match error.sqlite_error_code() {
                Some(DatabaseBusy | DatabaseLocked) => Cause::Locked,
                Some(DiskFull) => Cause::Full,
                _ if lacks_room(error) => Cause::Full,
                _ if is_damage(error) => Cause::Damaged,
                _ => Cause::Other,
            },
            Self::Undone { cause, .. } | Self::Foreign { cause, .. } => *cause,
            Self::Closed => Cause::Closed,
            Self::Commit(_) | Self::Newer { .. } | Self::Panicked => Cause::Other,
        }
    }

    /// The same error for one write of a group.
    #[must_use]
    pub fn undone(&self) -> Self {
        Self::Undone { words: self.to_string(), cause: self.cause() }
    }

    /// Whether the file's content can no longer be trusted, or was written with another key.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Sqlite(error) if is_damage(error))
    }
}

/// Whether the file that readers and writers share could not be made as large as needed.
fn lacks_room(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE)
}

fn words(error: &rusqlite::Error) -> String {
    match lacks_room(error) {
        true => "the disk is full".into(),
        false => error.to_string(),
    }
}

/// Whether SQLite reports untrustworthy content, a different key, or that something of the schema is gone.
#[must_use]
pub fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase)) || lacks_table(error)
}

/// Programs ask for tables that their schema has made: one that is not there was removed.
fn lacks_table(error: &rusqlite::Error) -> bool {
    let words = match error {
        rusqlite::Error::SqlInputError { msg, .. } | rusqlite::Error::SqliteFailure(_, Some(msg)) => msg,
        _ => return false,
    };
    words.starts_with("no such table") || words.starts_with("no such column")
}

/// How durable a commit is before it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Synced to disk: survives a power cut.
    Full,
    /// Survives a crash of the process, and may lose the last commits in a power cut.
    Normal,
}

#[derive(Clone, Debug)]
pub struct Options {
    pub path: PathBuf,
    /// Encrypts every page of the file and of its log; none for a plain file.
    pub key: Option<Key>,
    pub durability: Durability,
    /// Number of reader threads.
    pub readers: usize,
    pub room: Room,
}

/// Memory and disk limits of an open database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// The writer's page cache, in KiB.
    pub writer_kib: u32,
    /// Each reader's page cache, in KiB.
    pub reader_kib: u32,
    /// The log is copied back into the database at this length, in pages of 4 KiB.
    pub log_pages: u32,
    /// A thread of its own copies most of it earlier, so that writes do not wait for it.
    pub copies_beside: bool,
}

impl Room {
    /// For a server, which has the machine to itself.
    pub const SERVER: Self = Self { writer_kib: 16_000, reader_kib: 8_000, log_pages: 8_000, copies_beside: true };
    /// For a program among many others: caches what is soon read again; the system caches the rest.
    pub const DESKTOP: Self = Self { writer_kib: 4_000, reader_kib: 6_000, log_pages: 2_000, copies_beside: false };
}

/// An open database. Clones share it; the last one closes it.
pub struct Database<C: Companion<K>, K: Link = Connection> {
    inner: Arc<Inner<C, K>>,
}

/// Drop order matters: the writer's connection goes last and checkpoints the log.
struct Inner<C: Companion<K>, K: Link> {
    place: K::Place,
    readers: reader::Readers<K>,
    writer: writer::Writer<C, K>,
}

impl<C: Companion<K>, K: Link> Clone for Database<C, K> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<C: Companion<K>, K: Link> Database<C, K> {
    /// Opens or creates the file, migrates it to the newest schema and starts the threads.
    ///
    /// # Errors
    /// If the file cannot be opened, comes from a newer version, or a migration fails.
    pub fn open(
        place: &K::Place,
        migrations: &[Migration],
        companion: impl FnOnce(&K) -> Result<C, Error>,
    ) -> Result<Self, Error> {
        let connection = K::open(place, migrations)?;
        let companion = companion(&connection)?;
        let readers = reader::Readers::start(place)?;
        let copier = K::copier(place)?.map(|copying| Copier::start(copying.connection, copying.every)).transpose()?;
        let writer = writer::Writer::start(connection, companion, copier)?;
        Ok(Self { inner: Arc::new(Inner { place: place.clone(), readers, writer }) })
    }

    /// Runs `work` on the writer thread in the next group's transaction, and answers after its commit. If `work`
    /// fails, its writes are undone and the rest of the group continues.
    ///
    /// # Errors
    /// The error of `work`, or that the commit failed.
    pub async fn write<T, E>(&self, work: impl FnOnce(&K, &mut C) -> Result<T, E> + Send + 'static) -> Result<T, E>
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
    pub fn write_blocking<T, E>(&self, work: impl FnOnce(&K, &mut C) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.inner.writer.submit(work).blocking_recv().unwrap_or_else(|_| Err(Error::Closed.into()))
    }

    /// Gives the companion a piece of work, made with where its outcome goes. Its place in the order is taken now; the
    /// result comes after the commit of its group.
    ///
    /// # Errors
    /// The error of the work, or that the commit failed.
    pub fn give<T, E>(
        &self,
        work: impl FnOnce(Answer<T, E>) -> C::Work,
    ) -> impl Future<Output = Result<T, E>> + Send + 'static
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let given = self.inner.writer.give(work);
        async { given.await.unwrap_or_else(|_| Err(Error::Closed.into())) }
    }

    /// Runs `work` on a read-only connection with a consistent snapshot.
    ///
    /// # Errors
    /// The error of `work`.
    pub async fn read<T, E>(&self, work: impl FnOnce(&K) -> Result<T, E> + Send + 'static) -> Result<T, E>
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
    pub fn read_blocking<T, E>(&self, work: impl FnOnce(&K) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.inner.readers.submit(work).blocking_recv().unwrap_or_else(|_| Err(Error::Closed.into()))
    }

    /// Closes it for every clone. Earlier requests are still done; later ones get [`Error::Closed`]. Returns when the
    /// threads have ended and everything is in the one file. The encryption library must be idle when the process
    /// tidies up.
    pub async fn close(&self)
    where
        C: 'static,
    {
        let inner = Arc::clone(&self.inner);
        let closing = tokio::task::spawn_blocking(move || {
            inner.readers.close();
            inner.writer.close();
        });
        // Fails only if the runtime ends meanwhile; then dropping the last clone closes it.
        let _ = closing.await;
    }

    /// Resolves when a thread of this database has ended: after [`Self::close`], or after a panic. Without its threads
    /// the database does not answer.
    pub async fn ended(&self) {
        tokio::select! {
            () = self.inner.writer.ended() => {}
            () = self.inner.readers.ended() => {}
        }
    }

    /// Waiting reads or writes, whichever are more. Heavy users must bound this.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.inner.writer.waiting().max(self.inner.readers.waiting())
    }

    /// How long reads have waited without any being begun: long if the disk or the server does not answer.
    #[must_use]
    pub fn stuck_reads(&self) -> Duration {
        self.inner.readers.stuck()
    }

    /// [`Self::stuck_reads`] of writes.
    #[must_use]
    pub fn stuck_writes(&self) -> Duration {
        self.inner.writer.stuck()
    }

    /// Where it is.
    #[must_use]
    pub fn place(&self) -> &K::Place {
        &self.inner.place
    }
}

/// Opens a separate connection for inspection, without migrations; for files that are not in use.
///
/// # Errors
/// If the file does not exist or cannot be opened.
pub fn peek(path: &Path, key: Option<&Key>) -> Result<Connection, Error> {
    // A leftover log can be read only with write access.
    let connection = Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    unlock(&connection, key)?;
    connection.execute_batch("PRAGMA query_only = ON;")?;
    Ok(connection)
}

/// Copies the committed content of a plain file into another one. Others may read and write meanwhile.
///
/// # Errors
/// If it cannot be read, or the copy cannot be written; `to` must not exist, or be empty.
pub fn copy(path: &Path, to: &Path) -> Result<(), Error> {
    let connection = Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.execute_batch("PRAGMA busy_timeout = 5000;")?;
    connection.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
    Ok(())
}

/// SQLite's integrity check of a plain file: the problems found.
///
/// # Errors
/// If it cannot be read at all.
pub fn check(path: &Path) -> Result<Vec<String>, Error> {
    let connection = peek(path, None)?;
    let mut query = connection.prepare("PRAGMA quick_check(20)")?;
    let lines = query.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

/// The schema version of a plain file.
///
/// # Errors
/// If the file cannot be read.
pub fn version(path: &Path) -> Result<u32, Error> {
    Ok(peek(path, None)?.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// The schema version of a plain file, judged as [`Database::open`] does; changes nothing.
///
/// # Errors
/// If the file cannot be read, or comes from a newer version that excludes this one.
pub fn schema(path: &Path, migrations: &[Migration]) -> Result<u32, Error> {
    migration::found(&peek(path, None)?, migrations)
}

/// Must be the first statement on a connection.
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
    Ok(keep_statements(connection)?)
}

/// Prepared statements are kept, and keep their plan: otherwise SQLite plans each anew that could use a partial index,
/// whenever its values change.
///
/// # Errors
/// What SQLite answers.
pub fn keep_statements(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.set_prepared_statement_cache_capacity(128);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
}
