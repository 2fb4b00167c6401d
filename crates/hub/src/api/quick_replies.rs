//! Quick replies: everybody has their own, and those who manage settings change what others see.

use std::collections::HashSet;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use tandem_conversation::{ItemState, Permission, QuickReply, QuickReplyId};
use tandem_protocol::Problem;
use tandem_protocol::library::{Imported, ItemRemoval, ItemUsage, LibraryFile, QuickReplyDefinition, QuickReplyRow};
use uuid::Uuid;

use super::auth::Signed;
use super::library::{ImportScope, UsagePeriod, author};
use super::{Json, Query, id};
use crate::administration::audit;
use crate::hub::Hub;
use crate::library::Refused;
use crate::problem::ApiError;
use crate::store::library_uses::Total;
use crate::store::{StoreError, library, library_uses};

fn row_of(quick_reply: QuickReply, total: Total) -> QuickReplyRow {
    QuickReplyRow { fit: quick_reply.fit(), uses: total.uses, last_used_at: total.last_used, quick_reply }
}

/// The quick replies by shortcut: active ones that everybody or a team sees, and the user's own. For those who manage
/// settings also drafts and retired ones. Private ones of others are not in it.
#[utoipa::path(get, path = "/api/v1/quick-replies", tag = "library",
    responses((status = 200, body = Vec<QuickReplyRow>), (status = 401, body = Problem)))]
pub(crate) async fn list(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
) -> Result<axum::Json<Vec<QuickReplyRow>>, ApiError> {
    let (user, manages) = (signed.0.id, author(&signed).manages);
    let read = hub.database.read(move |connection| -> Result<_, StoreError> {
        let mut shared = library::shared_replies(connection)?;
        shared.retain(|reply| manages || reply.state == ItemState::Active);
        let all = [shared, library::own_replies(connection, user)?].concat();
        Ok((all, library_uses::totals(connection)?))
    });
    let (mut all, totals) = read.await?;
    all.sort_by(|one, other| one.shortcut.cmp(&other.shortcut));
    let total = |reply: &QuickReply| totals.get(&reply.id.0).copied().unwrap_or_default();
    Ok(axum::Json(
        all.into_iter().map(|reply| (total(&reply), reply)).map(|(total, reply)| row_of(reply, total)).collect(),
    ))
}

/// Adds a quick reply. `scope` `mine` is open to every agent.
#[utoipa::path(post, path = "/api/v1/quick-replies", request_body = QuickReplyDefinition, tag = "library",
    responses((status = 200, body = QuickReplyRow), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem),
        (status = 409, description = "The shortcut is taken, or the library is full", body = Problem),
        (status = 422, description = "An unknown variable is named with its position", body = Problem)))]
pub(crate) async fn add(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Json(definition): Json<QuickReplyDefinition>,
) -> Result<axum::Json<QuickReplyRow>, ApiError> {
    let reply = definition.id.unwrap_or_else(|| QuickReplyId(Uuid::now_v7()));
    save(&hub, &signed, reply, definition, "quick reply: added").await
}

/// Adds a quick reply, or saves a new version of the one with this id.
#[utoipa::path(put, path = "/api/v1/quick-replies/{id}", request_body = QuickReplyDefinition, tag = "library",
    params(("id" = String, Path, description = "A UUID chosen by the client")),
    responses((status = 200, body = QuickReplyRow), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, description = "It is another user's", body = Problem),
        (status = 409, description = "The shortcut is taken, a newer version exists, or the library is full",
            body = Problem),
        (status = 422, description = "An unknown variable is named with its position", body = Problem)))]
pub(crate) async fn put(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
    Json(definition): Json<QuickReplyDefinition>,
) -> Result<axum::Json<QuickReplyRow>, ApiError> {
    save(&hub, &signed, id(&path, "quick reply")?, definition, "quick reply: saved").await
}

async fn save(
    hub: &Hub,
    signed: &Signed,
    id: QuickReplyId,
    definition: QuickReplyDefinition,
    what: &str,
) -> Result<axum::Json<QuickReplyRow>, ApiError> {
    signed.require(Permission::Handle)?;
    let (author, now) = (author(signed), hub.clock.now());
    let saved = hub.database.write(move |connection, _| -> Result<_, StoreError> {
        let saved = crate::library::save_reply(connection, id, definition, author, now)?;
        Ok((saved, library_uses::total(connection, id.0)?))
    });
    let (saved, total) = saved.await?;
    let reply = saved?;
    hub.library_changed.notify_one();
    audit(signed.0.id, id, what);
    Ok(axum::Json(row_of(reply, total)))
}

/// Removes a quick reply; one that was used is retired instead.
#[utoipa::path(delete, path = "/api/v1/quick-replies/{id}", tag = "library", params(("id" = String, Path)),
    responses((status = 200, body = ItemRemoval), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn remove(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
) -> Result<axum::Json<ItemRemoval>, ApiError> {
    signed.require(Permission::Handle)?;
    let (author, now) = (author(&signed), hub.clock.now());
    let reply: QuickReplyId = id(&path, "quick reply")?;
    let removed =
        hub.database.write(move |connection, _| crate::library::remove_reply(connection, reply, author, now)).await??;
    hub.library_changed.notify_one();
    audit(signed.0.id, reply, if removed.retired { "quick reply: retired" } else { "quick reply: removed" });
    Ok(axum::Json(removed))
}

/// The newest 100 versions of a quick reply, newest first, for those who may change it.
#[utoipa::path(get, path = "/api/v1/quick-replies/{id}/versions", tag = "library", params(("id" = String, Path)),
    responses((status = 200, body = Vec<QuickReply>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn versions(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
) -> Result<axum::Json<Vec<QuickReply>>, ApiError> {
    let author = author(&signed);
    let reply: QuickReplyId = id(&path, "quick reply")?;
    let read = hub.database.read(move |connection| -> Result<_, StoreError> {
        match library::quick_reply(connection, reply)? {
            Some((_, Some(owner))) if author.user != Some(owner) => Ok(Err(Refused::Unknown)),
            Some((_, None)) if !author.manages => Ok(Err(Refused::NotYours)),
            Some(_) => Ok(Ok(library::versions::<QuickReply>(connection, reply.0)?)),
            None => Ok(Err(Refused::Unknown)),
        }
    });
    Ok(axum::Json(read.await??))
}

/// Imports quick replies: a table with the columns `shortcut` and `text` (also `title`, `language`, `folder`, `brands`,
/// `note`), Chatwoot's canned responses, or a file of `tandem-hub library export`. All of it is taken, or nothing. A
/// quick reply with the shortcut of an existing one becomes its new version.
#[utoipa::path(post, path = "/api/v1/quick-replies/import", tag = "library", params(ImportScope),
    request_body(content = LibraryFile, content_type = "application/json"),
    responses((status = 200, body = Imported), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem),
        (status = 422, description = "The item or line and its problem", body = Problem)))]
pub(crate) async fn import(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Query(scope): Query<ImportScope>,
    headers: HeaderMap,
    body: Body,
) -> Result<axum::Json<Imported>, ApiError> {
    signed.require(Permission::Handle)?;
    let author = author(&signed);
    let only_replies = |file: LibraryFile| match file.questions.is_empty() || author.manages {
        true => Ok(file),
        false => Err(Refused::NotYours.into()),
    };
    let imported = super::library::import(&hub, author, scope, &headers, body, only_replies).await?;
    audit(signed.0.id, "library", "library: imported");
    Ok(axum::Json(imported))
}

/// How quick replies that everybody or a team sees were used, and the user's own, by version. For those who may see
/// everybody's figures.
#[utoipa::path(get, path = "/api/v1/quick-replies/usage", tag = "library", params(UsagePeriod),
    responses((status = 200, body = Vec<ItemUsage>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn usage(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Query(period): Query<UsagePeriod>,
) -> Result<axum::Json<Vec<ItemUsage>>, ApiError> {
    let user = signed.0.id;
    let mut usage = super::library::usage(&hub, &signed, period).await?;
    let seen = hub.database.read(move |connection| -> Result<_, StoreError> {
        Ok([library::shared_replies(connection)?, library::own_replies(connection, user)?].concat())
    });
    let ids: HashSet<Uuid> = seen.await?.into_iter().map(|reply| reply.id.0).collect();
    usage.retain(|usage| ids.contains(&usage.id));
    Ok(axum::Json(usage))
}
