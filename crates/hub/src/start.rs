//! Starts the hub with its workers, and stops it in order.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, anyhow, ensure};
use tandem_conversation::measure::Definitions;
use tandem_conversation::{PERSON_SILENT_MS, Time};
use tandem_sql::Connection;
use tandem_sqlite::{Companion, Link};
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore, mpsc, watch};

use crate::analytics::Analytics;
use crate::channels::whatsapp;
use crate::clock::Clock;
use crate::config::{Config, NewWhatsappNumber};
use crate::crowd::Crowd;
use crate::endpoint::Endpoint;
use crate::engine::{Asker, Engine, Rules, commits};
use crate::exports::Exports;
use crate::files::{Files, Rights};
use crate::folder::{self, Lock};
use crate::health::{Health, listed};
use crate::hub::{Hub, INVITATION_MS};
use crate::identity::Secrets;
use crate::limits::{self, Limits};
use crate::metrics::Metrics;
use crate::model::Model;
use crate::seal::Seal;
use crate::store::{self, Database, MIGRATIONS, StoreError, events};
use crate::wake::Wake;
use crate::{
    activity, alerts, api, delivery, fanout, library, listen, logic, mail, measuring, media, retention, rights, search,
    states, timers,
};

/// Passwords compared at once; more wait in a queue.
pub(crate) const PASSWORDS_AT_ONCE: usize = 4;
/// A whole company may sign in within one minute.
const PASSWORDS_IN_LINE: usize = 256;
/// How often the files of the database are looked for.
const LOOK_AT_FILES: Duration = Duration::from_millis(700);
/// So many in a row must miss something.
const LOOKS: u32 = 3;
/// Parts of the schema that are named, at most.
const LACKING: usize = 5;
/// Capacity for Your Logic's wake-ups.
const WAKES: usize = 65_536;
/// Capacity of the alert ledger's queue.
const ENTRIES: usize = 16_384;
/// Desks that catch up at once, at most. More wait in a queue, so that customers need not.
const CATCHING_UP: usize = 3;

/// Does what blocks on a thread of its own: PostgreSQL's client has a runtime, which the threads of this one must not
/// drive.
fn apart<T: Send>(work: impl FnOnce() -> anyhow::Result<T> + Send) -> anyhow::Result<T> {
    let done = std::thread::scope(|scope| scope.spawn(work).join());
    done.unwrap_or_else(|_| Err(anyhow!("BUG: opening the database failed without a word")))
}

impl Hub {
    /// Opens the data and starts the workers; does not listen yet.
    ///
    /// # Errors
    /// If the data folder cannot be used.
    pub fn start(config: Config, clock: Clock) -> anyhow::Result<Arc<Self>> {
        let tables = config.tables();
        let is_new = apart(|| tables.prepare())?;
        let mut lock = Lock::take(&config.data)?;
        if is_new {
            tracing::info!(data = %config.data.display(), "the folder holds no hub yet: a new, empty one is made");
        }
        let started = clock.now();
        // Another part of the process may have installed a provider before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let crowd = Crowd::new(listen::room_for(config.max_connections)?, config.rate_limits);
        let files = Files::open(&config.data, config.media)
            .with_context(|| format!("Cannot use the data folder {}", config.data.display()))?;
        let reads_the_log = Arc::<AtomicBool>::default();
        let (commits, commits_in) = commits::channel(Arc::clone(&reads_the_log));
        let (logic_wake, logic_in) = mpsc::channel(WAKES);
        let (ledger, ledger_in) = mpsc::channel(ENTRIES);
        let (activity, activity_in) = mpsc::unbounded_channel();
        let missed_calls = Arc::<AtomicBool>::default();
        let rules = Rules {
            logic_available: config.logic.is_some(),
            person_silent_ms: config.logic.as_ref().map_or(PERSON_SILENT_MS, |logic| logic.person_silent_ms),
            invitation_ms: INVITATION_MS,
            ladder: config.ladder,
        };
        let endpoint =
            Endpoint::configured(config.logic.as_ref()).context("Cannot set up the connection to Your Logic")?;
        let requests = Arc::new(Semaphore::new(logic::AT_ONCE));
        let (put, put_in) = mpsc::unbounded_channel();
        let asker = endpoint.clone().zip(config.logic.as_ref()).map(|(endpoint, config)| {
            Arc::new(Asker::new(endpoint, Arc::clone(&requests), config.timeout_ms.max(1_000), put))
        });
        let readers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get).max(2);
        let metrics = Metrics::new();
        let measured = metrics.clone();
        let (mut cursor, mut log) = (0, uuid::Uuid::nil());
        let mut identity = None;
        let engine_clock = clock.clone();
        let open = |connection: &Connection| {
            let unreadable = |error: StoreError| tandem_sqlite::Error::Commit(error.to_string());
            cursor = events::last(connection).map_err(unreadable)?;
            log = store::log::id(connection).map_err(unreadable)?;
            match store::conversations::wake_future(connection, started) {
                Ok(0) => {}
                Ok(conversations) => tracing::warn!(
                    conversations,
                    "the machine's clock was ahead before: deadlines that it has set are kept now"
                ),
                // One customer's damaged row must not keep the hub from all others.
                Err(error) => tracing::error!(%error, "cannot look for deadlines of a clock that was ahead"),
            }
            let secrets = Secrets::open(&config.data, connection);
            if let Ok(secrets) = &secrets {
                follow_settings(connection, secrets, &config.whatsapp, started);
            }
            identity = Some(secrets);
            Engine::new(connection, engine_clock, rules, asker, commits, measured)
        };
        let database = apart(|| {
            let opened = Database::open(&tables.place(readers, true), MIGRATIONS, open);
            let database = opened.with_context(|| format!("Cannot open {tables}"))?;
            let lacking = database.read_blocking(|connection| store::lacking(connection, MIGRATIONS.len()))?;
            ensure!(
                lacking.data.is_empty(),
                "{tables} lacks {}: another program has changed the database, so restore a backup",
                listed(lacking.data.iter(), LACKING)
            );
            if !lacking.indices.is_empty() {
                let lacking = listed(lacking.indices.iter(), LACKING);
                tracing::error!(lacking, "the database lacks indices, so all gets slower: restore a backup");
            }
            Ok(database)
        })?;
        let watched = config.postgres.is_none().then(|| lock.files(&config.data)).transpose()?;
        let mail = match &config.mail {
            Some(mail) => Some((mail.clone(), mail::transport(mail).context("Cannot set up mail (mail.url)")?)),
            None => None,
        };
        let news = Arc::new(Notify::new());
        let queued = watch::Sender::new(());
        let analytics =
            Analytics::open(&config.data, Definitions::default(), cursor).context("Cannot open analytics.db")?;
        let wake = Wake {
            logic: logic_wake,
            ledger: ledger.clone(),
            missed_calls: Arc::clone(&missed_calls),
            news: Arc::clone(&news),
            measured: Arc::clone(&analytics.news),
            activity,
            queued: queued.clone(),
        };
        let health = Arc::new(Health::new());
        let identity = identity.context("BUG: the database was opened")??;
        let rights = Rights::new(identity.key_for("addresses of files"));
        let fanout = fanout::start(
            clock.clone(),
            (rights.clone(), config.logic_name.clone()),
            (log, cursor),
            commits_in,
            database.clone(),
            wake,
            health.guard("the fan-out"),
        );
        let exports = Arc::new(Exports::open(&config.data).context("Cannot clear the folder of exports")?);
        let search = crate::index::Index::open(&config.data).context("Cannot open the search index")?;
        let hub = Arc::new(Self {
            search,
            analytics,
            exports,
            news,
            files: Arc::new(files),
            rights,
            identity,
            limits: Arc::new(Limits::new(config.rate_limits)),
            comparing: Semaphore::new(PASSWORDS_AT_ONCE),
            in_line: Semaphore::new(PASSWORDS_IN_LINE),
            crowd,
            missed_calls,
            // Leaves one reader for customers.
            catching_up: Semaphore::new(CATCHING_UP.min(readers - 1)),
            log,
            turns: Arc::default(),
            logic: endpoint,
            model: config.improve.as_ref().map(Model::new).transpose().context("Cannot set up the writing model")?,
            config,
            clock,
            database,
            fanout,
            typing: Mutex::default(),
            logic_typing: Mutex::default(),
            logic_working: Mutex::default(),
            ledger,
            mails: Notify::new(),
            whatsapp: whatsapp::client::client().context("Cannot set up the connection to WhatsApp")?,
            whatsapp_came: Notify::new(),
            whatsapp_traffic: crate::traffic::Traffic::default(),
            queued,
            whatsapp_templates: Notify::new(),
            rights_changed: Notify::new(),
            silent: AtomicBool::new(false),
            library_changed: Notify::new(),
            telling_buttons: tokio::sync::Mutex::default(),
            started,
            health,
            metrics,
            workers: Mutex::default(),
            reads_the_log,
            unnamed_proxy: OnceLock::new(),
            lock: Mutex::new(Some(lock)),
        });
        hub.work("the database", ended(hub.database.clone()));
        if let Some(files) = watched {
            hub.work("the files of the database", files_gone(files));
        }
        hub.work("the search index", index_ended(Arc::clone(&hub)));
        hub.work("deadlines", timers::run(Arc::clone(&hub)));
        hub.work("states", states::run(Arc::clone(&hub)));
        hub.work("rights", rights::run(Arc::clone(&hub)));
        hub.work("the library", library::run(Arc::clone(&hub)));
        hub.work("requests to Your Logic", logic::run(Arc::clone(&hub), requests, logic_in, put_in));
        hub.work("sweeping files", media::run(Arc::clone(&hub)));
        hub.work("limits", limits::run(Arc::clone(&hub.limits)));
        hub.work("filing for search", search::run(Arc::clone(&hub)));
        hub.work("the tables of analytics", analytics_ended(Arc::clone(&hub)));
        hub.work("measuring", measuring::run(Arc::clone(&hub)));
        hub.work("retention", retention::run(Arc::clone(&hub)));
        hub.work("the alert ledger", alerts::run(Arc::clone(&hub), ledger_in));
        hub.work("the log of activity", activity::run(Arc::clone(&hub), activity_in));
        hub.work("webhooks of WhatsApp", whatsapp::reading::run(Arc::clone(&hub)));
        hub.work(
            "messages to WhatsApp",
            delivery::run(Arc::clone(&hub), whatsapp::sending::Whatsapp::new(Arc::clone(&hub))),
        );
        hub.work("read marks of WhatsApp", whatsapp::marking::run(Arc::clone(&hub)));
        hub.work("templates of WhatsApp", whatsapp::syncing::run(Arc::clone(&hub)));
        if let Some((config, transport)) = mail {
            hub.work("mail", mail::run(Arc::clone(&hub), config, transport));
        }
        Ok(hub)
    }

    /// Deletes at once what retention allows, and counts it. For tests.
    ///
    /// # Errors
    /// If the data cannot be written.
    #[doc(hidden)]
    pub async fn sweep(&self) -> Result<usize, StoreError> {
        retention::sweep(self, true).await
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
        self.search.file().close().await;
        self.analytics.file().close().await;
        *self.lock.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Brings numbers of WhatsApp to what the settings say. One that cannot be used must not keep the hub from all other
/// customers.
fn follow_settings(connection: &Connection, secrets: &Secrets, numbers: &[NewWhatsappNumber], now: Time) {
    let seal = Seal::new(&secrets.key_for(whatsapp::number::PURPOSE));
    for number in numbers {
        match whatsapp::number::follow(connection, &seal, number, now) {
            Ok(Ok(())) => {}
            Ok(Err(why)) => {
                tracing::error!(number = number.key, why, "a WhatsApp number of the settings cannot be used");
            }
            Err(error) => {
                tracing::error!(number = number.key, %error, "a WhatsApp number of the settings cannot be kept");
            }
        }
    }
}

/// Serves `/metrics` at this address for as long as the hub runs.
pub fn serve_metrics(hub: &Arc<Hub>, listener: TcpListener) {
    hub.work("metrics", api::metrics::serve(Arc::clone(hub), listener));
}

/// Resolves when a file of the database is removed, replaced or cut short.
async fn files_gone(files: folder::Files) {
    // A look that fails once says nothing.
    let mut looks = 0;
    loop {
        tokio::time::sleep(LOOK_AT_FILES).await;
        let Some(gone) = files.missing() else {
            looks = 0;
            continue;
        };
        looks += 1;
        if looks == LOOKS {
            let words = "this file was removed, replaced or cut short while the hub used it: what was written since then may \
                         be lost. Look at the folder before the hub starts again";
            tracing::error!(file = %gone.display(), "{words}");
            return;
        }
    }
}

async fn index_ended(hub: Arc<Hub>) {
    hub.search.ended().await;
}

async fn analytics_ended(hub: Arc<Hub>) {
    hub.analytics.ended().await;
}

async fn ended<C: Companion<K>, K: Link>(database: tandem_sqlite::Database<C, K>) {
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
    if let (Ok(lock), Ok(address)) = (hub.lock.lock(), listener.local_addr())
        && let Some(lock) = lock.as_ref()
    {
        lock.listens_on(address);
    }
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
