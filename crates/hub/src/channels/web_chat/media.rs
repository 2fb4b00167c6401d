//! Files of customers: limited in size and kind, kept in the data folder, served from their own path with headers
//! that let no browser run them.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Deserialize;
use tandem_conversation::{Media, MediaId};
use tandem_protocol::Problem;
use utoipa::IntoParams;
use uuid::Uuid;

use super::session::{Visitor, visitor};
use crate::api::{ApiError, Query, id, too_large};
use crate::hub::Hub;
use crate::store::media::{self, Sender};

/// Largest file, in bytes.
pub(crate) const MEDIA_BYTES: usize = 10 * 1024 * 1024;

/// What may be sent, with the first bytes that prove it.
const KINDS: &[(&str, &[u8])] = &[
    ("image/png", b"\x89PNG\r\n\x1a\n"),
    ("image/jpeg", b"\xff\xd8\xff"),
    ("image/webp", b"RIFF"),
    ("image/gif", b"GIF8"),
    ("application/pdf", b"%PDF-"),
    ("text/plain", b""),
];

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct UploadQuery {
    /// File name, for people.
    pub name: String,
}

/// Uploads one file; the answer's id goes into a message.
#[utoipa::path(post, path = "/chat/v1/media", params(UploadQuery), tag = "web chat",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = Media), (status = 401, body = Problem), (status = 413, body = Problem),
        (status = 415, body = Problem)))]
pub(crate) async fn upload(
    State(hub): State<Arc<Hub>>,
    Visitor(web): Visitor,
    Query(query): Query<UploadQuery>,
    request: Request,
) -> Result<axum::Json<Media>, ApiError> {
    hub.limits.message(web.contact)?;
    Ok(axum::Json(take(&hub, &query.name, request, Sender::Contact(web.contact)).await?))
}

/// Takes one file in, if it is of an allowed kind and is what it claims to be.
pub(crate) async fn take(hub: &Arc<Hub>, name: &str, request: Request, sender: Sender) -> Result<Media, ApiError> {
    let claimed = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let claimed = claimed.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let kind = KINDS.iter().find(|(kind, _)| *kind == claimed);
    let bytes = Bytes::from_request(request, hub).await.map_err(too_large)?;
    let genuine = kind.filter(|(kind, start)| {
        bytes.starts_with(start) && (*kind != "text/plain" || std::str::from_utf8(&bytes).is_ok())
    });
    let Some((kind, _)) = genuine.filter(|_| !bytes.is_empty()) else {
        return Err(ApiError::new(
            415,
            "media.kind",
            "Only pictures (PNG, JPEG, WebP, GIF), PDF and plain text can be sent, and the file must be what it claims to be.",
        ));
    };
    let name: String = name.chars().filter(|c| !c.is_control() && !matches!(c, '/' | '\\')).take(120).collect();
    let stored = Media {
        id: MediaId(Uuid::now_v7()),
        name: if name.trim().is_empty() { "file".into() } else { name },
        content_type: (*kind).to_owned(),
        bytes: bytes.len() as u64,
    };
    let path = hub.config.data.join("media").join(stored.id.to_string());
    write(&path, &bytes).await.map_err(|error| {
        tracing::error!(%error, "a file could not be stored");
        ApiError::new(503, "media.store", "The file could not be stored. Try again.")
    })?;
    let row = stored.clone();
    hub.database.write(move |connection, _| media::insert(connection, &row, sender)).await?;
    Ok(stored)
}

/// The file is whole and on disk before anything refers to it.
async fn write(path: &std::path::Path, bytes: &[u8]) -> std::io::Result<()> {
    use tokio::io::AsyncWriteExt as _;
    let mut file = tokio::fs::File::create(path).await?;
    file.write_all(bytes).await?;
    file.sync_all().await
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct MediaQuery {
    /// The session's token, because pictures cannot send headers.
    token: String,
}

/// The bytes of a file of one's own conversation.
#[utoipa::path(get, path = "/chat/v1/media/{id}", params(("id" = String, Path), MediaQuery), tag = "web chat",
    responses((status = 200, description = "The file"), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn get(
    State(hub): State<Arc<Hub>>,
    Path(path): Path<String>,
    Query(query): Query<MediaQuery>,
) -> Result<Response, ApiError> {
    let web = visitor(&hub, Some(query.token)).await?;
    let media: MediaId = id(&path, "file")?;
    // What our side sent is not bound to a web session.
    let may = |sender| !matches!(sender, Sender::Contact(other) if other != web.contact);
    send_file(&hub, media, may).await
}

/// Sends a file to whoever may have it.
pub(crate) async fn send_file(hub: &Hub, id: MediaId, may: impl Fn(Sender) -> bool) -> Result<Response, ApiError> {
    let unknown = || ApiError::new(404, "media.unknown", "There is no such file.");
    let found = hub.database.read(move |connection| media::get(connection, id)).await?;
    let (media, _) = found.filter(|(_, sender)| may(*sender)).ok_or_else(unknown)?;
    let bytes = tokio::fs::read(hub.config.data.join("media").join(id.to_string())).await.map_err(|_| unknown())?;
    let headers = [
        (header::CONTENT_TYPE, media.content_type),
        (header::CONTENT_DISPOSITION, "inline".to_owned()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
        (header::CACHE_CONTROL, "private, max-age=86400".to_owned()),
    ];
    Ok((headers, Body::from(bytes)).into_response())
}
