//! The way to Your Logic: one signed POST, and every way in which it can go wrong.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use reqwest::{Client, RequestBuilder, Response, redirect};
use standardwebhooks::Webhook;
use tandem_conversation::{LogicFailure, Time};
use tandem_protocol::logic::{LogicRequestBody, LogicResponseBody};
use tokio::time::Instant;

use crate::config::LogicConfig;

/// Largest answer, in bytes.
const ANSWER_BYTES: usize = 1024 * 1024;
/// First pause before a connection is tried again; doubles each time.
const PAUSE: Duration = Duration::from_millis(200);

/// How a request ended.
#[derive(Clone, Debug)]
pub(crate) enum Answered {
    Now(Box<LogicResponseBody>),
    /// 202: the answer comes over the other door.
    Later,
    Failed(LogicFailure),
}

/// One request as it travels: what it says, and how it proves where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub id: String,
    /// Unix seconds.
    pub timestamp: i64,
    pub bearer: String,
    /// None leaves out the three headers.
    pub signature: Option<String>,
    pub body: Bytes,
}

/// The company's endpoint.
pub(crate) struct Endpoint {
    config: LogicConfig,
    client: Client,
    signing: Webhook,
}

impl Endpoint {
    pub(crate) fn new(config: LogicConfig) -> anyhow::Result<Self> {
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .connect_timeout(Duration::from_secs(3))
            .user_agent(concat!("tandem-hub/", env!("CARGO_PKG_VERSION")))
            .build()?;
        // A secret in the notation of Standard Webhooks is decoded; any other text is the key itself.
        let signing = match config.secret.strip_prefix("whsec_") {
            Some(encoded) => Webhook::new(encoded)?,
            None => Webhook::from_bytes(config.secret.as_bytes().to_vec())?,
        };
        Ok(Self { config, client, signing })
    }

    /// Asks once, trying the connection again while there is time. Gives the number of attempts, too.
    pub(crate) async fn ask(&self, body: &LogicRequestBody, now: Time, left: Duration) -> (u32, Answered) {
        let letter = match serde_json::to_vec(body) {
            Ok(json) => self.letter(body.request_id.to_string(), now, json.into()),
            Err(error) => Err(LogicFailure::Malformed { detail: error.to_string() }),
        };
        match letter {
            Ok(letter) => self.deliver(&letter, left).await,
            Err(failure) => (0, Answered::Failed(failure)),
        }
    }

    /// Signs a body.
    pub(crate) fn letter(&self, id: String, now: Time, body: Bytes) -> Result<Letter, LogicFailure> {
        let timestamp = now.0 / 1000;
        let signature = self.signing.sign(&id, timestamp, &body);
        let signature = signature.map_err(|error| LogicFailure::Unreachable { detail: error.to_string() })?;
        Ok(Letter { id, timestamp, bearer: self.config.secret.clone(), signature: Some(signature), body })
    }

    /// Delivers a letter within `left`. Gives the number of attempts, too.
    pub(crate) async fn deliver(&self, letter: &Letter, left: Duration) -> (u32, Answered) {
        let deadline = Instant::now() + left;
        // Without a connection there will be no answer soon: the customer is better served by a person.
        let give_up_connecting = Instant::now() + left / 4;
        let mut pause = PAUSE;
        for attempt in 1.. {
            let exchange = tokio::time::timeout_at(deadline, exchange(self.request(letter))).await;
            match exchange {
                Err(_) => {
                    let after_ms = i64::try_from(left.as_millis()).unwrap_or(i64::MAX);
                    return (attempt, Answered::Failed(LogicFailure::TimedOut { after_ms }));
                }
                Ok(Ok(answered)) => return (attempt, answered),
                Ok(Err(error)) => {
                    let again = error.is_connect() && Instant::now() + pause < give_up_connecting;
                    if !again {
                        return (attempt, Answered::Failed(LogicFailure::Unreachable { detail: chain(&error) }));
                    }
                }
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        unreachable!("BUG: the attempts end by returning")
    }

    fn request(&self, letter: &Letter) -> RequestBuilder {
        let request = self.client.post(&self.config.url).bearer_auth(&letter.bearer);
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
        200 => {}
        202 => return Ok(Answered::Later),
        204 => return Ok(Answered::Now(Box::default())),
        status => return Ok(Answered::Failed(LogicFailure::Status { status })),
    }
    let Some(bytes) = read(response).await? else {
        let detail = format!("larger than {ANSWER_BYTES} bytes");
        return Ok(Answered::Failed(LogicFailure::Malformed { detail }));
    };
    Ok(match serde_json::from_slice(&bytes) {
        Ok(answer) => Answered::Now(Box::new(answer)),
        Err(error) => Answered::Failed(LogicFailure::Malformed { detail: error.to_string() }),
    })
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

fn chain(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
