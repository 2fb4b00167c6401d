//! A hub and a desk in this process, at a time chosen by the test.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::routing::post;
use axum::{Json, Router};
use rusqlite::Connection;
use serde_json::{Value, json};
use tandem_conversation::Time;
use tandem_desk::words::Spoken;
use tandem_desk::{Desk, DeskConfig, NoBrowser, NoStartup, Pace, Silent};
use tandem_hub::config::{Config, LogicConfig, MailConfig};
use tandem_hub::{Hub, serve};
use tandem_testkit::keychain::FileKeychain;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

pub const SECRET: &str = "a-secret-between-two-services";
pub const PASSWORD: &str = "correct horse battery staple";
/// Time limit of a test.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A running hub, and the runtime that ends with it.
pub struct House {
    runtime: Option<Runtime>,
    pub url: String,
}

impl House {
    pub async fn open(data: &Path, logic: Option<&str>, now: impl Fn() -> Time + Send + Sync + 'static) -> Self {
        let mail = MailConfig {
            // No server listens there: the mail stays queued.
            url: "smtp://127.0.0.1:9".into(),
            from: "Northwind <chat@northwind.example>".into(),
            public_url: "https://chat.northwind.example".into(),
        };
        let config = Config {
            account: "Northwind".into(),
            logic: logic.map(|url| LogicConfig { timeout_ms: 1_000, ..LogicConfig::at(url, SECRET) }),
            rate_limits: false,
            mail: Some(mail),
            ..Config::new(data.to_owned())
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (said, heard) = oneshot::channel();
        runtime.spawn(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let hub = Hub::start(config, tandem_hub::Clock::from(now)).unwrap();
            said.send(address).unwrap();
            serve(hub, listener, std::future::pending()).await.unwrap();
        });
        let address = heard.await.expect("the hub starts");
        Self { runtime: Some(runtime), url: format!("http://{address}") }
    }

    /// Ends it and brings each database into one small file.
    pub async fn close(mut self, data: &Path) {
        self.end().await;
        for file in ["tandem.db", "search.db"] {
            let connection = Connection::open(data.join(file)).unwrap();
            connection.busy_timeout(PATIENCE).unwrap();
            let vacuum =
                "PRAGMA journal_mode = DELETE; VACUUM; PRAGMA journal_mode = WAL; PRAGMA wal_checkpoint(TRUNCATE)";
            connection.execute_batch(vacuum).unwrap();
        }
    }

    /// Ends it at once.
    pub async fn end(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            tokio::task::spawn_blocking(move || runtime.shutdown_timeout(PATIENCE)).await.unwrap();
        }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A desk with cache and keychain in `data`.
pub async fn desk(data: &Path, now: impl Fn() -> Time + Send + Sync + 'static) -> Desk {
    let config = DeskConfig {
        data_dir: data.to_owned(),
        clock: tandem_desk::Clock::new(now),
        notifier: Arc::new(Silent),
        keychain: Arc::new(FileKeychain::beside(data)),
        startup: Arc::new(NoStartup),
        browser: Arc::new(NoBrowser),
        hub: None,
        allow_http: false,
        language: Spoken::En,
        budget_bytes: DeskConfig::BUDGET_BYTES,
        pace: Pace { undo: Duration::ZERO, ..Pace::default() },
    };
    Desk::start(config).await.unwrap()
}

/// Repeats the request until the answer satisfies a condition.
pub async fn until(desk: &Desk, name: &str, request: Value, holds: impl Fn(&Value) -> bool) -> Value {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let answer = desk.rpc(name, request.clone()).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        if holds(&answer) {
            return answer;
        }
        assert!(tokio::time::Instant::now() < deadline, "{name} {request} still answers {answer:#}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A Your Logic that answers known requests and hands everything else to people.
pub async fn logic() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/", post(answer))).await.unwrap() });
    url
}

async fn answer(Json(request): Json<Value>) -> Json<Value> {
    let text = request["trigger"]["turn"]["content"]["text"].as_str().unwrap_or_default();
    let actions = if request["trigger"]["by"]["kind"] != "customer" {
        json!([])
    } else if text.contains("seat") {
        json!([{ "type": "QUESTION", "text": "Which seat?",
                 "choices": [{ "id": "a", "label": "Aisle" }, { "id": "w", "label": "Window" }] }])
    } else if text.contains("Window") {
        json!([{ "type": "MESSAGE", "text": "Seat 4A is yours." }, { "type": "COMPLETE", "resolution": "Seat 4A" }])
    } else {
        json!([
            { "type": "NOTE", "text": "Wants a refund for flight NW 204.",
              "handover": { "wish": [{ "text": "A refund" }], "checked": [{ "text": "Booking NW-20418 exists" }],
                            "tried": [], "open": [{ "text": "Is the fare refundable?" }], "risk": [] } },
            { "type": "SUGGESTION", "text": "We refund within seven days." },
            { "type": "TAG", "add": ["refund"] },
            { "type": "NEEDS_HELP", "value": true, "reason": "fare rules unclear" }
        ])
    };
    Json(json!({ "requestId": request["requestId"], "actions": actions,
        "conversation": { "custom": { "booking": "NW-20418" } },
        "customer": { "custom": { "email": "carmen@menzel.example" } } }))
}
