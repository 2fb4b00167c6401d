//! One sign-in: its user, its short-lived access token, and the renewal of both tokens.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tandem_conversation::{Participant, UserId};
use tandem_protocol::agents::{Me, Refresh, Tokens};
use tokio::sync::{Mutex, watch};
use tokio::time::timeout;

use crate::hub::{Hub, HubError};
use crate::reason::Reason;
use crate::secrets::{Secrets, SecretsError};
use crate::vault::KeychainError;

/// Consecutive renewals before the hub gets a pause.
const RENEWALS: u32 = 2;

/// First pause before a token is stored again after a failure; doubles each time up to the maximum.
const KEEP_AGAIN: Duration = Duration::from_secs(1);
const KEEP_AGAIN_LONGEST: Duration = Duration::from_secs(60);

/// Maximum wait for a keychain, which may be asking its user.
const KEEP_WITHIN: Duration = Duration::from_secs(10);

/// A signed-in user at a hub. Tokens go only to the hub and the keychain.
pub(crate) struct Session {
    pub(crate) hub: Hub,
    pub(crate) user: UserId,
    me: RwLock<Me>,
    /// The hub's version, from its last greeting.
    speaks: AtomicU32,
    tokens: Mutex<Kept>,
    keeping: Arc<Keeping>,
}

/// The stored refresh token and the one that should be stored.
struct Keeping {
    secrets: Secrets,
    wish: watch::Sender<Wish>,
    /// Signed out: a late renewal must not bring the token back.
    over: AtomicBool,
    /// [`KEEP_WITHIN`], or less in tests.
    within: Duration,
    /// [`KEEP_AGAIN`], or less in tests.
    again: Duration,
}

/// The token to store, and the state of the task that stores it. Never locked during a call of the keychain, which may wait
/// for its user.
#[derive(Default)]
struct Wish {
    /// The newest token while it is not stored yet.
    token: Option<String>,
    /// Number of that token, counted from 1.
    number: u64,
    /// Number of the last token that was tried.
    tried: u64,
    /// The task runs.
    at_work: bool,
    /// The last attempt failed.
    refused: bool,
    /// The desk is shutting down.
    ending: bool,
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
        Self { hub, user, me, speaks: unnamed(), tokens: Mutex::new(kept), keeping }
    }

    /// Resumes the sign-in of an earlier run; none if no token was stored.
    pub(crate) async fn resume(hub: Hub, me: Me, secrets: Secrets) -> Result<Option<Self>, SecretsError> {
        let kept = secrets.load().await?;
        Ok(kept.map(|refresh| {
            let tokens = Mutex::new(Kept { access: None, refresh });
            let (user, me, keeping) = (me.user, RwLock::new(me), Keeping::new(secrets));
            Self { hub, user, me, speaks: unnamed(), tokens, keeping }
        }))
    }

    /// The user as last reported by the hub.
    pub(crate) fn me(&self) -> Me {
        self.me.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The hub has greeted: its user, and the version that it speaks.
    pub(crate) fn is_now(&self, me: Me, speaks: u32) {
        *self.me.write().unwrap_or_else(PoisonError::into_inner) = me;
        self.speaks.store(speaks, Ordering::Relaxed);
    }

    /// The hub's version; the oldest until it has greeted.
    pub(crate) fn speaks(&self) -> u32 {
        self.speaks.load(Ordering::Relaxed)
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
                Err(HubError::Busy { reason: Reason::lost("lost-renewed"), retry_after: None })
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
            Err(HubError::SessionEnded(reason)) => {
                match timeout(self.keeping.within, self.keeping.secrets.load()).await {
                    Ok(Ok(Some(newer))) if newer != refresh => self.hub.refresh(&with(&newer)).await,
                    Ok(_) => Err(HubError::SessionEnded(reason)),
                    Err(_) => Err(HubError::Busy { reason: Reason::lost("lost-keychain"), retry_after: None }),
                }
            }
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
        self.keeping.wish.send_modify(|wish| wish.token = None);
        // Waits for a store in progress. One that waits for the user deletes the token itself.
        let mut wish = self.keeping.wish.subscribe();
        let _ = timeout(self.keeping.within, wish.wait_for(|wish| !wish.at_work)).await;
        match timeout(self.keeping.within, self.keeping.secrets.forget()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the kept sign-in could not be removed"),
            Err(_) => tracing::warn!("the kept sign-in could not be removed: the keychain does not answer"),
        }
    }
}

fn unnamed() -> AtomicU32 {
    AtomicU32::new(tandem_protocol::UNNAMED_VERSION)
}

impl Keeping {
    fn new(secrets: Secrets) -> Arc<Self> {
        Self::paced(secrets, KEEP_WITHIN, KEEP_AGAIN)
    }

    fn paced(secrets: Secrets, within: Duration, again: Duration) -> Arc<Self> {
        Arc::new(Self { secrets, wish: watch::Sender::default(), over: AtomicBool::new(false), within, again })
    }

    /// Stores a token for the next start. If that fails or takes long (for example while a keychain restarts or asks its
    /// user), it goes on in the background: work can continue meanwhile.
    async fn keep(self: &Arc<Self>, token: String) -> Result<(), HubError> {
        if self.over.load(Ordering::Acquire) {
            return Ok(());
        }
        let (mut number, mut begins) = (0, false);
        self.wish.send_modify(|wish| {
            wish.token = Some(token);
            wish.number += 1;
            number = wish.number;
            begins = !std::mem::replace(&mut wish.at_work, true);
        });
        if begins {
            tokio::spawn(Arc::clone(self).work());
        }
        let mut wish = self.wish.subscribe();
        match timeout(self.within, wish.wait_for(|wish| wish.ending || wish.tried >= number)).await {
            Ok(Ok(wish)) if wish.ending => {
                Err(HubError::Network(Reason::said("desk.ended", "The desk is shutting down.")))
            }
            Ok(_) => Ok(()),
            Err(_) => {
                tracing::warn!("the sign-in is not kept for the next start yet: the keychain does not answer");
                Ok(())
            }
        }
    }

    /// Stores the newest token until that succeeds and no newer one has come.
    async fn work(self: Arc<Self>) {
        let mut wishes = self.wish.subscribe();
        let mut pause = self.again;
        loop {
            let mut next = None;
            self.wish.send_modify(|wish| {
                next = wish.token.clone().map(|token| (token, wish.number, wish.refused));
                wish.at_work = next.is_some();
            });
            let Some((token, number, refused)) = next else { return };
            // A user who has refused is not asked again.
            let done = match refused && self.secrets.would_ask().await {
                true => Err(KeychainError::Refused("it is locked".into()).into()),
                false => self.secrets.store(token).await,
            };
            if self.over.load(Ordering::Acquire) {
                let _ = self.secrets.forget().await;
            }
            self.wish.send_modify(|wish| {
                wish.tried = number;
                wish.refused = done.is_err();
                wish.ending = matches!(done, Err(SecretsError::Ending));
                if wish.ending {
                    wish.at_work = false;
                } else if done.is_ok() && wish.number == number {
                    wish.token = None;
                }
            });
            match done {
                Ok(()) => pause = self.again,
                Err(SecretsError::Ending) => return,
                Err(error) => {
                    // The sign-in is gone, so nothing else holds a reference.
                    if Arc::strong_count(&self) == 1 {
                        return;
                    }
                    if !refused {
                        tracing::warn!(%error, "the sign-in is not kept for the next start yet");
                    }
                    let other = wishes.wait_for(|wish| wish.number != number || wish.token.is_none());
                    let _ = timeout(pause, other).await;
                    pause = (pause * 2).min(KEEP_AGAIN_LONGEST);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;
    use crate::testing::{MemoryKeychain, Mood, passphrase_cache};

    fn in_keychain(keychain: &Arc<MemoryKeychain>) -> Secrets {
        Secrets::Keychain { keychain: Arc::clone(keychain) as Arc<_>, name: "sign-in".into() }
    }

    /// An ending runtime lets its tasks run for a moment, but starts no blocking work any more. A renewed token could
    /// then be used without being stored, and the next start would show the used one.
    #[test]
    fn a_run_that_ends_uses_no_token_that_it_cannot_keep() {
        let keeping = Keeping::new(in_keychain(&Arc::default()));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (said, heard) = std::sync::mpsc::channel();
        let (kept_first, first) = std::sync::mpsc::channel();
        runtime.spawn(async move {
            assert_eq!(keeping.keep("refresh-1".into()).await.ok(), Some(()), "while it runs, a token is kept");
            kept_first.send(()).unwrap();
            // Unconstrained: a task that is polled for long without a pause finds everything pending.
            let is_ending = || {
                let work = tokio::task::coop::unconstrained(tokio::task::spawn_blocking(|| ()));
                matches!(work.now_or_never(), Some(Err(_)))
            };
            while !is_ending() {
                std::thread::yield_now();
            }
            let kept = keeping.keep("refresh-2".into()).await;
            said.send(kept.is_ok()).unwrap();
        });
        first.recv().unwrap();
        runtime.shutdown_timeout(Duration::from_secs(20));
        assert_ne!(heard.recv(), Ok(true), "it ends, or says that it cannot");
    }

    #[tokio::test]
    async fn a_desk_with_a_passphrase_that_ends_uses_no_token_that_it_cannot_keep() {
        let folder = tempfile::tempdir().unwrap();
        let cache = passphrase_cache(folder.path());
        let keeping = Keeping::new(Secrets::Cache(cache.clone()));
        assert!(keeping.keep("refresh-1".into()).await.is_ok());
        cache.close().await;
        assert!(matches!(keeping.keep("refresh-2".into()).await, Err(HubError::Network(_))));
    }

    fn impatient(keychain: &Arc<MemoryKeychain>) -> Arc<Keeping> {
        Keeping::paced(in_keychain(keychain), Duration::from_millis(20), Duration::from_millis(1))
    }

    async fn until_kept(keychain: &MemoryKeychain, token: &str) {
        let kept = async {
            while !keychain.holds(token) {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(20), kept).await.expect("it is kept");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_keychain_that_asks_its_user_blocks_no_request_and_asks_once() {
        let keychain = Arc::<MemoryKeychain>::default();
        keychain.set_mood(Mood::Asking);
        let keeping = impatient(&keychain);
        for token in ["refresh-1", "refresh-2", "refresh-3"] {
            assert!(keeping.keep(token.into()).await.is_ok());
        }
        assert_eq!(keychain.asked(), 1);
        keychain.set_mood(Mood::Open);
        until_kept(&keychain, "refresh-3").await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_user_who_refuses_is_not_asked_again_and_the_token_is_stored_after_unlocking() {
        let keychain = Arc::<MemoryKeychain>::default();
        keychain.set_mood(Mood::Locked);
        let keeping = impatient(&keychain);
        for token in ["refresh-1", "refresh-2", "refresh-3"] {
            assert!(keeping.keep(token.into()).await.is_ok());
            // Long enough for several retries.
            let _ = timeout(Duration::from_millis(20), std::future::pending::<()>()).await;
        }
        assert_eq!(keychain.asked(), 1);
        keychain.set_mood(Mood::Open);
        until_kept(&keychain, "refresh-3").await;
    }
}
