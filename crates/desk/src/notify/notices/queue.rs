//! One notice for the whole queue of calls for help; for supervisors.

use tandem_conversation::{Permission, Queue, Section};

use super::super::{muting, words};
use super::{Notices, Screen};
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
                match self.show(screen, words::queue(screen.calls, sound)).await {
                    Ok(receipt) => screen.queue_shown = Some(receipt.id),
                    Err(_) => return Ok(()),
                }
            }
            (Queue::Long, Queue::Long) => {}
        }
        self.remember_queue(screen, now).await
    }

    pub(super) async fn open_queue(&self, screen: &mut Screen) -> Result<(), CacheError> {
        let first = self.cache.read(conversations::longest_call).await?;
        if let Some(id) = first {
            self.changes.tell(Change::Open { id, section: Some(Section::Help), key: None });
        }
        self.hide_queue(screen).await
    }

    pub(super) async fn hide_queue(&self, screen: &mut Screen) -> Result<(), CacheError> {
        if let Some(id) = screen.queue_shown.take() {
            self.notifier.withdraw(id).await;
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
