//! The hub, on a runtime that can be dropped at any time.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tandem_hub::config::{Config, LogicConfig};
use tandem_hub::{Hub, serve};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::home::Home;
use crate::logic::SECRET;
use crate::run::Clocks;

pub struct House {
    runtime: Runtime,
    pub address: SocketAddr,
    hub: Weak<Hub>,
}

impl House {
    /// With `reads_the_log`, live connections are served as if their part of the hub were far behind.
    pub async fn open(home: &Home, clocks: &Clocks, logic: Option<&str>, reads_the_log: bool) -> Self {
        let config = Config {
            account: "Northwind".into(),
            logic: logic.map(|url| LogicConfig { timeout_ms: 1_000, ..LogicConfig::at(url, SECRET) }),
            rate_limits: false,
            ..home.config()
        };
        let clock = clocks.hub();
        let runtime = runtime();
        let (said, heard) = oneshot::channel();
        runtime.spawn(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let hub = Hub::start(config, clock).unwrap();
            hub.reads_the_log(reads_the_log);
            let _ = said.send((address, Arc::downgrade(&hub)));
            serve(hub, listener, std::future::pending()).await.unwrap();
        });
        let (address, hub) = heard.await.expect("the hub starts");
        Self { runtime, address, hub }
    }

    /// Ends it in the middle of its work, and waits until its data is free.
    pub async fn kill(self, home: &Home) {
        throw_away(self.runtime).await;
        home.is_free().await;
    }

    pub async fn disk_is_full(&self, full: bool) {
        if let Some(hub) = self.hub.upgrade() {
            // Freeing it may fail like the write in progress.
            while hub.disk_is_full(full).await.is_err() && !full {
                tokio::task::yield_now().await;
            }
        }
    }
}

/// One thread for everything that will be killed.
pub fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// Ends everything on a runtime at once. Only blocking work in progress may finish: a dying process takes its threads
/// along, and must not write a file after its successor has begun.
pub async fn throw_away(runtime: Runtime) {
    let thrown = tokio::task::spawn_blocking(move || runtime.shutdown_timeout(Duration::from_secs(10)));
    thrown.await.unwrap();
}

/// A folder in memory if possible: programs die here, not machines.
pub fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}
