//! Worker threads that end when their queue closes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};

use tokio::sync::watch;

use crate::Error;

/// Runs a job whose panic must not end the thread. Only for work that is undone afterwards.
///
/// # Errors
/// Those of the work, or [`Error::Panicked`].
pub fn guarded<T, E: From<Error>>(work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    // The hook has already reported the panic.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Error::Panicked.into()))
}

/// Signals that the first of several threads has ended.
#[derive(Clone)]
pub(crate) struct Ended(watch::Sender<bool>);

impl Ended {
    pub fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// Held by a thread while it runs.
    pub fn guard(&self) -> EndGuard {
        EndGuard(self.0.clone())
    }

    pub async fn wait(&self) {
        // Fails only if every sender is gone, and this is one.
        let _ = self.0.subscribe().wait_for(|ended| *ended).await;
    }
}

pub(crate) struct EndGuard(watch::Sender<bool>);

impl Drop for EndGuard {
    fn drop(&mut self) {
        self.0.send_replace(true);
    }
}

/// A queue to one or several threads. Dropping it closes the queue and ends them.
pub(crate) struct Workers<J> {
    way: Mutex<Way<J>>,
    waiting: Waiting,
}

/// How many jobs wait for a thread.
#[derive(Clone, Default)]
pub(crate) struct Waiting(Arc<AtomicUsize>);

impl Waiting {
    pub fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// A thread has taken a job.
    pub fn took(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

struct Way<J> {
    /// None once closed.
    jobs: Option<mpsc::Sender<J>>,
    threads: Vec<JoinHandle<()>>,
}

impl<J> Workers<J> {
    pub(crate) fn new(jobs: mpsc::Sender<J>, threads: Vec<JoinHandle<()>>, waiting: Waiting) -> Self {
        Self { way: Mutex::new(Way { jobs: Some(jobs), threads }), waiting }
    }

    /// Jobs that no thread has taken yet.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.get()
    }

    /// If the queue is closed, the job is dropped, and its caller is told by the dropped channel.
    pub(crate) fn give(&self, job: J) {
        if let Some(jobs) = &self.way.lock().unwrap_or_else(PoisonError::into_inner).jobs {
            self.waiting.0.fetch_add(1, Ordering::Relaxed);
            let _ = jobs.send(job);
        }
    }

    /// Takes no more jobs, and returns when the queued ones are done and the threads have ended.
    pub(crate) fn close(&self) {
        let threads = {
            let mut way = self.way.lock().unwrap_or_else(PoisonError::into_inner);
            way.jobs = None;
            std::mem::take(&mut way.threads)
        };
        for thread in threads {
            // A job may drop the last clone on one of these threads, which cannot wait for itself.
            if thread.thread().id() != thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}

impl<J> Drop for Workers<J> {
    fn drop(&mut self) {
        self.close();
    }
}
