//! Supervisors say how a colleague is, at whose desk it then stands.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use tandem_conversation::{Permission, Rejection, UserId};
use tandem_protocol::Problem;
use tandem_protocol::agents::AvailabilityChange;

use super::Json;
use super::auth::Signed;
use super::input::id;
use crate::administration::audit;
use crate::hub::Hub;
use crate::problem::ApiError;
use crate::store::{StoreError, users};

/// Sets how a user is, as if they had said so. Their desks show by whom.
#[utoipa::path(put, path = "/api/v1/users/{id}/availability", request_body = AvailabilityChange, tag = "live",
    params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, description = "There is no such colleague", body = Problem),
        (status = 409, description = "The user has no desk open that can be told", body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn set(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
    Json(change): Json<AvailabilityChange>,
) -> Result<StatusCode, ApiError> {
    if !signed.0.role.permissions().has_all(Permission::ViewAll) {
        return Err(Rejection::Forbidden { permission: Permission::ViewAll }.into());
    }
    let user: UserId = id(&path, "user")?;
    let known = hub.database.read(move |connection| -> Result<_, StoreError> { users::at_work(connection, user) });
    let Some(known) = known.await? else {
        return Err(ApiError::new(404, "user.unknown", "There is no such colleague."));
    };
    if !hub.fanout.set_availability(user, change.status, signed.0.name.clone()).await {
        let message = format!("{} has no desk open that can be told.", known.name);
        return Err(ApiError::new(409, "user.not_here", message));
    }
    let what = serde_json::to_string(&change.status).unwrap_or_default();
    audit(signed.0.id, user, &format!("user: availability {}", what.trim_matches('"')));
    Ok(StatusCode::NO_CONTENT)
}
