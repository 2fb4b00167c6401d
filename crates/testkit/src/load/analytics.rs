//! `figures_1m_p99_ms`, `export_rows_per_s`, `analytics_rebuild_events_per_s` and `analytics_lag_p99_ms`.
//!
//! A past of real commands is stored and measured. Its rows are then copied, each time under other ids and some hours
//! later, until there are as many conversations as asked for: a log of that size would fill the disk.

use std::collections::VecDeque;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use tandem_conversation::Time;

use super::report::percentile;
use super::sockets::{Pace, pump};
use super::{Bench, Better, Figure, messages};
use crate::dialogue;
use crate::history::{History, Plan};
use crate::hub_process::{HubOptions, HubProcess, PASSWORD, find_binary};
use crate::people::Agent;

/// Conversations that are played.
const PLAYED: u32 = 10_000;
/// Where the past begins: 1 September 2026. Copies end within its 90 days.
const BEGAN: Time = Time(1_788_220_800_000);
const LENGTH_MS: i64 = 60 * 24 * 3_600_000;
const DAY_MS: i64 = 24 * 3_600_000;
/// Questions of one run.
const QUESTIONS: usize = 100;
/// Turns per second for the lag.
const RATE: f64 = 500.0;

/// What a report asks for: a month, by day or divided otherwise.
const ASKED: [&str; 6] = [
    "metric=first_person_response,service_level,rounds_completed&by=day",
    "metric=handle_time,conversations_handled&by=agent",
    "metric=response_time&by=responder",
    "metric=containment,involvement,handover_rate&by=channel",
    "metric=abandonment,person_wait&by=week",
    "metric=transfer_rate,one_contact,reopen_rate",
];

pub(super) async fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let program = find_binary("tandem-hub")?;
    let options = HubOptions::default();
    let mut hub = HubProcess::start(&program, &options)?;
    hub.add_user("sofia@northwind.example", "Sofia", "supervisor")?;
    hub.kill()?;
    let played = bench.conversations.min(PLAYED);
    let dialogues = dialogue::load(&[bench.root.join("examples/dialogues")])?;
    let plan = Plan { seed: 1, conversations: played as usize, began: BEGAN, length_ms: LENGTH_MS, recorded: false };
    let history = History::play(plan, &dialogues);
    history.store(hub.data())?;
    let mut rebuilds = Vec::new();
    for _ in 0..bench.runs {
        let began = Instant::now();
        hub.tell(&["analytics", "rebuild"])?;
        rebuilds.push(history.events.len() as f64 / began.elapsed().as_secs_f64());
    }
    eprintln!("  {} conversations are made of {played}", bench.conversations);
    let rows = multiply(&hub.data().join("analytics.db"), bench.conversations / played.max(1))?;
    eprintln!("  {rows} rows are exported");
    let mut exports = Vec::new();
    let room = tempfile::tempdir()?;
    for run in 0..bench.runs {
        let out = room.path().join(run.to_string());
        let began = Instant::now();
        hub.tell(&["export", "--out", out.to_str().context("the folder has a usual name")?])?;
        exports.push(rows as f64 / began.elapsed().as_secs_f64());
        std::fs::remove_dir_all(&out)?;
    }
    hub.restart(&options)?;
    let took = until_in_segments(&hub.data().join("analytics.db")).await?;
    eprintln!("  the hub made segments in {:.0} s, and figures are asked for", took.as_secs_f64());
    let mut p99s = Vec::new();
    for _ in 0..bench.runs {
        p99s.push(asked(&hub).await?);
    }
    let of = Figure::of;
    let input =
        format!("{} conversations, {rows} rows; months of 2026 by day, agent, channel and week", bench.conversations);
    Ok(vec![
        of("figures_1m_p99_ms", "ms", Better::Lower, &p99s).with_bar(300.0).on(input),
        of("export_rows_per_s", "1/s", Better::Higher, &exports)
            .with_bar(200_000.0)
            .on(format!("{rows} rows of all tables as Parquet")),
        of("analytics_rebuild_events_per_s", "1/s", Better::Higher, &rebuilds)
            .with_bar(50_000.0)
            .on(format!("{} events of {played} conversations", history.events.len())),
    ])
}

/// Copies all rows; returns how many there are.
fn multiply(tables: &Path, times: u32) -> anyhow::Result<u64> {
    let mut connection = Connection::open(tables)?;
    connection.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA temp_store = MEMORY")?;
    let transaction = connection.transaction()?;
    // To build an index once is cheaper than to keep it up with every row.
    let indices = rows(&transaction, "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")?;
    for (name, _) in &indices {
        transaction.execute_batch(&format!("DROP INDEX \"{name}\""))?;
    }
    // The hub makes segments of these rows itself.
    transaction.execute_batch("DELETE FROM segment; DELETE FROM segment_column; DELETE FROM segment_stale")?;
    let tables = rows(
        &transaction,
        "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('progress', 'open_state')
         AND name NOT LIKE 'segment%'",
    )?;
    let mut all = 0;
    for (name, _) in tables {
        transaction.execute_batch(&format!("CREATE TEMP TABLE played AS SELECT * FROM \"{name}\""))?;
        transaction.execute(&copying(&transaction, &name)?, (times, 30 * DAY_MS / i64::from(times)))?;
        transaction.execute_batch("DROP TABLE temp.played")?;
        let count: i64 = transaction.query_row(&format!("SELECT count(*) FROM \"{name}\""), [], |row| row.get(0))?;
        all += count.cast_unsigned();
    }
    for (_, sql) in &indices {
        transaction.execute_batch(sql)?;
    }
    transaction.commit()?;
    connection.execute_batch("ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(all)
}

/// The two columns of a query.
fn rows(connection: &Connection, sql: &str) -> anyhow::Result<Vec<(String, String)>> {
    let mut query = connection.prepare(sql)?;
    Ok(query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
}

/// Copies of the rows in `played`, with other ids, later. Users and brands stay who they are. All copies of a row follow
/// each other, as their ids do: written in that order, they fill one page of the table after the other.
fn copying(connection: &Connection, name: &str) -> anyhow::Result<String> {
    let columns = rows(connection, &format!("SELECT name, type FROM pragma_table_info('{name}')"))?;
    let is_time = |column: &str| column.ends_with("_at") || ["at", "t0", "provisional_until"].contains(&column);
    let value = |(column, kind): &(String, String)| match (column.as_str(), kind.as_str()) {
        ("agent_id" | "brand" | "claimed_by" | "question_id", _) => format!("\"{column}\""),
        (id, "BLOB") => {
            format!(
                "CASE WHEN \"{id}\" IS NOT NULL THEN CAST(substr(\"{id}\", 1, 12) || unhex(printf('%08x', copy)) AS BLOB) END"
            )
        }
        (time, _) if is_time(time) => format!("\"{time}\" + copy * ?2"),
        (other, _) => format!("\"{other}\""),
    };
    let names: Vec<_> = columns.iter().map(|(column, _)| format!("\"{column}\"")).collect();
    let values: Vec<_> = columns.iter().map(value).collect();
    Ok(format!(
        "WITH RECURSIVE copies (copy) AS (SELECT 1 WHERE ?1 > 1 UNION ALL SELECT copy + 1 FROM copies WHERE copy < ?1 - 1)
         INSERT OR IGNORE INTO main.\"{name}\" ({}) SELECT {} FROM temp.played CROSS JOIN copies",
        names.join(", "),
        values.join(", ")
    ))
}

/// Waits until the hub has nearly all conversations in segments, as those of a past have been for long. Returns how long
/// that took.
async fn until_in_segments(tables: &Path) -> anyhow::Result<Duration> {
    const OTHERS: i64 = 2_048;
    let connection = Connection::open_with_flags(tables, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let began = Instant::now();
    let sql = "SELECT count(*) FROM conversation
        WHERE started_at >= coalesce((SELECT max(until_at) FROM segment), -9223372036854775808)";
    while connection.query_row(sql, [], |row| row.get::<_, i64>(0))? > OTHERS {
        ensure!(began.elapsed() < Duration::from_secs(1_800), "the hub makes no segments");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let took = began.elapsed();
    // What was committed is still moved into the file.
    let written = || tables.metadata()?.modified();
    let mut last = written()?;
    loop {
        tokio::time::sleep(Duration::from_secs(10)).await;
        let now = written()?;
        if now == last {
            return Ok(took);
        }
        last = now;
    }
}

/// The slowest of a hundred questions but one, in milliseconds.
async fn asked(hub: &HubProcess) -> anyhow::Result<f64> {
    let sofia = Agent::sign_in(&hub.url, "sofia@northwind.example", PASSWORD).await?;
    let client = reqwest::Client::new();
    let mut times = Vec::new();
    for number in 0..QUESTIONS {
        let month = ["from=2026-09-01&to=2026-09-30", "from=2026-10-01&to=2026-10-31"][number % 2];
        let question = ASKED[number % ASKED.len()];
        let began = Instant::now();
        let url = format!("{}/api/v1/figures?{month}&zone=Europe/Madrid&{question}", hub.url);
        let answer = client.get(url).bearer_auth(sofia.access_token()).send().await?;
        ensure!(answer.status().is_success(), "{question}: {}", answer.status());
        let page: Value = answer.json().await?;
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
        ensure!(
            page.get("rows").and_then(Value::as_array).is_some_and(|rows| !rows.is_empty()),
            "{question}: no figure"
        );
    }
    Ok(percentile(&mut times, 0.99))
}

pub(super) async fn lag(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let mut p99s = Vec::new();
    for _ in 0..bench.runs {
        let (hub, customers, agents) = messages::joined(&HubOptions::default()).await?;
        let data = hub.data().to_owned();
        let watched = Duration::from_secs_f64(bench.seconds);
        let watching = tokio::task::spawn_blocking(move || watch(&data, watched));
        pump(customers, agents, Pace::Rate(RATE), bench.seconds).await?;
        let mut lags = watching.await.context("the watch broke")??;
        ensure!(lags.len() > 10, "only {} positions were measured", lags.len());
        p99s.push(percentile(&mut lags, 0.99));
    }
    let input = format!("from the commit to the tables, at {RATE} messages/s");
    Ok(vec![Figure::of("analytics_lag_p99_ms", "ms", Better::Lower, &p99s).with_bar(1_000.0).on(input)])
}

/// How long positions of the log took into the tables, in milliseconds.
fn watch(data: &Path, watched: Duration) -> anyhow::Result<Vec<f64>> {
    let open = |name: &str| Connection::open_with_flags(data.join(name), OpenFlags::SQLITE_OPEN_READ_ONLY);
    let (log, tables) = (open("tandem.db")?, open("analytics.db")?);
    let (mut waiting, mut lags): (VecDeque<(i64, Instant)>, _) = (VecDeque::new(), Vec::new());
    let began = Instant::now();
    while began.elapsed() < watched {
        let last: i64 = log.query_row("SELECT coalesce(max(seq), 0) FROM events", [], |row| row.get(0))?;
        if waiting.back().is_none_or(|(seq, _)| *seq < last) {
            waiting.push_back((last, Instant::now()));
        }
        let cursor: i64 = tables.query_row("SELECT cursor FROM progress", [], |row| row.get(0))?;
        while let Some((_, at)) = waiting.front().filter(|(seq, _)| *seq <= cursor) {
            lags.push(at.elapsed().as_secs_f64() * 1_000.0);
            waiting.pop_front();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    // What is not in the tables yet has waited this long at least.
    lags.extend(waiting.iter().map(|(_, at)| at.elapsed().as_secs_f64() * 1_000.0));
    Ok(lags)
}
