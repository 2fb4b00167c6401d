//! Sends messages from customers to agents through open sockets; each message carries its time of sending.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use futures_util::FutureExt;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::report::percentile;
use crate::net::{ClientError, Socket};

/// Encloses the time in each text.
const MARK: &str = "@@";
/// Pads a text to the length of an ordinary message.
const FILLER: &str = " I booked this in March and nobody has told me anything since, could you please look into it?";

#[derive(Clone, Copy, Debug)]
pub(super) enum Pace {
    /// Each customer has this many in flight and sends the next when one is stored.
    Window(usize),
    /// This many per second from all customers together, regardless of answers.
    Rate(f64),
}

/// The result at the agents' side.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub per_s: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
}

const WARMING: u8 = 0;
const MEASURING: u8 = 1;
const OVER: u8 = 2;

struct Pump {
    phase: AtomicU8,
    epoch: Instant,
}

impl Pump {
    fn is(&self, phase: u8) -> bool {
        self.phase.load(Ordering::Relaxed) == phase
    }

    fn message(&self) -> String {
        let id = Uuid::now_v7();
        let now = self.epoch.elapsed().as_micros();
        format!(r#"{{"type":"message","id":"{id}","text":"{MARK}{now}{MARK}{FILLER}"}}"#)
    }
}

/// Sends from every customer, warms up for a second, then counts for `seconds` what arrives at the agents.
pub(super) async fn pump(
    customers: Vec<Socket>,
    agents: Vec<Socket>,
    pace: Pace,
    seconds: f64,
) -> anyhow::Result<Outcome> {
    let pump = Arc::new(Pump { phase: AtomicU8::new(WARMING), epoch: Instant::now() });
    let mut writing = JoinSet::new();
    let count = customers.len();
    for (at, socket) in customers.into_iter().enumerate() {
        let pump = Arc::clone(&pump);
        match pace {
            Pace::Window(window) => drop(writing.spawn(send_in_window(pump, socket, window))),
            Pace::Rate(rate) => {
                let every = Duration::from_secs_f64(count as f64 / rate);
                let first = every.mul_f64(at as f64 / count as f64);
                writing.spawn(send_at_rate(pump, socket, first, every));
            }
        }
    }
    let mut reading = JoinSet::new();
    for socket in agents {
        reading.spawn(listen(Arc::clone(&pump), socket));
    }
    let measured = tokio::select! {
        measured = measure(&pump, seconds) => measured,
        // A customer that ends early has failed.
        Some(ended) = writing.join_next() => {
            ended.context("a customer broke")??;
            bail!("a customer stopped early");
        }
    };
    let mut latencies = Vec::new();
    while let Some(heard) = reading.join_next().await {
        latencies.extend(heard.context("an agent broke")??);
    }
    while let Some(ended) = writing.join_next().await {
        ended.context("a customer broke")??;
    }
    Ok(Outcome {
        per_s: latencies.len() as f64 / measured.as_secs_f64(),
        p50_ms: percentile(&mut latencies, 0.5),
        p99_ms: percentile(&mut latencies, 0.99),
    })
}

async fn measure(pump: &Pump, seconds: f64) -> Duration {
    tokio::time::sleep(Duration::from_secs(1)).await;
    pump.phase.store(MEASURING, Ordering::Relaxed);
    let began = Instant::now();
    tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
    pump.phase.store(OVER, Ordering::Relaxed);
    began.elapsed()
}

/// Whether this frame confirms a stored message.
fn is_stored(frame: &str) -> anyhow::Result<bool> {
    if frame.starts_with(r#"{"type":"error""#) {
        bail!("the hub refused a message: {frame}");
    }
    Ok(frame.starts_with(r#"{"type":"accepted""#))
}

async fn send_in_window(pump: Arc<Pump>, mut socket: Socket, window: usize) -> anyhow::Result<()> {
    let mut under_way = 0;
    loop {
        if pump.is(OVER) {
            socket.close().await;
            return Ok(());
        }
        while under_way < window {
            socket.feed_text(pump.message()).await?;
            under_way += 1;
        }
        socket.flush().await?;
        let mut frame = Some(socket.next_text().await?);
        while let Some(text) = frame {
            if is_stored(&text)? {
                under_way -= 1;
            }
            frame = socket.next_text().now_or_never().transpose()?;
        }
    }
}

async fn send_at_rate(pump: Arc<Pump>, mut socket: Socket, first: Duration, every: Duration) -> anyhow::Result<()> {
    let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + first, every);
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                if pump.is(OVER) {
                    socket.close().await;
                    return Ok(());
                }
                socket.send_text(pump.message()).await?;
            }
            frame = socket.next_text() => drop(is_stored(&frame?)?),
        }
    }
}

/// Reads an agent's socket and returns the delay of each measured message, in milliseconds.
async fn listen(pump: Arc<Pump>, mut socket: Socket) -> anyhow::Result<Vec<f64>> {
    let mut latencies = Vec::new();
    let mut look = tokio::time::interval(Duration::from_millis(50));
    loop {
        let frame = tokio::select! {
            frame = socket.next_text() => frame,
            _ = look.tick() => {
                if pump.is(OVER) {
                    socket.close().await;
                    return Ok(latencies);
                }
                continue;
            }
        };
        let frame = match frame {
            Ok(frame) => frame,
            Err(ClientError::Closed) => bail!("the hub closed an agent's connection"),
            Err(error) => return Err(error.into()),
        };
        if pump.is(MEASURING) {
            let now = pump.epoch.elapsed().as_micros();
            latencies.extend(moments(&frame).map(|sent| now.saturating_sub(sent) as f64 / 1000.0));
        }
    }
}

/// The times of sending in a frame, in microseconds.
fn moments(frame: &str) -> impl Iterator<Item = u128> + '_ {
    frame.split(MARK).filter_map(|part| part.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::moments;

    #[test]
    fn every_message_of_a_frame_is_found() {
        let frame = r#"[{"text":"@@1700@@ and so on"},{"text":"@@25@@ more"}]"#;
        assert_eq!(moments(frame).collect::<Vec<_>>(), [1700, 25]);
        assert_eq!(moments("nothing").count(), 0);
    }
}
