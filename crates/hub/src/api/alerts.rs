//! The alert ledger: reports from desks, and the view for supervisors.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use tandem_conversation::{Permission, Rejection};
use tandem_protocol::Problem;
use tandem_protocol::agents::{AlertLedger, AlertReports};

use super::auth::Signed;
use super::{Json, conversations, id};
use crate::hub::Hub;
use crate::problem::ApiError;
use crate::store::alerts;

/// Maximum reports per request.
const REPORTS: usize = 500;
/// Maximum calls per response.
const CALLS: u32 = 100;

/// Reports what became of alerts on this agent's screen. Reports on unknown calls are ignored.
#[utoipa::path(post, path = "/api/v1/alerts", request_body = AlertReports, tag = "alerts",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn report(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Json(request): Json<AlertReports>,
) -> Result<StatusCode, ApiError> {
    signed.require(Permission::Handle)?;
    if request.reports.len() > REPORTS {
        return Err(Rejection::invalid("reports", format!("at most {REPORTS} at once")).into());
    }
    let now = hub.clock.now();
    let mut reports = request.reports;
    // A desk's clock may be fast; no report is from the future.
    reports.iter_mut().for_each(|report| report.at = report.at.min(now));
    hub.alerted(signed.0.id, reports).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The conversation's calls for help with the agents who were alerted, newest first.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/alerts", tag = "alerts", params(("id" = String, Path)),
    responses((status = 200, body = AlertLedger), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn ledger(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
) -> Result<axum::Json<AlertLedger>, ApiError> {
    signed.require(Permission::ViewAll)?;
    let state = conversations::readable(&hub, &signed, id(&path, "conversation")?).await?;
    let calls = hub.database.read(move |connection| alerts::of_conversation(connection, state.id, CALLS)).await?;
    Ok(axum::Json(AlertLedger { calls }))
}
