//! Whatever breaks, in the end every desk shows what the hub knows, and nothing that anybody wrote is lost or doubled.
//!
//! One hub and several desks in one process, a network between them that breaks, and a plan from a seed. Everything
//! here may be killed at any moment: a hub or a desk lives on a runtime of its own, which is thrown away.
//!
//! `TANDEM_FAULT_RUNS=N` plays N plans, `TANDEM_FAULT_SEED=S` begins with seed S (and plays that one alone, unless a
//! number of runs is given, too).

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod agent;
mod cache;
mod check;
mod claims;
mod customers;
mod files;
mod hands;
mod home;
mod house;
mod journal;
mod killed;
mod logic;
mod run;
mod template;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use tandem_testkit::plan::Plan;

/// Runs of every build.
const RUNS: u64 = 1_000;
/// The same plans on the second engine.
const RUNS_ON_POSTGRES: u64 = 40;
/// Concurrent runs: they mostly wait.
const ABREAST: u64 = 12;

fn option(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}: '{text}' is not a number")))
}

#[test]
fn whatever_breaks_every_desk_ends_up_with_what_the_hub_knows() {
    play(RUNS);
}

/// PostgreSQL is full, takes no writes or is cut off where a disk is full, and hubs are killed as ever.
#[test]
fn whatever_breaks_on_postgresql_every_desk_ends_up_with_what_the_hub_knows() {
    let _server = home::Server::start(template::Template::get().path());
    play(RUNS_ON_POSTGRES);
}

fn play(runs: u64) {
    let first = option("TANDEM_FAULT_SEED");
    let runs = option("TANDEM_FAULT_RUNS").unwrap_or(if first.is_some() { 1 } else { runs });
    let (first, began) = (first.unwrap_or(1), Instant::now());
    let next = AtomicU64::new(first);
    let failures = Mutex::new(Vec::new());
    template::Template::get();
    let abreast = option("TANDEM_FAULT_ABREAST").unwrap_or(ABREAST);
    std::thread::scope(|scope| {
        for _ in 0..abreast.min(runs) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + runs || failures.lock().unwrap().len() >= 5 {
                        return;
                    }
                    // The panic's message is on standard error.
                    let played = std::panic::catch_unwind(|| run::play(&Plan::new(seed)));
                    if let Err(why) = played.unwrap_or_else(|_| Err("panicked".into())) {
                        failures.lock().unwrap().push((seed, why));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    for (seed, why) in &failures {
        eprintln!(
            "{}\n{why}\nTo replay: TANDEM_FAULT_SEED={seed} cargo test -p tandem-testkit --test faults\n",
            Plan::new(*seed)
        );
    }
    eprintln!("{runs} runs in {:.0} s", began.elapsed().as_secs_f64());
    assert!(
        failures.is_empty(),
        "seeds {:?} failed; see above",
        failures.iter().map(|(seed, _)| seed).collect::<Vec<_>>()
    );
}
