//! The desk as a whole: what it is made of, how it starts, how it ends.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tandem_conversation::Availability;
use tandem_protocol::agents::{Me, Tokens};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use crate::cache::{Cache, CacheError, meta, outbox};
use crate::changes::{ChangeStream, Changes};
use crate::clock::Clock;
use crate::handlers::Commands;
use crate::hub::{Hub, HubError};
use crate::memory::Memory;
use crate::notify::{Notices, Notifier, Poke};
use crate::outbox::Outbox;
use crate::pace::Pace;
use crate::secrets::Secrets;
use crate::session::Session;
use crate::sync::{Fetch, Input, Link, Sync};

/// What a desk is started with.
pub struct DeskConfig {
    /// The folder of the cache; made if it does not exist.
    pub data_dir: PathBuf,
    pub clock: Clock,
    pub notifier: Arc<dyn Notifier>,
    pub secrets: Arc<dyn Secrets>,
    /// The hub that is offered at sign-in, instead of the last one.
    pub hub: Option<String>,
    /// Plain HTTP also to other machines.
    pub allow_http: bool,
    pub pace: Pace,
}

/// Why a desk cannot start.
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
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub cache: Cache,
    pub clock: Clock,
    pub changes: Changes,
    pub memory: Arc<Memory>,
    pub link: watch::Receiver<Link>,
    pub sync: mpsc::UnboundedSender<Input>,
    pub pokes: mpsc::UnboundedSender<Poke>,
    pub fetch: Fetch,
    pub outbox: Outbox,
    pub commands: Commands,
    pub secrets: Arc<dyn Secrets>,
    /// The hub that is offered at sign-in.
    pub hub: Option<String>,
    pub allow_http: bool,
    pub pace: Pace,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Desk {
    /// Opens the cache and goes on where the last run ended, connected or not.
    ///
    /// # Errors
    /// If the folder or the cache cannot be used.
    pub async fn start(config: DeskConfig) -> Result<Self, StartError> {
        std::fs::create_dir_all(&config.data_dir)
            .map_err(|error| StartError::Folder { folder: config.data_dir.clone(), error })?;
        let (changes, told) = Changes::new();
        let cache = Cache::open(&config.data_dir, changes.teller())?;
        let (known, availability) = cache
            .write(|connection, _| {
                outbox::drop_fleeting(connection)?;
                let known = (meta::get::<String>(connection, meta::HUB)?, meta::me(connection)?);
                let availability: Option<Availability> = meta::get(connection, meta::AVAILABILITY)?;
                Ok((known, availability.unwrap_or_default()))
            })
            .await?;
        let first = first_link(&config, known.clone()).await;
        let hub = config.hub.clone().or(known.0);
        Ok(Self::assemble(config, cache, changes, told, first, hub, availability))
    }

    fn assemble(
        config: DeskConfig,
        cache: Cache,
        changes: Changes,
        told: mpsc::UnboundedReceiver<crate::changes::Told>,
        first: Link,
        hub: Option<String>,
        availability: Availability,
    ) -> Self {
        let memory = Arc::new(Memory::new(availability));
        let (link_sender, link) = watch::channel(first);
        let (settled_sender, settled) = watch::channel(false);
        let (sync, sync_inbox) = mpsc::unbounded_channel();
        let (pokes, poked) = mpsc::unbounded_channel();
        let (touched_sender, touched) = mpsc::unbounded_channel();
        let fetch = Fetch::default();
        let outbox = Outbox::new(cache.clone(), config.clock.clone(), config.pace);
        let commands = Commands::new(cache.clone(), config.clock.clone(), config.pace, link.clone(), outbox.clone());
        let syncing = Sync {
            cache: cache.clone(),
            clock: config.clock.clone(),
            changes: changes.clone(),
            memory: Arc::clone(&memory),
            link: link_sender,
            settled: settled_sender,
            fetch: fetch.clone(),
            outbox: outbox.clone(),
            pace: config.pace,
            inbox: sync_inbox,
        };
        let notices = Notices {
            cache: cache.clone(),
            clock: config.clock.clone(),
            changes: changes.clone(),
            memory: Arc::clone(&memory),
            link: link.clone(),
            settled,
            notifier: config.notifier,
            commands: commands.clone(),
        };
        let tasks = vec![
            changes.start(told, touched_sender),
            tokio::spawn(syncing.run()),
            tokio::spawn(fetch.clone().run(cache.clone(), config.pace, link.clone(), sync.clone())),
            tokio::spawn(outbox.clone().run(link.clone(), sync.clone(), changes.clone())),
            tokio::spawn(notices.run(touched, poked)),
        ];
        let inner = Inner {
            cache,
            clock: config.clock,
            changes,
            memory,
            link,
            sync,
            pokes,
            fetch,
            outbox,
            commands,
            secrets: config.secrets,
            hub,
            allow_http: config.allow_http,
            pace: config.pace,
            tasks: Mutex::new(tasks),
        };
        Self { inner: Arc::new(inner) }
    }

    /// What changes from now on.
    #[must_use]
    pub fn changes(&self) -> ChangeStream {
        self.inner.changes.subscribe()
    }

    /// Signs in with tokens that were made on this machine, by the hub that runs inside the same program.
    ///
    /// # Errors
    /// If the address or the cache cannot be used; in words for the user.
    pub async fn adopt(&self, hub: &str, tokens: Tokens) -> Result<(), String> {
        let hub = self.inner.hub_at(hub).map_err(|error| error.to_string())?;
        self.inner.enter(hub, tokens).await.map_err(|error| error.to_string())
    }

    /// Lets the cache grow no further, as on a full disk, until told otherwise. For tests of what happens then.
    ///
    /// # Errors
    /// If the cache cannot be reached.
    #[doc(hidden)]
    pub async fn disk_is_full(&self, full: bool) -> Result<(), CacheError> {
        // No file is shorter than it is: the limit is what it has now.
        let most = if full { "PRAGMA max_page_count = 1" } else { "PRAGMA max_page_count = 4294967294" };
        self.inner.cache.write(move |connection, _| Ok(connection.query_row(most, [], |_| Ok(()))?)).await
    }

    /// Takes notifications away and ends all work. What is in the cache stays.
    pub async fn stop(&self) {
        let (done, ended) = oneshot::channel();
        if self.inner.pokes.send(Poke::End(done)).is_ok() {
            let _ = tokio::time::timeout(std::time::Duration::from_secs(2), ended).await;
        }
        let tasks = std::mem::take(&mut *self.inner.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks {
            task.abort();
            let _ = task.await;
        }
    }
}

impl Inner {
    /// The hub at an address that somebody gave.
    pub(crate) fn hub_at(&self, address: &str) -> Result<Hub, HubError> {
        Ok(Hub::new(address, self.allow_http)?.answering_within(self.pace.answer))
    }

    /// Makes the cache this user's own and connects.
    pub(crate) async fn enter(&self, hub: Hub, tokens: Tokens) -> Result<(), CacheError> {
        let (address, me) = (hub.address().to_owned(), tokens.me.clone());
        let is_other = self
            .cache
            .write(move |connection, touched| {
                let known: Option<Me> = meta::me(connection)?;
                let is_other = known.is_some_and(|known| known.user != me.user);
                if is_other {
                    crate::cache::forget_user(connection, touched)?;
                }
                meta::put(connection, meta::ME, &me)?;
                meta::put(connection, meta::HUB, &address)?;
                touched.everything();
                Ok(is_other)
            })
            .await?;
        if is_other {
            self.memory.forget();
        }
        let session = Arc::new(Session::begin(hub, tokens, Arc::clone(&self.secrets)).await);
        let (done, entered) = oneshot::channel();
        if self.sync.send(Input::SignedIn(session, done)).is_ok() {
            // An error means that the desk has ended meanwhile.
            let _ = entered.await;
        }
        Ok(())
    }
}

/// Goes on with the last sign-in, if there is one and it belongs to the hub that is asked for: a token must never
/// travel to another hub than the one that gave it.
async fn first_link(config: &DeskConfig, known: (Option<String>, Option<Me>)) -> Link {
    let signed_out = |reason: Option<String>| Link::SignedOut { reason };
    let (Some(address), Some(me)) = known else { return signed_out(None) };
    let hub = match Hub::new(&address, config.allow_http) {
        Ok(hub) => hub.answering_within(config.pace.answer),
        Err(error) => return signed_out(Some(error.to_string())),
    };
    let wished = config.hub.as_deref().map(|wished| Hub::new(wished, config.allow_http));
    if wished.is_some_and(|wished: Result<Hub, HubError>| wished.map_or(true, |w| w.address() != hub.address())) {
        return signed_out(None);
    }
    match Session::resume(hub, me, Arc::clone(&config.secrets)).await {
        Ok(Some(session)) => Link::Connecting { since: config.clock.now(), session: Arc::new(session) },
        Ok(None) => signed_out(None),
        Err(error) => {
            tracing::warn!(%error, "the kept sign-in cannot be read");
            signed_out(Some(error.to_string()))
        }
    }
}
