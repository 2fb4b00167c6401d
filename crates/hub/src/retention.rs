//! Retention: deletes temporary data when its time is up.
//!
//! Never deletes what people wrote, unless they withdrew it. Runs in small steps, each its own transaction, with pauses for other writes. Each
//! step finds due rows by an index, so it can stop anywhere and resume.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::{ContactId, Time};
use tandem_sql::Connection;

use crate::config::Retention;
use crate::engine::Engine;
use crate::health::Work;
use crate::hub::Hub;
use crate::store::sweeps::Step;
use crate::store::whatsapp::{amended, inbox, reactions, unfetched, uploads};
use crate::store::{
    StoreError, activity, alerts, auth, commands, links, logic_requests, looks, mails, visits, withdrawn,
};

/// Pause between two steps.
const PAUSE: Duration = Duration::from_millis(50);
/// Delay after the start: queued messages go first.
const FIRST: Duration = Duration::from_secs(60);
const EVERY: Duration = Duration::from_secs(3600);
const DAY_MS: i64 = 24 * 3_600_000;
/// How long bodies of webhooks are kept, and repeats of them known, in days.
const WEBHOOKS_DAYS: i64 = 30;
/// How long Meta's ids of our files are kept, in days: longer than they are used.
const UPLOADS_DAYS: i64 = 30;
/// How long customers' files can be fetched again, in days.
const UNFETCHED_DAYS: i64 = 7;

/// A kind of row with its lifetime and how it is deleted.
struct Rule {
    what: &'static str,
    keep_days: fn(&Retention) -> i64,
    step: fn(&Connection, &Engine, Time) -> Result<Step, StoreError>,
}

/// Empty visits. No index finds them, so all web chats are examined once a day.
const VISITS: &str = "web sessions";

const RULES: [Rule; 14] = [
    Rule { what: "commands", keep_days: |keep| keep.commands_days, step: |rows, _, at| commands::sweep(rows, at) },
    Rule { what: "sign-ins", keep_days: |_| 1, step: |rows, _, at| auth::sweep(rows, at) },
    Rule {
        what: "requests",
        keep_days: |keep| keep.requests_days,
        step: |rows, _, at| logic_requests::sweep(rows, at),
    },
    Rule { what: "calls", keep_days: |keep| keep.alerts_days, step: |rows, _, at| alerts::sweep(rows, at) },
    Rule { what: "activity", keep_days: |keep| keep.activity_days, step: |rows, _, at| activity::sweep(rows, at) },
    Rule { what: "looks", keep_days: |keep| keep.activity_days, step: |rows, _, at| looks::sweep(rows, at) },
    Rule { what: "mails", keep_days: |keep| keep.links_days, step: |rows, _, at| mails::sweep(rows, at) },
    Rule { what: "webhooks", keep_days: |_| WEBHOOKS_DAYS, step: |rows, _, at| inbox::sweep(rows, at) },
    Rule { what: "ids of uploads", keep_days: |_| UPLOADS_DAYS, step: |rows, _, at| uploads::sweep(rows, at) },
    Rule { what: "files to fetch", keep_days: |_| UNFETCHED_DAYS, step: |rows, _, at| unfetched::sweep(rows, at) },
    Rule { what: "changed messages", keep_days: |_| WEBHOOKS_DAYS, step: |rows, _, at| amended::sweep(rows, at) },
    Rule { what: "reactions", keep_days: |_| WEBHOOKS_DAYS, step: |rows, _, at| reactions::sweep(rows, at) },
    Rule {
        what: "withdrawn words",
        keep_days: |keep| keep.withdrawn_days,
        step: |rows, _, at| withdrawn::sweep(rows, at),
    },
    Rule { what: "link secrets", keep_days: |keep| keep.links_days, step: |rows, _, at| links::sweep(rows, at) },
];

/// Sweeps for as long as the hub runs.
pub(crate) async fn run(hub: Arc<Hub>) {
    tokio::time::sleep(FIRST).await;
    loop {
        let walked = hub.database.read(visits::walked).await;
        let is_walk = walked.is_ok_and(|at| at.is_none_or(|at| hub.clock.now().since(at) >= DAY_MS));
        let swept = sweep(&hub, is_walk).await;
        hub.health.note(Work::Kept("what retention deletes"), &swept);
        if let Err(error) = swept {
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
        let step = move |rows: &Connection, engine: &Engine, at: Time| {
            visits::sweep(rows, at, &open, |contact| Ok(engine.newest_of_contact(rows, contact)?.is_some()))
        };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MIGRATIONS;

    #[test]
    fn every_step_finds_what_is_due_by_an_index() {
        let connection = Connection::in_memory().unwrap();
        MIGRATIONS.iter().for_each(|step| connection.execute_batch(step.sql).unwrap());
        for sql in [
            commands::OVER,
            auth::OVER,
            auth::ENDED_OVER,
            logic_requests::OVER,
            activity::OVER,
            looks::OVER,
            alerts::OVER,
            mails::OVER,
            links::OVER,
            inbox::OVER,
            uploads::OVER,
            unfetched::OVER,
            reactions::OVER,
            amended::OVER,
            withdrawn::OVER,
            visits::NEXT,
            visits::IS_EMPTY,
            visits::IS_NOBODY,
            visits::END_SESSIONS,
        ] {
            let mut query = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let values = vec![0; query.parameter_count()];
            let values: Vec<&dyn tandem_sql::ToSql> =
                values.iter().map(|value| value as &dyn tandem_sql::ToSql).collect();
            let rows = query.query_map(values.as_slice(), |row| row.get::<_, String>("detail"));
            for detail in rows.unwrap().map(Result::unwrap) {
                let is_walk = detail.starts_with("SCAN") && !detail.contains("CONSTANT ROW");
                assert!(!is_walk && !detail.contains("TEMP B-TREE"), "{sql}: {detail}");
            }
        }
    }
}
