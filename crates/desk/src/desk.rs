//! The desk as a whole: an entry point that is always there, and a workplace behind it once the cache is open.
//!
//! The workplace is replaced, not repaired. When the sign-in ends or the file is damaged, a new empty file with a new
//! key takes its place, and the user's own data moves over.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use tandem_conversation::Section;
use tandem_protocol::agents::Tokens;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::cache::{Cache, CacheError, Renewal, rescue};
use crate::changes::{Batches, ChangeStream};
use crate::config::DeskConfig;
use crate::handoff;
use crate::hub::Hub;
use crate::link::Input;
use crate::reason::Reason;
use crate::refusals::locked;
use crate::rpc::RpcError;
use crate::vault::{self, Ask, Keychain, Opened, Refused, Unlocked, Why};
use crate::view::Change;
use crate::wanted::Wanted;
use crate::words::speak;
use crate::workplace::Workplace;

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot use the folder {folder}: {error}")]
    Folder { folder: PathBuf, error: std::io::Error },
    #[error("cannot open the cache: {0}")]
    Cache(#[from] CacheError),
}

/// The running desk. Clones share it.
#[derive(Clone)]
pub struct Desk {
    shell: Arc<Shell>,
}

struct Shell {
    config: DeskConfig,
    batches: Batches,
    place: RwLock<Place>,
    wanted: Mutex<Option<Wanted>>,
    /// Why the hub inside this program has ended.
    hub_ended: Mutex<Option<String>>,
    /// Serialises opening and replacing the workplace; holds tokens to adopt once it is open.
    moving: tokio::sync::Mutex<Option<(Hub, Tokens)>>,
    /// Held while the keychain is asked, which may take until its user answers. Two questions at once could seal the
    /// cache twice.
    asking: tokio::sync::Mutex<()>,
    /// Read-locked by every running command, so that none sees a workplace that is being replaced.
    at_work: tokio::sync::RwLock<()>,
    renewals: mpsc::UnboundedSender<Renewal>,
    renewing: Mutex<Option<JoinHandle<()>>>,
}

/// How long running commands may continue in a closing workplace.
const LAST_COMMANDS: Duration = Duration::from_secs(2);

#[derive(Clone)]
enum Place {
    Locked(Ask),
    Open(Arc<Workplace>),
}

impl Desk {
    /// Opens the cache and resumes where the last run ended, online or not; or waits to be unlocked. If the keychain keeps
    /// silent, for example while it asks its user, the desk starts without it and opens the cache when it answers.
    ///
    /// # Errors
    /// If the folder or the cache cannot be used.
    pub async fn start(config: DeskConfig) -> Result<Self, StartError> {
        speak(config.language);
        let folder = config.data_dir.clone();
        std::fs::create_dir_all(&folder).map_err(|error| StartError::Folder { folder, error })?;
        handoff::empty(&config.handed_over());
        let (renewals, inbox) = mpsc::unbounded_channel();
        let place = RwLock::new(Place::Locked(Ask::Silent));
        let shell = Arc::new(Shell {
            config,
            batches: Batches::default(),
            place,
            wanted: Mutex::default(),
            hub_ended: Mutex::default(),
            moving: tokio::sync::Mutex::default(),
            asking: tokio::sync::Mutex::default(),
            at_work: tokio::sync::RwLock::default(),
            renewals,
            renewing: Mutex::default(),
        });
        let task = tokio::spawn(renew(Arc::downgrade(&shell), inbox));
        *shell.renewing.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
        shell.ask_for_a_moment().await?;
        Ok(Self { shell })
    }

    /// Changes from now on.
    #[must_use]
    pub fn changes(&self) -> ChangeStream {
        self.shell.batches.subscribe()
    }

    /// Opens a link once a user is signed in, or says why it is invalid.
    pub fn follow_link(&self, link: &str) {
        self.want(Wanted::of_link(link));
    }

    /// Reports that the hub inside this program has ended. It does not restart; `reason` is a sentence.
    pub fn hub_has_ended(&self, reason: String) {
        *self.shell.hub_ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason);
        self.shell.batches.tell_now(Change::App);
    }

    pub(crate) fn hub_ended(&self) -> Option<String> {
        self.shell.hub_ended.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Shows a section.
    pub fn show_section(&self, section: Section) {
        self.want(Wanted::Section(section));
    }

    fn want(&self, wanted: Wanted) {
        self.raise_main(Some(wanted));
    }

    /// Brings the main window to the front; it shows what is wanted, if anything.
    pub(crate) fn raise_main(&self, wanted: Option<Wanted>) {
        if wanted.is_some() {
            // The last request wins.
            *self.shell.wanted.lock().unwrap_or_else(PoisonError::into_inner) = wanted;
        }
        self.shell.batches.tell_now(Change::Wanted);
    }

    /// What the window has yet to show.
    pub(crate) fn take_wanted(&self, signed_in: bool) -> Option<Wanted> {
        let mut wanted = self.shell.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        wanted.take_if(|wanted| signed_in || !wanted.needs_sign_in())
    }

    /// Reconnects now instead of waiting; for callers who know that the network changed.
    pub fn hurry(&self) {
        if let Place::Open(place) = self.shell.place() {
            let _ = place.sync.send(Input::Moved);
        }
    }

    /// Signs in with tokens from a hub inside the same program, once the cache is open.
    ///
    /// # Errors
    /// If the address or the cache cannot be used; for the user.
    pub async fn adopt(&self, hub: &str, tokens: Tokens) -> Result<(), String> {
        let hub = self.shell.config.hub_at(hub).map_err(|error| error.to_string())?;
        let mut adopting = self.shell.moving.lock().await;
        match self.place() {
            Ok(place) => place.enter(hub, tokens, false).await.map_err(|error| error.to_string()),
            Err(_) => {
                *adopting = Some((hub, tokens));
                Ok(())
            }
        }
    }

    /// Stops the cache from growing, as on a full disk, until reset. For tests.
    ///
    /// # Errors
    /// If the cache cannot be reached.
    #[doc(hidden)]
    pub async fn disk_is_full(&self, full: bool) -> Result<(), CacheError> {
        let Place::Open(place) = self.shell.place() else { return Ok(()) };
        // SQLite raises the limit to the current size.
        let most = if full { "PRAGMA max_page_count = 1" } else { "PRAGMA max_page_count = 4294967294" };
        place.cache.write(move |connection, _| Ok(connection.query_row(most, [], |_| Ok(()))?)).await
    }

    /// Withdraws notifications, ends all work and closes the cache. Its content stays.
    pub async fn stop(&self) {
        let renewing = self.shell.renewing.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = renewing {
            task.abort();
            let _ = task.await;
        }
        if let Ok(place) = self.place() {
            let _alone = self.shell.end(&place).await;
        }
    }

    /// Prevents replacement of the workplace until dropped; waits for a running replacement.
    pub(crate) async fn at_work(&self) -> impl Drop + '_ {
        self.shell.at_work.read().await
    }

    /// Everything that was read is to be read again.
    pub(crate) fn tell_everything(&self) {
        self.shell.batches.tell_now(Change::Everything);
    }

    pub(crate) fn place(&self) -> Result<Arc<Workplace>, RpcError> {
        match self.shell.place() {
            Place::Open(place) => Ok(place),
            Place::Locked(_) => Err(locked()),
        }
    }

    /// What to ask before the workplace opens; none if it is open.
    pub(crate) fn asks(&self) -> Option<Ask> {
        match self.shell.place() {
            Place::Open(_) => None,
            Place::Locked(ask) => Some(ask),
        }
    }

    pub(crate) fn config(&self) -> &DeskConfig {
        &self.shell.config
    }

    /// Opens the workplace with a passphrase.
    pub(crate) async fn enter_passphrase(&self, passphrase: zeroize::Zeroizing<String>) -> Result<(), UnlockError> {
        let _asking = self.shell.asking.lock().await;
        let mut adopting = self.shell.moving.lock().await;
        if self.asks().is_none() {
            return Ok(());
        }
        let folder = self.shell.config.data_dir.clone();
        let unlocked = off_the_runtime(move || vault::enter(&folder, &passphrase)).await?;
        self.shell.open(unlocked?, None, &mut adopting).await?;
        Ok(())
    }

    /// Asks the keychain again.
    pub(crate) async fn try_again(&self) -> Result<(), UnlockError> {
        Ok(self.shell.ask_keychain().await?)
    }

    /// Deletes this machine's data.
    pub(crate) async fn start_afresh(&self) -> Result<(), UnlockError> {
        {
            let _asking = self.shell.asking.lock().await;
            let _moving = self.shell.moving.lock().await;
            if self.asks().is_none() {
                return Ok(());
            }
            let (folder, keychain) = self.shell.vault();
            let given_up = off_the_runtime(move || vault::give_up(&folder, &*keychain)).await?;
            given_up.map_err(|error| self.shell.folder(error))?;
        }
        self.try_again().await
    }

    /// Wipes the hub's data; returns when done.
    pub(crate) async fn wipe(&self) {
        let (done, wiped) = oneshot::channel();
        if self.shell.renewals.send(Renewal::Wipe { reason: None, done: Some(done) }).is_ok() {
            let _ = wiped.await;
        }
    }
}

/// Why the cache stays locked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UnlockError {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("the desk failed: {0}")]
    Failed(#[from] tokio::task::JoinError),
}

impl From<CacheError> for UnlockError {
    fn from(error: CacheError) -> Self {
        Self::Start(error.into())
    }
}

async fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, tokio::task::JoinError> {
    tokio::task::spawn_blocking(work).await
}

/// Replaces the workplace whenever needed, until the desk ends.
async fn renew(shell: std::sync::Weak<Shell>, mut inbox: mpsc::UnboundedReceiver<Renewal>) {
    while let Some(renewal) = inbox.recv().await {
        let Some(shell) = shell.upgrade() else { return };
        let mut adopting = shell.moving.lock().await;
        let Place::Open(old) = shell.place() else { continue };
        let (wiped, reason, done) = match renewal {
            Renewal::Wipe { reason, done } => (true, reason, done),
            Renewal::Damaged => (false, None, None),
        };
        // Several reads may report the same damage; the open file may already be a new one.
        if !wiped && !old.cache.is_in_trouble() {
            continue;
        }
        let _alone = shell.end(&old).await;
        if wiped {
            handoff::empty(&shell.config.handed_over());
        }
        let old = old.unlocked.clone();
        if let Err(error) = shell.replace(old, !wiped, reason, &mut adopting).await {
            tracing::error!(%error, "the cache cannot be recreated");
            shell.set(Place::Locked(Ask::Keychain { why: Why::Failed(error.to_string()) }));
        }
        if let Some(done) = done {
            let _ = done.send(());
        }
    }
}

impl Shell {
    fn place(&self) -> Place {
        self.place.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, place: Place) {
        *self.place.write().unwrap_or_else(PoisonError::into_inner) = place;
        self.batches.tell_now(Change::Everything);
    }

    /// Ends all work in the workplace and closes its cache. New commands wait until the guard is dropped.
    async fn end(&self, place: &Workplace) -> Option<impl Drop + '_> {
        place.stop().await;
        // A hanging command gets an error from the closed cache.
        let alone = tokio::time::timeout(LAST_COMMANDS, self.at_work.write()).await.ok();
        place.cache.close().await;
        alone
    }

    fn vault(&self) -> (PathBuf, Arc<dyn Keychain>) {
        (self.config.data_dir.clone(), Arc::clone(&self.config.keychain))
    }

    fn folder(&self, error: std::io::Error) -> StartError {
        StartError::Folder { folder: self.config.data_dir.clone(), error }
    }

    /// Asks the keychain. If it does not answer in time, the desk starts and waits for the answer in the background.
    async fn ask_for_a_moment(self: &Arc<Self>) -> Result<(), StartError> {
        let (answer, mut answered) = oneshot::channel();
        let shell = Arc::clone(self);
        tokio::spawn(async move {
            let _asking = shell.asking.lock().await;
            let opened = shell.question().await;
            // Nobody waits any more: what the answer leads to is shown by the window.
            if let Err(opened) = answer.send(opened)
                && let Err(error) = shell.opened(opened).await
            {
                tracing::error!(%error, "the cache cannot be opened");
                shell.set(Place::Locked(Ask::Keychain { why: Why::Failed(error.to_string()) }));
            }
        });
        match tokio::time::timeout(self.config.pace.keychain, &mut answered).await {
            Ok(Ok(opened)) => self.opened(opened).await,
            Ok(Err(_)) => Err(self.folder(std::io::Error::other("the keychain's question failed"))),
            Err(_) => {
                answered.close();
                match answered.try_recv() {
                    // It came in the last moment.
                    Ok(opened) => self.opened(opened).await,
                    Err(_) => {
                        tracing::warn!("the keychain has not answered yet: the window opens without it");
                        Ok(())
                    }
                }
            }
        }
    }

    async fn ask_keychain(&self) -> Result<(), StartError> {
        let _asking = self.asking.lock().await;
        if matches!(self.place(), Place::Open(_)) {
            return Ok(());
        }
        let opened = self.question().await;
        self.opened(opened).await
    }

    async fn question(&self) -> Opened {
        let (folder, keychain) = self.vault();
        let opened = off_the_runtime(move || vault::open(&folder, &*keychain)).await;
        opened.map_err(std::io::Error::other).and_then(|opened| opened)
    }

    /// Acts on the keychain's answer.
    async fn opened(&self, opened: Opened) -> Result<(), StartError> {
        let mut adopting = self.moving.lock().await;
        if matches!(self.place(), Place::Open(_)) {
            return Ok(());
        }
        match opened.map_err(|error| self.folder(error))? {
            Ok(unlocked) => self.open(unlocked, None, &mut adopting).await,
            Err(ask) => {
                self.set(Place::Locked(ask));
                Ok(())
            }
        }
    }

    /// Opens the sealed file, or a new one in its place if it is damaged.
    async fn open(
        &self,
        unlocked: Unlocked,
        reason: Option<Reason>,
        adopting: &mut Option<(Hub, Tokens)>,
    ) -> Result<(), StartError> {
        vault::sweep(&self.config.data_dir, Some(&unlocked.seal)).map_err(|error| self.folder(error))?;
        let (changes, told) = self.batches.changes();
        match Cache::open(&unlocked, &self.config.data_dir, changes.teller(), self.renewals.clone()) {
            Ok(cache) => {
                let opening = Workplace::begin(&self.config, unlocked, cache, changes, told, reason);
                self.enter(Arc::new(opening.await?), adopting).await
            }
            Err(error) if error.is_damage() => {
                tracing::error!(%error, "the cache is damaged: it is kept aside and recreated");
                Box::pin(self.replace(unlocked, true, reason, adopting)).await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Replaces the file by a new one with the user's own data.
    async fn replace(
        &self,
        old: Unlocked,
        damaged: bool,
        reason: Option<Reason>,
        adopting: &mut Option<(Hub, Tokens)>,
    ) -> Result<(), StartError> {
        let (folder, keychain) = self.vault();
        let token = match damaged {
            true => Workplace::kept_sign_in(&old, &keychain).await,
            false => None,
        };
        let before = old.clone();
        let renewed = off_the_runtime(move || vault::renew(&folder, &*keychain, &before, damaged)).await;
        let renewed = renewed.map_err(std::io::Error::other).and_then(|renewed| renewed);
        let renewed = renewed.map_err(|error| self.folder(error))?;
        let (changes, told) = self.batches.changes();
        let cache = Cache::open(&renewed, &self.config.data_dir, changes.teller(), self.renewals.clone())?;
        rescue::own_words(&cache, old.seal.file(&self.config.data_dir), old.key.clone(), damaged).await?;
        if let Some(token) = token {
            Workplace::keep_sign_in(&renewed, &self.config.keychain, &cache, token).await;
        }
        let _ = vault::sweep(&self.config.data_dir, Some(&renewed.seal));
        let opening = Workplace::begin(&self.config, renewed, cache, changes, told, reason);
        self.enter(Arc::new(opening.await?), adopting).await
    }

    async fn enter(&self, place: Arc<Workplace>, adopting: &mut Option<(Hub, Tokens)>) -> Result<(), StartError> {
        self.set(Place::Open(Arc::clone(&place)));
        if let Some((hub, tokens)) = adopting.take() {
            place.enter(hub, tokens, false).await?;
        }
        Ok(())
    }
}
