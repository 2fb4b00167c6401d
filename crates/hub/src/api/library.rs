//! The whole library of one user, and what the doors of questions and quick replies share.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use serde::Deserialize;
use tandem_conversation::{Audience, Media, MediaId, Permission, Rejection, Time};
use tandem_protocol::Problem;
use tandem_protocol::library::{Imported, ItemUsage, Library, LibraryFile};
use utoipa::IntoParams;

use super::Query;
use super::auth::Signed;
use super::media::still_there;
use crate::hub::Hub;
use crate::library::{self, Author};
use crate::media::{Upload, body};
use crate::problem::ApiError;
use crate::store::media::Sender;
use crate::store::{StoreError, library_uses};

/// Maximum file of an import, in bytes.
const IMPORT_BYTES: usize = 4 * 1024 * 1024;
/// Time limit for its arrival.
const IMPORT_WITHIN: Duration = Duration::from_secs(60);
/// Usage of the last 30 days is the default, in milliseconds.
const USUAL_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// Everything in the library that this user may use, for desks. `stamp` is the one of the live connection.
#[utoipa::path(get, path = "/api/v1/library", tag = "library",
    responses((status = 200, body = Library), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn whole(State(hub): State<Arc<Hub>>, signed: Signed) -> Result<axum::Json<Library>, ApiError> {
    signed.require(Permission::Handle)?;
    let (user, skills, log) = (signed.0.id, signed.0.skills.clone(), hub.log);
    let told = hub.database.read(move |connection| library::told_to(connection, user, &skills, log)).await?;
    Ok(axum::Json(told))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileOfReply {
    /// File name, shown to people.
    name: String,
    /// Chosen by the sender, so that a repeat with the same bytes gets the same answer.
    #[param(value_type = Option<String>)]
    id: Option<MediaId>,
}

/// Uploads one file for a quick reply; the returned id goes into its `attachments`. One that no quick reply names is
/// deleted after a day.
#[utoipa::path(post, path = "/api/v1/library/files", params(FileOfReply), tag = "library",
    request_body(content = inline(crate::media::FileBytes), content_type = "application/octet-stream"),
    responses((status = 200, body = Media), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem), (status = 507, body = Problem)))]
pub(crate) async fn upload(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Query(FileOfReply { name, id }): Query<FileOfReply>,
    headers: HeaderMap,
    bytes: Body,
) -> Result<axum::Json<Media>, ApiError> {
    signed.require(Permission::Handle)?;
    if id.is_some_and(|id| id.0.is_nil()) {
        return Err(Rejection::nil_id().into());
    }
    let sender = Sender::User(signed.0.id);
    let right = Some(still_there(&hub, signed));
    let upload = Upload { name, sender, meant_for: None, id, network: None, bytes: None, right };
    Ok(axum::Json(body(&hub, &headers, upload, bytes).await?))
}

pub(super) fn author(signed: &Signed) -> Author {
    let manages = signed.require(Permission::SettingsManage).is_ok();
    Author { user: Some(signed.0.id), manages }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct UsagePeriod {
    /// From this time on [default: 30 days before `to`]
    #[param(value_type = Option<String>)]
    from: Option<Time>,
    /// Until before this time [default: now]
    #[param(value_type = Option<String>)]
    to: Option<Time>,
}

/// Usage of everything in a period; the caller picks its kind.
pub(super) async fn usage(hub: &Hub, signed: &Signed, period: UsagePeriod) -> Result<Vec<ItemUsage>, ApiError> {
    if !signed.0.role.permissions().has_all(Permission::AnalyticsView) {
        return Err(Rejection::Forbidden { permission: Permission::AnalyticsView }.into());
    }
    let to = period.to.unwrap_or_else(|| hub.clock.now().plus_ms(1));
    let from = period.from.unwrap_or_else(|| to.plus_ms(-USUAL_MS));
    if from >= to {
        return Err(Rejection::invalid("from", "a time before `to` is needed").into());
    }
    Ok(hub.database.read(move |connection| library_uses::usage(connection, from, to)).await?)
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportScope {
    /// Who sees quick replies that do not say it themselves: `everybody` or `mine` [default: what the user may change]
    #[param(value_type = Option<String>)]
    scope: Option<Scoped>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Scoped {
    Everybody,
    Mine,
}

/// Takes a file from `body`, all or nothing.
pub(super) async fn import(
    hub: &Hub,
    author: Author,
    ImportScope { scope }: ImportScope,
    headers: &HeaderMap,
    bytes: Body,
    only: impl FnOnce(LibraryFile) -> Result<LibraryFile, ApiError>,
) -> Result<Imported, ApiError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let is_table = match kind.as_str() {
        "text/csv" => true,
        "application/json" => false,
        _ => {
            let detail = "Send JSON (application/json) or a table (text/csv).";
            return Err(ApiError::new(415, "input.content_type", detail));
        }
    };
    let bytes = received(bytes).await?;
    let scope = match scope {
        Some(Scoped::Everybody) => Audience::Everybody,
        Some(Scoped::Mine) => Audience::Mine,
        None if author.manages => Audience::Everybody,
        None => Audience::Mine,
    };
    // Megabytes would hold up everything else that this thread does.
    let parsed = tokio::task::spawn_blocking(move || library::parse(&bytes, is_table, &scope)).await;
    let mut file = parsed.map_err(|error| StoreError::from(tandem_sqlite::Error::Commit(error.to_string())))??;
    file.library = only(file.library)?;
    let (now, judged) = (hub.clock.now(), file.clone());
    let plan = hub.database.read(move |connection| library::Plan::of(connection, judged, author, now)).await?;
    let imported = hub.database.write(move |connection, _| -> Result<Imported, StoreError> {
        match plan.is_current(connection)? {
            true => plan.write(connection),
            false => library::import(connection, file, author, now),
        }
    });
    let imported = imported.await?;
    hub.library_changed.notify_one();
    Ok(imported)
}

async fn received(body: Body) -> Result<Bytes, ApiError> {
    let slow = || ApiError::new(408, "input.slow", "The file did not arrive in time.");
    let read = tokio::time::timeout(IMPORT_WITHIN, axum::body::to_bytes(body, IMPORT_BYTES)).await;
    read.map_err(|_| slow())?.map_err(|_| {
        let detail = format!("The file did not arrive completely, or has more than {IMPORT_BYTES} bytes.");
        ApiError::new(413, "input.too_large", detail)
    })
}
