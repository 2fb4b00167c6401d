//! `tandem-hub logic …` on the command line.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::{CheckOptions, ReplayOptions, check, replay};
use crate::clock::Clock;
use crate::config::LogicConfig;

/// The developer's commands for Your Logic.
#[derive(Subcommand)]
pub enum LogicCommand {
    /// Does an endpoint keep the protocol? Ends with an error if a check fails
    Check {
        #[command(flatten)]
        endpoint: EndpointArguments,
        /// Where answers that were promised with 202 are taken in, as the hub does
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: String,
    },
    /// What would this version have answered in recorded conversations? Every request is a dry run
    Replay {
        #[command(flatten)]
        endpoint: EndpointArguments,
        /// Files of recorded conversations (docs/replay-format.md), .jsonl or .jsonl.gz
        #[arg(long, required = true, num_args = 1..)]
        from: Vec<PathBuf>,
        /// Differences that are shown in full
        #[arg(long, default_value_t = 20)]
        show: usize,
    },
}

#[derive(Args)]
pub struct EndpointArguments {
    /// Address of the endpoint
    url: String,
    /// The secret shared with it
    #[arg(long, env = "TANDEM_LOGIC_SECRET", hide_env_values = true)]
    secret: String,
    /// How long an answer may take, in milliseconds
    #[arg(long, env = "TANDEM_LOGIC_TIMEOUT_MS", default_value_t = 8_000, value_parser = clap::value_parser!(i64).range(100..=120_000))]
    timeout_ms: i64,
    /// Write the report as JSON, too: a file, or - for standard output in place of the text
    #[arg(long)]
    json: Option<PathBuf>,
}

impl LogicCommand {
    /// Runs it to the end; false if the endpoint has to be mended.
    ///
    /// # Errors
    /// If it cannot be run at all.
    pub async fn run(self) -> anyhow::Result<bool> {
        // Another part of the process may have chosen the provider before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        match self {
            Self::Check { endpoint, listen } => {
                let (logic, json) = endpoint.config();
                let report = check(&CheckOptions { logic, listen }, &Clock::system()).await?;
                show(&report, json.as_deref())?;
                Ok(report.failed == 0)
            }
            Self::Replay { endpoint, from, show: most } => {
                let (logic, json) = endpoint.config();
                let report = replay(&ReplayOptions { logic, from, show: most }, &Clock::system()).await?;
                show(&report, json.as_deref())?;
                Ok(report.failed == 0)
            }
        }
    }
}

impl EndpointArguments {
    fn config(self) -> (LogicConfig, Option<PathBuf>) {
        let Self { url, secret, timeout_ms, json } = self;
        (LogicConfig { url, secret, timeout_ms, allow_private: true, typing: false }, json)
    }
}

/// For people on standard output; as JSON where it was asked for.
fn show<T: Serialize + std::fmt::Display>(report: &T, json: Option<&Path>) -> anyhow::Result<()> {
    let Some(path) = json else {
        println!("{report}");
        return Ok(());
    };
    let text = serde_json::to_string_pretty(report)?;
    if path == Path::new("-") {
        println!("{text}");
        return Ok(());
    }
    println!("{report}");
    std::fs::write(path, text + "\n").with_context(|| format!("Cannot write {}", path.display()))
}
