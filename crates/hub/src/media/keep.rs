//! Writes a file to the disk: under its final name it is complete or absent.

use std::io::{ErrorKind, Result};
use std::path::{Path, PathBuf};

use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;

/// A file that is being written. Removed unless it is finished.
pub(super) struct Draft {
    file: File,
    path: PathBuf,
    finished: bool,
}

impl Draft {
    pub(super) async fn create(path: PathBuf) -> Result<Self> {
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        options.mode(0o600);
        Ok(Self { file: options.open(&path).await?, path, finished: false })
    }

    pub(super) async fn write(&mut self, part: &[u8]) -> Result<()> {
        self.file.write_all(part).await
    }

    /// Moves the complete file to its final name, durably.
    pub(super) async fn finish(mut self, path: &Path) -> Result<()> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        tokio::fs::rename(&self.path, path).await?;
        self.finished = true;
        #[cfg(unix)]
        if let Some(folder) = path.parent() {
            File::open(folder).await?.sync_all().await?;
        }
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.finished
            && let Err(error) = std::fs::remove_file(&self.path)
            && error.kind() != ErrorKind::NotFound
        {
            tracing::warn!(%error, "what is left of an upload stays until the next start");
        }
    }
}
