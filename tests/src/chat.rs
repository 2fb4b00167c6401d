//! A customer at the web chat, in a real headless Chromium.
//!
//! Playwright drives it from a small script in Node, which we talk to in lines of JSON.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{ChildStdin, ChildStdout};

use crate::stage::{Stage, repository};
use crate::wait::DEADLINE;

/// A turn as the customer sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenTurn {
    /// `customer`, `agent`, `logic`, `external_agent`.
    pub from: String,
    pub text: String,
}

pub struct Chat {
    who: String,
    pictures: PathBuf,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Chat {
    /// Starts a browser and opens a page that has a web chat on it.
    ///
    /// # Errors
    /// If there is no browser, or the chat does not appear on the page.
    pub async fn open(stage: &mut Stage, who: &str, url: &str) -> Result<Self> {
        let mut node = stage.command(Path::new("node"), who)?;
        node.arg(repository().join("tests/browser/chat.mjs"));
        let (_, input, output) = stage.leash.start_talking(&format!("{who}-browser"), &mut node)?;
        let mut chat = Self {
            who: who.to_owned(),
            pictures: stage.folder().to_owned(),
            input: ChildStdin::from_std(input)?,
            output: BufReader::new(ChildStdout::from_std(output)?).lines(),
        };
        chat.tell(json!({ "do": "open", "url": url })).await?;
        Ok(chat)
    }

    /// Writes a message and presses Send.
    ///
    /// # Errors
    /// If there is nowhere to write.
    pub async fn say(&mut self, text: &str) -> Result<()> {
        self.tell(json!({ "do": "say", "text": text })).await.map(drop)
    }

    /// Presses a choice of the last question that has it.
    ///
    /// # Errors
    /// If there is none.
    pub async fn choose(&mut self, label: &str) -> Result<()> {
        self.tell(json!({ "do": "choose", "label": label })).await.map(drop)
    }

    /// Awaits a turn of this kind that contains the text.
    ///
    /// # Errors
    /// If none comes in time; tells what is there, and leaves a picture.
    pub async fn sees(&mut self, from: &str, text: &str) -> Result<()> {
        self.tell(json!({ "do": "sees", "from": from, "text": text })).await.map(drop)
    }

    /// Awaits more turns of this kind than `count`, and returns the last of them.
    ///
    /// # Errors
    /// If none comes in time.
    pub async fn next_from(&mut self, from: &str, count: usize) -> Result<String> {
        let text = self.tell(json!({ "do": "next", "from": from, "count": count })).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// # Errors
    /// If the browser is gone.
    pub async fn transcript(&mut self) -> Result<Vec<SeenTurn>> {
        let turns = self.tell(json!({ "do": "transcript" })).await?;
        let text = |turn: &Value, name: &str| turn[name].as_str().unwrap_or_default().to_owned();
        let turns = turns.as_array().context("BUG: chat.mjs gives a list")?;
        Ok(turns.iter().map(|turn| SeenTurn { from: text(turn, "from"), text: text(turn, "text") }).collect())
    }

    /// Writes a picture of the page.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn picture(&mut self, path: &Path) -> Result<()> {
        self.tell(json!({ "do": "picture", "path": path })).await.map(drop)
    }

    async fn tell(&mut self, mut order: Value) -> Result<Value> {
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
