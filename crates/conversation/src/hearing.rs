//! What the customer's acts, edits and the channel's reports make of a state: the window, the last words, our open turns.

use crate::channel::Reporting;
use crate::event::Event;
use crate::ids::TurnId;
use crate::participant::Participant;
use crate::state::{Conversation, LastWords, OpenTurn, clip};
use crate::time::Time;
use crate::turn::{Content, Stage};

/// Those of them that were seen, on channels that report turn by turn: late reports may still say more.
const SEEN_TURNS: usize = 8;

/// How long a channel with a window takes replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// The customer has not written yet.
    NeverOpen,
    Until(Time),
}

impl Window {
    #[must_use]
    pub fn is_open(self, now: Time) -> bool {
        matches!(self, Self::Until(until) if now <= until)
    }
}

impl Conversation {
    /// The customer acted, by their own time.
    pub(crate) fn hear(&mut self, at: Time) {
        self.heard_at = self.heard_at.max(Some(at));
    }

    /// The customer said something that deserves an answer.
    pub(crate) fn hear_loud(&mut self, event: &Event) {
        self.last_loud = event.position;
        self.waiting_since.get_or_insert(event.time);
        self.unanswered_by_person.get_or_insert(event.time);
        if self.people().next().is_some() {
            self.waits_for_person.get_or_insert(event.time);
        }
    }

    /// The last words, if they are this turn's. Older hubs did not note whose turn they are.
    pub(crate) fn words_of(&mut self, turn: TurnId, author: &Participant) -> Option<&mut LastWords> {
        self.last_words.as_mut().filter(|words| match words.turn {
            Some(known) => known == turn,
            None => words.by.same(author),
        })
    }

    /// The new words count as the old ones did not: whatever deserves an answer is waited for.
    pub(crate) fn edit_turn(&mut self, event: &Event, turn: TurnId, content: &Content, silent: bool) {
        if let Some(words) = self.words_of(turn, &event.actor) {
            (words.text, words.silent) = (clip(content), silent);
        }
        if event.actor == Participant::Customer {
            self.last_customer = event.position;
            if !silent {
                self.hear_loud(event);
            }
        }
    }

    /// Turns that arrived for good need no more reports.
    pub(crate) fn forget_arrived(&mut self) {
        let most_seen = match self.channel.facts().reporting {
            Reporting::PerTurn => SEEN_TURNS,
            Reporting::Cumulative | Reporting::Never => 0,
        };
        self.open_turns.retain(|open| open.stage != Stage::Played);
        let seen = self.open_turns.iter().filter(|open| open.stage == Stage::Seen).count();
        let mut surplus = seen.saturating_sub(most_seen);
        self.open_turns.retain(|open| {
            let goes = open.stage == Stage::Seen && surplus > 0;
            surplus -= usize::from(goes);
            !goes
        });
    }

    /// Our turns that the channel refused, and that nobody has said again.
    pub fn failed_turns(&self) -> impl DoubleEndedIterator<Item = &OpenTurn> {
        self.open_turns.iter().filter(|open| open.stage == Stage::Failed && !open.past)
    }

    /// Until when the channel takes replies; none if it always does. A time that has passed, or no word of the customer
    /// at all, means that it takes templates only.
    #[must_use]
    pub fn window(&self) -> Option<Window> {
        let window_ms = self.channel.facts().window_ms()?;
        Some(self.heard_at.map_or(Window::NeverOpen, |heard| Window::Until(heard.plus_ms(window_ms))))
    }
}
