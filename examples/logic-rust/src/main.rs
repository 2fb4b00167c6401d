//! A sample Your Logic: listens, checks that the hub is who it says, and answers what [`plan`] decides.
//!
//! Speaks the public protocol and nothing else, so that it can be copied and changed without Tandem's sources. Keeps
//! no state of its own: all it needs comes with each request, and what it must remember it leaves in the
//! conversation's custom data.

mod bot;
mod dialogue;
mod plan;
#[cfg(test)]
mod stories;
mod wire;
mod words;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use clap::Parser;
use standardwebhooks::Webhook;
use subtle::ConstantTimeEq;

use crate::dialogue::Library;
use crate::wire::Request;

/// Answers a Tandem hub: plays written dialogues, and is a small rule bot for everybody else.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: String,
    /// The environment variable that holds the secret shared with the hub.
    #[arg(long, default_value = "TANDEM_LOGIC_SECRET")]
    secret_env: String,
    /// Dialogues to play: a file (.jsonl or .jsonl.gz) or a folder of them. May be given more than once.
    #[arg(long)]
    dialogues: Vec<PathBuf>,
    /// Think as long as the dialogues say, divided by this; answers at once without it.
    #[arg(long)]
    speed: Option<f64>,
}

struct Service {
    library: Library,
    secret: String,
    webhook: Webhook,
    speed: Option<f64>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let name = &arguments.secret_env;
    let secret = std::env::var(name).with_context(|| format!("set {name} to the secret shared with the hub"))?;
    anyhow::ensure!(!secret.is_empty(), "{name} is empty");
    anyhow::ensure!(arguments.speed.is_none_or(|speed| speed > 0.0), "--speed must be greater than 0");
    let service = Arc::new(Service {
        library: Library::load(&arguments.dialogues)?,
        webhook: webhook(&secret)?,
        secret,
        speed: arguments.speed,
    });
    let listener = tokio::net::TcpListener::bind(&arguments.listen)
        .await
        .with_context(|| format!("cannot listen on {}", arguments.listen))?;
    println!("playing {} dialogues", service.library.len());
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, Router::new().fallback(answer).with_state(service)).await?;
    Ok(())
}

/// A secret in the form of Standard Webhooks (`whsec_` and base64) is decoded; any other is used as it is.
fn webhook(secret: &str) -> anyhow::Result<Webhook> {
    let made = if secret.starts_with("whsec_") {
        Webhook::new(secret)
    } else {
        Webhook::from_bytes(secret.as_bytes().to_vec())
    };
    made.context("the secret cannot be used to check signatures")
}

async fn answer(State(service): State<Arc<Service>>, headers: HeaderMap, body: Bytes) -> Response {
    if let Err(why) = service.check(&headers, &body) {
        return (StatusCode::UNAUTHORIZED, why).into_response();
    }
    let request: Request = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => return (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    };
    let answer = plan::plan(&service.library, &request);
    if let Some(speed) = service.speed {
        // Whatever the recording says: an answer must arrive well before the deadline.
        tokio::time::sleep(Duration::from_secs_f64(answer.think_s / speed)).await;
    }
    Json(answer.body(&request.request_id)).into_response()
}

impl Service {
    /// Both proofs are asked for: the bearer secret, and the signature over the exact bytes.
    fn check(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), String> {
        let given = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let expected = format!("Bearer {}", self.secret);
        if !bool::from(given.as_bytes().ct_eq(expected.as_bytes())) {
            return Err("the bearer secret is missing or wrong".into());
        }
        self.webhook.verify(body, headers).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::{Service, webhook};
    use crate::dialogue::Library;

    fn service(secret: &str) -> Service {
        Service {
            library: Library::default(),
            webhook: webhook(secret).unwrap(),
            secret: secret.to_owned(),
            speed: None,
        }
    }

    #[test]
    fn only_signed_requests_with_the_secret_are_answered() {
        for secret in ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "a plain secret"] {
            let service = service(secret);
            let at = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
            let mut headers = HeaderMap::new();
            assert!(service.check(&headers, b"{}").is_err(), "no proof at all");
            headers.insert("authorization", format!("Bearer {secret}").parse().unwrap());
            assert!(service.check(&headers, b"{}").is_err(), "not signed");
            let signature = webhook(secret).unwrap().sign("m", at.try_into().unwrap(), b"{}").unwrap();
            headers.insert("webhook-id", "m".parse().unwrap());
            headers.insert("webhook-timestamp", at.to_string().parse().unwrap());
            headers.insert("webhook-signature", signature.parse().unwrap());
            assert_eq!(service.check(&headers, b"{}"), Ok(()));
            assert!(service.check(&headers, b"{ }").is_err(), "the signature is over the exact bytes");
            headers.insert("authorization", "Bearer other".parse().unwrap());
            assert!(service.check(&headers, b"{}").is_err(), "another secret");
        }
    }
}
