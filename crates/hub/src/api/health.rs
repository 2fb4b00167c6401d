//! `/healthz` and `/readyz`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderValue;
use axum::response::{IntoResponse, Response};

use crate::health::{FRESH, Illness, RECENT, UNNAMED_PROXY, finding};
use crate::hub::Hub;

/// Succeeds if all parts run and the latest write was durable.
pub(crate) async fn healthz(State(hub): State<Arc<Hub>>) -> Response {
    answer(finding(&hub.health, &hub.database, hub.clock.now(), RECENT).await)
}

/// Succeeds if a write is durable now and the hub is not stopping.
pub(crate) async fn readyz(State(hub): State<Arc<Hub>>) -> Response {
    let found = if hub.health.is_stopping() {
        Err(Illness::Stopping)
    } else {
        finding(&hub.health, &hub.database, hub.clock.now(), FRESH).await
    };
    let mut answer = answer(found);
    if let Some(proxy) = hub.unnamed_proxy.get()
        && let Ok(address) = HeaderValue::from_str(&proxy.to_string())
    {
        answer.headers_mut().insert(UNNAMED_PROXY, address);
    }
    answer
}

fn answer(finding: Result<usize, Illness>) -> Response {
    match finding {
        Ok(0) => "ok".into_response(),
        Ok(damaged) => {
            let (s, need) = if damaged == 1 { ("", "needs") } else { ("s", "need") };
            let who = format!("{damaged} conversation{s} or visitor{s} {need}");
            format!("ok, but the database is damaged where {who} it: run tandem-hub doctor").into_response()
        }
        Err(illness) => illness.problem().into_response(),
    }
}
