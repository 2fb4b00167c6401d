//! `/healthz` and `/readyz`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};

use crate::health::{FRESH, Illness, RECENT, finding};
use crate::hub::Hub;

/// Succeeds if all parts run and the latest write was durable.
pub(crate) async fn healthz(State(hub): State<Arc<Hub>>) -> Response {
    answer(finding(&hub.health, &hub.database, hub.clock.now(), RECENT).await)
}

/// Succeeds if a write is durable now and the hub is not stopping.
pub(crate) async fn readyz(State(hub): State<Arc<Hub>>) -> Response {
    if hub.health.is_stopping() {
        return answer(Err(Illness::Stopping));
    }
    answer(finding(&hub.health, &hub.database, hub.clock.now(), FRESH).await)
}

fn answer(finding: Result<(), Illness>) -> Response {
    match finding {
        Ok(()) => "ok".into_response(),
        Err(illness) => illness.problem().into_response(),
    }
}
