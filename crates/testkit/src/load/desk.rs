//! The desk's core without its window: in this process, through its command table.

mod cached;
mod catchup;
mod keychain;
mod library;
mod raw;
mod reconnect;
mod start;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::{Value, json};
use tandem_desk::words::Spoken;
use tandem_desk::{Clock, Desk, DeskConfig, NoBrowser, NoStartup, Pace, Silent};

pub(super) use cached::measure as cached;
pub(super) use catchup::measure as catchup;
use keychain::FolderKeychain;
pub(super) use library::{full as full_library, measure as library};
pub(super) use reconnect::measure as reconnect;
pub use start::first_list;

use crate::hub_process::PASSWORD;

/// Starts Maya's desk on a folder, resuming where it was.
async fn start(folder: &Path) -> anyhow::Result<Desk> {
    let config = DeskConfig {
        data_dir: folder.to_owned(),
        clock: Clock::system(),
        notifier: Arc::new(Silent),
        keychain: Arc::new(FolderKeychain::new(folder)?),
        startup: Arc::new(NoStartup),
        browser: Arc::new(NoBrowser),
        hub: None,
        allow_http: false,
        language: Spoken::En,
        budget_bytes: DeskConfig::BUDGET_BYTES,
        pace: Pace::default(),
    };
    Desk::start(config).await.context("the desk does not start")
}

async fn sign_in(desk: &Desk, hub: &str, email: &str) -> anyhow::Result<()> {
    rpc(desk, "session.signIn", json!({ "hub": hub, "email": email, "password": PASSWORD })).await.map(drop)
}

async fn rpc(desk: &Desk, name: &str, request: Value) -> anyhow::Result<Value> {
    match desk.rpc(name, request).await {
        Ok(answer) => Ok(answer),
        Err(error) => bail!("the desk refuses {name}: {}", error.message),
    }
}

/// Waits until the desk is connected and nothing is missing.
async fn until_live(desk: &Desk, within: Duration) -> anyhow::Result<()> {
    let mut changes = desk.changes();
    let mut last = Value::Null;
    let waiting = async {
        loop {
            last = rpc(desk, "app.state", json!({})).await?;
            if last.pointer("/connection/state").and_then(Value::as_str) == Some("live") {
                return Ok(());
            }
            changes.next().await.context("the desk has ended")?;
        }
    };
    match tokio::time::timeout(within, waiting).await {
        Ok(lived) => lived,
        Err(_) => bail!("the desk is not complete in time; it says {last}"),
    }
}

/// Bytes of all files of the cache in a folder.
fn cache_bytes(folder: &Path) -> anyhow::Result<u64> {
    let mut sum = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(|name| name.contains(".db")) {
            sum += entry.metadata()?.len();
        }
    }
    Ok(sum)
}
