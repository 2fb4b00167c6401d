//! The front end's packages and its two bundles, which app and hub embed.

use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context as _, Result};

use crate::sh;

/// Embedded by the app and the hub.
const BUNDLES: [&str; 2] = ["ui/dist/index.html", "ui/dist-chat/chat.js"];

pub fn npm(line: &str) -> Command {
    let mut command = sh::command(&format!("npm {line}"));
    command.current_dir(sh::root().join("ui"));
    command
}

/// Runs `npm ci` if the installed packages are missing or older than the lock file.
pub fn install() -> Result<()> {
    let ui = sh::root().join("ui");
    let installed = changed(&ui.join("node_modules/.package-lock.json"));
    let locked = changed(&ui.join("package-lock.json"));
    if installed.is_some() && installed >= locked {
        return Ok(());
    }
    sh::succeeds(&mut npm("--version")).then_some(()).context("Node with npm is needed (Node 20 or newer)")?;
    sh::run(&mut npm("ci --no-audit --no-fund"))
}

/// Runs `npm run build` if a source is newer than a bundle. A needless build would relink the app as well.
pub fn build() -> Result<()> {
    let ui = sh::root().join("ui");
    let mut newest = None;
    for entry in read_dir(&ui)? {
        let name = entry.file_name();
        if name != "node_modules" && !name.to_string_lossy().starts_with("dist") {
            newest = newest.max(newest_below(&entry.path())?);
        }
    }
    let oldest = BUNDLES.iter().map(|file| changed(&sh::root().join(file))).min().flatten();
    if oldest.is_some() && oldest >= newest {
        println!("   The bundles are up to date.");
        return Ok(());
    }
    sh::run(&mut npm("run --silent build"))
}

/// The latest change of a file, or of a folder (its own time covers removed files) and its content.
fn newest_below(path: &Path) -> Result<Option<SystemTime>> {
    let mut newest = changed(path);
    if path.is_dir() {
        for entry in read_dir(path)? {
            newest = newest.max(newest_below(&entry.path())?);
        }
    }
    Ok(newest)
}

fn read_dir(path: &Path) -> Result<Vec<std::fs::DirEntry>> {
    let entries = std::fs::read_dir(path).and_then(Iterator::collect);
    entries.with_context(|| format!("cannot read {}", path.display()))
}

fn changed(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|data| data.modified()).ok()
}
