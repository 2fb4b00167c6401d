//! `tandem-hub logic …` on the command line.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::{CheckOptions, ReplayOptions, check, replay};
use crate::clock::Clock;
use crate::config::{Config, Flags};

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
    /// Address of the endpoint [default: the setting logic.url]
    url: Option<String>,
    /// The secret shared with it [default: the setting logic.secret]
    #[arg(long)]
    secret: Option<String>,
    /// How long an answer may take, in milliseconds [default: the setting logic.timeout_ms]
    #[arg(long)]
    timeout_ms: Option<String>,
    /// Write the report as JSON, too: a file, or - for standard output in place of the text
    #[arg(long)]
    json: Option<PathBuf>,
}

impl LogicCommand {
    /// What it says of settings. An endpoint that is named on the command line may be of the own network.
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

    /// Runs it to the end; false if the endpoint has to be mended.
    ///
    /// # Errors
    /// If it cannot be run at all.
    pub async fn run(self, config: Config) -> anyhow::Result<bool> {
        let logic = config.logic.context("Name the endpoint: give its URL, or set logic.url")?;
        // Another part of the process may have chosen the provider before.
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
