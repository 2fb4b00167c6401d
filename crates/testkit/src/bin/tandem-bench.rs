//! Measures Tandem against its targets, on release builds.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use tandem_testkit::load::{Bench, MEASUREMENTS, desk, raw, table};

/// Measures Tandem against its targets and prints a table.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Only figures whose name contains this
    #[arg(long)]
    only: Option<String>,
    /// Also write the figures to this file, as JSON
    #[arg(long)]
    json: Option<PathBuf>,
    /// Duration over which rates are measured, in seconds
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Number of runs; the median counts
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Turns in the desk's large cache
    #[arg(long, default_value_t = 1_000_000)]
    turns: u32,
    /// Conversations behind figures
    #[arg(long, default_value_t = 1_000_000)]
    conversations: u32,
    /// Root of the repository
    #[arg(long, default_value = ".")]
    root: PathBuf,
    /// List what can be measured
    #[arg(long)]
    list: bool,
    /// Run the smallest program, which the hub is compared with
    #[arg(long, hide = true)]
    raw_hub: Option<String>,
    /// Run the desk's core on this folder until it has its first list
    #[arg(long, hide = true)]
    first_list: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    if let Some(place) = &arguments.raw_hub {
        raw::serve(place).await?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(folder) = &arguments.first_list {
        desk::first_list(folder).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let asked: Vec<_> = MEASUREMENTS.iter().filter(|one| one.is_asked(arguments.only.as_deref())).collect();
    if arguments.list {
        asked.iter().flat_map(|one| one.names).for_each(|name| println!("{name}"));
        return Ok(ExitCode::SUCCESS);
    }
    anyhow::ensure!(!asked.is_empty(), "nothing is called like '{}'; see --list", arguments.only.unwrap_or_default());
    if cfg!(debug_assertions) {
        eprintln!("warning: this is a debug build; figures of it mean nothing");
    }
    let bench = Bench {
        root: arguments.root,
        seconds: arguments.seconds,
        runs: arguments.runs.max(1),
        turns: arguments.turns.max(10_000),
        conversations: arguments.conversations.max(100),
    };
    let mut figures = Vec::new();
    let mut failures = 0;
    for measurement in asked {
        eprintln!("measuring {}", measurement.names.join(", "));
        match (measurement.run)(&bench).await {
            Ok(measured) => figures.extend(measured),
            Err(error) => {
                failures += 1;
                eprintln!("cannot measure {}: {error:#}", measurement.names.join(", "));
            }
        }
    }
    println!("{}", table(&figures));
    if let Some(path) = arguments.json {
        let json = serde_json::to_string_pretty(&figures).context("cannot write the figures as JSON")?;
        std::fs::write(&path, json + "\n").with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
