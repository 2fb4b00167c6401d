//! `hub_messages_per_s` with its raw counterpart, and `hub_message_p99_ms`.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, ensure};
use futures_util::future::try_join_all;
use tandem_protocol::agents::AgentCommand;

use super::sockets::{Outcome, Pace, pump};
use super::{Bench, Better, Figure};
use crate::hub_process::{BRAND, HubOptions, HubProcess, PASSWORD, find_binary, listening_on};
use crate::net::Socket;
use crate::people::{Agent, Customer};
use crate::postgres_process::PostgresProcess;

/// Conversations, each with its customer's socket.
const CUSTOMERS: usize = 200;
/// Agents, each with one session, engaged in an equal share of the conversations.
const AGENTS: usize = 25;
/// A customer's messages in flight.
const WINDOW: usize = 16;
/// The same on PostgreSQL, which takes fewer: more under way would only wait.
const PG_WINDOW: usize = 4;
/// Messages per second for latency under ordinary load.
const ORDINARY: f64 = 500.0;

/// Where the rows are kept.
#[derive(Clone, Copy)]
enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// A server of its own, where one is needed.
    fn start(self) -> anyhow::Result<Option<PostgresProcess>> {
        match self {
            Self::Sqlite => Ok(None),
            Self::Postgres => PostgresProcess::start_durable().map(Some),
        }
    }
}

/// Rounds of the hub and the smallest program by turns, because the machine's speed varies.
#[derive(Default)]
struct Rounds {
    rates: Vec<f64>,
    p99s: Vec<f64>,
    raw_rates: Vec<f64>,
    ratios: Vec<f64>,
    cpu_us: f64,
    raw_cpu_us: f64,
}

async fn rounds(bench: &Bench, engine: Engine, window: usize) -> anyhow::Result<Rounds> {
    let mut all = Rounds::default();
    for _ in 0..bench.runs {
        let (raw, raw_cpu_us) = raw(bench, engine, Pace::Window(window)).await?;
        let (hub, cpu_us) = through_hub(bench, engine, Pace::Window(window)).await?;
        (all.cpu_us, all.raw_cpu_us) = (cpu_us, raw_cpu_us);
        all.rates.push(hub.per_s);
        all.p99s.push(hub.p99_ms);
        all.raw_rates.push(raw.per_s);
        all.ratios.push(hub.per_s / raw.per_s);
    }
    Ok(all)
}

pub(super) async fn throughput(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let all = rounds(bench, Engine::Sqlite, WINDOW).await?;
    let input = format!(
        "{CUSTOMERS} conversations, {AGENTS} agents' sessions, {WINDOW} messages under way each, SQLite synchronous=FULL"
    );
    let of = Figure::of;
    Ok(vec![
        of("hub_messages_per_s", "1/s", Better::Higher, &all.rates)
            .with_bar(10_000.0)
            .on(format!("{input}; {:.0} µs CPU of the hub each", all.cpu_us)),
        of("hub_messages_p99_ms", "ms", Better::Lower, &all.p99s).with_bar(150.0).on("the same, customer to agent"),
        of("hub_messages_raw_per_s", "1/s", Better::Higher, &all.raw_rates)
            .on(format!("the smallest program; {:.0} µs CPU each", all.raw_cpu_us)),
        of("hub_messages_vs_raw", "", Better::Higher, &all.ratios).with_bar(0.40).on("in the same run"),
    ])
}

pub(super) async fn on_postgres(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let all = rounds(bench, Engine::Postgres, PG_WINDOW).await?;
    let input = format!(
        "{CUSTOMERS} conversations, {AGENTS} agents' sessions, {PG_WINDOW} messages under way each, PostgreSQL beside it"
    );
    let of = Figure::of;
    Ok(vec![
        of("pg_messages_per_s", "1/s", Better::Higher, &all.rates)
            .with_bar(4_000.0)
            .on(format!("{input}; {:.0} µs CPU of the hub each", all.cpu_us)),
        of("pg_messages_p99_ms", "ms", Better::Lower, &all.p99s).with_bar(250.0).on("the same, customer to agent"),
        of("pg_messages_raw_per_s", "1/s", Better::Higher, &all.raw_rates)
            .on(format!("the smallest program; {:.0} µs CPU each", all.raw_cpu_us)),
        of("pg_messages_vs_raw", "", Better::Higher, &all.ratios).with_bar(0.35).on("in the same run"),
    ])
}

pub(super) async fn latency(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let (mut p50s, mut p99s, mut raw_p99s) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.runs {
        raw_p99s.push(raw(bench, Engine::Sqlite, Pace::Rate(ORDINARY)).await?.0.p99_ms);
        let (outcome, _) = through_hub(bench, Engine::Sqlite, Pace::Rate(ORDINARY)).await?;
        ensure!(outcome.per_s > ORDINARY * 0.9, "only {:.0} of {ORDINARY} messages per second arrived", outcome.per_s);
        p50s.push(outcome.p50_ms);
        p99s.push(outcome.p99_ms);
    }
    let median = |values: &[f64]| Figure::of("", "", Better::Lower, values).value;
    let input = format!(
        "customer's socket to agent's socket at {ORDINARY} messages/s; p50 {:.2} ms; the smallest program's p99 {:.2} ms",
        median(&p50s),
        median(&raw_p99s)
    );
    Ok(vec![Figure::of("hub_message_p99_ms", "ms", Better::Lower, &p99s).with_bar(2.0).on(input)])
}

/// A fresh hub with joined conversations, and the sockets of customers and agents.
pub(super) async fn joined(options: &HubOptions) -> anyhow::Result<(HubProcess, Vec<Socket>, Vec<Socket>)> {
    let hub = HubProcess::start(&find_binary("tandem-hub")?, options)?;
    let mut agents = Vec::new();
    for n in 0..AGENTS {
        let email = format!("agent{n}@northwind.example");
        hub.add_user(&email, &format!("Agent {n}"), "agent")?;
        agents.push(Agent::sign_in(&hub.url, &email, PASSWORD).await?);
    }
    let mut customers = Vec::new();
    for n in 0..CUSTOMERS {
        let mut customer = Customer::arrive(&hub.url, BRAND, &format!("Customer {n}")).await?;
        customer.write("Is anybody there?").await?;
        let conversation = customer.conversation().await?;
        let agent = agents.get(n % AGENTS).context("BUG: there are agents")?;
        agent.command(conversation, AgentCommand::Join { call: None }).await?;
        customers.push(customer.into_socket());
    }
    let agents = try_join_all(agents.into_iter().map(Agent::into_socket)).await?;
    Ok((hub, customers, agents))
}

/// Through a fresh hub; returns the outcome and the hub's CPU time per message in µs.
async fn through_hub(bench: &Bench, engine: Engine, pace: Pace) -> anyhow::Result<(Outcome, f64)> {
    let server = engine.start()?;
    let environment = server.iter().map(|server| ("TANDEM_POSTGRES".to_owned(), server.url.clone())).collect();
    let (hub, customers, agents) = joined(&HubOptions { environment, ..HubOptions::default() }).await?;
    let before = cpu_s(hub.pid())?;
    let outcome = pump(customers, agents, pace, bench.seconds).await?;
    Ok((outcome.clone(), cpu_share(before, cpu_s(hub.pid())?, &outcome, bench)))
}

/// The same with the smallest program.
async fn raw(bench: &Bench, engine: Engine, pace: Pace) -> anyhow::Result<(Outcome, f64)> {
    let (data, server) = (tempfile::tempdir()?, engine.start()?);
    let place = server.as_ref().map_or_else(|| data.path().join("raw.db"), |server| PathBuf::from(&server.url));
    let program = Raw::start(&std::env::current_exe()?, &place)?;
    let mut customers = Vec::new();
    let mut agents = Vec::new();
    for n in 0..AGENTS {
        agents.push(Socket::connect(&program.url, &format!("/agent/{n}"), None).await?);
    }
    for n in 0..CUSTOMERS {
        customers.push(Socket::connect(&program.url, &format!("/customer/{n}/{}", n % AGENTS), None).await?);
    }
    let before = cpu_s(program.child.id())?;
    let outcome = pump(customers, agents, pace, bench.seconds).await?;
    Ok((outcome.clone(), cpu_share(before, cpu_s(program.child.id())?, &outcome, bench)))
}

struct Raw {
    url: String,
    child: Child,
}

impl Raw {
    fn start(bench: &Path, place: &Path) -> anyhow::Result<Self> {
        let mut child = Command::new(bench).arg("--raw-hub").arg(place).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().context("BUG: the output is piped")?;
        // Owned first, so that it is stopped even if it does not start.
        let mut raw = Self { url: String::new(), child };
        raw.url = listening_on(output, "the smallest program")?;
        Ok(raw)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// CPU time of a process so far, in seconds.
pub(super) fn cpu_s(pid: u32) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).context("cannot read the CPU time")?;
    let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
    // User and system time, in hundredths of a second.
    Ok((ticks(11) + ticks(12)) / 100.0)
}

/// In microseconds per message; the warm-up second counts as well.
fn cpu_share(before: f64, after: f64, outcome: &Outcome, bench: &Bench) -> f64 {
    (after - before) / (outcome.per_s * (bench.seconds + 1.0)) * 1_000_000.0
}
