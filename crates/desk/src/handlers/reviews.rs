//! Reviews, and how brands ask for them: everything is asked of the hub, and changed there.

use std::sync::Arc;

use tandem_protocol::HAS_REVIEWS;
use tandem_protocol::reviews::{NewReview, ReviewPage, ReviewPlanRow, ReviewRow};

use crate::cache::{library, meta};
use crate::hub::HubError;
use crate::refusals::error;
use crate::rpc::{DisputeReview, FileReview, ListReviews, Nothing, OneReview, OneReviewPlan, RpcError, SaveReviewPlan};
use crate::session::Session;
use crate::view::ReviewPlansView;
use crate::words::say;
use crate::workplace::Workplace;

impl Workplace {
    pub(crate) async fn list_reviews(&self, request: ListReviews) -> Result<ReviewPage, RpcError> {
        let ListReviews { low, before } = request;
        let before = before.map(|place| in_address(&place)).transpose()?;
        self.of_reviews(|session, token| {
            let before = before.clone();
            async move { session.hub.reviews(&token, low, before.as_deref()).await }
        })
        .await
    }

    pub(crate) async fn dispute_review(&self, request: DisputeReview) -> Result<ReviewRow, RpcError> {
        let DisputeReview { id, text } = request;
        self.of_reviews(|session, token| {
            let text = text.clone();
            async move { session.hub.dispute_review(&token, id, &text).await }
        })
        .await
    }

    pub(crate) async fn file_review(&self, request: FileReview) -> Result<ReviewRow, RpcError> {
        let FileReview { conversation, id, turn, question, score, comment } = request;
        let review = NewReview { id, turn, engagement: None, question, score, comment };
        self.of_reviews(|session, token| {
            let review = review.clone();
            async move { session.hub.file_review(&token, conversation, &review).await }
        })
        .await
    }

    pub(crate) async fn confirm_review(&self, OneReview { id }: OneReview) -> Result<ReviewRow, RpcError> {
        self.of_reviews(|session, token| async move { session.hub.confirm_review(&token, id).await }).await
    }

    pub(crate) async fn delete_review(&self, OneReview { id }: OneReview) -> Result<Nothing, RpcError> {
        let deleted = self.of_reviews(|session, token| async move { session.hub.delete_review(&token, id).await });
        deleted.await.map(|()| Nothing {})
    }

    pub(crate) async fn review_plans(&self, _: Nothing) -> Result<ReviewPlansView, RpcError> {
        let plans = self.of_reviews(|session, token| async move { session.hub.review_plans(&token).await }).await?;
        let known = self.cache.read(library::whole).await?.unwrap_or_default();
        Ok(ReviewPlansView { plans, brands: known.brands })
    }

    pub(crate) async fn save_review_plan(&self, request: SaveReviewPlan) -> Result<ReviewPlanRow, RpcError> {
        let SaveReviewPlan { brand, plan } = request;
        let brand = in_address(&brand)?;
        self.of_reviews(|session, token| {
            let (brand, plan) = (brand.clone(), plan.clone());
            async move { session.hub.save_review_plan(&token, &brand, &plan).await }
        })
        .await
    }

    pub(crate) async fn remove_review_plan(&self, request: OneReviewPlan) -> Result<Nothing, RpcError> {
        let brand = in_address(&request.brand)?;
        let removed = self.of_reviews(|session, token| {
            let brand = brand.clone();
            async move { session.hub.remove_review_plan(&token, &brand).await }
        });
        removed.await.map(|()| Nothing {})
    }

    /// Older hubs know no reviews.
    async fn of_reviews<T, F: Future<Output = Result<T, HubError>>>(
        &self,
        ask: impl Fn(Arc<Session>, Arc<str>) -> F,
    ) -> Result<T, RpcError> {
        let hub_version: u32 =
            self.cache.read(|connection| meta::get(connection, meta::HUB_VERSION)).await?.unwrap_or_default();
        if hub_version < HAS_REVIEWS {
            return Err(error("hub.older", say("failed-reviews.older", &[])));
        }
        self.ask_hub("failed-reviews", ask).await
    }
}

/// A brand's key, or a place in the list, as it can stand in an address.
fn in_address(word: &str) -> Result<String, RpcError> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    match !word.is_empty() && word.chars().all(is_plain) {
        true => Ok(word.to_owned()),
        false => Err(error("review.unknown", say("failed-reviews.unknown", &[]))),
    }
}
