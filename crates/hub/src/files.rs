//! The folder of the files, its free space, and running uploads. Also what other modules need without the doors in
//! `media/`: the reasons for a refusal, the client for downloads, and the rights in addresses.

mod client;
mod refused;
mod right;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::Client;
use uuid::Uuid;

pub(crate) use client::{admitted, because};
pub(crate) use refused::Refused;
pub(crate) use right::Rights;

use crate::config::MediaConfig;
use crate::folder::MEDIA;
use crate::store::media::Sender;

/// Concurrent uploads per sender, and in total.
const AT_ONCE_EACH: usize = 6;
const AT_ONCE: usize = 256;

pub(crate) struct Files {
    folder: PathBuf,
    client: Client,
    underway: Mutex<Underway>,
    /// Free bytes pretended by a test.
    pretended: Mutex<Option<u64>>,
}

#[derive(Default)]
struct Underway {
    senders: HashMap<Sender, usize>,
    uploads: usize,
    /// Bytes still to be written.
    bytes: u64,
}

/// A running upload; ends when dropped.
pub(crate) struct Place {
    files: Arc<Files>,
    sender: Sender,
    bytes: u64,
}

impl Files {
    /// Creates the folders and deletes unfinished files of earlier runs.
    ///
    /// # Errors
    /// If the folders or the HTTP client cannot be created.
    pub(crate) fn open(data: &Path, config: MediaConfig) -> std::io::Result<Self> {
        let folder = data.join(MEDIA);
        let incoming = folder.join("incoming");
        if incoming.exists() {
            std::fs::remove_dir_all(&incoming)?;
        }
        std::fs::create_dir_all(&incoming)?;
        let client = client::client(config).map_err(std::io::Error::other)?;
        Ok(Self { folder, client, underway: Mutex::default(), pretended: Mutex::default() })
    }

    /// The client that fetches files.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn path(&self, file: Uuid) -> PathBuf {
        self.folder.join(file.to_string())
    }

    pub(crate) fn incoming(&self, file: Uuid) -> PathBuf {
        self.folder.join("incoming").join(file.to_string())
    }

    /// Pretends this much free disk space; none means the real value. For tests.
    pub(crate) fn pretend_free(&self, bytes: Option<u64>) {
        *self.pretended.lock().unwrap_or_else(PoisonError::into_inner) = bytes;
    }

    /// Free bytes; none if the system does not say.
    fn free(&self) -> Option<u64> {
        if let Some(bytes) = *self.pretended.lock().unwrap_or_else(PoisonError::into_inner) {
            return Some(bytes);
        }
        free_on_disk(&self.folder)
    }

    /// Begins an upload of at most `bytes` that leaves `floor` bytes free.
    pub(crate) fn begin(self: &Arc<Self>, sender: Sender, bytes: u64, floor: u64) -> Result<Place, Refused> {
        let free = self.free();
        let mut underway = self.underway.lock().unwrap_or_else(PoisonError::into_inner);
        let own = underway.senders.get(&sender).copied().unwrap_or_default();
        if own >= AT_ONCE_EACH || underway.uploads >= AT_ONCE {
            return Err(Refused::Busy);
        }
        let needed = floor.saturating_add(underway.bytes).saturating_add(bytes);
        if free.is_some_and(|free| free < needed) {
            return Err(Refused::Disk);
        }
        underway.senders.insert(sender, own + 1);
        underway.uploads += 1;
        underway.bytes += bytes;
        Ok(Place { files: Arc::clone(self), sender, bytes })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut underway = self.files.underway.lock().unwrap_or_else(PoisonError::into_inner);
        underway.uploads -= 1;
        underway.bytes -= self.bytes;
        if let Some(own) = underway.senders.get_mut(&self.sender) {
            *own -= 1;
            if *own == 0 {
                underway.senders.remove(&self.sender);
            }
        }
    }
}

#[cfg(unix)]
pub(crate) fn free_on_disk(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(not(unix))]
pub(crate) fn free_on_disk(_: &Path) -> Option<u64> {
    None
}
