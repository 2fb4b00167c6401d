//! Exports of the tables of analytics over HTTP: begun, asked about, and taken once.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream;
use serde::{Deserialize, Serialize};
use tandem_conversation::{Permission, Rejection, Time};
use tandem_protocol::Problem;
use tokio::io::AsyncReadExt as _;
use utoipa::ToSchema;
use uuid::Uuid;

use super::auth::Signed;
use super::figures::unfinished;
use super::{Json, id};
use crate::administration::audit;
use crate::analytics::{Export, cursor, refused};
use crate::exports::{Job, NotNow, State as Made};
use crate::hub::Hub;
use crate::problem::ApiError;

/// Bytes read at once.
const PART: usize = 64 * 1024;

/// `POST /api/v1/exports`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ExportRequest {
    /// `parquet`, `csv` or `ndjson` [default: parquet].
    #[serde(default = "parquet")]
    #[schema(pattern = "^(parquet|csv|ndjson)$")]
    format: String,
    /// Names of tables [default: all].
    #[serde(default)]
    tables: Vec<String>,
    /// The first day in the zone, such as `2026-11-01`.
    from: Option<String>,
    /// The last day.
    to: Option<String>,
    /// Only rows that changed after this position: `cursor` in `meta.json` of the last export. Not together with days.
    after: Option<u64>,
    /// An IANA time zone [default: that of the account].
    zone: Option<String>,
    /// CSV: guard cells that a spreadsheet would take for formulas.
    #[serde(default)]
    spreadsheet: bool,
}

fn parquet() -> String {
    "parquet".into()
}

/// How an export stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExportState {
    #[schema(value_type = Uuid)]
    id: Uuid,
    /// `making`, `ready`, `failed` or `taken`.
    state: &'static str,
    /// When it is removed.
    expires: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    /// What it has, or why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<String>,
}

fn told(id: Uuid, job: Job) -> ExportState {
    let (state, bytes, words) = match job.state {
        Made::Making => ("making", None, None),
        Made::Ready { bytes, summary } => ("ready", Some(bytes), Some(summary)),
        Made::Failed(why) => ("failed", None, Some(why.to_owned())),
        Made::Taken => ("taken", None, None),
    };
    ExportState { id, state, expires: job.expires, bytes, words }
}

fn unknown() -> ApiError {
    ApiError::new(
        404,
        "exports.unknown",
        "There is no such export of yours: it may be over its time. Begin another one.",
    )
}

/// Begins an export. It has no words of turns: those come with `tandem-hub export --text` alone.
#[utoipa::path(post, path = "/api/v1/exports", request_body = ExportRequest, tag = "analytics",
    responses((status = 202, body = ExportState), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, description = "The user's last one is being made", body = Problem),
        (status = 422, body = Problem), (status = 429, description = "Too many exports wait", body = Problem),
        (status = 507, description = "The disk is nearly full", body = Problem)))]
pub(crate) async fn begin(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Json(asked): Json<ExportRequest>,
) -> Result<Response, ApiError> {
    signed.require(Permission::AnalyticsExport)?;
    let invalid = |field: &str, why: String| ApiError::from(Rejection::invalid(field, why));
    let ExportRequest { format, tables, from, to, after, zone, spreadsheet } = asked;
    let days = match (from, to) {
        (Some(from), Some(to)) => Some((from, to)),
        (None, None) => None,
        (Some(_), None) => return Err(invalid("to", "name the last day, too".into())),
        (None, Some(_)) => return Err(invalid("from", "name the first day, too".into())),
    };
    let zone = zone.unwrap_or_else(|| hub.config.analytics.zone.clone());
    let account = hub.config.account.clone();
    let plan = Export { format, tables, days, after, text: false, log: false, spreadsheet, account, zone };
    if let Some((field, why)) = refused(&plan) {
        return Err(invalid(field, why));
    }
    let measured = hub.analytics.file().read(cursor).await?;
    let whole = hub.analytics.whole_at();
    if measured < whole {
        return Err(unfinished(measured, whole));
    }
    if after.is_some_and(|after| after > measured) {
        let why = format!("the log is measured up to {measured}: that export is of other data. Leave after out");
        return Err(invalid("after", why));
    }
    let what = format!("export: begun as {}", plan.format);
    if !hub.files.has_room(hub.config.media.free_bytes) {
        let words = "The hub's disk is nearly full. Tell whoever runs the hub.";
        return Err(ApiError::new(507, "exports.disk", words));
    }
    let begun =
        hub.exports.begin(hub.config.tables(), signed.0.id, plan, hub.clock.now()).map_err(
            |not_now| match not_now {
                NotNow::Yours => ApiError::new(
                    409,
                    "exports.making",
                    "Your last export is still being made. Take it before you begin another one.",
                ),
                NotNow::TooMany => {
                    let words = "Too many exports wait to be taken. Try again in an hour.";
                    Problem { retry_after: Some(600), ..Problem::new(429, "exports.too_many", words) }.into()
                }
            },
        )?;
    audit(signed.0.id, begun, &what);
    let job = hub.exports.job(begun, signed.0.id, hub.clock.now()).ok_or_else(unknown)?;
    Ok((StatusCode::ACCEPTED, axum::Json(told(begun, job))).into_response())
}

/// How one of one's own exports stands.
#[utoipa::path(get, path = "/api/v1/exports/{id}", tag = "analytics", params(("id" = String, Path)),
    responses((status = 200, body = ExportState), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn one(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
) -> Result<axum::Json<ExportState>, ApiError> {
    signed.require(Permission::AnalyticsExport)?;
    let export: Uuid = id(&path, "export")?;
    let job = hub.exports.job(export, signed.0.id, hub.clock.now()).ok_or_else(unknown)?;
    Ok(axum::Json(told(export, job)))
}

/// The export as a tar archive of a folder, once: when it was sent to its end, it is gone. A download that broke off may
/// be repeated.
#[utoipa::path(get, path = "/api/v1/exports/{id}/file", tag = "analytics", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/x-tar"), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, description = "It is not ready", body = Problem),
        (status = 410, description = "It was taken", body = Problem)))]
pub(crate) async fn file(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
) -> Result<Response, ApiError> {
    signed.require(Permission::AnalyticsExport)?;
    let export: Uuid = id(&path, "export")?;
    let job = hub.exports.job(export, signed.0.id, hub.clock.now()).ok_or_else(unknown)?;
    let bytes = match job.state {
        Made::Ready { bytes, .. } => bytes,
        Made::Making => {
            return Err(ApiError::new(409, "exports.making", "The export is still being made. Try again in a moment."));
        }
        Made::Failed(why) => return Err(ApiError::new(409, "exports.failed", why)),
        Made::Taken => {
            return Err(ApiError::new(410, "exports.taken", "The export was taken already. Begin another one."));
        }
    };
    let file = hub.exports.file(export).await.map_err(|error| {
        tracing::error!(%error, export.id = %export, "an export cannot be read");
        unknown()
    })?;
    audit(signed.0.id, export, "export: taken");
    let owner = Arc::clone(&hub);
    let parts = stream::try_unfold((file, bytes), move |(mut file, left)| {
        let hub = Arc::clone(&owner);
        async move {
            if left == 0 {
                return Ok::<_, std::io::Error>(None);
            }
            let mut part = vec![0; PART.min(usize::try_from(left).unwrap_or(PART))];
            let read = file.read(&mut part).await?;
            if read == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            part.truncate(read);
            let left = left - read as u64;
            // The length is known, so nobody asks for more after the last part.
            if left == 0 {
                hub.exports.taken(export);
            }
            Ok(Some((Bytes::from(part), (file, left))))
        }
    });
    let mut response = Response::new(Body::from_stream(parts));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-tar"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"export.tar\""));
    headers.insert(header::CONTENT_LENGTH, bytes.into());
    Ok(response)
}
