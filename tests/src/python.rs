//! Scripts in Python, with the packages that `cargo xtask samples` prepares.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

/// A script run by the prepared Python.
///
/// # Errors
/// If it is not prepared.
pub fn python(script: &Path) -> Result<Command> {
    // Tests run from target/debug/deps.
    let own = std::env::current_exe()?;
    let target = own.ancestors().nth(3).context("tests do not run from a target folder")?;
    let mut command = Command::new(prepared(target.join("samples/python/bin/python"))?);
    command.arg(script);
    Ok(command)
}

/// Something built before the tests.
///
/// # Errors
/// If it is missing.
pub fn prepared(path: PathBuf) -> Result<PathBuf> {
    ensure!(path.exists(), "{} is not there: `cargo xtask samples` makes it", path.display());
    Ok(path)
}
