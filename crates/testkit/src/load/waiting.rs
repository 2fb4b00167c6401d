//! `logic_down_5000_s` and `timers_10000_s`: much that falls due at the same moment.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use axum::Router;
use axum::http::StatusCode;
use reqwest::Client;
use rusqlite::{Connection, OpenFlags};
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::crowd::Guest;
use super::{Bench, Better, Figure};
use crate::hub_process::{HubOptions, HubProcess, find_binary};
use crate::logic_process::SECRET;
use crate::net::client;

/// Customers who wait when Your Logic dies.
const WAITING: usize = 5_000;
/// Deadlines that have passed when the hub starts.
const DUE: usize = 10_000;
/// Time limit for each of the two.
const PATIENCE: Duration = Duration::from_secs(120);
/// Customers who arrive at once.
const AT_ONCE: usize = 64;
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Everybody who waits for a person.
const CALLED: &str = "SELECT count(*) FROM conversations WHERE help_since IS NOT NULL";

/// Your Logic takes requests, answers none, and dies while everybody waits for it.
pub(super) async fn logic_down(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let mut times = Vec::new();
    for _ in 0..bench.runs.min(3) {
        let logic = Logic::start(StatusCode::OK, Duration::from_secs(3_600))?;
        // Nobody is given up before the service dies.
        let options = logic.options(Duration::from_secs(60));
        let hub = HubProcess::start(&find_binary("tandem-hub")?, &options)?;
        arrive(&hub.url, WAITING).await?;
        let looking = look(hub.data())?;
        ensure!(count(&looking, CALLED)? == 0, "somebody was called before Your Logic died");
        let began = Instant::now();
        drop(logic);
        times.push(until_called(&looking, WAITING, began).await?);
    }
    let input = format!("{WAITING} customers wait for an answer when Your Logic is killed, until all are called for");
    Ok(vec![Figure::of("logic_down_5000_s", "s", Better::Lower, &times).with_bar(5.0).on(input)])
}

/// Your Logic has promised answers that do not come; their deadlines pass while the hub is down.
pub(super) async fn timers(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let mut times = Vec::new();
    for _ in 0..bench.runs.min(3) {
        let logic = Logic::start(StatusCode::ACCEPTED, Duration::ZERO)?;
        let after = Duration::from_secs(60);
        let options = logic.options(after);
        let mut hub = HubProcess::start(&find_binary("tandem-hub")?, &options)?;
        arrive(&hub.url, DUE).await?;
        let last = Instant::now();
        let looking = look(hub.data())?;
        ensure!(count(&looking, CALLED)? == 0, "a deadline passed while customers arrived");
        hub.kill()?;
        tokio::time::sleep_until((last + after).into()).await;
        let began = Instant::now();
        hub.restart(&options)?;
        times.push(until_called(&looking, DUE, began).await?);
    }
    let input = format!("{DUE} deadlines have passed when the hub starts, until all are kept; its start included");
    Ok(vec![Figure::of("timers_10000_s", "s", Better::Lower, &times).with_bar(3.0).on(input)])
}

/// A service with a runtime of its own: when it ends, all its connections end at once, as those of a killed process.
struct Logic {
    runtime: Option<Runtime>,
    url: String,
}

impl Logic {
    fn start(status: StatusCode, after: Duration) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").context("Your Logic cannot listen")?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}/logic", listener.local_addr()?);
        let answer = move || async move {
            tokio::time::sleep(after).await;
            status
        };
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            axum::serve(listener, Router::new().fallback(answer)).await
        });
        Ok(Self { runtime: Some(runtime), url })
    }

    /// Of a hub that waits this long for it.
    fn options(&self, patience: Duration) -> HubOptions {
        HubOptions {
            logic: Some((self.url.clone(), SECRET.to_owned())),
            environment: vec![("TANDEM_LOGIC_TIMEOUT_MS".into(), patience.as_millis().to_string())],
        }
    }
}

impl Drop for Logic {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn arrive(hub: &str, customers: usize) -> anyhow::Result<()> {
    let (http, url): (Client, Arc<str>) = (client()?, hub.into());
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut coming = JoinSet::new();
    for n in 0..customers {
        let (http, url, permits) = (http.clone(), Arc::clone(&url), Arc::clone(&permits));
        coming.spawn(async move {
            let _permit = permits.acquire().await.context("BUG: closed")?;
            Guest::arrive(http, url, format!("Customer {n}")).await
        });
    }
    while let Some(came) = coming.join_next().await {
        came.context("a customer broke")??;
    }
    Ok(())
}

/// The hub's own table, because asking the hub would be work for it.
fn look(data: &Path) -> anyhow::Result<Connection> {
    Ok(Connection::open_with_flags(data.join("tandem.db"), OpenFlags::SQLITE_OPEN_READ_ONLY)?)
}

fn count(looking: &Connection, sql: &str) -> anyhow::Result<usize> {
    Ok(usize::try_from(looking.query_row(sql, [], |row| row.get::<_, i64>(0))?)?)
}

/// The seconds until so many customers are called for.
async fn until_called(looking: &Connection, wanted: usize, began: Instant) -> anyhow::Result<f64> {
    loop {
        let called = count(looking, CALLED)?;
        if called >= wanted {
            return Ok(began.elapsed().as_secs_f64());
        }
        ensure!(began.elapsed() < PATIENCE, "only {called} of {wanted} after {} s", PATIENCE.as_secs());
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
