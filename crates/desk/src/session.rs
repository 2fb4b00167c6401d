//! One sign-in: its user, its short-lived access token, and the renewal of both tokens.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tandem_conversation::{Participant, UserId};
use tandem_protocol::agents::{Me, Refresh, Tokens};
use tokio::sync::Mutex;

use crate::hub::{Hub, HubError};
use crate::secrets::{Secrets, SecretsError};

/// Consecutive renewals before the hub gets a pause.
const RENEWALS: u32 = 2;

/// First pause before a token is stored again after a failure; doubles each time up to the maximum.
const KEEP_AGAIN: Duration = Duration::from_secs(1);
const KEEP_AGAIN_LONGEST: Duration = Duration::from_secs(60);

/// A signed-in user at a hub. Tokens go only to the hub and the keychain.
pub(crate) struct Session {
    pub(crate) hub: Hub,
    pub(crate) user: UserId,
    me: RwLock<Me>,
    tokens: Mutex<Kept>,
    keeping: Arc<Keeping>,
}

/// The stored refresh token and the one that should be stored.
struct Keeping {
    secrets: Secrets,
    /// The newest token while it is not stored yet.
    wanted: Mutex<Option<String>>,
    /// Signed out: a late renewal must not bring the token back.
    over: AtomicBool,
    /// A retry is already running.
    trying: AtomicBool,
}

struct Kept {
    access: Option<Arc<str>>,
    refresh: String,
}

impl Session {
    /// Starts a new sign-in and stores its token.
    pub(crate) async fn begin(hub: Hub, tokens: Tokens, secrets: Secrets) -> Self {
        let keeping = Keeping::new(secrets);
        // An error means that this run is ending; the stored token no longer matters to it.
        let _ = keeping.keep(tokens.refresh_token.clone()).await;
        let kept = Kept { access: Some(tokens.access_token.into()), refresh: tokens.refresh_token };
        let (user, me) = (tokens.me.user, RwLock::new(tokens.me));
        Self { hub, user, me, tokens: Mutex::new(kept), keeping }
    }

    /// Resumes the sign-in of an earlier run; none if no token was stored.
    pub(crate) async fn resume(hub: Hub, me: Me, secrets: Secrets) -> Result<Option<Self>, SecretsError> {
        let kept = secrets.load().await?;
        Ok(kept.map(|refresh| {
            let tokens = Mutex::new(Kept { access: None, refresh });
            Self { hub, user: me.user, me: RwLock::new(me), tokens, keeping: Keeping::new(secrets) }
        }))
    }

    /// The user as last reported by the hub.
    pub(crate) fn me(&self) -> Me {
        self.me.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn is_now(&self, me: Me) {
        *self.me.write().unwrap_or_else(PoisonError::into_inner) = me;
    }

    /// The user as a participant in conversations.
    pub(crate) fn participant(&self) -> Participant {
        Participant::Agent { user: self.user, name: self.me().name }
    }

    /// Runs `call` with an access token, and again with a renewed one if the hub rejects it. Only the renewal decides
    /// whether the sign-in has ended: a new token may have expired unused while the machine slept.
    pub(crate) async fn with_token<T, F: Future<Output = Result<T, HubError>>>(
        &self,
        call: impl Fn(Arc<str>) -> F,
    ) -> Result<T, HubError> {
        let mut token = self.token(None).await?;
        for _ in 0..RENEWALS {
            match call(Arc::clone(&token)).await {
                Err(HubError::Unauthorized) => token = self.token(Some(&token)).await?,
                other => return other,
            }
        }
        match call(token).await {
            Err(HubError::Unauthorized) => {
                let message = "The hub does not accept the sign-in that it has just renewed.".into();
                Err(HubError::Busy { message, retry_after: None })
            }
            other => other,
        }
    }

    /// An access token other than `stale`. Concurrent callers share one renewal.
    async fn token(&self, stale: Option<&str>) -> Result<Arc<str>, HubError> {
        let mut kept = self.tokens.lock().await;
        if let Some(access) = kept.access.as_ref().filter(|access| stale != Some(&***access)) {
            return Ok(Arc::clone(access));
        }
        let tokens = self.renewed(&kept.refresh).await?;
        // invariant: new tokens are used only if this run may continue. If it ended here, the next start would have an
        // old token, which the hub would take for a stolen one.
        self.keeping.keep(tokens.refresh_token.clone()).await?;
        let access: Arc<str> = tokens.access_token.into();
        *kept = Kept { access: Some(Arc::clone(&access)), refresh: tokens.refresh_token };
        Ok(access)
    }

    /// The tokens that follow a refresh token. If it has ended, another part of this program may have renewed the
    /// sign-in: then the stored token is newer.
    async fn renewed(&self, refresh: &str) -> Result<Tokens, HubError> {
        let with = |token: &str| Refresh { refresh_token: token.to_owned() };
        match self.hub.refresh(&with(refresh)).await {
            Err(HubError::SessionEnded(reason)) => match self.keeping.secrets.load().await {
                Ok(Some(newer)) if newer != refresh => self.hub.refresh(&with(&newer)).await,
                _ => Err(HubError::SessionEnded(reason)),
            },
            other => other,
        }
    }

    /// Ends the sign-in on this machine, and at the hub if reachable.
    pub(crate) async fn end(&self) {
        self.keeping.over.store(true, Ordering::Release);
        let refresh_token = self.tokens.lock().await.refresh.clone();
        self.forget().await;
        if let Err(error) = self.hub.logout(&Refresh { refresh_token }).await {
            tracing::info!(%error, "the hub was not told of the sign-out; the sign-in ends by itself");
        }
    }

    /// Deletes the token on this machine.
    pub(crate) async fn forget(&self) {
        self.keeping.over.store(true, Ordering::Release);
        // Waits for a store in progress.
        let mut wanted = self.keeping.wanted.lock().await;
        *wanted = None;
        if let Err(error) = self.keeping.secrets.forget().await {
            tracing::warn!(%error, "the kept sign-in could not be removed");
        }
    }
}

impl Keeping {
    fn new(secrets: Secrets) -> Arc<Self> {
        let (wanted, over, trying) = (Mutex::new(None), AtomicBool::new(false), AtomicBool::new(false));
        Arc::new(Self { secrets, wanted, over, trying })
    }

    /// Stores a token for the next start. If the store fails (for example while a keychain restarts), retries in the
    /// background: work can continue meanwhile.
    async fn keep(self: &Arc<Self>, token: String) -> Result<(), HubError> {
        let mut wanted = self.wanted.lock().await;
        if self.over.load(Ordering::Acquire) {
            return Ok(());
        }
        match self.secrets.store(token.clone()).await {
            Ok(()) => *wanted = None,
            Err(SecretsError::Ending) => return Err(HubError::Network("The desk is shutting down.".into())),
            Err(error) => {
                tracing::warn!(%error, "the sign-in is not kept for the next start yet");
                *wanted = Some(token);
                if !self.trying.swap(true, Ordering::AcqRel) {
                    tokio::spawn(Arc::clone(self).try_again());
                }
            }
        }
        Ok(())
    }

    async fn try_again(self: Arc<Self>) {
        let mut pause = KEEP_AGAIN;
        loop {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(KEEP_AGAIN_LONGEST);
            let mut wanted = self.wanted.lock().await;
            let done = match wanted.clone() {
                None => true,
                Some(token) => self.secrets.store(token).await.is_ok(),
            };
            // The sign-in is gone, so nothing else holds a reference.
            if done || Arc::strong_count(&self) == 1 {
                *wanted = None;
                self.trying.store(false, Ordering::Release);
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;
    use crate::testing::MemoryKeychain;

    /// An ending runtime lets its tasks run for a moment, but starts no blocking work any more. A renewed token could
    /// then be used without being stored, and the next start would show the used one.
    #[test]
    fn a_run_that_ends_uses_no_token_that_it_cannot_keep() {
        let secrets = Secrets::Keychain { keychain: Arc::new(MemoryKeychain::default()), name: "sign-in".into() };
        let keeping = Keeping::new(secrets);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (said, heard) = std::sync::mpsc::channel();
        let (kept_first, first) = std::sync::mpsc::channel();
        runtime.spawn(async move {
            assert_eq!(keeping.keep("refresh-1".into()).await.ok(), Some(()), "while it runs, a token is kept");
            kept_first.send(()).unwrap();
            while !matches!(tokio::task::spawn_blocking(|| ()).now_or_never(), Some(Err(_))) {
                std::thread::yield_now();
            }
            let kept = keeping.keep("refresh-2".into()).now_or_never();
            said.send(matches!(kept, Some(Err(HubError::Network(_))))).unwrap();
        });
        first.recv().unwrap();
        runtime.shutdown_timeout(Duration::from_secs(20));
        assert_eq!(heard.recv(), Ok(true));
    }
}
