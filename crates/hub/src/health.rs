//! Health of the hub: whether all its parts run, and whether writes are durable.
//!
//! A part that ends, ends the process: a service manager restarts it whole. Writing is the test of whether writes are
//! durable.

use std::collections::HashMap;
use std::fmt;
use std::sync::PoisonError;
use std::time::Duration;

use axum::http::HeaderName;
use tandem_conversation::{ContactId, ConversationId, Time};
use tandem_sqlite::Cause;
use tokio::sync::{Mutex, watch};
use tokio::time::Instant;

use crate::engine::Engine;
use crate::problem::ApiError;
use crate::store::{Database, StoreError, pulse};

/// A slower commit counts as failed.
const WITHIN: Duration = Duration::from_secs(2);
/// Maximum age of a result for `/readyz`. It bounds the writes that strangers can cause.
pub(crate) const FRESH: Duration = Duration::from_secs(1);
/// Maximum age for `/healthz`, whose callers would restart the hub.
pub(crate) const RECENT: Duration = Duration::from_secs(5);

/// Maximum pieces of work that are known to meet damage.
const DAMAGES: usize = 1_000;
/// How long damage that concerns one customer or thing is told after it was last met.
const FADES: Duration = Duration::from_secs(120);
/// So much damaged work that concerns single customers is told with good health: a probe that acts on bad health would take
/// the hub from all customers for the sake of these.
const BEARABLE: usize = 2;

/// Tells `tandem-hub doctor` the address of an untrusted proxy.
pub(crate) const UNNAMED_PROXY: HeaderName = HeaderName::from_static("tandem-unnamed-proxy");

/// The hub's time in Unix milliseconds, for `tandem-hub doctor`.
pub(crate) const HUB_TIME: HeaderName = HeaderName::from_static("tandem-time");

/// Says how far the machine's clock is ahead of the hub's time, in milliseconds.
pub(crate) fn apart(ahead_ms: i64) -> String {
    let side = if ahead_ms > 0 { "behind" } else { "ahead of" };
    format!("the hub's time is {} s {side} the machine's clock, which was moved", ahead_ms.abs() / 1_000)
}

/// Records which part of the hub ended, if any.
pub(crate) struct Health {
    ended: watch::Sender<Option<&'static str>>,
    stopping: watch::Sender<bool>,
    /// The latest result. Locked during a check, so that one runs at a time.
    newest: Mutex<Option<(Instant, Result<(), Illness>)>>,
    /// What failed because of what is stored. Bounded by [`DAMAGES`].
    harm: std::sync::Mutex<HashMap<Work, (Harm, Instant)>>,
}

/// What may meet a damaged part of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Work {
    Deadlines,
    /// The open calls for help.
    Calls,
    /// What a part of the hub keeps for everybody.
    Kept(&'static str),
    /// What desks are told when they connect.
    CatchingUp,
    Conversation(ConversationId),
    /// Messages of one visitor.
    Messages(ContactId),
    /// What a door does for everybody, such as signing in. The number tells doors apart.
    Door(u64),
    /// What the doors do for one signed-in user or visitor.
    Person(u64),
    /// What the doors do with one thing that is named in their addresses.
    Thing(u64),
}

impl Work {
    /// Whether it is done for everybody, again and again.
    fn is_of_all(self) -> bool {
        matches!(self, Self::Deadlines | Self::Calls | Self::Kept(_) | Self::CatchingUp | Self::Door(_))
    }
}

/// Remembers what stands in the way of work; false if it was known.
fn is_news(harmed: &mut HashMap<Work, (Harm, Instant)>, work: Work, harm: Harm) -> bool {
    harmed.insert(work, (harm, Instant::now())).is_none_or(|(known, _)| known != harm)
}

/// What stands in the way of a piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Harm {
    Damaged,
    /// A newer version wrote what this one cannot change. It is whole, so it is no reason to take the hub away.
    Newer,
}

impl Harm {
    fn of(error: &StoreError) -> Option<Self> {
        match error {
            StoreError::Database(error) if error.cause() == Cause::Damaged => Some(Self::Damaged),
            StoreError::Damaged { .. } => Some(Self::Damaged),
            StoreError::Newer { .. } => Some(Self::Newer),
            StoreError::Database(_) | StoreError::Rejected(_) => None,
        }
    }
}

/// Work that meets damage or newer data while the hub works.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Harmed {
    pub damaged: Vec<Work>,
    pub newer: Vec<Work>,
}

/// The first names of a list, and how many more there are.
pub(crate) fn listed<T: ToString>(names: impl ExactSizeIterator<Item = T>, most: usize) -> String {
    let more = names.len().saturating_sub(most);
    let mut words: Vec<String> = names.take(most).map(|name| name.to_string()).collect();
    if more > 0 {
        words.push(format!("and {more} more"));
    }
    words.join(", ")
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deadlines => f.write_str("deadlines"),
            Self::Calls => f.write_str("the open calls for help"),
            Self::Kept(what) => f.write_str(what),
            Self::CatchingUp => f.write_str("what connecting desks are told"),
            Self::Conversation(id) => write!(f, "conversation {id}"),
            Self::Messages(contact) => write!(f, "visitor {contact}"),
            Self::Door(_) => f.write_str("a door that everybody uses"),
            Self::Person(_) => f.write_str("what one signed-in user or visitor asks for"),
            Self::Thing(_) => f.write_str("something that an address names"),
        }
    }
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
    /// Requests are refused because of it.
    Silent,
    Damaged,
    Failing,
}

impl Health {
    pub(crate) fn new() -> Self {
        Self {
            ended: watch::Sender::new(None),
            stopping: watch::Sender::new(false),
            newest: Mutex::new(None),
            harm: std::sync::Mutex::default(),
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

    /// Remembers work that failed because of what is stored, until the same work succeeds. The test write alone
    /// would not find it: damage is where other data lies.
    pub(crate) fn note<T>(&self, work: Work, done: &Result<T, StoreError>) {
        match done {
            Ok(_) => self.note_done(work),
            Err(error) => self.note_failed(work, error),
        }
    }

    /// Whether any work is known to meet damage.
    pub(crate) fn knows_harm(&self) -> bool {
        !self.harm.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// [`Self::note_failed`] where a request met damage.
    pub(crate) fn note_damage(&self, work: Work) {
        let mut harmed = self.harm.lock().unwrap_or_else(PoisonError::into_inner);
        if harmed.len() < DAMAGES && is_news(&mut harmed, work, Harm::Damaged) {
            tracing::error!(%work, "the database is damaged: run tandem-hub doctor");
        }
    }

    /// [`Self::note`] of a success.
    pub(crate) fn note_done(&self, work: Work) {
        let mut harmed = self.harm.lock().unwrap_or_else(PoisonError::into_inner);
        if !harmed.is_empty() && harmed.remove(&work).is_some() {
            tracing::info!(%work, "what failed because of what is stored succeeds again");
        }
    }

    /// [`Self::note`] of a failure.
    pub(crate) fn note_failed(&self, work: Work, error: &StoreError) {
        // Others say nothing about what is stored.
        let Some(harm) = Harm::of(error) else { return };
        // One unreadable state or event costs its own conversation.
        if matches!(work, Work::Calls | Work::CatchingUp | Work::Kept(_)) && !matches!(error, StoreError::Database(_)) {
            return;
        }
        let mut harmed = self.harm.lock().unwrap_or_else(PoisonError::into_inner);
        if harmed.len() < DAMAGES && is_news(&mut harmed, work, harm) {
            match harm {
                Harm::Damaged => tracing::error!(%work, "the database is damaged: run tandem-hub doctor"),
                Harm::Newer => tracing::warn!(%work, "a newer version of the hub wrote this: it cannot be changed"),
            }
        }
    }

    /// What meets damage or newer data, if the rest can go on.
    fn harmed(&self, now: Instant) -> Result<Harmed, Illness> {
        let mut all = self.harm.lock().unwrap_or_else(PoisonError::into_inner);
        // A visitor who met it may not come back to show that it was mended.
        all.retain(|work, (_, met)| work.is_of_all() || now.duration_since(*met) < FADES);
        let of =
            |harm: Harm| all.iter().filter(|(_, (own, _))| *own == harm).map(|(work, _)| *work).collect::<Vec<_>>();
        let (damaged, newer) = (of(Harm::Damaged), of(Harm::Newer));
        if damaged.iter().any(|work| work.is_of_all()) {
            return Err(Illness::Damaged);
        }
        // What concerns one customer may be noted at the door, with their messages, and with their conversation.
        let (at_doors, at_work): (Vec<_>, Vec<_>) =
            damaged.into_iter().partition(|work| matches!(work, Work::Person(_) | Work::Thing(_)));
        let (messages, conversations): (Vec<_>, Vec<_>) =
            at_work.into_iter().partition(|work| matches!(work, Work::Messages(_)));
        let largest = [at_doors, messages, conversations].into_iter().max_by_key(Vec::len);
        let damaged = largest.unwrap_or_default();
        if damaged.len() > BEARABLE {
            return Err(Illness::Damaged);
        }
        Ok(Harmed { damaged, newer })
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
            Self::Silent => ("hub.silent", "The database does not answer.".to_owned()),
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

/// The state of the hub, at most `age` old: if it works, what meets damage or newer data all the same.
pub(crate) async fn finding(
    health: &Health,
    database: &Database<Engine>,
    now: Time,
    age: Duration,
) -> Result<Harmed, Illness> {
    if let Some(part) = *health.ended.borrow() {
        return Err(Illness::Ended(part));
    }
    let harmed = health.harmed(Instant::now())?;
    let mut newest = health.newest.lock().await;
    if let Some((at, found)) = *newest
        && at.elapsed() < if found.is_ok() { age } else { FRESH }
    {
        return found.map(|()| harmed);
    }
    let found = write(database, now).await;
    if let Err(illness) = found {
        tracing::error!(?illness, "the hub is unhealthy");
    }
    *newest = Some((Instant::now(), found));
    found.map(|()| harmed)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn damage() -> StoreError {
        StoreError::Damaged { what: "row", detail: "cut short".into() }
    }

    #[test]
    fn damage_of_one_customer_counts_once_wherever_it_is_met() {
        let health = Health::new();
        for _ in 0..BEARABLE {
            health.note_failed(Work::Conversation(ConversationId(uuid::Uuid::now_v7())), &damage());
            health.note_failed(Work::Messages(ContactId(uuid::Uuid::now_v7())), &damage());
        }
        health.note_damage(Work::Thing(1));
        let named = health.harmed(Instant::now()).map(|harmed| harmed.damaged.len());
        assert_eq!(named, Ok(BEARABLE));
        health.note_failed(Work::Messages(ContactId(uuid::Uuid::now_v7())), &damage());
        assert_eq!(health.harmed(Instant::now()), Err(Illness::Damaged));
    }

    #[test]
    fn damage_of_single_customers_fades_when_it_is_met_no_more_and_that_of_everybody_stays() {
        let (health, later) = (Health::new(), |by: Duration| Instant::now() + by);
        for _ in 0..=BEARABLE {
            health.note_failed(Work::Messages(ContactId(uuid::Uuid::now_v7())), &damage());
        }
        assert_eq!(health.harmed(later(Duration::ZERO)), Err(Illness::Damaged));
        assert_eq!(health.harmed(later(FADES / 2)), Err(Illness::Damaged));
        assert_eq!(health.harmed(later(FADES)), Ok(Harmed::default()));

        health.note_failed(Work::Deadlines, &damage());
        assert_eq!(health.harmed(later(10 * FADES)), Err(Illness::Damaged), "its success will show that it was mended");
        health.note_done(Work::Deadlines);
        assert_eq!(health.harmed(later(Duration::ZERO)), Ok(Harmed::default()));
    }
}
