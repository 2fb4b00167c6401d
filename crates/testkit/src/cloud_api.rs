//! A Cloud API of our own: takes what a hub sends to WhatsApp, refuses what Meta refuses, and posts what happens.
//!
//! It counts every message that it takes, so a test sees what was sent twice. Faults are scripted: each of the next
//! messages meets the one that was queued for it. It shares no code with the hub: shapes and limits are written here once
//! more, so that a mistake on one side is found on the other.

mod hooks;
mod judge;

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use ring::digest;
use serde_json::{Value, json};
use tokio::sync::watch;

pub use hooks::{ACCOUNT_ID, PHONE_NUMBER_ID, Phone, Webhooks};

/// The access token that it takes at first.
pub const TOKEN: &str = "token-of-the-tests";
/// The version of Meta's API whose addresses it takes, too.
pub const VERSION: &str = "/v25.0";
/// Templates per page.
const PAGE: usize = 2;
/// Largest upload, in bytes.
const UPLOAD_BYTES: usize = 101 * 1024 * 1024;

/// What happens to the next message.
#[derive(Clone, Debug)]
pub enum Fault {
    /// It is not taken, for the reason with this number.
    Refuses { status: u16, code: i64 },
    /// It is not taken, and the answer is no JSON, as from a proxy.
    Page(u16),
    /// It is taken, and the answer breaks off.
    TakesAndHangsUp,
    /// It is taken, and answered after [`CloudApi::release`].
    TakesAndHolds,
    /// It is not taken, and the answer breaks off: the sender cannot know.
    HangsUp,
}

/// A message that was taken.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The id that it was given.
    pub id: String,
    /// The sender's own note on it.
    pub tracker: String,
    pub request: Value,
}

/// A file of a customer or of a company.
#[derive(Clone, Debug)]
pub struct StoredFile {
    pub mime: String,
    pub name: String,
    pub bytes: Vec<u8>,
    /// What is said of its bytes, in hexadecimal; need not be true.
    pub sha256: String,
}

#[derive(Default)]
struct Book {
    token: String,
    latency: Duration,
    faults: VecDeque<Fault>,
    requests: Vec<Value>,
    taken: Vec<Taken>,
    marks: Vec<Value>,
    /// By id, in the order of their coming.
    files: BTreeMap<u64, StoredFile>,
    /// Files that are given after a release.
    held: HashSet<u64>,
    templates: Vec<Value>,
    quality: String,
    posts_to: String,
    fields: Vec<String>,
    count: u64,
}

struct Shared {
    book: Mutex<Book>,
    url: String,
    released: watch::Sender<u64>,
    changed: watch::Sender<()>,
}

impl Shared {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running API on a port of its own.
pub struct CloudApi {
    shared: Arc<Shared>,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for CloudApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl CloudApi {
    /// Starts it on a free port of this machine.
    ///
    /// # Errors
    /// If there is no free port.
    pub async fn start() -> anyhow::Result<Self> {
        Self::listen("127.0.0.1:0").await
    }

    /// Starts it at this address.
    ///
    /// # Errors
    /// If somebody else is there.
    pub async fn listen(address: &str) -> anyhow::Result<Self> {
        // For those who post webhooks in a process without a hub.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind(address).await.context("cannot listen")?;
        let url = format!("http://{}", listener.local_addr().context("cannot listen")?);
        let book = Book { token: TOKEN.into(), quality: "GREEN".into(), ..Book::default() };
        let (released, changed) = (watch::Sender::new(0), watch::Sender::new(()));
        let shared = Arc::new(Shared { book: Mutex::new(book), url, released, changed });
        let doors = Router::new()
            .route("/{number}/messages", post(take_message))
            .route("/{number}/media", post(take_file))
            .route("/{account}/message_templates", get(list_templates))
            .route("/{account}/subscribed_apps", get(list_apps))
            .route("/{app}/subscriptions", get(list_subscriptions))
            .route("/files/{id}", get(give_file))
            .route("/{id}", get(describe));
        // Clients of others put the version before everything.
        let router = doors
            .clone()
            .nest(VERSION, doors)
            .layer(DefaultBodyLimit::max(UPLOAD_BYTES))
            .with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { shared, server })
    }

    /// Where hubs find it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.shared.url
    }

    /// Queues what happens to the next messages, in order.
    pub fn faults(&self, faults: impl IntoIterator<Item = Fault>) {
        self.shared.book().faults.extend(faults);
    }

    /// Every answer takes this long from now on.
    pub fn slow_down(&self, latency: Duration) {
        self.shared.book().latency = latency;
    }

    /// Only this token is taken from now on.
    pub fn set_token(&self, token: &str) {
        token.clone_into(&mut self.shared.book().token);
    }

    /// Gives this file after [`CloudApi::release`].
    pub fn hold_file(&self, id: &str) {
        self.shared.book().held.extend(id.parse::<u64>());
    }

    /// How the company's numbers are rated from now on: `GREEN`, `YELLOW` or `RED`.
    pub fn rate(&self, quality: &str) {
        quality.clone_into(&mut self.shared.book().quality);
    }

    /// Answers the messages that are held, and gives the files.
    pub fn release(&self) {
        self.shared.released.send_modify(|times| *times += 1);
    }

    /// Where webhooks are posted to, and about what, as far as the app is asked.
    pub fn subscribe(&self, address: &str, fields: &[&str]) {
        let mut book = self.shared.book();
        address.clone_into(&mut book.posts_to);
        book.fields = fields.iter().map(|field| (*field).to_owned()).collect();
    }

    /// Adds a template as Meta describes it.
    pub fn add_template(&self, mut template: Value) {
        let mut book = self.shared.book();
        if template["id"].is_null() {
            template["id"] = json!((800_001 + book.templates.len()).to_string());
        }
        if template["parameter_format"].is_null() {
            template["parameter_format"] = json!("POSITIONAL");
        }
        book.templates.push(template);
    }

    /// A customer's file; returns its id, and its digest in hexadecimal.
    #[must_use]
    pub fn add_file(&self, mime: &str, bytes: &[u8]) -> (String, String) {
        let sha256 = hex(digest::digest(&digest::SHA256, bytes).as_ref());
        let file = StoredFile { mime: mime.into(), name: String::new(), bytes: bytes.to_vec(), sha256: sha256.clone() };
        (self.shared.book().keep(file).to_string(), sha256)
    }

    /// Changes a file's bytes, but not what is said of them.
    pub fn corrupt_file(&self, id: &str, bytes: &[u8]) {
        let mut book = self.shared.book();
        let file = id.parse().ok().and_then(|id: u64| book.files.get_mut(&id));
        if let Some(file) = file {
            file.bytes = bytes.to_vec();
        }
    }

    /// All requests to send something, also those that were refused.
    #[must_use]
    pub fn requests(&self) -> Vec<Value> {
        self.shared.book().requests.clone()
    }

    /// All messages that were taken.
    #[must_use]
    pub fn taken(&self) -> Vec<Taken> {
        self.shared.book().taken.clone()
    }

    /// All read marks.
    #[must_use]
    pub fn marks(&self) -> Vec<Value> {
        self.shared.book().marks.clone()
    }

    /// The files of the company, in the order of their coming.
    #[must_use]
    pub fn files(&self) -> Vec<StoredFile> {
        self.shared.book().files.values().cloned().collect()
    }

    /// Waits until a look at what came finds something. Wrap it in a time limit.
    pub async fn until<T>(&self, mut look: impl FnMut(&Self) -> Option<T>) -> T {
        let mut changes = self.shared.changed.subscribe();
        loop {
            changes.mark_unchanged();
            if let Some(found) = look(self) {
                return found;
            }
            if changes.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

impl Book {
    fn keep(&mut self, file: StoredFile) -> u64 {
        self.count += 1;
        let id = 700_000 + self.count;
        self.files.insert(id, file);
        id
    }

    fn take(&mut self, request: Value) -> Taken {
        self.count += 1;
        let id = format!("wamid.api.{}", self.count);
        let tracker = request["biz_opaque_callback_data"].as_str().unwrap_or_default().to_owned();
        let taken = Taken { id, tracker, request };
        self.taken.push(taken.clone());
        taken
    }
}

fn refusal(status: u16, code: i64, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let error = json!({ "message": format!("(#{code}) {message}"), "type": "OAuthException", "code": code,
        "error_data": { "messaging_product": "whatsapp", "details": message }, "fbtrace_id": "none" });
    (status, Json(json!({ "error": error }))).into_response()
}

/// An answer that ends before it is whole.
fn broken() -> Response {
    let cut = futures_util::stream::iter([Err::<Bytes, _>(std::io::Error::other("cut"))]);
    Body::from_stream(cut).into_response()
}

/// Whether the bearer may ask; waits as long as every answer takes.
async fn admit(shared: &Shared, headers: &HeaderMap) -> Option<Response> {
    let (token, latency) = {
        let book = shared.book();
        (book.token.clone(), book.latency)
    };
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    (given != Some(format!("Bearer {token}").as_str()))
        .then(|| refusal(401, 190, "Error validating access token: session has expired"))
}

async fn take_message(
    State(shared): State<Arc<Shared>>,
    Path(_): Path<String>,
    headers: HeaderMap,
    Json(request): Json<Value>,
) -> Response {
    if let Some(refused) = admit(&shared, &headers).await {
        if request["status"] != "read" {
            shared.book().requests.push(request);
        }
        shared.changed.send_replace(());
        return refused;
    }
    let answer = {
        let mut book = shared.book();
        if request["status"] == "read" {
            book.marks.push(request);
            Ok(json!({ "success": true }))
        } else {
            book.requests.push(request.clone());
            let fault = book.faults.pop_front();
            match (judge::message(&request), fault) {
                (Err((code, why)), _) => Err(Met::Answer(refusal(400, code, &why))),
                (Ok(()), None) => Ok(accepted(&book.take(request))),
                (Ok(()), Some(Fault::Refuses { status, code })) => Err(Met::Answer(refusal(status, code, "scripted"))),
                (Ok(()), Some(Fault::Page(status))) => {
                    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
                    Err(Met::Answer((status, "<html>Bad gateway</html>").into_response()))
                }
                (Ok(()), Some(Fault::HangsUp)) => Err(Met::Answer(broken())),
                (Ok(()), Some(Fault::TakesAndHangsUp)) => {
                    book.take(request);
                    Err(Met::Answer(broken()))
                }
                (Ok(()), Some(Fault::TakesAndHolds)) => {
                    Err(Met::Held(accepted(&book.take(request)), shared.released.subscribe()))
                }
            }
        }
    };
    shared.changed.send_replace(());
    match answer {
        Ok(answer) => Json(answer).into_response(),
        Err(Met::Answer(answer)) => answer,
        Err(Met::Held(answer, mut released)) => {
            let _ = released.changed().await;
            Json(answer).into_response()
        }
    }
}

/// What a message met.
enum Met {
    Answer(Response),
    Held(Value, watch::Receiver<u64>),
}

fn accepted(taken: &Taken) -> Value {
    let to = taken.request["to"].as_str().or_else(|| taken.request["recipient"].as_str()).unwrap_or_default();
    json!({ "messaging_product": "whatsapp", "contacts": [{ "input": to, "wa_id": to.trim_start_matches('+') }],
        "messages": [{ "id": taken.id }] })
}

async fn take_file(
    State(shared): State<Arc<Shared>>,
    Path(_): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Some(refused) = admit(&shared, &headers).await {
        return refused;
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match judge::upload(kind, &body) {
        Ok((mime, name, bytes)) => {
            let sha256 = hex(digest::digest(&digest::SHA256, &bytes).as_ref());
            let id = shared.book().keep(StoredFile { mime, name, bytes, sha256 });
            shared.changed.send_replace(());
            Json(json!({ "id": id.to_string() })).into_response()
        }
        Err((code, why)) => refusal(400, code, &why),
    }
}

/// A file, or a number.
async fn describe(State(shared): State<Arc<Shared>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    if let Some(refused) = admit(&shared, &headers).await {
        return refused;
    }
    let book = shared.book();
    let Some(file) = id.parse().ok().and_then(|id: u64| book.files.get(&id)) else {
        if id.len() < 12 {
            return refusal(400, 100, "Unsupported get request. Object does not exist");
        }
        return Json(json!({ "id": id, "display_phone_number": "+34 600 123 456", "verified_name": "Northwind",
            "quality_rating": book.quality, "code_verification_status": "VERIFIED",
            "messaging_limit_tier": "TIER_1K", "throughput": { "level": "STANDARD" } }))
        .into_response();
    };
    Json(json!({ "messaging_product": "whatsapp", "url": format!("{}/files/{id}", shared.url), "id": id,
        "mime_type": file.mime, "sha256": file.sha256, "file_size": file.bytes.len() }))
    .into_response()
}

async fn give_file(State(shared): State<Arc<Shared>>, Path(id): Path<u64>, headers: HeaderMap) -> Response {
    if let Some(refused) = admit(&shared, &headers).await {
        return refused;
    }
    let mut released = shared.released.subscribe();
    if shared.book().held.contains(&id) && *released.borrow() == 0 {
        let _ = released.changed().await;
    }
    match shared.book().files.get(&id) {
        Some(file) => ([(header::CONTENT_TYPE, file.mime.clone())], file.bytes.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn list_templates(
    State(shared): State<Arc<Shared>>,
    Path(account): Path<String>,
    Query(asked): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    if let Some(refused) = admit(&shared, &headers).await {
        return refused;
    }
    let from: usize = asked.get("after").and_then(|after| after.parse().ok()).unwrap_or(0);
    let book = shared.book();
    let data: Vec<_> = book.templates.iter().skip(from).take(PAGE).cloned().collect();
    let next = from + data.len();
    let mut paging = json!({ "cursors": { "before": from.to_string(), "after": next.to_string() } });
    if next < book.templates.len() {
        paging["next"] = json!(format!("{}/{account}/message_templates?after={next}", shared.url));
    }
    let mut page = json!({ "data": data, "paging": paging });
    if asked.contains_key("summary") {
        let count = book.templates.len();
        page["summary"] = json!({ "total_count": count, "message_template_count": count,
            "message_template_limit": 250, "are_translations_complete": true });
    }
    Json(page).into_response()
}

async fn list_apps(State(shared): State<Arc<Shared>>, Path(_): Path<String>, headers: HeaderMap) -> Response {
    match admit(&shared, &headers).await {
        Some(refused) => refused,
        None => {
            Json(json!({ "data": [{ "whatsapp_business_api_data": { "id": "1", "name": "Tandem" } }] })).into_response()
        }
    }
}

/// The app proves itself with its id and its secret, not with a token.
async fn list_subscriptions(
    State(shared): State<Arc<Shared>>,
    Path(app): Path<String>,
    headers: HeaderMap,
) -> Response {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !given.starts_with(&format!("Bearer {app}|")) {
        return refusal(401, 190, "Error validating application");
    }
    let book = shared.book();
    let fields: Vec<_> = book.fields.iter().map(|name| json!({ "name": name, "version": "v25.0" })).collect();
    let one = json!({ "object": "whatsapp_business_account", "callback_url": book.posts_to, "active": true,
        "fields": fields });
    let all = if book.posts_to.is_empty() { Vec::new() } else { vec![one] };
    Json(json!({ "data": all })).into_response()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
