//! The doors to reviews, and to how brands ask for them.

use reqwest::Method;
use tandem_conversation::{ConversationId, ReviewId, ReviewPlan};
use tandem_protocol::reviews::{NewDispute, NewReview, ReviewPage, ReviewPlanRow, ReviewRow};

use super::{Hub, HubError, NOTHING, checked, network};

const REVIEWS: &str = "reviews";
const PLANS: &str = "review-plans";

impl Hub {
    /// A page of reviews; `before` is the `next` of the page before.
    pub(crate) async fn reviews(&self, token: &str, low: bool, before: Option<&str>) -> Result<ReviewPage, HubError> {
        let before = before.map(|before| format!("&before={before}")).unwrap_or_default();
        self.ask(Method::GET, &format!("{REVIEWS}?low={low}{before}"), Some(token), NOTHING).await
    }

    pub(crate) async fn dispute_review(&self, token: &str, id: ReviewId, text: &str) -> Result<ReviewRow, HubError> {
        let dispute = NewDispute { text: text.to_owned() };
        self.ask(Method::POST, &format!("{REVIEWS}/{id}/dispute"), Some(token), Some(&dispute)).await
    }

    /// Files a review of the user's own. The same again changes nothing.
    pub(crate) async fn file_review(
        &self,
        token: &str,
        of: ConversationId,
        review: &NewReview,
    ) -> Result<ReviewRow, HubError> {
        self.ask(Method::POST, &format!("conversations/{of}/reviews"), Some(token), Some(review)).await
    }

    pub(crate) async fn confirm_review(&self, token: &str, id: ReviewId) -> Result<ReviewRow, HubError> {
        self.ask(Method::POST, &format!("{REVIEWS}/{id}/confirm"), Some(token), NOTHING).await
    }

    pub(crate) async fn delete_review(&self, token: &str, id: ReviewId) -> Result<(), HubError> {
        let request = self.request(Method::DELETE, &format!("{REVIEWS}/{id}")).bearer_auth(token);
        checked(request.send().await.map_err(network)?).await.map(drop)
    }

    pub(crate) async fn review_plans(&self, token: &str) -> Result<Vec<ReviewPlanRow>, HubError> {
        self.ask(Method::GET, PLANS, Some(token), NOTHING).await
    }

    /// Has a brand ask, or ask otherwise.
    pub(crate) async fn save_review_plan(
        &self,
        token: &str,
        brand: &str,
        plan: &ReviewPlan,
    ) -> Result<ReviewPlanRow, HubError> {
        self.ask(Method::PUT, &format!("{PLANS}/{brand}"), Some(token), Some(plan)).await
    }

    pub(crate) async fn remove_review_plan(&self, token: &str, brand: &str) -> Result<(), HubError> {
        let request = self.request(Method::DELETE, &format!("{PLANS}/{brand}")).bearer_auth(token);
        checked(request.send().await.map_err(network)?).await.map(drop)
    }
}
