//! Retention: deletes temporary data when its time is up.
//!
//! Never deletes what people wrote. Runs in small steps, each its own transaction, with pauses for other writes. Each
//! step finds due rows by an index, so it can stop anywhere and resume.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::{ContactId, Time};
use tandem_sqlite::rusqlite::Connection;

use crate::config::Retention;
use crate::engine::Engine;
use crate::hub::Hub;
use crate::store::{StoreError, alerts, auth, commands, links, logic_requests, mails, visits};

/// Maximum rows examined per step.
pub(crate) const STEP: u32 = 300;
/// Pause between two steps.
const PAUSE: Duration = Duration::from_millis(50);
/// Delay after the start: queued messages go first.
const FIRST: Duration = Duration::from_secs(60);
const EVERY: Duration = Duration::from_secs(3600);
const DAY_MS: i64 = 24 * 3_600_000;

pub(crate) const SCHEMA: &str = "
-- How far a walk through a table has come, so that it goes on there after a restart.
CREATE TABLE sweeps (
    what  TEXT NOT NULL PRIMARY KEY,
    place BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_ins_over ON sign_ins (expires);
CREATE INDEX web_sessions_of_contact ON web_sessions (contact);
CREATE INDEX calls_over ON calls (ended) WHERE ended IS NOT NULL;
CREATE INDEX links_over ON links (id) WHERE ended IS NOT NULL;
CREATE INDEX link_secrets_of_link ON link_secrets (link);";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Step {
    /// Rows that are gone.
    pub gone: usize,
    /// Whether there may be more.
    pub more: bool,
}

impl Step {
    /// A step that deletes everything it finds.
    pub(crate) fn of(gone: usize) -> Self {
        Self { gone, more: gone >= STEP as usize }
    }
}

/// A kind of row with its lifetime and how it is deleted.
struct Rule {
    what: &'static str,
    keep_days: fn(&Retention) -> i64,
    step: fn(&Connection, &Engine, Time) -> Result<Step, StoreError>,
}

/// Empty visits. No index finds them, so all web chats are examined once a day.
const VISITS: &str = "web sessions";

const RULES: [Rule; 6] = [
    Rule { what: "commands", keep_days: |keep| keep.commands_days, step: |rows, _, at| commands::sweep(rows, at) },
    Rule { what: "sign-ins", keep_days: |_| 1, step: |rows, _, at| auth::sweep(rows, at) },
    Rule {
        what: "requests",
        keep_days: |keep| keep.requests_days,
        step: |rows, _, at| logic_requests::sweep(rows, at),
    },
    Rule { what: "calls", keep_days: |keep| keep.alerts_days, step: |rows, _, at| alerts::sweep(rows, at) },
    Rule { what: "mails", keep_days: |keep| keep.links_days, step: |rows, _, at| mails::sweep(rows, at) },
    Rule { what: "link secrets", keep_days: |keep| keep.links_days, step: |rows, _, at| links::sweep(rows, at) },
];

/// Sweeps for as long as the hub runs.
pub(crate) async fn run(hub: Arc<Hub>) {
    tokio::time::sleep(FIRST).await;
    loop {
        let walked = hub.database.read(visits::walked).await;
        let is_walk = walked.is_ok_and(|at| at.is_none_or(|at| hub.clock.now().since(at) >= DAY_MS));
        if let Err(error) = sweep(&hub, is_walk).await {
            tracing::error!(%error, "cannot delete expired data");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Deletes everything due, and counts it. With `visits` it also examines all web chats.
pub(crate) async fn sweep(hub: &Hub, visits: bool) -> Result<usize, StoreError> {
    let mut total = 0;
    for Rule { what, keep_days, step } in RULES {
        total += sweep_one(hub, what, keep_days(&hub.config.retention), step).await?;
    }
    if visits {
        let now = hub.clock.now();
        // An open page keeps its session.
        let open: HashSet<ContactId> = hub.fanout.chats().await.into_iter().map(|(contact, _)| contact).collect();
        let open = Arc::new(open);
        let step = move |rows: &Connection, engine: &Engine, at: Time| visits::sweep(rows, engine, at, &open);
        total += sweep_one(hub, VISITS, hub.config.retention.sessions_days, step).await?;
        hub.database.write(move |connection, _| visits::set_walked(connection, now)).await?;
    }
    Ok(total)
}

async fn sweep_one(
    hub: &Hub,
    what: &str,
    keep_days: i64,
    step: impl Fn(&Connection, &Engine, Time) -> Result<Step, StoreError> + Clone + Send + 'static,
) -> Result<usize, StoreError> {
    let before = hub.clock.now().plus_ms(-keep_days * DAY_MS);
    let mut gone = 0;
    loop {
        let step = step.clone();
        let done = hub.database.write(move |connection, engine| step(connection, engine, before)).await?;
        gone += done.gone;
        if !done.more {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    if gone > 0 {
        tracing::info!(what, rows = gone, "deleted expired data");
    }
    Ok(gone)
}

/// The smallest UUID version 7 of a time.
pub(crate) fn first_id_at(time: Time) -> [u8; 16] {
    let mut id = [0; 16];
    let ms = time.0.max(0).to_be_bytes();
    id[..6].copy_from_slice(&ms[2..]);
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MIGRATIONS;

    #[test]
    fn every_step_finds_what_is_due_by_an_index() {
        let connection = Connection::open_in_memory().unwrap();
        MIGRATIONS.iter().for_each(|step| connection.execute_batch(step.sql).unwrap());
        for sql in [
            commands::OVER,
            auth::OVER,
            logic_requests::OVER,
            alerts::OVER,
            mails::OVER,
            links::OVER,
            visits::NEXT,
            visits::IS_EMPTY,
            visits::IS_NOBODY,
            visits::END_SESSIONS,
        ] {
            let mut query = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let parameters = vec![0; query.parameter_count()];
            let rows = query
                .query_map(tandem_sqlite::rusqlite::params_from_iter(parameters), |row| row.get::<_, String>("detail"));
            for detail in rows.unwrap().map(Result::unwrap) {
                let is_walk = detail.starts_with("SCAN") && !detail.contains("CONSTANT ROW");
                assert!(!is_walk && !detail.contains("TEMP B-TREE"), "{sql}: {detail}");
            }
        }
    }

    #[test]
    fn an_id_of_an_earlier_time_is_less() {
        let id = uuid::Uuid::now_v7();
        let (seconds, nanos) = id.get_timestamp().unwrap().to_unix();
        let at = Time(i64::try_from(seconds).unwrap() * 1000 + i64::from(nanos / 1_000_000));
        assert!(first_id_at(at) <= *id.as_bytes() && *id.as_bytes() < first_id_at(at.plus_ms(1)));
    }
}
