//! Acts on the difference between what should stand and what stands.

use tandem_conversation::{ConversationId, NoticeKind, Time};

use super::super::{Notification, NotifyError, ShownId, words};
use super::{AT_ONCE, Notices, RECOVER_MS, Screen, Standing, Wanted};
use crate::cache::notices::{NoticeState, Shown};
use crate::cache::{CacheError, notices};
use crate::figures;
use crate::view::{Change, NotificationsView};

impl Notices {
    /// Acts on the difference between what should stand and what stands.
    pub(super) async fn reconcile(&self, screen: &mut Screen) -> Result<(), CacheError> {
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

    pub(super) async fn show(&self, screen: &mut Screen, notification: Notification) -> Result<ShownId, NotifyError> {
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

    pub(super) async fn take_away(
        &self,
        screen: &mut Screen,
        id: ConversationId,
        state: NoticeState,
    ) -> Result<(), CacheError> {
        let Some(standing) = screen.standing.remove(&id) else { return Ok(()) };
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
