//! Copies the log back into the database while the writer writes.
//!
//! The writer copies the log itself when it has become long, and answers nobody meanwhile. What was copied here before is
//! not copied again, so that little is left for it.

use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::{Error, Link};

/// Pause after a copy, as a multiple of its duration, and the maximum pause: the writer has the disk to itself meanwhile.
const REST: u32 = 3;
const LONGEST_REST: Duration = Duration::from_millis(250);

pub(crate) struct Copier {
    /// Holds at most one wish for a copy.
    wishes: Option<mpsc::SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Rows that the writer had written when it last wished for one.
    written: u64,
    every: u64,
}

impl Copier {
    /// Copies through `connection`, each time another `every` rows were written.
    pub(crate) fn start<K: Link>(connection: K, every: u64) -> Result<Self, Error> {
        let (wishes, wished) = mpsc::sync_channel(1);
        let copying = thread::Builder::new().name("copier".into()).spawn(move || {
            while wished.recv().is_ok() {
                let began = Instant::now();
                if let Err(error) = connection.copy_log() {
                    // The writer copies it when the log is long.
                    tracing::debug!(%error, "the log could not be copied yet");
                }
                thread::sleep((began.elapsed() * REST).min(LONGEST_REST));
            }
        });
        let thread = copying.map_err(|error| Error::Commit(format!("cannot start the copier thread: {error}")))?;
        Ok(Self { wishes: Some(wishes), thread: Some(thread), written: 0, every })
    }

    /// `written` is the total number of rows that the writer has written.
    pub(crate) fn follow(&mut self, written: u64) {
        if written.saturating_sub(self.written) >= self.every {
            self.written = written;
            // If there is a wish already, the copy takes in these rows, too.
            let _ = self.wishes.as_ref().map(|wishes| wishes.try_send(()));
        }
    }
}

impl Drop for Copier {
    fn drop(&mut self) {
        self.wishes = None;
        // A panic was reported by the hook.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
