//! What lives only as long as the desk runs: who is there, what is on screen, what was measured.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tandem_conversation::{Availability, ConversationId, UserId};
use tandem_protocol::agents::Colleague;

use crate::notify::Attention;
use crate::view::{NotificationsView, SettingsView};

/// All of it. Locks are held for a moment and never across an await.
pub(crate) struct Memory {
    colleagues: Mutex<HashMap<UserId, Colleague>>,
    looking: Mutex<Option<ConversationId>>,
    /// As the user has chosen it.
    availability: Mutex<Availability>,
    attention: Mutex<Attention>,
    settings: Mutex<SettingsView>,
    notifications: Mutex<NotificationsView>,
    help_to_notification_ms: Mutex<Option<i64>>,
}

impl Memory {
    pub(crate) fn new(availability: Availability, settings: SettingsView) -> Self {
        Self {
            colleagues: Mutex::default(),
            looking: Mutex::default(),
            availability: Mutex::new(availability),
            attention: Mutex::default(),
            settings: Mutex::new(settings),
            notifications: Mutex::new(NotificationsView::Unknown),
            help_to_notification_ms: Mutex::default(),
        }
    }

    /// Everybody of the account, by name.
    pub(crate) fn colleagues(&self) -> Vec<Colleague> {
        let mut all: Vec<_> = lock(&self.colleagues).values().cloned().collect();
        all.sort_by_cached_key(|colleague| colleague.name.to_lowercase());
        all
    }

    /// The hub told of people who came, went or changed.
    pub(crate) fn meet(&self, people: Vec<Colleague>) {
        lock(&self.colleagues).extend(people.into_iter().map(|colleague| (colleague.user, colleague)));
    }

    /// The conversation on screen in a focused window, while somebody sits in front of it.
    pub(crate) fn looking(&self) -> Option<ConversationId> {
        let at = *lock(&self.looking);
        at.filter(|_| !self.attention().is_away())
    }

    /// What was looked at before.
    pub(crate) fn look(&self, at: Option<ConversationId>) -> Option<ConversationId> {
        std::mem::replace(&mut *lock(&self.looking), at)
    }

    pub(crate) fn availability(&self) -> Availability {
        *lock(&self.availability)
    }

    pub(crate) fn set_availability(&self, availability: Availability) {
        *lock(&self.availability) = availability;
    }

    /// Whoever has not said that they are busy is away while nobody is at the machine.
    pub(crate) fn presence(&self) -> Availability {
        match self.availability() {
            Availability::Available if self.attention().is_away() => Availability::Away,
            chosen => chosen,
        }
    }

    /// The one thing that the hub is told of it.
    pub(crate) fn takes_calls(&self) -> bool {
        self.presence() == Availability::Available
    }

    pub(crate) fn attention(&self) -> Attention {
        *lock(&self.attention)
    }

    pub(crate) fn set_attention(&self, attention: Attention) {
        *lock(&self.attention) = attention;
    }

    pub(crate) fn settings(&self) -> SettingsView {
        *lock(&self.settings)
    }

    pub(crate) fn set_settings(&self, settings: SettingsView) {
        *lock(&self.settings) = settings;
    }

    pub(crate) fn notifications(&self) -> NotificationsView {
        lock(&self.notifications).clone()
    }

    /// How the notification service answered; true if that is news.
    pub(crate) fn set_notifications(&self, answer: NotificationsView) -> bool {
        let mut known = lock(&self.notifications);
        let news = *known != answer;
        *known = answer;
        news
    }

    pub(crate) fn help_to_notification_ms(&self) -> Option<i64> {
        *lock(&self.help_to_notification_ms)
    }

    pub(crate) fn measured_help(&self, ms: i64) {
        *lock(&self.help_to_notification_ms) = Some(ms);
    }

    /// Another user is about to work here.
    pub(crate) fn forget(&self) {
        lock(&self.colleagues).clear();
        *lock(&self.looking) = None;
    }
}

/// A poisoned lock only means that another thread died between two words; the words themselves are whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
