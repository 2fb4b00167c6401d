//! Answers to requests for reviews: taps and words that are no turns, and what becomes of them by edits and withdrawals.

use tandem_conversation::{Command, Content, Participant, Review, ReviewId, Time};
use tandem_sql::Connection;

use super::fit;
use super::inbound::Heard;
use super::webhook::Body;
use crate::engine::Engine;
use crate::reviews;
use crate::store::StoreError;
use crate::store::whatsapp::amended::{self, Amended};
use crate::store::whatsapp::messages::{self, Answers, Known};

/// WhatsApp tells the time in seconds.
const SECOND_MS: i64 = 1_000;

/// What words mean for a request for a review.
enum Meant<'a> {
    Score(u8),
    Declined,
    /// They ask for nothing.
    Comment(&'a str),
    Other,
}

impl<'a> Meant<'a> {
    fn of(content: &'a Content, language: Option<&str>) -> Self {
        let Content::Text { text } = content else { return Self::Other };
        // "4!" and "4/5" are scores, too.
        let digits = text.trim().trim_end_matches(['.', '!']);
        match digits.strip_suffix("/5").unwrap_or(digits).trim_end().parse() {
            Ok(score @ 1..=5) => Self::Score(score),
            _ if reviews::declines(language, text) => Self::Declined,
            _ if content.asks_nothing() => Self::Comment(text),
            _ => Self::Other,
        }
    }
}

/// What an edit or a withdrawal is about.
pub(super) enum About<'a> {
    /// No answer to a request for a review.
    Other,
    Answer,
    /// An answer that now asks for something: that is to be said.
    Says(&'a Content),
}

impl Heard<'_> {
    /// A tap on a score answers the request for a review, or declines it, and says nothing else; too late, it changes
    /// nothing. False for other taps.
    pub(super) fn scores(&self, connection: &Connection, engine: &mut Engine, id: &str) -> Result<bool, StoreError> {
        let Some((review, score)) = fit::scored(id) else { return Ok(false) };
        let Some(conversation) = crate::store::reviews::conversation_of(connection, review)? else { return Ok(false) };
        let Some(state) = engine.state(connection, conversation)?.filter(|state| state.contact == self.route) else {
            return Ok(false);
        };
        if !self.is_newest_score(connection, review)? {
            return Ok(true);
        }
        let asked = state.request(review);
        let command = match score {
            Some(score) => {
                let answer = asked.and_then(|asked| asked.answer.as_ref());
                let text = answer.map(|answer| answer.text.clone()).unwrap_or_default();
                Command::GiveFeedback { review: Some(review), score, text }
            }
            None => Command::DeclineReview { review, never: false },
        };
        if let Err(rejection) = self.execute(connection, engine, conversation, command)? {
            tracing::debug!(%rejection, "an answer to a request for a review is refused");
        }
        Ok(true)
    }

    /// Notes the time of a score, or of the refusal to give one; false if a newer one is known.
    fn is_newest_score(&self, connection: &Connection, review: ReviewId) -> Result<bool, StoreError> {
        let amended = Amended { author: self.author(), at: self.at, withdrawn: false, awaited: false };
        amended::put(connection, &self.number.key, &format!("score of {review}"), &amended)
    }

    /// Words after a request for a review that ask for nothing: the score or the refusal in words, or the comment of a
    /// score. What asks for something is an ordinary turn, and so is what was written before the request.
    pub(super) fn answers(
        &self,
        connection: &Connection,
        engine: &mut Engine,
        content: &Content,
        first: Time,
    ) -> Result<Option<Known>, StoreError> {
        if *self.by != Participant::Customer {
            return Ok(None);
        }
        let answer = engine.going_on(connection, self.route, |state| {
            let review = state.review.as_deref().filter(|_| !state.in_progress() && state.is_reviewed());
            let is_open = |review: &&Review| review.until() > self.now && first.plus_ms(SECOND_MS) > review.asked;
            let Some(review) = review.filter(is_open) else { return false };
            let comment = review.answer.as_ref().map(|answer| answer.text.as_str());
            match Meant::of(content, state.language.as_deref()) {
                Meant::Score(_) | Meant::Declined => true,
                Meant::Comment(_) => comment == Some(""),
                Meant::Other => false,
            }
        })?;
        let Some(conversation) = answer else { return Ok(None) };
        let Some(state) = engine.state(connection, conversation)? else { return Ok(None) };
        let Some(review) = &state.review else { return Ok(None) };
        let (score, comment) = review.answer.as_ref().map(|given| (given.score, given.text.clone())).unzip();
        let gives = |score, text| Command::GiveFeedback { review: Some(review.id), score, text };
        let comment = comment.unwrap_or_default();
        let (command, with) = match (Meant::of(content, state.language.as_deref()), score) {
            (Meant::Score(score), _) => (gives(score, comment), Answers::Score),
            (Meant::Comment(text), Some(score)) => (gives(score, text.to_owned()), Answers::Comment),
            // No comment either.
            (Meant::Declined, Some(score)) => (gives(score, comment), Answers::Score),
            (Meant::Declined, None) => (Command::DeclineReview { review: review.id, never: false }, Answers::Score),
            _ => return Ok(None),
        };
        let id = review.id;
        if with == Answers::Score && !self.is_newest_score(connection, id)? {
            return Ok(Some(Known::answering(conversation, id, with)));
        }
        let done = self.execute(connection, engine, conversation, command)?;
        Ok(done.is_ok().then(|| Known::answering(conversation, id, with)))
    }

    /// Other words for a message that answers a request for a review, or none if it is withdrawn: a score stays given. Too
    /// late, nothing changes, and older words do not replace newer ones.
    pub(super) fn answers_anew<'a>(
        &self,
        connection: &Connection,
        engine: &mut Engine,
        of: &str,
        body: Option<&'a Body>,
    ) -> Result<About<'a>, StoreError> {
        let known = messages::get(connection, &self.number.key, of)?;
        let answer = known.and_then(|known| Some((known.conversation, known.answers?)));
        let Some((conversation, (id, with))) = answer.filter(|_| *self.by == Participant::Customer) else {
            return Ok(About::Other);
        };
        let Some(state) = engine.state(connection, conversation)?.filter(|state| state.contact == self.route) else {
            return Ok(About::Other);
        };
        let amended = Amended { author: self.author(), at: self.at, withdrawn: body.is_none(), awaited: false };
        let Some(review) = state.request(id) else { return Ok(About::Answer) };
        if !amended::put(connection, &self.number.key, of, &amended)? {
            return Ok(About::Answer);
        }
        let content = match body {
            Some(Body::Said(content)) => Some(content),
            _ => None,
        };
        let meant = content.map(|content| Meant::of(content, state.language.as_deref()));
        let (score, comment) = review.answer.as_ref().map(|given| (given.score, given.text.as_str())).unzip();
        let comment = comment.unwrap_or_default();
        let now = match (with, &meant) {
            (Answers::Score, Some(Meant::Score(score))) => Some((*score, comment)),
            (Answers::Score, Some(Meant::Comment(text))) if comment.is_empty() => score.map(|score| (score, *text)),
            (Answers::Score, _) => None,
            (Answers::Comment, Some(Meant::Score(score))) => Some((*score, "")),
            (Answers::Comment, Some(Meant::Comment(text))) => score.map(|score| (score, *text)),
            (Answers::Comment, _) => score.map(|score| (score, "")),
        };
        let rates = matches!(meant, Some(Meant::Score(_)));
        let is_newest = !rates || self.is_newest_score(connection, id)?;
        if let Some((score, text)) = now.filter(|_| is_newest) {
            let command = Command::GiveFeedback { review: Some(id), score, text: text.to_owned() };
            if let Err(rejection) = self.execute(connection, engine, conversation, command)? {
                tracing::warn!(number = self.number.key, %rejection, "the answer to a request for a review is not changed");
            }
        }
        Ok(match (meant, content) {
            (Some(Meant::Other), Some(content)) => About::Says(content),
            _ => About::Answer,
        })
    }
}
