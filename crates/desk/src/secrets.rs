//! Where the refresh token is kept: never in the cache, never in the window.

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The place cannot be read or written; in words for the agent.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the sign-in cannot be kept: {0}")]
pub struct SecretsError(pub String);

/// Keeps one secret. Calls may block; the desk makes them off its runtime.
pub trait Secrets: Send + Sync + 'static {
    /// The refresh token, if one is kept.
    ///
    /// # Errors
    /// If the place cannot be read.
    fn load(&self) -> Result<Option<String>, SecretsError>;

    /// Keeps `token` in place of what was kept.
    ///
    /// # Errors
    /// If the place cannot be written.
    fn store(&self, token: &str) -> Result<(), SecretsError>;

    /// Forgets the token.
    ///
    /// # Errors
    /// If the place cannot be written.
    fn forget(&self) -> Result<(), SecretsError>;
}

/// A file that only this user of the machine can read.
///
/// This protects against other users, not against programs of the same user, and not against somebody who holds the
/// disk. A token works once, and the hub ends a sign-in whose old token is used again.
#[derive(Clone, Debug)]
pub struct FileSecrets {
    path: PathBuf,
}

impl FileSecrets {
    /// Keeps the token in `folder`.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { path: folder.join("sign-in") }
    }
}

fn failed(error: std::io::Error) -> SecretsError {
    SecretsError(error.to_string())
}

impl Secrets for FileSecrets {
    fn load(&self) -> Result<Option<String>, SecretsError> {
        match std::fs::read_to_string(&self.path) {
            Ok(token) => Ok(Some(token.trim().to_owned()).filter(|token| !token.is_empty())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    fn store(&self, token: &str) -> Result<(), SecretsError> {
        let fresh = self.path.with_extension("new");
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&fresh).map_err(failed)?;
        file.write_all(token.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        std::fs::rename(&fresh, &self.path).map_err(failed)
    }

    fn forget(&self) -> Result<(), SecretsError> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(error)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_token_comes_back_and_is_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = FileSecrets::new(folder.path());
        assert_eq!(secrets.load().unwrap(), None);
        secrets.store("first").unwrap();
        secrets.store("second").unwrap();
        assert_eq!(secrets.load().unwrap().as_deref(), Some("second"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(folder.path().join("sign-in")).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "other users must not read it");
        }
        secrets.forget().unwrap();
        assert_eq!(secrets.load().unwrap(), None);
    }
}
