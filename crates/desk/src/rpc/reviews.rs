//! Commands about reviews.

use serde::Deserialize;
use tandem_conversation::{ConversationId, ReviewId, ReviewPlan, TurnId};
use ts_rs::TS;

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListReviews {
    /// Only scores of 1 and 2.
    pub low: bool,
    /// `next` of the page before.
    #[serde(default)]
    #[ts(optional)]
    pub before: Option<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DisputeReview {
    pub id: ReviewId,
    pub text: String,
}

/// A review of the user's own.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileReview {
    pub conversation: ConversationId,
    /// The new review's id: the same again changes nothing.
    pub id: ReviewId,
    /// The turn that it is about; none: the round.
    #[serde(default)]
    #[ts(optional)]
    pub turn: Option<TurnId>,
    pub question: String,
    pub score: u8,
    pub comment: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OneReview {
    pub id: ReviewId,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SaveReviewPlan {
    /// The brand's key.
    pub brand: String,
    pub plan: ReviewPlan,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OneReviewPlan {
    /// The brand's key.
    pub brand: String,
}
