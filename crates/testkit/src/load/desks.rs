//! `help_to_desks_p99_ms`: a call for help to a thousand connected desks, each of a different user.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use tandem_conversation::Time;
use tandem_protocol::agents::AgentCommand;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use super::clock::now_ms;
use super::crowd::{Guest, Seat, gather_alone};
use super::report::percentile;
use super::{Bench, Better, Figure};
use crate::hub_process::{HubOptions, HubProcess, find_binary};
use crate::net::Socket;

/// Connected desks; all users are available and called.
const DESKS: usize = 1_000;
/// Calls for help per run.
const CALLS: usize = 120;
/// Interval between calls.
const BETWEEN: Duration = Duration::from_millis(250);
/// Users created or connected concurrently.
const AT_ONCE: usize = 8;
/// Time limit for the last desk.
const PATIENCE: Duration = Duration::from_secs(30);
/// Precedes the time of a call.
const CALLED: &str = r#""help_raised":{"help":{"#;
const SINCE: &str = r#""since":""#;

pub(super) async fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let hub = HubProcess::start(&find_binary("tandem-hub")?, &HubOptions::default())?;
    eprintln!("  {DESKS} agents come");
    let seats = seats(&hub).await?;
    let colleague = Seat::take(&hub, DESKS).await?;
    let (heard, mut hearing) = mpsc::unbounded_channel();
    let mut desks = JoinSet::new();
    for seat in &seats {
        desks.spawn(listen(seat.listen().await?, heard.clone()));
    }
    let (mut p50s, mut p99s) = (Vec::new(), Vec::new());
    for run in 0..bench.runs {
        let mut delays = Vec::with_capacity(DESKS * CALLS);
        let mut ticks = tokio::time::interval(BETWEEN);
        for call in 0..CALLS {
            ticks.tick().await;
            let guest = gather_alone(&hub, format!("Customer {run}-{call}")).await?;
            let told = async {
                for _ in 0..DESKS {
                    delays.push(hearing.recv().await.context("BUG: the desks hold the other end")?);
                }
                anyhow::Ok(())
            };
            tokio::select! {
                told = tokio::time::timeout(PATIENCE, told) => told.context("some desk was never told")??,
                Some(ended) = desks.join_next() => bail!("a desk ended: {ended:?}"),
            }
            take(&colleague, &guest).await?;
        }
        ensure!(delays.len() == DESKS * CALLS, "every call reaches every desk once");
        p50s.push(percentile(&mut delays, 0.5));
        p99s.push(percentile(&mut delays, 0.99));
    }
    let p50 = Figure::of("", "ms", Better::Lower, &p50s).value;
    let input = format!("{DESKS} connected desks, {CALLS} calls a run, every delivery counts; p50 {p50:.1}");
    Ok(vec![Figure::of("help_to_desks_p99_ms", "ms", Better::Lower, &p99s).with_bar(250.0).on(input)])
}

/// A thousand users, signed in.
async fn seats(hub: &HubProcess) -> anyhow::Result<Vec<Seat>> {
    std::thread::scope(|scope| {
        let make = |first: usize| (first..DESKS).step_by(AT_ONCE).try_for_each(|n| Seat::make(hub, n));
        let made: Vec<_> = (0..AT_ONCE).map(|first| scope.spawn(move || make(first))).collect();
        made.into_iter().try_for_each(|one| one.join().map_err(|_| anyhow::anyhow!("a thread broke"))?)
    })?;
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut coming = JoinSet::new();
    for n in 0..DESKS {
        let (permits, url) = (Arc::clone(&permits), hub.url.clone());
        coming.spawn(async move {
            let _permit = permits.acquire().await.context("BUG: closed")?;
            Seat::sign_in(&url, &Seat::email(n)).await
        });
    }
    let mut seats = Vec::with_capacity(DESKS);
    while let Some(came) = coming.join_next().await {
        seats.push(came.context("an agent broke")??);
    }
    Ok(seats)
}

/// Reports the delay of each received call, in milliseconds.
async fn listen(mut socket: Socket, heard: mpsc::UnboundedSender<f64>) -> anyhow::Result<()> {
    loop {
        let frame = socket.next_text().await?;
        let now = now_ms();
        if let Some(since) = called_at(&frame) {
            let _ = heard.send(now - since);
        }
    }
}

/// The time of the call in this frame, if there is one, in milliseconds.
fn called_at(frame: &str) -> Option<f64> {
    let (_, call) = frame.split_once(CALLED)?;
    let (_, since) = call.split_once(SINCE)?;
    let since: Time = since.split('"').next()?.parse().ok()?;
    Some(since.0 as f64)
}

/// One call at a time: its conversation is taken before the next.
async fn take(colleague: &Seat, guest: &Guest) -> anyhow::Result<()> {
    colleague.command(guest.conversation, AgentCommand::Join { call: None }).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::called_at;

    #[test]
    fn a_call_is_found_in_its_frame() {
        let frame = r#"{"batch":{"cursor":3,"changes":[{"event":{"body":{"help_raised":{"help":{"call":"x",
            "since":"1970-01-01T00:00:01.500Z"}}}}}]}}"#;
        assert_eq!(called_at(frame), Some(1_500.0));
        assert_eq!(called_at(r#"{"alive":{"cursor":3}}"#), None);
    }
}
