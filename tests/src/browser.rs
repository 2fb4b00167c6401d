//! A real headless Chromium, driven by Playwright from a small Node script that takes lines of JSON.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{ChildStdin, ChildStdout};

use crate::stage::{Stage, repository};
use crate::wait::DEADLINE;

pub struct Browser {
    who: String,
    pictures: PathBuf,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Browser {
    /// Starts a browser for an actor, controlled by a script of `tests/browser`.
    ///
    /// # Errors
    /// If the script cannot be started.
    pub fn start(stage: &mut Stage, who: &str, script: &str) -> Result<Self> {
        let mut node = stage.command(Path::new("node"), who)?;
        node.arg(repository().join("tests/browser").join(script));
        let (_, input, output) = stage.leash.start_talking(&format!("{who}-browser"), &mut node)?;
        Ok(Self {
            who: who.to_owned(),
            pictures: stage.folder().to_owned(),
            input: ChildStdin::from_std(input)?,
            output: BufReader::new(ChildStdout::from_std(output)?).lines(),
        })
    }

    /// Gives an order and waits until it is done.
    ///
    /// # Errors
    /// If it fails; reports what is on the page, and saves a picture.
    pub async fn tell(&mut self, mut order: Value) -> Result<Value> {
        order["within_ms"] = json!(DEADLINE.as_millis());
        order["failure"] = json!(self.pictures.join(format!("{}-browser-failure.png", self.who)));
        self.input.write_all(format!("{order}\n").as_bytes()).await.context("the browser's script has ended")?;
        let line = tokio::time::timeout(DEADLINE + Duration::from_secs(10), self.output.next_line()).await;
        let line = line.with_context(|| format!("the browser does not answer to {order}"))??;
        let line = line.with_context(|| format!("the browser's script of {} has ended, see its log", self.who))?;
        let mut answer: Value = serde_json::from_str(&line).with_context(|| format!("not an answer: {line}"))?;
        if let Some(error) = answer["error"].as_str() {
            bail!("in the browser of {}, {}: {error}", self.who, order["do"]);
        }
        Ok(answer["ok"].take())
    }
}
