//! `tandem-hub analytics`: the tables of figures and exports.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, Subcommand};

use crate::administration::definitions;
use crate::analytics::{Export, PART, export, rebuild, verify};
use crate::clock::Clock;
use crate::config::Config;
use crate::terminal::{remark, say};

/// Differences that are named.
const NAMED: usize = 20;
/// Events between two lines about the progress.
const STEP: u64 = 100_000;

/// The tables of figures and exports.
#[derive(Subcommand, Debug)]
pub enum AnalyticsCommand {
    /// Throw analytics.db away and make it again from the log; the hub must not run
    Rebuild,
    /// Compare analytics.db with the log, cell by cell; the hub may keep running
    Verify {
        /// Number of conversations, chosen at random [default: all]
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
        sample: Option<u32>,
    },
}

impl AnalyticsCommand {
    /// Runs the command.
    ///
    /// # Errors
    /// If the data cannot be used, or the tables differ from the log.
    pub fn run(self, config: &Config) -> anyhow::Result<()> {
        let definitions = definitions(&config.tables().peek()?)?;
        match self {
            Self::Rebuild => {
                let mut told = 0;
                say(rebuild(config.tables(), definitions, PART, |at, last| {
                    if at / STEP > told {
                        told = at / STEP;
                        remark(format_args!("{at} of {last} events"));
                    }
                })?)?;
            }
            Self::Verify { sample } => {
                let (wrong, summary) = verify(config.tables(), &definitions, sample)?;
                wrong.iter().take(NAMED).try_for_each(say)?;
                if !wrong.is_empty() {
                    bail!("{summary}: {} differ. Run tandem-hub analytics rebuild", wrong.len());
                }
                say(format_args!("{summary}: no difference"))?;
            }
        }
        Ok(())
    }
}

/// The tables of analytics as files.
#[derive(Args, Debug)]
pub struct ExportCommand {
    /// The new folder
    #[arg(long)]
    out: PathBuf,
    /// parquet, csv or ndjson
    #[arg(long, default_value = "parquet")]
    format: String,
    /// Tables, separated by commas [default: all]
    #[arg(long, value_delimiter = ',')]
    tables: Vec<String>,
    /// The first day, such as 2026-11-01
    #[arg(long, requires = "to")]
    from: Option<String>,
    /// The last day
    #[arg(long, requires = "from")]
    to: Option<String>,
    /// Only rows that changed after this position: "cursor" in meta.json of the last export
    #[arg(long)]
    after: Option<u64>,
    /// Time zone of the days [default: analytics.zone]
    #[arg(long)]
    zone: Option<String>,
    /// Also the words of turns
    #[arg(long)]
    text: bool,
    /// Also the log itself, event by event, with all words
    #[arg(long)]
    log: bool,
    /// CSV: guard cells that a spreadsheet would take for formulas
    #[arg(long)]
    spreadsheet: bool,
}

impl ExportCommand {
    /// Writes the export.
    ///
    /// # Errors
    /// If something named does not exist, or the data cannot be read or written.
    pub fn run(self, config: &Config) -> anyhow::Result<()> {
        let plan = Export {
            format: self.format,
            tables: self.tables,
            days: self.from.zip(self.to),
            after: self.after,
            text: self.text,
            log: self.log,
            spreadsheet: self.spreadsheet,
            account: config.account.clone(),
            zone: self.zone.unwrap_or_else(|| config.analytics.zone.clone()),
        };
        Ok(say(export(config.tables(), &self.out, &plan, Clock::system().now())?)?)
    }
}
