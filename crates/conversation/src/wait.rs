//! Waiting: whether a person is wanted, and since when the customer waits for whom.
//!
//! The one rule for lists, their order, notifications and supervisors. A wait for a person ends with a person's words,
//! or when Your Logic has spoken after a hand-over. Joining alone does not end it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::alone::{Attended, attended};
use crate::engagement::{Engagement, EngagementKind};
use crate::state::Conversation;
use crate::time::Time;

/// Whether a person is wanted at `now`: no agent is engaged, and help is needed or no one attends to a waiting
/// customer. Each longest such stretch is one engagement of kind `queue`.
#[must_use]
pub fn wanted(conversation: &Conversation, now: Time) -> bool {
    let attended = attended(conversation, now);
    let waits_alone = conversation.awaits_us() && attended == Attended::Nobody;
    conversation.in_progress() && attended != Attended::ByPerson && (conversation.help.is_some() || waits_alone)
}

/// A customer's wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Wait {
    pub since: Time,
    pub awaited: Awaited,
}

/// For whom a customer waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Awaited {
    /// A person: none has joined.
    Person,
    /// The people who have joined and have not said a word.
    Joined,
    /// The people who are engaged.
    Reply,
    /// Your Logic.
    Logic,
}

/// How soon a person should answer the customers of a brand, in seconds; none sets no target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Targets {
    /// From the moment at which a person is needed to their first words.
    pub first_reply_s: Option<u32>,
    /// From the customer's words to the reply of whoever talks with them.
    pub next_reply_s: Option<u32>,
}

impl Awaited {
    /// The target for the reply; none without one, and for Your Logic.
    #[must_use]
    pub fn target_s(self, targets: Targets) -> Option<u32> {
        match self {
            Self::Person | Self::Joined => targets.first_reply_s,
            Self::Reply => targets.next_reply_s,
            Self::Logic => None,
        }
    }
}

impl Wait {
    /// When the reply is due.
    #[must_use]
    pub fn due(&self, targets: Targets) -> Option<Time> {
        Some(self.since.plus_ms(i64::from(self.awaited.target_s(targets)?) * 1_000))
    }
}

impl Conversation {
    /// The customer's wait.
    ///
    /// Hubs before version 12 did not record the wait for a person. In their states, a call for help has been waiting
    /// since it began, and a person who is engaged has been awaited since the customer's turn.
    #[must_use]
    pub fn wait(&self) -> Option<Wait> {
        if !self.in_progress() {
            return None;
        }
        if self.people().next().is_some() {
            let since = self.waits_for_person.or(self.waiting_since)?;
            let awaited =
                if self.people().any(|person| self.has_spoken(person)) { Awaited::Reply } else { Awaited::Joined };
            return Some(Wait { since, awaited });
        }
        if let Some(help) = &self.help {
            return Some(Wait { since: self.waits_for_person.unwrap_or(help.since), awaited: Awaited::Person });
        }
        let since = [self.waits_for_person, self.waiting_since].into_iter().flatten().min()?;
        Some(Wait { since, awaited: Awaited::Logic })
    }

    /// Since when a person is wanted: the start of the queue. Hubs before version 12 have queues for fewer calls; in
    /// their states, a call that nobody has joined counts since it began.
    #[must_use]
    pub fn wanted_since(&self) -> Option<Time> {
        if !self.in_progress() || self.people().next().is_some() {
            return None;
        }
        let queue = self.engagements.iter().find(|engagement| engagement.kind == EngagementKind::Queue);
        queue.map(|queue| queue.since).or(self.help.as_ref().map(|help| help.since))
    }

    /// The order of calls for help: since when help is needed, or the customer waits, if that is longer.
    #[must_use]
    pub fn help_since(&self) -> Option<Time> {
        let help = self.help.as_ref()?;
        Some(self.wait().map_or(help.since, |wait| wait.since.min(help.since)))
    }

    /// Whether this person has spoken since they joined.
    fn has_spoken(&self, engagement: &Engagement) -> bool {
        let by = |person| self.voices.iter().any(|voice| voice.by.same(person) && voice.at >= engagement.since);
        engagement.person().is_some_and(by)
    }
}

#[cfg(test)]
mod tests {
    use super::{Awaited, Targets, Time, Wait};

    #[test]
    fn a_reply_is_due_by_who_is_awaited_and_your_logic_has_no_target() {
        let targets = Targets { first_reply_s: Some(60), next_reply_s: Some(300) };
        for (awaited, due) in [
            (Awaited::Person, Some(61_000)),
            (Awaited::Joined, Some(61_000)),
            (Awaited::Reply, Some(301_000)),
            (Awaited::Logic, None),
        ] {
            let wait = Wait { since: Time(1_000), awaited };
            assert_eq!(wait.due(targets), due.map(Time));
            assert_eq!(wait.due(Targets::default()), None);
        }
    }
}
