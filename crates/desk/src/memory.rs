//! State of the running desk: presence, what is on screen, measurements.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tandem_conversation::board::{Alarms, Figures, Limits, Watched};
use tandem_conversation::{Availability, CallId, ConversationId, Time, UserId};
use tandem_protocol::agents::{Absence, Colleague, Whereabouts};
use tokio::sync::Notify;

use crate::attention::Attention;
use crate::view::{NotificationsView, SettingsView};

/// Maximum number of remembered calls.
const CALLS: usize = 64;

/// What the user says of their presence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub availability: Availability,
    /// Only while away.
    pub absence: Option<Absence>,
}

/// Locks are held briefly and never across an await.
pub(crate) struct Memory {
    colleagues: Mutex<HashMap<UserId, Colleague>>,
    /// Calls for help in conversations that are no longer visible, newest first.
    calls: Mutex<VecDeque<(ConversationId, CallId)>>,
    /// What is on screen in focused windows, by the conversation that has the window for itself; none for the main one.
    looking: Mutex<HashMap<Option<ConversationId>, ConversationId>>,
    /// What is on screen has changed.
    pub looked: Notify,
    /// Conversations that had a window of their own: it may still save what was typed last.
    were_apart: Mutex<HashSet<ConversationId>>,
    chosen: Mutex<Chosen>,
    /// Which of the board's figures are over their limits.
    alarms: Mutex<Alarms>,
    attention: Mutex<Attention>,
    settings: Mutex<SettingsView>,
    /// How long a turn is held for users who have not chosen.
    usual_undo: Duration,
    notifications: Mutex<NotificationsView>,
    help_to_notification_ms: Mutex<Option<i64>>,
    /// When the hub was last heard, by its clock.
    heard: Mutex<Option<Time>>,
}

impl Memory {
    pub(crate) fn new(chosen: Chosen, settings: SettingsView, usual_undo: Duration) -> Self {
        Self {
            colleagues: Mutex::default(),
            calls: Mutex::default(),
            looking: Mutex::default(),
            looked: Notify::new(),
            were_apart: Mutex::default(),
            chosen: Mutex::new(chosen),
            alarms: Mutex::default(),
            attention: Mutex::default(),
            settings: Mutex::new(settings),
            usual_undo,
            notifications: Mutex::new(NotificationsView::Unknown),
            help_to_notification_ms: Mutex::default(),
            heard: Mutex::default(),
        }
    }

    /// All users of the account, by name.
    pub(crate) fn colleagues(&self) -> Vec<Colleague> {
        let mut all: Vec<_> = lock(&self.colleagues).values().cloned().collect();
        all.sort_by_cached_key(|colleague| colleague.name.to_lowercase());
        all
    }

    /// The hub listed all colleagues.
    pub(crate) fn know(&self, people: Vec<Colleague>) {
        *lock(&self.colleagues) = people.into_iter().map(|colleague| (colleague.user, colleague)).collect();
    }

    /// The hub reported users who came, left or changed.
    pub(crate) fn meet(&self, people: Vec<Colleague>) {
        let mut colleagues = lock(&self.colleagues);
        for colleague in people {
            match colleague.suspended {
                true => colleagues.remove(&colleague.user),
                false => colleagues.insert(colleague.user, colleague),
            };
        }
    }

    /// Remembers a call for help whose conversation is no longer visible.
    pub(crate) fn call_ended(&self, of: ConversationId, call: CallId) {
        let mut calls = lock(&self.calls);
        calls.push_front((of, call));
        calls.truncate(CALLS);
    }

    /// The call for help that was open when the conversation became invisible.
    pub(crate) fn call_of(&self, id: ConversationId) -> Option<CallId> {
        lock(&self.calls).iter().find(|(of, _)| *of == id).map(|(_, call)| *call)
    }

    /// The conversations on screen in focused windows, unless the user is away. One of two while the focus moves from one
    /// window to the other.
    pub(crate) fn looking(&self) -> Vec<ConversationId> {
        match self.attention().is_away() {
            true => Vec::new(),
            false => lock(&self.looking).values().copied().collect(),
        }
    }

    /// Sets what is on screen in a window with the focus; returns its previous conversation.
    pub(crate) fn look(&self, window: Option<ConversationId>, at: Option<ConversationId>) -> Option<ConversationId> {
        let mut looking = lock(&self.looking);
        match at {
            Some(id) => looking.insert(window, id),
            None => looking.remove(&window),
        }
    }

    /// A conversation's own window is about to close.
    pub(crate) fn brought_back(&self, id: ConversationId) {
        lock(&self.were_apart).insert(id);
    }

    /// Whether its own window was closed in this run.
    pub(crate) fn was_apart(&self, id: ConversationId) -> bool {
        lock(&self.were_apart).contains(&id)
    }

    pub(crate) fn chosen(&self) -> Chosen {
        lock(&self.chosen).clone()
    }

    pub(crate) fn choose(&self, chosen: Chosen) {
        *lock(&self.chosen) = chosen;
    }

    /// A user who is not marked busy is away while the machine is idle.
    pub(crate) fn presence(&self) -> Availability {
        match self.chosen().availability {
            Availability::Available if self.attention().is_away() => Availability::Away,
            chosen => chosen,
        }
    }

    /// What the hub is told.
    pub(crate) fn whereabouts(&self) -> Whereabouts {
        let (chosen, presence) = (self.chosen(), self.presence());
        Whereabouts {
            available: presence == Availability::Available,
            status: Some(presence),
            absence: chosen.absence,
            idle: presence != chosen.availability,
        }
    }

    /// Figures of the board that are over their limits, with some slack: a little more or less changes nothing.
    pub(crate) fn over(&self, figures: &Figures, limits: &Limits) -> Vec<Watched> {
        let mut alarms = lock(&self.alarms);
        alarms.look(figures, limits);
        alarms.over().collect()
    }

    pub(crate) fn attention(&self) -> Attention {
        *lock(&self.attention)
    }

    pub(crate) fn set_attention(&self, attention: Attention) {
        *lock(&self.attention) = attention;
    }

    pub(crate) fn settings(&self) -> SettingsView {
        lock(&self.settings).clone()
    }

    /// How long the user's turns can be taken back before they are sent.
    pub(crate) fn undo(&self) -> Duration {
        self.settings().undo_s.map_or(self.usual_undo, |seconds| Duration::from_secs(seconds.into()))
    }

    /// The same, in whole seconds.
    pub(crate) fn undo_s(&self) -> u8 {
        u8::try_from(self.undo().as_secs()).unwrap_or(u8::MAX)
    }

    pub(crate) fn set_settings(&self, settings: SettingsView) {
        *lock(&self.settings) = settings;
    }

    pub(crate) fn notifications(&self) -> NotificationsView {
        lock(&self.notifications).clone()
    }

    /// Records the notification service's answer; true if it changed.
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

    /// When the hub was last heard on the live connection; none if it never was.
    pub(crate) fn heard(&self) -> Option<Time> {
        *lock(&self.heard)
    }

    pub(crate) fn hear(&self, now: Time) {
        *lock(&self.heard) = Some(now);
    }

    /// Clears everything for another user.
    pub(crate) fn forget(&self) {
        lock(&self.colleagues).clear();
        lock(&self.calls).clear();
        lock(&self.looking).clear();
        lock(&self.were_apart).clear();
    }
}

/// A poisoned lock means that another thread panicked; the values are still consistent.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
