//! Asking for reviews, and their answers.

use super::Draft;
use crate::event::EventBody;
use crate::hearing::Window;
use crate::ids::ReviewId;
use crate::limits;
use crate::participant::Participant;
use crate::rejection::Rejection;
use crate::review::{NotAsked, ReviewEnd, ReviewPlan, check_comment, check_score};
use crate::time::Time;
use crate::turn::Content;

impl Draft<'_> {
    /// When to ask about the round that ends now; none if its plan does not ask, or Your Logic has asked.
    pub(super) fn plans_review(&self) -> Option<Time> {
        let plan = self.context.review_plan.as_ref().filter(|_| !self.state.is_reviewed())?;
        let person_spoke = self.state.shares().iter().any(|share| share.by.is_responder());
        let asks = plan.asks_after(self.actor.kind(), person_spoke);
        asks.then(|| self.time().plus_ms(i64::from(plan.delay_s) * 1000))
    }

    /// Asks if the time has come, or says why not: either way it is decided once for the round.
    pub(super) fn ask_due_review(&mut self) {
        let longest_ms = i64::from(limits::REVIEW_DELAY_S) * 1000;
        if self.state.review_at.is_none_or(|at| !self.has_come(at, longest_ms)) {
            return;
        }
        match self.may_ask() {
            Ok(plan) => {
                let text = plan.text(self.state.language.as_deref());
                let plan = plan.clone();
                self.ask_review(text, &plan);
            }
            Err(reason) => self.push_system(EventBody::ReviewNotAsked { round: self.state.round_no(), reason }),
        }
    }

    fn may_ask(&self) -> Result<&ReviewPlan, NotAsked> {
        let plan = self.context.review_plan.as_ref().ok_or(NotAsked::PlanRemoved)?;
        if self.context.review_opted_out {
            return Err(NotAsked::CustomerOptedOut);
        }
        if !plan.samples(self.state.id, self.state.round_no()) {
            return Err(NotAsked::SampledOut);
        }
        if self.context.review_asked.is_some_and(|asked| plan.again_at(asked) > self.now()) {
            return Err(NotAsked::AskedRecently);
        }
        if self.state.window().is_some_and(|window| !Window::is_open(window, self.now())) {
            return Err(NotAsked::WindowClosed);
        }
        if self.state.channel.facts().reviews { Ok(plan) } else { Err(NotAsked::NoChannel) }
    }

    /// Your Logic asks at once, in its own words. A round that was asked about is not asked about again.
    pub(super) fn ask_feedback(&mut self, text: &str) -> Result<(), Rejection> {
        let content = Content::Text { text: text.to_owned() }.checked()?;
        if self.state.is_reviewed() || self.context.review_opted_out {
            return Ok(());
        }
        if !self.state.channel.facts().reviews || self.why_not_said().is_some() {
            return self.say(content, false, None);
        }
        self.window_takes(&content)?;
        let plan = self.context.review_plan.clone().unwrap_or_default();
        self.ask_review(content.text().to_owned(), &plan);
        Ok(())
    }

    fn ask_review(&mut self, text: String, plan: &ReviewPlan) {
        let review = self.conversation().review_at(self.state.position.next());
        let expires = self.time().plus_ms(plan.expires_ms());
        let (round, edit_ms) = (self.state.round_no(), plan.edit_ms());
        let asked = EventBody::ReviewAsked { review, round, text, expires, edit_ms };
        match self.actor {
            Participant::Logic => self.push(asked),
            _ => self.push_system(asked),
        }
    }

    /// The newest answer counts while answers are taken. The same answer again changes nothing.
    pub(super) fn give_feedback(&mut self, review: Option<ReviewId>, score: u8, text: &str) -> Result<(), Rejection> {
        check_score(score)?;
        check_comment("comment", text)?;
        let mut shares = Vec::new();
        if let Some(id) = review {
            let asked = self.state.request(id).ok_or(Rejection::ReviewOver)?;
            if asked.answer.as_ref().is_some_and(|answer| answer.score == score && answer.text == text) {
                return Ok(());
            }
            if asked.until() <= self.now() {
                return Err(Rejection::ReviewOver);
            }
            shares = self.state.shares_of(asked);
        }
        self.push(EventBody::FeedbackGiven { score, text: text.to_owned(), review, shares });
        Ok(())
    }

    /// A customer who has answered can only say that they do not want to be asked again. The same again changes nothing.
    pub(super) fn decline_review(&mut self, id: ReviewId, never: bool) -> Result<(), Rejection> {
        let asked = self.state.review.as_deref().filter(|asked| asked.id == id).ok_or(Rejection::ReviewOver)?;
        let end = if never { ReviewEnd::OptedOut } else { ReviewEnd::Declined };
        if asked.end == Some(end) || asked.end == Some(ReviewEnd::OptedOut) {
            return Ok(());
        }
        if !never && (asked.answer.is_some() || asked.until() <= self.now()) {
            return Err(Rejection::ReviewOver);
        }
        self.push(EventBody::ReviewEnded { review: id, end });
        Ok(())
    }

    /// The channel could not deliver a request. Whoever has reacted to it has it nevertheless.
    pub(super) fn fail_review(&mut self, id: ReviewId) {
        let open = self.state.review.as_deref().filter(|asked| asked.id == id);
        if open.is_some_and(|asked| asked.answer.is_none() && asked.end.is_none()) {
            self.push_system(EventBody::ReviewEnded { review: id, end: ReviewEnd::Undelivered });
        }
    }
}
