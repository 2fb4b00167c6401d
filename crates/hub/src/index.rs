//! The full-text index on the disk, and whose turn it is to search it.

use std::path::Path;

use tandem_sqlite::{Database, Durability, Options, Room};
use tokio::sync::{Mutex, Semaphore};
use uuid::Uuid;

use crate::derived::Derived;
use crate::folder::INDEX;
use crate::store::{StoreError, search};

/// Maximum searches that wait for their turn.
const MOST_WAITING: usize = 64;

/// The full-text index.
pub(crate) struct Index {
    file: Derived<()>,
    room: Semaphore,
    /// One search at a time: the account's readers are there for everybody.
    turn: Mutex<()>,
}

impl Index {
    /// Opens or creates the index in the data folder. A damaged one is made again from the log.
    pub(crate) fn open(folder: &Path) -> anyhow::Result<Self> {
        let file = Derived::open(folder.join(INDEX), "the search index", open_file)?;
        Ok(Self { file, room: Semaphore::new(MOST_WAITING), turn: Mutex::new(()) })
    }

    /// The file as it is now.
    pub(crate) fn file(&self) -> Database<()> {
        self.file.file()
    }

    /// Begins an empty index of `log` if `error` says that this one is damaged. True if it did.
    ///
    /// # Errors
    /// If the new file cannot be made. Then the old one is closed.
    pub(crate) async fn mend(&self, error: &StoreError, log: Uuid) -> anyhow::Result<bool> {
        self.file.mend(error, move |connection, ()| search::set_log(connection, log)).await
    }

    /// Resolves when the file has ended without being made again.
    pub(crate) async fn ended(&self) {
        self.file.ended().await;
    }

    /// Waits for this search's turn and calls `search`; none if too many wait.
    pub(crate) async fn take_turn<T>(&self, search: impl AsyncFnOnce() -> T) -> Option<T> {
        let _place = self.room.try_acquire().ok()?;
        let _turn = self.turn.lock().await;
        Some(search().await)
    }
}

fn open_file(path: &Path) -> Result<Database<()>, tandem_sqlite::Error> {
    // A lost tail is indexed again: the log position is written with it.
    let options =
        Options { path: path.into(), key: None, durability: Durability::Normal, readers: 1, room: Room::SERVER };
    Database::open(&options, search::MIGRATIONS, |_| Ok(()))
}
