//! Uploads files beside the commands: a slow upload delays only its own reply.
//!
//! Within a conversation files go one after the other, so that they arrive in order. An upload keeps its id; the hub
//! answers a repeat with what it has.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt as _};
use tandem_conversation::{CommandId, Content, ConversationId, Media};
use tandem_protocol::Problem;
use tandem_protocol::agents::AgentCommand;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};

use super::{Outbox, Patience};
use crate::cache::files::Outgoing;
use crate::cache::outbox::{self, Queued};
use crate::cache::{Cache, CacheError, files};
use crate::changes::Changes;
use crate::hub::{HubError, Upload};
use crate::link::{Input, Link};
use crate::session::Session;
use crate::view::Change;

/// Concurrent files of different conversations.
const ABREAST: usize = 2;
/// Bytes per write: small, so that a slow network still shows progress.
const PIECE: usize = 16 * 1024;
/// Maximum rate of progress updates to the interface.
const TOLD_EVERY: Duration = Duration::from_millis(100);

/// Attempts without an answer before a file returns to the draft. Later commands wait behind it.
const UNANSWERED: u32 = 3;

/// Running uploads. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Uploads {
    flying: Arc<Mutex<HashMap<CommandId, Flying>>>,
    /// Attempts in which a file was sent completely, but no answer came.
    unanswered: Arc<Mutex<HashMap<CommandId, u32>>>,
    wake: Arc<Notify>,
}

struct Flying {
    conversation: ConversationId,
    /// Bytes accepted by the connection.
    sent: Arc<AtomicU64>,
    task: Option<AbortHandle>,
}

impl Uploads {
    fn with<T>(&self, work: impl FnOnce(&mut HashMap<CommandId, Flying>) -> T) -> T {
        work(&mut self.flying.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Counts an attempt without an answer; true after the last allowed one.
    fn went_unanswered(&self, command: CommandId) -> bool {
        let mut unanswered = self.unanswered.lock().unwrap_or_else(PoisonError::into_inner);
        let times = unanswered.entry(command).or_default();
        *times += 1;
        let is_enough = *times >= UNANSWERED;
        if is_enough {
            unanswered.remove(&command);
        }
        is_enough
    }

    fn answered(&self, command: CommandId) {
        self.unanswered.lock().unwrap_or_else(PoisonError::into_inner).remove(&command);
    }

    pub(super) fn hurry(&self) {
        self.wake.notify_one();
    }

    /// Bytes sent of this reply's file.
    pub(crate) fn sent(&self, command: CommandId) -> u64 {
        self.with(|flying| flying.get(&command).map_or(0, |one| one.sent.load(Ordering::Relaxed)))
    }

    /// Cancels an upload: its reply must not be sent.
    pub(crate) fn stop(&self, command: CommandId) {
        if let Some(task) = self.with(|flying| flying.remove(&command)).and_then(|one| one.task) {
            task.abort();
        }
    }
}

impl Outbox {
    pub(crate) fn uploads(&self) -> &Uploads {
        &self.uploads
    }

    /// Uploads until the desk ends.
    pub(crate) async fn run_uploads(
        self,
        mut link: watch::Receiver<Link>,
        sync: mpsc::UnboundedSender<Input>,
        changes: Changes,
    ) {
        let mut tasks: JoinSet<(Queued, Result<Media, HubError>)> = JoinSet::new();
        let mut patience = Patience::new(self.pace);
        loop {
            let session = link.borrow_and_update().live().cloned();
            let may_send = patience.is_over();
            if let Some(session) = session.filter(|_| may_send) {
                let next = self.next_uploads().await.unwrap_or_else(|error| {
                    tracing::error!(%error, "the files to send cannot be read");
                    patience.take(None);
                    Vec::new()
                });
                for queued in next {
                    self.begin(queued, &session, &changes, &mut tasks);
                }
            }
            tokio::select! {
                Some(landed) = tasks.join_next() => match landed {
                    Ok((queued, answer)) => {
                        self.uploads.with(|flying| flying.remove(&queued.id));
                        self.upload_landed(queued, answer, &mut patience, &sync, &changes).await;
                        self.landed.notify_waiters();
                    }
                    Err(error) => {
                        if !error.is_cancelled() {
                            tracing::error!(%error, "an upload failed in the desk itself");
                            patience.take(None);
                        }
                        let is_it = |one: &Flying| one.task.as_ref().is_some_and(|task| task.id() == error.id());
                        self.uploads.with(|flying| flying.retain(|_, one| !is_it(one)));
                    }
                },
                () = self.uploads.wake.notified() => {}
                () = patience.wait() => {}
                changed = link.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    patience.reset();
                }
            }
        }
    }

    /// The oldest file of each conversation without a running upload, within the limit.
    async fn next_uploads(&self) -> Result<Vec<Queued>, CacheError> {
        let (mut busy, count) = self.uploads.with(|flying| {
            (flying.values().map(|one| one.conversation).collect::<std::collections::HashSet<_>>(), flying.len())
        });
        if count >= ABREAST {
            return Ok(Vec::new());
        }
        let mut found = self.cache.read(outbox::uploads).await?;
        let now = self.clock.hub_now();
        found.retain(|queued| busy.insert(queued.conversation) && !queued.is_held(now));
        found.truncate(ABREAST - count);
        Ok(found)
    }

    fn begin(
        &self,
        queued: Queued,
        session: &Arc<Session>,
        changes: &Changes,
        tasks: &mut JoinSet<(Queued, Result<Media, HubError>)>,
    ) {
        let sent = Arc::new(AtomicU64::new(0));
        let (id, conversation) = (queued.id, queued.conversation);
        let flying = Flying { conversation, sent: Arc::clone(&sent), task: None };
        self.uploads.with(|all| all.insert(id, flying));
        let (cache, session, changes) = (self.cache.clone(), Arc::clone(session), changes.clone());
        let task = tasks.spawn(async move {
            let answer = tokio::select! {
                answer = upload(&cache, &session, &queued, &sent) => answer,
                never = tell(&changes, &queued, &sent) => never,
            };
            (queued, answer)
        });
        self.uploads.with(|all| {
            if let Some(flying) = all.get_mut(&id) {
                flying.task = Some(task);
            }
        });
    }

    async fn upload_landed(
        &self,
        queued: Queued,
        answer: Result<Media, HubError>,
        patience: &mut Patience,
        sync: &mpsc::UnboundedSender<Input>,
        changes: &Changes,
    ) {
        let done = match answer {
            Ok(media) => {
                patience.reset();
                self.uploads.answered(queued.id);
                self.uploaded(queued, media).await
            }
            Err(HubError::Unanswered) if self.uploads.went_unanswered(queued.id) => {
                patience.reset();
                let detail = format!(
                    "The file was sent {UNANSWERED} times, but the hub did not answer. A proxy or virus scanner between \
                     this desk and the hub may hold it back."
                );
                self.refused(queued, Box::new(Problem::new(504, "desk.file_unanswered", detail)), changes).await
            }
            Err(error) => self.not_taken(queued, error, patience, sync, changes).await,
        };
        if let Err(error) = done {
            tracing::error!(%error, "the outbox cannot be written");
            patience.take(None);
        }
    }

    /// Stores the hub's judgement in the reply and releases it.
    async fn uploaded(&self, queued: Queued, media: Media) -> Result<(), CacheError> {
        self.cache
            .write(move |connection, touched| {
                // It may have been cancelled at the last moment.
                let (Some(kept), Some(file)) = (outbox::get(connection, queued.id)?, queued.file) else {
                    return Ok(());
                };
                let mut command = kept.command;
                if let AgentCommand::Reply { content: Content::Attachment { media: known, .. }, .. } = &mut command {
                    *known = media;
                }
                outbox::rewrite(connection, queued.id, &command)?;
                files::uploaded(connection, file.id)?;
                touched.conversation(queued.conversation);
                Ok(())
            })
            .await?;
        self.wake.notify_one();
        Ok(())
    }
}

/// Reports an upload's progress when it changes; never returns.
async fn tell(changes: &Changes, queued: &Queued, sent: &AtomicU64) -> Result<Media, HubError> {
    let mut told = 0;
    let mut every = tokio::time::interval(TOLD_EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        let now = sent.load(Ordering::Relaxed);
        if now != told {
            told = now;
            changes.tell(Change::Upload { id: queued.conversation, command: queued.id, sent: now });
        }
    }
}

async fn upload(cache: &Cache, session: &Session, queued: &Queued, sent: &Arc<AtomicU64>) -> Result<Media, HubError> {
    let file = queued.file.map(|file| file.id);
    let found = cache.read(move |connection| {
        let Some(file) = file.map_or(Ok(None), |file| files::get(connection, file))? else { return Ok(None) };
        let is_whole = files::has_all_parts(connection, &file)?;
        Ok(Some((file, is_whole)))
    });
    let (file, is_whole) = found.await.map_err(gone)?.ok_or_else(|| lost("it is not on this machine any more"))?;
    if !is_whole {
        return Err(lost("a part of it is missing"));
    }
    session
        .with_token(|token| {
            sent.store(0, Ordering::Relaxed);
            let upload = Upload {
                id: file.id,
                conversation: file.conversation,
                name: file.name.clone(),
                content_type: file.content_type.clone(),
                bytes: file.bytes,
                sent: Arc::clone(sent),
                body: pieces(cache.clone(), &file, Arc::clone(sent)),
            };
            async move { session.hub.upload(&token, upload).await }
        })
        .await
}

/// A file's bytes in small pieces; a piece is counted in `sent` when the next one is requested.
fn pieces(cache: Cache, file: &Outgoing, sent: Arc<AtomicU64>) -> BoxStream<'static, Result<Vec<u8>, std::io::Error>> {
    let (file, bytes) = (file.id, file.bytes);
    let parts = stream::unfold((cache, 0_u64), move |(cache, place)| async move {
        match cache.read(move |connection| files::part(connection, file, place)).await {
            Ok(Some(part)) => {
                let next = place + part.len() as u64;
                Some((Ok(part), (cache, next)))
            }
            // The body must not end early.
            Ok(None) if place < bytes => Some((Err(std::io::ErrorKind::UnexpectedEof.into()), (cache, u64::MAX))),
            Ok(None) => None,
            Err(error) => Some((Err(std::io::Error::other(error.to_string())), (cache, u64::MAX))),
        }
    });
    let pieces = parts.flat_map(|part| match part {
        Ok(part) => stream::iter(part.chunks(PIECE).map(|piece| Ok(piece.to_vec())).collect::<Vec<_>>()).left_stream(),
        Err(error) => stream::iter([Err(error)]).right_stream(),
    });
    pieces
        .inspect(move |piece: &Result<Vec<u8>, std::io::Error>| {
            if let Ok(piece) = piece {
                sent.fetch_add(piece.len() as u64, Ordering::Relaxed);
            }
        })
        .boxed()
}

fn gone(error: CacheError) -> HubError {
    lost(&error.to_string())
}

/// An unreadable local file can never be sent.
fn lost(why: &str) -> HubError {
    let detail = format!("The file cannot be read on this machine: {why}.");
    HubError::Refused(Box::new(Problem::new(422, "desk.file_lost", detail)))
}
