//! Reviews: how brands ask for them, and what customers answered.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use tandem_conversation::{
    ConversationId, Permission, Rejection, ReviewId, ReviewPlan, check_review, is_blank, limits,
};
use tandem_protocol::Problem;
use tandem_protocol::reviews::{
    Dispute, Judged, NewDispute, NewReview, ReviewPage, ReviewPlanRow, ReviewRow, ReviewStatus, ReviewType,
    ReviewVerified,
};
use utoipa::IntoParams;

use super::auth::Signed;
use super::{Json, Query, id};
use crate::administration::{self, audit};
use crate::hub::Hub;
use crate::problem::ApiError;
use crate::store::reviews::{Before, Filed, Wanted};
use crate::store::{StoreError, conversations, reviews};

/// Maximum reviews per page.
const PAGE: u32 = 200;

/// The plans of all brands that ask for reviews.
#[utoipa::path(get, path = "/api/v1/review-plans", tag = "reviews",
    responses((status = 200, body = Vec<ReviewPlanRow>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn plans(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
) -> Result<axum::Json<Vec<ReviewPlanRow>>, ApiError> {
    signed.require(Permission::SettingsManage)?;
    Ok(axum::Json(hub.database.read(administration::review_plans).await?))
}

/// Sets how a brand asks for reviews. Requests that wait for their time follow the new plan, but keep that time.
#[utoipa::path(put, path = "/api/v1/review-plans/{brand}", request_body = ReviewPlan, tag = "reviews",
    params(("brand" = String, Path)),
    responses((status = 200, body = ReviewPlanRow), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn put_plan(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(key): Path<String>,
    Json(plan): Json<ReviewPlan>,
) -> Result<axum::Json<ReviewPlanRow>, ApiError> {
    signed.require(Permission::SettingsManage)?;
    let plan = plan.checked()?;
    let set = hub.database.write(move |connection, _| administration::set_review_plan(connection, &key, plan));
    let row = set.await??;
    audit(signed.0.id, &row.brand, "review plan: set");
    Ok(axum::Json(row))
}

/// Has a brand ask no more. Requests that were made can still be answered.
#[utoipa::path(delete, path = "/api/v1/review-plans/{brand}", tag = "reviews", params(("brand" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn remove_plan(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(key): Path<String>,
) -> Result<StatusCode, ApiError> {
    signed.require(Permission::SettingsManage)?;
    let named = key.clone();
    let is_removed = hub.database.write(move |connection, _| administration::remove_review_plan(connection, &named));
    if !is_removed.await? {
        return Err(ApiError::new(404, "review.no_plan", format!("Brand '{key}' has no review plan.")));
    }
    audit(signed.0.id, &key, "review plan: removed");
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReviewsQuery {
    /// Scores of 1 and 2 only.
    #[serde(default)]
    low: bool,
    #[serde(default = "fifty")]
    limit: u32,
    /// `next` of the previous page.
    before: Option<String>,
}

fn fifty() -> u32 {
    50
}

/// What became of each round that could be reviewed, and what reviewers and Your Logic filed, newest first. Agents see the
/// scores of theirs.
#[utoipa::path(get, path = "/api/v1/reviews", params(ReviewsQuery), tag = "reviews",
    responses((status = 200, body = ReviewPage), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Query(query): Query<ReviewsQuery>,
) -> Result<axum::Json<ReviewPage>, ApiError> {
    signed.require(Permission::ReviewsView)?;
    let sees_all = signed.0.role.permissions().has_all(Permission::ReviewsView);
    let wanted = Wanted { low: query.low, of: (!sees_all).then_some(signed.0.id) };
    let before = match &query.before {
        Some(before) => place(before).ok_or_else(|| Rejection::invalid("before", "not the `next` of a page"))?,
        None => Before::END,
    };
    let (limit, now) = (query.limit.clamp(1, PAGE), hub.clock.now());
    let rows = hub.database.read(move |connection| reviews::list(connection, wanted, before, limit, now)).await?;
    let is_full = rows.len() == limit as usize;
    let next = rows.last().filter(|_| is_full).map(|last| format!("{}.{}", last.asked_at.0, last.id));
    Ok(axum::Json(ReviewPage { reviews: rows, next }))
}

/// Files a review of a turn of ours, or of the round. Nobody reviews work of their own. Other users than supervisors see it
/// only if it is theirs.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/reviews", request_body = NewReview, tag = "reviews",
    params(("id" = String, Path)),
    responses((status = 200, body = ReviewRow), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, description = "The id is another review's, or the work is one's own", body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn file(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
    Json(new): Json<NewReview>,
) -> Result<axum::Json<ReviewRow>, ApiError> {
    signed.require(Permission::ReviewsWrite)?;
    let of: ConversationId = id(&path, "conversation")?;
    let NewReview { id, turn, engagement, question, score, comment } = new;
    check_review(&question, score, &comment)?;
    if id.0.is_nil() {
        return Err(Rejection::nil_id().into());
    }
    let part = match engagement {
        Some(_) if turn.is_some() => {
            return Err(Rejection::invalid("engagement", "not together with a turn").into());
        }
        Some(engagement) => hub.database.read(move |connection| reviews::engaged(connection, of, engagement)).await?,
        None => None,
    };
    let (reviewer, user) = (signed.participant(), signed.0.id);
    let (rights, now) = (signed.0.rights(), hub.clock.now());
    let row = hub.database.write(move |connection, engine| -> Result<_, StoreError> {
        let state = engine.state(connection, of)?.ok_or(Rejection::Unknown)?;
        if !conversations::may_read(connection, &rights.access(), &state)? {
            return Err(Rejection::Unknown.into());
        }
        let said_by = match turn {
            Some(turn) => Some(engine.said_by(connection, of, turn)?.ok_or_else(no_turn)?),
            None if engagement.is_some() => Some(part.ok_or_else(no_part)?),
            None => None,
        };
        let about = Filed::of(&state, said_by.as_ref(), now);
        let filed = Filed { id, reviewer, turn, engagement, question, score, comment, ..about };
        if filed.shares.iter().any(|share| share.by.user() == Some(user)) {
            return Ok(None);
        }
        reviews::file(connection, &filed)?;
        let row = reviews::get(connection, id, now)?.filter(|known| filed.is(known));
        Ok(Some(row.ok_or(Rejection::IdUsed)?))
    });
    let own = || ApiError::new(409, "review.own", "Somebody else has to review work of yours.");
    row.await?.map(axum::Json).ok_or_else(own)
}

fn no_turn() -> Rejection {
    Rejection::invalid("turn", "no turn of ours has this id here")
}

fn no_part() -> Rejection {
    Rejection::invalid("engagement", "nobody of ours has this part here")
}

/// Says once that one disagrees with a score of one's own.
#[utoipa::path(post, path = "/api/v1/reviews/{id}/dispute", request_body = NewDispute, tag = "reviews",
    params(("id" = String, Path)),
    responses((status = 200, body = ReviewRow), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, description = "It is disputed already", body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn dispute(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
    Json(NewDispute { text }): Json<NewDispute>,
) -> Result<axum::Json<ReviewRow>, ApiError> {
    signed.require(Permission::ReviewsView)?;
    check_dispute(&text)?;
    let none = || ApiError::new(404, "review.unknown", "There is no such review of yours.");
    let Ok(review) = path.parse::<ReviewId>() else { return Err(none()) };
    let (by, user, at) = (signed.participant(), signed.0.id, hub.clock.now());
    let row = hub.database.write(move |connection, _| -> Result<_, StoreError> {
        let known = reviews::get(connection, review, at)?;
        let is_own = |row: &ReviewRow| row.shares.iter().any(|share| share.by.user() == Some(user));
        let known = known.filter(|row| is_own(row) && row.status != ReviewStatus::Deleted);
        let Some(row) = known else { return Ok(None) };
        if row.dispute.is_none() {
            reviews::dispute(connection, review, &Dispute { by, at, text: text.clone() })?;
        }
        let row = reviews::get(connection, review, at)?;
        let is_given = |row: &ReviewRow| {
            row.dispute.as_ref().is_some_and(|given| given.text == text && given.by.user() == Some(user))
        };
        Ok(row.map(|row| (is_given(&row), row)))
    });
    match row.await? {
        Some((true, row)) => Ok(axum::Json(row)),
        Some((false, _)) => Err(ApiError::new(409, "review.disputed", "This review is disputed already.")),
        None => Err(none()),
    }
}

/// Confirms a score, after a look at what is said against it. The same again changes nothing. Nobody confirms a score of
/// their own.
#[utoipa::path(post, path = "/api/v1/reviews/{id}/confirm", tag = "reviews", params(("id" = String, Path)),
    responses((status = 200, body = ReviewRow), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem),
        (status = 409, description = "It has no score, or the score is one's own", body = Problem)))]
pub(crate) async fn confirm(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
) -> Result<axum::Json<ReviewRow>, ApiError> {
    signed.require(Permission::ReviewsWrite)?;
    let review = path.parse::<ReviewId>().map_err(|_| unknown())?;
    let (judged, user) = (Judged { by: signed.participant(), at: hub.clock.now() }, signed.0.id);
    let row = hub.database.write(move |connection, _| -> Result<_, StoreError> {
        let Some(row) = reviews::get(connection, review, judged.at)? else { return Ok(None) };
        let may = row.score.is_some() && row.shares.iter().all(|share| share.by.user() != Some(user));
        if may && row.verified != ReviewVerified::Correct {
            reviews::confirm(connection, review, &judged)?;
        }
        Ok(reviews::get(connection, review, judged.at)?.map(|row| (may, row)))
    });
    match row.await? {
        Some((true, row)) => Ok(axum::Json(row)),
        Some((false, row)) if row.score.is_none() => {
            Err(ApiError::new(409, "review.no_score", "This review has no score."))
        }
        Some((false, _)) => Err(ApiError::new(409, "review.own", "Somebody else has to confirm a score of yours.")),
        None => Err(unknown()),
    }
}

/// Deletes a review that a reviewer or Your Logic has filed. Its score and words are gone; that it was there stays.
#[utoipa::path(delete, path = "/api/v1/reviews/{id}", tag = "reviews", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, description = "It is a customer's", body = Problem)))]
pub(crate) async fn delete(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
) -> Result<StatusCode, ApiError> {
    signed.require(Permission::ReviewsWrite)?;
    let review = path.parse::<ReviewId>().map_err(|_| unknown())?;
    let judged = Judged { by: signed.participant(), at: hub.clock.now() };
    let kind = hub.database.write(move |connection, _| -> Result<_, StoreError> {
        let kind = reviews::get(connection, review, judged.at)?.map(|row| row.kind);
        reviews::delete(connection, review, &judged)?;
        Ok(kind)
    });
    match kind.await? {
        Some(ReviewType::Customer) => {
            Err(ApiError::new(409, "review.of_customer", "What customers answer is part of their conversation."))
        }
        Some(ReviewType::Reviewer | ReviewType::Auto) => {
            audit(signed.0.id, &path, "review: deleted");
            Ok(StatusCode::NO_CONTENT)
        }
        None => Err(unknown()),
    }
}

fn unknown() -> ApiError {
    ApiError::new(404, "review.unknown", "There is no such review.")
}

fn check_dispute(text: &str) -> Result<(), Rejection> {
    if is_blank(text) {
        return Err(Rejection::blank("text"));
    }
    match text.chars().count() > limits::COMMENT_CHARS {
        true => Err(Rejection::invalid("text", format!("longer than {} characters", limits::COMMENT_CHARS))),
        false => Ok(()),
    }
}

/// Parses a page's `next`.
fn place(text: &str) -> Option<Before> {
    let (asked_at, id) = text.split_once('.')?;
    Some(Before { asked_at: asked_at.parse().ok()?, id: id.parse().ok()? })
}
