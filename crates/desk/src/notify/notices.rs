//! The one loop that owns the notifications on screen.

mod queue;
mod reacting;
mod showing;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::{
    Conversation, ConversationId, Notice, NoticeKind, Position, Queue, Time, UserId, Viewer, notice, percent_of,
};
use tandem_protocol::agents::{AlertOutcome, Me, Muted};
use tokio::sync::{mpsc, oneshot, watch};

use super::chimes::Chimes;
use super::{News, Notifier, NotifyError, ShownId, words};
use crate::cache::conversations::{self, Held};
use crate::cache::expect::expected_here;
use crate::cache::notices::NoticeState;
use crate::cache::{Cache, CacheError, Marks, concerning, notices, seen};
use crate::changes::Changes;
use crate::clock::Clock;
use crate::commands::Commands;
use crate::link::Link;
use crate::memory::Memory;
use crate::reports::Reports;

/// Maximum notifications of single conversations; one group notification covers the rest.
const AT_ONCE: usize = 5;
/// Withdrawn notifications that can still be answered.
const GONE: usize = 64;
/// How often time-dependent notices are checked.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// After this wait of the user's own customer a reminder is shown, in milliseconds.
const PATIENCE_MS: i64 = 120_000;
const SNOOZE_MS: i64 = 5 * 60 * 1000;
/// Interval of repeated notifications, in milliseconds.
const REPEAT_MS: i64 = 60_000;
/// Pause after a failure of the service, in milliseconds.
const RECOVER_MS: i64 = 30_000;
/// How long shown notifications are remembered, in milliseconds.
const REMEMBER_MS: i64 = 14 * 24 * 60 * 60 * 1000;

/// Inputs of the loop besides commits and reactions.
pub(crate) enum Poke {
    /// The previously and the currently viewed conversation.
    Looked(Option<ConversationId>, Option<ConversationId>),
    /// A change that concerns all conversations: availability.
    All,
    Test(oneshot::Sender<Result<(), NotifyError>>),
    /// Withdraw everything; the desk is ending.
    End(oneshot::Sender<()>),
}

/// What should be shown for one conversation.
struct Wanted {
    notice: Notice,
    state: Conversation,
}

impl Wanted {
    /// The order of notices: a customer who needs help comes by the length of the wait.
    fn since(&self) -> Time {
        let called = matches!(self.notice.kind, NoticeKind::HelpNeeded { .. });
        self.state.help_since().filter(|_| called).unwrap_or(self.notice.since)
    }
}

/// What is shown for one conversation.
struct Standing {
    id: ShownId,
    kind: NoticeKind,
    /// When it was last shown.
    at: Time,
    /// The user could not notice it.
    unnoticed: bool,
    /// The conversation's last position when it was shown; an answer is written against it.
    position: Position,
}

/// Withdrawn a moment ago; the user may have acted just before.
#[derive(Clone, Copy)]
struct Gone {
    id: ShownId,
    of: ConversationId,
    kind: NoticeKind,
    position: Position,
}

pub(crate) struct Notices {
    pub cache: Cache,
    pub clock: Clock,
    pub changes: Changes,
    pub memory: Arc<Memory>,
    pub link: watch::Receiver<Link>,
    pub settled: watch::Receiver<bool>,
    pub notifier: Arc<dyn Notifier>,
    pub commands: Commands,
    pub reports: Reports,
    pub chimes: Chimes,
}

/// The notification of a long queue.
struct QueueShown {
    id: ShownId,
    /// As many calls as it says.
    calls: u32,
    outcome: AlertOutcome,
}

/// The loop's state.
#[derive(Default)]
struct Screen {
    wanted: HashMap<ConversationId, Wanted>,
    standing: HashMap<ConversationId, Standing>,
    gone: VecDeque<Gone>,
    group: Option<(ShownId, usize)>,
    test: Option<ShownId>,
    /// Whether the queue is long, once known, and its notification.
    queue: Option<Queue>,
    queue_shown: Option<QueueShown>,
    /// Open calls for help that the user sees.
    calls: u32,
    /// So far only in the group's notification.
    grouped: Vec<ConversationId>,
    /// Notices in the group's notification that were reported to the hub.
    told_by_group: HashSet<(ConversationId, NoticeKind)>,
    shown: HashMap<(ConversationId, NoticeKind), NoticeState>,
    /// The user of these notices.
    me: Option<Me>,
    has_room: bool,
    /// Held back, with the reason; reported to the hub once.
    held_back: HashMap<(ConversationId, NoticeKind), Muted>,
    quiet_until: Option<Time>,
    /// Since when the cache is complete: earlier calls say nothing about this machine's speed.
    settled_since: Option<Time>,
}

impl Notices {
    /// Runs until the desk ends.
    pub(crate) async fn run(
        mut self,
        mut touched: mpsc::UnboundedReceiver<Marks>,
        mut pokes: mpsc::UnboundedReceiver<Poke>,
    ) {
        let (news, mut told) = mpsc::unbounded_channel();
        self.notifier.attach(news);
        let mut again = tokio::time::interval(LOOK_AGAIN);
        again.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut screen = Screen::default();
        loop {
            let done = tokio::select! {
                marks = touched.recv() => {
                    let Some(mut marks) = marks else { return };
                    while let Ok(more) = touched.try_recv() {
                        marks.conversations.extend(more.conversations);
                        marks.everything |= more.everything;
                    }
                    match marks.everything {
                        true => self.look_at_all(&mut screen).await,
                        false => self.look_at(&mut screen, marks.conversations).await,
                    }
                }
                Some(news) = told.recv() => match news {
                    News::Reaction(reaction) => self.react(&mut screen, reaction).await,
                    News::Service(service) => {
                        self.serve(&mut screen, service);
                        Ok(())
                    }
                },
                poke = pokes.recv() => match poke {
                    None => return,
                    Some(Poke::All) => self.look_at_all(&mut screen).await,
                    Some(Poke::Looked(before, now)) => {
                        self.look_at(&mut screen, before.into_iter().chain(now).collect()).await
                    }
                    Some(Poke::Test(answer)) => {
                        let shown = self.show(&mut screen, words::test()).await;
                        screen.test = shown.as_ref().ok().map(|receipt| receipt.id);
                        let _ = answer.send(shown.map(drop));
                        Ok(())
                    }
                    Some(Poke::End(done)) => {
                        // Withdrawn from the screen only: the next start shows those that still call the user.
                        let queue = screen.queue_shown.map(|queue| queue.id);
                        let group = screen.group.map(|(id, _)| id).into_iter().chain(queue).chain(screen.test);
                        for id in screen.standing.into_values().map(|one| one.id).chain(group) {
                            self.notifier.withdraw(id).await;
                        }
                        self.notifier.settle().await;
                        let _ = done.send(());
                        return;
                    }
                },
                changed = self.settled.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    self.settle(&mut screen).await
                }
                changed = self.link.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    match self.link.borrow_and_update().session() {
                        Some(_) => Ok(()),
                        None => {
                            screen.wanted.clear();
                            (screen.me, screen.calls) = (None, 0);
                            Ok(())
                        }
                    }
                }
                _ = again.tick() => self.look_at_mine(&mut screen).await,
            };
            let done = match done {
                Ok(()) => self.reconcile(&mut screen).await,
                Err(error) => Err(error),
            };
            if let Err(error) = done {
                tracing::error!(%error, "notices cannot be computed");
            }
        }
    }

    /// The cache became complete, or is about to be refilled: until then a missing conversation means nothing.
    async fn settle(&mut self, screen: &mut Screen) -> Result<(), CacheError> {
        if !*self.settled.borrow_and_update() {
            return Ok(());
        }
        screen.settled_since = Some(self.clock.hub_now());
        self.look_at_all(screen).await
    }

    /// The user; none while notices cannot be judged.
    async fn viewer(&self, screen: &mut Screen) -> Result<Option<Me>, CacheError> {
        if !*self.settled.borrow() {
            return Ok(None);
        }
        let Some(session) = self.link.borrow().session().cloned() else { return Ok(None) };
        let me = session.me();
        if screen.me.as_ref().is_none_or(|known| known.user != me.user) {
            let old = self.clock.now().plus_ms(-REMEMBER_MS);
            self.cache.write(move |connection, _| notices::forget_old(connection, old)).await?;
            let shown = self.cache.read(notices::all).await?;
            screen.shown = shown.into_iter().map(|one| ((one.conversation, one.kind), one.state)).collect();
            screen.queue = None;
        }
        screen.me = Some(me.clone());
        Ok(Some(me))
    }

    async fn look_at_all(&self, screen: &mut Screen) -> Result<(), CacheError> {
        if self.viewer(screen).await?.is_none() {
            return Ok(());
        }
        let mut ids = self.notable().await?;
        ids.extend(screen.wanted.keys());
        self.look_at(screen, ids).await
    }

    /// Conversations that may deserve a notice.
    async fn notable(&self) -> Result<HashSet<ConversationId>, CacheError> {
        let now = self.clock.hub_now();
        let found = self.cache.read(move |connection| concerning::notable(connection, now)).await?;
        Ok(found.into_iter().collect())
    }

    /// Time alone affects only the user's own conversations.
    async fn look_at_mine(&self, screen: &mut Screen) -> Result<(), CacheError> {
        let mut ids: HashSet<_> = self.cache.read(concerning::mine).await?.into_iter().collect();
        ids.extend(screen.wanted.keys());
        self.look_at(screen, ids).await
    }

    async fn look_at(&self, screen: &mut Screen, ids: HashSet<ConversationId>) -> Result<(), CacheError> {
        let Some(me) = self.viewer(screen).await? else { return Ok(()) };
        let (user, capacity, now) = (me.user, me.capacity as usize, self.clock.hub_now());
        let (had_room, wanted) = (screen.has_room, screen.wanted.keys().copied().collect::<Vec<_>>());
        let read = self.cache.read(move |connection| {
            let (engaged, calls) = conversations::load(connection)?;
            let mut ids = ids;
            if ((engaged as usize) < capacity) != had_room {
                ids.extend(concerning::notable(connection, now)?);
                ids.extend(wanted);
            }
            Ok((engaged as usize, calls, held_of(connection, ids, user, now)?))
        });
        let (load, calls, held) = read.await?;
        screen.calls = calls;
        screen.has_room = load < capacity;
        let looking = self.memory.looking();
        let low_percent = percent_of(self.memory.settings().notifications.low_score_up_to);
        for (id, found) in held {
            let wanted = found.and_then(|Found { state, seen, seen_here }| {
                let viewer = Viewer {
                    user,
                    permissions: &me.permissions,
                    skills: &me.skills,
                    availability: self.memory.presence(),
                    seen,
                    seen_here,
                    looking: looking.contains(&id),
                    load,
                    capacity,
                    patience_ms: PATIENCE_MS,
                    low_percent,
                };
                notice(&state, &viewer, now).map(|notice| Wanted { notice, state })
            });
            match wanted {
                Some(wanted) => screen.wanted.insert(id, wanted),
                None => screen.wanted.remove(&id),
            };
        }
        Ok(())
    }
}

/// A cached conversation and its read positions, see [`Viewer`].
struct Found {
    state: Conversation,
    seen: Position,
    seen_here: Position,
}

fn held_of(
    connection: &tandem_sqlite::rusqlite::Connection,
    ids: HashSet<ConversationId>,
    user: UserId,
    now: Time,
) -> Result<Vec<(ConversationId, Option<Found>)>, CacheError> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        // Supervisors' desks hear of thousands that deserve none.
        if !concerning::is_notable(connection, id, now)? {
            found.push((id, None));
            continue;
        }
        let held = match conversations::get(connection, id)? {
            Some(Held { mut state, listed: true, .. }) => {
                let seen = seen::position(connection, &state, user)?;
                let seen_here = seen::here(connection, &state, user)?;
                // The user's own snooze counts before the hub has it.
                let snoozes = expected_here(connection, &state)?.snoozes.clone();
                state.snoozes = snoozes;
                Some(Found { state, seen, seen_here })
            }
            _ => None,
        };
        found.push((id, held));
    }
    Ok(found)
}
