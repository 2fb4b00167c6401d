//! Putting a conversation out of one's way, and its return.

use super::Draft;
use crate::event::EventBody;
use crate::ids::UserId;
use crate::limits;
use crate::rejection::Rejection;
use crate::snooze::{Snooze, SnoozeEnd};
use crate::time::Time;

impl Draft<'_> {
    /// A time that has passed is not refused: the command may have waited for the network. Its user is reminded at once.
    pub(super) fn snooze(&mut self, until: Option<Time>) -> Result<(), Rejection> {
        self.engaged()?;
        if until.is_some_and(|until| until.since(self.now()) > limits::SNOOZE_MAX_MS) {
            return Err(Rejection::invalid("until", "a snooze lasts at most 90 days"));
        }
        if self.state.needs_someone() {
            return Err(Rejection::SomeoneNeeded);
        }
        let is_same = |snooze: &Snooze| snooze.by.same(self.actor) && snooze.over.is_none() && snooze.until == until;
        if !self.state.snoozes.iter().any(is_same) {
            self.push(EventBody::Snoozed { until });
            self.end_due_snoozes();
        }
        Ok(())
    }

    /// Ends the actor's own snooze, or says that they know it is over.
    pub(super) fn end_snooze(&mut self) {
        let own = self.state.snoozes.iter().find(|snooze| snooze.by.same(self.actor)).map(|snooze| snooze.over);
        match (own, self.actor.user()) {
            (Some(None), Some(user)) => self.push(EventBody::SnoozeEnded { user, end: SnoozeEnd::Ended }),
            (Some(Some(_)), _) => self.push(EventBody::ReminderSeen),
            _ => {}
        }
    }

    pub(super) fn end_due_snoozes(&mut self) {
        let now = self.now();
        self.end_snoozes(SnoozeEnd::Due, |snooze| snooze.is_due(now));
    }

    /// Whatever needs someone ends every snooze, so that no snooze hides it.
    pub(super) fn wake(&mut self) {
        if self.state.needs_someone() {
            let end = if self.state.help.is_some() { SnoozeEnd::HelpNeeded } else { SnoozeEnd::CustomerWrote };
            self.end_snoozes(end, |snooze| snooze.over.is_none());
        }
    }

    fn end_snoozes(&mut self, end: SnoozeEnd, which: impl Fn(&Snooze) -> bool) {
        let users: Vec<UserId> =
            self.state.snoozes.iter().filter(|snooze| which(snooze)).filter_map(|snooze| snooze.by.user()).collect();
        for user in users {
            self.push_system(EventBody::SnoozeEnded { user, end });
        }
    }
}
