//! An external agent on the page behind a link, in a real headless Chromium.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::stage::Stage;

pub struct Partner(Browser);

impl Partner {
    /// Starts a browser and follows the link without opening it.
    ///
    /// # Errors
    /// If there is no browser, or the page shows nothing.
    pub async fn follow(stage: &mut Stage, who: &str, link: &str) -> Result<Self> {
        let mut browser = Browser::start(stage, who, "guest.mjs")?;
        browser.tell(json!({ "do": "open", "url": link })).await?;
        Ok(Self(browser))
    }

    /// Waits until the page's heading contains the text.
    ///
    /// # Errors
    /// If it never does.
    pub async fn is_told(&mut self, text: &str) -> Result<()> {
        self.0.tell(json!({ "do": "heading", "text": text })).await.map(drop)
    }

    /// Presses a button.
    ///
    /// # Errors
    /// If there is none of this name.
    pub async fn press(&mut self, label: &str) -> Result<()> {
        self.0.tell(json!({ "do": "press", "label": label })).await.map(drop)
    }

    /// Writes a message and presses Send.
    ///
    /// # Errors
    /// If there is no text field.
    pub async fn say(&mut self, text: &str) -> Result<()> {
        self.0.tell(json!({ "do": "say", "text": text })).await.map(drop)
    }

    /// Sends a text file.
    ///
    /// # Errors
    /// If there is no file field.
    pub async fn attach(&mut self, name: &str, text: &str) -> Result<()> {
        self.0.tell(json!({ "do": "attach", "name": name, "text": text })).await.map(drop)
    }

    /// Waits for a turn of this kind that contains the text.
    ///
    /// # Errors
    /// If none comes in time.
    pub async fn sees(&mut self, from: &str, text: &str) -> Result<()> {
        self.0.tell(json!({ "do": "sees", "from": from, "text": text })).await.map(drop)
    }

    /// All text on the page.
    ///
    /// # Errors
    /// If the browser is gone.
    pub async fn text(&mut self) -> Result<String> {
        let text = self.0.tell(json!({ "do": "text" })).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// axe's findings on the current page, in light and dark.
    ///
    /// # Errors
    /// If the browser is gone.
    pub async fn judged(&mut self) -> Result<Vec<Value>> {
        let mut found = Vec::new();
        for theme in ["dark", "light"] {
            self.0.tell(json!({ "do": "dress", "theme": theme })).await?;
            let said = self.0.tell(json!({ "do": "judge" })).await?;
            found.extend(said.as_array().cloned().context("BUG: guest.mjs gives a list")?);
        }
        Ok(found)
    }

    /// Writes a picture of the page in light and one in dark.
    ///
    /// # Errors
    /// If they cannot be written.
    pub async fn pictures(&mut self, folder: &Path, name: &str) -> Result<()> {
        for theme in ["dark", "light"] {
            self.0.tell(json!({ "do": "dress", "theme": theme })).await?;
            let path = folder.join(format!("{name}-{theme}.png"));
            self.0.tell(json!({ "do": "picture", "path": path })).await?;
        }
        Ok(())
    }
}
