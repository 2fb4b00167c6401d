//! This machine's copy: one SQLite file that the interface reads from, one module per table.
//!
//! The hub's data is written by [`crate::sync`] only; the user's own data (drafts, read positions, the outbox) by the
//! handlers. The file holds one user's view. Commits survive a crash of the process. A power cut may lose the last
//! moment, which the cursor in the same file then fetches again.

mod arranged;
pub(crate) mod bookmarks;
pub(crate) mod brands;
pub(crate) mod buttons;
pub(crate) mod chats;
pub(crate) mod concerning;
pub(crate) mod conversations;
pub(crate) mod events;
pub(crate) mod expect;
pub(crate) mod files;
pub(crate) mod in_progress;
pub(crate) mod library;
pub(crate) mod lost;
pub(crate) mod low_scores;
mod marks;
pub(crate) mod media;
pub(crate) mod meta;
pub(crate) mod notices;
pub(crate) mod others;
pub(crate) mod outbox;
mod packed;
pub(crate) mod pages;
pub(crate) mod refused;
pub(crate) mod reports;
pub(crate) mod rescue;
pub(crate) mod search;
pub(crate) mod seen;
pub(crate) mod snoozes;
pub(crate) mod tags;
pub(crate) mod translations;
pub(crate) mod unheld;
pub(crate) mod unknown;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tandem_conversation::ConversationId;
use tandem_sqlite::rusqlite::{self, Connection};
use tandem_sqlite::{Database, Durability, Migration, Options, Room};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

pub(crate) use marks::{Marks, Told, Touched};

use crate::cache::in_progress::{Known, News};
use crate::reason::Reason;
use crate::vault::Unlocked;

/// Sort key of rows without a time.
pub(crate) const NEVER: i64 = i64::MAX;

/// One for searches, one for everything else.
const READERS: usize = 2;

/// One step per table; a change to a table is a new step at the end.
const MIGRATIONS: &[Migration] = &[
    Migration { name: "meta", sql: meta::SCHEMA },
    Migration { name: "conversations", sql: conversations::SCHEMA },
    Migration { name: "events", sql: events::SCHEMA },
    Migration { name: "bookmarks", sql: bookmarks::SCHEMA },
    Migration { name: "media", sql: media::SCHEMA },
    Migration { name: "notices", sql: notices::SCHEMA },
    Migration { name: "outbox", sql: outbox::SCHEMA },
    Migration { name: "notes and returned drafts", sql: bookmarks::NOTES_AND_RETURNED },
    Migration { name: "everything waits in the outbox", sql: outbox::EVERYTHING_WAITS },
    Migration { name: "packed events", sql: events::PACKED },
    Migration { name: "search", sql: search::SCHEMA },
    Migration { name: "media kept whole", sql: media::KEPT_WHOLE },
    Migration { name: "what can be given up", sql: conversations::DISPENSABLE_INDEX },
    Migration { name: "unheld", sql: unheld::SCHEMA },
    Migration { name: "alert reports", sql: reports::SCHEMA },
    Migration { name: "events by time", sql: events::BY_TIME },
    Migration { name: "mentions", sql: conversations::MENTIONED },
    Migration { name: "longer beginnings of words", sql: events::LONGER_BEGINNINGS },
    Migration { name: "files to send", sql: files::SCHEMA },
    Migration { name: "states that an older version read", sql: conversations::STALE },
    Migration { name: "held turns", sql: outbox::HELD },
    Migration { name: "names of what was given", sql: outbox::NAMES },
    Migration { name: "names of what was written", sql: bookmarks::NAMES },
    Migration { name: "refused acts", sql: refused::SCHEMA },
    Migration { name: "what was drawn from the library", sql: library::SCHEMA },
    Migration { name: "snoozes", sql: snoozes::SCHEMA },
    Migration { name: "tags", sql: tags::SCHEMA },
    Migration { name: "brands and their targets", sql: brands::SCHEMA },
    Migration { name: "translations", sql: translations::SCHEMA },
    Migration { name: "what was refused", sql: refused::COMMANDS },
    Migration { name: "words of other users", sql: others::SCHEMA },
    Migration { name: "low scores", sql: low_scores::SCHEMA },
    Migration { name: "words for filters", sql: pages::WORDS },
];

#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    #[error(transparent)]
    Database(#[from] tandem_sqlite::Error),
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A row written by this program is unreadable.
    #[error("the cached {what} cannot be read: {detail}")]
    Damaged { what: &'static str, detail: String },
}

impl CacheError {
    /// Logs the failure. One that came with the cache's orderly end is none.
    pub(crate) fn log(&self) {
        match self {
            Self::Database(error) if error.cause() == tandem_sqlite::Cause::Closed => {
                tracing::debug!("the cache is closed: what came after its end is not done");
            }
            _ => tracing::error!(error = %self, "the cache failed"),
        }
    }

    /// Whether the file's content can no longer be trusted.
    pub(crate) fn is_damage(&self) -> bool {
        match self {
            Self::Database(error) => error.is_damage(),
            Self::Sqlite(error) => tandem_sqlite::is_damage(error),
            // Our own bug; a new file would hold the same.
            Self::Damaged { .. } => false,
        }
    }
}

/// Why the file must be replaced.
#[derive(Debug)]
pub(crate) enum Renewal {
    /// The hub's data is wiped; the reason is shown at sign-in. `done` signals completion.
    Wipe { reason: Option<Reason>, done: Option<oneshot::Sender<()>> },
    /// The file's content can no longer be trusted.
    Damaged,
}

/// The open cache. Clones share it.
#[derive(Clone)]
pub struct Cache {
    database: Database<Touched>,
    /// Set by the first read or write that finds the file damaged.
    trouble: Arc<AtomicBool>,
    renewals: mpsc::UnboundedSender<Renewal>,
    /// The conversations of the board as they were read last.
    pub(crate) board: Arc<Mutex<Known>>,
}

impl Cache {
    /// Opens or creates the sealed file in `folder`.
    ///
    /// # Errors
    /// If the file cannot be opened, is damaged, or comes from a newer version.
    pub(crate) fn open(
        unlocked: &Unlocked,
        folder: &Path,
        told: mpsc::UnboundedSender<Told>,
        renewals: mpsc::UnboundedSender<Renewal>,
    ) -> Result<Self, CacheError> {
        let options = Options {
            path: unlocked.seal.file(folder),
            key: Some(unlocked.key.clone()),
            durability: Durability::Normal,
            readers: READERS,
            room: Room::DESKTOP,
        };
        let news = Arc::new(News::default());
        let board = Arc::new(Mutex::new(Known::new(Arc::clone(&news))));
        let database = Database::open(&options, MIGRATIONS, |_| Ok(Touched::new(told, news)))?;
        Ok(Self { database, trouble: Arc::default(), renewals, board })
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection, &mut Touched) -> Result<T, CacheError> + Send + 'static,
    ) -> Result<T, CacheError> {
        self.watched(self.database.write(work).await)
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, CacheError> + Send + 'static,
    ) -> Result<T, CacheError> {
        self.watched(self.database.read(work).await)
    }

    /// Closes it for every clone after finishing earlier requests.
    pub(crate) async fn close(&self) {
        self.database.close().await;
    }

    /// Reports the first sign of damage once; the caller still gets the error.
    fn watched<T>(&self, done: Result<T, CacheError>) -> Result<T, CacheError> {
        if let Err(error) = &done
            && error.is_damage()
            && !self.trouble.swap(true, Ordering::AcqRel)
        {
            tracing::error!(%error, "the cache is damaged");
            let _ = self.renewals.send(Renewal::Damaged);
        }
        done
    }

    /// Requests a new file without the hub's data: the sign-in has ended, for this reason.
    pub(crate) fn wipe(&self, reason: Reason) {
        let _ = self.renewals.send(Renewal::Wipe { reason: Some(reason), done: None });
    }

    /// Whether damage was found.
    pub(crate) fn is_in_trouble(&self) -> bool {
        self.trouble.load(Ordering::Acquire)
    }

    /// Size of the file and its log on disk, in bytes.
    pub(crate) fn size_bytes(&self) -> u64 {
        let path = &self.database.place().path;
        let log = path.with_extension("db-wal");
        [path, log.as_path()].iter().filter_map(|path| std::fs::metadata(path).ok()).map(|meta| meta.len()).sum()
    }
}

/// Deletes the hub's data; the user's own (drafts, outbox) stays.
pub(crate) fn forget_conversations(connection: &Connection, touched: &mut Touched) -> Result<(), CacheError> {
    search::forget_all(connection)?;
    connection.execute_batch(
        "DELETE FROM events; DELETE FROM conversations; DELETE FROM media; DELETE FROM unheld;
             DELETE FROM translations;",
    )?;
    meta::remove(connection, meta::CURSOR)?;
    meta::remove(connection, meta::UNKNOWN)?;
    touched.everything();
    Ok(())
}

/// Deletes everything of the user, for another one.
pub(crate) fn forget_user(connection: &Connection, touched: &mut Touched) -> Result<(), CacheError> {
    forget_conversations(connection, touched)?;
    connection.execute_batch(
        "DELETE FROM bookmarks; DELETE FROM outbox; DELETE FROM files; DELETE FROM file_parts; DELETE FROM notices;
         DELETE FROM alert_reports; DELETE FROM refused; DELETE FROM drawn; DELETE FROM library_uses; DELETE FROM meta;
         DELETE FROM translating;",
    )?;
    Ok(())
}

pub(crate) fn id(id: Uuid) -> [u8; 16] {
    id.into_bytes()
}

pub(crate) fn conversation_id(bytes: [u8; 16]) -> ConversationId {
    ConversationId(Uuid::from_bytes(bytes))
}

pub(crate) fn damaged(what: &'static str, error: &serde_json::Error) -> CacheError {
    CacheError::Damaged { what, detail: error.to_string() }
}

pub(crate) fn parse<T: serde::de::DeserializeOwned>(what: &'static str, json: &str) -> Result<T, CacheError> {
    serde_json::from_str(json).map_err(|error| damaged(what, &error))
}

pub(crate) fn json<T: serde::Serialize>(what: &'static str, value: &T) -> Result<String, CacheError> {
    serde_json::to_string(value).map_err(|error| CacheError::Damaged { what, detail: error.to_string() })
}

#[cfg(test)]
mod migrations {
    //! Migrates every older version to the newest, keeping the user's own data.

    use tandem_sqlite::{Key, peek};

    use super::*;

    #[test]
    fn every_older_version_is_brought_up_to_date_and_the_users_own_words_stay() {
        let of = ConversationId(Uuid::from_u128(7));
        for version in 0..MIGRATIONS.len() {
            let folder = tempfile::tempdir().unwrap();
            let (path, key) = (folder.path().join("old.db"), Key::new([9; 32]));
            let options =
                Options { path, key: Some(key), durability: Durability::Normal, readers: 1, room: Room::DESKTOP };
            let old = Database::<()>::open(&options, &MIGRATIONS[..version], |_| Ok(())).unwrap();
            let has = |table: &str| MIGRATIONS[..version].iter().any(|step| step.name == table);
            let (bookmarks, outbox) = (has("bookmarks"), has("outbox"));
            old.write_blocking(move |connection, ()| -> Result<(), CacheError> {
                if bookmarks {
                    let sql = "INSERT INTO bookmarks (conversation, draft) VALUES (?1, 'Dear Carmen')";
                    connection.execute(sql, [id(of.0)])?;
                }
                if outbox {
                    let durable = if has_column(connection, "outbox", "durable")? { ", durable" } else { "" };
                    let one = if durable.is_empty() { "" } else { ", 1" };
                    let sql = format!(
                        "INSERT INTO outbox (id, conversation, command, attempts, accepted, created{durable})
                         VALUES (x'07', ?1, '{{\"type\":\"complete\",\"resolution\":\"done\"}}', 0, 0, 0{one})"
                    );
                    connection.execute(&sql, [id(of.0)])?;
                }
                Ok(())
            })
            .unwrap();
            drop(old);
            drop(Database::<()>::open(&options, MIGRATIONS, |_| Ok(())).unwrap());
            let new = peek(&options.path, options.key.as_ref()).unwrap();
            let reply = super::bookmarks::drafts(&new, of).unwrap().reply;
            assert_eq!(reply == "Dear Carmen", bookmarks, "from version {version}");
            let waiting: u32 = new.query_row("SELECT count(*) FROM outbox", [], |row| row.get(0)).unwrap();
            assert_eq!(waiting == 1, outbox, "from version {version}");
        }
    }

    fn has_column(connection: &Connection, table: &str, column: &str) -> Result<bool, CacheError> {
        let sql = "SELECT count(*) FROM pragma_table_info(?1) WHERE name = ?2";
        Ok(connection.query_row(sql, [table, column], |row| row.get::<_, u32>(0))? > 0)
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! An in-memory cache for tests, and its query plans.

    use tandem_sqlite::rusqlite::Connection;

    use std::sync::Arc;

    use super::in_progress::News;
    use super::{MIGRATIONS, Touched};
    use tandem_sqlite::Companion as _;

    /// A listener that ignores everything.
    pub(crate) fn touched() -> Touched {
        let (told, _) = tokio::sync::mpsc::unbounded_channel();
        Touched::new(told, Arc::default())
    }

    /// One whose commits are known to `news`.
    pub(crate) fn touched_with(news: Arc<News>) -> Touched {
        let (told, _) = tokio::sync::mpsc::unbounded_channel();
        Touched::new(told, news)
    }

    pub(crate) fn commit(touched: &mut Touched) {
        touched.kept();
        touched.committed();
    }

    pub(crate) fn connection() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        tandem_sqlite::keep_statements(&connection).unwrap();
        migrate(&connection);
        connection
    }

    pub(crate) fn migrate(connection: &Connection) {
        for migration in MIGRATIONS {
            connection.execute_batch(migration.sql).unwrap();
        }
    }

    /// Fails unless `sql` uses indices only: no full scan, no sorting.
    pub(crate) fn assert_indexed(sql: &str) {
        let connection = connection();
        let mut query = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let lines: Vec<String> = query.raw_query_plan();
        assert!(!lines.is_empty(), "there is a plan for {sql}");
        for line in &lines {
            assert!(!line.contains("TEMP B-TREE"), "sorts instead of following an index: {line}\n{sql}");
            let scans = line.starts_with("SCAN") && line != "SCAN CONSTANT ROW";
            assert!(!scans || line.contains("INDEX"), "reads a whole table: {line}\n{sql}");
        }
    }

    /// Fails if `sql` reads a whole table; it may sort what it finds.
    pub(crate) fn assert_found_by_index(sql: &str) {
        let connection = connection();
        let mut query = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let lines: Vec<String> = query.raw_query_plan();
        assert!(!lines.is_empty(), "there is a plan for {sql}");
        for line in &lines {
            assert!(!line.starts_with("SCAN") || line.contains("INDEX"), "reads a whole table: {line}\n{sql}");
        }
    }

    trait Plan {
        fn raw_query_plan(&mut self) -> Vec<String>;
    }

    impl Plan for tandem_sqlite::rusqlite::Statement<'_> {
        fn raw_query_plan(&mut self) -> Vec<String> {
            for number in 1..=self.parameter_count() {
                self.raw_bind_parameter(number, 1).unwrap();
            }
            let mut rows = self.raw_query();
            let mut lines = Vec::new();
            while let Some(row) = rows.next().unwrap() {
                lines.push(row.get(3).unwrap());
            }
            lines
        }
    }
}
