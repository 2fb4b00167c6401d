//! Reports this user's alerts to the hub. Unsent reports wait in the cache.

use std::sync::Arc;

use tandem_protocol::agents::{AlertReport, AlertReports};
use tokio::sync::{Notify, watch};

use crate::cache::{Cache, CacheError, reports};
use crate::hub::HubError;
use crate::link::Link;
use crate::pace::Pace;

/// Reports per request.
const AT_ONCE: u32 = 200;

/// A handle of the reporting task.
#[derive(Clone)]
pub(crate) struct Reports {
    cache: Cache,
    news: Arc<Notify>,
}

impl Reports {
    pub(crate) fn new(cache: Cache) -> Self {
        Self { cache, news: Arc::default() }
    }

    /// Stores a report; it is sent once the hub is reachable.
    pub(crate) async fn add(&self, report: AlertReport) -> Result<(), CacheError> {
        self.cache.write(move |connection, _| reports::add(connection, &report)).await?;
        self.news.notify_one();
        Ok(())
    }

    /// Runs until the desk ends.
    pub(crate) async fn run(self, mut link: watch::Receiver<Link>, pace: Pace) {
        loop {
            let session = link.borrow_and_update().live().cloned();
            let Some(session) = session else {
                if link.changed().await.is_err() {
                    return;
                }
                continue;
            };
            let first = match self.cache.read(|connection| reports::first(connection, AT_ONCE)).await {
                Ok(first) => first,
                Err(error) => {
                    tracing::error!(%error, "alert reports cannot be read");
                    (Vec::new(), 0)
                }
            };
            let (reports, last) = first;
            if reports.is_empty() {
                tokio::select! {
                    () = self.news.notified() => {}
                    changed = link.changed() => if changed.is_err() { return },
                }
                continue;
            }
            let request = AlertReports { reports };
            let told = session.with_token(|token| {
                let (session, request) = (&session, &request);
                async move { session.hub.report_alerts(&token, request).await }
            });
            match told.await {
                // Retried: a network failure, or the hub is busy.
                Err(error @ (HubError::Network(_) | HubError::Busy { .. } | HubError::SessionEnded(_))) => {
                    tracing::info!(%error, "alert reports could not be sent yet");
                    tokio::time::sleep(pace.resend).await;
                    continue;
                }
                // A refused report would be refused again.
                Err(error) => tracing::warn!(%error, "the hub refuses alert reports"),
                Ok(()) => {}
            }
            if let Err(error) = self.cache.write(move |connection, _| reports::remove(connection, last)).await {
                tracing::error!(%error, "sent alert reports cannot be deleted");
                tokio::time::sleep(pace.resend).await;
            }
        }
    }
}
