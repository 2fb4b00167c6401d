//! Answers of the core from a large cache: `desk_bytes_per_turn`, `desk_open_10k_p99_ms`, `desk_list_10k_p99_ms`,
//! `desk_search_1m_p99_ms` and `desk_core_start_1m_ms`.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tandem_desk::Desk;

use super::{cache_bytes, rpc, sign_in, start, until_live};
use crate::load::past::{Past, Plan};
use crate::load::report::percentile;
use crate::load::standin::{BEFORE, EMAIL, StandIn};
use crate::load::words::Words;
use crate::load::{Bench, Better, Figure};

/// Repetitions of each query in a run.
const TIMES: usize = 300;
/// The page size of the interface.
const PAGE: u32 = 100;
const FOUND: u32 = 50;
/// How many of the slowest are printed.
const SLOWEST: usize = 4;
const FILLING: Duration = Duration::from_secs(900);

pub(in crate::load) async fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let conversations = (bench.turns / 100).max(2);
    let plan = Plan { turns: bench.turns, conversations, longest: bench.turns / 100, mine: 40 };
    let (standin, folder) = (StandIn::start().await?, tempfile::tempdir()?);
    let past = Past::new(plan, BEFORE)?;
    standin.tell(&past);
    let (turns, longest) = (past.turns, past.longest);
    drop(past);
    eprintln!("  the core takes in {turns} turns");
    let desk = start(folder.path()).await?;
    sign_in(&desk, &standin.url, EMAIL).await?;
    until_live(&desk, FILLING).await?;
    let bytes = cache_bytes(folder.path())? as f64 / turns as f64;
    let (mut opens, mut lists, mut searches, mut starts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.runs {
        let both = [
            ("conversation.open", json!({ "id": longest })),
            ("conversation.entries", json!({ "id": longest, "limit": PAGE })),
        ];
        opens.push(p99_ms(&desk, |_| both.to_vec()).await?);
        let list = json!({ "section": "all", "offset": 0, "limit": PAGE });
        lists.push(p99_ms(&desk, |_| vec![("conversations.list", list.clone())]).await?);
        let search = |n| vec![("search", json!({ "query": query(n), "limit": FOUND, "hub": false }))];
        searches.push(p99_ms(&desk, search).await?);
    }
    desk.stop().await;
    drop(desk);
    for _ in 0..bench.runs.max(5) {
        starts.push(super::start::measure_ms(folder.path())?);
    }
    let cache = format!("{turns} cached turns in {conversations} conversations, encrypted");
    let of = |name, unit, values: &[f64]| Figure::of(name, unit, Better::Lower, values);
    Ok(vec![
        of("desk_bytes_per_turn", "B", &[bytes]).with_bar(500.0).on(format!("{cache}; texts of 115 bytes, all files")),
        of("desk_open_10k_p99_ms", "ms", &opens)
            .with_bar(5.0)
            .on(format!("a conversation of {} turns: head and last {PAGE} entries, {TIMES} times", plan.longest)),
        of("desk_list_10k_p99_ms", "ms", &lists)
            .with_bar(5.0)
            .on(format!("first {PAGE} of {conversations} conversations, {TIMES} times")),
        of("desk_search_1m_p99_ms", "ms", &searches).with_bar(30.0).on(format!(
            "{cache}; {TIMES} beginnings of words, common and rare words, pairs, and words that are not there"
        )),
        of("desk_core_start_1m_ms", "ms", &starts)
            .with_bar(100.0)
            .on(format!("{cache}; process start to the first list")),
    ])
}

/// Typed queries: letter by letter, common and rare, one word and two, and without matches.
pub(super) fn query(n: usize) -> String {
    let rank = 7_u64.wrapping_pow(u32::try_from(n % 5).unwrap_or_default()) + n as u64;
    let word = Words::ranked(rank);
    match n % 6 {
        0 => word.chars().take(1).collect(),
        1 => word.chars().take(2).collect(),
        2 => word.chars().take(3).collect(),
        3 => word,
        4 => format!("{} {}", Words::ranked(n as u64 % 50), word.chars().take(3).collect::<String>()),
        _ => format!("{word}xq"),
    }
}

pub(super) async fn p99_ms(desk: &Desk, ask: impl Fn(usize) -> Vec<(&'static str, Value)>) -> anyhow::Result<f64> {
    let mut asked = Vec::with_capacity(TIMES);
    for n in 0..TIMES {
        let questions = ask(n);
        let began = Instant::now();
        for (name, request) in questions.clone() {
            rpc(desk, name, request).await?;
        }
        let took = began.elapsed().as_secs_f64() * 1000.0;
        asked.push((took, questions));
    }
    asked.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    for (took, questions) in asked.iter().take(SLOWEST) {
        let last = questions.last().map(|(_, request)| request.to_string()).unwrap_or_default();
        eprintln!("  {took:.1} ms: {last}");
    }
    Ok(percentile(&mut asked.iter().map(|(took, _)| *took).collect::<Vec<_>>(), 0.99))
}
