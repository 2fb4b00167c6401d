//! The setting of one test: its own folder for data, logs and pictures, and programs that end with it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use tempfile::TempDir;
use xtask::leash::Leash;

/// The root of the repository.
pub fn repository() -> &'static Path {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests)
}

/// A program of ours, built before the tests.
///
/// # Errors
/// If it is not built.
pub fn program(name: &str) -> Result<PathBuf> {
    tandem_testkit::hub_process::find_binary(name).with_context(|| format!("`cargo xtask test` builds {name}"))
}

pub struct Stage {
    pub leash: Leash,
    folder: PathBuf,
    /// Socket paths must be short, so they are not in `folder`.
    sockets: TempDir,
}

impl Stage {
    /// Clears `target/e2e/NAME`. The test's files stay there until its next run.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn new(name: &str) -> Result<Self> {
        // Tests run from target/debug/deps.
        let own = std::env::current_exe()?;
        let target = own.ancestors().nth(3).context("tests do not run from a target folder")?;
        let folder = target.join("e2e").join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder).with_context(|| format!("cannot clear {}", folder.display()))?;
        }
        let leash = Leash::new(&folder.join("logs"))?;
        Ok(Self { leash, folder, sockets: tempfile::tempdir()? })
    }

    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A folder for one actor's or program's files.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn room(&self, name: &str) -> Result<PathBuf> {
        let room = self.folder.join(name);
        std::fs::create_dir_all(&room)?;
        Ok(room)
    }

    /// A program for an actor, with a private home and without the surrounding session.
    ///
    /// # Errors
    /// If their folders cannot be made.
    pub fn command(&self, program: &Path, who: &str) -> Result<Command> {
        let home = self.room(who)?.join("home");
        let runtime = self.sockets.path().join(who);
        std::fs::create_dir_all(&home)?;
        std::fs::create_dir_all(&runtime)?;
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            let is_foreign = ["TANDEM_", "XDG_", "DBUS_", "CARGO"].iter().any(|start| name.starts_with(start));
            if is_foreign && name != "TANDEM_CHROMIUM"
                || ["DISPLAY", "WAYLAND_DISPLAY", "LD_LIBRARY_PATH"].contains(&name.as_str())
            {
                command.env_remove(name);
            }
        }
        command.env("HOME", home).env("XDG_RUNTIME_DIR", runtime).env("LC_ALL", "C.UTF-8").env("TZ", "UTC");
        Ok(command)
    }
}
