//! `tandem-hub analytics`: the tables of figures and exports.

use anyhow::bail;
use clap::Subcommand;
use tandem_conversation::measure::Definitions;

use crate::analytics::{PART, rebuild, verify};
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
        let definitions = Definitions::default();
        match self {
            Self::Rebuild => {
                let mut told = 0;
                say(rebuild(&config.data, definitions, PART, |at, last| {
                    if at / STEP > told {
                        told = at / STEP;
                        remark(format_args!("{at} of {last} events"));
                    }
                })?)?;
            }
            Self::Verify { sample } => {
                let (wrong, summary) = verify(&config.data, &definitions, sample)?;
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
