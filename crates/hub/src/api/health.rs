//! `/healthz` and `/readyz`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderValue;
use axum::response::{IntoResponse, Response};

use crate::health::{FRESH, HUB_TIME, Harmed, Illness, RECENT, UNNAMED_PROXY, apart, finding, listed};
use crate::hub::Hub;

/// Succeeds if all parts run and the latest write was durable.
pub(crate) async fn healthz(State(hub): State<Arc<Hub>>) -> Response {
    answer(found(&hub, RECENT).await, hub.clock.ahead_ms())
}

async fn found(hub: &Hub, age: Duration) -> Result<Harmed, Illness> {
    if hub.is_silent(true) {
        return Err(Illness::Silent);
    }
    finding(&hub.health, &hub.database, hub.clock.now(), age).await
}

/// Succeeds if a write is durable now and the hub is not stopping.
pub(crate) async fn readyz(State(hub): State<Arc<Hub>>) -> Response {
    let found = if hub.health.is_stopping() { Err(Illness::Stopping) } else { found(&hub, FRESH).await };
    let mut answer = answer(found, hub.clock.ahead_ms());
    answer.headers_mut().insert(HUB_TIME, hub.clock.now().0.into());
    if let Some(proxy) = hub.unnamed_proxy.get()
        && let Ok(address) = HeaderValue::from_str(&proxy.to_string())
    {
        answer.headers_mut().insert(UNNAMED_PROXY, address);
    }
    answer
}

/// Names in an answer, at most.
const NAMED: usize = 10;

/// `ahead_ms`: how far the machine's clock is ahead of the hub's time.
fn answer(finding: Result<Harmed, Illness>, ahead_ms: Option<i64>) -> Response {
    let Harmed { damaged, newer } = match finding {
        Ok(harmed) => harmed,
        Err(illness) => return illness.problem().into_response(),
    };
    let mut words = vec!["ok".to_owned()];
    if !damaged.is_empty() {
        let (s, need) = if damaged.len() == 1 { ("", "needs") } else { ("s", "need") };
        let who = format!("{} conversation{s} or visitor{s} {need}", damaged.len());
        words.push(format!(
            "but the database is damaged where {who} it: run tandem-hub doctor ({})",
            listed(damaged.iter(), NAMED)
        ));
    }
    if !newer.is_empty() {
        let (s, were) = if newer.len() == 1 { ("", "was") } else { ("s", "were") };
        words.push(format!(
            "but {} conversation{s} {were} written by a newer version and cannot be changed ({})",
            newer.len(),
            listed(newer.iter(), NAMED)
        ));
    }
    if let Some(ahead_ms) = ahead_ms {
        words.push(format!("but {}", apart(ahead_ms)));
    }
    words.join(", ").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn told(harmed: Harmed, ahead_ms: Option<i64>) -> String {
        let body = answer(Ok(harmed), ahead_ms).into_body();
        String::from_utf8(axum::body::to_bytes(body, 10_000).await.unwrap().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_clock_that_was_moved_is_named_with_good_health() {
        assert_eq!(told(Harmed::default(), None).await, "ok");
        for (ahead_ms, side) in [(3_600_000, "3600 s behind the machine's"), (-60_000, "60 s ahead of the machine's")] {
            let told = told(Harmed::default(), Some(ahead_ms)).await;
            assert!(told.starts_with("ok, but the hub's time is ") && told.contains(side), "{told}");
        }
    }
}
