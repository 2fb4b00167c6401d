//! One sign-in: its user, its short access token, and the renewal of both.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tandem_conversation::{Participant, UserId};
use tandem_protocol::agents::{Me, Refresh, Tokens};
use tokio::sync::Mutex;

use crate::hub::{Hub, HubError};
use crate::secrets::{Secrets, SecretsError};

/// Renewals in a row before the hub is given time.
const RENEWALS: u32 = 2;

/// How long after a token could not be kept it is tried again; each time twice as long, up to the longest.
const KEEP_AGAIN: Duration = Duration::from_secs(1);
const KEEP_AGAIN_LONGEST: Duration = Duration::from_secs(60);

/// A signed-in user at a hub. Tokens never leave it except towards the hub and the keychain.
pub(crate) struct Session {
    pub(crate) hub: Hub,
    pub(crate) user: UserId,
    me: RwLock<Me>,
    tokens: Mutex<Kept>,
    keeping: Arc<Keeping>,
}

/// The place of the refresh token for the next start, and what should be there.
struct Keeping {
    secrets: Secrets,
    /// The newest token while it is not there yet.
    wanted: Mutex<Option<String>>,
    /// Signed out here: a late renewal must not bring the token back.
    over: AtomicBool,
    /// Somebody tries again already.
    trying: AtomicBool,
}

struct Kept {
    access: Option<Arc<str>>,
    refresh: String,
}

impl Session {
    /// A sign-in that has just begun; its token is kept.
    pub(crate) async fn begin(hub: Hub, tokens: Tokens, secrets: Secrets) -> Self {
        let keeping = Keeping::new(secrets);
        // An error means that this run ends; what is kept does not matter to it any more.
        let _ = keeping.keep(tokens.refresh_token.clone()).await;
        let kept = Kept { access: Some(tokens.access_token.into()), refresh: tokens.refresh_token };
        let (user, me) = (tokens.me.user, RwLock::new(tokens.me));
        Self { hub, user, me, tokens: Mutex::new(kept), keeping }
    }

    /// A sign-in that goes on from an earlier run; none if no token was kept.
    pub(crate) async fn resume(hub: Hub, me: Me, secrets: Secrets) -> Result<Option<Self>, SecretsError> {
        let kept = secrets.load().await?;
        Ok(kept.map(|refresh| {
            let tokens = Mutex::new(Kept { access: None, refresh });
            Self { hub, user: me.user, me: RwLock::new(me), tokens, keeping: Keeping::new(secrets) }
        }))
    }

    /// The user as the hub last described them.
    pub(crate) fn me(&self) -> Me {
        self.me.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The hub described the user anew.
    pub(crate) fn is_now(&self, me: Me) {
        *self.me.write().unwrap_or_else(PoisonError::into_inner) = me;
    }

    /// The user as they appear in conversations.
    pub(crate) fn participant(&self) -> Participant {
        Participant::Agent { user: self.user, name: self.me().name }
    }

    /// Runs `call` with an access token, and again with a renewed one if the hub says so. Whether the sign-in is over is
    /// for the renewal to say: a new token may have ended before it was used, on a machine that slept meanwhile.
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

    /// An access token other than `stale`. Whoever comes while it is renewed waits for the same one.
    async fn token(&self, stale: Option<&str>) -> Result<Arc<str>, HubError> {
        let mut kept = self.tokens.lock().await;
        if let Some(access) = kept.access.as_ref().filter(|access| stale != Some(&***access)) {
            return Ok(Arc::clone(access));
        }
        let tokens = self.renewed(&kept.refresh).await?;
        // invariant: new tokens are used only when this run may go on. One that ends here would leave an old token to
        // the next start, and the hub would take that for a stolen one.
        self.keeping.keep(tokens.refresh_token.clone()).await?;
        let access: Arc<str> = tokens.access_token.into();
        *kept = Kept { access: Some(Arc::clone(&access)), refresh: tokens.refresh_token };
        Ok(access)
    }

    /// The tokens that follow a refresh token. If it has ended, another part of this program may have renewed the
    /// sign-in meanwhile: then the token that is kept is a newer one.
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

    /// Ends the sign-in on this machine, and at the hub if it can be told.
    pub(crate) async fn end(&self) {
        self.keeping.over.store(true, Ordering::Release);
        let refresh_token = self.tokens.lock().await.refresh.clone();
        self.forget().await;
        if let Err(error) = self.hub.logout(&Refresh { refresh_token }).await {
            tracing::info!(%error, "the hub was not told of the sign-out; the sign-in ends by itself");
        }
    }

    /// Forgets the token on this machine.
    pub(crate) async fn forget(&self) {
        self.keeping.over.store(true, Ordering::Release);
        // Waits for whoever is about to keep one.
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

    /// Keeps a token for the next start. A place that does not take it now, as a keychain that starts anew, is asked
    /// again until it does: that is no reason to stop working.
    async fn keep(self: &Arc<Self>, token: String) -> Result<(), HubError> {
        let mut wanted = self.wanted.lock().await;
        if self.over.load(Ordering::Acquire) {
            return Ok(());
        }
        match self.secrets.store(token.clone()).await {
            Ok(()) => *wanted = None,
            Err(SecretsError::Ending) => return Err(HubError::Network("The desk is about to end.".into())),
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
            // Nobody else holds a reference once the sign-in is gone.
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

    /// A runtime that ends lets its tasks go on for a moment, but starts no work off the runtime any more: a renewed
    /// token could be used, and not be kept. The next start would show the old one, which had been used.
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
