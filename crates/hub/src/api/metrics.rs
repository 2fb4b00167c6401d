//! `/metrics`, on an address of its own.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::fanout::Live;
use crate::hub::Hub;
use crate::metrics::{Moment, TEXT};
use crate::problem::ApiError;
use crate::store::{StoreError, conversations, events, mails};

/// Connections at once.
const AT_ONCE: usize = 16;
/// Time limit for one connection and its single request.
const WITHIN: Duration = Duration::from_secs(10);
/// Pause after a failed accept.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// Serves them for as long as the hub runs.
pub(crate) async fn serve(hub: Arc<Hub>, listener: TcpListener) {
    let app = Router::new()
        .route("/metrics", get(metrics))
        .fallback(|| async { ApiError::new(404, "request.unknown_address", "Only /metrics is at this address.") })
        .with_state(hub);
    let places = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(ACCEPT_AGAIN).await;
            continue;
        };
        // Beyond its places, a connection is closed at once: the hub's files are for those who chat.
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let service = TowerToHyperService::new(app.clone());
        tokio::spawn(async move {
            let mut builder = http1::Builder::new();
            builder.keep_alive(false).header_read_timeout(None::<Duration>);
            let serving = builder.serve_connection(TokioIo::new(stream), service);
            let _ = tokio::time::timeout(WITHIN, serving).await;
            drop(place);
        });
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
