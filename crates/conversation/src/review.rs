//! Reviews: how customers are asked what they think of a round, and what they answer.
//!
//! invariant: a review is silent. None of its events changes the status, help, or whether anybody waits.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::blank::is_blank;
use crate::ids::{ConversationId, Position, ReviewId};
use crate::limits;
use crate::participant::{Participant, ParticipantKind};
use crate::rejection::Rejection;
use crate::time::Time;

const HOUR_MS: i64 = 3_600_000;

/// Which completions are followed by a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewWhen {
    #[default]
    Any,
    CompletedByPerson,
    CompletedByLogic,
    /// Completed by Your Logic, and no person has spoken in the round.
    ByLogicOnly,
}

/// When and how the customers of one brand are asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ReviewPlan {
    pub when: ReviewWhen,
    /// From the completion to the request, in seconds.
    pub delay_s: u32,
    /// How many of a hundred rounds are asked about.
    pub sample_percent: u8,
    /// A customer who was asked is not asked again for this long, in days.
    pub once_per_customer_days: u16,
    /// How long a request can be answered, in hours.
    pub expires_h: u16,
    /// How long an answer can be changed, in hours.
    pub edit_h: u16,
    /// The question by language (BCP 47). Without one, the chat asks in its own words.
    pub texts: BTreeMap<String, String>,
}

impl Default for ReviewPlan {
    fn default() -> Self {
        Self {
            when: ReviewWhen::default(),
            delay_s: 60,
            sample_percent: 100,
            once_per_customer_days: 7,
            expires_h: 72,
            edit_h: 24,
            texts: BTreeMap::new(),
        }
    }
}

impl ReviewPlan {
    /// The plan, if its values can be used.
    ///
    /// # Errors
    /// `Rejection::Invalid` naming the field.
    pub fn checked(self) -> Result<Self, Rejection> {
        let within = |field: &str, found: u32, least: u32, most: u32| match (least..=most).contains(&found) {
            true => Ok(()),
            false => Err(Rejection::invalid(field, format!("use {least} to {most}, not {found}"))),
        };
        within("delayS", self.delay_s, 0, limits::REVIEW_DELAY_S)?;
        within("samplePercent", self.sample_percent.into(), 1, 100)?;
        within("oncePerCustomerDays", self.once_per_customer_days.into(), 0, 365)?;
        within("expiresH", self.expires_h.into(), 1, 24 * 30)?;
        within("editH", self.edit_h.into(), 0, 24 * 30)?;
        if self.texts.len() > limits::LANGUAGES {
            return Err(Rejection::invalid("texts", format!("more than {} languages", limits::LANGUAGES)));
        }
        for (language, text) in &self.texts {
            let field = format!("texts.{language}");
            if !(2..=35).contains(&language.len()) || !language.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
                return Err(Rejection::invalid(&field, "use a language tag such as de or pt-BR"));
            }
            if is_blank(text) {
                return Err(Rejection::blank(&field));
            }
            if text.chars().count() > limits::LABEL_CHARS {
                return Err(Rejection::invalid(&field, format!("longer than {} characters", limits::LABEL_CHARS)));
            }
        }
        Ok(self)
    }

    /// The question in the customer's language, in English, or in any; empty if the plan has no words.
    pub(crate) fn text(&self, language: Option<&str>) -> String {
        let base = language.and_then(|language| language.split('-').next());
        let known = |language: &str| self.texts.get(language);
        let text = language.and_then(known).or_else(|| base.and_then(known)).or_else(|| known("en"));
        text.or_else(|| self.texts.values().next()).cloned().unwrap_or_default()
    }

    pub(crate) fn asks_after(&self, by: ParticipantKind, person_spoke: bool) -> bool {
        let by_person = by == ParticipantKind::Agent;
        let by_logic = by == ParticipantKind::Logic;
        match self.when {
            ReviewWhen::Any => by_person || by_logic,
            ReviewWhen::CompletedByPerson => by_person,
            ReviewWhen::CompletedByLogic => by_logic,
            ReviewWhen::ByLogicOnly => by_logic && !person_spoke,
        }
    }

    /// Whether this round is among those that are asked about. The same round gets the same answer whoever asks.
    pub(crate) fn samples(&self, conversation: ConversationId, round: u32) -> bool {
        lot(conversation, round) < u64::from(self.sample_percent)
    }

    /// When the customer can be asked again after a request at `asked`.
    pub(crate) fn again_at(&self, asked: Time) -> Time {
        asked.plus_ms(i64::from(self.once_per_customer_days) * 24 * HOUR_MS)
    }

    pub(crate) fn expires_ms(&self) -> i64 {
        i64::from(self.expires_h) * HOUR_MS
    }

    pub(crate) fn edit_ms(&self) -> i64 {
        i64::from(self.edit_h) * HOUR_MS
    }
}

/// A number from 0 to 99 drawn from a round's identity (FNV-1a).
fn lot(conversation: ConversationId, round: u32) -> u64 {
    let bytes = conversation.0.into_bytes().into_iter().chain(round.to_be_bytes());
    let hash =
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    (hash >> 32) % 100
}

/// Refuses scores that are not on the scale.
pub(crate) fn check_score(score: u8) -> Result<(), Rejection> {
    if (1..=5).contains(&score) { Ok(()) } else { Err(Rejection::invalid("score", "use 1 to 5")) }
}

/// Refuses comments beyond their limit.
pub(crate) fn check_comment(field: &str, comment: &str) -> Result<(), Rejection> {
    if comment.chars().count() > limits::COMMENT_CHARS {
        return Err(Rejection::invalid(field, format!("longer than {} characters", limits::COMMENT_CHARS)));
    }
    Ok(())
}

/// Refuses what a reviewer or Your Logic cannot file. The question is what was looked at; it may be empty.
///
/// # Errors
/// `Rejection::Invalid` naming the field.
pub fn check_review(question: &str, score: u8, comment: &str) -> Result<(), Rejection> {
    check_score(score)?;
    check_comment("comment", comment)?;
    if question.chars().count() > limits::LABEL_CHARS {
        return Err(Rejection::invalid("question", format!("longer than {} characters", limits::LABEL_CHARS)));
    }
    Ok(())
}

/// Why a customer was not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotAsked {
    /// The channel takes no messages of ours now.
    WindowClosed,
    /// The customer was asked a short time ago, perhaps in another conversation.
    AskedRecently,
    SampledOut,
    /// The channel has no way to ask.
    NoChannel,
    /// The plan was removed after the completion.
    PlanRemoved,
    /// The customer wants to be asked no more.
    CustomerOptedOut,
    /// The channel refused the request, or could not deliver it.
    Undelivered,
}

impl NotAsked {
    /// The name on the wire and in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::WindowClosed => "window_closed",
            Self::AskedRecently => "asked_recently",
            Self::SampledOut => "sampled_out",
            Self::NoChannel => "no_channel",
            Self::PlanRemoved => "plan_removed",
            Self::CustomerOptedOut => "customer_opted_out",
            Self::Undelivered => "undelivered",
        }
    }
}

/// How a request ended without a score. A score that comes nevertheless counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewEnd {
    /// The customer does not want to answer.
    Declined,
    /// The customer does not want to answer, nor to be asked again.
    OptedOut,
    /// The channel refused the request, or could not deliver it.
    Undelivered,
}

/// Whose score it is: the loud turns of one participant in the round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Share {
    pub by: Participant,
    pub turns: u32,
}

/// The newest request for a review in a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Review {
    pub id: ReviewId,
    /// The round that it is about.
    pub round: u32,
    pub asked: Time,
    pub expires: Time,
    /// How long after the first answer it can be changed, in milliseconds.
    pub edit_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<ReviewAnswer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<ReviewEnd>,
    /// Who spoke in its round; empty until the round is over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<Share>,
}

/// The newest answer to a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReviewAnswer {
    /// Of the first answer.
    pub first: Time,
    /// Of this one; 0 in states of older hubs.
    #[serde(default)]
    pub at: Time,
    #[serde(default)]
    pub position: Position,
    pub score: u8,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

impl ReviewAnswer {
    /// Its score from 0 to 100, see [`percent_of`].
    #[must_use]
    pub fn percent(&self) -> u8 {
        percent_of(self.score)
    }
}

/// A score of 1 to 5 on a scale from 0 to 100, on which scores of all questions can be compared.
#[must_use]
pub fn percent_of(score: u8) -> u8 {
    score.clamp(1, 5).saturating_sub(1) * 25
}

impl Review {
    /// Whether it counts as a request: the customer may have seen it.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.end != Some(ReviewEnd::Undelivered)
    }

    /// Whether the customer has said that they do not want to answer, and has not answered since.
    #[must_use]
    pub fn is_declined(&self) -> bool {
        matches!(self.end, Some(ReviewEnd::Declined | ReviewEnd::OptedOut)) && self.answer.is_none()
    }

    /// Until when it can be answered, or its answer changed.
    #[must_use]
    pub fn until(&self) -> Time {
        self.answer.as_ref().map_or(self.expires, |answer| answer.first.plus_ms(self.edit_ms))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn about_as_many_rounds_are_sampled_as_the_plan_says() {
        for percent in [1, 10, 50, 90, 100] {
            let plan = ReviewPlan { sample_percent: percent, ..ReviewPlan::default() };
            let id =
                |i: u32| ConversationId(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 + u128::from(i)));
            let sampled = (0..10_000).filter(|i| plan.samples(id(i % 2_500), i / 2_500)).count();
            assert!(sampled.abs_diff(usize::from(percent) * 100) < 200, "{percent} %: {sampled} of 10,000");
        }
    }

    #[test]
    fn a_plan_asks_in_the_customers_language() {
        let texts = [("en", "How was it?"), ("de", "Wie war es?")];
        let texts = texts.into_iter().map(|(language, text)| (language.to_owned(), text.to_owned())).collect();
        let plan = ReviewPlan { texts, ..ReviewPlan::default() }.checked().unwrap();
        for (language, text) in [(Some("de"), "Wie"), (Some("de-AT"), "Wie"), (Some("fr"), "How"), (None, "How")] {
            assert!(plan.text(language).starts_with(text), "{language:?}");
        }
        assert_eq!(ReviewPlan::default().text(Some("de")), "");
    }

    #[test]
    fn a_plan_that_cannot_be_kept_is_refused() {
        let texts = |language: &str, text: &str| BTreeMap::from([(language.to_owned(), text.to_owned())]);
        for (plan, field) in [
            (ReviewPlan { delay_s: limits::REVIEW_DELAY_S + 1, ..ReviewPlan::default() }, "delayS"),
            (ReviewPlan { sample_percent: 0, ..ReviewPlan::default() }, "samplePercent"),
            (ReviewPlan { sample_percent: 101, ..ReviewPlan::default() }, "samplePercent"),
            (ReviewPlan { once_per_customer_days: 366, ..ReviewPlan::default() }, "oncePerCustomerDays"),
            (ReviewPlan { expires_h: 0, ..ReviewPlan::default() }, "expiresH"),
            (ReviewPlan { edit_h: 721, ..ReviewPlan::default() }, "editH"),
            (ReviewPlan { texts: texts("English!", "How was it?"), ..ReviewPlan::default() }, "texts.English!"),
            (ReviewPlan { texts: texts("en", " "), ..ReviewPlan::default() }, "texts.en"),
        ] {
            match plan.checked() {
                Err(Rejection::Invalid { field: named, .. }) => assert_eq!(named, field),
                other => panic!("{field}: {other:?}"),
            }
        }
    }
}
