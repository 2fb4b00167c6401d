//! One sign-in: its user, its short access token, and the renewal of both.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use tandem_conversation::{Participant, UserId};
use tandem_protocol::agents::{Me, Refresh, Tokens};
use tokio::sync::Mutex;

use crate::hub::{Hub, HubError};
use crate::secrets::{Secrets, SecretsError};

/// Renewals in a row before the hub is given time.
const RENEWALS: u32 = 2;

/// A signed-in user at a hub. Tokens never leave it except towards the hub and the keychain.
pub(crate) struct Session {
    pub(crate) hub: Hub,
    pub(crate) user: UserId,
    me: RwLock<Me>,
    secrets: Secrets,
    tokens: Mutex<Kept>,
    /// Signed out here: a late renewal must not bring the token back.
    over: AtomicBool,
}

struct Kept {
    access: Option<Arc<str>>,
    refresh: String,
}

impl Session {
    /// A sign-in that has just begun; its token is kept.
    pub(crate) async fn begin(hub: Hub, tokens: Tokens, secrets: Secrets) -> Self {
        keep(&secrets, tokens.refresh_token.clone()).await;
        let kept = Kept { access: Some(tokens.access_token.into()), refresh: tokens.refresh_token };
        let (user, me) = (tokens.me.user, RwLock::new(tokens.me));
        Self { hub, user, me, secrets, tokens: Mutex::new(kept), over: AtomicBool::new(false) }
    }

    /// A sign-in that goes on from an earlier run; none if no token was kept.
    pub(crate) async fn resume(hub: Hub, me: Me, secrets: Secrets) -> Result<Option<Self>, SecretsError> {
        let kept = secrets.load().await?;
        Ok(kept.map(|refresh| {
            let tokens = Mutex::new(Kept { access: None, refresh });
            Self { hub, user: me.user, me: RwLock::new(me), secrets, tokens, over: AtomicBool::new(false) }
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
        let tokens = self.hub.refresh(&Refresh { refresh_token: kept.refresh.clone() }).await?;
        if !self.over.load(Ordering::Acquire) {
            keep(&self.secrets, tokens.refresh_token.clone()).await;
        }
        let access: Arc<str> = tokens.access_token.into();
        *kept = Kept { access: Some(Arc::clone(&access)), refresh: tokens.refresh_token };
        Ok(access)
    }

    /// Ends the sign-in on this machine, and at the hub if it can be told.
    pub(crate) async fn end(&self) {
        self.over.store(true, Ordering::Release);
        let refresh_token = self.tokens.lock().await.refresh.clone();
        self.forget().await;
        if let Err(error) = self.hub.logout(&Refresh { refresh_token }).await {
            tracing::info!(%error, "the hub was not told of the sign-out; the sign-in ends by itself");
        }
    }

    /// Forgets the token on this machine.
    pub(crate) async fn forget(&self) {
        self.over.store(true, Ordering::Release);
        if let Err(error) = self.secrets.forget().await {
            tracing::warn!(%error, "the kept sign-in could not be removed");
        }
    }
}

/// Without it the next start asks for the password again, which is no reason to stop now.
async fn keep(secrets: &Secrets, token: String) {
    if let Err(error) = secrets.store(token).await {
        tracing::warn!(%error, "the next start will ask for the sign-in again");
    }
}
