//! Deadlines: requests, invitations and links end when their time is up.
//!
//! Due conversations go to the writer in groups that share a transaction. One that stays due after its tick, or cannot
//! be read, is postponed, so that it costs only itself.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tandem_conversation::{ConversationId, Time};
use tandem_sqlite::Cause;

use crate::engine::{self, Due, PARKED_MS, Ticked};
use crate::health::Work;
use crate::hub::Hub;
use crate::store::{StoreError, conversations};

/// Maximum delay of a deadline.
const EVERY: Duration = Duration::from_millis(200);
/// Ticks given at once; customers' messages go between them.
const AT_ONCE: u32 = 500;
/// Pause after a failure, and how often a failure that goes on is logged.
const AGAIN: Duration = Duration::from_secs(1);
const TELL_EVERY: Duration = Duration::from_secs(60);
/// Maximum conversations whose failure is known to be logged.
const LOGGED: usize = 10_000;

/// Runs as long as the hub. Deadlines are stored, so a restart loses none.
pub(crate) async fn run(hub: Arc<Hub>) {
    let mut every = tokio::time::interval(EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut logged = HashSet::new();
    let mut failed: Option<Instant> = None;
    loop {
        every.tick().await;
        hub.clock.watch();
        match keep_deadlines(&hub, &mut logged).await {
            Ok(()) if failed.take().is_some() => tracing::info!("deadlines are kept again"),
            Ok(()) => {}
            Err(error) => {
                // A full disk fails five times a second; the log is told once a minute.
                if failed.is_none_or(|at| at.elapsed() >= TELL_EVERY) {
                    tracing::error!(%error, "deadlines cannot be kept right now");
                    failed = Some(Instant::now());
                }
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}

/// Handles everything due by now, group by group.
async fn keep_deadlines(hub: &Hub, logged: &mut HashSet<ConversationId>) -> Result<(), StoreError> {
    let now = hub.clock.now();
    let mut ticked = HashSet::new();
    loop {
        let due = hub.database.read(move |connection| conversations::due(connection, now, AT_ONCE)).await;
        hub.health.note(Work::Deadlines, &due);
        let due = due?;
        let (again, fresh): (Vec<_>, Vec<_>) = due.iter().copied().partition(|id| ticked.contains(id));
        let mut stuck: Vec<_> =
            again.into_iter().map(|id| (id, "it is due again right after its tick".into())).collect();
        let outcomes = join_all(fresh.iter().map(|id| tick(hub, *id, now))).await;
        let mut failed: Option<StoreError> = None;
        for (id, outcome) in fresh.into_iter().zip(outcomes) {
            ticked.insert(id);
            match outcome {
                Ok(Ticked::Done) => {}
                Ok(Ticked::Parked) => warn(logged, id, "nothing happens when its time comes"),
                Err(StoreError::Database(error)) if !is_own(&error) => failed = Some(error.into()),
                Err(other) => stuck.push((id, other.to_string())),
            }
        }
        for (id, why) in stuck {
            warn(logged, id, &why);
            if let Err(error) = park(hub, id, now).await {
                failed.get_or_insert(error);
            }
        }
        if let Some(error) = failed {
            return Err(error);
        }
        if due.len() < AT_ONCE as usize {
            return Ok(());
        }
    }
}

/// Whether the error concerns one conversation: a panic in its decision, or a statement that fails for its rows.
fn is_own(error: &tandem_sqlite::Error) -> bool {
    match error {
        tandem_sqlite::Error::Panicked => true,
        tandem_sqlite::Error::Sqlite(_) => matches!(error.cause(), Cause::Other | Cause::Damaged),
        _ => false,
    }
}

async fn tick(hub: &Hub, conversation: ConversationId, now: Time) -> Result<Ticked, StoreError> {
    let due = Due { conversation, now, person_typing_until: hub.typing_until(conversation) };
    let mut ticked = hub.database.give(|answer| engine::Work::Tick(due, answer)).await;
    if let Err(StoreError::Database(error)) = &ticked
        && matches!(error.cause(), Cause::Other | Cause::Damaged)
    {
        // By itself it shows whether the failure is its own.
        ticked = hub.database.write(move |connection, engine| engine.tick(connection, &due)).await;
    }
    hub.health.note(Work::Conversation(conversation), &ticked);
    ticked
}

async fn park(hub: &Hub, id: ConversationId, now: Time) -> Result<(), StoreError> {
    let until = Some(now.plus_ms(PARKED_MS));
    hub.database.write(move |connection, engine| engine.set_wake(connection, id, until)).await
}

fn warn(logged: &mut HashSet<ConversationId>, id: ConversationId, why: &str) {
    if logged.len() >= LOGGED {
        logged.clear();
    }
    if logged.insert(id) {
        tracing::error!(conversation.id = %id, why, "a deadline cannot be kept; it is tried once a minute");
    }
}
