//! The full-text index on the disk, and whose turn it is to search it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use anyhow::Context as _;
use tandem_sqlite::{Cause, Database, Durability, Options, Room};
use tokio::sync::{Mutex, Semaphore};
use uuid::Uuid;

use crate::folder::{INDEX, make_file};
use crate::store::{StoreError, search};

/// Maximum searches that wait for their turn.
const MOST_WAITING: usize = 64;

/// The full-text index.
pub(crate) struct Index {
    folder: PathBuf,
    file: RwLock<Database<()>>,
    /// How often it was made again.
    times: AtomicU64,
    /// Held while it is made again.
    mending: Mutex<()>,
    room: Semaphore,
    /// One search at a time: the account's readers are there for everybody.
    turn: Mutex<()>,
}

impl Index {
    /// Opens or creates the index in the data folder. A damaged one is made again from the log.
    pub(crate) fn open(folder: &Path) -> anyhow::Result<Self> {
        Ok(Self {
            folder: folder.to_owned(),
            file: RwLock::new(open(folder)?),
            times: AtomicU64::new(0),
            mending: Mutex::new(()),
            room: Semaphore::new(MOST_WAITING),
            turn: Mutex::new(()),
        })
    }

    /// The file as it is now.
    pub(crate) fn file(&self) -> Database<()> {
        self.file.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Begins an empty index of `log` if `error` says that this one is damaged: it can be filled again, so nobody has
    /// to wait for a restart. True if it did.
    ///
    /// # Errors
    /// If the new file cannot be made. Then the old one is closed.
    pub(crate) async fn mend(&self, error: &StoreError, log: Uuid) -> anyhow::Result<bool> {
        let StoreError::Database(cause) = error else { return Ok(false) };
        let seen = self.times.load(Ordering::Acquire);
        let _alone = self.mending.lock().await;
        let now = self.times.load(Ordering::Acquire);
        match cause.cause() {
            // Whoever waited for another one who has made it.
            Cause::Damaged if now != seen => return Ok(true),
            Cause::Damaged => {}
            // It was closed to be made again.
            Cause::Closed => return Ok(now > 0),
            _ => return Ok(false),
        }
        tracing::warn!(%error, "the search index is damaged, and is made again");
        self.file().close().await;
        let folder = self.folder.clone();
        let made = tokio::task::spawn_blocking(move || make_again(&folder)).await??;
        made.write(move |connection, ()| search::set_log(connection, log)).await?;
        *self.file.write().unwrap_or_else(PoisonError::into_inner) = made;
        self.times.fetch_add(1, Ordering::Release);
        Ok(true)
    }

    /// Resolves when the file has ended without being made again.
    pub(crate) async fn ended(&self) {
        loop {
            let (times, file) = (self.times.load(Ordering::Acquire), self.file());
            file.ended().await;
            let _mended = self.mending.lock().await;
            if self.times.load(Ordering::Acquire) == times {
                return;
            }
        }
    }

    /// Waits for this search's turn and calls `search`; none if too many wait.
    pub(crate) async fn take_turn<T>(&self, search: impl AsyncFnOnce() -> T) -> Option<T> {
        let _place = self.room.try_acquire().ok()?;
        let _turn = self.turn.lock().await;
        Some(search().await)
    }
}

fn open(folder: &Path) -> anyhow::Result<Database<()>> {
    match open_file(folder) {
        Err(error) if error.is_damage() => {
            tracing::warn!(%error, "the search index is damaged, and is made again");
            make_again(folder)
        }
        opened => Ok(opened?),
    }
}

fn make_again(folder: &Path) -> anyhow::Result<Database<()>> {
    let path = folder.join(INDEX);
    for file in [path.clone(), folder.join("search.db-wal"), folder.join("search.db-shm")] {
        if let Err(error) = std::fs::remove_file(&file)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(error).with_context(|| format!("Cannot remove {}", file.display()));
        }
    }
    make_file(&path)?;
    Ok(open_file(folder)?)
}

fn open_file(folder: &Path) -> Result<Database<()>, tandem_sqlite::Error> {
    // A lost tail is indexed again: the log position is written with it.
    let options =
        Options { path: folder.join(INDEX), key: None, durability: Durability::Normal, readers: 1, room: Room::SERVER };
    Database::open(&options, search::MIGRATIONS, |_| Ok(()))
}
