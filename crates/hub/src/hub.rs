//! The running hub: its parts, and how it starts and stops.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anyhow::{Context as _, anyhow};
use tandem_conversation::{
    Command, Conversation, ConversationId, Envelope, PERSON_SILENT_MS, Participant, Position, Rejection, Side, Stage,
    Time,
};
use tandem_sqlite::{Companion, Database, Durability, Options, Room};
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::api::{ApiError, Peer};
use crate::clock::Clock;
use crate::config::Config;
use crate::engine::{Commit, Engine, Repeat, Rules};
use crate::fanout::{self, Fanout, Input, TYPING_MS};
use crate::folder::{self, Lock};
use crate::health::Health;
use crate::identity::Secrets;
use crate::improve::Model;
use crate::limits::Limits;
use crate::listen::{self, Crowd, Ticket};
use crate::logic::endpoint::Endpoint;
use crate::media::{Files, Rights};
use crate::store::commands::Sent;
use crate::store::{MIGRATIONS, StoreError, conversations};
use crate::{alerts, commits, limits, logic, mail, media, retention, rights, search, timers};

/// How long a colleague's invitation stays open, in milliseconds.
pub(crate) const INVITATION_MS: i64 = 120_000;

/// Passwords compared at once; more wait in a queue.
pub(crate) const PASSWORDS_AT_ONCE: usize = 4;
/// A whole company may sign in within one minute.
const PASSWORDS_IN_LINE: usize = 256;
/// Waiting reads and writes beyond which requests are refused.
const MOST_WAITING: usize = 4_096;
/// Capacity for Your Logic's wake-ups.
const WAKES: usize = 65_536;
/// Capacity of the alert ledger's queue.
const ENTRIES: usize = 16_384;

/// Desks that catch up at once, at most. More wait in a queue, so that customers need not.
const CATCHING_UP: usize = 3;

/// State shared by requests and workers.
pub struct Hub {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) database: Database<Engine>,
    pub(crate) fanout: Fanout,
    pub(crate) limits: Limits,
    pub(crate) files: Arc<Files>,
    /// Signs the addresses of files.
    pub(crate) rights: Rights,
    /// Keys that verify visitor identity tokens.
    pub(crate) identity: Secrets,
    /// Limits password comparisons: each takes some 20 MB and a while.
    pub(crate) comparing: Semaphore,
    /// Limits comparisons that run or wait.
    pub(crate) in_line: Semaphore,
    pub(crate) crowd: Arc<Crowd>,
    /// Limits desks that catch up at once.
    pub(crate) catching_up: Semaphore,
    /// This log's identity: a cursor of another log is invalid here.
    pub(crate) log: uuid::Uuid,
    /// Your Logic, if connected.
    pub(crate) logic: Option<Arc<Endpoint>>,
    /// The writing model, if configured.
    pub(crate) model: Option<Model>,
    /// The full-text index.
    pub(crate) search: Database<()>,
    /// Signals a commit, for background readers of the log.
    pub(crate) news: Arc<Notify>,
    /// Until when one of our people is typing, per conversation.
    typing: Mutex<HashMap<ConversationId, Time>>,
    pub(crate) ledger: mpsc::Sender<alerts::Entry>,
    /// Set when the ledger's queue was full: it must look for calls that it missed.
    pub(crate) missed_calls: Arc<AtomicBool>,
    /// Signals that a mail may be queued.
    pub(crate) mails: Notify,
    /// Signals that this process changed rights or sign-ins.
    pub(crate) rights_changed: Notify,
    /// Serialises read-then-broadcast of the buttons.
    pub(crate) telling_buttons: tokio::sync::Mutex<()>,
    pub(crate) started: Time,
    pub(crate) health: Arc<Health>,
    workers: Mutex<JoinSet<()>>,
    /// The first untrusted proxy seen.
    pub(crate) unnamed_proxy: OnceLock<IpAddr>,
    /// The data folder's lock; none after closing.
    lock: Mutex<Option<Lock>>,
}

/// Wakes the workers that a commit concerns.
#[derive(Clone)]
pub(crate) struct Wake {
    logic: mpsc::Sender<ConversationId>,
    ledger: mpsc::Sender<alerts::Entry>,
    missed_calls: Arc<AtomicBool>,
    news: Arc<Notify>,
}

impl Wake {
    pub(crate) fn after(&self, commit: &Commit) {
        self.news.notify_one();
        for changed in &commit.changed {
            let state = &changed.after.logic;
            if state.engaged && state.asked.is_none() && !state.pending.is_empty() {
                // A dropped wake-up is found at the next look at the store.
                let _ = self.logic.try_send(changed.after.id);
            }
            if let Some(entry) = alerts::entry_of(changed)
                && self.ledger.try_send(entry).is_err()
            {
                self.missed_calls.store(true, Ordering::Relaxed);
            }
        }
    }
}

impl Hub {
    /// Opens the data and starts the workers; does not listen yet.
    ///
    /// # Errors
    /// If the data folder cannot be used.
    pub fn start(config: Config, clock: Clock) -> anyhow::Result<Arc<Self>> {
        folder::prepare(&config.data)?;
        let lock = Lock::take(&config.data)?;
        let started = clock.now();
        // Another part of the process may have installed a provider before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let crowd = Crowd::new(listen::room_for(config.max_connections)?, config.rate_limits);
        let files = Files::open(&config.data, config.media)
            .with_context(|| format!("Cannot use the data folder {}", config.data.display()))?;
        let (commits, commits_in) = commits::channel();
        let (logic_wake, logic_in) = mpsc::channel(WAKES);
        let (ledger, ledger_in) = mpsc::channel(ENTRIES);
        let missed_calls = Arc::<AtomicBool>::default();
        let rules = Rules {
            logic_available: config.logic.is_some(),
            person_silent_ms: config.logic.as_ref().map_or(PERSON_SILENT_MS, |logic| logic.person_silent_ms),
            invitation_ms: INVITATION_MS,
            ladder: config.ladder,
        };
        let readers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get).max(2);
        let options = Options {
            path: config.data.join(folder::DATABASE),
            key: None,
            durability: Durability::Full,
            readers,
            room: Room::SERVER,
        };
        let (mut cursor, mut log) = (0, uuid::Uuid::nil());
        let mut identity = None;
        let engine_clock = clock.clone();
        let database = Database::open(&options, MIGRATIONS, |connection| {
            let unreadable = |error: StoreError| tandem_sqlite::Error::Commit(error.to_string());
            cursor = crate::store::events::last(connection).map_err(unreadable)?;
            log = crate::store::log::id(connection).map_err(unreadable)?;
            identity = Some(Secrets::open(&config.data, connection));
            Engine::new(connection, engine_clock, rules, commits)
        })
        .with_context(|| format!("Cannot open {}", options.path.display()))?;
        let mail = match &config.mail {
            Some(mail) => Some((mail.clone(), mail::transport(mail).context("Cannot set up mail (mail.url)")?)),
            None => None,
        };
        let news = Arc::new(Notify::new());
        let wake = Wake {
            logic: logic_wake,
            ledger: ledger.clone(),
            missed_calls: Arc::clone(&missed_calls),
            news: Arc::clone(&news),
        };
        let health = Arc::new(Health::new());
        let identity = identity.context("BUG: the database was opened")??;
        let rights = Rights::new(identity.key_for("addresses of files"));
        let fanout =
            fanout::start(clock.clone(), rights.clone(), cursor, commits_in, wake, health.guard("the fan-out"));
        let search = search::open(&config.data).context("Cannot open the search index")?;
        let hub = Arc::new(Self {
            search,
            news,
            files: Arc::new(files),
            rights,
            identity,
            limits: Limits::new(config.rate_limits),
            comparing: Semaphore::new(PASSWORDS_AT_ONCE),
            in_line: Semaphore::new(PASSWORDS_IN_LINE),
            crowd,
            missed_calls,
            // Leaves one reader for customers.
            catching_up: Semaphore::new(CATCHING_UP.min(readers - 1)),
            log,
            logic: logic::endpoint(config.logic.as_ref()).context("Cannot set up the connection to Your Logic")?,
            model: config.improve.as_ref().map(Model::new).transpose().context("Cannot set up the writing model")?,
            config,
            clock,
            database,
            fanout,
            typing: Mutex::new(HashMap::new()),
            ledger,
            mails: Notify::new(),
            rights_changed: Notify::new(),
            telling_buttons: tokio::sync::Mutex::default(),
            started,
            health,
            workers: Mutex::default(),
            unnamed_proxy: OnceLock::new(),
            lock: Mutex::new(Some(lock)),
        });
        hub.work("the database", ended(hub.database.clone()));
        hub.work("the search index", ended(hub.search.clone()));
        hub.work("deadlines", timers::run(Arc::clone(&hub)));
        hub.work("rights", rights::run(Arc::clone(&hub)));
        hub.work("requests to Your Logic", logic::run(Arc::clone(&hub), logic_in));
        hub.work("sweeping files", media::run(Arc::clone(&hub)));
        hub.work("limits", limits::run(Arc::clone(&hub)));
        hub.work("filing for search", search::run(Arc::clone(&hub)));
        hub.work("retention", retention::run(Arc::clone(&hub)));
        hub.work("the alert ledger", alerts::run(Arc::clone(&hub), ledger_in));
        if let Some((config, transport)) = mail {
            hub.work("mail", mail::run(Arc::clone(&hub), config, transport));
        }
        Ok(hub)
    }

    /// Starts a part of the hub that must not end before the hub does.
    fn work(&self, part: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        let guard = self.health.guard(part);
        let mut workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        workers.spawn(async move {
            let _guard = guard;
            work.await;
        });
    }

    /// Stops the workers, closes the data and releases the folder. Committed writes are kept; later callers get
    /// "closed".
    async fn close(&self) {
        let mut workers = std::mem::take(&mut *self.workers.lock().unwrap_or_else(PoisonError::into_inner));
        workers.shutdown().await;
        self.database.close().await;
        self.search.close().await;
        *self.lock.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Stops the data from growing, as on a full disk, until reset. For tests.
    ///
    /// # Errors
    /// If the database cannot be reached.
    #[doc(hidden)]
    pub async fn disk_is_full(&self, full: bool) -> Result<(), StoreError> {
        // SQLite raises the limit to the current size.
        let most = if full { "PRAGMA max_page_count = 1" } else { "PRAGMA max_page_count = 4294967294" };
        self.database.write(move |connection, _| Ok(connection.query_row(most, [], |_| Ok(()))?)).await
    }

    /// Pretends this much free disk space for files; none means the real value. For tests.
    #[doc(hidden)]
    pub fn disk_has_free(&self, bytes: Option<u64>) {
        self.files.pretend_free(bytes);
    }

    /// Deletes at once what retention allows, and counts it. For tests.
    ///
    /// # Errors
    /// If the data cannot be written.
    #[doc(hidden)]
    pub async fn sweep(&self) -> Result<usize, StoreError> {
        retention::sweep(self, true).await
    }

    /// Decides one command that its sender may repeat.
    pub(crate) async fn execute(
        &self,
        envelope: Envelope,
        sent: Sent,
    ) -> Result<Result<Position, Rejection>, StoreError> {
        self.decide(envelope, Repeat::Remembered(sent)).await
    }

    /// Decides one command of the hub itself.
    pub(crate) async fn execute_once(&self, envelope: Envelope) -> Result<Result<Position, Rejection>, StoreError> {
        self.decide(envelope, Repeat::Once).await
    }

    async fn decide(&self, envelope: Envelope, repeat: Repeat) -> Result<Result<Position, Rejection>, StoreError> {
        let typing = self.typing_until(envelope.conversation);
        self.database.write(move |connection, engine| engine.execute(connection, &envelope, repeat, typing)).await
    }

    /// A conversation's current or very recent state.
    pub(crate) async fn lately(&self, id: ConversationId) -> Result<Option<Arc<Conversation>>, StoreError> {
        if let Some(state) = self.fanout.recent.get(id) {
            return Ok(Some(state));
        }
        let stored = self.database.read(move |connection| conversations::stored(connection, id)).await?;
        let Some(json) = stored else { return Ok(None) };
        let state = Arc::new(conversations::parse(&json)?);
        self.fanout.recent.put(Arc::clone(&state), json.len());
        Ok(Some(state))
    }

    /// A typing signal. Of agents, only engaged ones count.
    pub(crate) async fn types(&self, id: ConversationId, by: Participant, on: bool) -> Result<(), StoreError> {
        let Some(state) = self.lately(id).await? else { return Ok(()) };
        if by.user().is_some_and(|user| state.agent(user).is_none()) {
            return Ok(());
        }
        if matches!(by, Participant::Agent { .. } | Participant::ExternalAgent { .. }) {
            self.person_types(id, self.clock.now().plus_ms(if on { TYPING_MS } else { 0 }));
        }
        self.fanout.mention(Input::Typing { conversation: id, by, on });
        Ok(())
    }

    /// Writes a receipt only if it is news.
    pub(crate) async fn receive(&self, envelope: Envelope) -> Result<Result<(), Rejection>, StoreError> {
        let says_new = match (self.lately(envelope.conversation).await?, &envelope.command) {
            (Some(state), Command::Receive { stage: stage @ (Stage::Delivered | Stage::Seen), up_to }) => {
                !state.has_received(Side::of(&envelope.actor), *stage, *up_to)
            }
            _ => true,
        };
        match says_new {
            true => Ok(self.execute_once(envelope).await?.map(|_| ())),
            false => Ok(Ok(())),
        }
    }

    /// Warns once about an untrusted proxy.
    pub(crate) fn unnamed_proxy(&self, address: IpAddr) {
        if self.unnamed_proxy.set(address).is_ok() {
            tracing::warn!(
                proxy = %address,
                "an untrusted proxy forwards requests, so all its visitors share one rate limit: name it in \
                 trusted_proxies (TANDEM_TRUSTED_PROXIES)"
            );
        }
    }

    /// A place for a live connection. Connections behind a proxy are counted here.
    pub(crate) fn seat(&self, peer: &Peer) -> Result<Option<Ticket>, ApiError> {
        if !peer.is_proxied {
            return Ok(None);
        }
        let seat = self.crowd.enter_behind_proxy(peer.network);
        Ok(Some(seat.map_err(|_| listen::too_many_connections())?))
    }

    /// Whether so much is waiting that requests must be refused.
    pub(crate) fn is_busy(&self) -> bool {
        self.database.waiting() > MOST_WAITING
    }

    /// Remembers that one of our people is typing.
    fn person_types(&self, conversation: ConversationId, until: Time) {
        if let Ok(mut typing) = self.typing.lock() {
            if typing.len() > 10_000 {
                let now = self.clock.now();
                typing.retain(|_, until| *until > now);
            }
            typing.insert(conversation, until);
        }
    }

    /// Whether a request to Your Logic was sent before this hub started.
    pub(crate) fn was_asked_before_start(&self, asked: Time) -> bool {
        asked < self.started
    }

    pub(crate) fn typing_until(&self, conversation: ConversationId) -> Option<Time> {
        self.typing.lock().ok()?.get(&conversation).copied()
    }
}

async fn ended<C: Companion>(database: Database<C>) {
    database.ended().await;
}

/// Serves until `stop` resolves, then finishes running work and closes the data.
///
/// # Errors
/// If the listener fails, or a part of the hub ended and a restart is needed.
pub async fn serve(
    hub: Arc<Hub>,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let stopping = async {
        stop.await;
        hub.health.stop();
    };
    let served = tokio::select! {
        () = listen::serve(&hub, listener, stopping) => Ok(()),
        part = hub.health.ended() => {
            Err(anyhow!("A part of the hub has ended unexpectedly: {part}. The log says why; start the hub again"))
        }
    };
    hub.close().await;
    served
}
