//! A group of writes from the writer's side: kept, undone, written, committed.

use std::sync::Arc;
use std::time::Duration;

use tandem_sql::Connection;
use tandem_sqlite::{Cause, Companion, Error, Finish};

use super::{CACHED, CACHED_BYTES, Cached, Commit, Engine, Work};
use crate::store::unknown::Unknown;
use crate::store::{StoreError, conversations};

impl Companion<Connection> for Engine {
    type Work = Work;

    fn measured(&mut self, writes: usize, took: Duration) {
        self.metrics.group(writes, took);
    }

    fn foresee<'w>(&mut self, connection: &Connection, works: impl Iterator<Item = &'w Work>) -> Result<(), Error> {
        self.unknown = Unknown::default();
        if !connection.is_elsewhere() {
            return Ok(());
        }
        let (mut commands, mut turns) = (Vec::new(), Vec::new());
        works.for_each(|work| work.foresee(&mut commands, &mut turns));
        if commands.len() > 1 {
            self.unknown = Unknown::among(connection, &commands, &turns).map_err(of_database)?;
        }
        Ok(())
    }

    fn work(&mut self, connection: &Connection, place: usize, work: Work) -> Finish {
        self.arm(connection, place, work)
    }

    fn flush(&mut self, connection: &Connection) -> Result<(), Error> {
        if self.pending.is_empty() {
            return Ok(());
        }
        connection.execute_batch("SAVEPOINT flush")?;
        let written = match self.write_all(connection) {
            Err(error) if !connection.is_autocommit() && may_be_one(&error) => {
                connection.execute_batch("ROLLBACK TO flush")?;
                self.write_apart(connection)
            }
            written => written,
        };
        written.map_err(of_database)?;
        connection.execute_batch("RELEASE flush")?;
        self.kept_seq = self.seq;
        Ok(())
    }

    fn flush_own(&mut self, connection: &Connection) -> Result<(), Error> {
        self.write_all(connection).map_err(of_database)
    }

    fn failed(&mut self, place: usize) -> Option<Error> {
        if self.failed.is_empty() { None } else { self.failed.remove(&place) }
    }

    fn before_commit(&mut self, connection: &Connection) -> Result<(), Error> {
        self.put_due(connection);
        Companion::flush(self, connection)?;
        self.keep_written();
        for (id, changed) in &mut self.group {
            let row = self.rows.get(id).or_else(|| self.cache.get(id).map(|cached| &cached.row)).copied();
            let before = changed.before.as_deref().filter(|_| row.is_some());
            let row = match (row, before) {
                (Some(row), Some(before)) if !row.is_outdated(before, &changed.after) => row,
                _ => conversations::put(connection, &changed.after, before).map_err(of_database)?,
            };
            changed.bytes = row.bytes;
            self.rows.insert(*id, row);
        }
        Ok(())
    }

    fn committed(&mut self) {
        let first = std::mem::replace(&mut self.committed_seq, self.seq) + 1;
        let mut rows = std::mem::take(&mut self.rows);
        if self.group.is_empty() {
            return;
        }
        if self.cache.len() + self.group.len() > CACHED || self.cached_bytes > CACHED_BYTES {
            self.cache.clear();
            self.cached_bytes = 0;
        }
        let changed: Vec<_> = self.group.drain().map(|(_, changed)| changed).collect();
        for change in &changed {
            let Some(row) = rows.remove(&change.after.id) else { continue };
            let cached = Cached { state: Arc::clone(&change.after), row };
            self.cached_bytes += row.bytes;
            self.cached_bytes -= self.cache.insert(change.after.id, cached).map_or(0, |old| old.row.bytes);
        }
        self.commits.send(Commit { first, cursor: self.seq, time: self.clock.now(), changed });
        self.send_put();
    }

    fn rolled_back(&mut self) {
        // If the group failed because a state was not that of the log, it must not fail again.
        self.cache.clear();
        self.cached_bytes = 0;
        self.group.clear();
        self.pending.clear();
        self.undo.clear();
        self.seq = self.committed_seq;
        self.kept_seq = self.seq;
        self.failed.clear();
        self.rows.clear();
        self.put.clear();
    }

    fn kept(&mut self) {
        self.undo.clear();
        self.pending.keep();
        self.kept_seq = self.seq;
    }

    fn undone(&mut self) {
        self.pending.undo();
        self.seq = self.kept_seq;
        while let Some(undo) = self.undo.pop() {
            match undo.before {
                None => {
                    self.group.remove(&undo.conversation);
                }
                Some((state, events)) => {
                    if let Some(changed) = self.group.get_mut(&undo.conversation) {
                        changed.after = state;
                        changed.events.truncate(events);
                    }
                }
            }
        }
    }
}

/// Whether the error may concern single rows.
fn may_be_one(error: &StoreError) -> bool {
    match error {
        StoreError::Database(error) => matches!(error.cause(), Cause::Other | Cause::Damaged),
        _ => true,
    }
}

pub(super) fn of_database(error: StoreError) -> Error {
    match error {
        StoreError::Database(error) => error,
        other => Error::Commit(other.to_string()),
    }
}
