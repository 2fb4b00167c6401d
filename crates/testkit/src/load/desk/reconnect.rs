//! `reconnect_8h_s`: a desk that was away for a working day catches up with the real hub.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use tandem_protocol::agents::AgentCommand;

use super::{rpc, sign_in, start, until_live};
use crate::hub_process::{HubOptions, HubProcess, find_binary};
use crate::load::crowd::{Seat, chatter, gather};
use crate::load::{Bench, Better, Figure};

const CONVERSATIONS: usize = 200;
const AGENTS: usize = 10;
/// Messages of each customer while the desk is away; 5,000 in total.
const MESSAGES: usize = 25;
/// Conversations in which Maya is engaged.
const MINE: usize = 4;
const PATIENCE: Duration = Duration::from_secs(60);
const EMAIL: &str = "maya@northwind.example";
const LAST: &str = "That was the last thing I had to say about this booking and its many passengers.";

pub(in crate::load) async fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let hub = HubProcess::start(&find_binary("tandem-hub")?, &HubOptions::default())?;
    let mut seats = Vec::new();
    for n in 0..AGENTS {
        seats.push(Seat::take(&hub, n).await?);
    }
    hub.add_user(EMAIL, "Maya Ortiz", "supervisor")?;
    let maya = Seat::sign_in(&hub.url, EMAIL).await?;
    let guests = gather(&hub, CONVERSATIONS, &seats).await?;
    for guest in guests.iter().take(MINE) {
        maya.command(guest.conversation, AgentCommand::Join { call: None }).await?;
    }
    let own = guests.first().context("BUG: there are customers")?.conversation;
    let folder = tempfile::tempdir()?;
    let desk = start(folder.path()).await?;
    sign_in(&desk, &hub.url, EMAIL).await?;
    until_live(&desk, PATIENCE).await?;
    desk.stop().await;
    drop(desk);
    let mut times = Vec::new();
    for _ in 0..bench.runs {
        chatter(&guests, MESSAGES - 1, "Are you still there? I would like to know about seat 14C.").await?;
        chatter(&guests, 1, LAST).await?;
        let began = Instant::now();
        let desk = start(folder.path()).await?;
        until_live(&desk, PATIENCE).await?;
        times.push(began.elapsed().as_secs_f64());
        let entries = rpc(&desk, "conversation.entries", json!({ "id": own, "limit": 1 })).await?;
        let last = entries.pointer("/entries/0/body/text").and_then(Value::as_str);
        ensure!(last == Some(LAST), "the desk says it is complete and is not: {entries}");
        desk.stop().await;
    }
    let figure = Figure::of("reconnect_8h_s", "s", Better::Lower, &times).with_bar(1.0);
    let input = format!(
        "{} events in {CONVERSATIONS} conversations while away, a supervisor at the real hub; start of the core to \
         complete, sign-in renewed",
        CONVERSATIONS * MESSAGES
    );
    Ok(vec![figure.on(input)])
}
