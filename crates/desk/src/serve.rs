//! The command table over loopback HTTP, so that interface tests run in a plain browser.
//!
//! Must listen on this machine only, and requires the token in the path: any page in any browser can reach a loopback
//! address.

use std::convert::Infallible;
use std::io;
use std::path::PathBuf;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::stream::{self, Stream};
use serde_json::Value;
use tokio::net::TcpListener;
use tower_http::cors::CorsLayer;
use tower_http::services::ServeDir;

use crate::desk::Desk;

/// Serves `desk` under `/{token}/rpc/{name}` and `/{token}/changes`, and the files of `page` at `/`, until it fails.
///
/// # Errors
/// If the listener is not on a loopback address, or fails.
pub async fn serve(desk: Desk, listener: TcpListener, token: &str, page: Option<PathBuf>) -> io::Result<()> {
    if !listener.local_addr()?.ip().is_loopback() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the desk is served on this machine only"));
    }
    let doors = Router::new()
        .route("/rpc/{name}", post(rpc))
        .route("/changes", get(changes))
        .with_state(desk)
        // The token holder may use another port of this machine.
        .layer(CorsLayer::permissive());
    let mut router = Router::new().nest(&format!("/{token}"), doors);
    if let Some(page) = page {
        router = router.fallback_service(ServeDir::new(page));
    }
    axum::serve(listener, router).await
}

async fn rpc(State(desk): State<Desk>, Path(name): Path<String>, Json(request): Json<Value>) -> Response {
    match desk.rpc_text(&name, request).await {
        Ok(answer) => Json(answer).into_response(),
        Err(error) => {
            let status = if error.code == "rpc.unknown_command" { StatusCode::NOT_FOUND } else { StatusCode::CONFLICT };
            (status, Json(error)).into_response()
        }
    }
}

async fn changes(State(desk): State<Desk>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let batches = stream::unfold(desk.changes(), |mut changes| async move {
        let batch = changes.next().await?;
        let event = Event::default().json_data(&batch).unwrap_or_default();
        Some((Ok(event), changes))
    });
    Sse::new(batches).keep_alive(KeepAlive::default())
}
