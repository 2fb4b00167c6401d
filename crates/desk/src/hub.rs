//! The hub over HTTP: addresses, requests and failures. Holds no token; [`crate::session`] does.

mod as_seen;
mod board;
mod channel;
mod error;
mod failure;
mod knock;
mod library;
mod numbers;
pub(crate) mod reading;
mod reviews;
mod socket;
mod wording;

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::stream::BoxStream;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Body, Client, Method, RequestBuilder, Response, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use tandem_conversation::{CallId, Conversation, ConversationId, CustomerId, Media, MediaId, Position, Time};
use tandem_protocol::Problem;
use tandem_protocol::agents::{
    AlertLedger, AlertReports, Claim, CommandAccepted, CommandRequest, EventPage, Journey, Login, Refresh, SearchPage,
    Tokens,
};

pub(crate) use self::error::HubError;
pub(crate) use self::failure::Obstacle;
pub(crate) use self::knock::Knock;
pub(crate) use self::socket::{Outdated, Socket, Standing, outdated};
use crate::cache::media::File;
use crate::pace::Pace;
use crate::reason::Reason;
use crate::refusals::{for_agents, signed_out_by};

fn silent() -> Reason {
    Reason::lost("lost-silent")
}

/// Maximum answer read into memory, in bytes.
const ANSWER_BYTES: usize = 64 * 1024 * 1024;
/// Slowest supported line behind a proxy that buffers uploads, in bytes per second.
const SLOWEST: u64 = 16 * 1024;
/// Events per fetched page.
pub(crate) const PAGE: u32 = 200;

/// A state, perhaps of a newer hub.
#[derive(Debug)]
pub(crate) struct State {
    pub state: Conversation,
    /// Every part of it was understood.
    pub is_whole: bool,
}

impl State {
    fn read(text: &RawValue) -> Result<Self, HubError> {
        let (state, is_whole) = Conversation::read(text.get()).map_err(garbled)?;
        Ok(Self { state, is_whole })
    }
}

/// No body.
const NOTHING: Option<&()> = None;

fn garbled(error: serde_json::Error) -> HubError {
    HubError::Garbled(error.to_string())
}

/// Headers that every request carries.
fn headers() -> HeaderMap {
    let version = HeaderValue::from(tandem_protocol::version());
    HeaderMap::from_iter([(reqwest::header::HeaderName::from_static(tandem_protocol::VERSION_HEADER), version)])
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    Before(Position),
    After(Position),
}

/// `PUT /api/v1/me/password`.
#[derive(Serialize)]
pub(crate) struct NewPassword<'a> {
    pub current: &'a str,
    pub new: &'a str,
}

/// A file being uploaded.
pub(crate) struct Upload {
    /// The hub answers a repeat with what it has.
    pub id: MediaId,
    pub conversation: ConversationId,
    pub name: String,
    pub content_type: String,
    /// Size of `body`.
    pub bytes: u64,
    /// Grows as the body is sent.
    pub sent: Arc<AtomicU64>,
    pub body: BoxStream<'static, Result<Vec<u8>, std::io::Error>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Hub {
    address: Url,
    client: Client,
    /// Time limit for an answer.
    answer: Duration,
}

impl Hub {
    /// Validates the address. Plain HTTP is allowed to this machine only, unless `allow_http`.
    pub(crate) fn new(address: &str, allow_http: bool) -> Result<Self, HubError> {
        let address = address.trim();
        let url = Url::parse(address.trim_end_matches('/'))
            .map_err(|_| HubError::Address("Enter the hub's address, such as https://hub.example.com.".into()))?;
        let loopback = match url.host_str() {
            Some(host) => is_loopback(host),
            None => return Err(HubError::Address("The hub's address has no host.".into())),
        };
        match url.scheme() {
            "https" => {}
            "http" if loopback || allow_http => {}
            "http" => {
                return Err(HubError::Address("Use https: plain http is for a hub on this machine only.".into()));
            }
            other => return Err(HubError::Address(format!("A hub is reached over https, not {other}."))),
        }
        // The embedding program may have installed a provider; any is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // Tokens go only to the named hub, so redirects are not followed.
        let builder = Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .redirect(Policy::none())
            .tcp_keepalive(Duration::from_secs(15))
            .default_headers(headers());
        let builder = if loopback { builder.no_proxy() } else { builder };
        // Plain HTTP needs no certificates, and loading the system's takes long.
        let builder = if url.scheme() == "http" { builder.tls_certs_only([]) } else { builder };
        let client = builder.build().map_err(|error| HubError::Address(failure::reason(&error).words()))?;
        Ok(Self { address: url, client, answer: Pace::default().answer })
    }

    /// The same hub with another time limit.
    pub(crate) fn answering_within(self, answer: Duration) -> Self {
        Self { answer, ..self }
    }

    /// The address without a trailing slash.
    pub(crate) fn address(&self) -> &str {
        self.address.as_str().trim_end_matches('/')
    }

    pub(crate) async fn login(&self, login: &Login) -> Result<Tokens, HubError> {
        match self.ask(Method::POST, "auth/login", None, Some(login)).await {
            // Here 401 means a wrong password, with its own message.
            Err(HubError::Unauthorized) => {
                Err(HubError::SessionEnded(Reason::said("session.wrong", "Wrong e-mail or password.")))
            }
            other => other,
        }
    }

    pub(crate) async fn refresh(&self, refresh: &Refresh) -> Result<Tokens, HubError> {
        match self.ask(Method::POST, "auth/refresh", None, Some(refresh)).await {
            Err(HubError::Unauthorized) => Err(HubError::SessionEnded(Reason::lost("lost-sign-in"))),
            other => other,
        }
    }

    pub(crate) async fn logout(&self, refresh: &Refresh) -> Result<(), HubError> {
        let request = self.request(Method::POST, "auth/logout").json(refresh);
        checked(request.send().await.map_err(network)?).await.map(drop)
    }

    pub(crate) async fn command(&self, token: &str, command: &CommandRequest) -> Result<CommandAccepted, HubError> {
        self.ask(Method::POST, "commands", Some(token), Some(command)).await
    }

    pub(crate) async fn conversation(&self, token: &str, id: ConversationId) -> Result<State, HubError> {
        let state: Box<RawValue> = self.ask(Method::GET, &format!("conversations/{id}"), Some(token), NOTHING).await?;
        State::read(&state)
    }

    /// Events with their unchanged text. `near` is a time for those that cannot be read.
    pub(crate) async fn turns(
        &self,
        token: &str,
        id: ConversationId,
        part: Part,
        near: Time,
    ) -> Result<Vec<reading::Read>, HubError> {
        let asked = match part {
            Part::Before(position) => format!("before={position}"),
            Part::After(position) => format!("after={position}"),
        };
        let path = format!("conversations/{id}/turns?{asked}&limit={PAGE}");
        let page: EventPage = self.ask(Method::GET, &path, Some(token), NOTHING).await?;
        Ok(reading::page(id, part, page.events, near))
    }

    /// A page of a customer's conversations, newest first, and where the next one begins. Those that cannot be read are
    /// left out.
    pub(crate) async fn journey(
        &self,
        token: &str,
        customer: CustomerId,
        before: Option<&str>,
    ) -> Result<(Vec<State>, Option<String>), HubError> {
        let before = before.map(|before| format!("&before={before}")).unwrap_or_default();
        let path = format!("customers/{customer}/journey?newest=true{before}");
        let page: Journey = self.ask(Method::GET, &path, Some(token), NOTHING).await?;
        let mut states: Vec<_> = page.conversations.iter().filter_map(|state| State::read(state).ok()).collect();
        // An older hub sends all at once, oldest first.
        states.sort_by_key(|state| std::cmp::Reverse((state.state.started, state.state.id)));
        Ok((states, page.next))
    }

    pub(crate) async fn report_alerts(&self, token: &str, reports: &AlertReports) -> Result<(), HubError> {
        let request = self.request(Method::POST, "alerts").bearer_auth(token).json(reports);
        checked(request.send().await.map_err(network)?).await.map(drop)
    }

    pub(crate) async fn alerts(&self, token: &str, id: ConversationId) -> Result<AlertLedger, HubError> {
        self.ask(Method::GET, &format!("conversations/{id}/alerts"), Some(token), NOTHING).await
    }

    /// How the conversation's last call for help ended. `call` is the call that this desk knew, if any.
    pub(crate) async fn claim(&self, token: &str, id: ConversationId, call: Option<CallId>) -> Result<Claim, HubError> {
        let call = call.map(|call| format!("?call={call}")).unwrap_or_default();
        self.ask(Method::GET, &format!("conversations/{id}/claim{call}"), Some(token), NOTHING).await
    }

    /// Downloads a file of at most `most` bytes, or [`ANSWER_BYTES`] if that is more; takes as long as bytes arrive.
    pub(crate) async fn media(&self, token: &str, id: MediaId, most: u64) -> Result<File, HubError> {
        let most = usize::try_from(most).unwrap_or(usize::MAX).max(ANSWER_BYTES);
        let request = self.client.get(format!("{}/api/v1/media/{id}", self.address())).bearer_auth(token);
        let (came, still) = (AtomicU64::new(0), self.still());
        let download = async {
            let mut response = checked(request.send().await.map_err(network)?).await?;
            let content_type = response.headers().get(CONTENT_TYPE);
            let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or("application/octet-stream");
            let (content_type, mut bytes) = (content_type.to_owned(), Vec::new());
            while let Some(chunk) = response.chunk().await.map_err(network)? {
                came.fetch_add(chunk.len() as u64, Ordering::Relaxed);
                take_in(&mut bytes, &chunk, most)?;
            }
            Ok(File { content_type, bytes })
        };
        let download = while_it_flows(download, &came, |_| still).await;
        download.unwrap_or_else(|Still| Err(HubError::Network(silent())))
    }

    /// Uploads a file, as long as bytes go out; returns the hub's judgement.
    pub(crate) async fn upload(&self, token: &str, upload: Upload) -> Result<Media, HubError> {
        let mut address = Url::parse(&format!("{}/api/v1/media", self.address()))
            .map_err(|error| HubError::Address(error.to_string()))?;
        address
            .query_pairs_mut()
            .append_pair("conversation", &upload.conversation.to_string())
            .append_pair("name", &upload.name)
            .append_pair("id", &upload.id.to_string());
        let request = self
            .client
            .post(address)
            .bearer_auth(token)
            .header(CONTENT_TYPE, &upload.content_type)
            // It lets the hub refuse a large file before it is sent.
            .header(CONTENT_LENGTH, upload.bytes)
            .body(Body::wrap_stream(upload.body));
        let (sent, still) = (Arc::clone(&upload.sent), self.still());
        let sending = async {
            let response = request.send().await.map_err(network)?;
            if response.status().is_success() {
                let bytes = bounded(response).await?;
                return serde_json::from_slice(&bytes).map_err(|error| HubError::Garbled(error.to_string()));
            }
            let (status, problem, retry_after) = problem_of(response).await;
            Err(upload_judged(status, problem, retry_after))
        };
        let bytes = upload.bytes;
        let wait = |sent: u64| still + if sent < bytes { Duration::ZERO } else { time_on_the_way(bytes) };
        let sending = while_it_flows(sending, &sent, wait).await;
        let is_out = upload.sent.load(Ordering::Relaxed) >= bytes;
        sending.unwrap_or_else(|Still| Err(if is_out { HubError::Unanswered } else { HubError::Network(silent()) }))
    }

    /// Changes the user's own password.
    pub(crate) async fn set_password(&self, token: &str, change: &NewPassword<'_>) -> Result<(), HubError> {
        let request = self.request(Method::PUT, "me/password").bearer_auth(token).json(change);
        let response = request.send().await.map_err(network)?;
        if response.status().is_success() {
            return Ok(());
        }
        let (status, problem, retry_after) = problem_of(response).await;
        Err(match problem {
            // The other 401: the password is wrong, not the token.
            Some(problem) if problem.code == "auth.wrong" => HubError::Refused(Box::new(problem)),
            problem => judged(status, problem, retry_after),
        })
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}/api/v1/{path}", self.address())).timeout(self.answer)
    }

    /// A transfer without progress for this long has failed. Longer than the time limit for answers, because much of
    /// the sent data may still be in the system's buffers.
    fn still(&self) -> Duration {
        self.answer.saturating_mul(4)
    }

    pub(crate) async fn search(&self, token: &str, query: &str, limit: u32) -> Result<SearchPage, HubError> {
        let mut address = Url::parse("hub:search").map_err(|error| HubError::Address(error.to_string()))?;
        address.query_pairs_mut().append_pair("q", query).append_pair("limit", &limit.to_string());
        let path = format!("search?{}", address.query().unwrap_or_default());
        // A hit that cannot be read costs itself alone.
        #[derive(serde::Deserialize)]
        struct Page {
            hits: Vec<Box<RawValue>>,
            #[serde(default)]
            hint: Option<String>,
        }
        let Page { hits, hint } = self.ask(Method::GET, &path, Some(token), NOTHING).await?;
        let hits = hits.iter().filter_map(|hit| serde_json::from_str(hit.get()).ok()).collect();
        Ok(SearchPage { hits, hint })
    }

    async fn ask<T: DeserializeOwned, B: Serialize + Sync>(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<&B>,
    ) -> Result<T, HubError> {
        let mut request = self.request(method, path);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = checked(request.send().await.map_err(network)?).await?;
        let bytes = bounded(response).await?;
        serde_json::from_slice(&bytes).map_err(garbled)
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Reads an answer up to a limit.
async fn bounded(mut response: Response) -> Result<Vec<u8>, HubError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(network)? {
        take_in(&mut bytes, &chunk, ANSWER_BYTES)?;
    }
    Ok(bytes)
}

fn take_in(bytes: &mut Vec<u8>, chunk: &[u8], most: usize) -> Result<(), HubError> {
    if bytes.len() + chunk.len() > most {
        return Err(HubError::Garbled("it is too long".into()));
    }
    bytes.extend_from_slice(chunk);
    Ok(())
}

/// A transfer made no progress for too long.
struct Still;

/// Gives up a transfer when nothing has `moved` for `wait(moved)`.
async fn while_it_flows<T>(
    transfer: impl Future<Output = T>,
    moved: &AtomicU64,
    wait: impl Fn(u64) -> Duration,
) -> Result<T, Still> {
    let mut transfer = pin!(transfer);
    let mut before = moved.load(Ordering::Relaxed);
    loop {
        if let Ok(done) = tokio::time::timeout(wait(before), &mut transfer).await {
            return Ok(done);
        }
        let now = moved.load(Ordering::Relaxed);
        if now == before {
            return Err(Still);
        }
        before = now;
    }
}

/// How much longer a file may take after its last byte was sent: a local proxy or virus scanner may buffer all of it before
/// the slow line.
fn time_on_the_way(bytes: u64) -> Duration {
    Duration::from_secs(bytes / SLOWEST)
}

async fn checked(response: Response) -> Result<Response, HubError> {
    let status = response.status();
    if status.is_success() || status == reqwest::StatusCode::SWITCHING_PROTOCOLS {
        return Ok(response);
    }
    let (status, problem, retry_after) = problem_of(response).await;
    Err(judged(status, problem, retry_after))
}

/// The hub's problem document in an error answer, if it is one.
async fn problem_of(response: Response) -> (u16, Option<Problem>, Option<Duration>) {
    let status = response.status();
    let retry_after = response.headers().get(RETRY_AFTER);
    let retry_after = retry_after.and_then(|value| value.to_str().ok()).and_then(|value| value.parse().ok());
    let is_problem = is_problem(response.headers());
    let bytes = bounded(response).await.unwrap_or_default();
    let problem = serde_json::from_slice::<Problem>(&bytes).ok().filter(|problem| is_problem && is_code(&problem.code));
    (status.as_u16(), problem.map(for_agents), retry_after.map(Duration::from_secs))
}

/// The meaning of an error answer. Only the hub's own problem document is a refusal; any other 403 or 404 comes from
/// something in between and is temporary.
fn judged(status: u16, problem: Option<Problem>, retry_after: Option<Duration>) -> HubError {
    let Some(problem) = problem else { return HubError::Busy { reason: in_between(status), retry_after } };
    match status {
        401 => signed_out_by(&problem.code).map_or(HubError::Unauthorized, HubError::SessionEnded),
        // The agent decides whether to wait or to choose another number.
        429 if problem.code.starts_with("starts.") => HubError::Refused(Box::new(problem)),
        408 | 425 | 429 | 500.. => {
            let asked = problem.retry_after.map(|seconds| Duration::from_secs(seconds.into()));
            HubError::Busy { reason: Reason::from(&problem), retry_after: asked.or(retry_after) }
        }
        _ => HubError::Refused(Box::new(problem)),
    }
}

/// What an error answer to an upload means. Kind, size, quota and disk limits are shown to the agent, who decides, because
/// waiting could take a day. Temporary errors are retried.
fn upload_judged(status: u16, problem: Option<Problem>, retry_after: Option<Duration>) -> HubError {
    match problem {
        // A proxy said so; a retry would be just as large.
        None if status == 413 => {
            let detail = "The file is too large for this connection.";
            HubError::Refused(Box::new(Problem::new(413, "media.too_large", detail)))
        }
        // The connection was cut.
        Some(problem) if problem.code == "media.incomplete" => {
            HubError::Busy { reason: Reason::from(&problem), retry_after }
        }
        Some(problem) if problem.code == "media.disk" || (problem.code.starts_with("media.") && status < 500) => {
            HubError::Refused(Box::new(problem))
        }
        problem => judged(status, problem, retry_after),
    }
}

/// Whether an answer declares itself a problem document.
pub(crate) fn is_problem(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.to_ascii_lowercase().starts_with("application/problem+json")
}

/// Whether a code is one of the hub's: lower-case words joined by dots.
fn is_code(code: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    code.contains('.') && code.split('.').all(is_word)
}

/// The message for an answer that is not the hub's.
pub(crate) fn in_between(status: u16) -> Reason {
    Reason::own("", "lost-in-between", &[("status", &status.to_string())])
}

fn network(error: reqwest::Error) -> HubError {
    HubError::Network(failure::reason(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for (address, allow_http, good) in [
            ("https://hub.example.com", false, true),
            ("http://127.0.0.1:7700", false, true),
            ("http://localhost:7700/", false, true),
            ("http://[::1]:7700", false, true),
            ("http://hub.example.com", false, false),
            ("http://hub.example.com", true, true),
            ("http://127.0.0.1.example.com", false, false),
            ("ftp://hub.example.com", true, false),
            ("hub", false, false),
        ] {
            assert_eq!(Hub::new(address, allow_http).is_ok(), good, "{address} with allow_http={allow_http}");
        }
    }

    #[test]
    fn only_the_hubs_own_problem_document_refuses() {
        let own = |code: &str| Some(Problem::new(404, code, "It is gone."));
        for status in [301, 302, 401, 403, 404, 407, 409, 413, 422, 429, 500, 502, 503, 511] {
            let error = judged(status, None, None);
            assert!(matches!(error, HubError::Busy { .. }), "{status} of a proxy passes, and is no {error:?}");
        }
        for status in [400, 403, 404, 409, 410, 413, 415, 422] {
            assert!(matches!(judged(status, own("conversation.unknown"), None), HubError::Refused(_)), "{status}");
        }
        assert!(matches!(judged(401, own("auth.required"), None), HubError::Unauthorized));
        for (code, known) in [
            ("conversation.call_taken", true),
            ("hub.busy", true),
            ("portal", false),
            ("", false),
            ("A.b", false),
            (".", false),
        ] {
            assert_eq!(is_code(code), known, "{code}");
        }
        let busy = Problem { retry_after: Some(7), ..Problem::new(503, "hub.busy", "Come again.") };
        let HubError::Busy { retry_after, .. } = judged(503, Some(busy), None) else { panic!("it passes") };
        assert_eq!(retry_after, Some(Duration::from_secs(7)));
    }

    #[test]
    fn uploads_are_retried_after_temporary_errors_and_returned_after_others() {
        for (status, code, is_final) in [
            (413, Some("media.too_large"), true),
            (415, Some("media.kind"), true),
            (429, Some("media.quota"), true),
            (409, Some("media.id_taken"), true),
            (507, Some("media.disk"), true),
            (404, Some("conversation.unknown"), true),
            (413, None, true),
            (503, Some("media.store"), false),
            (400, Some("media.incomplete"), false),
            (429, Some("limit.too_many"), false),
            (503, Some("hub.busy"), false),
            (502, None, false),
            (507, None, false),
        ] {
            let problem = code.map(|code| Problem::new(status, code, "No."));
            let error = upload_judged(status, problem, None);
            assert_eq!(matches!(error, HubError::Refused(_)), is_final, "{status} {code:?}: {error:?}");
        }
    }

    #[tokio::test]
    async fn the_wait_after_the_last_byte_depends_on_the_size() {
        assert_eq!(time_on_the_way(9 << 20), Duration::from_secs(576));
        let wait = |sent| if sent < 9 { Duration::from_millis(1) } else { Duration::from_secs(60) };
        let late = || tokio::time::sleep(Duration::from_millis(20));
        assert!(while_it_flows(late(), &AtomicU64::new(9), wait).await.is_ok());
        assert!(while_it_flows(std::future::pending::<()>(), &AtomicU64::new(8), wait).await.is_err());
    }
}
