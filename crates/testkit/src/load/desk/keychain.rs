//! A keychain of files, for measurements only, so that a second process finds the first one's secrets.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tandem_desk::{Keychain, KeychainError};
use zeroize::Zeroizing;

pub(super) struct FolderKeychain(PathBuf);

impl FolderKeychain {
    /// Stores secrets beside the cache in `folder`.
    pub fn new(folder: &Path) -> anyhow::Result<Self> {
        let keys = folder.join("keys");
        std::fs::create_dir_all(&keys).context("cannot make a folder for keys")?;
        Ok(Self(keys))
    }
}

fn failed(error: std::io::Error) -> KeychainError {
    KeychainError::Refused(error.to_string())
}

impl Keychain for FolderKeychain {
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        match std::fs::read(self.0.join(name)) {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    fn set(&self, name: &str, secret: &[u8]) -> Result<(), KeychainError> {
        std::fs::write(self.0.join(name), secret).map_err(failed)
    }

    fn remove(&self, name: &str) -> Result<(), KeychainError> {
        match std::fs::remove_file(self.0.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(error)),
            _ => Ok(()),
        }
    }
}
