//! The folder of the files, its free space, and running uploads. Also what other modules need without the doors in
//! `media/`: the reasons for a refusal, the client for downloads, and the rights in addresses.

mod client;
mod refused;
mod right;

use std::collections::HashMap;
use std::hash::Hash;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::Client;
use tandem_conversation::Time;
use tokio::fs::File;
use uuid::Uuid;

pub(crate) use client::{admitted, because};
pub(crate) use refused::Refused;
pub(crate) use right::Rights;

use crate::config::MediaConfig;
use crate::engine::Engine;
use crate::folder::MEDIA;
use crate::peer::Network;
use crate::store::Database;
use crate::store::media::{self, Sender, Stored, Today};

/// Concurrent uploads per sender.
const AT_ONCE_EACH: usize = 6;
/// Concurrent uploads of customers and external agents per network. An office shares one address.
const AT_ONCE_NETWORK: usize = 48;
/// Concurrent uploads of all customers and external agents, and separately of agents and Your Logic.
const AT_ONCE: usize = 256;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Maximum age of the day's sum, in milliseconds.
const DAY_FRESH_MS: i64 = 60_000;

pub(crate) struct Files {
    folder: PathBuf,
    client: Client,
    underway: Mutex<Underway>,
    /// When the day's sum was read, and the sum including later uploads.
    today: tokio::sync::Mutex<Option<(Time, Today)>>,
    /// Free bytes pretended by a test.
    pretended: Mutex<Option<u64>>,
}

#[derive(Default)]
struct Underway {
    senders: HashMap<Sender, usize>,
    networks: HashMap<Network, usize>,
    strangers: Side,
    ours: Side,
}

/// Uploads of strangers or of our side, which are limited separately.
#[derive(Clone, Copy, Default)]
struct Side {
    uploads: usize,
    /// Bytes still to be written.
    bytes: u64,
}

impl Underway {
    fn side(&mut self, sender: Sender) -> &mut Side {
        if sender.is_ours() { &mut self.ours } else { &mut self.strangers }
    }
}

/// A running upload; ends when dropped.
pub(crate) struct Place {
    files: Arc<Files>,
    sender: Sender,
    network: Option<Network>,
    bytes: u64,
}

/// Why a stored file cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("it is missing on the disk")]
    Missing,
    /// Cut short, or longer than what was sent.
    #[error("it has another size than when it was sent")]
    Damaged,
    #[error(transparent)]
    Disk(std::io::Error),
}

impl From<std::io::Error> for Unreadable {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::Missing,
            _ => Self::Disk(error),
        }
    }
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
        Ok(Self {
            folder,
            client,
            underway: Mutex::default(),
            today: tokio::sync::Mutex::default(),
            pretended: Mutex::default(),
        })
    }

    /// A stored file, whole.
    ///
    /// # Errors
    /// What keeps it from being read.
    pub(crate) async fn whole(&self, stored: &Stored) -> Result<File, Unreadable> {
        let path = self.path(stored.file);
        // To open anything else may take for ever.
        if !tokio::fs::metadata(&path).await?.is_file() {
            return Err(Unreadable::Damaged);
        }
        let file = File::open(path).await?;
        match file.metadata().await?.len() == stored.media.bytes {
            true => Ok(file),
            false => Err(Unreadable::Damaged),
        }
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

    /// Whether more than `floor` bytes are free.
    pub(crate) fn has_room(&self, floor: u64) -> bool {
        self.free().is_none_or(|free| free > floor)
    }

    /// Begins an upload of at most `bytes` that leaves `floor` bytes free. `network` is given for strangers.
    pub(crate) fn begin(
        self: &Arc<Self>,
        sender: Sender,
        network: Option<Network>,
        bytes: u64,
        floor: u64,
    ) -> Result<Place, Refused> {
        let free = self.free();
        let mut underway = self.underway.lock().unwrap_or_else(PoisonError::into_inner);
        let own = underway.senders.get(&sender).copied().unwrap_or_default();
        let of_network = network.and_then(|network| underway.networks.get(&network).copied()).unwrap_or_default();
        if own >= AT_ONCE_EACH || of_network >= AT_ONCE_NETWORK || underway.side(sender).uploads >= AT_ONCE {
            return Err(Refused::Busy);
        }
        // Announced bytes of strangers may never arrive, so they do not limit our side.
        let announced = underway.ours.bytes + if sender.is_ours() { 0 } else { underway.strangers.bytes };
        let needed = floor.saturating_add(announced).saturating_add(bytes);
        if free.is_some_and(|free| free < needed) {
            return Err(Refused::Disk);
        }
        underway.senders.insert(sender, own + 1);
        if let Some(network) = network {
            underway.networks.insert(network, of_network + 1);
        }
        let side = underway.side(sender);
        side.uploads += 1;
        side.bytes += bytes;
        Ok(Place { files: Arc::clone(self), sender, network, bytes })
    }

    /// Adds `bytes` to the day's sum if `may` allows it. The sum is read once a minute, because it may cover hundreds of
    /// thousands of rows.
    pub(crate) async fn take_today(
        &self,
        database: &Database<Engine>,
        now: Time,
        sender: Sender,
        bytes: u64,
        may: impl FnOnce(&Today) -> Result<(), Refused>,
    ) -> Result<(), Refused> {
        let mut today = self.today.lock().await;
        let known = today.filter(|(at, _)| (0..DAY_FRESH_MS).contains(&now.since(*at)));
        let (at, mut taken) = match known {
            Some(known) => known,
            None => (now, database.read(move |connection| media::today(connection, now.plus_ms(-DAY_MS))).await?),
        };
        let allowed = may(&taken);
        if allowed.is_ok() {
            taken.all.bytes += bytes;
            taken.strangers_bytes += if sender.is_ours() { 0 } else { bytes };
        }
        *today = Some((at, taken));
        allowed
    }
}

fn leave<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut underway = self.files.underway.lock().unwrap_or_else(PoisonError::into_inner);
        let side = underway.side(self.sender);
        side.uploads -= 1;
        side.bytes -= self.bytes;
        leave(&mut underway.senders, &self.sender);
        if let Some(network) = self.network {
            leave(&mut underway.networks, &network);
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
