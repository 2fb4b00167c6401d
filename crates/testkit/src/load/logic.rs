//! `logic_overhead_p99_ms` and `logic_round_trips_per_s`: a customer's message is stored, Your Logic is asked and
//! answers, and the customer reads the answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde::Deserialize;
use tandem_conversation::Time;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::clock::now_ms;
use super::report::percentile;
use super::{Bench, Better, Figure};
use crate::hub_process::{BRAND, HubOptions, HubProcess, find_binary};
use crate::logic_process::SECRET;
use crate::net::Socket;
use crate::people::Customer;

/// Conversations, each with one request in flight at any time.
const CONVERSATIONS: usize = 500;
/// Your Logic's thinking time for measuring the hub's overhead.
const THINKING: Duration = Duration::from_secs(1);
/// Delimits the two times in each answer.
const MARK: &str = "@@";
const WORDS: &str = "I booked this in March and nobody has told me anything since, could you please look into it?";

/// The service under test.
struct Echo {
    epoch: Instant,
    thinking: Duration,
}

/// The parts of a request that it reads.
#[derive(Deserialize)]
struct Asked {
    trigger: Trigger,
}

#[derive(Deserialize)]
struct Trigger {
    #[serde(rename = "type")]
    kind: String,
    time: Time,
}

/// The hub's share of one round trip, in milliseconds, and its end.
#[derive(Clone, Copy)]
struct Trip {
    share_ms: f64,
    ended: Instant,
}

pub(super) async fn overhead(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let (mut p50s, mut p99s, mut rates) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.runs {
        let (mut shares, per_s) = round_trips(bench, THINKING).await?;
        p50s.push(percentile(&mut shares, 0.5));
        p99s.push(percentile(&mut shares, 0.99));
        rates.push(per_s);
    }
    let median = |values: &[f64]| Figure::of("", "", Better::Lower, values).value;
    let (p50, rate) = (median(&p50s), median(&rates));
    let input = format!(
        "{CONVERSATIONS} questions under way, an answer after {} s, {rate:.0} round trips/s; p50 {p50:.2} ms",
        THINKING.as_secs()
    );
    Ok(vec![Figure::of("logic_overhead_p99_ms", "ms", Better::Lower, &p99s).with_bar(6.0).on(input)])
}

pub(super) async fn throughput(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let mut rates = Vec::new();
    for _ in 0..bench.runs {
        rates.push(round_trips(bench, Duration::ZERO).await?.1);
    }
    let input =
        format!("{CONVERSATIONS} conversations, each writes on when it is answered; signed requests, synchronous=FULL");
    Ok(vec![Figure::of("logic_round_trips_per_s", "1/s", Better::Higher, &rates).with_bar(3_500.0).on(input)])
}

/// The hub's share of each round trip, and the round trips per second.
async fn round_trips(bench: &Bench, thinking: Duration) -> anyhow::Result<(Vec<f64>, f64)> {
    let echo = Arc::new(Echo { epoch: Instant::now(), thinking });
    let url = serve(Arc::clone(&echo)).await?;
    let options = HubOptions { logic: Some((url, SECRET.to_owned())), ..HubOptions::default() };
    let hub = HubProcess::start(&find_binary("tandem-hub")?, &options)?;
    let mut customers = Vec::new();
    for n in 0..CONVERSATIONS {
        customers.push(Customer::arrive(&hub.url, BRAND, &format!("Customer {n}")).await?.into_socket());
    }
    let over = Arc::new(AtomicBool::new(false));
    let mut talking = JoinSet::new();
    for (n, socket) in customers.into_iter().enumerate() {
        // Spread over one round, so that they are not in step.
        let first = thinking.mul_f64(n as f64 / CONVERSATIONS as f64);
        talking.spawn(talk(Arc::clone(&echo), socket, first, Arc::clone(&over)));
    }
    let warm = thinking * 2 + Duration::from_secs(1);
    let measured = async {
        tokio::time::sleep(warm).await;
        let began = Instant::now();
        tokio::time::sleep(Duration::from_secs_f64(bench.seconds)).await;
        over.store(true, Ordering::Relaxed);
        (began, Instant::now())
    };
    let (began, ended) = tokio::select! {
        measured = measured => measured,
        Some(broke) = talking.join_next() => {
            broke.context("a customer broke")??;
            bail!("a customer stopped early");
        }
    };
    let mut shares = Vec::new();
    while let Some(talked) = talking.join_next().await {
        let trips = talked.context("a customer broke")??;
        shares.extend(trips.iter().filter(|trip| trip.ended >= began && trip.ended < ended).map(|trip| trip.share_ms));
    }
    ensure!(!shares.is_empty(), "Your Logic never answered");
    let per_s = shares.len() as f64 / ended.duration_since(began).as_secs_f64();
    Ok((shares, per_s))
}

async fn serve(echo: Arc<Echo>) -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.context("Your Logic cannot listen")?;
    let url = format!("http://{}/logic", listener.local_addr()?);
    let app = Router::new().fallback(answer).with_state(echo);
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(url)
}

/// Answers a customer's turn with two numbers in microseconds: its time in transit, and the time of the answer.
async fn answer(State(echo): State<Arc<Echo>>, body: Bytes) -> impl IntoResponse {
    let came_ms = now_ms();
    let actions = match serde_json::from_slice::<Asked>(&body) {
        Ok(asked) if asked.trigger.kind == "TURN" => {
            let way_us = ((came_ms - asked.trigger.time.0 as f64) * 1000.0) as i64;
            tokio::time::sleep(echo.thinking).await;
            let now_us = echo.epoch.elapsed().as_micros();
            format!(r#"{{"type":"MESSAGE","text":"{MARK}{way_us}{MARK}{now_us}{MARK}{WORDS}"}}"#)
        }
        _ => String::new(),
    };
    ([(CONTENT_TYPE, "application/json")], format!(r#"{{"actions":[{actions}]}}"#))
}

/// Writes, waits for the answer, and repeats.
async fn talk(
    echo: Arc<Echo>,
    mut socket: Socket,
    first: Duration,
    over: Arc<AtomicBool>,
) -> anyhow::Result<Vec<Trip>> {
    let mut trips = Vec::new();
    tokio::time::sleep(first).await;
    while !over.load(Ordering::Relaxed) {
        let message = format!(r#"{{"type":"message","id":"{}","text":"{WORDS}"}}"#, Uuid::now_v7());
        socket.send_text(message).await?;
        let (way_us, said_us) = loop {
            let frame = socket.next_text().await?;
            ensure!(!frame.starts_with(r#"{"type":"error""#), "the hub refused a message: {frame}");
            if let Some(moments) = moments(&frame) {
                break moments;
            }
        };
        let back_us = echo.epoch.elapsed().as_micros() as f64 - said_us;
        trips.push(Trip { share_ms: (way_us + back_us) / 1000.0, ended: Instant::now() });
    }
    socket.close().await;
    Ok(trips)
}

/// The two numbers of an answer.
fn moments(frame: &str) -> Option<(f64, f64)> {
    let mut parts = frame.split(MARK).skip(1);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::moments;

    #[test]
    fn an_answer_tells_both_moments() {
        assert_eq!(moments(r#"{"text":"@@-120@@1700@@ I booked"}"#), Some((-120.0, 1700.0)));
        assert_eq!(moments(r#"{"text":"I booked"}"#), None);
    }
}
