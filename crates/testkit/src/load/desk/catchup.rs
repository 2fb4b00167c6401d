//! `desk_catchup_vs_raw`: catching up, compared with the smallest program.

use std::time::{Duration, Instant};

use anyhow::Context;

use super::{raw, sign_in, start, until_live};
use crate::load::past::{Past, Plan};
use crate::load::standin::{BEFORE, EMAIL, StandIn};
use crate::load::{Bench, Better, Figure};

const PLAN: Plan = Plan { turns: 100_000, conversations: 1_000, longest: 100, mine: 4 };
const PATIENCE: Duration = Duration::from_secs(300);

pub(in crate::load) async fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let past = Past::new(PLAN, BEFORE)?;
    let (mut rates, mut raws, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    // Both in each round, because the machine's speed varies.
    for _ in 0..bench.runs {
        let raw = past.events as f64 / raw_seconds(&past).await?;
        let desk = past.events as f64 / desk_seconds(&past).await?;
        rates.push(desk);
        raws.push(raw);
        ratios.push(desk / raw);
    }
    let input = format!("{} events of {} conversations, encrypted, full-text-indexed", past.events, PLAN.conversations);
    let of = |name, unit, values: &[f64]| Figure::of(name, unit, Better::Higher, values);
    Ok(vec![
        of("desk_catchup_vs_raw", "", &ratios).with_bar(0.5).on(format!("{input}; in the same run")),
        of("desk_catchup_per_s", "1/s", &rates).on("events a second; from the first frame sent to complete"),
        of("desk_catchup_raw_per_s", "1/s", &raws).on("the smallest program: same frames, rows, index and encryption"),
    ])
}

/// From the first frame sent until the desk reports that nothing is missing.
async fn desk_seconds(past: &Past) -> anyhow::Result<f64> {
    let standin = StandIn::start().await?;
    let folder = tempfile::tempdir()?;
    let desk = start(folder.path()).await?;
    sign_in(&desk, &standin.url, EMAIL).await?;
    until_live(&desk, PATIENCE).await?;
    desk.stop().await;
    standin.tell(past);
    let desk = start(folder.path()).await?;
    until_live(&desk, PATIENCE).await?;
    let ended = Instant::now();
    let began = standin.began().context("BUG: the past was told")?;
    desk.stop().await;
    Ok(ended.duration_since(began).as_secs_f64())
}

async fn raw_seconds(past: &Past) -> anyhow::Result<f64> {
    let standin = StandIn::start().await?;
    standin.tell(past);
    let folder = tempfile::tempdir()?;
    let ended = raw::take_in(&standin.url, &folder.path().join("raw.db")).await?;
    let began = standin.began().context("BUG: the past was told")?;
    Ok(ended.duration_since(began).as_secs_f64())
}
