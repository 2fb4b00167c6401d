//! Downloads of files. Requests for the same file share one download, and no download delays other fetching.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use tandem_conversation::MediaId;
use tokio::sync::{Notify, mpsc, watch};

use crate::cache::media::{self, File};
use crate::cache::{Cache, CacheError};
use crate::clock::Clock;
use crate::hub::HubError;
use crate::link::{Input, Link};
use crate::pace::Pace;
use crate::session::Session;

/// Why something was not fetched.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error(transparent)]
    Hub(#[from] HubError),
    #[error(transparent)]
    Cache(#[from] CacheError),
}

type Outcome = Result<Arc<File>, Arc<FetchError>>;
type Flying = HashMap<MediaId, WeakShared<BoxFuture<'static, Outcome>>>;

/// Running downloads. Clones share it.
#[derive(Clone)]
pub(crate) struct Downloads {
    cache: Cache,
    clock: Clock,
    /// A download is dropped with its last waiter.
    flying: Arc<Mutex<Flying>>,
    wake: Arc<Notify>,
}

impl Downloads {
    pub(crate) fn new(cache: Cache, clock: Clock) -> Self {
        Self { cache, clock, flying: Arc::default(), wake: Arc::default() }
    }

    /// A file of a turn; stored if the turn is cached.
    ///
    /// # Errors
    /// If the hub does not give it, or the cache fails.
    pub(crate) async fn get(&self, session: &Arc<Session>, id: MediaId) -> Outcome {
        self.joined(session, id).await
    }

    fn joined(&self, session: &Arc<Session>, id: MediaId) -> Shared<BoxFuture<'static, Outcome>> {
        let mut flying = self.flying.lock().unwrap_or_else(PoisonError::into_inner);
        flying.retain(|_, download| download.upgrade().is_some());
        if let Some(download) = flying.get(&id).and_then(WeakShared::upgrade) {
            return download;
        }
        let download = self.clone().download(Arc::clone(session), id).boxed().shared();
        if let Some(weak) = download.downgrade() {
            flying.insert(id, weak);
        }
        download
    }

    async fn download(self, session: Arc<Session>, id: MediaId) -> Outcome {
        let file = async {
            // A previous download may have just finished.
            if let Some(file) = self.cache.read(move |connection| media::get(connection, id)).await? {
                return Ok(Arc::new(file));
            }
            let session = &session;
            let most = session.me().max_file_bytes;
            let fetched = session.with_token(|token| async move { session.hub.media(&token, id, most).await }).await;
            let (file, now) = (Arc::new(fetched?), self.clock.hub_now());
            let kept = Arc::clone(&file);
            self.cache.write(move |connection, _| media::put(connection, id, &kept, now)).await?;
            Ok(file)
        };
        file.await.map_err(Arc::new)
    }

    /// Wakes the task that fetches ahead.
    pub(crate) fn look(&self) {
        self.wake.notify_one();
    }

    /// Fetches files of the user's own conversations ahead, one at a time, until the desk ends.
    pub(crate) async fn run(self, pace: Pace, mut link: watch::Receiver<Link>, sync: mpsc::UnboundedSender<Input>) {
        let mut failures: u32 = 0;
        loop {
            let session = match link.wait_for(|link| link.live().is_some()).await {
                Ok(link) => link.live().cloned(),
                Err(_) => return,
            };
            let Some(session) = session else { continue };
            let pause = match self.fetch_next(&session).await {
                Ok(true) => {
                    failures = 0;
                    continue;
                }
                Ok(false) => None,
                Err(error) => match &*error {
                    FetchError::Hub(HubError::Network(_) | HubError::Busy { .. }) | FetchError::Cache(_) => {
                        tracing::info!(%error, "a file could not be fetched yet");
                        // The live connection may be fine, so it does not signal when to retry.
                        let pause = pace.resend.saturating_mul(1 << failures.min(6)).min(pace.longest);
                        failures = failures.saturating_add(1);
                        Some(pause)
                    }
                    FetchError::Hub(HubError::SessionEnded(reason)) => {
                        let _ = sync.send(Input::SessionEnded { reason: reason.clone() });
                        None
                    }
                    FetchError::Hub(_) => {
                        tracing::warn!(%error, "a file could not be fetched");
                        None
                    }
                },
            };
            tokio::select! {
                () = self.wake.notified(), if pause.is_none() => {}
                () = tokio::time::sleep(pause.unwrap_or_default()), if pause.is_some() => {}
                changed = link.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Fetches one missing file; false if there is none.
    async fn fetch_next(&self, session: &Arc<Session>) -> Result<bool, Arc<FetchError>> {
        let failed = |error: CacheError| Arc::new(error.into());
        let Some(id) = self.cache.read(media::wanted).await.map_err(failed)? else { return Ok(false) };
        match self.get(session, id).await {
            Ok(_) => Ok(true),
            Err(error) => {
                let FetchError::Hub(HubError::Refused(problem)) = &*error else { return Err(error) };
                tracing::info!(code = %problem.code, "the hub does not give a file");
                self.cache.write(move |connection, _| media::give_up(connection, id)).await.map_err(failed)?;
                Ok(true)
            }
        }
    }
}
