//! Questions of the library: everybody reads them, those who manage settings change them.

use std::collections::HashSet;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use tandem_conversation::{ItemState, Question, QuestionId};
use tandem_protocol::Problem;
use tandem_protocol::library::{Imported, ItemRemoval, ItemUsage, LibraryFile, QuestionDefinition, QuestionRow};
use uuid::Uuid;

use super::auth::Signed;
use super::library::{ImportScope, UsagePeriod, author};
use super::media::Trusted;
use super::{Json, Query, id};
use crate::administration::audit;
use crate::hub::Hub;
use crate::library::Refused;
use crate::problem::ApiError;
use crate::store::library_uses::Total;
use crate::store::{StoreError, library, library_uses};

fn row_of(question: Question, total: Total) -> QuestionRow {
    QuestionRow { fit: question.fit(), uses: total.uses, last_used_at: total.last_used, question }
}

/// The questions by key: active ones; drafts and retired ones, too, for those who manage settings.
#[utoipa::path(get, path = "/api/v1/questions", tag = "library",
    responses((status = 200, body = Vec<QuestionRow>), (status = 401, body = Problem)))]
pub(crate) async fn list(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
) -> Result<axum::Json<Vec<QuestionRow>>, ApiError> {
    let manages = author(&signed).manages;
    let read = hub.database.read(|connection| -> Result<_, StoreError> {
        Ok((library::questions(connection)?, library_uses::totals(connection)?))
    });
    let (mut all, totals) = read.await?;
    all.retain(|question| manages || question.state == ItemState::Active);
    let total = |question: &Question| totals.get(&question.id.0).copied().unwrap_or_default();
    Ok(axum::Json(all.into_iter().map(|one| (total(&one), one)).map(|(total, one)| row_of(one, total)).collect()))
}

/// Adds a question.
#[utoipa::path(post, path = "/api/v1/questions", request_body = QuestionDefinition, tag = "library",
    responses((status = 200, body = QuestionRow), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, description = "The key is another question's, or the library is full", body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn add(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Json(definition): Json<QuestionDefinition>,
) -> Result<axum::Json<QuestionRow>, ApiError> {
    let question = definition.id.unwrap_or_else(|| QuestionId(Uuid::now_v7()));
    save(&hub, &signed, question, definition, "question: added").await
}

/// Adds a question, or saves a new version of the one with this id. What was asked before stays as it was.
#[utoipa::path(put, path = "/api/v1/questions/{id}", request_body = QuestionDefinition, tag = "library",
    params(("id" = String, Path, description = "A UUID chosen by the client")),
    responses((status = 200, body = QuestionRow), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem),
        (status = 409, description = "The key is another question's, a newer version exists, or the library is full",
            body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn put(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
    Json(definition): Json<QuestionDefinition>,
) -> Result<axum::Json<QuestionRow>, ApiError> {
    save(&hub, &signed, id(&path, "question")?, definition, "question: saved").await
}

async fn save(
    hub: &Hub,
    signed: &Signed,
    id: QuestionId,
    definition: QuestionDefinition,
    what: &str,
) -> Result<axum::Json<QuestionRow>, ApiError> {
    let (author, now) = (author(signed), hub.clock.now());
    let saved = hub.database.write(move |connection, _| -> Result<_, StoreError> {
        let saved = crate::library::save_question(connection, id, definition, author, now)?;
        Ok((saved, library_uses::total(connection, id.0)?))
    });
    let (saved, total) = saved.await?;
    let question = saved?;
    hub.library_changed.notify_one();
    audit(signed.0.id, id, what);
    Ok(axum::Json(row_of(question, total)))
}

/// Removes a question; one that was asked is retired instead, and stays in its conversations.
#[utoipa::path(delete, path = "/api/v1/questions/{id}", tag = "library", params(("id" = String, Path)),
    responses((status = 200, body = ItemRemoval), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn remove(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
) -> Result<axum::Json<ItemRemoval>, ApiError> {
    let (author, now) = (author(&signed), hub.clock.now());
    let question: QuestionId = id(&path, "question")?;
    let removed = hub
        .database
        .write(move |connection, _| crate::library::remove_question(connection, question, author, now))
        .await??;
    hub.library_changed.notify_one();
    audit(signed.0.id, question, if removed.retired { "question: retired" } else { "question: removed" });
    Ok(axum::Json(removed))
}

/// The newest 100 versions of a question, newest first.
#[utoipa::path(get, path = "/api/v1/questions/{id}/versions", tag = "library", params(("id" = String, Path)),
    responses((status = 200, body = Vec<Question>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn versions(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
) -> Result<axum::Json<Vec<Question>>, ApiError> {
    if !author(&signed).manages {
        return Err(Refused::NotYours.into());
    }
    let question: QuestionId = id(&path, "question")?;
    let versions = hub.database.read(move |connection| library::versions::<Question>(connection, question.0)).await?;
    // Versions of an item of the other kind cannot be read as this one's.
    if versions.is_empty() { Err(Refused::Unknown.into()) } else { Ok(axum::Json(versions)) }
}

/// Imports questions and quick replies from a file of `tandem-hub library export`. All of it is taken, or nothing.
#[utoipa::path(post, path = "/api/v1/questions/import", tag = "library", params(ImportScope),
    request_body(content = LibraryFile, content_type = "application/json"),
    responses((status = 200, body = Imported), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem),
        (status = 422, description = "The item and its problem", body = Problem)))]
pub(crate) async fn import(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Query(scope): Query<ImportScope>,
    headers: HeaderMap,
    body: Body,
) -> Result<axum::Json<Imported>, ApiError> {
    let author = author(&signed);
    if !author.manages {
        return Err(Refused::NotYours.into());
    }
    let imported = super::library::import(&hub, author, scope, &headers, body, Ok).await?;
    audit(signed.0.id, "library", "library: imported");
    Ok(axum::Json(imported))
}

/// How questions were used, by version. For those who may see everybody's figures.
#[utoipa::path(get, path = "/api/v1/questions/usage", tag = "library", params(UsagePeriod),
    responses((status = 200, body = Vec<ItemUsage>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn usage(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Query(period): Query<UsagePeriod>,
) -> Result<axum::Json<Vec<ItemUsage>>, ApiError> {
    let mut usage = super::library::usage(&hub, &signed, period).await?;
    let questions = hub.database.read(library::questions).await?;
    let ids: HashSet<Uuid> = questions.into_iter().map(|question| question.id.0).collect();
    usage.retain(|usage| ids.contains(&usage.id));
    Ok(axum::Json(usage))
}

/// The active questions, for Your Logic: it asks one with `QUESTION` and its `key`.
#[utoipa::path(get, path = "/api/v1/logic/questions", tag = "logic",
    responses((status = 200, body = Vec<Question>), (status = 401, body = Problem)))]
pub(crate) async fn for_logic(State(hub): State<Arc<Hub>>, _: Trusted) -> Result<axum::Json<Vec<Question>>, ApiError> {
    let mut all = hub.database.read(library::questions).await?;
    all.retain(|question| question.state == ItemState::Active);
    Ok(axum::Json(all))
}
