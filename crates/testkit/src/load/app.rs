//! `desk_window_start_ms`, `desk_memory_pss_mib` and `desk_memory_3_windows_pss_mib`: the real app with a large cache.

use std::time::Duration;

use anyhow::Context;
use serde_json::{Value, json};

use super::desktop::Window;
use super::kept::Full;
use super::{Bench, Better, Figure};

/// Pause before the app's memory is read.
const CALM: Duration = Duration::from_secs(10);

/// Conversations that get windows of their own.
const OTHERS: u32 = 2;

/// When the first list was painted, in milliseconds since 1970.
const PAINTED: &str = "const mark = performance.getEntriesByName('tandem:first-list')[0];
    return mark ? performance.timeOrigin + mark.startTime : null;";
const ALT: &str = "\u{E00A}";
const CLICK_A_ROW: &str = "const row = document.querySelector('[data-testid=row]');
    row?.click();
    return row ? true : null;";
const TRANSCRIPT: &str = "return document.querySelector('[data-testid=transcript] [data-testid=entry]') ? true : null;";

pub(super) async fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let full = Full::new(bench).await?;
    let (mut starts, mut sizes, mut with_others) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.runs {
        let window = full.open().await?;
        let painted = window.until("the first list", PAINTED).await?.as_f64().context("a moment is a number")?;
        starts.push(painted - window.began_ms);
        sizes.push(idle_pss_mib(&window).await?);
        with_others.push(pss_mib_with(&window, OTHERS).await?);
        window.close().await?;
    }
    let input = full.input();
    let of = |name, unit, values: &[f64]| Figure::of(name, unit, Better::Lower, values);
    Ok(vec![
        of("desk_window_start_ms", "ms", &starts)
            .with_bar(900.0)
            .on(format!("{input}, encrypted; process start to list painted, under Xvfb and WebDriver")),
        of("desk_memory_pss_mib", "MiB", &sizes)
            .with_bar(230.0)
            .on(format!("{input}; app with its web processes, idle, one conversation open")),
        of("desk_memory_3_windows_pss_mib", "MiB", &with_others)
            .on("the same, and two conversations in windows of their own".to_owned()),
    ])
}

async fn idle_pss_mib(window: &Window) -> anyhow::Result<f64> {
    // A supervisor begins on the board.
    window.press(&[ALT, "1"]).await?;
    let _: Value = window.until("a row", CLICK_A_ROW).await?;
    window.until("a transcript", TRANSCRIPT).await?;
    tokio::time::sleep(CALM).await;
    window.pss_mib()
}

/// The same, with more windows; afterwards they are closed.
async fn pss_mib_with(window: &Window, others: u32) -> anyhow::Result<f64> {
    let asked = json!({ "section": "my", "offset": 0, "limit": others });
    let list = window.rpc("conversations.list", asked).await?;
    let rows = list.get("rows").and_then(Value::as_array).context("there is no list")?;
    let ids: Vec<_> = rows.iter().filter_map(|row| row.get("id")).collect();
    for id in &ids {
        window.rpc("window.popOut", json!({ "id": id })).await?;
    }
    tokio::time::sleep(CALM).await;
    let size = window.pss_mib()?;
    for id in &ids {
        window.rpc("window.bringBack", json!({ "id": id })).await?;
    }
    Ok(size)
}
