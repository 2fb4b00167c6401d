//! The alert ledger: reports from desks, and the view for supervisors.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use tandem_conversation::{CallId, ConversationId, Permission, Rejection, UserId};
use tandem_protocol::Problem;
use tandem_protocol::agents::{AlertLedger, AlertReports, Claim};
use tandem_sql::Connection;
use utoipa::IntoParams;

use super::auth::Signed;
use super::{Json, Query, conversations, id};
use crate::hub::Hub;
use crate::problem::ApiError;
use crate::store::{self, StoreError, alerts, events};

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

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClaimQuery {
    /// The call that the user saw, if they still know it.
    call: Option<CallId>,
}

/// Who took a conversation's last call for help. For users who may read the conversation, and for users who were called to
/// it, who learn nothing else of it.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/claim", params(("id" = String, Path), ClaimQuery), tag = "alerts",
    responses((status = 200, body = Claim), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn claim(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
    Query(query): Query<ClaimQuery>,
) -> Result<axum::Json<Claim>, ApiError> {
    let (id, rights) = (id(&path, "conversation")?, signed.0.rights());
    let claim = hub.database.read(move |connection| -> Result<_, StoreError> {
        let access = rights.access();
        let Some(state) = store::conversations::get(connection, id)? else { return Ok(None) };
        let may_ask = store::conversations::may_read(connection, &access, &state)?
            || (access.helps(&state) && heard(connection, id, rights.user, query.call)?.is_some());
        // An open call has not ended yet.
        Ok((may_ask && state.help.is_none()).then_some(Claim { customer: state.customer.name, by: state.last_claim }))
    });
    Ok(axum::Json(claim.await?.ok_or(Rejection::Unknown)?))
}

/// The named call if it was raised here; without a name the newest one, if the user was told of it.
pub(super) fn heard(
    connection: &Connection,
    of: ConversationId,
    user: UserId,
    named: Option<CallId>,
) -> Result<Option<CallId>, StoreError> {
    let Some(call) = named else { return alerts::last_heard(connection, of, user) };
    // The id says where the call was raised; the log says whether it was.
    match of.raised_at(call) {
        Some(position) => Ok(events::raises_help(connection, of, position)?.then_some(call)),
        None => Ok(None),
    }
}
