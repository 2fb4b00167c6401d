//! The full-text index on the disk, and whose turn it is to search it.

use std::path::Path;

use anyhow::Context as _;
use tandem_sqlite::{Database, Durability, Options, Room};
use tokio::sync::{Mutex, Semaphore};

use crate::folder::{INDEX, make_file};
use crate::store::search;

/// Maximum searches that wait for their turn.
const MOST_WAITING: usize = 64;

/// The full-text index.
pub(crate) struct Index {
    pub(crate) file: Database<()>,
    room: Semaphore,
    /// One search at a time: the account's readers are there for everybody.
    turn: Mutex<()>,
}

impl Index {
    /// Opens or creates the index in the data folder. A damaged one is made again from the log.
    pub(crate) fn open(folder: &Path) -> anyhow::Result<Self> {
        Ok(Self { file: open(folder)?, room: Semaphore::new(MOST_WAITING), turn: Mutex::new(()) })
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
        opened => Ok(opened?),
    }
}

fn open_file(folder: &Path) -> Result<Database<()>, tandem_sqlite::Error> {
    // A lost tail is indexed again: the log position is written with it.
    let options =
        Options { path: folder.join(INDEX), key: None, durability: Durability::Normal, readers: 1, room: Room::SERVER };
    Database::open(&options, search::MIGRATIONS, |_| Ok(()))
}
