//! Reviews: plans of brands, requests and answers.

use serde::{Deserialize, Serialize};
use tandem_conversation::{
    ConversationId, EngagementId, NotAsked, Participant, ReviewId, ReviewPlan, Share, Time, TurnId,
};
use ts_rs::TS;
use utoipa::ToSchema;

/// One brand's plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewPlanRow {
    /// The brand's key.
    pub brand: String,
    pub plan: ReviewPlan,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewStatus {
    Asked,
    Answered,
    Expired,
    NotAsked,
    /// The customer did not want to answer.
    Declined,
    /// A review of ours that was taken away.
    Deleted,
}

/// Who gives a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewType {
    Customer,
    /// A user who looks at the work of others.
    Reviewer,
    /// Your Logic.
    Auto,
}

/// Whether those whose score it is agree with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewVerified {
    None,
    /// Confirmed by one of ours, after a dispute if there is one.
    Correct,
    Disputed,
}

/// `POST /api/v1/conversations/{id}/reviews`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewReview {
    /// The new review's id. The same review under it again changes nothing.
    pub id: ReviewId,
    /// The turn that it is about; none: the round in progress, or the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<TurnId>,
    /// The part of one participant that it is about. Not together with a turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engagement: Option<EngagementId>,
    /// What was looked at.
    #[serde(default)]
    pub question: String,
    /// 1 to 5.
    pub score: u8,
    #[serde(default)]
    pub comment: String,
}

/// `POST /api/v1/reviews/{id}/dispute`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewDispute {
    pub text: String,
}

/// An agent disagrees with a score of theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Dispute {
    pub by: Participant,
    pub at: Time,
    pub text: String,
}

/// Who has judged a review, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Judged {
    pub by: Participant,
    pub at: Time,
}

/// What became of one round, or a review that one of ours filed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewRow {
    pub id: ReviewId,
    #[serde(rename = "type")]
    pub kind: ReviewType,
    pub conversation: ConversationId,
    /// The customer's name; none if the customer is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    pub round: u32,
    /// The turn that it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<TurnId>,
    /// The part of one participant that it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engagement: Option<EngagementId>,
    /// What a reviewer or Your Logic looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// Who filed it; none for customers' reviews.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewer: Option<Participant>,
    pub status: ReviewStatus,
    /// Why the customer was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<NotAsked>,
    /// When the customer was asked, or it was decided not to.
    pub asked_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Time>,
    /// When the customer first said that they do not want to answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined_at: Option<Time>,
    /// The customer does not want to be asked again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub opted_out: bool,
    /// When the customer first answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Time>,
    /// When the answer was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Time>,
    /// 1 to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u8>,
    /// The score as 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normal: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Whose score it is, the main one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<Share>,
    pub verified: ReviewVerified,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispute: Option<Dispute>,
    /// Who has confirmed the score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Judged>,
    /// Who has deleted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Judged>,
}

/// `GET /api/v1/reviews`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewPage {
    pub reviews: Vec<ReviewRow>,
    /// `before` of the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
