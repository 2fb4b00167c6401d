//! The open cache and everything that uses it, for as long as that cache is in use.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tandem_conversation::{Availability, Time};
use tandem_protocol::agents::{DeskFrame, Me, Tokens};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use crate::address::ways;
use crate::as_seen::Looks;
use crate::attention::Attention;
use crate::browser::Browser;
use crate::cache::Told;
use crate::cache::{Cache, CacheError, files, forget_user, meta, others, unknown};
use crate::changes::Changes;
use crate::clock::Clock;
use crate::commands::Commands;
use crate::config::DeskConfig;
use crate::downloads::Downloads;
use crate::housekeeping;
use crate::hub::Hub;
use crate::library::Shelves;
use crate::link::{Input, Link};
use crate::memory::{Chosen, Memory};
use crate::notify::{Chimes, Notices, Poke};
use crate::outbox::Outbox;
use crate::reason::Reason;
use crate::reports::Reports;
use crate::secrets::Secrets;
use crate::session::Session;
use crate::sync::{Fetch, Syncing, surroundings};
use crate::vault::{Keychain, Unlocked};
use crate::view::{Change, SettingsView};
use crate::waking;
use crate::watching;
use crate::words::{call_logic, speak};

/// How long the end of a workplace waits for turns that were held back.
const LAST_TURNS: Duration = Duration::from_secs(3);

/// State for the handlers.
pub(crate) struct Workplace {
    pub cache: Cache,
    pub clock: Clock,
    pub changes: Changes,
    pub memory: Arc<Memory>,
    pub link: watch::Receiver<Link>,
    pub sync: mpsc::UnboundedSender<Input>,
    pub pokes: mpsc::UnboundedSender<Poke>,
    pub fetch: Fetch,
    pub downloads: Downloads,
    pub outbox: Outbox,
    pub commands: Commands,
    pub shelf: Shelves,
    pub looks: Looks,
    pub browser: Arc<dyn Browser>,
    /// The folder of files for the system's programs.
    pub handed_over: PathBuf,
    pub unlocked: Unlocked,
    secrets: Secrets,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Workplace {
    /// Resumes the last run. `reason` says why no one is signed in, if so.
    pub(crate) async fn begin(
        config: &DeskConfig,
        unlocked: Unlocked,
        cache: Cache,
        changes: Changes,
        told: mpsc::UnboundedReceiver<Told>,
        reason: Option<Reason>,
    ) -> Result<Self, CacheError> {
        let (known, heard, chosen, settings) = cache
            .write(|connection, touched| {
                files::remove_unfinished(connection)?;
                unknown::read_again(connection, touched)?;
                let known = Known {
                    hub: meta::get(connection, meta::HUB)?,
                    plain: meta::get(connection, meta::PLAIN)?,
                    me: meta::me(connection)?,
                };
                let availability: Option<Availability> = meta::get(connection, meta::AVAILABILITY)?;
                let absence = meta::get(connection, meta::ABSENCE)?;
                let chosen = Chosen { availability: availability.unwrap_or_default(), absence };
                let settings: Option<SettingsView> = meta::get(connection, meta::SETTINGS)?;
                let heard = meta::heard(connection)?;
                Ok((known, heard, chosen, settings.unwrap_or_default()))
            })
            .await?;
        // Notifications may be shown before any window has loaded.
        if let Some(language) = settings.language.chosen() {
            speak(language);
        }
        call_logic(known.me.as_ref().and_then(|me| me.logic_name.as_deref()));
        let secrets = Secrets::new(&unlocked, &config.keychain, &cache);
        let first = match first_link(config, known, heard, &secrets).await {
            Link::SignedOut { reason: found } => Link::SignedOut { reason: found.or(reason) },
            link => link,
        };
        let memory = Arc::new(Memory::new(chosen, settings, config.pace.undo));
        let (link_sender, link) = watch::channel(first);
        let (settled_sender, settled) = watch::channel(false);
        let (sync, sync_inbox) = mpsc::unbounded_channel();
        let (pokes, poked) = mpsc::unbounded_channel();
        let (touched_sender, touched) = mpsc::unbounded_channel();
        let downloads = Downloads::new(cache.clone(), config.clock.clone());
        let fetch = Fetch::new(downloads.clone());
        let outbox = Outbox::new(cache.clone(), config.clock.clone(), config.pace);
        let commands = Commands::new(cache.clone(), config.clock.clone(), config.pace, link.clone(), outbox.clone());
        let syncing = Syncing {
            cache: cache.clone(),
            clock: config.clock.clone(),
            changes: changes.clone(),
            memory: Arc::clone(&memory),
            link: link_sender,
            settled: settled_sender,
            fetch: fetch.clone(),
            outbox: outbox.clone(),
            pokes: pokes.clone(),
            pace: config.pace,
            inbox: sync_inbox,
        };
        let reports = Reports::new(cache.clone());
        let notices = Notices {
            cache: cache.clone(),
            clock: config.clock.clone(),
            changes: changes.clone(),
            memory: Arc::clone(&memory),
            link: link.clone(),
            settled,
            notifier: Arc::clone(&config.notifier),
            commands: commands.clone(),
            reports: reports.clone(),
            chimes: Chimes::in_folder(config.data_dir.join("sounds")),
        };
        let tasks = vec![
            changes.start(told, touched_sender),
            tokio::spawn(syncing.run()),
            tokio::spawn(surroundings::watch(config.clock.clone(), sync.clone())),
            tokio::spawn(housekeeping::run(cache.clone(), config.clock.clone(), config.budget_bytes, link.clone())),
            tokio::spawn(waking::run(cache.clone(), config.clock.clone())),
            tokio::spawn(fetch.clone().run(cache.clone(), config.pace, link.clone(), sync.clone())),
            tokio::spawn(downloads.clone().run(config.pace, link.clone(), sync.clone())),
            tokio::spawn(outbox.clone().run(link.clone(), sync.clone(), changes.clone())),
            tokio::spawn(outbox.clone().run_uploads(link.clone(), sync.clone(), changes.clone())),
            tokio::spawn(attend(
                config.notifier.attention(),
                Arc::clone(&memory),
                changes.clone(),
                sync.clone(),
                pokes.clone(),
            )),
            tokio::spawn(watching::run(cache.clone(), Arc::clone(&memory), sync.clone())),
            tokio::spawn(reports.run(link.clone(), config.pace)),
            tokio::spawn(notices.run(touched, poked)),
        ];
        Ok(Self {
            cache,
            clock: config.clock.clone(),
            changes,
            memory,
            link,
            sync,
            pokes,
            fetch,
            downloads,
            outbox,
            commands,
            shelf: Shelves::default(),
            looks: Looks::default(),
            browser: Arc::clone(&config.browser),
            handed_over: config.handed_over(),
            unlocked,
            secrets,
            tasks: Mutex::new(tasks),
        })
    }

    /// Makes the cache this user's own and connects. `plain`: the user agreed to reach this hub without encryption.
    pub(crate) async fn enter(&self, hub: Hub, tokens: Tokens, plain: bool) -> Result<(), CacheError> {
        let (address, me) = (hub.address().to_owned(), tokens.me.clone());
        let is_other = self
            .cache
            .write(move |connection, touched| {
                let known: Option<Me> = meta::me(connection)?;
                let other = known.map(|known| known.user).filter(|user| *user != me.user);
                if let Some(other) = other {
                    others::put_aside(connection, other)?;
                    forget_user(connection, touched)?;
                    others::take_back(connection, me.user)?;
                }
                meta::put(connection, meta::ME, &me)?;
                match plain {
                    true => meta::put(connection, meta::PLAIN, &address)?,
                    false => meta::remove(connection, meta::PLAIN)?,
                }
                meta::put(connection, meta::HUB, &address)?;
                touched.everything();
                Ok(other.is_some())
            })
            .await?;
        if is_other {
            self.memory.forget();
        }
        let session = Arc::new(Session::begin(hub, tokens, self.secrets.clone()).await);
        let (done, entered) = oneshot::channel();
        if self.sync.send(Input::SignedIn(session, done)).is_ok() {
            // An error means that the desk has ended meanwhile.
            let _ = entered.await;
        }
        Ok(())
    }

    /// Withdraws notifications and ends all work. The cache's content stays.
    pub(crate) async fn stop(&self) {
        if self.link.borrow().live().is_some() {
            self.outbox.send_held(LAST_TURNS).await;
        }
        let (done, ended) = oneshot::channel();
        if self.pokes.send(Poke::End(done)).is_ok() {
            let _ = tokio::time::timeout(Duration::from_secs(2), ended).await;
        }
        let tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks {
            task.abort();
            let _ = task.await;
        }
    }

    /// The sign-in of a seal whose cache cannot be read.
    pub(crate) async fn kept_sign_in(unlocked: &Unlocked, keychain: &Arc<dyn Keychain>) -> Option<String> {
        Secrets::of_keychain(unlocked, keychain)?.load().await.ok().flatten()
    }

    /// Stores a sign-in with a new seal.
    pub(crate) async fn keep_sign_in(unlocked: &Unlocked, keychain: &Arc<dyn Keychain>, cache: &Cache, token: String) {
        if let Err(error) = Secrets::new(unlocked, keychain, cache).store(token).await {
            tracing::warn!(%error, "the sign-in could not be kept: it will be asked for again");
        }
    }
}

/// Tells the hub and the notices when the user arrives at the machine or leaves it.
async fn attend(
    mut attention: watch::Receiver<Attention>,
    memory: Arc<Memory>,
    changes: Changes,
    sync: mpsc::UnboundedSender<Input>,
    pokes: mpsc::UnboundedSender<Poke>,
) {
    loop {
        let now = *attention.borrow_and_update();
        memory.set_attention(now);
        // Turns that arrived in the user's absence are seen now.
        for id in memory.looking() {
            changes.tell(Change::Conversation { id });
        }
        let _ = sync.send(Input::Say(DeskFrame::Presence(memory.whereabouts())));
        let _ = pokes.send(Poke::All);
        if attention.changed().await.is_err() {
            return;
        }
    }
}

/// The last sign-in.
struct Known {
    hub: Option<String>,
    /// The hub that the user agreed to reach without encryption.
    plain: Option<String>,
    me: Option<Me>,
}

/// Resumes the last sign-in if it belongs to the requested hub: a token must never be sent to another hub than the one
/// that issued it.
async fn first_link(config: &DeskConfig, known: Known, heard: Option<Time>, secrets: &Secrets) -> Link {
    let signed_out = |reason: Option<Reason>| Link::SignedOut { reason };
    let Known { hub: Some(address), plain, me: Some(me) } = known else { return signed_out(None) };
    let is_plain = config.allow_http || plain.as_ref() == Some(&address);
    let hub = match config.hub_over(&address, is_plain) {
        Ok(hub) => hub,
        Err(error) => return signed_out(Some(error.reason())),
    };
    let is_it = |wished: &str| ways(wished).is_ok_and(|ways| ways.iter().any(|way| way.address == hub.address()));
    if config.hub.as_deref().is_some_and(|wished| !is_it(wished)) {
        return signed_out(None);
    }
    match Session::resume(hub, me, secrets.clone()).await {
        Ok(Some(session)) => {
            Link::Connecting { since: heard.unwrap_or_else(|| config.clock.now()), session: Arc::new(session) }
        }
        Ok(None) => signed_out(None),
        Err(error) => {
            tracing::warn!(%error, "the kept sign-in cannot be read");
            signed_out(Some(Reason::lost("lost-sign-in.unread")))
        }
    }
}
