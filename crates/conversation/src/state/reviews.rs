//! Reviews of a conversation's rounds.

use super::Conversation;
use crate::event::Event;
use crate::ids::ReviewId;
use crate::participant::Participant;
use crate::review::{Review, ReviewAnswer, ReviewEnd, Share};
use crate::time::Time;
use crate::voice::Voice;

impl Conversation {
    /// The number of the round in progress, or of the last one.
    #[must_use]
    pub fn round_no(&self) -> u32 {
        self.round.map_or(1, |round| round.no)
    }

    /// Whether the customer was asked for a review of this round.
    #[must_use]
    pub fn is_reviewed(&self) -> bool {
        self.review.as_ref().is_some_and(|review| review.round == self.round_no())
    }

    /// Whose round it is: the persons who spoke, the main one first; without any, Your Logic.
    #[must_use]
    pub fn shares(&self) -> Vec<Share> {
        let mut voices: Vec<_> = self.voices.iter().filter(|voice| voice.loud > 0 && voice.by.is_responder()).collect();
        voices.sort_by_key(|voice| std::cmp::Reverse((voice.loud, voice.position)));
        let of = |voice: &Voice| Share { by: voice.by.clone(), turns: voice.loud };
        if !voices.is_empty() {
            return voices.into_iter().map(of).collect();
        }
        self.voices.iter().filter(|voice| voice.loud > 0 && voice.by == Participant::Logic).map(of).collect()
    }

    /// Whose score an answer to this request is.
    pub(crate) fn shares_of(&self, review: &Review) -> Vec<Share> {
        if review.round == self.round_no() { self.shares() } else { review.shares.clone() }
    }

    /// A request whose answer can be given, or changed.
    #[must_use]
    pub fn request(&self, id: ReviewId) -> Option<&Review> {
        [&self.review, &self.earlier_review].into_iter().flatten().map(Box::as_ref).find(|review| review.id == id)
    }

    fn request_mut(&mut self, id: ReviewId) -> Option<&mut Review> {
        let both = [&mut self.review, &mut self.earlier_review];
        both.into_iter().flatten().map(Box::as_mut).find(|review| review.id == id)
    }

    pub(crate) fn ask_review(&mut self, event: &Event, id: ReviewId, expires: Time, edit_ms: i64) {
        self.review_at = None;
        let (round, asked) = (self.round_no(), event.time);
        let (answer, end, shares) = (None, None, Vec::new());
        self.earlier_review = self.review.take().filter(|review| review.answer.is_some());
        self.review = Some(Box::new(Review { id, round, asked, expires, edit_ms, answer, end, shares }));
    }

    pub(crate) fn answer_review(&mut self, id: ReviewId, score: u8, text: &str, event: &Event) {
        if let Some(review) = self.request_mut(id) {
            let (at, position) = (event.time, event.position);
            let first = review.answer.as_ref().map_or(at, |answer| answer.first);
            review.answer = Some(ReviewAnswer { first, at, position, score, text: text.to_owned() });
            // Who answers has been asked.
            review.end = review.end.filter(|end| *end != ReviewEnd::Undelivered);
        }
    }

    pub(crate) fn end_review(&mut self, id: ReviewId, end: ReviewEnd) {
        if let Some(review) = self.review.as_mut().filter(|review| review.id == id) {
            review.end = Some(end);
        }
    }

    /// A round has ended for good: keeps whose it was, for answers that come later.
    pub(crate) fn close_round(&mut self) {
        self.review_at = None;
        if self.is_reviewed() {
            let shares = self.shares();
            self.review.iter_mut().for_each(|review| review.shares.clone_from(&shares));
        }
        self.voices.iter_mut().for_each(|voice| voice.loud = 0);
    }
}
