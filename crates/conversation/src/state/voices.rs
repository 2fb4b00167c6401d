//! Who has spoken last, and whose word it is.

use super::Conversation;
use crate::event::Event;
use crate::participant::{Participant, ParticipantKind};
use crate::time::Time;
use crate::turn::Turn;
use crate::voice::{Voice, Word};

impl Conversation {
    /// Whose word it is, as far as the state tells.
    #[must_use]
    pub fn word(&self, typing_until: Option<Time>) -> Word {
        // Hubs before this rule did not note for whom the customer waits.
        let asked = self.unanswered_by_person.or(self.waiting_since);
        Word { joined: self.people().map(|engagement| engagement.since).max(), asked, typing_until }
    }

    /// One of ours has spoken.
    pub(crate) fn note_voice(&mut self, event: &Event, turn: &Turn) {
        let (position, at, written_against) = (event.position, event.time, turn.written_against);
        let loud = u32::from(!turn.silent);
        match self.voices.iter_mut().find(|voice| voice.by.same(&event.actor)) {
            Some(voice) => {
                let loud = voice.loud.saturating_add(loud);
                *voice = Voice { by: voice.by.clone(), position, at, written_against, loud };
            }
            None => self.voices.push(Voice { by: event.actor.clone(), position, at, written_against, loud }),
        }
    }

    /// Our side's last visible turn by anyone but `author`.
    #[must_use]
    pub fn last_voice_beside(&self, author: &Participant) -> Option<&Voice> {
        self.voices.iter().filter(|voice| !voice.by.same(author)).max_by_key(|voice| voice.position)
    }

    /// The last turn of one of our people.
    #[must_use]
    pub fn last_person_voice(&self) -> Option<&Voice> {
        self.voices.iter().filter(|v| v.by.kind() != ParticipantKind::Logic).max_by_key(|v| v.position)
    }
}
