//! Sends commands to the hub: stored first, sent in order within a conversation, answered once.
//!
//! A reply with a file waits until the hub has the file (`uploads.rs`), and later text overtakes it meanwhile.
//!
//! A turn may be held back for some seconds, so that its author can take it back (`holding.rs`). It holds back
//! everything after it in its conversation; anything but another turn releases it.
//!
//! A command keeps its id, so that a repeat has one effect. There are three kinds of failure. Without an answer, or
//! asked to wait, it is sent again later. A refusal is shown, and the text returns to the draft. When the sign-in
//! ends, everything waits for the next one.

mod holding;
mod refusing;
mod uploads;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tandem_conversation::{CommandId, ConversationId, MediaId, Position, Stage, Time};
use tandem_protocol::Problem;
use tandem_protocol::agents::{AgentCommand, CommandAccepted, CommandRequest};
use tandem_sqlite::rusqlite::Connection;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use uuid::Uuid;

use crate::cache::bookmarks::Kind;
use crate::cache::outbox::{self, Queued};
use crate::cache::{Cache, CacheError, bookmarks, conversations, files, library};
use crate::changes::Changes;
use crate::clock::Clock;
use crate::hub::HubError;
use crate::link::{Input, Link};
use crate::pace::Pace;
pub(crate) use uploads::Uploads;

/// Concurrent commands of different conversations.
const ABREAST: usize = 4;
/// Commands searched for those that may go; more than files can wait.
const WINDOW: u32 = 256;

#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    Accepted,
    Refused(Box<Problem>),
}

/// How a command is stored.
#[derive(Default)]
pub(crate) struct Put {
    /// How long it is held back.
    pub hold: Duration,
    /// Words that it takes out of the draft of a reply.
    pub taken: Option<String>,
}

/// A handle of the sending task. Clones share it.
#[derive(Clone)]
pub(crate) struct Outbox {
    cache: Cache,
    clock: Clock,
    pace: Pace,
    waiters: Arc<Mutex<HashMap<CommandId, oneshot::Sender<Outcome>>>>,
    wake: Arc<Notify>,
    /// A command or file was answered.
    landed: Arc<Notify>,
    uploads: Uploads,
}

impl Outbox {
    pub(crate) fn new(cache: Cache, clock: Clock, pace: Pace) -> Self {
        let (waiters, uploads) = (Arc::default(), Uploads::default());
        Self { cache, clock, pace, waiters, wake: Arc::default(), landed: Arc::default(), uploads }
    }

    /// Stores a command and removes its text from the draft; it is sent as soon as possible. The receiver
    /// gets the outcome if it still listens.
    pub(crate) async fn put(
        &self,
        conversation: ConversationId,
        command: AgentCommand,
        put: Put,
    ) -> Result<(CommandId, oneshot::Receiver<Outcome>), CacheError> {
        let id = CommandId(Uuid::now_v7());
        let (answer, receiver) = oneshot::channel();
        self.waiters.lock().unwrap_or_else(PoisonError::into_inner).insert(id, answer);
        let queued = Queued { held_until: self.held_until(put.hold), ..self.queued(id, conversation, command) };
        let written = self
            .cache
            .write(move |connection, touched| {
                if let Some(words) = &put.taken {
                    bookmarks::take(connection, conversation, Kind::Reply, words)?;
                    library::clear(connection, conversation, Kind::Reply)?;
                }
                write_down(connection, &queued)?;
                conversations::derive_for_outbox(connection, touched, conversation)
            })
            .await;
        if let Err(error) = written {
            self.waiter(id);
            return Err(error);
        }
        self.wake.notify_one();
        // It may have released files.
        self.uploads.hurry();
        Ok((id, receiver))
    }

    /// Stores replies that carry a file each, all or none, and removes the files from the draft. Does not wait for
    /// answers.
    pub(crate) async fn put_files(
        &self,
        conversation: ConversationId,
        replies: Vec<(AgentCommand, MediaId)>,
        hold: Duration,
    ) -> Result<(), CacheError> {
        // One time for all: they are taken back together.
        let (created, held_until) = (self.clock.hub_now(), self.held_until(hold));
        let queued =
            |command| Queued { created, held_until, ..self.queued(CommandId(Uuid::now_v7()), conversation, command) };
        let replies: Vec<_> = replies.into_iter().map(|(command, file)| (queued(command), file)).collect();
        self.cache
            .write(move |connection, touched| {
                for (queued, file) in &replies {
                    write_down(connection, queued)?;
                    files::attach(connection, *file, queued.id)?;
                }
                conversations::derive_for_outbox(connection, touched, conversation)
            })
            .await?;
        self.wake.notify_one();
        self.uploads.hurry();
        Ok(())
    }

    /// Tells the hub how far this desk has received or shown a conversation. Does not wait.
    pub(crate) async fn confirm(&self, conversation: ConversationId, stage: Stage, up_to: Position) {
        let receipt = AgentCommand::Receive { stage, up_to };
        let queued = self.queued(CommandId(Uuid::now_v7()), conversation, receipt);
        let written = self
            .cache
            .write(move |connection, _| {
                outbox::drop_older_receipts(connection, conversation, stage, up_to)?;
                outbox::insert(connection, &queued)
            })
            .await;
        if let Err(error) = written {
            tracing::warn!(%error, conversation.id = %conversation, "a receipt could not be written down");
        }
        self.wake.notify_one();
    }

    fn queued(&self, id: CommandId, conversation: ConversationId, command: AgentCommand) -> Queued {
        let created = self.clock.hub_now();
        Queued {
            id,
            conversation,
            command,
            attempts: 0,
            accepted: false,
            created,
            held_until: None,
            decided_at: None,
            file: None,
        }
    }

    /// Whether no caller waits for a command's answer.
    fn is_alone(&self, id: CommandId) -> bool {
        let waiters = self.waiters.lock().unwrap_or_else(PoisonError::into_inner);
        waiters.get(&id).is_none_or(oneshot::Sender::is_closed)
    }

    /// A command was taken out of the outbox.
    pub(crate) fn cancelled(&self, id: CommandId) {
        self.uploads.stop(id);
        self.waiter(id);
    }

    fn waiter(&self, id: CommandId) -> Option<oneshot::Sender<Outcome>> {
        self.waiters.lock().unwrap_or_else(PoisonError::into_inner).remove(&id)
    }

    /// Sends until the desk ends.
    pub(crate) async fn run(
        self,
        mut link: watch::Receiver<Link>,
        sync: mpsc::UnboundedSender<Input>,
        changes: Changes,
    ) {
        let mut flying: JoinSet<(Queued, Result<CommandAccepted, HubError>)> = JoinSet::new();
        let mut busy: HashSet<ConversationId> = HashSet::new();
        let mut patience = Patience::new(self.pace);
        let mut live_since = None;
        loop {
            let next_release = self.let_go().await;
            let session = link.borrow_and_update().live().cloned();
            live_since = session.as_ref().map(|_| live_since.unwrap_or_else(|| self.clock.hub_now()));
            let may_send = patience.is_over();
            if let Some(session) = session.filter(|_| may_send) {
                let next = self.next_ones(&busy, ABREAST.saturating_sub(flying.len()), live_since).await;
                let next = next.unwrap_or_else(|error| {
                    tracing::error!(%error, "the outbox cannot be read");
                    patience.take(None);
                    Vec::new()
                });
                for queued in next {
                    busy.insert(queued.conversation);
                    let session = Arc::clone(&session);
                    let request = CommandRequest {
                        id: queued.id,
                        conversation: queued.conversation,
                        command: queued.command.clone().for_hub(session.speaks()),
                    };
                    flying.spawn(async move {
                        let (session, request) = (&session, &request);
                        let answer =
                            session.with_token(|token| async move { session.hub.command(&token, request).await });
                        (queued, refusing::explained(session, request.conversation, answer.await).await)
                    });
                }
            }
            tokio::select! {
                Some(landed) = flying.join_next() => match landed {
                    Ok((queued, answer)) => {
                        busy.remove(&queued.conversation);
                        self.landed(queued, answer, &mut patience, &sync, &changes).await;
                        self.landed.notify_waiters();
                    }
                    Err(error) => {
                        // Which command failed is unknown; unsent ones are found in the table again.
                        tracing::error!(%error, "sending a command failed in the desk itself");
                        busy.clear();
                    }
                },
                () = self.wake.notified() => {}
                () = patience.wait() => {}
                () = reached(next_release) => {}
                changed = link.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    patience.reset();
                }
            }
        }
    }

    /// The next commands to send, each counted as an attempt. A reply that waited for this connection does not go over
    /// what the customer has written meanwhile.
    async fn next_ones(
        &self,
        busy: &HashSet<ConversationId>,
        most: usize,
        live_since: Option<Time>,
    ) -> Result<Vec<Queued>, CacheError> {
        if most == 0 {
            return Ok(Vec::new());
        }
        let (busy, now) = (busy.clone(), self.clock.hub_now());
        self.cache
            .write(move |connection, _| {
                let mut found = may_go(outbox::waiting(connection, WINDOW)?, busy, now);
                found.truncate(most);
                for queued in &mut found {
                    // Only before the first attempt: a repeat must be the same.
                    if queued.attempts == 0 && live_since.is_some_and(|since| queued.may_go_from() < since) {
                        outbox::mind_customer(connection, queued)?;
                    }
                    outbox::count_attempt(connection, queued.id)?;
                    queued.attempts += 1;
                }
                Ok(found)
            })
            .await
    }

    async fn landed(
        &self,
        queued: Queued,
        answer: Result<CommandAccepted, HubError>,
        patience: &mut Patience,
        sync: &mpsc::UnboundedSender<Input>,
        changes: &Changes,
    ) {
        let done = match answer {
            Ok(CommandAccepted { position }) => {
                patience.reset();
                self.accepted(queued, position).await
            }
            Err(error) => self.not_taken(queued, error, patience, sync, changes).await,
        };
        if let Err(error) = done {
            // It is sent again, and the hub repeats its answer.
            tracing::error!(%error, "the outbox cannot be written");
            patience.take(None);
        }
    }

    /// Returns a refused command to the draft; anything else is retried.
    async fn not_taken(
        &self,
        queued: Queued,
        error: HubError,
        patience: &mut Patience,
        sync: &mpsc::UnboundedSender<Input>,
        changes: &Changes,
    ) -> Result<(), CacheError> {
        match error {
            HubError::Refused(problem) => {
                patience.reset();
                return self.refused(queued, problem, changes).await;
            }
            HubError::SessionEnded(reason) => {
                let _ = sync.send(Input::SessionEnded { reason });
                patience.take(None);
            }
            error => {
                tracing::info!(%error, command.id = %queued.id, attempts = queued.attempts, "a command waits");
                patience.take(if let HubError::Busy { retry_after, .. } = error { retry_after } else { None });
            }
        }
        Ok(())
    }

    async fn accepted(&self, queued: Queued, position: Position) -> Result<(), CacheError> {
        let (id, conversation) = (queued.id, queued.conversation);
        let now = self.clock.hub_now();
        self.cache
            .write(move |connection, touched| {
                if let Some(file) = files::of_command(connection, id)? {
                    let known = outbox::media_of(&queued.command).map_or(file.id, |media| media.id);
                    files::keep_as_media(connection, &file, known, now)?;
                }
                if let Some(drawn) = outbox::drawn_of(&queued.command) {
                    let held = conversations::get(connection, conversation)?;
                    library::sent(connection, id, drawn, held.and_then(|held| held.state.brand))?;
                }
                outbox::accept(connection, &queued, position)?;
                match queued.is_receipt() {
                    true => Ok(()),
                    false => conversations::derive_for_outbox(connection, touched, conversation),
                }
            })
            .await?;
        if let Some(waiter) = self.waiter(id) {
            // The caller may be gone.
            let _ = waiter.send(Outcome::Accepted);
        }
        Ok(())
    }
}

/// Stores a command and clears its draft in one transaction: the text is always in exactly one place.
fn write_down(connection: &Connection, queued: &Queued) -> Result<(), CacheError> {
    if outbox::turn_of(&queued.command).is_some()
        && let Some((kind, words)) = outbox::words_of(&queued.command)
    {
        bookmarks::take(connection, queued.conversation, kind, words)?;
        if outbox::drawn_of(&queued.command).is_some() {
            library::attach(connection, queued.conversation, kind, queued.id)?;
        }
    }
    // It must not overtake what was said before.
    if queued.held_until.is_none() && !queued.is_receipt() {
        outbox::release(connection, Some(queued.conversation))?;
    }
    outbox::insert(connection, queued)
}

/// Selects from the waiting commands, in order: one per conversation that is not `busy`. It is the oldest, except that
/// commands may overtake files that the hub does not have yet, and receipts may overtake turns that are held back.
fn may_go(waiting: Vec<Queued>, mut busy: HashSet<ConversationId>, now: Time) -> Vec<Queued> {
    let (mut behind_files, mut behind_held) = (HashSet::new(), HashSet::new());
    let mut found = Vec::new();
    for queued in waiting {
        let of = queued.conversation;
        if busy.contains(&of) {
            continue;
        }
        if queued.is_held(now) {
            behind_held.insert(of);
        }
        if behind_held.contains(&of) && !queued.is_receipt() {
            continue;
        }
        if queued.is_uploading() {
            behind_files.insert(of);
            continue;
        }
        busy.insert(of);
        if !behind_files.contains(&of) || queued.overtakes_files() {
            found.push(queued);
        }
    }
    found
}

/// How long to wait before a retry.
struct Patience {
    pace: Pace,
    until: Option<Instant>,
    failures: u32,
}

impl Patience {
    fn new(pace: Pace) -> Self {
        Self { pace, until: None, failures: 0 }
    }

    fn is_over(&mut self) -> bool {
        self.until = self.until.filter(|until| Instant::now() < *until);
        self.until.is_none()
    }

    fn reset(&mut self) {
        *self = Self::new(self.pace);
    }

    fn take(&mut self, after: Option<Duration>) {
        let Pace { resend, longest, .. } = self.pace;
        let pause = after.unwrap_or(resend.saturating_mul(1 << self.failures.min(6))).min(longest);
        self.failures = self.failures.saturating_add(1);
        self.until = Some(Instant::now() + pause);
    }

    /// Resolves after the pause; never, if there is none.
    async fn wait(&self) {
        reached(self.until).await;
    }
}

/// Resolves at this moment; never, if there is none.
async fn reached(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(number: u128, command: AgentCommand, uploaded: Option<bool>) -> Queued {
        let carried = |uploaded| outbox::Carried { id: MediaId(Uuid::nil()), bytes: 9, uploaded };
        Queued {
            id: CommandId(Uuid::from_u128(number)),
            conversation: ConversationId(Uuid::from_u128(1)),
            command,
            attempts: 0,
            accepted: false,
            created: Time(0),
            held_until: None,
            decided_at: None,
            file: uploaded.map(carried),
        }
    }

    #[test]
    fn words_overtake_a_file_that_uploads_and_what_ends_the_agents_part_waits_for_it() {
        let note = || AgentCommand::Note {
            turn: tandem_conversation::TurnId(Uuid::nil()),
            text: "Look".into(),
            mentions: Vec::new(),
            library: None,
        };
        let complete = || AgentCommand::Complete { resolution: String::new(), seen: None };
        let leave = || AgentCommand::Leave { reason: String::new(), ask_for_help: false };
        for (waiting, goes) in [
            (vec![waits(1, note(), Some(false)), waits(2, note(), None)], Some(2)),
            (vec![waits(1, note(), Some(true)), waits(2, note(), None)], Some(1)),
            (vec![waits(1, note(), Some(false)), waits(2, complete(), None)], None),
            (vec![waits(1, note(), Some(false)), waits(2, leave(), None), waits(3, note(), None)], None),
            (vec![waits(1, note(), Some(false)), waits(2, note(), Some(true))], Some(2)),
            (vec![waits(1, complete(), None), waits(2, note(), Some(false))], Some(1)),
        ] {
            let gone: Vec<_> =
                may_go(waiting, HashSet::new(), Time(0)).iter().map(|queued| queued.id.0.as_u128()).collect();
            assert_eq!(gone, goes.into_iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn everything_but_receipts_waits_behind_a_turn_that_is_held_back() {
        let note = || AgentCommand::Note {
            turn: tandem_conversation::TurnId(Uuid::nil()),
            text: "Look".into(),
            mentions: Vec::new(),
            library: None,
        };
        let held = |number| Queued { held_until: Some(Time(5_000)), ..waits(number, note(), None) };
        let receipt = || waits(9, AgentCommand::Receive { stage: Stage::Seen, up_to: Position(1) }, None);
        let elsewhere = || Queued { conversation: ConversationId(Uuid::from_u128(2)), ..waits(7, note(), None) };
        for (waiting, now, goes) in [
            (vec![held(1)], 0, vec![]),
            (vec![held(1)], 5_000, vec![1]),
            (vec![held(1), waits(2, note(), None)], 0, vec![]),
            (vec![held(1), receipt()], 0, vec![9]),
            (vec![held(1), elsewhere()], 0, vec![7]),
            (vec![waits(2, note(), None), held(1)], 0, vec![2]),
        ] {
            let gone: Vec<_> =
                may_go(waiting, HashSet::new(), Time(now)).iter().map(|queued| queued.id.0.as_u128()).collect();
            assert_eq!(gone, goes);
        }
    }

    #[tokio::test]
    async fn what_was_cancelled_at_the_last_moment_is_not_refused_as_well() {
        let folder = tempfile::tempdir().unwrap();
        let cache = crate::testing::passphrase_cache(folder.path());
        let outbox = Outbox::new(cache.clone(), Clock::system(), Pace::default());
        let (changes, mut told) = crate::changes::Batches::default().changes();
        let note = AgentCommand::Note {
            turn: tandem_conversation::TurnId(Uuid::nil()),
            text: "Look".into(),
            mentions: Vec::new(),
            library: None,
        };
        let queued = waits(1, note, Some(false));
        let problem = Box::new(Problem::new(415, "media.kind", "This kind of file is not taken."));
        outbox.refused(queued.clone(), problem, &changes).await.unwrap();
        let drafts = cache.read(move |connection| bookmarks::drafts(connection, queued.conversation)).await.unwrap();
        assert_eq!((drafts.note.as_str(), drafts.returned), ("", None));
        assert!(told.try_recv().is_err(), "nobody hears of it");
    }

    #[test]
    fn a_pause_that_is_over_is_not_waited_for_again() {
        let mut patience = Patience::new(Pace { resend: Duration::ZERO, ..Pace::default() });
        patience.take(None);
        assert!(patience.is_over() && patience.until.is_none());
    }
}
