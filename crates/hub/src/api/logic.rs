//! The door for Your Logic's later answers, and the diagnosis for its developers.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use subtle::ConstantTimeEq as _;
use tandem_conversation::{ConversationId, Permission, Rejection};
use tandem_protocol::Problem;
use tandem_protocol::agents::CommandAccepted;
use tandem_protocol::logic::LogicResponseBody;

use super::auth::{Signed, bearer};
use super::input::id;
use super::{ApiError, Json};
use crate::hub::Hub;
use crate::logic::{apply, is_preview, preview};
use crate::store::conversations;
use crate::store::logic_requests::{self, LogicRequestRow};

/// Proof that Your Logic is asking.
pub(crate) struct Proven;

impl FromRequestParts<Arc<Hub>> for Proven {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, hub: &Arc<Hub>) -> Result<Self, ApiError> {
        let wrong = || ApiError::new(401, "logic.wrong_secret", "The bearer secret is missing or wrong.");
        let logic = hub.config.logic.as_ref().ok_or_else(wrong)?;
        let token = bearer(parts).ok_or_else(wrong)?;
        let same: bool = token.as_bytes().ct_eq(logic.secret.as_bytes()).into();
        if same { Ok(Self) } else { Err(wrong()) }
    }
}

/// Answers later, or speaks unasked. All actions take effect, or none.
#[utoipa::path(post, path = "/api/v1/logic/conversations/{id}/responses", request_body = LogicResponseBody, tag = "logic",
    params(("id" = String, Path)),
    responses((status = 200, body = CommandAccepted), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn respond(
    State(hub): State<Arc<Hub>>,
    _: Proven,
    Path(path): Path<String>,
    Json(body): Json<LogicResponseBody>,
) -> Result<axum::Json<CommandAccepted>, ApiError> {
    let conversation: ConversationId = id(&path, "conversation")?;
    if body.request_id.is_some_and(is_preview) {
        return Err(ApiError::new(409, "logic.preview_over", "Previews are answered at once, and change nothing."));
    }
    let position = apply(&hub, conversation, body).await??;
    Ok(axum::Json(CommandAccepted { position }))
}

/// What Your Logic would answer to the conversation as it stands. It is asked with `dryRun`; nothing changes.
#[utoipa::path(post, path = "/api/v1/logic/conversations/{id}/preview", tag = "logic", params(("id" = String, Path)),
    responses((status = 200, body = LogicResponseBody), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 502, description = "Your Logic has no usable answer; `detail` says why", body = Problem)))]
pub(crate) async fn preview_of(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
) -> Result<axum::Json<LogicResponseBody>, ApiError> {
    signed.require(Permission::Handle)?;
    let conversation: ConversationId = id(&path, "conversation")?;
    let state = hub.database.read(move |connection| conversations::get(connection, conversation)).await?;
    let (permissions, now) = (signed.0.role.permissions(), hub.clock.now());
    // What one may not see does not exist.
    if !state.is_some_and(|state| tandem_conversation::visible(&state, signed.0.id, &permissions, now)) {
        return Err(Rejection::Unknown.into());
    }
    let answer = preview(&hub, conversation).await?;
    answer.map(axum::Json).map_err(|failure| ApiError::new(502, "logic.failed", failure.line()))
}

/// The newest requests to Your Logic and how they ended.
#[utoipa::path(get, path = "/api/v1/logic/requests", tag = "logic",
    responses((status = 200, body = Vec<LogicRequestRow>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn requests(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
) -> Result<axum::Json<Vec<LogicRequestRow>>, ApiError> {
    signed.require(Permission::SettingsManage)?;
    Ok(axum::Json(hub.database.read(|connection| logic_requests::newest(connection, 200)).await?))
}
