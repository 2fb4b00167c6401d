//! Who has put a conversation off, who is to be reminded of it, and what forbids it.

use crate::ids::UserId;
use crate::snooze::Snooze;
use crate::state::Conversation;
use crate::time::Time;

impl Conversation {
    /// The user's snooze while it lasts.
    #[must_use]
    pub fn snooze_of(&self, user: UserId, now: Time) -> Option<&Snooze> {
        self.snoozes.iter().find(|snooze| snooze.is_of(user) && snooze.over_since(now).is_none())
    }

    /// The user's snooze that is over, until they have seen that.
    #[must_use]
    pub fn reminder_of(&self, user: UserId, now: Time) -> Option<&Snooze> {
        self.snoozes.iter().find(|snooze| snooze.is_of(user) && snooze.over_since(now).is_some())
    }

    /// Whether somebody has to act: the customer waits, or help is needed.
    #[must_use]
    pub fn needs_someone(&self) -> bool {
        self.in_progress() && (self.awaits_us() || self.help.is_some())
    }
}
