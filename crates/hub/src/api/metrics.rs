//! `/metrics`, on an address of its own.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;

use crate::fanout::Live;
use crate::hub::Hub;
use crate::metrics::{Moment, TEXT};
use crate::problem::ApiError;
use crate::store::{StoreError, conversations, events, mails};

/// Serves them for as long as the hub runs.
pub(crate) async fn serve(hub: Arc<Hub>, listener: TcpListener) {
    let app = Router::new()
        .route("/metrics", get(metrics))
        .fallback(|| async { ApiError::new(404, "request.unknown_address", "Only /metrics is at this address.") })
        .with_state(hub);
    if let Err(error) = axum::serve(listener, app).await {
        tracing::error!(%error, "metrics are not served any more");
    }
}

async fn metrics(State(hub): State<Arc<Hub>>) -> Response {
    let read = hub.database.read(|connection| -> Result<_, StoreError> {
        Ok((events::last(connection)?, conversations::calls_open(connection)?, mails::waiting(connection)?))
    });
    let (log, calls, mails) = match read.await {
        Ok(read) => read,
        Err(error) => return ApiError::from(error).into_response(),
    };
    let Live { desks, chats, guests, cursor: told } = hub.fanout.live().await;
    let live = [("desk", desks), ("chat", chats), ("guest", guests)];
    let (waiting, connections) = (hub.database.waiting(), hub.crowd.count());
    let text = hub.metrics.text(&Moment { waiting, connections, live, log, told, calls, mails });
    ([(CONTENT_TYPE, TEXT)], text).into_response()
}
