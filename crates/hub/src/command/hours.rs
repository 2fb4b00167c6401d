//! `tandem-hub hours`: business hours of the account, of brands and of numbers.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;
use tandem_protocol::hours::BusinessHoursChange;

use crate::administration::{self, HoursOf, OPERATOR, audit};
use crate::clock::Clock;
use crate::config::Config;
use crate::terminal::{remark, say};

/// Business hours.
#[derive(Subcommand, Debug)]
pub enum HoursCommand {
    /// Print the hours of the account, of brands and of numbers, as JSON
    List,
    /// Replace the hours of the account, of a brand or of a number by those in a file: {"versions": [{"validFrom", "zone",
    /// "weekly", "holidays"}]}. It may rewrite the past
    Set {
        /// The id of the brand that gets its own [default: the account's]
        #[arg(long)]
        brand: Option<String>,
        /// The id of the number of WhatsApp that gets its own
        #[arg(long, conflicts_with = "brand")]
        number: Option<String>,
        /// The file
        file: PathBuf,
    },
}

impl HoursCommand {
    /// Runs the command and prints the result.
    ///
    /// # Errors
    /// Why it was refused, for the operator. Nothing was changed.
    pub fn run(self, config: &Config) -> anyhow::Result<()> {
        let data = config.tables();
        match self {
            Self::List => {
                let all = data.open()?.read_blocking(administration::hours_of_all)?;
                say(serde_json::to_string_pretty(&all).context("Cannot write the hours")?)?;
            }
            Self::Set { brand, number, file } => {
                let of = match (brand, number) {
                    (Some(brand), _) => HoursOf::Brand(brand),
                    (None, Some(number)) => HoursOf::Number(number),
                    (None, None) => HoursOf::Account,
                };
                let text = std::fs::read_to_string(&file).with_context(|| format!("Cannot read {}", file.display()))?;
                let change: BusinessHoursChange =
                    serde_json::from_str(&text).with_context(|| format!("Cannot read {}", file.display()))?;
                let now = Clock::system().now();
                let set = data.open()?.write_blocking(move |connection, ()| {
                    administration::set_hours(connection, of, change.versions, (now, true))
                });
                let (row, is_rewritten) = set??;
                let owner = row.brand.as_deref().or(row.number.as_deref()).unwrap_or("account");
                audit(OPERATOR, owner, "business hours");
                say(format_args!("{owner}: {} versions of business hours", row.versions.len()))?;
                if is_rewritten {
                    remark(format_args!(
                        "Hours before now have changed. Figures of the past follow after tandem-hub analytics rebuild"
                    ));
                }
            }
        }
        Ok(())
    }
}
