//! `tandem-hub logic …` on the command line.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::{CheckOptions, ReplayOptions, check, replay};
use crate::clock::Clock;
use crate::config::{Config, Flags};
use crate::terminal::say;

/// The developer's commands for Your Logic.
#[derive(Subcommand)]
pub enum LogicCommand {
    /// Check whether an endpoint keeps the protocol; fails if a check fails
    Check {
        #[command(flatten)]
        endpoint: EndpointArguments,
        /// Local address for answers that were promised with 202
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: String,
    },
    /// Replay recorded conversations and compare the answers; every request is a dry run
    Replay {
        #[command(flatten)]
        endpoint: EndpointArguments,
        /// Recorded conversations (docs/replay-format.md), .jsonl or .jsonl.gz
        #[arg(long, required = true, num_args = 1..)]
        from: Vec<PathBuf>,
        /// Number of differences to show in full
        #[arg(long, default_value_t = 20)]
        show: usize,
    },
}

#[derive(Args)]
pub struct EndpointArguments {
    /// URL of the endpoint [default: the setting logic.url]
    url: Option<String>,
    /// Secret shared with it [default: the setting logic.secret]
    #[arg(long)]
    secret: Option<String>,
    /// Time limit for an answer, in milliseconds [default: the setting logic.timeout_ms]
    #[arg(long)]
    timeout_ms: Option<String>,
    /// Also write the report as JSON to a file; - writes it to standard output instead of the text
    #[arg(long)]
    json: Option<PathBuf>,
}

impl LogicCommand {
    /// The settings that the options imply. An endpoint named on the command line may have a private address.
    #[must_use]
    pub fn flags(&self, flags: Flags) -> Flags {
        let (Self::Check { endpoint, .. } | Self::Replay { endpoint, .. }) = self;
        let in_network = endpoint.url.as_ref().map(|_| "true".to_owned());
        flags
            .with("logic.url", "URL", endpoint.url.clone())
            .with("logic.secret", "--secret", endpoint.secret.clone())
            .with("logic.timeout_ms", "--timeout-ms", endpoint.timeout_ms.clone())
            .with("logic.allow_private", "URL", in_network)
    }

    /// Runs the command; false if the endpoint needs fixing.
    ///
    /// # Errors
    /// If it cannot run at all.
    pub async fn run(self, config: Config) -> anyhow::Result<bool> {
        let logic = config.logic.context("Name the endpoint: give its URL, or set logic.url")?;
        // Another part of the process may have installed a provider before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        match self {
            Self::Check { endpoint, listen } => {
                let report = check(&CheckOptions { logic, listen }, &Clock::system()).await?;
                show(&report, endpoint.json.as_deref())?;
                Ok(report.failed == 0)
            }
            Self::Replay { endpoint, from, show: most } => {
                let report = replay(&ReplayOptions { logic, from, show: most }, &Clock::system()).await?;
                show(&report, endpoint.json.as_deref())?;
                Ok(report.failed == 0)
            }
        }
    }
}

/// Prints the report as text, or as JSON if requested.
fn show<T: Serialize + std::fmt::Display>(report: &T, json: Option<&Path>) -> anyhow::Result<()> {
    let Some(path) = json else {
        return Ok(say(report)?);
    };
    let text = serde_json::to_string_pretty(report)?;
    if path == Path::new("-") {
        return Ok(say(text)?);
    }
    say(report)?;
    std::fs::write(path, text + "\n").with_context(|| format!("Cannot write {}", path.display()))
}
