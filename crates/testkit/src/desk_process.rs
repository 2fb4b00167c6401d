//! A real desk in its own process with a cache folder; killed when dropped.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;
use serde_json::Value;
use tempfile::TempDir;

use crate::hub_process::listening_on;

/// A running `tandem-desk-headless`.
pub struct DeskProcess {
    /// Address of its command table.
    pub url: String,
    binary: PathBuf,
    child: Child,
    data: TempDir,
}

impl DeskProcess {
    /// Starts a desk without a sign-in.
    ///
    /// # Errors
    /// If the binary is missing or the desk does not start.
    pub fn start(binary: &Path) -> anyhow::Result<Self> {
        let data = tempfile::tempdir().context("cannot make a folder for the desk's data")?;
        let (child, url) = spawn(binary, data.path(), "127.0.0.1:0")?;
        Ok(Self { url, binary: binary.to_owned(), child, data })
    }

    /// Kills the desk without warning and restarts it on the same data and port.
    ///
    /// # Errors
    /// If it does not start.
    pub fn kill_and_restart(&mut self) -> anyhow::Result<()> {
        self.child.kill().context("cannot kill the desk")?;
        self.child.wait().context("cannot wait for the desk")?;
        let listen = self.url.trim_start_matches("http://").split('/').next().unwrap_or_default().to_owned();
        (self.child, self.url) = spawn(&self.binary, self.data.path(), &listen)?;
        Ok(())
    }

    /// Folder of the cache.
    #[must_use]
    pub fn data(&self) -> &Path {
        self.data.path()
    }
}

/// Runs one command of a desk's table.
///
/// # Errors
/// The code of the desk's error; none if it does not answer.
pub async fn rpc(http: &reqwest::Client, url: &str, name: &str, request: &Value) -> Result<Value, Option<String>> {
    let answer = http.post(format!("{url}/rpc/{name}")).json(request).send().await.map_err(|_| None)?;
    let is_well = answer.status().is_success();
    let answer: Value = answer.json().await.map_err(|_| None)?;
    if is_well { Ok(answer) } else { Err(answer["code"].as_str().map(str::to_owned)) }
}

impl Drop for DeskProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(binary: &Path, data: &Path, listen: &str) -> anyhow::Result<(Child, String)> {
    let mut command = Command::new(binary);
    command.args(["--listen", listen, "--token", "tests", "--data"]).arg(data);
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {}", binary.display()))?;
    let output = child.stdout.take().context("BUG: the output is piped")?;
    match listening_on(output, "the desk") {
        Ok(url) => Ok((child, url)),
        Err(error) => {
            let _ = child.kill();
            let _ = child.wait();
            Err(error)
        }
    }
}
