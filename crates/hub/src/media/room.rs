//! The folder of the files, how much of it may be filled, and what is being filled just now.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::Client;
use uuid::Uuid;

use super::fetch;
use super::take::Refused;
use crate::config::MediaConfig;
use crate::folder::MEDIA;
use crate::store::media::Sender;

/// Uploads of one sender at once, and of all.
const AT_ONCE_EACH: usize = 6;
const AT_ONCE: usize = 256;

/// Where the files lie, and how much room there is.
pub(crate) struct Files {
    folder: PathBuf,
    client: Client,
    underway: Mutex<Underway>,
    /// The free bytes that a test says there are.
    pretended: Mutex<Option<u64>>,
}

#[derive(Default)]
struct Underway {
    senders: HashMap<Sender, usize>,
    uploads: usize,
    /// That may still be written.
    bytes: u64,
}

/// One upload that is under way, until it is dropped.
pub(super) struct Place {
    files: Arc<Files>,
    sender: Sender,
    bytes: u64,
}

impl Files {
    /// Makes the folders; whatever an earlier run had not finished is gone.
    ///
    /// # Errors
    /// If the folders, or the client that fetches files, cannot be made.
    pub(crate) fn open(data: &Path, config: MediaConfig) -> std::io::Result<Self> {
        let folder = data.join(MEDIA);
        let incoming = folder.join("incoming");
        if incoming.exists() {
            std::fs::remove_dir_all(&incoming)?;
        }
        std::fs::create_dir_all(&incoming)?;
        let client = fetch::client(config).map_err(std::io::Error::other)?;
        Ok(Self { folder, client, underway: Mutex::default(), pretended: Mutex::default() })
    }

    /// With which files are fetched.
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn path(&self, file: Uuid) -> PathBuf {
        self.folder.join(file.to_string())
    }

    pub(super) fn incoming(&self, file: Uuid) -> PathBuf {
        self.folder.join("incoming").join(file.to_string())
    }

    /// Lets the disk have only so much room, or as much as it has. For tests of what happens then.
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

    /// Begins an upload of at most `bytes`, of which `floor` must stay free.
    pub(super) fn begin(self: &Arc<Self>, sender: Sender, bytes: u64, floor: u64) -> Result<Place, Refused> {
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
