//! What is on screen, in a file, so that the next start can close what a kill has left there.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tandem_desk::Left;

pub struct Record {
    file: PathBuf,
    left: Mutex<Left>,
}

impl Record {
    /// The record in `file`, and what an earlier run has left, if anything. An unreadable file is an empty one.
    pub fn read(file: PathBuf) -> (Self, Option<Left>) {
        let left: Left =
            std::fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        let found = (left != Left::default()).then(|| left.clone());
        (Self { file, left: Mutex::new(left) }, found)
    }

    /// Changes the record, also on disk. Without the file, only a kill is worse off.
    pub fn change(&self, change: impl FnOnce(&mut Left)) {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let before = left.clone();
        change(&mut left);
        if *left != before
            && let Err(error) = write(&self.file, &left)
        {
            tracing::warn!(%error, "what is on screen cannot be recorded");
        }
    }
}

/// A kill leaves the old file or the new one.
fn write(file: &Path, left: &Left) -> std::io::Result<()> {
    let new = file.with_extension("new");
    std::fs::write(&new, serde_json::to_vec(left)?)?;
    std::fs::rename(new, file)
}

#[cfg(test)]
mod tests {
    use super::Record;

    #[test]
    fn the_next_run_reads_what_stood_and_forgives_a_broken_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("on-screen.json");
        let (record, left) = Record::read(file.clone());
        assert_eq!(left, None);
        record.change(|left| left.shown("monday", 7));
        let (record, left) = Record::read(file.clone());
        assert_eq!(left.unwrap().on("monday"), [7]);
        record.change(|left| left.gone("monday", 7));
        assert!(Record::read(file.clone()).1.is_none_or(|left| left.on("monday").is_empty()));
        std::fs::write(&file, "{").unwrap();
        assert_eq!(Record::read(file).1, None);
    }
}
