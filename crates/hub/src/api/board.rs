//! What supervisors' boards show besides the states that their desks hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use tandem_conversation::measure::{Definitions, date, local_day};
use tandem_conversation::{Permission, Rejection};
use tandem_protocol::Problem;
use tandem_protocol::agents::Today;

use super::auth::Signed;
use super::figures::measured;
use crate::analytics::facts::Asked;
use crate::analytics::figures::{self, Filter, Question};
use crate::analytics::today::{self, CURVES_MS, METRICS};
use crate::hub::Hub;
use crate::problem::ApiError;
use crate::store::activity;

/// Today's figures, Your Logic in the last hour, and the curves of the last hour and day. Needs `analytics.view` for all.
#[utoipa::path(get, path = "/api/v1/board/today", tag = "analytics",
    responses((status = 200, body = Today), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn day(State(hub): State<Arc<Hub>>, signed: Signed) -> Result<axum::Json<Today>, ApiError> {
    if !signed.0.role.permissions().has_all(Permission::AnalyticsView) {
        return Err(Rejection::Forbidden { permission: Permission::AnalyticsView }.into());
    }
    let now = hub.clock.now();
    let name = hub.config.analytics.zone.clone();
    let refused = |(field, why): figures::Refused| ApiError::from(Rejection::invalid(field, why));
    let zone = figures::zone(&name).map_err(refused)?;
    let (from, until) = date(now, &zone).and_then(|date| local_day(date, &zone)).unwrap_or((now, now));
    let since = now.plus_ms(-CURVES_MS);
    let presence = hub.database.read(move |connection| activity::between(connection, None, since, now)).await?;
    let thresholds = Definitions::default().at(now).clone();
    let asked = Asked {
        from,
        until,
        within_ms: thresholds.service_ms,
        short_ms: thresholds.short_ms,
        origin: Some("live"),
        business: false,
        now,
    };
    let question = Question {
        metrics: figures::metrics(METRICS).map_err(refused)?,
        by: Vec::new(),
        zone,
        asked,
        filter: Filter::default(),
        presence: BTreeMap::new(),
    };
    let read = move |connection: &tandem_sql::Connection| today::today(connection, &question, name, &presence);
    Ok(axum::Json(measured(&hub, read).await?))
}
