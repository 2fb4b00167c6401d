//! Replaces a hub for one desk: signs Maya in and sends a prepared history as fast as possible.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::SinkExt as _;
use serde::Deserialize;
use serde_json::json;
use tandem_conversation::Role;
use tandem_desk::Clock;
use tandem_protocol::agents::{About, LiveFrame, Me, Tokens, usual_file_bytes};
use tandem_protocol::library::Library;
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::past::{Past, maya};

/// The log's end before there is a history. Zero would mean that nothing is known.
pub(super) const BEFORE: u64 = 1;
/// The user who gets the history.
pub(super) const EMAIL: &str = "maya@northwind.example";

pub(super) struct StandIn {
    pub url: String,
    pub port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    told: Mutex<Told>,
    library: Mutex<Library>,
}

struct Told {
    frames: Arc<Vec<Utf8Bytes>>,
    cursor: u64,
    /// When the history was last begun.
    began: Option<Instant>,
}

impl StandIn {
    /// Serves on a free port until the process ends.
    pub async fn start() -> anyhow::Result<Self> {
        Self::on(0).await
    }

    /// As [`Self::start`], on a port where a desk knows it.
    pub async fn on(port: u16) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let port = listener.local_addr()?.port();
        let url = format!("http://127.0.0.1:{port}");
        let told = Told { frames: Arc::default(), cursor: BEFORE, began: None };
        let shared = Arc::new(Shared { told: Mutex::new(told), library: Mutex::default() });
        let router = Router::new()
            .route("/api/v1/about", get(|| async { Json(about()) }))
            .route("/api/v1/auth/login", post(|| async { Json(tokens()) }))
            .route("/api/v1/auth/refresh", post(|| async { Json(tokens()) }))
            .route("/api/v1/auth/logout", post(|| async {}))
            .route("/api/v1/commands", post(|| async { Json(json!({ "position": 1 })) }))
            .route("/api/v1/customers/{id}/journey", get(|| async { Json(json!({ "conversations": [] })) }))
            .route("/api/v1/library", get(library))
            .route("/api/v1/live", get(live))
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { url, port, shared })
    }

    /// From now on, connecting desks get this history.
    pub fn tell(&self, past: &Past) {
        *self.told() = Told { frames: Arc::new(past.frames.clone()), cursor: past.cursor, began: None };
    }

    /// From now on, connecting desks have everything up to here.
    pub fn tell_end(&self, cursor: u64) {
        *self.told() = Told { frames: Arc::default(), cursor, began: None };
    }

    /// From now on, connecting desks fetch this library.
    pub fn shelve(&self, library: Library) {
        *self.shared.library.lock().unwrap_or_else(PoisonError::into_inner) = library;
    }

    /// When sending the history began.
    pub fn began(&self) -> Option<Instant> {
        self.told().began
    }

    fn told(&self) -> std::sync::MutexGuard<'_, Told> {
        self.shared.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn library(State(shared): State<Arc<Shared>>) -> Json<Library> {
    Json(shared.library.lock().unwrap_or_else(PoisonError::into_inner).clone())
}

fn about() -> About {
    About { version: tandem_protocol::version(), oldest: tandem_protocol::version() }
}

fn me() -> Me {
    Me {
        user: maya(),
        name: "Maya Ortiz".into(),
        email: EMAIL.into(),
        account: "Northwind".into(),
        permissions: Role::Supervisor.permissions(),
        capacity: 100,
        skills: tandem_conversation::Skills::default(),
        mail: false,
        public_url: None,
        improve: false,
        translate: false,
        max_file_bytes: usual_file_bytes(),
        reasons: Vec::new(),
        logic_name: None,
    }
}

fn tokens() -> Tokens {
    Tokens { access_token: "access".into(), expires_in: 900, refresh_token: "refresh".into(), me: me() }
}

#[derive(Deserialize)]
struct LiveQuery {
    after: Option<u64>,
}

async fn live(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<LiveQuery>,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade.on_upgrade(move |socket| async move {
        // A disconnect ends it.
        let _ = attend(&shared, query.after, socket).await;
    })
}

async fn attend(shared: &Shared, after: Option<u64>, mut socket: WebSocket) -> Result<(), axum::Error> {
    let time = Clock::system().now();
    let frame = |frame: &LiveFrame| Message::Text(serde_json::to_string(frame).unwrap_or_default().into());
    let hello = LiveFrame::hello(me(), time, uuid::Uuid::nil());
    socket.send(frame(&hello)).await?;
    if after.is_none() {
        socket.send(frame(&LiveFrame::Reset {})).await?;
    }
    let stamp = shared.library.lock().unwrap_or_else(PoisonError::into_inner).stamp.clone();
    if !stamp.is_empty() {
        socket.send(frame(&LiveFrame::Library { stamp })).await?;
    }
    let (frames, cursor) = {
        let mut told = shared.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.began = Some(Instant::now());
        (Arc::clone(&told.frames), told.cursor)
    };
    if after != Some(cursor) {
        for text in frames.iter() {
            socket.send(Message::Text(text.as_str().into())).await?;
        }
    }
    socket.send(frame(&LiveFrame::Alive { cursor, time, after: None })).await?;
    loop {
        tokio::select! {
            () = tokio::time::sleep(std::time::Duration::from_secs(10)) => {
                socket.send(frame(&LiveFrame::Alive { cursor, time, after: None })).await?;
            }
            message = socket.recv() => match message {
                Some(Ok(_)) => {}
                _ => return socket.close().await,
            },
        }
    }
}
