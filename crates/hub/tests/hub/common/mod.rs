//! A hub in this process, a scripted Your Logic, and the people who use them.

pub mod partner;
pub mod smtp;
pub mod tables;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tandem_conversation::Role;
use tandem_hub::config::{Config, LogicConfig};
use tandem_hub::{Clock, Hub, NewBrand, NewUser, add_brand, add_user, serve};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use uuid::Uuid;

pub const SECRET: &str = "a-secret-between-two-services";
pub const PASSWORD: &str = "correct horse battery";
const PATIENCE: Duration = Duration::from_secs(10);

/// A running hub with one brand and one user per role.
pub struct TestHub {
    pub base: String,
    pub folder: Arc<tempfile::TempDir>,
    stop: Option<oneshot::Sender<()>>,
    stopped: Option<tokio::task::JoinHandle<()>>,
}

impl TestHub {
    pub async fn start(logic: Option<&str>) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let path = folder.path().to_owned();
        tokio::task::spawn_blocking(move || prepare(&path)).await.unwrap();
        Self::on(folder, logic, 1_000).await
    }

    /// A hub on the data of an earlier one.
    pub async fn on(folder: Arc<tempfile::TempDir>, logic: Option<&str>, timeout_ms: i64) -> Self {
        Self::at(Clock::system(), folder, logic, timeout_ms).await
    }

    /// Overwrites a database of its folder, and its journal, with junk of the same length.
    pub fn damages(&self, name: &str) {
        for name in [name.to_owned(), format!("{name}-wal")] {
            let path = self.folder.path().join(name);
            let bytes = std::fs::metadata(&path).unwrap().len();
            let junk: Vec<u8> = (0..bytes).map(|n| u8::try_from(n * 37 % 251).unwrap()).collect();
            let mut file = std::fs::File::options().write(true).open(&path).unwrap();
            std::io::Write::write_all(&mut file, &junk).unwrap();
        }
    }

    /// A new hub whose clock is moved by the test, in milliseconds.
    pub async fn start_with_clock(logic: Option<&str>) -> (Self, Arc<AtomicI64>) {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let path = folder.path().to_owned();
        tokio::task::spawn_blocking(move || prepare(&path)).await.unwrap();
        let ahead: Arc<AtomicI64> = Arc::default();
        (Self::at(moved(&ahead), folder, logic, 1_000).await, ahead)
    }

    /// A new hub with changed settings.
    pub async fn configured(clock: Clock, change: impl FnOnce(&mut Config)) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let path = folder.path().to_owned();
        tokio::task::spawn_blocking(move || prepare(&path)).await.unwrap();
        Self::with(clock, folder, change).await
    }

    pub async fn at(clock: Clock, folder: Arc<tempfile::TempDir>, logic: Option<&str>, timeout_ms: i64) -> Self {
        let logic = logic.map(|url| LogicConfig { timeout_ms, ..logic_at(url) });
        Self::with(clock, folder, |config| config.logic = logic).await
    }

    /// A new hub with this configuration of Your Logic.
    pub async fn start_with_logic(logic: LogicConfig) -> Self {
        Self::configured(Clock::system(), |config| config.logic = Some(logic)).await
    }

    /// A new hub with changed settings, and its internals.
    pub async fn running(change: impl FnOnce(&mut Config)) -> (Self, Arc<Hub>) {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let path = folder.path().to_owned();
        tokio::task::spawn_blocking(move || prepare(&path)).await.unwrap();
        Self::begin(Clock::system(), folder, change).await
    }

    /// A hub on the data of an earlier one, with changed settings.
    pub async fn with(clock: Clock, folder: Arc<tempfile::TempDir>, change: impl FnOnce(&mut Config)) -> Self {
        Self::begin(clock, folder, change).await.0
    }

    async fn begin(clock: Clock, folder: Arc<tempfile::TempDir>, change: impl FnOnce(&mut Config)) -> (Self, Arc<Hub>) {
        let new = tables::config(folder.path());
        let mut config = Config { account: "Northwind".into(), rate_limits: false, ..new };
        // The machine that runs the tests may be full.
        config.media.free_bytes = 0;
        change(&mut config);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let hub = Hub::start(config, clock).unwrap();
        let running = Arc::clone(&hub);
        let (stop, stopping) = oneshot::channel::<()>();
        let stopped = tokio::spawn(async move {
            serve(hub, listener, async move {
                let _ = stopping.await;
            })
            .await
            .unwrap();
        });
        (Self { base, folder, stop: Some(stop), stopped: Some(stopped) }, running)
    }

    pub async fn stop(mut self) -> Arc<tempfile::TempDir> {
        drop(self.stop.take());
        if let Some(stopped) = self.stopped.take() {
            stopped.await.unwrap();
        }
        Arc::clone(&self.folder)
    }

    /// A customer with a fresh browser.
    pub async fn customer(&self) -> Customer {
        let session = post(&self.base, "/chat/v1/sessions", None, &json!({ "brand": "northwind" })).await;
        assert_eq!(session.0, 200, "a page of an allowed domain gets a session: {}", session.1);
        Customer { base: self.base.clone(), token: session.1["token"].as_str().unwrap().to_owned() }
    }

    /// A signed-in user.
    pub async fn agent(&self, email: &str) -> Agent {
        let login = json!({ "email": email, "password": PASSWORD });
        let (status, tokens) = post(&self.base, "/api/v1/auth/login", None, &login).await;
        assert_eq!(status, 200, "{email} signs in: {tokens}");
        Agent {
            base: self.base.clone(),
            token: tokens["accessToken"].as_str().unwrap().to_owned(),
            refresh: tokens["refreshToken"].as_str().unwrap().to_owned(),
        }
    }

    pub async fn maya(&self) -> Agent {
        self.agent("maya@northwind.example").await
    }

    pub async fn jonas(&self) -> Agent {
        self.agent("jonas@northwind.example").await
    }

    pub async fn sofia(&self) -> Agent {
        self.agent("sofia@northwind.example").await
    }

    pub async fn ada(&self) -> Agent {
        self.agent("ada@northwind.example").await
    }
}

/// Your Logic at an address.
pub fn logic_at(url: &str) -> LogicConfig {
    LogicConfig { timeout_ms: 1_000, ..LogicConfig::at(url, SECRET) }
}

/// The system's clock, this many milliseconds ahead.
pub fn moved(ahead: &Arc<AtomicI64>) -> Clock {
    let (ahead, clock) = (Arc::clone(ahead), Clock::system());
    Clock::from(move || clock.now().plus_ms(ahead.load(Ordering::Relaxed)))
}

fn prepare(folder: &Path) {
    let data = tables::of(folder);
    for (email, name, role) in [
        ("maya@northwind.example", "Maya Ortiz", Role::Agent),
        ("jonas@northwind.example", "Jonas Keller", Role::Agent),
        ("sofia@northwind.example", "Sofia Lind", Role::Supervisor),
        ("ada@northwind.example", "Ada Novak", Role::Admin),
    ] {
        add_user(data.clone(), NewUser::new(email, name, role, PASSWORD)).unwrap();
    }
    let brand = NewBrand {
        key: "northwind".into(),
        name: "Northwind".into(),
        greeting: "Hello!".into(),
        accent: "#2f5bea".into(),
        domains: vec!["northwind.example".into()],
    };
    add_brand(data, brand).unwrap();
}

/// POSTs JSON; returns status and body.
pub async fn post(base: &str, path: &str, token: Option<&str>, body: &Value) -> (u16, Value) {
    let mut request = reqwest::Client::new().post(format!("{base}{path}")).json(body);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    answer(request).await
}

/// GETs; returns status and body.
pub async fn get(base: &str, path: &str, token: Option<&str>) -> (u16, Value) {
    let mut request = reqwest::Client::new().get(format!("{base}{path}"));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    answer(request).await
}

async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// A person in a browser.
pub struct Customer {
    pub base: String,
    pub token: String,
}

impl Customer {
    pub async fn writes(&self, text: &str) -> Value {
        let (status, body) = self.sends(&json!({ "id": Uuid::now_v7(), "text": text })).await;
        assert_eq!(status, 200, "'{text}' is accepted: {body}");
        body
    }

    pub async fn sends(&self, message: &Value) -> (u16, Value) {
        post(&self.base, "/chat/v1/messages", Some(&self.token), message).await
    }

    pub async fn sees(&self) -> Vec<Value> {
        let (_, page) = get(&self.base, "/chat/v1/entries?after=0", Some(&self.token)).await;
        page["entries"].as_array().cloned().unwrap_or_default()
    }

    pub async fn conversation(&self) -> String {
        let (_, page) = get(&self.base, "/chat/v1/entries?after=0", Some(&self.token)).await;
        page["conversation"]["id"].as_str().expect("the customer has written").to_owned()
    }

    /// The browser's open page.
    pub async fn live(&self) -> Socket {
        let url = format!("{}/chat/v1/live", self.base.replace("http://", "ws://"));
        let (mut socket, _) = tokio_tungstenite::connect_async(&url).await.unwrap();
        say(&mut socket, &json!({ "type": "hello", "token": self.token }).to_string()).await;
        while frame(&mut socket).await["type"] != "ready" {}
        socket
    }

    /// Waits until an entry with `text` is shown.
    pub async fn waits_for(&self, text: &str) -> Value {
        eventually(&format!("the customer sees '{text}'"), || async {
            self.sees().await.into_iter().find(|entry| entry["text"] == text)
        })
        .await
    }
}

/// A person at a desk.
pub struct Agent {
    pub base: String,
    pub token: String,
    pub refresh: String,
}

pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

impl Agent {
    /// Calls an endpoint with any method: its status, and its body or null.
    pub async fn asks(&self, method: reqwest::Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let mut request = reqwest::Client::new().request(method, format!("{}{path}", self.base));
        request = request.bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or_default())
    }

    pub async fn commands(&self, conversation: &str, command: Value) -> (u16, Value) {
        self.commands_as(&Uuid::now_v7().to_string(), conversation, command).await
    }

    pub async fn commands_as(&self, id: &str, conversation: &str, command: Value) -> (u16, Value) {
        let request = json!({ "id": id, "conversation": conversation, "command": command });
        post(&self.base, "/api/v1/commands", Some(&self.token), &request).await
    }

    /// A command that must be accepted.
    pub async fn does(&self, conversation: &str, command: Value) -> Value {
        let (status, body) = self.commands(conversation, command.clone()).await;
        assert_eq!(status, 200, "{command} is accepted: {body}");
        body
    }

    pub async fn replies(&self, conversation: &str, text: &str) {
        let state = self.state(conversation).await;
        let command = json!({ "type": "reply", "turn": Uuid::now_v7(), "content": { "type": "text", "text": text },
            "writtenAgainst": state["position"] });
        self.does(conversation, command).await;
    }

    pub async fn gets(&self, path: &str) -> (u16, Value) {
        get(&self.base, path, Some(&self.token)).await
    }

    pub async fn state(&self, conversation: &str) -> Value {
        self.gets(&format!("/api/v1/conversations/{conversation}")).await.1
    }

    pub async fn section(&self, section: &str) -> Vec<String> {
        let (_, page) = self.gets(&format!("/api/v1/conversations?section={section}")).await;
        let rows = page["conversations"].as_array().cloned().unwrap_or_default();
        rows.iter().map(|row| row["id"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Waits until the conversation is in a section.
    pub async fn finds(&self, conversation: &str, section: &str) {
        eventually(&format!("{conversation} is under {section}"), || async {
            self.section(section).await.contains(&conversation.to_owned()).then_some(())
        })
        .await;
    }

    /// As a desk that does not say its version.
    pub async fn live(&self, after: Option<u64>) -> Socket {
        let query = after.map_or(String::new(), |after| format!("?after={after}"));
        self.connects(&query, None).await
    }

    /// As a desk of this version.
    pub async fn live_speaking(&self, version: u32) -> Socket {
        self.connects("", Some(version)).await
    }

    async fn connects(&self, query: &str, version: Option<u32>) -> Socket {
        let url = format!("{}/api/v1/live{query}", self.base.replace("http://", "ws://"));
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("authorization", format!("Bearer {}", self.token).parse().unwrap());
        if let Some(version) = version {
            headers.insert("tandem-version", version.into());
        }
        tokio_tungstenite::connect_async(request).await.unwrap().0
    }
}

/// The next text frame.
pub async fn frame(socket: &mut Socket) -> Value {
    loop {
        let message = tokio::time::timeout(PATIENCE, socket.next()).await.expect("a frame comes");
        match message.expect("the socket is open").unwrap() {
            Message::Text(text) => return serde_json::from_str(&text).unwrap(),
            Message::Close(_) => panic!("the hub closed the connection"),
            _ => {}
        }
    }
}

/// Frames until one satisfies `wanted`, all of them.
pub async fn frames_until(socket: &mut Socket, mut wanted: impl FnMut(&Value) -> bool) -> Vec<Value> {
    let mut seen = Vec::new();
    loop {
        let next = frame(socket).await;
        let done = wanted(&next);
        seen.push(next);
        if done {
            return seen;
        }
    }
}

pub async fn say(socket: &mut Socket, text: &str) {
    socket.send(Message::text(text)).await.unwrap();
}

/// Waits for a condition.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut check: impl FnMut() -> F) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = check().await {
            return found;
        }
        assert!(Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A received request: headers and body.
pub type Raw = (axum::http::HeaderMap, Vec<u8>);

type Answering = Arc<dyn Fn(&Value) -> Response + Send + Sync>;

/// A Your Logic that answers as the test says, and records its requests.
#[derive(Clone)]
pub struct TestLogic {
    pub url: String,
    pub asked: Arc<Mutex<Vec<Value>>>,
    pub raw: Arc<Mutex<Vec<Raw>>>,
    answering: Answering,
}

impl TestLogic {
    pub async fn start(answer: impl Fn(&Value) -> Response + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let logic = Self {
            url: format!("http://{address}/logic"),
            asked: Arc::default(),
            raw: Arc::default(),
            answering: Arc::new(answer),
        };
        let app = axum::Router::new().fallback(hear).with_state(logic.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        logic
    }

    /// Answers every turn of a customer with these actions.
    pub async fn acting(actions: Value) -> Self {
        Self::start(move |request| {
            let turn = request["trigger"]["type"] == "TURN" && request["trigger"]["by"]["kind"] == "customer";
            let actions = if turn { actions.clone() } else { json!([]) };
            axum::Json(json!({ "actions": actions })).into_response()
        })
        .await
    }
}

async fn hear(State(logic): State<TestLogic>, headers: axum::http::HeaderMap, body: axum::body::Bytes) -> Response {
    let request: Value = serde_json::from_slice(&body).unwrap();
    logic.raw.lock().unwrap().push((headers, body.to_vec()));
    logic.asked.lock().unwrap().push(request.clone());
    (logic.answering)(&request)
}
