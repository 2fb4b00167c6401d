//! Commands about reviews.

use serde::Deserialize;
use tandem_conversation::{ReviewId, ReviewPlan};
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
