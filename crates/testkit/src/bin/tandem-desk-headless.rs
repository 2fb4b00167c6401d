//! A desk without a window: a cache in a folder, and its command table on loopback. For tests that kill it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;
use tandem_desk::words::Spoken;
use tandem_desk::{Clock, Desk, DeskConfig, NoBrowser, NoStartup, Pace, Silent, serve};
use tandem_testkit::keychain::FileKeychain;
use tokio::net::TcpListener;

/// Serves a desk under `/{token}` of a local address, and prints it.
#[derive(Parser)]
struct Arguments {
    /// Folder of the cache.
    #[arg(long)]
    data: PathBuf,
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: String,
    /// Requests without it get no answer.
    #[arg(long)]
    token: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Arguments { data, listen, token } = Arguments::parse();
    let desk = Desk::start(config(&data)).await.context("the desk cannot start")?;
    let listener = TcpListener::bind(&listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    println!("listening on http://{}/{token}", listener.local_addr()?);
    Ok(serve(desk, listener, &token, None).await?)
}

fn config(data: &Path) -> DeskConfig {
    DeskConfig {
        data_dir: data.to_owned(),
        clock: Clock::system(),
        notifier: Arc::new(Silent),
        keychain: Arc::new(FileKeychain::beside(data)),
        startup: Arc::new(NoStartup),
        browser: Arc::new(NoBrowser),
        hub: None,
        allow_http: false,
        language: Spoken::En,
        budget_bytes: DeskConfig::BUDGET_BYTES,
        // Short, so that some turns are held back and others on their way when it is killed.
        pace: Pace { undo: Duration::from_secs(1), ..Pace::default() },
    }
}
