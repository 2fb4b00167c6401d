//! The core in a process of its own, for `desk_core_start_1m_ms`.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context;
use serde_json::{Value, json};

use super::{rpc, start};

/// Printed by the process when it has its first list.
const LISTED: &str = "listed";

/// Starts the desk in `folder`, requests the first list, reports it, and ends.
///
/// # Errors
/// If the desk does not start or has no list.
pub async fn first_list(folder: &Path) -> anyhow::Result<()> {
    let desk = start(folder).await?;
    let list = rpc(&desk, "conversations.list", json!({ "section": "my", "offset": 0, "limit": 100 })).await?;
    anyhow::ensure!(list.get("total").and_then(Value::as_u64) > Some(0), "the list is empty");
    println!("{LISTED}");
    // Ends like a crash: tidying up is not part of the measurement.
    std::process::exit(0);
}

/// From before the process starts until it has its first list, in milliseconds.
pub(super) fn measure_ms(folder: &Path) -> anyhow::Result<f64> {
    use std::io::{BufRead, BufReader};
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--first-list").arg(folder).env("RUST_LOG", "warn").stdout(Stdio::piped());
    let began = Instant::now();
    let mut child = command.spawn().context("cannot start the core")?;
    let output = child.stdout.take().context("BUG: the output is piped")?;
    let said = BufReader::new(output).lines().map_while(Result::ok).any(|line| line == LISTED);
    let ms = began.elapsed().as_secs_f64() * 1000.0;
    child.wait()?;
    anyhow::ensure!(said, "the core has no list");
    Ok(ms)
}
