//! Brings the write-ahead log into the file beside the writer, so that writes do not wait for it.
//!
//! What the writer adds meanwhile stays in the log; when that is much, the writer brings in the rest by itself, and the
//! log begins anew.

use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use rusqlite::Connection;

use crate::{Error, Options, reader};

/// Changed rows after which the log is brought in; a few thousand pages.
const ROWS: u64 = 4_000;

/// Tells the thread how much was written.
pub(crate) struct Checkpoints {
    wake: mpsc::Sender<()>,
    /// Rows changed at the last checkpoint.
    last: u64,
}

impl Checkpoints {
    /// The thread ends with what is returned beside it.
    pub(crate) fn start(options: &Options) -> Result<(Self, JoinHandle<()>), Error> {
        let connection = reader::connect(options)?;
        let (wake, woken) = mpsc::channel();
        let thread = thread::Builder::new().name("checkpoints".into()).spawn(move || {
            while woken.recv().is_ok() {
                let done = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
                if let Err(error) = done {
                    // The writer's own checkpoint meets it, too, where somebody is told.
                    tracing::warn!(%error, "the log could not be brought into the file");
                }
            }
        });
        let thread = thread.map_err(|error| Error::Commit(format!("cannot start the checkpoint thread: {error}")))?;
        Ok((Self { wake, last: 0 }, thread))
    }

    pub(crate) fn committed(&mut self, connection: &Connection) {
        let rows = connection.total_changes();
        if rows.saturating_sub(self.last) >= ROWS {
            self.last = rows;
            let _ = self.wake.send(());
        }
    }
}
