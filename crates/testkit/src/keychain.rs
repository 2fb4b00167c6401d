//! A keychain of plain files, for test desks that survive a kill. It protects nothing.

use std::path::{Path, PathBuf};

use tandem_desk::{Keychain, KeychainError, Zeroizing};

/// Stores each secret in a file of `folder`.
pub struct FileKeychain {
    folder: PathBuf,
}

impl FileKeychain {
    /// The keychain of the desk with its cache in `data`.
    #[must_use]
    pub fn beside(data: &Path) -> Self {
        Self { folder: data.join("keychain") }
    }
}

fn refused(error: std::io::Error) -> KeychainError {
    KeychainError::Refused(error.to_string())
}

impl Keychain for FileKeychain {
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        match std::fs::read(self.folder.join(name)) {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(refused(error)),
        }
    }

    fn set(&self, name: &str, secret: &[u8]) -> Result<(), KeychainError> {
        std::fs::create_dir_all(&self.folder).map_err(refused)?;
        // In one step: a kill leaves the old secret or the new one.
        let fresh = self.folder.join(format!("{name}.new"));
        std::fs::write(&fresh, secret).map_err(refused)?;
        std::fs::rename(fresh, self.folder.join(name)).map_err(refused)
    }

    fn remove(&self, name: &str) -> Result<(), KeychainError> {
        match std::fs::remove_file(self.folder.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(refused(error)),
            _ => Ok(()),
        }
    }
}
