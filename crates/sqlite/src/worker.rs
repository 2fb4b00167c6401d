//! Worker threads that end when their queue closes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

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

/// How many jobs wait for a thread, and how long none was taken.
#[derive(Clone)]
pub(crate) struct Waiting(Arc<Line>);

struct Line {
    jobs: AtomicUsize,
    made: Instant,
    /// When a job was taken last, or came when none waited: milliseconds since `made`.
    moved: AtomicU64,
}

impl Waiting {
    pub fn new() -> Self {
        Self(Arc::new(Line { jobs: AtomicUsize::new(0), made: Instant::now(), moved: AtomicU64::new(0) }))
    }

    pub fn get(&self) -> usize {
        self.0.jobs.load(Ordering::Relaxed)
    }

    /// How long jobs have waited without any being taken.
    pub fn stuck(&self) -> Duration {
        let moved = Duration::from_millis(self.0.moved.load(Ordering::Relaxed));
        if self.get() == 0 { Duration::ZERO } else { self.0.made.elapsed().saturating_sub(moved) }
    }

    fn came(&self) {
        if self.0.jobs.fetch_add(1, Ordering::Relaxed) == 0 {
            self.moved();
        }
    }

    /// A thread has taken a job.
    pub fn took(&self) {
        self.0.jobs.fetch_sub(1, Ordering::Relaxed);
        self.moved();
    }

    fn moved(&self) {
        let now = u64::try_from(self.0.made.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.moved.store(now, Ordering::Relaxed);
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

    /// How long jobs have waited without a thread taking any.
    pub(crate) fn stuck(&self) -> Duration {
        self.waiting.stuck()
    }

    /// If the queue is closed, the job is dropped, and its caller is told by the dropped channel.
    pub(crate) fn give(&self, job: J) {
        if let Some(jobs) = &self.way.lock().unwrap_or_else(PoisonError::into_inner).jobs {
            self.waiting.came();
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
