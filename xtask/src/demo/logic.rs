//! The sample Your Logic: a small service, whose address is read from the line it prints.

use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use xtask::leash::Leash;

use super::Plan;

const START: Duration = Duration::from_secs(20);

/// Starts it on a free port and returns its address.
pub fn start(leash: &mut Leash, plan: &Plan, secret: &str) -> Result<String> {
    let mut logic = Command::new(super::program("sample-logic"));
    logic.args(["--listen", "127.0.0.1:0", "--secret-env", "TANDEM_LOGIC_SECRET"]);
    logic.arg("--dialogues").arg(&plan.dialogues).args(["--speed", &plan.speed.to_string()]);
    logic.env("TANDEM_LOGIC_SECRET", secret);
    let address = |line: &str| line.strip_prefix("listening on ").map(|url| url.trim().to_owned());
    let (_, address) = leash.start_saying("sample-logic", &mut logic, START, address)?;
    Ok(address)
}
