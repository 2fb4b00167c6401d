//! The connection to Your Logic: one signed POST, and every way in which it can fail.

pub(crate) mod addresses;
pub(crate) mod answer;
mod breaker;
mod budget;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::StreamExt as _;
use reqwest::header::HeaderMap;
use reqwest::{Client, RequestBuilder, Response, Url, header};
use ring::hmac;
use standardwebhooks::Webhook;
use subtle::ConstantTimeEq as _;
use tandem_conversation::{LogicFailure, Time};
use tandem_protocol::logic::LogicRequestBody;
use tokio::time::Instant;

use addresses::{Allowed, Forbidden};
use answer::{ANSWER_BYTES, Understood};
use breaker::Breaker;

use crate::config::LogicConfig;
use crate::outgoing;

/// How long an agent waits for an answer at most: less than the desk's own timeout.
pub(crate) const PATIENCE_MS: i64 = 12_000;
/// First pause before reconnecting; doubles each time.
const PAUSE: Duration = Duration::from_millis(200);

#[derive(Clone, Debug)]
pub(crate) enum Answered {
    Now(Box<Understood>),
    /// 202: the answer comes later.
    Later,
    Failed(LogicFailure),
}

/// A request as sent: its body and its proof of origin.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub id: String,
    /// Unix seconds.
    pub timestamp: i64,
    pub bearer: String,
    /// As Standard Webhooks has it; none omits the three headers.
    pub signature: Option<String>,
    pub body: Bytes,
}

pub(crate) struct Endpoint {
    config: LogicConfig,
    url: Url,
    allowed: Allowed,
    client: Client,
    signing: hmac::Key,
    /// Checks what comes from Your Logic. Signing with it takes several times as long.
    verifying: Webhook,
    breaker: Breaker,
}

impl Endpoint {
    /// None if Your Logic is not connected.
    pub(crate) fn configured(config: Option<&LogicConfig>) -> anyhow::Result<Option<Arc<Self>>> {
        let endpoint = config.cloned().map(Self::new).transpose()?;
        Ok(endpoint.map(Arc::new))
    }

    pub(crate) fn new(config: LogicConfig) -> anyhow::Result<Self> {
        let url = Url::parse(&config.url)?;
        let mut client = outgoing::client();
        let allowed = Allowed::of(&url, config.allow_private);
        if allowed != Allowed::All {
            // A proxy would resolve the name by itself.
            client = client.dns_resolver(allowed).no_proxy();
        }
        let client = client.build()?;
        // A `whsec_` secret (Standard Webhooks) is decoded; any other text is the key itself.
        let key = match config.secret.strip_prefix("whsec_") {
            Some(encoded) => STANDARD.decode(encoded)?,
            None => config.secret.as_bytes().to_vec(),
        };
        let signing = hmac::Key::new(hmac::HMAC_SHA256, &key);
        let verifying = Webhook::from_bytes(key)?;
        Ok(Self { config, url, allowed, client, signing, verifying, breaker: Breaker::default() })
    }

    /// [`Self::ask`] for a request that nobody has to wait for: it is not sent while nobody answers, and its failure
    /// means nothing for others.
    pub(crate) async fn ask_aside(&self, body: &LogicRequestBody, now: Time, left: Duration) -> Answered {
        if let Some(why) = self.breaker.down(Instant::now()) {
            return Answered::Failed(why);
        }
        match self.fitted(body).map(|json| self.letter(body.request_id.to_string(), now, json)) {
            Ok(letter) => self.send(&letter, left, None).await.1,
            Err(error) => Answered::Failed(LogicFailure::Malformed { detail: error.to_string() }),
        }
    }

    /// Why [`Self::ask`] would not ask now.
    pub(crate) fn is_shut(&self) -> Option<LogicFailure> {
        self.breaker.is_shut(Instant::now())
    }

    /// Asks once, reconnecting while there is time. Also returns the number of attempts.
    pub(crate) async fn ask(&self, body: &LogicRequestBody, now: Time, left: Duration) -> (u32, Answered) {
        match self.fitted(body) {
            Ok(json) => self.deliver(&self.letter(body.request_id.to_string(), now, json), left).await,
            Err(error) => (0, Answered::Failed(LogicFailure::Malformed { detail: error.to_string() })),
        }
    }

    pub(crate) fn fitted(&self, body: &LogicRequestBody) -> Result<Bytes, serde_json::Error> {
        let most = usize::try_from(self.config.request_bytes).unwrap_or_default();
        budget::fitted(body, most).map(Bytes::from)
    }

    pub(crate) fn letter(&self, id: String, now: Time, body: Bytes) -> Letter {
        let timestamp = now.0 / 1000;
        let mut signed = hmac::Context::with_key(&self.signing);
        signed.update(format!("{id}.{timestamp}.").as_bytes());
        signed.update(&body);
        let signature = Some(format!("v1,{}", STANDARD.encode(signed.sign())));
        Letter { id, timestamp, bearer: self.config.secret.clone(), signature, body }
    }

    /// Delivers a request within `left`. Also returns the number of attempts.
    pub(crate) async fn deliver(&self, letter: &Letter, left: Duration) -> (u32, Answered) {
        self.send(letter, left, Some(&self.breaker)).await
    }

    async fn send(&self, letter: &Letter, left: Duration, breaker: Option<&Breaker>) -> (u32, Answered) {
        if let Err(forbidden) = self.allowed.check(&self.url) {
            return (0, Answered::Failed(LogicFailure::Unreachable { detail: forbidden.to_string() }));
        }
        let began = Instant::now();
        let deadline = began + left;
        // Without a connection no answer comes soon: a person serves the customer better.
        let give_up_connecting = began + left / 4;
        let mut pause = PAUSE;
        for attempt in 1.. {
            if let Some(Err(failure)) = breaker.map(|breaker| breaker.enter(Instant::now())) {
                return (attempt - 1, Answered::Failed(failure));
            }
            let exchange = tokio::time::timeout_at(deadline, exchange(self.request(letter))).await;
            let now = Instant::now();
            match exchange {
                Err(_) => {
                    let after_ms = i64::try_from(left.as_millis()).unwrap_or(i64::MAX);
                    let failure = LogicFailure::TimedOut { after_ms };
                    // One that had no time to be answered says nothing.
                    if let Some(breaker) = breaker.filter(|_| left >= breaker::RESTART) {
                        breaker.failed(&failure, Some(began), now);
                    }
                    return (attempt, Answered::Failed(failure));
                }
                Ok(Ok(answered)) => {
                    self.breaker.heard(now);
                    return (attempt, answered);
                }
                Ok(Err(error)) => {
                    let may_pass = error.is_connect() && !Forbidden::is_in(&error);
                    let failure = LogicFailure::Unreachable { detail: chain(error) };
                    if let Some(breaker) = breaker {
                        breaker.failed(&failure, None, now);
                    }
                    // One that probed has told all others; its customer gets a person like theirs.
                    let is_down = breaker.is_some_and(|breaker| breaker.down(now).is_some());
                    if !may_pass || is_down || now + pause >= give_up_connecting {
                        return (attempt, Answered::Failed(failure));
                    }
                }
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        unreachable!("BUG: the attempts end by returning")
    }

    /// The status of a GET: whether something answers there. Sends no request of the protocol.
    ///
    /// # Errors
    /// Why [`Self::ask`] would reach nobody.
    pub(crate) async fn probe(&self, within: Duration) -> Result<u16, String> {
        self.allowed.check(&self.url).map_err(|forbidden| forbidden.to_string())?;
        let answer = self.client.get(self.url.clone()).timeout(within).send().await;
        answer.map(|answer| answer.status().as_u16()).map_err(chain)
    }

    /// Whether this is the shared secret.
    pub(crate) fn knows(&self, secret: &str) -> bool {
        secret.as_bytes().ct_eq(self.config.secret.as_bytes()).into()
    }

    /// Verifies that a message is recent and signed with the shared secret.
    pub(crate) fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), String> {
        self.verifying.verify(body, headers).map_err(|error| error.to_string())
    }

    fn request(&self, letter: &Letter) -> RequestBuilder {
        let request = self.client.post(self.url.clone()).bearer_auth(&letter.bearer);
        let request = request.header("content-type", "application/json").body(letter.body.clone());
        let Some(signature) = &letter.signature else { return request };
        request
            .header("webhook-id", &letter.id)
            .header("webhook-timestamp", letter.timestamp.to_string())
            .header("webhook-signature", signature)
    }
}

async fn exchange(request: RequestBuilder) -> Result<Answered, reqwest::Error> {
    let response = request.send().await?;
    match response.status().as_u16() {
        202 => return Ok(Answered::Later),
        204 | 205 => return Ok(Answered::Now(Box::default())),
        200..=299 => {}
        status => return Ok(Answered::Failed(LogicFailure::Status { status })),
    }
    let malformed = |detail: String| Ok(Answered::Failed(LogicFailure::Malformed { detail }));
    let (kind, encoding) = (not_json(&response), encoding(response.headers()));
    let Some(bytes) = read(response).await? else {
        return malformed(format!("larger than {ANSWER_BYTES} bytes"));
    };
    if let Some(kind) = kind.filter(|_| !bytes.trim_ascii().is_empty()) {
        return malformed(format!("the content type is {kind}, and should be application/json"));
    }
    match answer::read(&bytes, encoding.as_deref()) {
        Ok(understood) => Ok(Answered::Now(Box::new(understood))),
        Err(mistake) => malformed(mistake.to_string()),
    }
}

/// The content encoding.
pub(crate) fn encoding(headers: &HeaderMap) -> Option<String> {
    let said = headers.get(header::CONTENT_ENCODING)?;
    Some(String::from_utf8_lossy(said.as_bytes()).into_owned())
}

/// The content type, if it is not JSON.
fn not_json(response: &Response) -> Option<String> {
    let kind = response.headers().get(header::CONTENT_TYPE)?;
    let kind = String::from_utf8_lossy(kind.as_bytes()).to_ascii_lowercase();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    let is_json = essence == "application/json" || essence.ends_with("+json");
    (!is_json).then(|| essence.chars().take(80).collect())
}

/// The whole body; none if it is too large.
async fn read(response: Response) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut bytes = Vec::new();
    let mut stream = response.bytes_stream();
    while let Some(part) = stream.next().await {
        bytes.extend_from_slice(&part?);
        if bytes.len() > ANSWER_BYTES {
            return Ok(None);
        }
    }
    Ok(Some(bytes))
}

/// The causes, without the address: agents read them, and its query may be a secret.
fn chain(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use serde_json::Value;
    use tandem_conversation::{LogicFailure, Time};
    use tokio::time::Instant;

    use super::{Answered, Endpoint, breaker};
    use crate::config::LogicConfig;

    fn signature(secret: &str, id: &str, timestamp: i64, body: &str) -> Option<String> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = "https://logic.example/".to_owned();
        let config = LogicConfig::at(url, secret);
        let letter =
            Endpoint::new(config).unwrap().letter(id.to_owned(), Time(timestamp * 1000), body.to_owned().into());
        letter.signature
    }

    #[test]
    fn a_secret_counts_as_what_it_is() {
        let plain = signature("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg", 1_700_000_000, "{}");
        let decoded = signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg", 1_700_000_000, "{}");
        assert!(plain.is_some() && plain != decoded, "only the notation of the standard is decoded");
    }

    #[tokio::test]
    async fn the_request_that_probes_waits_no_longer_than_the_others() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let endpoint = Endpoint::new(LogicConfig::at(format!("http://{closed}/logic"), "0123456789abcdef")).unwrap();
        let letter = endpoint.letter("one".into(), Time(0), "{}".into());
        let now = Instant::now();
        for _ in 0..breaker::IN_A_ROW {
            endpoint.breaker.failed(&LogicFailure::NotConfigured, Some(now - breaker::RESTART), now);
        }
        for attempts in [1, 0] {
            let (made, answered) = endpoint.deliver(&letter, Duration::from_secs(3_600)).await;
            assert!(matches!(answered, Answered::Failed(_)));
            assert_eq!(made, attempts, "one tries once, the next need not");
        }
    }

    #[test]
    fn signatures_are_those_of_the_official_libraries() {
        let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
        let folder = std::env::var_os("TANDEM_SHARED_DATA").map_or_else(beside, PathBuf::from);
        let path = folder.join("webhook-signing/standardwebhooks_vectors.json");
        let Ok(text) = std::fs::read_to_string(&path) else {
            println!("skipped: no shared data");
            return;
        };
        let vectors: Vec<Value> = serde_json::from_str(&text).unwrap();
        assert_eq!(vectors.len(), 36);
        for vector in vectors {
            let part = |name: &str| vector[name].as_str().unwrap();
            let made = signature(part("secret"), part("id"), vector["timestamp"].as_i64().unwrap(), part("body"));
            assert_eq!(made.as_deref(), vector["signature"].as_str(), "{vector}");
        }
    }
}
