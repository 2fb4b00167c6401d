//! `catch_up_200_desks_p99_s`: all desks return in the morning, while customers write.

use std::collections::HashMap;
use std::iter::once;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::crowd::{Guest, Seat, chatter, gather};
use super::report::percentile;
use super::sockets::{Pace, pump};
use super::{Bench, Better, Figure};
use crate::hub_process::{BRAND, HubOptions, HubProcess, find_binary};
use crate::people::Customer;

/// Desks that return at once.
const DESKS: usize = 200;
/// Supervisors among them.
const SUPERVISORS: usize = 20;
/// Agents who worked all night.
const COLLEAGUES: usize = 20;
/// Conversations of each desk's own user.
const OWN: usize = 5;
/// Events since the desks left.
const EVENTS: u64 = 400_000;
/// Customers who write meanwhile, and their messages per second.
const CUSTOMERS: usize = 200;
const RATE: f64 = 50.0;
/// Messages of each customer between two checks of the log.
const BURST: usize = 20;
/// How long customers write, in seconds; a slower desk counts as not returned.
const SECONDS: f64 = 30.0;
const TEXT: &str = "I booked this in March and nobody has told me anything since, could you please look into it?";

/// Conversations that a desk names per frame.
const NAMED_AT_ONCE: usize = 500;

/// What a desk knows when it leaves.
#[derive(Default)]
struct Known {
    cursor: u64,
    log: String,
    held: HashMap<String, u64>,
    /// A supervisor's desk that has a cursor names nothing: it is served from the log.
    sees_all: bool,
}

pub(super) async fn measure(_: &Bench) -> anyhow::Result<Vec<Figure>> {
    let hub = HubProcess::start(&find_binary("tandem-hub")?, &HubOptions::default())?;
    eprintln!("  {} agents come", DESKS + COLLEAGUES);
    let mut seats = Vec::new();
    for n in 0..DESKS + COLLEAGUES {
        let role = if n < SUPERVISORS { "supervisor" } else { "agent" };
        seats.push(Seat::take_as(&hub, n, role).await?);
    }
    let (desks, colleagues) = seats.split_at(DESKS);
    let own = gather(&hub, DESKS * OWN, desks).await?;
    let night = gather(&hub, DESKS * OWN, colleagues).await?;
    let mut known = Vec::new();
    for (n, desk) in desks.iter().enumerate() {
        known.push(come(desk, Known { sees_all: n < SUPERVISORS, ..Known::default() }).await?.0);
    }
    let since = known.first().context("BUG: there are desks")?.cursor;
    eprintln!("  {EVENTS} events happen");
    happen(&own, &night, colleagues, since).await?;

    // Customers who write throughout, and those who answer them.
    let mut customers = Vec::new();
    for n in 0..CUSTOMERS {
        let mut customer = Customer::arrive(&hub.url, BRAND, &format!("Writer {n}")).await?;
        customer.write("Is anybody there?").await?;
        let colleague = colleagues.get(n % COLLEAGUES).context("BUG: there are colleagues")?;
        let join = tandem_protocol::agents::AgentCommand::Join { call: None };
        colleague.command(customer.conversation().await?, join).await?;
        customers.push(customer.into_socket());
    }
    let mut listening = Vec::new();
    for colleague in colleagues {
        listening.push(colleague.listen().await?);
    }
    let writing = tokio::spawn(pump(customers, listening, Pace::Rate(RATE), SECONDS));
    tokio::time::sleep(Duration::from_secs(3)).await;
    let mut coming = JoinSet::new();
    for (desk, known) in desks.iter().cloned().zip(known) {
        coming.spawn(async move { come(&desk, known).await.context("a desk that returns") });
    }
    let mut took = Vec::with_capacity(DESKS);
    while let Some(came) = coming.join_next().await {
        took.push(came.context("a desk broke")??.1.as_secs_f64());
    }
    let customers = writing.await.context("the customers broke")?.context("those who write meanwhile")?;
    ensure!(took.len() == DESKS, "every desk came back");
    let (last, p50) = (percentile(&mut took.clone(), 1.0), percentile(&mut took, 0.5));
    let input = format!(
        "{DESKS} desks at once, {SUPERVISORS} of supervisors, after {EVENTS} events; the last one {last:.1} s, p50 {p50:.1} s"
    );
    Ok(vec![
        Figure::of("catch_up_200_desks_p99_s", "s", Better::Lower, &[last]).with_bar(20.0).on(input),
        Figure::of("catch_up_customers_p99_ms", "ms", Better::Lower, &[customers.p99_ms])
            .with_bar(100.0)
            .on(format!("{CUSTOMERS} customers write {RATE} messages/s meanwhile")),
    ])
}

/// Writes until the log is long enough.
async fn happen(own: &[Guest], night: &[Guest], colleagues: &[Seat], since: u64) -> anyhow::Result<()> {
    let looks = colleagues.first().context("BUG: there are colleagues")?;
    loop {
        chatter(night, BURST, TEXT).await?;
        chatter(own, 1, TEXT).await?;
        if come(looks, Known::default()).await.context("a look at the log")?.0.cursor >= since + EVENTS {
            return Ok(());
        }
    }
}

/// Connects with the known state until nothing is missing; returns the new state and the duration.
async fn come(seat: &Seat, known: Known) -> anyhow::Result<(Known, Duration)> {
    let began = Instant::now();
    let after = Some((known.cursor, known.log.as_str())).filter(|(cursor, _)| *cursor > 0);
    let is_served_from_log = known.sees_all && after.is_some();
    let mut socket = seat.come(after).await?;
    let mut known = known;
    loop {
        let frame: Value = serde_json::from_str(&socket.next_text().await?)?;
        if let Some(hello) = frame.get("hello") {
            known.log = hello["log"].as_str().unwrap_or_default().to_owned();
            let named = known.held.iter().filter(|_| !is_served_from_log);
            let held: Vec<_> = named.map(|(id, position)| json!([id, position])).collect();
            let last = held.len().div_ceil(NAMED_AT_ONCE).max(1);
            for (page, conversations) in (1..=last).zip(held.chunks(NAMED_AT_ONCE).chain(once(&[][..]))) {
                let frame = json!({ "type": "holds", "conversations": conversations, "more": page < last });
                socket.send(&frame).await?;
            }
        }
        for change in frame["batch"]["changes"].as_array().into_iter().flatten() {
            if let Some(id) = change["opened"]["id"].as_str() {
                known.held.insert(id.to_owned(), change["opened"]["position"].as_u64().unwrap_or_default());
            } else if let Some(id) = change["closed"].as_str() {
                known.held.remove(id);
            }
        }
        if let Some(cursor) = frame["alive"]["cursor"].as_u64() {
            known.cursor = cursor;
            return Ok((known, began.elapsed()));
        }
    }
}
