//! `board_4000_paint_p99_ms` and `board_4000_cpu_percent`: a customer's words on the supervisors' board, in the real app.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::Value;
use tandem_conversation::ConversationId;

use super::clock::now_ms;
use super::crowd::{Guest, Seat, gather};
use super::desktop::{Desktop, Window};
use super::help::{AGENTS, talkers};
use super::report::percentile;
use super::sockets::{Pace, pump};
use super::{Bench, Better, Figure};
use crate::hub_process::{HubOptions, HubProcess, find_binary};

/// Conversations in progress; with a smaller cache (`--turns`) in proportion, for trying it out.
const CONVERSATIONS: u32 = 4_000;
/// Turns of the usual cache for each of them.
const TURNS_EACH: u32 = 250;
/// Events per second, besides those that are measured.
const EVENTS: f64 = 500.0;
/// Between two messages that are measured.
const BETWEEN: Duration = Duration::from_millis(350);
/// Pause before the first one.
const CALM: Duration = Duration::from_secs(2);
/// Seconds of one run; a percentile needs samples.
const SECONDS: f64 = 40.0;
/// Seconds in which only the processor's time is measured.
const CALM_SECONDS: f64 = 20.0;
/// Rows that are certainly on screen.
const ON_SCREEN: usize = 8;

const SOFIA: &str = "sofia@northwind.example";
const ALT: &str = "\u{E00A}";
const ROWS: &str =
    "const rows = [...document.querySelectorAll('[data-testid=board-row]')].map((row) => row.dataset.id);
    return rows.length > 0 ? rows : null;";

pub(super) async fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let conversations = (bench.turns / TURNS_EACH).clamp(50, CONVERSATIONS) as usize;
    let hub = HubProcess::start(&find_binary("tandem-hub")?, &HubOptions::default())?;
    let mut seats = Vec::new();
    for n in 0..AGENTS {
        seats.push(Seat::take(&hub, n).await?);
    }
    eprintln!("  {conversations} customers come");
    let guests = gather(&hub, conversations, &seats).await?;
    hub.add_user(SOFIA, "Sofia Lind", "supervisor")?;
    let desktop = Desktop::start().await?;
    let window = desktop.open(&hub.url).await?;
    window.sign_in(&hub.url, SOFIA, Duration::from_secs(120)).await?;
    window.press(&[ALT, "0"]).await?;
    let rows = window.until("the board", ROWS).await?;
    let probes = on_screen(&rows, &guests)?;
    let (mut painted, mut percents) = (Vec::new(), Vec::new());
    let mut count = 0;
    for run in 0..bench.runs {
        let (customers, agents) = talkers(&hub, &seats, run).await?;
        let mut took = Vec::new();
        let probing = async {
            let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + CALM, BETWEEN);
            for n in 0_u64.. {
                ticks.tick().await;
                let place = usize::try_from(n).unwrap_or_default() % probes.len().max(1);
                let probe = probes.get(place).context("BUG: there are probes")?;
                took.push(once(&window, probe, &format!("Probe {run}-{n}")).await?);
            }
            anyhow::Ok(())
        };
        let outcome = tokio::select! {
            outcome = pump(customers, agents, Pace::Rate(EVENTS), bench.seconds.max(SECONDS)) => outcome?,
            failed = probing => { failed?; anyhow::bail!("BUG: probes never end") }
        };
        ensure!(outcome.per_s > EVENTS * 0.9, "only {:.0} of {EVENTS} events per second", outcome.per_s);
        // Nobody looks at the page meanwhile: the looking costs, too.
        let (customers, agents) = talkers(&hub, &seats, bench.runs + run).await?;
        let (cpu_before, began) = (window.cpu_ms()?, Instant::now());
        let outcome = pump(customers, agents, Pace::Rate(EVENTS), bench.seconds.max(CALM_SECONDS)).await?;
        percents.push((window.cpu_ms()? - cpu_before) / began.elapsed().as_secs_f64() / 10.0);
        ensure!(outcome.per_s > EVENTS * 0.9, "only {:.0} of {EVENTS} events per second", outcome.per_s);
        count = took.len();
        painted.push(percentile(&mut took, 0.99));
    }
    window.close().await?;
    let input = format!(
        "{conversations} live conversations, {EVENTS} events/s, {count} messages a run; from before a customer's message \
         is sent to the frame after its words are in a row, real app under Xvfb and WebDriver"
    );
    Ok(vec![
        Figure::of("board_4000_paint_p99_ms", "ms", Better::Lower, &painted).with_bar(500.0).on(input),
        Figure::of("board_4000_cpu_percent", "%", Better::Lower, &percents)
            .with_bar(15.0)
            .on("the same, without the messages that are measured; all processes of the app, in percent of one core"),
    ])
}

/// Customers whose rows can be seen.
fn on_screen(rows: &Value, guests: &[Guest]) -> anyhow::Result<Vec<Guest>> {
    let ids = rows.as_array().into_iter().flatten().take(ON_SCREEN).filter_map(Value::as_str);
    let ids: Vec<ConversationId> = ids.filter_map(|id| id.parse().ok()).collect();
    let probes: Vec<_> = guests.iter().filter(|guest| ids.contains(&guest.conversation)).cloned().collect();
    ensure!(!probes.is_empty(), "none of {ids:?} is a customer of ours");
    Ok(probes)
}

/// From before the message is sent until it is painted, in milliseconds.
async fn once(window: &Window, probe: &Guest, words: &str) -> anyhow::Result<f64> {
    let watch = format!(
        "window.__painted = null;
        const look = () => {{
            const row = document.querySelector('[data-testid=board-row][data-id=\"{}\"]');
            if (row?.textContent.includes('{words}')) {{
                requestAnimationFrame(() => {{ window.__painted = performance.timeOrigin + performance.now(); }});
            }} else requestAnimationFrame(look);
        }};
        requestAnimationFrame(look);",
        probe.conversation
    );
    window.run(&watch).await?;
    let sent = now_ms();
    probe.write(words).await?;
    let painted = window.until("the words on the board", "return window.__painted").await?;
    Ok(painted.as_f64().context("a moment is a number")? - sent)
}
