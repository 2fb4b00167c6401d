//! `tandem-hub review-plan`: how brands ask for reviews.

use anyhow::{Context as _, ensure};
use clap::Subcommand;
use tandem_conversation::ReviewPlan;

use crate::administration::{self, OPERATOR, audit};
use crate::config::Config;
use crate::terminal::say;

/// How brands ask for reviews.
#[derive(Subcommand, Debug)]
pub enum ReviewPlanCommand {
    /// Print the plans of the brands that ask, as JSON
    List,
    /// Have a brand ask, or ask otherwise
    Set {
        /// The id of the brand
        #[arg(long)]
        brand: String,
        /// The plan as JSON, such as {"delayS": 300}; fields that are left out have their defaults
        #[arg(default_value = "{}")]
        plan: String,
    },
    /// Have a brand ask no more
    Remove {
        /// The id of the brand
        #[arg(long)]
        brand: String,
    },
}

impl ReviewPlanCommand {
    /// Runs the command and prints the result.
    ///
    /// # Errors
    /// Why it was refused, for the operator. Nothing was changed.
    pub fn run(self, config: &Config) -> anyhow::Result<()> {
        let data = config.tables();
        match self {
            Self::List => {
                let all = data.open()?.read_blocking(administration::review_plans)?;
                say(serde_json::to_string_pretty(&all).context("Cannot write the plans")?)?;
            }
            Self::Set { brand, plan } => {
                let plan: ReviewPlan = serde_json::from_str(&plan).context("Cannot read the plan")?;
                let plan = plan.checked()?;
                let set = data
                    .open()?
                    .write_blocking(move |connection, ()| administration::set_review_plan(connection, &brand, plan));
                let row = set??;
                audit(OPERATOR, &row.brand, "review plan: set");
                say(format_args!("{} asks for reviews", row.brand))?;
            }
            Self::Remove { brand } => {
                let key = brand.clone();
                let removed = data
                    .open()?
                    .write_blocking(move |connection, ()| administration::remove_review_plan(connection, &key))?;
                ensure!(removed, "Brand '{brand}' has no review plan.");
                audit(OPERATOR, &brand, "review plan: removed");
                say(format_args!("{brand} asks for reviews no more"))?;
            }
        }
        Ok(())
    }
}
