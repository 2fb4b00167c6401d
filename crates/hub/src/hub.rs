//! The running hub: its parts, and how it starts and stops.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

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

/// How long an invitation of a colleague stays open, in milliseconds.
pub(crate) const INVITATION_MS: i64 = 120_000;

/// Passwords that are compared at the same time; the others wait in line.
const PASSWORDS_AT_ONCE: usize = 4;
/// A whole company may come to work in the same minute.
const PASSWORDS_IN_LINE: usize = 256;
/// Reads and writes that may wait before those who ask for more are put off.
const MOST_WAITING: usize = 4_096;
/// Wake-ups for Your Logic that may wait.
const WAKES: usize = 65_536;
/// What may wait for the alert ledger.
const ENTRIES: usize = 16_384;

/// Desks whose past is read at the same time; the others wait in line, and customers do not.
const CATCHING_UP: usize = 3;

/// Everything that requests and workers share.
pub struct Hub {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) database: Database<Engine>,
    pub(crate) fanout: Fanout,
    pub(crate) limits: Limits,
    /// Where the files lie.
    pub(crate) files: Arc<Files>,
    /// What addresses of files carry.
    pub(crate) rights: Rights,
    /// With what companies' pages vouch for their visitors.
    pub(crate) identity: Secrets,
    /// Passwords that are compared at once: each takes some 20 MB and a while.
    pub(crate) comparing: Semaphore,
    /// Those that wait for their turn, or have it.
    pub(crate) in_line: Semaphore,
    /// Everybody who is connected.
    pub(crate) crowd: Arc<Crowd>,
    /// Desks that are reading what they missed.
    pub(crate) catching_up: Semaphore,
    /// Which log this is: a cursor of another one means nothing here.
    pub(crate) log: uuid::Uuid,
    /// The way to Your Logic, where it is connected.
    pub(crate) logic: Option<Arc<Endpoint>>,
    /// The writing model, where one is set up.
    pub(crate) model: Option<Model>,
    /// The full-text index.
    pub(crate) search: Database<()>,
    /// Something was committed; for whoever follows the log at leisure.
    pub(crate) news: Arc<Notify>,
    /// Until when a person of ours is writing, per conversation.
    typing: Mutex<HashMap<ConversationId, Time>>,
    pub(crate) ledger: mpsc::Sender<alerts::Entry>,
    /// The ledger's queue was full: it has to look for the calls that it has not heard of.
    pub(crate) missed_calls: Arc<AtomicBool>,
    /// A mail may have been queued.
    pub(crate) mails: Notify,
    /// Somebody's rights or sign-ins were changed here.
    pub(crate) rights_changed: Notify,
    /// Held by whoever reads and announces the custom buttons.
    pub(crate) telling_buttons: tokio::sync::Mutex<()>,
    pub(crate) started: Time,
    pub(crate) health: Arc<Health>,
    workers: Mutex<JoinSet<()>>,
    /// The right to work with the data folder; none after the end.
    lock: Mutex<Option<Lock>>,
}

/// Tells the workers what a commit left for them.
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
                // What does not fit is found with the next look at the store.
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
    /// Opens the data and starts the workers; nothing listens yet.
    ///
    /// # Errors
    /// If the data folder cannot be used.
    pub fn start(config: Config, clock: Clock) -> anyhow::Result<Arc<Self>> {
        folder::prepare(&config.data)?;
        let lock = Lock::take(&config.data)?;
        let started = clock.now();
        // Another part of the process may have chosen the provider before.
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
        let options = Options {
            path: config.data.join(folder::DATABASE),
            key: None,
            durability: Durability::Full,
            readers: std::thread::available_parallelism().map_or(2, std::num::NonZero::get).max(2),
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
            catching_up: Semaphore::new(CATCHING_UP),
            log,
            logic: logic::endpoint(config.logic.as_ref()).context("Cannot set up the way to Your Logic")?,
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

    /// Stops the workers, closes the data and gives the folder free. What was committed before is kept; whoever asks
    /// later hears that the database is closed.
    async fn close(&self) {
        let mut workers = std::mem::take(&mut *self.workers.lock().unwrap_or_else(PoisonError::into_inner));
        workers.shutdown().await;
        self.database.close().await;
        self.search.close().await;
        *self.lock.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Lets the data grow no further, as on a full disk, until told otherwise. For tests of what happens then.
    ///
    /// # Errors
    /// If the data cannot be reached.
    #[doc(hidden)]
    pub async fn disk_is_full(&self, full: bool) -> Result<(), StoreError> {
        // No file is shorter than it is: the limit is what it has now.
        let most = if full { "PRAGMA max_page_count = 1" } else { "PRAGMA max_page_count = 4294967294" };
        self.database.write(move |connection, _| Ok(connection.query_row(most, [], |_| Ok(()))?)).await
    }

    /// Lets the disk have only so many free bytes for files, or as many as it has. For tests of what happens then.
    #[doc(hidden)]
    pub fn disk_has_free(&self, bytes: Option<u64>) {
        self.files.pretend_free(bytes);
    }

    /// Deletes at once what is due by the settings for retention, and counts it. For tests.
    ///
    /// # Errors
    /// If the data cannot be written.
    #[doc(hidden)]
    pub async fn sweep(&self) -> Result<usize, StoreError> {
        retention::sweep(self).await
    }

    /// Decides one command whose sender may repeat it.
    pub(crate) async fn execute(
        &self,
        envelope: Envelope,
        sent: Sent,
    ) -> Result<Result<Position, Rejection>, StoreError> {
        self.decide(envelope, Repeat::Remembered(sent)).await
    }

    /// Decides one command of the hub's own.
    pub(crate) async fn execute_once(&self, envelope: Envelope) -> Result<Result<Position, Rejection>, StoreError> {
        self.decide(envelope, Repeat::Once).await
    }

    async fn decide(&self, envelope: Envelope, repeat: Repeat) -> Result<Result<Position, Rejection>, StoreError> {
        let typing = self.typing_until(envelope.conversation);
        self.database.write(move |connection, engine| engine.execute(connection, &envelope, repeat, typing)).await
    }

    /// A conversation as it was a moment ago, or is.
    pub(crate) async fn lately(&self, id: ConversationId) -> Result<Option<Arc<Conversation>>, StoreError> {
        if let Some(state) = self.fanout.recent.get(id) {
            return Ok(Some(state));
        }
        let state = self.database.read(move |connection| conversations::get(connection, id)).await?.map(Arc::new);
        if let Some(state) = &state {
            self.fanout.recent.put(Arc::clone(state));
        }
        Ok(state)
    }

    /// Somebody writes, or has stopped. Of agents those are heard who take part.
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

    /// A receipt is a write only if it says something new.
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

    /// A place for a live connection. Those that came through a proxy are counted here.
    pub(crate) fn seat(&self, peer: &Peer) -> Result<Option<Ticket>, ApiError> {
        if !peer.is_proxied {
            return Ok(None);
        }
        let seat = self.crowd.enter_behind_proxy(peer.network);
        Ok(Some(seat.map_err(|_| listen::too_many_connections())?))
    }

    /// Whether more is asked than can be answered soon.
    pub(crate) fn is_busy(&self) -> bool {
        self.database.waiting() > MOST_WAITING
    }

    /// Remembers that a person of ours is writing.
    fn person_types(&self, conversation: ConversationId, until: Time) {
        if let Ok(mut typing) = self.typing.lock() {
            if typing.len() > 10_000 {
                let now = self.clock.now();
                typing.retain(|_, until| *until > now);
            }
            typing.insert(conversation, until);
        }
    }

    /// Whether a request to Your Logic was sent by an earlier run of the hub.
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

/// Serves until `stop` resolves; then finishes what is under way and closes the data.
///
/// # Errors
/// If the listener fails, or a part of the hub has ended, which needs a new start.
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
