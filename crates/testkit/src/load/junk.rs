//! `hub_junk_frames`: the effect of one visitor who sends only junk on everyone else.

use std::time::Duration;

use anyhow::Context;
use futures_util::future::try_join_all;
use serde_json::json;
use tandem_protocol::agents::AgentCommand;
use tokio::task::JoinHandle;

use super::sockets::{Pace, pump};
use super::{Bench, Better, Figure};
use crate::hub_process::{BRAND, HubOptions, HubProcess, PASSWORD, find_binary};
use crate::net::Socket;
use crate::people::{Agent, Customer};

/// Writing customers from one network: the hub's limits admit no more new ones within a minute.
const CUSTOMERS: usize = 100;
const AGENTS: usize = 10;
/// Messages per second of all customers.
const ORDINARY: f64 = 200.0;
/// The vandal's frames per second, and per batch.
const JUNK_PER_S: u32 = 20_000;
const TOGETHER: u32 = 200;
/// The target is defined for about 10 s of junk.
const SECONDS: f64 = 10.0;

pub(super) async fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let (mut ratios, mut quiet_p99s, mut loud_p99s) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.runs {
        let (quiet, loud) = (p99(false).await?, p99(true).await?);
        quiet_p99s.push(quiet);
        loud_p99s.push(loud);
        ratios.push(loud / quiet);
    }
    let median = |values: &[f64]| Figure::of("", "", Better::Lower, values).value;
    let input = format!(
        "p99 of {CUSTOMERS} customers' messages at {ORDINARY}/s while another sends {JUNK_PER_S} typing and receipt \
         frames a second ({:.2} ms), against the same without ({:.2} ms)",
        median(&loud_p99s),
        median(&quiet_p99s)
    );
    Ok(vec![Figure::of("hub_junk_frames", "", Better::Lower, &ratios).with_bar(2.0).on(input)])
}

/// On a fresh hub with its limits on, in milliseconds.
async fn p99(with_junk: bool) -> anyhow::Result<f64> {
    let environment = vec![("TANDEM_RATE_LIMITS".to_owned(), "on".to_owned())];
    let hub = HubProcess::start(&find_binary("tandem-hub")?, &HubOptions { environment, ..HubOptions::default() })?;
    let mut agents = Vec::new();
    for n in 0..AGENTS {
        let email = format!("agent{n}@northwind.example");
        hub.add_user(&email, &format!("Agent {n}"), "agent")?;
        agents.push(Agent::sign_in(&hub.url, &email, PASSWORD).await?);
    }
    let mut customers = Vec::new();
    for n in 0..=CUSTOMERS {
        let mut customer = Customer::arrive(&hub.url, BRAND, &format!("Customer {n}")).await?;
        customer.write("Is anybody there?").await?;
        let conversation = customer.conversation().await?;
        let agent = agents.get(n % AGENTS).context("BUG: there are agents")?;
        agent.command(conversation, AgentCommand::Join { call: None }).await?;
        customers.push(customer.into_socket());
    }
    let vandal = customers.pop().context("BUG: there are customers")?;
    let flood = with_junk.then(|| flood(vandal));
    let agents = try_join_all(agents.into_iter().map(Agent::into_socket)).await?;
    let outcome = pump(customers, agents, Pace::Rate(ORDINARY), SECONDS).await;
    if let Some(flood) = flood {
        flood.abort();
    }
    Ok(outcome?.p99_ms)
}

/// Sends at the given rate, or as fast as the hub reads.
fn flood(mut socket: Socket) -> JoinHandle<()> {
    let junk = [
        json!({ "type": "typing", "on": true }),
        json!({ "type": "receipt", "stage": "delivered", "upTo": 1 }),
        json!({ "type": "typing", "on": false }),
        json!({ "type": "receipt", "stage": "seen", "upTo": 1 }),
    ]
    .map(|frame| frame.to_string());
    tokio::spawn(async move {
        let mut every = tokio::time::interval(Duration::from_secs(1) * TOGETHER / JUNK_PER_S);
        loop {
            every.tick().await;
            for frame in junk.iter().cycle().take(TOGETHER as usize) {
                if socket.feed_text(frame.clone()).await.is_err() {
                    return;
                }
            }
            if socket.flush().await.is_err() {
                return;
            }
        }
    })
}
