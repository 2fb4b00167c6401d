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

/// Conversations, each with its customer's socket.
const CUSTOMERS: usize = 200;
/// Agents, each with one session, engaged in an equal share of the conversations.
const AGENTS: usize = 25;
/// A customer's messages in flight.
const WINDOW: usize = 16;
/// Messages per second for latency under ordinary load.
const ORDINARY: f64 = 500.0;

pub(super) async fn throughput(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let (mut rates, mut p99s, mut raw_rates, mut ratios) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut cpu_us, mut raw_cpu_us) = (0.0, 0.0);
    // Both in each round, because the machine's speed varies.
    for _ in 0..bench.runs {
        let (raw, cpu) = raw(bench, Pace::Window(WINDOW)).await?;
        raw_cpu_us = cpu;
        let (hub, cpu) = through_hub(bench, Pace::Window(WINDOW)).await?;
        cpu_us = cpu;
        rates.push(hub.per_s);
        p99s.push(hub.p99_ms);
        raw_rates.push(raw.per_s);
        ratios.push(hub.per_s / raw.per_s);
    }
    let input = format!(
        "{CUSTOMERS} conversations, {AGENTS} agents' sessions, {WINDOW} messages under way each, SQLite synchronous=FULL"
    );
    let of = Figure::of;
    Ok(vec![
        of("hub_messages_per_s", "1/s", Better::Higher, &rates)
            .with_bar(10_000.0)
            .on(format!("{input}; {cpu_us:.0} µs CPU of the hub each")),
        of("hub_messages_p99_ms", "ms", Better::Lower, &p99s).with_bar(250.0).on("the same, customer to agent"),
        of("hub_messages_raw_per_s", "1/s", Better::Higher, &raw_rates)
            .on(format!("the smallest program; {raw_cpu_us:.0} µs CPU each")),
        of("hub_messages_vs_raw", "", Better::Higher, &ratios).with_bar(0.25).on("in the same run"),
    ])
}

pub(super) async fn latency(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let (mut p50s, mut p99s, mut raw_p99s) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.runs {
        raw_p99s.push(raw(bench, Pace::Rate(ORDINARY)).await?.0.p99_ms);
        let (outcome, _) = through_hub(bench, Pace::Rate(ORDINARY)).await?;
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
    Ok(vec![Figure::of("hub_message_p99_ms", "ms", Better::Lower, &p99s).with_bar(10.0).on(input)])
}

/// A fresh hub with joined conversations; returns the outcome and the hub's CPU time per message in µs.
async fn through_hub(bench: &Bench, pace: Pace) -> anyhow::Result<(Outcome, f64)> {
    let hub = HubProcess::start(&find_binary("tandem-hub")?, &HubOptions::default())?;
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
    let before = cpu_s(hub.pid())?;
    let outcome = pump(customers, agents, pace, bench.seconds).await?;
    Ok((outcome.clone(), cpu_share(before, cpu_s(hub.pid())?, &outcome, bench)))
}

/// The same with the smallest program.
async fn raw(bench: &Bench, pace: Pace) -> anyhow::Result<(Outcome, f64)> {
    let data = tempfile::tempdir()?;
    let program = Raw::start(&std::env::current_exe()?, data.path())?;
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
    fn start(bench: &Path, data: &Path) -> anyhow::Result<Self> {
        let database: PathBuf = data.join("raw.db");
        let mut child = Command::new(bench).arg("--raw-hub").arg(database).stdout(Stdio::piped()).spawn()?;
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
