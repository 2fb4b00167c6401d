//! A customer's answer to a request for a review.

use std::sync::Arc;

use axum::extract::{Path, State};
use tandem_conversation::{Command, CommandId, ReviewId};
use tandem_protocol::Problem;
use tandem_protocol::chat::{ChatReview, ChatReviewAnswer, ChatReviewDecline};
use uuid::Uuid;

use super::session::Visitor;
use crate::api::{Json, id};
use crate::engine::customer_command;
use crate::hub::Hub;
use crate::problem::ApiError;
use crate::shown::review_of;
use crate::store::contacts::WebContact;
use crate::store::reviews;

/// Answers a request for a review, or changes the answer. The same answer again changes nothing.
#[utoipa::path(post, path = "/chat/v1/reviews/{id}", request_body = ChatReviewAnswer, tag = "web chat",
    params(("id" = String, Path)),
    responses((status = 200, body = ChatReview), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 410, description = "The request is over", body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)))]
pub(crate) async fn answer(
    State(hub): State<Arc<Hub>>,
    Visitor(web): Visitor,
    Path(path): Path<String>,
    Json(given): Json<ChatReviewAnswer>,
) -> Result<axum::Json<ChatReview>, ApiError> {
    let ChatReviewAnswer { score, comment } = given;
    give(&hub, &web, &path, |review| Command::GiveFeedback { review: Some(review), score, text: comment }).await
}

/// Says that the customer does not want to answer a request for a review. An answer can still be given.
#[utoipa::path(post, path = "/chat/v1/reviews/{id}/decline", request_body = ChatReviewDecline, tag = "web chat",
    params(("id" = String, Path)),
    responses((status = 200, body = ChatReview), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 410, description = "The request is over, or is answered", body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn decline(
    State(hub): State<Arc<Hub>>,
    Visitor(web): Visitor,
    Path(path): Path<String>,
    Json(ChatReviewDecline { never }): Json<ChatReviewDecline>,
) -> Result<axum::Json<ChatReview>, ApiError> {
    give(&hub, &web, &path, |review| Command::DeclineReview { review, never }).await
}

async fn give(
    hub: &Hub,
    web: &WebContact,
    path: &str,
    command: impl FnOnce(ReviewId) -> Command,
) -> Result<axum::Json<ChatReview>, ApiError> {
    hub.limits.message(web.contact)?;
    let unknown = || ApiError::new(404, "review.unknown", "There is no such request for a review.");
    let review: ReviewId = id(path, "review")?;
    let of = hub.database.read(move |connection| reviews::conversation_of(connection, review)).await?;
    let of = of.ok_or_else(unknown)?;
    let is_own = hub.lately(of).await?.is_some_and(|state| state.contact == web.contact);
    if !is_own {
        return Err(unknown());
    }
    hub.execute_once(customer_command(CommandId(Uuid::now_v7()), of, command(review))).await??;
    let state = hub.lately(of).await?.ok_or_else(unknown)?;
    Ok(axum::Json(review_of(&state, review)))
}
