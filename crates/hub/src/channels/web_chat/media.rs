//! Files from customers, and files shown in their chat.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use tandem_conversation::{Media, MediaId};
use tandem_protocol::Problem;
use utoipa::IntoParams;

use super::session::Visitor;
use crate::api::{Query, id};
use crate::hub::Hub;
use crate::media::{Asked, Upload, UploadQuery, Viewer, body, chat_of, send};
use crate::peer::Peer;
use crate::problem::ApiError;
use crate::store::media::Sender;

/// Uploads one file; the returned id goes into a message.
#[utoipa::path(post, path = "/chat/v1/media", params(UploadQuery), tag = "web chat",
    request_body(content = inline(crate::media::FileBytes), content_type = "application/octet-stream"),
    responses((status = 200, body = Media), (status = 401, body = Problem), (status = 413, body = Problem),
        (status = 415, body = Problem), (status = 429, body = Problem), (status = 507, body = Problem)))]
pub(crate) async fn upload(
    State(hub): State<Arc<Hub>>,
    Visitor(web): Visitor,
    Query(query): Query<UploadQuery>,
    peer: Peer,
    headers: HeaderMap,
    bytes: Body,
) -> Result<axum::Json<Media>, ApiError> {
    hub.limits.upload(web.contact)?;
    let sender = Sender::Contact(web.contact);
    let network = Some(peer.network);
    let upload = Upload { name: query.name, sender, meant_for: None, id: None, network, bytes: None, right: None };
    Ok(axum::Json(body(&hub, &headers, upload, bytes).await?))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct MediaQuery {
    /// The access right from the entry: images cannot send headers.
    t: Option<String>,
}

/// The bytes of a file that the chat shows. Needs the right in the address, or the session's token in the header.
#[utoipa::path(get, path = "/chat/v1/media/{id}", params(("id" = String, Path), MediaQuery), tag = "web chat",
    responses((status = 200, description = "The file"), (status = 206, description = "A part of the file"),
        (status = 401, body = Problem), (status = 404, body = Problem), (status = 416, description = "No such part", body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn get(
    State(hub): State<Arc<Hub>>,
    Path(path): Path<String>,
    Query(query): Query<MediaQuery>,
    peer: Peer,
    visitor: Result<Visitor, ApiError>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let wanted: MediaId = id(&path, "file")?;
    let contact = match query.t {
        Some(right) => {
            let chat = chat_of(&hub, wanted, &right).await;
            chat.map_err(|refusal| hub.limits.refused(peer.network, refusal))?
        }
        None => visitor?.0.contact,
    };
    hub.limits.view(contact)?;
    send(&hub, Viewer::Customer(contact), None, Asked { id: wanted, headers: &headers, elsewhere: true }).await
}
