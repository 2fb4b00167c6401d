//! The way to Your Logic: one signed POST, and every way in which it can go wrong.

use std::time::Duration;

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
pub(crate) enum Answered {
    Now(Box<LogicResponseBody>),
    /// 202: the answer comes over the other door.
    Later,
    Failed(LogicFailure),
}

/// The company's endpoint.
pub(crate) struct Endpoint {
    config: LogicConfig,
    client: Client,
    signing: Webhook,
}

impl Endpoint {
    pub(super) fn new(config: LogicConfig) -> anyhow::Result<Self> {
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
    pub(super) async fn ask(&self, body: &LogicRequestBody, now: Time, left: Duration) -> (u32, Answered) {
        let deadline = Instant::now() + left;
        // Without a connection there will be no answer soon: the customer is better served by a person.
        let give_up_connecting = Instant::now() + left / 4;
        let json = match serde_json::to_vec(body) {
            Ok(json) => json,
            Err(error) => return (0, Answered::Failed(LogicFailure::Malformed { detail: error.to_string() })),
        };
        let mut pause = PAUSE;
        for attempt in 1.. {
            let request = match self.request(body, &json, now) {
                Ok(request) => request,
                Err(failure) => return (attempt, Answered::Failed(failure)),
            };
            let exchange = tokio::time::timeout_at(deadline, exchange(request)).await;
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

    fn request(&self, body: &LogicRequestBody, json: &[u8], now: Time) -> Result<RequestBuilder, LogicFailure> {
        let id = body.request_id.to_string();
        let timestamp = now.0 / 1000;
        let signature = self.signing.sign(&id, timestamp, json);
        let signature = signature.map_err(|error| LogicFailure::Unreachable { detail: error.to_string() })?;
        Ok(self
            .client
            .post(&self.config.url)
            .bearer_auth(&self.config.secret)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", signature)
            .body(json.to_vec()))
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
