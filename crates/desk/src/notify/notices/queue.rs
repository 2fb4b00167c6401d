//! One notice for the whole queue of calls for help; for supervisors.

use tandem_conversation::{Permission, Queue, Section};

use super::super::{ShownId, muting, words};
use super::showing::outcome_of;
use super::{Notices, QueueShown, Screen};
use crate::cache::{CacheError, conversations, meta};
use crate::view::{Change, Loudness, NotificationSettings};

impl Notices {
    /// Shows a notice once when the queue becomes long, and withdraws it when the queue is short again.
    pub(super) async fn reconcile_queue(
        &self,
        screen: &mut Screen,
        settings: &NotificationSettings,
        is_quiet: bool,
    ) -> Result<(), CacheError> {
        let is_theirs = screen.me.as_ref().is_some_and(|me| me.permissions.has_all(Permission::ViewAll));
        if !is_theirs {
            return self.hide_queue(screen).await;
        }
        let known = match screen.queue {
            Some(known) => known,
            None => self.cache.read(|connection| meta::get(connection, meta::QUEUE)).await?.unwrap_or_default(),
        };
        let now = known.with(screen.calls, settings.queue_threshold);
        match (known, now) {
            (_, Queue::Short) => self.hide_queue(screen).await?,
            (Queue::Short, Queue::Long) => {
                let minute = muting::minute_of_day(self.clock.now());
                if is_quiet || muting::held_back(settings, settings.queue_long, minute).is_some() {
                    // Shown once that is over, if the queue is still long.
                    screen.queue = Some(known);
                    return Ok(());
                }
                let sound = settings.queue_long == Loudness::Sound;
                if !self.show_queue(screen, sound, None).await {
                    return Ok(());
                }
            }
            (Queue::Long, Queue::Long) => {
                // What stands says how many there are now; more or fewer are not worth a sound.
                let other = screen.queue_shown.as_ref().filter(|queue| queue.calls != screen.calls);
                if let Some(replaced) = other.map(|queue| queue.id) {
                    self.show_queue(screen, false, Some(replaced)).await;
                }
            }
        }
        self.remember_queue(screen, now).await
    }

    /// Whether it was shown.
    async fn show_queue(&self, screen: &mut Screen, sound: bool, replaces: Option<ShownId>) -> bool {
        let calls = screen.calls;
        let Ok(receipt) = self.show(screen, words::queue(calls, sound, replaces)).await else { return false };
        let outcome = outcome_of(receipt.attention);
        screen.queue_shown = Some(QueueShown { id: receipt.id, calls, outcome });
        true
    }

    pub(super) async fn open_queue(&self, screen: &mut Screen) -> Result<(), CacheError> {
        let first = self.cache.read(conversations::longest_call).await?;
        if let Some(id) = first {
            self.changes.tell(Change::Open { id, section: Some(Section::Help), key: None });
        }
        self.hide_queue(screen).await
    }

    pub(super) async fn hide_queue(&self, screen: &mut Screen) -> Result<(), CacheError> {
        if let Some(queue) = screen.queue_shown.take() {
            self.notifier.withdraw(queue.id).await;
        }
        Ok(())
    }

    pub(super) async fn remember_queue(&self, screen: &mut Screen, queue: Queue) -> Result<(), CacheError> {
        if screen.queue.replace(queue) == Some(queue) {
            return Ok(());
        }
        self.cache.write(move |connection, _| meta::put(connection, meta::QUEUE, &queue)).await
    }
}
