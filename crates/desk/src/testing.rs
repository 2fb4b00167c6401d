//! Stand-ins for the system, for tests of programs that embed the desk.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use tandem_conversation::Event;
use tandem_sqlite::rusqlite::Connection;
use zeroize::Zeroizing;

use crate::cache::{CacheError, events};
use crate::vault::{self, Keychain, KeychainError};

/// An in-memory keychain that can be locked or absent.
#[derive(Default)]
pub struct MemoryKeychain {
    secrets: Mutex<HashMap<String, Vec<u8>>>,
    mood: Mutex<Mood>,
    moods: Condvar,
    asked: AtomicU32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    #[default]
    Open,
    /// Answers as if it were empty, as real ones do when their user refuses.
    Locked,
    /// Waits for its user until the mood changes.
    Asking,
    Absent,
}

impl MemoryKeychain {
    pub fn set_mood(&self, mood: Mood) {
        *self.mood.lock().unwrap_or_else(PoisonError::into_inner) = mood;
        self.moods.notify_all();
    }

    /// How often its user was asked.
    #[must_use]
    pub fn asked(&self) -> u32 {
        self.asked.load(Ordering::Relaxed)
    }

    /// Whether a secret is stored, under any name.
    #[must_use]
    pub fn holds(&self, secret: &str) -> bool {
        self.with(|secrets| secrets.values().any(|kept| kept == secret.as_bytes()))
    }

    /// Replaces a secret, as another part of the program would.
    pub fn replace(&self, old: &str, new: &str) {
        self.with(|secrets| {
            for kept in secrets.values_mut().filter(|kept| *kept == old.as_bytes()) {
                *kept = new.as_bytes().to_vec();
            }
        });
    }

    fn mood(&self) -> Result<Mood, KeychainError> {
        let mood = self.mood.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*mood, Mood::Locked | Mood::Asking) {
            self.asked.fetch_add(1, Ordering::Relaxed);
        }
        let mood = self.moods.wait_while(mood, |mood| *mood == Mood::Asking).unwrap_or_else(PoisonError::into_inner);
        match *mood {
            Mood::Absent => Err(KeychainError::Absent("none in this test".into())),
            mood => Ok(mood),
        }
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<String, Vec<u8>>) -> T) -> T {
        work(&mut self.secrets.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Keychain for MemoryKeychain {
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        Ok(match self.mood()? {
            Mood::Locked => None,
            _ => self.with(|secrets| secrets.get(name).cloned().map(Zeroizing::new)),
        })
    }

    fn set(&self, name: &str, secret: &[u8]) -> Result<(), KeychainError> {
        if self.mood()? == Mood::Locked {
            return Err(KeychainError::Refused("it is locked".into()));
        }
        self.with(|secrets| secrets.insert(name.to_owned(), secret.to_vec()));
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), KeychainError> {
        self.mood()?;
        self.with(|secrets| secrets.remove(name));
        Ok(())
    }

    fn would_ask(&self) -> bool {
        matches!(*self.mood.lock().unwrap_or_else(PoisonError::into_inner), Mood::Locked | Mood::Asking)
    }
}

/// The file of the cache in `folder`.
#[must_use]
pub fn cache_file(folder: &Path) -> Option<PathBuf> {
    let files = std::fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    files.filter(|path| path.extension().is_some_and(|kind| kind == "db")).max()
}

/// An open cache with a passphrase.
#[cfg(test)]
pub(crate) fn passphrase_cache(folder: &Path) -> crate::cache::Cache {
    let unlocked = vault::enter(folder, "correct horse").unwrap();
    let (told, _) = tokio::sync::mpsc::unbounded_channel();
    let (renewals, _) = tokio::sync::mpsc::unbounded_channel();
    crate::cache::Cache::open(&unlocked, folder, told, renewals).unwrap()
}

/// Opens the cache in `folder` for inspection.
///
/// # Errors
/// If the keychain does not have its key, or the file cannot be opened.
pub fn open_cache(folder: &Path, keychain: &dyn Keychain) -> Result<Connection, tandem_sqlite::Error> {
    let (file, key) = vault::behind(folder, keychain).ok_or(tandem_sqlite::Error::Closed)?;
    tandem_sqlite::peek(&file, Some(&key))
}

/// All events in an open cache, by conversation and position.
///
/// # Errors
/// If one cannot be read.
pub fn cached_events(cache: &Connection) -> Result<Vec<Event>, CacheError> {
    events::everything(cache)
}
