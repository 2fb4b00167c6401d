//! One voice: whose word it is while people and Your Logic are engaged together.

use serde::{Deserialize, Serialize};

use crate::ids::Position;
use crate::participant::Participant;
use crate::time::Time;

/// Default for how long a person may let the customer wait before Your Logic speaks again, in milliseconds.
pub const PERSON_SILENT_MS: i64 = 5 * 60 * 1000;

/// A participant's last turn that the customer could see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voice {
    pub by: Participant,
    pub position: Position,
    pub at: Time,
    /// See [`crate::Turn::written_against`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written_against: Option<Position>,
    /// Its turns in this round, without closing courtesies.
    #[serde(default, skip_serializing_if = "is_none")]
    pub loud: u32,
}

impl Voice {
    /// The last position that its author has seen for certain.
    #[must_use]
    pub fn seen(&self) -> Position {
        self.written_against.unwrap_or(self.position)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_none(loud: &u32) -> bool {
    *loud == 0
}

/// Inputs of the rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// When the last of our people joined; none if no one is engaged.
    pub joined: Option<Time>,
    /// The customer's first turn since a person's last turn, without closing courtesies; none if a person answered
    /// everything. Your Logic's turns meanwhile answer it for the customer, not for the person.
    pub asked: Option<Time>,
    /// A person is typing until then.
    pub typing_until: Option<Time>,
}

impl Word {
    /// Whether the word is a person's at `now`: from joining until they leave, or have let the customer wait for
    /// longer than `silent_ms`. Typing is not silence, and a late joiner has the whole time.
    #[must_use]
    pub fn is_a_persons(&self, now: Time, silent_ms: i64) -> bool {
        let Some(joined) = self.joined else { return false };
        let types = self.typing_until.is_some_and(|until| until > now);
        types || self.asked.is_none_or(|asked| now.since(asked.max(joined)) <= silent_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::{PERSON_SILENT_MS, Word};
    use crate::time::Time;

    const MINUTE: i64 = 60_000;

    #[test]
    fn rule_13_the_word_is_the_persons_until_they_are_silent_while_the_customer_waits() {
        let at = |minute: i64| Some(Time(minute * MINUTE));
        // joined, asked, typing until, now; in minutes
        for (joined, asked, typing, now, persons, what) in [
            (None, None, None, 0, false, "nobody has joined"),
            (None, at(0), at(9), 1, false, "a supervisor types a note, nobody has joined"),
            (at(0), None, None, 0, true, "has joined this moment"),
            (at(0), None, None, 600, true, "nothing is asked: reading is no silence"),
            (at(3), at(0), None, 3, true, "joins a customer who waits"),
            (at(3), at(0), None, 8, true, "five minutes are not over"),
            (at(3), at(0), None, 9, false, "five minutes are over"),
            (at(0), at(3), None, 8, true, "the customer asks later"),
            (at(0), at(3), None, 9, false, "and is not answered"),
            (at(0), at(3), at(10), 9, true, "who writes is not silent"),
            (at(0), at(3), at(9), 9, false, "and has stopped"),
            (at(8), at(3), None, 9, true, "a colleague came"),
            (at(0), at(3), None, 1, true, "a clock that was set back"),
        ] {
            let word = Word { joined, asked, typing_until: typing };
            let now = Time(now * MINUTE);
            assert_eq!(word.is_a_persons(now, PERSON_SILENT_MS), persons, "{what}: {word:?}");
        }
        let word = Word { joined: at(0), asked: at(0), typing_until: None };
        assert!(word.is_a_persons(Time(PERSON_SILENT_MS), PERSON_SILENT_MS));
        assert!(!word.is_a_persons(Time(PERSON_SILENT_MS + 1), PERSON_SILENT_MS));
    }
}
