//! Who looked at which conversation as its participants saw it.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use tandem_conversation::{ConversationId, Permission, Rejection, Time, UserId};
use tandem_protocol::Problem;
use tandem_protocol::agents::LookRow;
use utoipa::IntoParams;

use super::Query;
use super::auth::Signed;
use crate::hub::Hub;
use crate::problem::ApiError;
use crate::store::looks::{self, Asked};

/// Maximum page of looks, and the default.
const PAGE: u32 = 1_000;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct LooksQuery {
    /// Only looks of this user.
    user: Option<UserId>,
    /// Only looks at this conversation.
    conversation: Option<ConversationId>,
    /// Only looks at this time or later.
    from: Option<Time>,
    /// Only looks before this time.
    until: Option<Time>,
    /// Only looks after the one with this id, for the next page.
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

/// Who looked at which conversation through whose eyes, and when, oldest first. Needs `liveConversations.viewAll`, and
/// `analytics.view` for all.
#[utoipa::path(get, path = "/api/v1/looks", tag = "analytics", params(LooksQuery),
    responses((status = 200, body = Vec<LookRow>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Query(query): Query<LooksQuery>,
) -> Result<axum::Json<Vec<LookRow>>, ApiError> {
    signed.require(Permission::ViewAll)?;
    if !signed.0.role.permissions().has_all(Permission::AnalyticsView) {
        return Err(Rejection::Forbidden { permission: Permission::AnalyticsView }.into());
    }
    let LooksQuery { user, conversation, from, until, after, limit } = query;
    let (from, until) = (from.unwrap_or(Time(i64::MIN)), until.unwrap_or(Time(i64::MAX)));
    let asked = Asked { user, conversation, from, until, after, limit: limit.clamp(1, PAGE) };
    Ok(axum::Json(hub.database.read(move |connection| looks::read(connection, &asked)).await?))
}
