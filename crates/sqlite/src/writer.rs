//! The one writer thread and its group commit.

use std::convert::Infallible;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::copier::Copier;
use crate::worker::{Ended, Waiting, Workers, guarded};
use crate::{Cause, Error, Link};

/// Maximum writes per transaction.
const GROUP: usize = 1024;

/// State of the writer thread that follows its transactions.
pub trait Companion<K = Connection>: Send + 'static {
    /// What it does by itself, with rows that it keeps until they are due: see [`Self::work`].
    type Work: Send + 'static;

    /// Looks at work that will be done next in this group, to ask for all of it at once what each would ask for itself.
    ///
    /// # Errors
    /// What the database answers; it undoes the group.
    fn foresee<'w>(&mut self, _: &K, _works: impl Iterator<Item = &'w Self::Work>) -> Result<(), Error> {
        Ok(())
    }
    /// Does one piece of work, which has this place in its group. There is no savepoint around it: whatever fails must
    /// have written nothing, and is followed by [`Self::undone`], whatever succeeds by [`Self::kept`].
    fn work(&mut self, connection: &K, place: usize, work: Self::Work) -> Finish;
    /// Writes what it has kept back so far. What cannot be written fails alone: see [`Self::failed`].
    ///
    /// # Errors
    /// Those that undo the whole group.
    fn flush(&mut self, _: &K) -> Result<(), Error> {
        Ok(())
    }
    /// Writes what the write that is being done has left, in its savepoint.
    ///
    /// # Errors
    /// What the database answers; it undoes the write.
    fn flush_own(&mut self, _: &K) -> Result<(), Error> {
        Ok(())
    }
    /// Why the work at this place has failed after all, although its group was committed.
    fn failed(&mut self, _: usize) -> Option<Error> {
        None
    }
    /// Called last inside a transaction; an error undoes the whole group.
    ///
    /// # Errors
    /// What the database answers.
    fn before_commit(&mut self, connection: &K) -> Result<(), Error>;
    /// The group is durable.
    fn committed(&mut self);
    /// How many writes a group had, and how long it took from its first to its end, durable or not.
    fn measured(&mut self, _writes: usize, _took: Duration) {}
    /// The group was undone: discard its effects.
    fn rolled_back(&mut self);
    /// One write of the group succeeded.
    fn kept(&mut self);
    /// One write of the group failed and was undone.
    fn undone(&mut self);
}

/// For databases that need no companion.
impl<K> Companion<K> for () {
    type Work = Infallible;

    fn work(&mut self, _: &K, _: usize, work: Infallible) -> Finish {
        match work {}
    }
    fn before_commit(&mut self, _: &K) -> Result<(), Error> {
        Ok(())
    }
    fn committed(&mut self) {}
    fn rolled_back(&mut self) {}
    fn kept(&mut self) {}
    fn undone(&mut self) {}
}

/// Tells the caller the outcome, once the commit's is known.
pub type Finish = Box<dyn FnOnce(Result<(), &Error>) + Send>;
/// A write with a savepoint of its own; given nothing if the group has failed already.
type Apart<C, K> = Box<dyn FnOnce(Option<(&K, &mut C)>) -> Finish + Send>;

enum Job<C: Companion<K>, K> {
    Work(C::Work),
    Apart(Apart<C, K>),
}

/// Where the outcome of one write goes.
#[derive(Debug)]
pub struct Answer<T, E>(oneshot::Sender<Result<T, E>>);

impl<T, E> Answer<T, E>
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    /// Answers `done` when the group's commit has succeeded, or else that it has not.
    #[must_use]
    pub fn finish(self, done: Result<T, E>) -> Finish {
        self.finish_if(Some(done))
    }

    /// Answers that it was not tried, because its group has failed already.
    #[must_use]
    pub fn untried(self) -> Finish {
        self.finish_if(None)
    }

    /// None for what was not tried.
    fn finish_if(self, done: Option<Result<T, E>>) -> Finish {
        Box::new(move |commit| {
            let _ = self.0.send(match (commit, done) {
                (Ok(()), Some(done)) => done,
                (Ok(()), None) => Err(Error::Commit("the transaction is gone".into()).into()),
                (Err(_), Some(Err(own))) => Err(own),
                (Err(error), _) => Err(error.undone().into()),
            });
        })
    }
}

pub(crate) struct Writer<C: Companion<K>, K> {
    workers: Workers<Job<C, K>>,
    ended: Ended,
}

impl<C: Companion<K>, K: Link> Writer<C, K> {
    pub(crate) fn start(connection: K, companion: C, copier: Option<Copier>) -> Result<Self, Error> {
        let (jobs, inbox) = mpsc::channel();
        let waiting = Waiting::new();
        let mut writing = Writing { copier, connection, companion, waiting: waiting.clone() };
        let ended = Ended::new();
        let guard = ended.guard();
        let started = thread::Builder::new().name("writer".into()).spawn(move || {
            let _guard = guard;
            while let Ok(first) = inbox.recv() {
                writing.group(first, &inbox);
                if writing.connection.is_lost() {
                    tracing::error!("writing ends: only one hub at a time may write");
                    return;
                }
            }
        });
        let writing = started.map_err(|error| Error::Commit(format!("cannot start the writer thread: {error}")))?;
        Ok(Self { workers: Workers::new(jobs, vec![writing], waiting), ended })
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
        work: impl FnOnce(&K, &mut C) -> Result<T, E> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, E>>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (answer, receiver) = oneshot::channel();
        self.workers.give(Job::Apart(Box::new(move |group| {
            let done = group.map(|(connection, companion)| in_savepoint(connection, companion, work));
            Answer(answer).finish_if(done)
        })));
        receiver
    }

    pub(crate) fn give<T, E>(&self, work: impl FnOnce(Answer<T, E>) -> C::Work) -> oneshot::Receiver<Result<T, E>> {
        let (answer, receiver) = oneshot::channel();
        self.workers.give(Job::Work(work(Answer(answer))));
        receiver
    }
}

fn in_savepoint<C: Companion<K>, K: Link, T, E: From<Error>>(
    connection: &K,
    companion: &mut C,
    work: impl FnOnce(&K, &mut C) -> Result<T, E>,
) -> Result<T, E> {
    connection.run("SAVEPOINT job")?;
    let done = guarded(|| {
        let value = work(connection, companion)?;
        companion.flush_own(connection)?;
        Ok(value)
    });
    match done {
        Ok(value) => {
            connection.run("RELEASE job")?;
            companion.kept();
            Ok(value)
        }
        Err(error) => {
            companion.undone();
            // A full disk rolls back the whole transaction; then nothing is left to undo.
            if connection.is_open() {
                connection.run("ROLLBACK TO job")?;
                connection.run("RELEASE job")?;
            }
            Err(error)
        }
    }
}

/// Drop order matters: the last connection that closes copies the rest of the log and removes it.
struct Writing<C, K> {
    copier: Option<Copier>,
    connection: K,
    companion: C,
    waiting: Waiting,
}

impl<C: Companion<K>, K: Link> Writing<C, K> {
    /// One write of a group that has gone well so far, or not.
    fn write(&mut self, place: usize, job: Job<C, K>, outcome: &mut Result<(), Error>) -> Finish {
        let (connection, companion) = (&self.connection, &mut self.companion);
        match job {
            Job::Work(work) => companion.work(connection, place, work),
            Job::Apart(job) => {
                // Without a surrounding transaction a savepoint would commit by itself, whatever the caller is told.
                if outcome.is_ok() && connection.is_sound() {
                    *outcome = guarded(|| companion.flush(connection));
                }
                let is_well = outcome.is_ok() && connection.is_sound();
                job(is_well.then_some((connection, companion)))
            }
        }
    }

    /// One transaction: `first` and everything else in the queue.
    fn group(&mut self, first: Job<C, K>, inbox: &mpsc::Receiver<Job<C, K>>) {
        let began = Instant::now();
        let mut outcome = self.connection.run("BEGIN IMMEDIATE");
        let mut finishes = Vec::with_capacity(16);
        let mut next = vec![first];
        while !next.is_empty() {
            next.extend(inbox.try_iter().take(GROUP - finishes.len() - next.len()));
            let works = next.iter().filter_map(|job| if let Job::Work(work) = job { Some(work) } else { None });
            outcome = outcome.and_then(|()| guarded(|| self.companion.foresee(&self.connection, works)));
            for job in next.drain(..) {
                self.waiting.took();
                finishes.push(self.write(finishes.len(), job, &mut outcome));
            }
            next.extend(inbox.try_iter().take(GROUP - finishes.len()));
        }
        let outcome = outcome
            .and_then(|()| match (self.connection.is_open(), self.connection.is_sound()) {
                (true, true) => Ok(()),
                (true, false) => Err(Error::Commit("one of its writes has failed".into())),
                (false, _) => {
                    Err(Error::Undone { words: "the disk is full, or cannot be written".into(), cause: Cause::Full })
                }
            })
            .and_then(|()| guarded(|| self.companion.before_commit(&self.connection)))
            .and_then(|()| self.connection.run("COMMIT"));
        match &outcome {
            Ok(()) => {
                self.companion.committed();
                if let Some(copier) = &mut self.copier {
                    copier.follow(self.connection.written());
                }
            }
            Err(error) => {
                tracing::error!(%error, "a group of writes was undone");
                if self.connection.is_open()
                    && let Err(error) = self.connection.run("ROLLBACK")
                {
                    tracing::error!(%error, "cannot roll back");
                }
                self.companion.rolled_back();
            }
        }
        self.companion.measured(finishes.len(), began.elapsed());
        for (place, finish) in finishes.into_iter().enumerate() {
            let failed = self.companion.failed(place);
            finish(match (&outcome, &failed) {
                (Err(error), _) | (Ok(()), Some(error)) => Err(error),
                (Ok(()), None) => Ok(()),
            });
        }
    }
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
    fn a_job_that_panics_is_undone_alone_and_the_threads_go_on() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path());
        database.write_blocking(insert(1)).unwrap();
        let failed: Result<(), Error> = database.write_blocking(|connection, ()| {
            insert(2)(connection, &mut ())?;
            panic!("BUG: of this test")
        });
        assert!(matches!(failed, Err(Error::Panicked)), "{failed:?}");
        for _ in 0..3 {
            let failed: Result<(), Error> = database.read_blocking(|_| panic!("BUG: of this test"));
            assert!(matches!(failed, Err(Error::Panicked)), "{failed:?}");
        }
        database.write_blocking(insert(3)).unwrap();
        let all = database.read_blocking(|connection| -> Result<i64, Error> {
            Ok(connection.query_row("SELECT sum(n) FROM numbers", [], |row| row.get(0))?)
        });
        assert_eq!(all.unwrap(), 4, "2 was undone with the panic");
    }

    /// Panics where no single job is at fault.
    struct Fragile(bool);

    impl crate::Companion for Fragile {
        type Work = std::convert::Infallible;

        fn work(&mut self, _: &Connection, _: usize, work: Self::Work) -> crate::Finish {
            match work {}
        }
        fn before_commit(&mut self, _: &Connection) -> Result<(), Error> {
            assert!(!self.0, "BUG: of this test");
            Ok(())
        }
        fn committed(&mut self) {}
        fn rolled_back(&mut self) {
            self.0 = false;
        }
        fn kept(&mut self) {}
        fn undone(&mut self) {}
    }

    #[test]
    fn a_panic_before_the_commit_undoes_the_group_and_the_next_one_goes_through() {
        let folder = tempfile::tempdir().unwrap();
        let steps = [Migration { name: "numbers", sql: "CREATE TABLE numbers (n INTEGER PRIMARY KEY) STRICT" }];
        let database = Database::open(&options(folder.path()), &steps, |_| Ok(Fragile(true))).unwrap();
        let insert =
            |n: i64| database.write_blocking(move |connection, _: &mut Fragile| insert(n)(connection, &mut ()));
        assert!(matches!(insert(1), Err(Error::Undone { .. })));
        insert(1).unwrap();
    }

    #[tokio::test]
    async fn who_waits_for_its_end_hears_that_a_database_has_lost_a_thread() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path());
        let waiting = database.clone();
        let ended = tokio::spawn(async move { waiting.ended().await });
        database.write(insert(1)).await.unwrap();
        assert!(!ended.is_finished());
        database.close().await;
        ended.await.unwrap();
    }

    #[test]
    fn a_locked_database_and_a_full_one_say_so() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path());
        let other = Connection::open(folder.path().join("t.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let locked = database.write_blocking(insert(1)).unwrap_err();
        assert_eq!(locked.cause(), crate::Cause::Locked, "{locked}");
        other.execute_batch("ROLLBACK").unwrap();
        database.write_blocking(insert(1)).unwrap();
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
            // Blocks the writer, so that the following writes form one group.
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
    fn the_log_is_copied_back_beside_the_writer_and_is_gone_when_all_close() {
        let folder = tempfile::tempdir().unwrap();
        let size = |name: &str| std::fs::metadata(folder.path().join(name)).map_or(0, |file| file.len());
        let database = open(folder.path());
        let empty = size("t.db");
        // Not enough for the writer to copy anything itself.
        for first in (0..4_000).step_by(500) {
            let many = move |connection: &Connection, _: &mut ()| -> Result<(), Error> {
                (first..first + 500).try_for_each(|n| insert(n)(connection, &mut ()))
            };
            database.write_blocking(many).unwrap();
        }
        let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while size("t.db") <= empty {
            assert!(std::time::Instant::now() < until, "nothing was copied");
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        drop(database);
        assert_eq!(size("t.db-wal"), 0, "the last to close takes the log away");
        let database = open(folder.path());
        let count = |connection: &Connection| -> Result<i64, Error> {
            Ok(connection.query_row("SELECT count(*) FROM numbers", [], |row| row.get(0))?)
        };
        assert_eq!(database.read_blocking(count).unwrap(), 4_000);
    }

    #[test]
    fn an_encrypted_file_opens_with_its_key_alone_and_shows_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let steps = [Migration { name: "words", sql: "CREATE TABLE words (word TEXT) STRICT" }];
        let with = |key: Option<[u8; 32]>| Options { key: key.map(Key::new), ..options(folder.path()) };
        let database = Database::<(), Connection>::open(&with(Some([7; 32])), &steps, |_| Ok(())).unwrap();
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
