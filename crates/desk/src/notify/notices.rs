//! The one loop that owns what stands on screen.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::{Conversation, ConversationId, Notice, NoticeKind, Section, Time, Viewer, notice};
use tandem_protocol::agents::{AgentCommand, Me};
use tokio::sync::{mpsc, oneshot, watch};

use super::{Action, Notifier, NotifyError, Reaction, ShownId, words};
use crate::cache::conversations::{self, Held};
use crate::cache::notices::{NoticeState, Shown};
use crate::cache::{Cache, CacheError, Marks, notices};
use crate::changes::Changes;
use crate::clock::Clock;
use crate::figures;
use crate::handlers::Commands;
use crate::memory::Memory;
use crate::sync::Link;
use crate::view::{Change, NotificationsView, Tone};

/// Notifications of single conversations at once; the rest is told by one for all.
const AT_ONCE: usize = 5;
/// How often what depends on time alone is looked at.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// A customer of ours who waits longer is worth another word, in milliseconds.
const PATIENCE_MS: i64 = 120_000;
const SNOOZE_MS: i64 = 5 * 60 * 1000;
/// After a failure the service is left alone for so long, in milliseconds.
const RECOVER_MS: i64 = 30_000;
/// What was shown is remembered for so long, in milliseconds.
const REMEMBER_MS: i64 = 14 * 24 * 60 * 60 * 1000;

/// What the loop hears beside commits and reactions.
pub(crate) enum Poke {
    /// What was looked at, and what is looked at now.
    Looked(Option<ConversationId>, Option<ConversationId>),
    /// Something that concerns all: availability.
    All,
    Test(oneshot::Sender<Result<(), NotifyError>>),
    /// Take everything away; the desk is about to end.
    End(oneshot::Sender<()>),
}

/// What should stand for one conversation.
struct Wanted {
    notice: Notice,
    state: Conversation,
}

/// What stands for one conversation.
struct Standing {
    id: ShownId,
    kind: NoticeKind,
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
}

/// What the loop knows.
#[derive(Default)]
struct Screen {
    wanted: HashMap<ConversationId, Wanted>,
    standing: HashMap<ConversationId, Standing>,
    group: Option<(ShownId, usize)>,
    test: Option<ShownId>,
    /// Told by the group only, so far.
    grouped: Vec<ConversationId>,
    shown: HashMap<(ConversationId, NoticeKind), NoticeState>,
    /// Whose notices these are.
    me: Option<Me>,
    has_room: bool,
    quiet_until: Option<Time>,
    /// Since when the cache is complete: calls from before say nothing about this machine's speed.
    settled_since: Option<Time>,
}

impl Notices {
    /// Runs until the desk ends.
    pub(crate) async fn run(
        mut self,
        mut touched: mpsc::UnboundedReceiver<Marks>,
        mut pokes: mpsc::UnboundedReceiver<Poke>,
    ) {
        let (reactions, mut reacted) = mpsc::unbounded_channel();
        self.notifier.attach(reactions);
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
                Some(reaction) = reacted.recv() => self.react(&mut screen, reaction).await,
                poke = pokes.recv() => match poke {
                    None => return,
                    Some(Poke::All) => self.look_at_all(&mut screen).await,
                    Some(Poke::Looked(before, now)) => {
                        self.look_at(&mut screen, before.into_iter().chain(now).collect()).await
                    }
                    Some(Poke::Test(answer)) => {
                        let shown = self.show(&mut screen, words::test()).await;
                        screen.test = shown.as_ref().ok().copied();
                        let _ = answer.send(shown.map(drop));
                        Ok(())
                    }
                    Some(Poke::End(done)) => {
                        // Only from the screen: what was shown is not shown again after a restart.
                        let group = screen.group.map(|(id, _)| id);
                        for id in screen.standing.into_values().map(|one| one.id).chain(group) {
                            self.notifier.withdraw(id).await;
                        }
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
                            screen.me = None;
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
                tracing::error!(%error, "notices cannot be worked out");
            }
        }
    }

    /// The cache became complete, or is about to be filled again: until then a missing conversation means nothing.
    async fn settle(&mut self, screen: &mut Screen) -> Result<(), CacheError> {
        if !*self.settled.borrow_and_update() {
            return Ok(());
        }
        screen.settled_since = Some(self.clock.hub_now());
        self.look_at_all(screen).await
    }

    /// Who looks; none while nothing can be said.
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
        }
        screen.me = Some(me.clone());
        Ok(Some(me))
    }

    async fn look_at_all(&self, screen: &mut Screen) -> Result<(), CacheError> {
        if self.viewer(screen).await?.is_none() {
            return Ok(());
        }
        let mut ids: HashSet<_> = self.cache.read(conversations::notable).await?.into_iter().collect();
        ids.extend(screen.wanted.keys());
        self.look_at(screen, ids).await
    }

    /// Time alone changes only what concerns the user's own conversations.
    async fn look_at_mine(&self, screen: &mut Screen) -> Result<(), CacheError> {
        let mut ids: HashSet<_> = self.cache.read(conversations::mine).await?.into_iter().collect();
        ids.extend(screen.wanted.keys());
        self.look_at(screen, ids).await
    }

    async fn look_at(&self, screen: &mut Screen, ids: HashSet<ConversationId>) -> Result<(), CacheError> {
        let Some(me) = self.viewer(screen).await? else { return Ok(()) };
        let load = self.cache.read(|connection| conversations::counts(connection, Time(0))).await?.engaged as usize;
        let capacity = me.capacity as usize;
        let has_room = load < capacity;
        let mut ids = ids;
        if std::mem::replace(&mut screen.has_room, has_room) != has_room {
            ids.extend(self.cache.read(conversations::notable).await?);
            ids.extend(screen.wanted.keys());
        }
        let user = me.user;
        let held = self.cache.read(move |connection| held_of(connection, ids, user)).await?;
        let (now, looking) = (self.clock.hub_now(), self.memory.looking());
        for (id, found) in held {
            let wanted = found.and_then(|(state, seen)| {
                let viewer = Viewer {
                    user,
                    permissions: &me.permissions,
                    availability: self.memory.availability(),
                    seen,
                    looking: looking == Some(id),
                    load,
                    capacity,
                    patience_ms: PATIENCE_MS,
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

    /// Acts on the difference between what should stand and what stands.
    async fn reconcile(&self, screen: &mut Screen) -> Result<(), CacheError> {
        let over: Vec<_> = screen.standing.keys().filter(|id| !screen.wanted.contains_key(id)).copied().collect();
        for id in over {
            self.take_away(screen, id, NoticeState::Withdrawn).await?;
        }
        let now = self.clock.now();
        let mut due: Vec<_> = screen.wanted.iter().filter(|(id, wanted)| is_due(screen, **id, wanted, now)).collect();
        due.sort_by_key(|(_, wanted)| wanted.notice.since);
        let due: Vec<ConversationId> = due.into_iter().map(|(id, _)| *id).collect();
        let is_quiet = screen.quiet_until.is_some_and(|until| now < until);
        let mut grouped = Vec::new();
        for id in due {
            if is_quiet {
                break;
            }
            let replaces = screen.standing.get(&id).map(|standing| standing.id);
            if replaces.is_none() && screen.standing.len() >= AT_ONCE {
                grouped.push(id);
            } else if self.raise(screen, id, replaces).await?.is_err() {
                break;
            }
        }
        if !is_quiet {
            screen.grouped = grouped;
            self.show_group(screen).await;
        }
        Ok(())
    }

    /// Shows the notice of one conversation.
    async fn raise(
        &self,
        screen: &mut Screen,
        id: ConversationId,
        replaces: Option<ShownId>,
    ) -> Result<Result<(), NotifyError>, CacheError> {
        let Some(wanted) = screen.wanted.get(&id) else { return Ok(Ok(())) };
        let (kind, since) = (wanted.notice.kind, wanted.notice.since);
        let shown = self.show(screen, words::notification(&wanted.state, kind, replaces)).await;
        let shown = match shown {
            Ok(shown) => shown,
            Err(error) => return Ok(Err(error)),
        };
        let is_fresh = screen.settled_since.is_some_and(|settled| since >= settled);
        if matches!(kind, NoticeKind::HelpNeeded { .. }) && is_fresh {
            figures::help_notified(&self.memory, self.clock.hub_now().since(since));
            self.changes.tell(Change::App);
        }
        if let Some(old) = screen.standing.insert(id, Standing { id: shown, kind })
            && old.kind != kind
        {
            self.remember(screen, id, old.kind, NoticeState::Withdrawn).await?;
        }
        self.remember(screen, id, kind, NoticeState::Standing).await?;
        Ok(Ok(()))
    }

    async fn show(&self, screen: &mut Screen, notification: super::Notification) -> Result<ShownId, NotifyError> {
        let answer = self.notifier.show(notification).await;
        let (view, shown) = match answer {
            Ok(receipt) => (NotificationsView::Working { server: receipt.server }, Ok(receipt.id)),
            Err(error) => {
                tracing::warn!(%error, "a notification was not shown");
                screen.quiet_until = Some(self.clock.now().plus_ms(RECOVER_MS));
                (NotificationsView::Failing { reason: error.0.clone() }, Err(error))
            }
        };
        if self.memory.set_notifications(view) {
            self.changes.tell(Change::App);
        }
        shown
    }

    async fn show_group(&self, screen: &mut Screen) {
        if screen.grouped.is_empty() {
            if let Some((id, _)) = screen.group.take() {
                self.notifier.withdraw(id).await;
            }
            return;
        }
        let count = screen.standing.len() + screen.grouped.len();
        let replaces = screen.group.map(|(id, _)| id);
        if screen.group.is_some_and(|(_, shown)| shown == count) {
            return;
        }
        let all_help = screen.wanted.values().all(|w| matches!(w.notice.kind, NoticeKind::HelpNeeded { .. }));
        if let Ok(id) = self.show(screen, words::group(count, all_help, replaces)).await {
            screen.group = Some((id, count));
        }
    }

    async fn take_away(&self, screen: &mut Screen, id: ConversationId, state: NoticeState) -> Result<(), CacheError> {
        let Some(standing) = screen.standing.remove(&id) else { return Ok(()) };
        self.notifier.withdraw(standing.id).await;
        self.remember(screen, id, standing.kind, state).await
    }

    async fn remember(
        &self,
        screen: &mut Screen,
        conversation: ConversationId,
        kind: NoticeKind,
        state: NoticeState,
    ) -> Result<(), CacheError> {
        screen.shown.insert((conversation, kind), state);
        let now = self.clock.now();
        let shown = Shown { conversation, kind, state };
        self.cache.write(move |connection, _| notices::put(connection, &shown, now)).await
    }

    async fn react(&self, screen: &mut Screen, reaction: Reaction) -> Result<(), CacheError> {
        if screen.group.is_some_and(|(id, _)| id == reaction.id) {
            return self.react_to_group(screen, reaction.action).await;
        }
        let found = screen.standing.iter().find(|(_, standing)| standing.id == reaction.id);
        let Some((id, kind)) = found.map(|(id, standing)| (*id, standing.kind)) else {
            if screen.test.take_if(|id| *id == reaction.id).is_some() && reaction.action == Action::Open {
                self.changes.tell(Change::Toast { tone: Tone::Good, text: "Notifications work.".into() });
            }
            return Ok(());
        };
        let after = match reaction.action {
            Action::Snooze => NoticeState::Snoozed { until: self.clock.now().plus_ms(SNOOZE_MS) },
            Action::Join | Action::Open | Action::Dismissed => NoticeState::Over,
        };
        match reaction.action {
            Action::Join => self.join(id, kind),
            Action::Open => {
                let section = screen.wanted.get(&id).and_then(|wanted| section(wanted, screen.me.as_ref()));
                self.changes.tell(Change::Open { id, section });
            }
            Action::Snooze | Action::Dismissed => {}
        }
        self.take_away(screen, id, after).await
    }

    async fn react_to_group(&self, screen: &mut Screen, action: Action) -> Result<(), CacheError> {
        let Some((id, _)) = screen.group.take() else { return Ok(()) };
        let longest = screen.wanted.values().min_by_key(|wanted| wanted.notice.since);
        if let (Action::Open, Some(wanted)) = (action, longest) {
            let section = section(wanted, screen.me.as_ref());
            self.changes.tell(Change::Open { id: wanted.state.id, section });
        }
        for conversation in std::mem::take(&mut screen.grouped) {
            if let Some(kind) = screen.wanted.get(&conversation).map(|wanted| wanted.notice.kind) {
                self.remember(screen, conversation, kind, NoticeState::Over).await?;
            }
        }
        self.notifier.withdraw(id).await;
        Ok(())
    }

    /// The same way as Join in the window; the loop does not wait for the hub.
    fn join(&self, id: ConversationId, kind: NoticeKind) {
        let call = match kind {
            NoticeKind::HelpNeeded { call } => Some(call),
            _ => None,
        };
        let (commands, changes) = (self.commands.clone(), self.changes.clone());
        tokio::spawn(async move {
            match commands.ask(id, AgentCommand::Join { call }).await {
                Ok(()) => changes.tell(Change::Open { id, section: Some(Section::My) }),
                Err(error) if error.code == "conversation.already_engaged" => {
                    changes.tell(Change::Open { id, section: Some(Section::My) });
                }
                Err(error) => {
                    let taken = error.code.starts_with("conversation.call_");
                    let tone = if taken { Tone::Plain } else { Tone::Bad };
                    changes.tell(Change::Toast { tone, text: error.message });
                }
            }
        });
    }
}

/// State and what was seen, of those that are held.
type Found = Vec<(ConversationId, Option<(Conversation, tandem_conversation::Position)>)>;

fn held_of(
    connection: &tandem_sqlite::rusqlite::Connection,
    ids: HashSet<ConversationId>,
    user: tandem_conversation::UserId,
) -> Result<Found, CacheError> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let held = match conversations::get(connection, id)? {
            Some(Held { state, listed: true, .. }) => {
                let seen = conversations::seen(connection, &state, user)?;
                Some((state, seen))
            }
            _ => None,
        };
        found.push((id, held));
    }
    Ok(found)
}

/// Whether a notice has to be shown now: never twice, unless it was snoozed, or taken back and matters again.
fn is_due(screen: &Screen, id: ConversationId, wanted: &Wanted, now: Time) -> bool {
    let kind = wanted.notice.kind;
    if screen.standing.get(&id).is_some_and(|standing| standing.kind == kind) {
        return false;
    }
    match screen.shown.get(&(id, kind)) {
        None => true,
        Some(NoticeState::Standing | NoticeState::Over) => false,
        Some(NoticeState::Withdrawn) => matches!(kind, NoticeKind::HelpNeeded { .. } | NoticeKind::Invited { .. }),
        Some(NoticeState::Snoozed { until }) => now >= *until,
    }
}

fn section(wanted: &Wanted, me: Option<&Me>) -> Option<Section> {
    let user = me?.user;
    if wanted.state.agent(user).is_some() || wanted.state.invitation_of(user).is_some() {
        return Some(Section::My);
    }
    wanted.state.help.is_some().then_some(Section::Help)
}
