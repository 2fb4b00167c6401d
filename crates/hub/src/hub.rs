//! The parts of a running hub that requests and workers share. `start.rs` starts and stops it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use tandem_conversation::{
    Command, Conversation, ConversationId, Envelope, Participant, Position, Rejection, Side, Stage, Time, visible,
};
use tokio::sync::{Notify, Semaphore, mpsc, watch};
use tokio::task::JoinSet;

use crate::analytics::Analytics;
use crate::clock::Clock;
use crate::config::Config;
use crate::crowd::{Crowd, Ticket};
use crate::endpoint::Endpoint;
use crate::engine::{self, Deciding, Engine, Repeat};
use crate::exports::Exports;
use crate::fanout::{Fanout, Input, TYPING_MS};
use crate::files::{Files, Rights};
use crate::folder::Lock;
use crate::health::{Health, Work};
use crate::identity::Secrets;
use crate::index::Index;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::model::Model;
use crate::peer::Peer;
use crate::problem::{ApiError, too_many_connections};
use crate::store::commands::Sent;
use crate::store::users::User;
use crate::store::{Database, StoreError, conversations};
use crate::traffic::Traffic;
use crate::turns::Turns;
use crate::wake::Entry;

/// How long a colleague's invitation stays open, in milliseconds.
pub(crate) const INVITATION_MS: i64 = 120_000;

/// Waiting reads and writes beyond which requests are refused.
const MOST_WAITING: usize = 4_096;
/// How often a request under way looks whether the database answers.
const LOOK_FOR_SILENCE: Duration = Duration::from_secs(1);

/// State shared by requests and workers.
pub struct Hub {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) database: Database<Engine>,
    pub(crate) fanout: Fanout,
    pub(crate) limits: Arc<Limits>,
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
    /// What it was told lately.
    pub(crate) turns: Arc<Turns>,
    /// The writing model, if configured.
    pub(crate) model: Option<Model>,
    /// The full-text index.
    pub(crate) search: Index,
    /// The tables of figures and exports.
    pub(crate) analytics: Analytics,
    /// Exports for users.
    pub(crate) exports: Arc<Exports>,
    /// Signals a commit, for background readers of the log.
    pub(crate) news: Arc<Notify>,
    /// Until when one of our people is typing, per conversation.
    pub(crate) typing: Mutex<HashMap<ConversationId, Time>>,
    /// Until when Your Logic says that it is, per conversation.
    pub(crate) logic_typing: Mutex<HashMap<ConversationId, Time>>,
    /// Until when Your Logic may answer, per conversation about which it is asked. Only of channels that must be told.
    pub(crate) logic_working: Mutex<HashMap<ConversationId, Time>>,
    pub(crate) ledger: mpsc::Sender<Entry>,
    /// Set when the ledger's queue was full: it must look for calls that it missed.
    pub(crate) missed_calls: Arc<AtomicBool>,
    /// Signals that a mail may be queued.
    pub(crate) mails: Notify,
    /// The client for WhatsApp.
    pub(crate) whatsapp: reqwest::Client,
    /// Signals that a webhook of WhatsApp was stored.
    pub(crate) whatsapp_came: Notify,
    /// How much has come in lately.
    pub(crate) whatsapp_traffic: Traffic,
    /// Signals that something waits to be sent through a channel's queue.
    pub(crate) queued: watch::Sender<()>,
    /// Signals that templates have changed.
    pub(crate) whatsapp_templates: Notify,
    /// Signals that this process changed rights or sign-ins.
    pub(crate) rights_changed: Notify,
    /// The library was changed by this process.
    pub(crate) library_changed: Notify,
    /// Serialises read-then-broadcast of the buttons.
    pub(crate) telling_buttons: tokio::sync::Mutex<()>,
    pub(crate) started: Time,
    pub(crate) health: Arc<Health>,
    /// Whether the database was found not to answer.
    pub(crate) silent: AtomicBool,
    pub(crate) metrics: Metrics,
    pub(crate) workers: Mutex<JoinSet<()>>,
    /// Whether the fan-out reads every commit from the log. For tests.
    pub(crate) reads_the_log: Arc<AtomicBool>,
    /// The first untrusted proxy seen.
    pub(crate) unnamed_proxy: OnceLock<IpAddr>,
    /// The data folder's lock; none after closing.
    pub(crate) lock: Mutex<Option<Lock>>,
}

impl Hub {
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

    /// Lets live connections be served from the log alone, as if their part of the hub were far behind. For tests.
    #[doc(hidden)]
    pub fn reads_the_log(&self, always: bool) {
        self.reads_the_log.store(always, std::sync::atomic::Ordering::Relaxed);
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
        let id = envelope.conversation;
        let deciding = Box::new(Deciding { envelope, repeat, person_typing_until: self.typing_until(id) });
        let decided = self.database.give(|answer| engine::Work::Command(deciding, answer)).await;
        self.health.note(Work::Conversation(id), &decided);
        decided
    }

    /// A conversation's current or very recent state.
    pub(crate) async fn lately(&self, id: ConversationId) -> Result<Option<Arc<Conversation>>, StoreError> {
        if let Some(state) = self.fanout.recent.get(id) {
            return Ok(Some(state));
        }
        let stored = self.database.read(move |connection| conversations::stored(connection, id)).await?;
        let Some((state, json)) = stored else { return Ok(None) };
        let state = Arc::new(state);
        self.fanout.recent.put(Arc::clone(&state), json.len());
        Ok(Some(state))
    }

    /// A typing signal. Of agents, only engaged ones count.
    pub(crate) async fn types(&self, id: ConversationId, by: Participant, on: bool) -> Result<(), StoreError> {
        let Some(state) = self.lately(id).await? else { return Ok(()) };
        if by.user().is_some_and(|user| state.agent(user).is_none()) {
            return Ok(());
        }
        let until = self.clock.now().plus_ms(if on { TYPING_MS } else { 0 });
        match by {
            Participant::Agent { .. } | Participant::ExternalAgent { .. } => self.note_typing(&self.typing, id, until),
            Participant::Logic => self.note_typing(&self.logic_typing, id, until),
            Participant::Customer | Participant::Device { .. } | Participant::System => {}
        }
        self.fanout.mention(Input::Typing { conversation: id, by, on });
        Ok(())
    }

    /// A user looks at a conversation. True if they take no part in it: then those who do are told, unless the settings
    /// keep that from them.
    pub(crate) async fn watches(&self, id: ConversationId, user: &User) -> Result<bool, StoreError> {
        let Some(state) = self.lately(id).await? else { return Ok(false) };
        let rights = user.rights();
        let takes_part = state.agent(user.id).is_some() || state.invitation_of(user.id).is_some();
        if takes_part || !visible(&state, &rights.access(), self.clock.now()) {
            return Ok(false);
        }
        let users: Vec<_> = state.people().filter_map(|e| e.person()?.user()).collect();
        if self.config.tells_watching && !users.is_empty() {
            let by = Participant::Agent { user: user.id, name: user.name.clone() };
            self.fanout.mention(Input::Watched { conversation: id, by, users });
        }
        Ok(true)
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
        Ok(Some(seat.map_err(|_| too_many_connections())?))
    }

    /// Whether so much is waiting, or for so long, that requests must be refused: all, or only those that write.
    pub(crate) fn is_busy(&self, writes: bool) -> bool {
        self.database.waiting() > MOST_WAITING || self.is_silent(writes)
    }

    /// Resolves when the database has not answered anybody who reads, or writes, for longer than people wait.
    pub(crate) async fn silence(&self, writes: bool) {
        loop {
            tokio::time::sleep(LOOK_FOR_SILENCE).await;
            if self.is_silent(writes) {
                return;
            }
        }
    }

    /// Whether the database has begun no read for longer than people wait; with `writes`, or no write.
    pub(crate) fn is_silent(&self, writes: bool) -> bool {
        let reads = self.database.stuck_reads() > self.config.patience;
        let both = reads || self.database.stuck_writes() > self.config.patience;
        if self.silent.swap(both, Ordering::Relaxed) != both {
            match both {
                true => tracing::error!("the database does not answer: requests are refused until it does"),
                false => tracing::info!("the database answers again"),
            }
        }
        if writes { both } else { reads }
    }

    /// Remembers that somebody of ours is typing.
    fn note_typing(&self, typing: &Mutex<HashMap<ConversationId, Time>>, conversation: ConversationId, until: Time) {
        if let Ok(mut typing) = typing.lock() {
            if typing.len() > 10_000 {
                let now = self.clock.now();
                typing.retain(|_, until| *until > now);
            }
            typing.insert(conversation, until);
        }
    }

    /// Remembers that Your Logic is asked about a conversation, until its answer or this time.
    pub(crate) fn logic_works(&self, state: &Conversation, until: Time) {
        if state.channel.facts().queued {
            self.note_typing(&self.logic_working, state.id, until);
        }
    }

    /// The question that ends at `until` is answered. A later one may be under way.
    pub(crate) fn logic_rests(&self, conversation: ConversationId, until: Time) {
        if let Ok(mut working) = self.logic_working.lock()
            && working.get(&conversation) == Some(&until)
        {
            working.remove(&conversation);
        }
    }

    /// Whether a request to Your Logic was sent before this hub started.
    pub(crate) fn was_asked_before_start(&self, asked: Time) -> bool {
        asked < self.started
    }

    /// The conversations in which one of our people, or Your Logic, is typing.
    pub(crate) fn typing_now(&self) -> Vec<ConversationId> {
        [&self.typing, &self.logic_typing].into_iter().flat_map(|typing| self.still(typing)).collect()
    }

    /// The conversations about which Your Logic is asked.
    pub(crate) fn logic_works_on(&self) -> Vec<ConversationId> {
        self.still(&self.logic_working)
    }

    fn still(&self, noted: &Mutex<HashMap<ConversationId, Time>>) -> Vec<ConversationId> {
        let (now, Ok(noted)) = (self.clock.now(), noted.lock()) else { return Vec::new() };
        noted.iter().filter(|(_, until)| **until > now).map(|(id, _)| *id).collect()
    }

    pub(crate) fn typing_until(&self, conversation: ConversationId) -> Option<Time> {
        self.typing.lock().ok()?.get(&conversation).copied()
    }
}
