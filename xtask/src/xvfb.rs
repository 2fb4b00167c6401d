//! A virtual X display.

use std::time::Duration;

use anyhow::Result;

use crate::leash::Leash;

const START: Duration = Duration::from_secs(20);

/// Starts it on the first free number and returns its name, such as `:99`.
pub fn start(leash: &mut Leash) -> Result<String> {
    // It writes its number to descriptor 1 when it is ready.
    let mut xvfb = std::process::Command::new("Xvfb");
    xvfb.args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp", "-noreset"]);
    let number = |line: &str| line.trim().parse::<u32>().ok();
    let (_, number) = leash.start_saying("xvfb", &mut xvfb, START, number)?;
    Ok(format!(":{number}"))
}
