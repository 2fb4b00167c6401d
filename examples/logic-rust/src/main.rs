//! A sample Your Logic: listens, verifies the hub, and answers as [`plan`] decides.
//!
//! It speaks only the public protocol, so it can be copied and changed without Tandem's sources. It has no state: each
//! request brings everything, and what it must remember goes into the conversation's custom data.

mod bot;
mod dialogue;
mod door;
mod plan;
#[cfg(test)]
mod stories;
mod translating;
mod wire;
mod wording;
mod words;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use clap::Parser;

use crate::dialogue::Library;
use crate::door::Door;
use crate::wire::Request;

/// Maximum request: 200 turns of the longest texts.
const BODY_BYTES: usize = 16 * 1024 * 1024;

/// Answers a Tandem hub: plays written dialogues, and acts as a small rule bot for everyone else.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Address to listen on; port 0 picks a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: String,
    /// The environment variable with the secret shared with the hub.
    #[arg(long, default_value = "TANDEM_LOGIC_SECRET")]
    secret_env: String,
    /// Dialogues to play: a file (.jsonl or .jsonl.gz) or a folder of them; repeatable.
    #[arg(long)]
    dialogues: Vec<PathBuf>,
    /// Think as long as the dialogues say, divided by this; without it, answer at once.
    #[arg(long)]
    speed: Option<f64>,
}

struct Service {
    library: Library,
    door: Door,
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
        door: Door::new(secret)?,
        speed: arguments.speed,
    });
    let listener = tokio::net::TcpListener::bind(&arguments.listen)
        .await
        .with_context(|| format!("cannot listen on {}", arguments.listen))?;
    println!("playing {} dialogues", service.library.len());
    println!("listening on http://{}", listener.local_addr()?);
    let app = Router::new().fallback(answer).layer(DefaultBodyLimit::max(BODY_BYTES)).with_state(service);
    axum::serve(listener, app).await?;
    Ok(())
}

async fn answer(State(service): State<Arc<Service>>, headers: HeaderMap, body: Bytes) -> Response {
    if let Err(why) = service.door.check(&headers, &body) {
        return (StatusCode::UNAUTHORIZED, why).into_response();
    }
    let request: Request = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => return (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    };
    let answer = plan::plan(&service.library, &request);
    if let Some(speed) = service.speed {
        tokio::time::sleep(Duration::from_secs_f64((answer.think_s / speed).min(plan::MOST_THINKING_S))).await;
    }
    Json(answer.body(&request.request_id)).into_response()
}
