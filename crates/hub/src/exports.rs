//! Exports for users: made on a thread of their own, one after the other, kept for an hour in the data folder, and taken once.
//!
//! invariant: a file has its name only when it is complete. What a stop or a full disk interrupted is removed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use tandem_conversation::{Time, UserId};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::analytics::{Export, export};
use crate::data::Data;

/// How long a finished export waits, in milliseconds.
pub(crate) const KEPT_MS: i64 = 3_600_000;
/// Exports at once, of all users: those that are made, wait for that, or wait to be taken.
const MOST: usize = 8;
const FOLDER: &str = "exports";

/// One export.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub by: UserId,
    pub state: State,
    /// When it is removed, taken or not.
    pub expires: Time,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Making,
    Ready {
        bytes: u64,
        summary: String,
    },
    /// In words for its user. Nothing is left of it.
    Failed(&'static str),
    Taken,
}

/// Why no export begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotNow {
    /// This user's last one is being made.
    Yours,
    TooMany,
}

pub(crate) struct Exports {
    folder: PathBuf,
    jobs: Mutex<HashMap<Uuid, Job>>,
    /// One is made at a time.
    turn: Semaphore,
}

impl Exports {
    /// Removes what an earlier run of the hub left.
    ///
    /// # Errors
    /// If the folder cannot be removed.
    pub(crate) fn open(data: &Path) -> std::io::Result<Self> {
        let folder = data.join(FOLDER);
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        Ok(Self { folder, jobs: Mutex::default(), turn: Semaphore::new(1) })
    }

    fn jobs(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, Job>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, id: Uuid, state: State) {
        if let Some(job) = self.jobs().get_mut(&id) {
            job.state = state;
        }
    }

    /// Forgets what is over its time, with its file.
    fn sweep(&self, now: Time) {
        self.jobs().retain(|id, job| {
            let is_over = job.state != State::Making && job.expires <= now;
            if is_over {
                self.remove(*id);
            }
            !is_over
        });
    }

    fn remove(&self, id: Uuid) {
        // A file that cannot be removed goes with the next start.
        let _ = std::fs::remove_file(self.path(id));
    }

    fn path(&self, id: Uuid) -> PathBuf {
        self.folder.join(format!("{id}.tar"))
    }

    /// A user's own export.
    pub(crate) fn job(&self, id: Uuid, by: UserId, now: Time) -> Option<Job> {
        self.sweep(now);
        self.jobs().get(&id).filter(|job| job.by == by).cloned()
    }

    /// The file of a finished export. It is gone when it was sent to its end ([`Self::taken`]).
    pub(crate) async fn file(&self, id: Uuid) -> std::io::Result<tokio::fs::File> {
        tokio::fs::File::open(self.path(id)).await
    }

    pub(crate) fn taken(&self, id: Uuid) {
        self.set(id, State::Taken);
        self.remove(id);
    }
}

impl Exports {
    /// Begins an export of a checked plan, on a thread of its own.
    ///
    /// # Errors
    /// Why it cannot begin now.
    pub(crate) fn begin(self: &Arc<Self>, data: Data, by: UserId, plan: Export, now: Time) -> Result<Uuid, NotNow> {
        self.sweep(now);
        let id = Uuid::now_v7();
        {
            let mut jobs = self.jobs();
            if jobs.values().any(|job| job.by == by && job.state == State::Making) {
                return Err(NotNow::Yours);
            }
            let waits = |job: &&Job| matches!(job.state, State::Making | State::Ready { .. });
            if jobs.values().filter(waits).count() >= MOST {
                return Err(NotNow::TooMany);
            }
            jobs.insert(id, Job { by, state: State::Making, expires: now.plus_ms(KEPT_MS) });
        }
        let exports = Arc::clone(self);
        tokio::spawn(async move {
            let _turn = exports.turn.acquire().await;
            let folder = exports.folder.clone();
            let made = tokio::task::spawn_blocking(move || make(data, &folder, id, &plan, now)).await;
            let state = match made {
                Ok(Ok((bytes, summary))) => State::Ready { bytes, summary },
                Ok(Err(error)) => {
                    tracing::error!(error = format!("{error:#}"), export.id = %id, "an export could not be made");
                    State::Failed(words_for(&error))
                }
                Err(_) => State::Failed("The hub could not make it. Tell whoever runs the hub."),
            };
            exports.set(id, state);
        });
        Ok(id)
    }
}

/// What its user can do about it.
fn words_for(error: &anyhow::Error) -> &'static str {
    let is_full = |error: &(dyn std::error::Error + 'static)| {
        let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        matches!(kind, Some(std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded))
    };
    if error.chain().any(is_full) {
        "The hub's disk is full. Ask for fewer tables or days, or tell whoever runs the hub."
    } else {
        "The hub could not make it. Tell whoever runs the hub."
    }
}

/// Writes the folder, and packs it into one file.
fn make(data: Data, folder: &Path, id: Uuid, plan: &Export, now: Time) -> anyhow::Result<(u64, String)> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder).with_context(|| format!("Cannot make {}", folder.display()))?;
    let (whole, half) = (folder.join(format!("{id}.tar")), folder.join(format!("{id}.partial")));
    let out = Unpacked(folder.join(id.to_string()));
    let summary = export(data, &out.0, plan, now)?;
    let packed = pack(&out.0, &half);
    if packed.is_err() {
        let _ = std::fs::remove_file(&half);
    }
    let bytes = packed.with_context(|| format!("Cannot write {}", half.display()))?;
    std::fs::rename(&half, &whole).with_context(|| format!("Cannot write {}", whole.display()))?;
    // The path of the folder is nobody's business.
    Ok((bytes, summary.split(" into ").next().unwrap_or_default().to_owned()))
}

fn pack(folder: &Path, into: &Path) -> std::io::Result<u64> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    crate::folder::private(&mut options);
    let mut archive = tar::Builder::new(options.open(into)?);
    archive.append_dir_all("export", folder)?;
    let file = archive.into_inner()?;
    file.sync_all()?;
    Ok(file.metadata()?.len())
}

/// The folder before it is packed; removed afterwards.
struct Unpacked(PathBuf);

impl Drop for Unpacked {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
