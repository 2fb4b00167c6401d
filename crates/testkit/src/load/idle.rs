//! `hub_idle_connection_kib`: memory of an idle connected desk.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::{Bench, Better, Figure};
use crate::hub_process::{HubOptions, HubProcess, PASSWORD, find_binary};
use crate::net::Socket;
use crate::people::Agent;

/// Connected sessions.
const SESSIONS: usize = 5_000;
/// Connections opened concurrently.
const OPENING: usize = 64;
/// Pause before the hub's memory is read.
const CALM: Duration = Duration::from_secs(5);

pub(super) async fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let mut costs = Vec::new();
    for _ in 0..bench.runs {
        costs.push(one().await?);
    }
    let figure = Figure::of("hub_idle_connection_kib", "KiB", Better::Lower, &costs);
    Ok(vec![figure.with_bar(9.0).on(format!("{SESSIONS} idle agents' sessions, growth of the hub's PSS"))])
}

async fn one() -> anyhow::Result<f64> {
    let hub = HubProcess::start(&find_binary("tandem-hub")?, &HubOptions::default())?;
    hub.add_user("maya@northwind.example", "Maya Ortiz", "agent")?;
    let maya = Agent::sign_in(&hub.url, "maya@northwind.example", PASSWORD).await?;
    tokio::time::sleep(CALM).await;
    let before = hub.pss_kib()?;
    let opening = Arc::new(Semaphore::new(OPENING));
    let path = format!("/api/v1/live?after={}", maya.desk.cursor);
    let mut connecting = JoinSet::new();
    for _ in 0..SESSIONS {
        let (url, token, path) = (hub.url.clone(), maya.access_token().to_owned(), path.clone());
        let opening = Arc::clone(&opening);
        connecting.spawn(async move {
            let _permit = opening.acquire().await.context("BUG: closed")?;
            let mut socket = Socket::connect(&url, &path, Some(&token)).await?;
            // The first frame proves that the session is established.
            socket.next_text().await?;
            anyhow::Ok(socket)
        });
    }
    let mut listening = JoinSet::new();
    while let Some(connected) = connecting.join_next().await {
        let mut socket = connected.context("a session broke")??;
        listening.spawn(async move { while socket.next_text().await.is_ok() {} });
    }
    tokio::select! {
        () = tokio::time::sleep(CALM) => {}
        Some(_) = listening.join_next() => anyhow::bail!("the hub closed an idle session"),
    }
    Ok((hub.pss_kib()? - before) / SESSIONS as f64)
}
