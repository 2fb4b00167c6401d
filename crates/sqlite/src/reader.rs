//! Reader threads, each with a read-only connection.

use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tokio::sync::oneshot;

use crate::worker::{Ended, Waiting, Workers, guarded};
use crate::{Error, Link, Options};

type Job<K> = Box<dyn FnOnce(&K) + Send>;

pub(crate) struct Readers<K> {
    workers: Workers<Job<K>>,
    ended: Ended,
}

impl<K: Link> Readers<K> {
    pub(crate) fn start(place: &K::Place) -> Result<Self, Error> {
        let (jobs, inbox) = mpsc::channel::<Job<K>>();
        let inbox = Arc::new(Mutex::new(inbox));
        let ended = Ended::new();
        let waiting = Waiting::new();
        let mut threads = Vec::new();
        for number in 0..K::readers(place).max(1) {
            let connection = K::reader(place)?;
            let inbox = Arc::clone(&inbox);
            let name = format!("reader-{number}");
            let (guard, waiting) = (ended.guard(), waiting.clone());
            let started = thread::Builder::new().name(name).spawn(move || {
                let _guard = guard;
                read_all(&connection, &inbox, &waiting);
            });
            threads.push(started.map_err(|error| Error::Commit(format!("cannot start a reader thread: {error}")))?);
        }
        Ok(Self { workers: Workers::new(jobs, threads, waiting), ended })
    }

    pub(crate) fn close(&self) {
        self.workers.close();
    }

    pub(crate) fn waiting(&self) -> usize {
        self.workers.waiting()
    }

    pub(crate) fn stuck(&self) -> Duration {
        self.workers.stuck()
    }

    pub(crate) async fn ended(&self) {
        self.ended.wait().await;
    }

    pub(crate) fn submit<T, E>(
        &self,
        work: impl FnOnce(&K) -> Result<T, E> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, E>>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (answer, receiver) = oneshot::channel();
        self.workers.give(Box::new(move |connection| {
            let _ = answer.send(guarded(|| work(connection)));
        }));
        receiver
    }
}

pub(crate) fn connect(options: &Options) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&options.path, flags)?;
    crate::unlock(&connection, options.key.as_ref())?;
    connection.execute_batch(&format!(
        "PRAGMA query_only = ON; PRAGMA busy_timeout = 5000; PRAGMA cache_size = -{}; PRAGMA temp_store = MEMORY;",
        options.room.reader_kib
    ))?;
    crate::keep_statements(&connection)?;
    Ok(connection)
}

fn read_all<K>(connection: &K, inbox: &Mutex<mpsc::Receiver<Job<K>>>, waiting: &Waiting) {
    loop {
        let job = match inbox.lock() {
            Ok(inbox) => inbox.recv(),
            Err(_) => return,
        };
        match job {
            Ok(job) => {
                waiting.took();
                job(connection);
            }
            Err(_) => return,
        }
    }
}
