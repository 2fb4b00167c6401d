//! A Your Logic in its own process; stopped when dropped.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::Context;

use crate::hub_process::listening_on;

/// The secret shared by hub and sample.
pub const SECRET: &str = "whsec_dGFuZGVtLXRlc3RraXQtc2FtcGxlLXNlY3JldC0xMjM=";

/// A running service.
pub struct LogicProcess {
    pub url: String,
    child: Child,
}

impl LogicProcess {
    /// Starts it on a free port with dialogues. With `speed` it thinks as long as recorded, divided by it.
    ///
    /// # Errors
    /// If the binary is missing or it does not start.
    pub fn start(binary: &Path, dialogues: &[PathBuf], speed: Option<f64>) -> anyhow::Result<Self> {
        let mut command = Command::new(binary);
        command.args(["--listen", "127.0.0.1:0"]).env("TANDEM_LOGIC_SECRET", SECRET);
        for path in dialogues {
            command.arg("--dialogues").arg(path);
        }
        if let Some(speed) = speed {
            command.args(["--speed", &speed.to_string()]);
        }
        Self::run(command)
    }

    /// Runs any program that prints its address, as the samples do.
    ///
    /// # Errors
    /// If it does not start.
    pub fn run(mut command: Command) -> anyhow::Result<Self> {
        let name = command.get_program().display().to_string();
        let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {name}"))?;
        let output = child.stdout.take().context("BUG: the output is piped")?;
        // Owned first, so that it is stopped even if it does not start.
        let mut logic = Self { url: String::new(), child };
        logic.url = listening_on(output, &name)?;
        Ok(logic)
    }

    /// Its address and secret, for a hub.
    #[must_use]
    pub fn for_hub(&self) -> (String, String) {
        (self.url.clone(), SECRET.to_owned())
    }

    /// Kills it, like a crash.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill().context("cannot kill the sample logic")?;
        self.child.wait().context("cannot wait for the sample logic")?;
        Ok(())
    }
}

impl Drop for LogicProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
