//! A customer at the web chat, in a real headless Chromium.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::stage::Stage;

/// A turn as shown to the customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenTurn {
    /// `customer`, `agent`, `logic`, `external_agent`.
    pub from: String,
    pub text: String,
}

pub struct Chat(Browser);

impl Chat {
    /// Starts a browser and opens a page with a web chat.
    ///
    /// # Errors
    /// If there is no browser, or the chat does not appear.
    pub async fn open(stage: &mut Stage, who: &str, url: &str) -> Result<Self> {
        let mut browser = Browser::start(stage, who, "chat.mjs")?;
        browser.tell(json!({ "do": "open", "url": url })).await?;
        Ok(Self(browser))
    }

    /// Writes a message and presses Send.
    ///
    /// # Errors
    /// If there is no text field.
    pub async fn say(&mut self, text: &str) -> Result<()> {
        self.0.tell(json!({ "do": "say", "text": text })).await.map(drop)
    }

    /// Sends a file.
    ///
    /// # Errors
    /// If there is nowhere to choose one.
    pub async fn attach(&mut self, name: &str, kind: &str, text: &str) -> Result<()> {
        self.0.tell(json!({ "do": "attach", "name": name, "kind": kind, "text": text })).await.map(drop)
    }

    /// Presses a choice of the last question that has it.
    ///
    /// # Errors
    /// If there is none.
    pub async fn choose(&mut self, label: &str) -> Result<()> {
        self.0.tell(json!({ "do": "choose", "label": label })).await.map(drop)
    }

    /// Sets or removes the page's identity token.
    ///
    /// # Errors
    /// If the browser is gone.
    pub async fn identify(&mut self, token: Option<&str>) -> Result<()> {
        self.0.tell(json!({ "do": "identify", "token": token })).await.map(drop)
    }

    /// Waits until nothing of any conversation is shown.
    ///
    /// # Errors
    /// If something stays.
    pub async fn is_empty(&mut self) -> Result<()> {
        self.0.tell(json!({ "do": "empty" })).await.map(drop)
    }

    /// Waits for a turn of this kind that contains the text.
    ///
    /// # Errors
    /// If none comes in time; reports what is shown, and saves a picture.
    pub async fn sees(&mut self, from: &str, text: &str) -> Result<()> {
        self.0.tell(json!({ "do": "sees", "from": from, "text": text })).await.map(drop)
    }

    /// Waits for more than `count` turns of this kind, and returns the last.
    ///
    /// # Errors
    /// If none comes in time.
    pub async fn next_from(&mut self, from: &str, count: usize) -> Result<String> {
        let text = self.0.tell(json!({ "do": "next", "from": from, "count": count })).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// # Errors
    /// If the browser is gone.
    pub async fn transcript(&mut self) -> Result<Vec<SeenTurn>> {
        let turns = self.0.tell(json!({ "do": "transcript" })).await?;
        let text = |turn: &Value, name: &str| turn[name].as_str().unwrap_or_default().to_owned();
        let turns = turns.as_array().context("BUG: lead.mjs gives a list")?;
        Ok(turns.iter().map(|turn| SeenTurn { from: text(turn, "from"), text: text(turn, "text") }).collect())
    }

    /// Writes a picture of the page.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn picture(&mut self, path: &Path) -> Result<()> {
        self.0.tell(json!({ "do": "picture", "path": path })).await.map(drop)
    }
}
