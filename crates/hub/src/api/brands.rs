//! Brands, for users who manage settings.

use std::sync::Arc;

use axum::extract::{Path, State};
use serde::Deserialize;
use tandem_conversation::Permission;
use tandem_protocol::Problem;
use tandem_protocol::administration::{BrandAddition, BrandChange, BrandRemoval, BrandRow};
use utoipa::IntoParams;

use super::auth::Signed;
use super::{Json, Query};
use crate::administration::{self, audit, fields_of};
use crate::hub::Hub;
use crate::problem::ApiError;
use crate::store::brands::{self, Brand};

/// All brands, by id.
#[utoipa::path(get, path = "/api/v1/brands", tag = "administration",
    responses((status = 200, body = Vec<BrandRow>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list(State(hub): State<Arc<Hub>>, signed: Signed) -> Result<axum::Json<Vec<BrandRow>>, ApiError> {
    signed.require(Permission::SettingsManage)?;
    let all = hub.database.read(brands::all).await?;
    Ok(axum::Json(all.into_iter().map(row_of).collect()))
}

/// Adds a brand.
#[utoipa::path(post, path = "/api/v1/brands", request_body = BrandAddition, tag = "administration",
    responses((status = 200, body = BrandRow), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, description = "The id is another brand's", body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn add(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Json(addition): Json<BrandAddition>,
) -> Result<axum::Json<BrandRow>, ApiError> {
    signed.require(Permission::SettingsManage)?;
    let added = hub.database.write(move |connection, _| administration::add_brand(connection, addition)).await?;
    let row = row_of(added?);
    audit(signed.0.id, &row.id, "brand: added");
    Ok(axum::Json(row))
}

/// Changes the given fields.
#[utoipa::path(patch, path = "/api/v1/brands/{id}", request_body = BrandChange, tag = "administration",
    params(("id" = String, Path)),
    responses((status = 200, body = BrandRow), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(key): Path<String>,
    Json(change): Json<BrandChange>,
) -> Result<axum::Json<BrandRow>, ApiError> {
    signed.require(Permission::SettingsManage)?;
    let what = format!("brand: {}", fields_of(&change));
    let changed =
        hub.database.write(move |connection, _| administration::change_brand(connection, &key, change)).await?;
    let row = row_of(changed?);
    audit(signed.0.id, &row.id, &what);
    Ok(axum::Json(row))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct RemovalQuery {
    /// Also while customers are in conversations, which are completed [default: false].
    #[serde(default)]
    #[param(default = false)]
    force: bool,
}

/// Removes a brand: no new chats start. Its conversations stay. Users who are limited to several brands lose it.
#[utoipa::path(delete, path = "/api/v1/brands/{id}", tag = "administration",
    params(("id" = String, Path), RemovalQuery),
    responses((status = 200, body = BrandRemoval), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, description = "It is the only brand of a user, or has conversations in progress", body = Problem)))]
pub(crate) async fn remove(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(key): Path<String>,
    Query(RemovalQuery { force }): Query<RemovalQuery>,
) -> Result<axum::Json<BrandRemoval>, ApiError> {
    signed.require(Permission::SettingsManage)?;
    let brand = key.clone();
    let changed =
        hub.database.write(move |connection, _| administration::remove_brand(connection, &key, force)).await??;
    hub.rights_changed.notify_one();
    audit(signed.0.id, brand, "brand: removed");
    for user in &changed {
        audit(signed.0.id, user.id, "user: brands");
    }
    Ok(axum::Json(BrandRemoval { users: changed.into_iter().map(|user| user.email).collect() }))
}

fn row_of(brand: Brand) -> BrandRow {
    let Brand { look, domains, language, targets, .. } = brand;
    BrandRow {
        id: look.id,
        name: look.name,
        greeting: look.greeting,
        accent: look.accent,
        domains,
        language,
        first_reply_s: targets.first_reply_s,
        next_reply_s: targets.next_reply_s,
    }
}
