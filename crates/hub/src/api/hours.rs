//! Business hours, for users who manage settings.

use std::sync::Arc;

use axum::extract::{Path, State};
use tandem_conversation::Permission;
use tandem_protocol::Problem;
use tandem_protocol::hours::{BusinessHoursChange, BusinessHoursRow};

use super::Json;
use super::auth::Signed;
use crate::administration::{self, HoursOf, audit};
use crate::hub::Hub;
use crate::problem::ApiError;

/// The hours of the account, and of brands and numbers that have their own; those without any have none.
#[utoipa::path(get, path = "/api/v1/business-hours", tag = "analytics",
    responses((status = 200, body = Vec<BusinessHoursRow>), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub(crate) async fn list(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
) -> Result<axum::Json<Vec<BusinessHoursRow>>, ApiError> {
    signed.require(Permission::SettingsManage)?;
    Ok(axum::Json(hub.database.read(administration::hours_of_all).await?))
}

/// Replaces all versions of the account's hours. Those in force before now are sent unchanged.
#[utoipa::path(put, path = "/api/v1/business-hours", request_body = BusinessHoursChange, tag = "analytics",
    responses((status = 200, body = BusinessHoursRow), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn put(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Json(change): Json<BusinessHoursChange>,
) -> Result<axum::Json<BusinessHoursRow>, ApiError> {
    set(&hub, &signed, HoursOf::Account, change).await
}

/// Replaces all versions of a brand's own hours, which stand instead of the account's. Those in force before now are sent
/// unchanged.
#[utoipa::path(put, path = "/api/v1/brands/{id}/business-hours", request_body = BusinessHoursChange, tag = "analytics",
    params(("id" = String, Path)),
    responses((status = 200, body = BusinessHoursRow), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn put_of_brand(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(key): Path<String>,
    Json(change): Json<BusinessHoursChange>,
) -> Result<axum::Json<BusinessHoursRow>, ApiError> {
    set(&hub, &signed, HoursOf::Brand(key), change).await
}

/// Replaces all versions of a number's own hours, which stand instead of its brand's and the account's. Those in force
/// before now are sent unchanged.
#[utoipa::path(put, path = "/api/v1/channels/whatsapp/{number}/business-hours", request_body = BusinessHoursChange,
    tag = "analytics", params(("number" = String, Path)),
    responses((status = 200, body = BusinessHoursRow), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn put_of_number(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(key): Path<String>,
    Json(change): Json<BusinessHoursChange>,
) -> Result<axum::Json<BusinessHoursRow>, ApiError> {
    set(&hub, &signed, HoursOf::Number(key), change).await
}

async fn set(
    hub: &Hub,
    signed: &Signed,
    of: HoursOf,
    change: BusinessHoursChange,
) -> Result<axum::Json<BusinessHoursRow>, ApiError> {
    signed.require(Permission::SettingsManage)?;
    let now = hub.clock.now();
    let set = hub
        .database
        .write(move |connection, _| administration::set_hours(connection, of, change.versions, (now, false)))
        .await?;
    let (row, _) = set?;
    audit(signed.0.id, row.brand.as_deref().or(row.number.as_deref()).unwrap_or("account"), "business hours");
    Ok(axum::Json(row))
}
