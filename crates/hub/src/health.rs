//! Health of the hub: whether all its parts run, and whether writes are durable.
//!
//! A part that ends, ends the process: a service manager restarts it whole. Writing is the test of whether writes are
//! durable.

use std::collections::HashSet;
use std::sync::PoisonError;
use std::time::Duration;

use axum::http::HeaderName;
use tandem_conversation::{ContactId, ConversationId, Time};
use tandem_sqlite::{Cause, Database};
use tokio::sync::{Mutex, watch};
use tokio::time::Instant;

use crate::engine::Engine;
use crate::problem::ApiError;
use crate::store::{StoreError, pulse};

/// A slower commit counts as failed.
const WITHIN: Duration = Duration::from_secs(2);
/// Maximum age of a result for `/readyz`. It bounds the writes that strangers can cause.
pub(crate) const FRESH: Duration = Duration::from_secs(1);
/// Maximum age for `/healthz`, whose callers would restart the hub.
pub(crate) const RECENT: Duration = Duration::from_secs(5);

/// Maximum pieces of work that are known to meet damage.
const DAMAGES: usize = 1_000;
/// So much damaged work, deadlines apart, is told with good health: a probe that acts on bad health would take the hub from
/// all customers for the sake of these.
const BEARABLE: usize = 2;

/// Tells `tandem-hub doctor` the address of an untrusted proxy.
pub(crate) const UNNAMED_PROXY: HeaderName = HeaderName::from_static("tandem-unnamed-proxy");

/// Records which part of the hub ended, if any.
pub(crate) struct Health {
    ended: watch::Sender<Option<&'static str>>,
    stopping: watch::Sender<bool>,
    /// The latest result. Locked during a check, so that one runs at a time.
    newest: Mutex<Option<(Instant, Result<(), Illness>)>>,
    /// What failed because the database is damaged. Bounded by [`DAMAGES`].
    damage: std::sync::Mutex<HashSet<Work>>,
}

/// What may meet a damaged part of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Work {
    Deadlines,
    Conversation(ConversationId),
    /// Messages of one visitor.
    Messages(ContactId),
}

/// Why the hub cannot work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Illness {
    Ended(&'static str),
    Stopping,
    Locked,
    Full,
    Closed,
    Slow,
    Damaged,
    Failing,
}

impl Health {
    pub(crate) fn new() -> Self {
        Self {
            ended: watch::Sender::new(None),
            stopping: watch::Sender::new(false),
            newest: Mutex::new(None),
            damage: std::sync::Mutex::default(),
        }
    }

    /// Its drop records that a part ended, by returning or by a panic.
    pub(crate) fn guard(&self, part: &'static str) -> Guard {
        Guard { ended: self.ended.clone(), part }
    }

    /// Resolves with a part's name when the part ends.
    pub(crate) async fn ended(&self) -> &'static str {
        let mut ended = self.ended.subscribe();
        loop {
            if let Some(part) = *ended.borrow_and_update() {
                return part;
            }
            if ended.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// From now on `/readyz` fails.
    pub(crate) fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Remembers work that failed because the database is damaged, until the same work succeeds. The test write alone
    /// would not find it: damage is where other data lies.
    pub(crate) fn note<T>(&self, work: Work, done: &Result<T, StoreError>) {
        let is_damaged = matches!(done, Err(StoreError::Database(error)) if error.cause() == Cause::Damaged);
        if !is_damaged && done.is_err() {
            return;
        }
        let mut damage = self.damage.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_damaged {
            if !damage.is_empty() && damage.remove(&work) {
                tracing::info!(?work, "what failed in a damaged database succeeds again");
            }
        } else if damage.len() < DAMAGES && damage.insert(work) {
            tracing::error!(?work, "the database is damaged: run tandem-hub doctor, and restore a backup");
        }
    }

    /// How many pieces of work meet damage, if the others can go on.
    fn damaged(&self) -> Result<usize, Illness> {
        let damage = self.damage.lock().unwrap_or_else(PoisonError::into_inner);
        if damage.len() > BEARABLE || damage.contains(&Work::Deadlines) {
            return Err(Illness::Damaged);
        }
        Ok(damage.len())
    }

    pub(crate) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }
}

/// Held by a part of the hub while it runs.
pub(crate) struct Guard {
    ended: watch::Sender<Option<&'static str>>,
    part: &'static str,
}

impl Drop for Guard {
    fn drop(&mut self) {
        let part = self.part;
        self.ended.send_if_modified(|ended| ended.is_none() && ended.replace(part).is_none());
    }
}

impl Illness {
    pub(crate) fn problem(self) -> ApiError {
        let (code, detail) = match self {
            Self::Ended(part) => ("hub.part_ended", format!("A part of the hub has ended: {part}.")),
            Self::Stopping => ("hub.stopping", "The hub is stopping.".to_owned()),
            Self::Locked => ("hub.database_locked", "Another program holds the database's lock.".to_owned()),
            Self::Full => ("hub.disk_full", "The disk is full, or cannot be written.".to_owned()),
            Self::Closed => ("hub.writer_ended", "The database's writer has ended.".to_owned()),
            Self::Slow => ("hub.write_timeout", format!("No write was stored within {} s.", WITHIN.as_secs())),
            Self::Damaged => (
                "hub.database_damaged",
                "The database is damaged: run tandem-hub doctor, and restore a backup.".to_owned(),
            ),
            Self::Failing => ("hub.write_failed", "The database does not store writes.".to_owned()),
        };
        let mut error = ApiError::new(503, code, detail);
        error.0.retry_after = Some(2);
        error
    }
}

/// The state of the hub, at most `age` old: if it works, how many pieces of work meet damage all the same.
pub(crate) async fn finding(
    health: &Health,
    database: &Database<Engine>,
    now: Time,
    age: Duration,
) -> Result<usize, Illness> {
    if let Some(part) = *health.ended.borrow() {
        return Err(Illness::Ended(part));
    }
    let damaged = health.damaged()?;
    let mut newest = health.newest.lock().await;
    if let Some((at, found)) = *newest
        && at.elapsed() < if found.is_ok() { age } else { FRESH }
    {
        return found.map(|()| damaged);
    }
    let found = write(database, now).await;
    if let Err(illness) = found {
        tracing::error!(?illness, "the hub is unhealthy");
    }
    *newest = Some((Instant::now(), found));
    found.map(|()| damaged)
}

async fn write(database: &Database<Engine>, now: Time) -> Result<(), Illness> {
    let written = database.write(move |connection, _| pulse::beat(connection, now));
    match tokio::time::timeout(WITHIN, written).await {
        Err(_) => Err(Illness::Slow),
        Ok(Ok(())) => Ok(()),
        Ok(Err(StoreError::Database(error))) => Err(match error.cause() {
            Cause::Locked => Illness::Locked,
            Cause::Full => Illness::Full,
            Cause::Closed => Illness::Closed,
            Cause::Damaged => Illness::Damaged,
            Cause::Other => Illness::Failing,
        }),
        Ok(Err(_)) => Err(Illness::Failing),
    }
}
