//! Databases that are made from the account's log: in a file of their own, and made again when it is damaged.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::Context as _;
use tandem_sqlite::rusqlite::Connection;
use tandem_sqlite::{Cause, Companion, Database, Link};
use tokio::sync::Mutex;

use crate::folder::make_file;
use crate::store::StoreError;

type Open<C, K> = Arc<dyn Fn(&Path) -> Result<Database<C, K>, tandem_sqlite::Error> + Send + Sync>;

/// An open file that the log can fill again, so nobody has to wait for a restart.
pub(crate) struct Derived<C: Companion<K>, K: Link = Connection> {
    path: PathBuf,
    /// For operators.
    what: &'static str,
    open: Open<C, K>,
    file: RwLock<Database<C, K>>,
    /// How often it was made again.
    times: AtomicU64,
    /// Held while it is made again.
    mending: Mutex<()>,
}

impl<C: Companion<K> + 'static, K: Link> Derived<C, K> {
    /// Opens or creates the file. A damaged one is made again.
    pub(crate) fn open(
        path: PathBuf,
        what: &'static str,
        open: impl Fn(&Path) -> Result<Database<C, K>, tandem_sqlite::Error> + Send + Sync + 'static,
    ) -> anyhow::Result<Self> {
        let file = match open(&path) {
            Err(error) if error.is_damage() => {
                tracing::warn!(%error, "{what} is damaged, and is made again");
                empty(&path)?;
                open(&path)?
            }
            opened => opened?,
        };
        let open = Arc::new(open);
        Ok(Self { path, what, open, file: RwLock::new(file), times: AtomicU64::new(0), mending: Mutex::new(()) })
    }

    /// The file as it is now.
    pub(crate) fn file(&self) -> Database<C, K> {
        self.file.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Begins an empty file if `error` says that this one is damaged, and prepares it by `begin`. True if it did, or
    /// another caller has.
    ///
    /// # Errors
    /// If the new file cannot be made. Then the old one is closed.
    pub(crate) async fn mend(
        &self,
        error: &StoreError,
        begin: impl FnOnce(&K, &mut C) -> Result<(), StoreError> + Send + 'static,
    ) -> anyhow::Result<bool> {
        let StoreError::Database(cause) = error else { return Ok(false) };
        let seen = self.times.load(Ordering::Acquire);
        let _alone = self.mending.lock().await;
        let now = self.times.load(Ordering::Acquire);
        match cause.cause() {
            // Another caller made it while this one waited.
            Cause::Damaged if now != seen => return Ok(true),
            Cause::Damaged => {}
            // It was closed to be made again.
            Cause::Closed => return Ok(now > 0),
            _ => return Ok(false),
        }
        tracing::warn!(%error, "{} is damaged, and is made again", self.what);
        self.file().close().await;
        let (path, open) = (self.path.clone(), Arc::clone(&self.open));
        let make = move || {
            empty(&path)?;
            anyhow::Ok(open(&path)?)
        };
        let made = tokio::task::spawn_blocking(make).await??;
        made.write(begin).await?;
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
}

/// Replaces the file, and what belongs to it, by an empty one.
///
/// # Errors
/// If the old one cannot be removed, or the new one cannot be made.
pub(crate) fn empty(path: &Path) -> anyhow::Result<()> {
    let beside = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    for file in [path.to_owned(), beside("-wal"), beside("-shm")] {
        if let Err(error) = std::fs::remove_file(&file)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(error).with_context(|| format!("Cannot remove {}", file.display()));
        }
    }
    make_file(path).with_context(|| format!("Cannot make {}", path.display()))
}
