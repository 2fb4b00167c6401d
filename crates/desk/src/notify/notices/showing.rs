//! Acts on the difference between what should be shown and what is.

use std::collections::HashMap;

use tandem_conversation::{Awaited, Conversation, ConversationId, NoticeKind, Position, ReviewId, Time};
use tandem_protocol::agents::{AlertOutcome, AlertReport, Me, Muted};

use super::super::words::Manner;
use super::super::{Notification, NotifyError, Receipt, ShownId, muting, words};
use super::{AT_ONCE, GONE, Gone, Notices, RECOVER_MS, REPEAT_MS, Screen, Standing, Wanted};
use crate::attention::Attention;
use crate::cache::brands::Brands;
use crate::cache::notices::{NoticeState, Shown};
use crate::cache::{CacheError, notices};
use crate::figures;
use crate::view::{Change, Loudness, NotificationSettings, NotificationsView};

impl Notices {
    /// Shows, replaces and withdraws notifications.
    pub(super) async fn reconcile(&self, screen: &mut Screen) -> Result<(), CacheError> {
        let over = |(id, standing): &(&ConversationId, &Standing)| {
            screen.wanted.get(*id).is_none_or(|wanted| is_over(standing.kind, &wanted.state, screen.me.as_ref()))
        };
        let over: Vec<_> = screen.standing.iter().filter(over).map(|(id, _)| *id).collect();
        for id in over {
            self.take_away(screen, id, NoticeState::Withdrawn).await?;
        }
        let now = self.clock.now();
        let settings = self.memory.settings().notifications;
        let is_quiet = screen.quiet_until.is_some_and(|until| now < until);
        self.hold_back(screen, &settings, is_quiet).await?;
        self.look_who_notices(screen).await?;
        let is_due = |(id, wanted): &(&ConversationId, &Wanted)| {
            !screen.held_back.contains_key(&(**id, wanted.notice.kind))
                && is_due(screen, **id, wanted, settings.repeat, now)
        };
        let mut due: Vec<_> = screen.wanted.iter().filter(is_due).collect();
        due.sort_by_key(|(id, wanted)| (is_calm(wanted.notice.kind), wanted.since(), **id));
        let due: Vec<ConversationId> = due.into_iter().map(|(id, _)| *id).collect();
        let mut grouped = Vec::new();
        for id in due {
            if is_quiet {
                break;
            }
            let replaces = screen.standing.get(&id).map(|standing| standing.id);
            let Some(kind) = screen.wanted.get(&id).map(|wanted| wanted.notice.kind) else { continue };
            if replaces.is_none() && !has_room(screen, kind) {
                if !is_calm(kind) {
                    grouped.push(id);
                }
            } else if self.raise(screen, id, replaces).await?.is_err() {
                break;
            }
        }
        self.reconcile_queue(screen, &settings, is_quiet).await?;
        if !is_quiet {
            screen.grouped = grouped;
            self.show_group(screen).await?;
        }
        Ok(())
    }

    /// Whether the user's settings, or a service that just failed, hold it back. It is shown once they allow it, if
    /// still relevant.
    async fn hold_back(
        &self,
        screen: &mut Screen,
        settings: &NotificationSettings,
        is_quiet: bool,
    ) -> Result<(), CacheError> {
        let now = self.clock.now();
        let minute = muting::minute_of_day(now);
        let mut held_back = HashMap::new();
        for (id, wanted) in &screen.wanted {
            let kind = wanted.notice.kind;
            let failed = is_quiet && is_due(screen, *id, wanted, settings.repeat, now);
            let loudness = muting::loudness(settings, kind);
            let why = muting::held_back(settings, loudness, minute).or(failed.then_some(Muted::NoService));
            if let Some(why) = why {
                held_back.insert((*id, kind), why);
            }
        }
        let before = std::mem::replace(&mut screen.held_back, held_back);
        let news = screen.held_back.iter().filter(|(key, why)| before.get(key) != Some(why));
        for ((id, kind), why) in news {
            self.report(*id, *kind, AlertOutcome::Muted { why: *why }).await?;
        }
        Ok(())
    }

    /// Notifications that went unnoticed can be noticed now.
    async fn look_who_notices(&self, screen: &mut Screen) -> Result<(), CacheError> {
        if muting::unnoticed(self.memory.attention()).is_some() {
            return Ok(());
        }
        for (id, standing) in screen.standing.iter_mut().filter(|(_, standing)| standing.unnoticed) {
            standing.unnoticed = false;
            self.report(*id, standing.kind, AlertOutcome::Shown {}).await?;
        }
        Ok(())
    }

    /// Reports calls for help to the hub's ledger; other notices stay private to this machine.
    pub(super) async fn report(
        &self,
        conversation: ConversationId,
        kind: NoticeKind,
        outcome: AlertOutcome,
    ) -> Result<(), CacheError> {
        let NoticeKind::HelpNeeded { call } = kind else { return Ok(()) };
        self.reports.add(AlertReport { conversation, call, at: self.clock.hub_now(), outcome }).await
    }

    async fn raise(
        &self,
        screen: &mut Screen,
        id: ConversationId,
        replaces: Option<ShownId>,
    ) -> Result<Result<(), NotifyError>, CacheError> {
        let Some(wanted) = screen.wanted.get(&id) else { return Ok(Ok(())) };
        let (kind, since, position) = (wanted.notice.kind, wanted.notice.since, wanted.state.position);
        let Some(viewer) = screen.me.clone() else { return Ok(Ok(())) };
        let me = viewer.user;
        let brands = self.cache.read(Brands::read).await?;
        let brand = brands.told(wanted.state.brand, &viewer.access());
        let (settings, attention) = (self.memory.settings().notifications, self.memory.attention());
        // A locked screen must not show customers' words.
        let preview = settings.preview && !attention.locked;
        // What stood when an earlier run ended is known.
        let is_known = screen.shown.get(&(id, kind)) == Some(&NoticeState::Left);
        let sound = muting::loudness(&settings, kind) == Loudness::Sound && !is_known;
        // Nor allow answers in the user's name.
        let manner = Manner { preview, sound, reply: !attention.locked, brand };
        let shown = self
            .show(screen, words::notification(&wanted.state, kind, me, manner, replaces, self.clock.hub_now()))
            .await;
        let Receipt { id: shown, attention, .. } = match shown {
            Ok(receipt) => receipt,
            Err(error) => {
                screen.held_back.insert((id, kind), Muted::NoService);
                self.report(id, kind, AlertOutcome::Muted { why: Muted::NoService }).await?;
                return Ok(Err(error));
            }
        };
        let unnoticed = muting::unnoticed(attention);
        let outcome = outcome_of(attention);
        self.report(id, kind, outcome).await?;
        let is_fresh = screen.settled_since.is_some_and(|settled| since >= settled);
        if matches!(kind, NoticeKind::HelpNeeded { .. }) && is_fresh {
            figures::help_notified(&self.memory, self.clock.hub_now().since(since));
            self.changes.tell(Change::App);
        }
        let unnoticed = unnoticed.is_some();
        let standing = Standing { id: shown, kind, at: self.clock.now(), unnoticed, position };
        if let Some(old) = screen.standing.insert(id, standing)
            && old.kind != kind
        {
            self.remember(screen, id, old.kind, NoticeState::Withdrawn).await?;
        }
        self.remember(screen, id, kind, NoticeState::Standing).await?;
        Ok(Ok(()))
    }

    /// The one place that shows anything; the user's choice of a sound applies here.
    pub(super) async fn show(
        &self,
        screen: &mut Screen,
        mut notification: Notification,
    ) -> Result<Receipt, NotifyError> {
        if notification.sound.is_some() && self.notifier.plays_files() {
            let settings = self.memory.settings().notifications;
            notification.sound = Some(self.chimes.sound(settings.chime, settings.volume).await);
        }
        let shown = self.notifier.show(notification).await;
        match &shown {
            Ok(receipt) => {
                self.memory.set_attention(receipt.attention);
                self.tell_of_service(Ok(receipt.server.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "a notification was not shown");
                screen.quiet_until = Some(self.clock.now().plus_ms(RECOVER_MS));
                self.tell_of_service(Err(error.clone()));
            }
        }
        shown
    }

    /// The service changed: retry with the new one at once.
    pub(super) fn serve(&self, screen: &mut Screen, service: Result<String, NotifyError>) {
        if service.is_ok() {
            screen.quiet_until = None;
        }
        self.tell_of_service(service);
    }

    fn tell_of_service(&self, service: Result<String, NotifyError>) {
        let view = match service {
            Ok(server) => NotificationsView::Working { server },
            Err(NotifyError(reason)) => NotificationsView::Failing { reason },
        };
        if self.memory.set_notifications(view) {
            self.changes.tell(Change::App);
        }
    }

    async fn show_group(&self, screen: &mut Screen) -> Result<(), CacheError> {
        let mut rest = screen.wanted.values().map(|wanted| wanted.notice.kind).filter(|kind| calls_many(*kind));
        let all_help = rest.all(|kind| matches!(kind, NoticeKind::HelpNeeded { .. }));
        // Of calls for help, the queue's notification says how many there are.
        let queue = screen.queue_shown.as_ref().filter(|_| all_help).map(|queue| queue.outcome.clone());
        if (screen.grouped.is_empty() || queue.is_some())
            && let Some((id, _)) = screen.group.take()
        {
            self.notifier.withdraw(id).await;
        }
        if screen.grouped.is_empty() {
            screen.told_by_group.clear();
            return Ok(());
        }
        if let Some(outcome) = queue {
            return self.tell_of_grouped(screen, &outcome).await;
        }
        let count = standing(screen, calls_many) + screen.grouped.len();
        let replaces = screen.group.map(|(id, _)| id);
        if screen.group.is_some_and(|(_, shown)| shown == count) {
            return Ok(());
        }
        // Only the first has a sound: repeats are no more urgent.
        let is_first = replaces.is_none();
        let shown = self.show(screen, words::group(count, all_help, is_first, replaces)).await;
        let outcome = match shown {
            Ok(Receipt { id, attention, .. }) => {
                screen.group = Some((id, count));
                outcome_of(attention)
            }
            Err(_) => AlertOutcome::Muted { why: Muted::NoService },
        };
        self.tell_of_grouped(screen, &outcome).await
    }

    /// Reports what became of the calls for which one notification stands.
    async fn tell_of_grouped(&self, screen: &mut Screen, outcome: &AlertOutcome) -> Result<(), CacheError> {
        for id in screen.grouped.clone() {
            let Some(kind) = screen.wanted.get(&id).map(|wanted| wanted.notice.kind) else { continue };
            if screen.told_by_group.insert((id, kind)) {
                self.report(id, kind, outcome.clone()).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn take_away(
        &self,
        screen: &mut Screen,
        id: ConversationId,
        state: NoticeState,
    ) -> Result<(), CacheError> {
        let Some(standing) = screen.standing.remove(&id) else { return Ok(()) };
        let Standing { id: shown, kind, position, .. } = standing;
        screen.gone.push_front(Gone { id: shown, of: id, kind, position });
        screen.gone.truncate(GONE);
        self.notifier.withdraw(standing.id).await;
        self.remember(screen, id, standing.kind, state).await
    }

    pub(super) async fn remember(
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
}

/// What became of an alert whose notification was shown.
pub(super) fn outcome_of(attention: Attention) -> AlertOutcome {
    muting::unnoticed(attention).map_or(AlertOutcome::Shown {}, |why| AlertOutcome::Muted { why })
}

/// What a colleague wants of this user alone: no notification for many stands for it.
fn is_personal(kind: NoticeKind) -> bool {
    matches!(kind, NoticeKind::Mentioned { .. } | NoticeKind::Invited { .. })
}

/// Nobody waits: it comes last and takes no place from what calls the user. Those without a place come later.
pub(super) fn is_calm(kind: NoticeKind) -> bool {
    matches!(kind, NoticeKind::LowScore { .. })
}

/// One notification may stand for many of these.
fn calls_many(kind: NoticeKind) -> bool {
    !is_personal(kind) && !is_calm(kind)
}

/// Whether another notification of this kind may stand beside those that are shown.
fn has_room(screen: &Screen, kind: NoticeKind) -> bool {
    is_personal(kind) || standing(screen, if is_calm(kind) { is_calm } else { calls_many }) < AT_ONCE
}

/// How many notifications of such kinds are shown.
fn standing(screen: &Screen, is_such: fn(NoticeKind) -> bool) -> usize {
    screen.standing.values().filter(|standing| is_such(standing.kind)).count()
}

/// Whether what this notification asks for has been done, although the conversation now deserves another notice.
fn is_over(kind: NoticeKind, state: &Conversation, me: Option<&Me>) -> bool {
    match kind {
        NoticeKind::HelpNeeded { call } => state.help.as_ref().is_none_or(|help| help.call != call),
        NoticeKind::Invited { engagement } => {
            let invitation = me.and_then(|me| state.invitation_of(me.user));
            invitation.is_none_or(|invitation| invitation.id != engagement)
        }
        _ => false,
    }
}

/// Whether the customer has changed the answer since.
fn answered_after(state: &Conversation, review: ReviewId, position: Position) -> bool {
    let asked = state.review.as_deref().filter(|asked| asked.id == review);
    asked.and_then(|asked| asked.answer.as_ref()).is_some_and(|answer| answer.position > position)
}

/// Whether to show a notice now: never twice, unless it was snoozed, or withdrawn and is relevant again, or left by an
/// earlier run and still calls the user.
fn is_due(screen: &Screen, id: ConversationId, wanted: &Wanted, repeat: bool, now: Time) -> bool {
    let kind = wanted.notice.kind;
    if let Some(standing) = screen.standing.get(&id).filter(|standing| standing.kind == kind) {
        let is_joined = wanted.state.wait().is_some_and(|wait| wait.awaited == Awaited::Joined);
        let is_urgent = match kind {
            NoticeKind::HelpNeeded { .. } | NoticeKind::Invited { .. } => true,
            NoticeKind::WaitingTooLong { .. } => is_joined,
            NoticeKind::LowScore { review } => return answered_after(&wanted.state, review, standing.position),
            _ => false,
        };
        return repeat && is_urgent && now.since(standing.at) >= REPEAT_MS;
    }
    match screen.shown.get(&(id, kind)) {
        None => true,
        Some(NoticeState::Standing | NoticeState::Over) => false,
        Some(NoticeState::Withdrawn) => matches!(kind, NoticeKind::HelpNeeded { .. } | NoticeKind::Invited { .. }),
        Some(NoticeState::Left) => matches!(kind, NoticeKind::HelpNeeded { .. }) || is_personal(kind),
        Some(NoticeState::Snoozed { until }) => now >= *until,
    }
}
