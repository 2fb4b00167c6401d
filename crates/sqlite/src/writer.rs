//! The one writer thread and its group commit.

use std::sync::mpsc;
use std::thread;

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::Error;
use crate::worker::Workers;

/// Most writes in one transaction.
const GROUP: usize = 1024;

/// What lives beside the connection on the writer thread and follows its transactions.
pub trait Companion: Send + 'static {
    /// The last thing inside a transaction; an error undoes the whole group.
    ///
    /// # Errors
    /// What the database answers.
    fn before_commit(&mut self, connection: &Connection) -> Result<(), Error>;
    /// The group is durable.
    fn committed(&mut self);
    /// The group is undone: forget what it did.
    fn rolled_back(&mut self);
    /// One write of the group succeeded.
    fn kept(&mut self);
    /// One write of the group failed and was undone.
    fn undone(&mut self);
}

/// A companion for databases that need none.
impl Companion for () {
    fn before_commit(&mut self, _: &Connection) -> Result<(), Error> {
        Ok(())
    }
    fn committed(&mut self) {}
    fn rolled_back(&mut self) {}
    fn kept(&mut self) {}
    fn undone(&mut self) {}
}

/// Tells the caller how it ended; takes the commit's outcome.
type Finish = Box<dyn FnOnce(Result<(), &Error>) + Send>;
type Job<C> = Box<dyn FnOnce(&Connection, &mut C) -> Finish + Send>;

pub(crate) struct Writer<C> {
    workers: Workers<Job<C>>,
}

impl<C: Companion> Writer<C> {
    pub(crate) fn start(connection: Connection, companion: C) -> Result<Self, Error> {
        let (jobs, inbox) = mpsc::channel();
        let mut writing = Writing { connection, companion };
        let started = thread::Builder::new().name("writer".into()).spawn(move || {
            while let Ok(first) = inbox.recv() {
                writing.group(first, &inbox);
            }
        });
        let writing = started.map_err(|error| Error::Commit(format!("cannot start the writer thread: {error}")))?;
        Ok(Self { workers: Workers::new(jobs, vec![writing]) })
    }

    pub(crate) fn close(&self) {
        self.workers.close();
    }

    pub(crate) fn submit<T, E>(
        &self,
        work: impl FnOnce(&Connection, &mut C) -> Result<T, E> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, E>>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (answer, receiver) = oneshot::channel();
        let job: Job<C> = Box::new(move |connection, companion| {
            // Without a transaction around it a savepoint would commit by itself, whatever the caller is told.
            let done = match connection.is_autocommit() {
                false => in_savepoint(connection, companion, work),
                true => Err(Error::Commit("the transaction is gone".into()).into()),
            };
            Box::new(move |commit| {
                let _ = answer.send(match commit {
                    Ok(()) => done,
                    Err(error) => done.and_then(|_| Err(Error::Commit(error.to_string()).into())),
                });
            })
        });
        self.workers.give(job);
        receiver
    }
}

fn in_savepoint<C: Companion, T, E: From<Error>>(
    connection: &Connection,
    companion: &mut C,
    work: impl FnOnce(&Connection, &mut C) -> Result<T, E>,
) -> Result<T, E> {
    run(connection, "SAVEPOINT job")?;
    match work(connection, companion) {
        Ok(value) => {
            run(connection, "RELEASE job")?;
            companion.kept();
            Ok(value)
        }
        Err(error) => {
            companion.undone();
            // A full disk undoes the whole transaction by itself; then there is nothing left to undo.
            if !connection.is_autocommit() {
                run(connection, "ROLLBACK TO job")?;
                run(connection, "RELEASE job")?;
            }
            Err(error)
        }
    }
}

struct Writing<C> {
    connection: Connection,
    companion: C,
}

impl<C: Companion> Writing<C> {
    /// One transaction: `first` and whatever else has arrived.
    fn group(&mut self, first: Job<C>, inbox: &mpsc::Receiver<Job<C>>) {
        let began = run(&self.connection, "BEGIN IMMEDIATE");
        let mut finishes = Vec::with_capacity(16);
        let mut next = Some(first);
        while let Some(job) = next {
            finishes.push(job(&self.connection, &mut self.companion));
            next = if finishes.len() < GROUP { inbox.try_recv().ok() } else { None };
        }
        let outcome = began
            .and_then(|()| match self.connection.is_autocommit() {
                false => Ok(()),
                true => Err(Error::Commit("the disk is full, or cannot be written".into())),
            })
            .and_then(|()| self.companion.before_commit(&self.connection))
            .and_then(|()| run(&self.connection, "COMMIT"));
        match &outcome {
            Ok(()) => self.companion.committed(),
            Err(error) => {
                tracing::error!(%error, "a group of writes was undone");
                if !self.connection.is_autocommit()
                    && let Err(error) = run(&self.connection, "ROLLBACK")
                {
                    tracing::error!(%error, "cannot roll back");
                }
                self.companion.rolled_back();
            }
        }
        for finish in finishes {
            match &outcome {
                Ok(()) => finish(Ok(())),
                Err(error) => finish(Err(error)),
            }
        }
    }
}

fn run(connection: &Connection, sql: &str) -> Result<(), Error> {
    connection.prepare_cached(sql)?.raw_execute()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use crate::{Database, Durability, Error, Key, Migration, Options, Room};

    fn options(folder: &std::path::Path) -> Options {
        Options { path: folder.join("t.db"), key: None, durability: Durability::Full, readers: 1, room: Room::SERVER }
    }

    fn open(folder: &std::path::Path) -> Database<()> {
        let options = options(folder);
        let steps = [Migration { name: "numbers", sql: "CREATE TABLE numbers (n INTEGER PRIMARY KEY) STRICT" }];
        Database::open(&options, &steps, |_: &Connection| Ok(())).unwrap()
    }

    fn insert(n: i64) -> impl FnOnce(&Connection, &mut ()) -> Result<(), Error> {
        move |connection, ()| {
            connection.execute("INSERT INTO numbers (n) VALUES (?1)", [n])?;
            Ok(())
        }
    }

    #[test]
    fn a_failed_write_is_undone_alone_and_readers_see_only_what_is_committed() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path());
        database.write_blocking(insert(1)).unwrap();
        let failed = database.write_blocking(|connection, ()| {
            insert(2)(connection, &mut ())?;
            insert(1)(connection, &mut ())
        });
        assert!(failed.is_err(), "1 is there already");
        database.write_blocking(insert(3)).unwrap();
        let all: i64 = database
            .read_blocking(|connection| -> Result<i64, Error> {
                Ok(connection.query_row("SELECT sum(n) FROM numbers", [], |row| row.get(0))?)
            })
            .unwrap();
        assert_eq!(all, 4, "2 was undone with the write that it belonged to");
    }

    #[test]
    fn readers_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path());
        let refused: Result<usize, Error> =
            database.read_blocking(|connection| Ok(connection.execute("DELETE FROM numbers", [])?));
        assert!(refused.is_err(), "readers are query-only");
    }

    #[test]
    fn a_file_of_a_newer_version_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        drop(open(folder.path()));
        let options = options(folder.path());
        let refused = Database::<()>::open(&options, &[], |_| Ok(()));
        assert!(matches!(refused, Err(Error::Newer { found: 1, known: 0 })), "an older program must not touch it");
    }

    #[test]
    fn a_full_disk_undoes_the_whole_group_and_nothing_of_it_stays() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path());
        database.write_blocking(insert(1)).unwrap();
        let limit = |pages: &'static str| {
            database.write_blocking(move |connection, ()| -> Result<(), Error> {
                connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
                Ok(())
            })
        };
        limit("2").unwrap();
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let writes = std::thread::scope(|scope| {
            // Holds the writer, so that what follows is one group.
            scope.spawn(|| {
                database.write_blocking(move |_, ()| -> Result<(), Error> {
                    let _ = stopped.recv();
                    Ok(())
                })
            });
            let waiting: Vec<_> = (0..2_000).map(|n| database.inner.writer.submit(insert(10 + n))).collect();
            drop(stop);
            waiting.into_iter().map(|written| written.blocking_recv().unwrap()).collect::<Vec<_>>()
        });
        assert!(writes.iter().any(Result::is_err), "two pages cannot hold them");
        limit("1000000").unwrap();
        let kept = writes.iter().filter(|write| write.is_ok()).count();
        let count: i64 = database
            .read_blocking(|connection| -> Result<i64, Error> {
                Ok(connection.query_row("SELECT count(*) FROM numbers WHERE n >= 10", [], |row| row.get(0))?)
            })
            .unwrap();
        assert_eq!(count, i64::try_from(kept).unwrap(), "exactly what was acknowledged is there");
        database.write_blocking(insert(2)).unwrap();
    }

    #[test]
    fn an_encrypted_file_opens_with_its_key_alone_and_shows_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let steps = [Migration { name: "words", sql: "CREATE TABLE words (word TEXT) STRICT" }];
        let with = |key: Option<[u8; 32]>| Options { key: key.map(Key::new), ..options(folder.path()) };
        let database = Database::open(&with(Some([7; 32])), &steps, |_| Ok(())).unwrap();
        database
            .write_blocking(|connection, ()| -> Result<(), Error> {
                connection.execute("INSERT INTO words VALUES ('rhubarb marmalade')", [])?;
                Ok(())
            })
            .unwrap();
        for file in ["t.db", "t.db-wal"] {
            let bytes = std::fs::read(folder.path().join(file)).unwrap();
            assert!(!bytes.windows(7).any(|seven| seven == b"rhubarb"), "{file} shows what is in it");
        }
        drop(database);
        for wrong in [None, Some([8; 32])] {
            let refused = Database::<()>::open(&with(wrong), &steps, |_| Ok(()));
            assert!(refused.is_err_and(|error| error.is_damage()), "the right key is needed");
        }
        Database::<()>::open(&with(Some([7; 32])), &steps, |_| Ok(())).unwrap();
    }
}
