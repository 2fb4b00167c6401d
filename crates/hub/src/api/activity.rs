//! The log of activity: which presence users had since when.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use tandem_conversation::{Permission, Rejection, Time, UserId};
use tandem_protocol::Problem;
use tandem_protocol::agents::Spell;
use utoipa::IntoParams;

use super::Query;
use super::auth::Signed;
use crate::hub::Hub;
use crate::problem::ApiError;
use crate::store::activity::{self, Asked};

/// Maximum page of spells, and the default.
const PAGE: u32 = 1_000;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActivityQuery {
    /// Of this user alone. Users who see only their own figures need not name themselves.
    user: Option<UserId>,
    /// Only spells that began at this time or later.
    from: Option<Time>,
    /// Only spells that began before this time.
    until: Option<Time>,
    /// Only spells after the one with this id, for the next page.
    #[serde(default)]
    after: i64,
    /// How many at most [default: 1000]; other values than 1 to 1000 count as the nearest of these.
    #[serde(default = "page")]
    #[param(default = 1000)]
    limit: u32,
}

fn page() -> u32 {
    PAGE
}

/// Which presence users had since when, with the reasons that they gave, oldest first. `analytics.view` with scope `ME`
/// shows one's own.
#[utoipa::path(get, path = "/api/v1/activity", tag = "analytics", params(ActivityQuery),
    responses((status = 200, body = Vec<Spell>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Query(query): Query<ActivityQuery>,
) -> Result<axum::Json<Vec<Spell>>, ApiError> {
    signed.require(Permission::AnalyticsView)?;
    let ActivityQuery { user, from, until, after, limit } = query;
    let sees_all = signed.0.role.permissions().has_all(Permission::AnalyticsView);
    let user = if sees_all { user } else { Some(user.unwrap_or(signed.0.id)) };
    if !sees_all && user != Some(signed.0.id) {
        return Err(Rejection::Forbidden { permission: Permission::AnalyticsView }.into());
    }
    let (from, until) = (from.unwrap_or(Time(i64::MIN)), until.unwrap_or(Time(i64::MAX)));
    let asked = Asked { user, from, until, after, limit: limit.clamp(1, PAGE) };
    Ok(axum::Json(hub.database.read(move |connection| activity::read(connection, &asked)).await?))
}
