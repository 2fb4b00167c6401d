//! Dry runs for agents: what Your Logic would say next, a better wording for a reply, and translations. Nothing changes.

use std::sync::Arc;

use axum::extract::{Path, State};
use tandem_conversation::{ConversationId, Permission};
use tandem_protocol::Problem;
use tandem_protocol::agents::{Improve, Improved, Translate, Translated};
use tandem_protocol::logic::LogicResponseBody;

use super::auth::Signed;
use super::conversations;
use super::input::{Json, id};
use crate::hub::Hub;
use crate::improve::{ImproveError, improve};
use crate::logic::{Wish, dry_run};
use crate::problem::ApiError;
use crate::translate::{TranslateError, translate};

/// What Your Logic would answer now. It is asked with `dryRun`; nothing changes.
#[utoipa::path(post, path = "/api/v1/logic/conversations/{id}/preview", tag = "logic", params(("id" = String, Path)),
    responses((status = 200, body = LogicResponseBody), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 429, body = Problem),
        (status = 502, description = "Your Logic has no usable answer; `detail` says why", body = Problem)))]
pub(crate) async fn preview(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
) -> Result<axum::Json<LogicResponseBody>, ApiError> {
    let conversation = admitted(&hub, &signed, &path).await?;
    let answer = dry_run(&hub, conversation, Wish::Preview).await?;
    answer.map(axum::Json).map_err(|failure| ApiError::new(502, "logic.failed", failure.line()))
}

/// A better wording for an unsent reply: from the writing model if one is configured, otherwise from Your Logic with
/// `dryRun`. Nothing changes and nothing is sent.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/improve", tag = "agents", request_body = Improve,
    params(("id" = String, Path)),
    responses((status = 200, body = Improved), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem), (status = 502, description = "Nothing usable came back; `detail` says why", body = Problem)))]
pub(crate) async fn improved(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
    Json(Improve { text }): Json<Improve>,
) -> Result<axum::Json<Improved>, ApiError> {
    let conversation = admitted(&hub, &signed, &path).await?;
    match improve(&hub, conversation, text).await {
        Ok(improved) => Ok(axum::Json(improved)),
        Err(ImproveError::Store(error)) => Err(error.into()),
        Err(ImproveError::Failed(why)) => Err(ApiError::new(502, "improve.failed", why)),
    }
}

/// Turns of a conversation, or an unsent reply, in another language: from the writing model if one is configured,
/// otherwise from Your Logic with `dryRun`. Nothing is recorded or sent.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/translate", tag = "agents", request_body = Translate,
    params(("id" = String, Path)),
    responses((status = 200, body = Translated), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem),
        (status = 502, description = "Nothing usable came back; `detail` says why", body = Problem)))]
pub(crate) async fn translated(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
    Json(wanted): Json<Translate>,
) -> Result<axum::Json<Translated>, ApiError> {
    let conversation: ConversationId = id(&path, "conversation")?;
    conversations::readable(&hub, &signed, conversation).await?;
    hub.limits.translation(signed.0.id)?;
    match translate(&hub, conversation, wanted).await {
        Ok(translated) => Ok(axum::Json(translated)),
        Err(TranslateError::Store(error)) => Err(error.into()),
        Err(TranslateError::Failed(why)) => Err(ApiError::new(502, "translate.failed", why)),
    }
}

/// The conversation, if the user handles conversations, may read this one, and is within the limit.
async fn admitted(hub: &Hub, signed: &Signed, path: &str) -> Result<ConversationId, ApiError> {
    signed.require(Permission::Handle)?;
    let conversation: ConversationId = id(path, "conversation")?;
    conversations::readable(hub, signed, conversation).await?;
    hub.limits.dry_run(signed.0.id)?;
    Ok(conversation)
}
