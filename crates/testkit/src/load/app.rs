//! `desk_window_start_ms` and `desk_memory_pss_mib`: the real app with a large cache.

use std::time::Duration;

use anyhow::Context;
use serde_json::Value;

use super::desktop::{Desktop, Window};
use super::past::{Past, Plan};
use super::standin::{BEFORE, EMAIL, StandIn};
use super::{Bench, Better, Figure};

/// Pause before the app's memory is read.
const CALM: Duration = Duration::from_secs(10);
const FILLING: Duration = Duration::from_secs(900);

/// When the first list was painted, in milliseconds since 1970.
const PAINTED: &str = "const mark = performance.getEntriesByName('tandem:first-list')[0];
    return mark ? performance.timeOrigin + mark.startTime : null;";
const CLICK_A_ROW: &str = "const row = document.querySelector('[data-testid=row]');
    row?.click();
    return row ? true : null;";
const TRANSCRIPT: &str = "return document.querySelector('[data-testid=transcript] [data-testid=entry]') ? true : null;";

pub(super) async fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let standin = StandIn::start().await?;
    let plan = Plan { turns: bench.turns, conversations: bench.turns / 100, longest: bench.turns / 100, mine: 40 };
    let past = Past::new(plan, BEFORE)?;
    standin.tell(&past);
    let (turns, conversations) = (past.turns, plan.conversations);
    drop(past);
    let desktop = Desktop::start().await?;
    eprintln!("  the app takes in {turns} turns");
    let window = desktop.open(&standin.url).await?;
    window.sign_in(&standin.url, EMAIL, FILLING).await?;
    window.close().await?;
    let (mut starts, mut sizes) = (Vec::new(), Vec::new());
    for _ in 0..bench.runs {
        let window = desktop.open(&standin.url).await?;
        let painted = window.until("the first list", PAINTED).await?.as_f64().context("a moment is a number")?;
        starts.push(painted - window.began_ms);
        sizes.push(idle_pss_mib(&window).await?);
        window.close().await?;
    }
    let input = format!("{turns} cached turns in {conversations} conversations");
    let of = |name, unit, values: &[f64]| Figure::of(name, unit, Better::Lower, values);
    Ok(vec![
        of("desk_window_start_ms", "ms", &starts)
            .with_bar(900.0)
            .on(format!("{input}, encrypted; process start to list painted, under Xvfb and WebDriver")),
        of("desk_memory_pss_mib", "MiB", &sizes)
            .with_bar(230.0)
            .on(format!("{input}; app with its web processes, idle, one conversation open")),
    ])
}

async fn idle_pss_mib(window: &Window) -> anyhow::Result<f64> {
    let _: Value = window.until("a row", CLICK_A_ROW).await?;
    window.until("a transcript", TRANSCRIPT).await?;
    tokio::time::sleep(CALM).await;
    window.pss_mib()
}
