//! Files from external agents, and files that they may see.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::future::BoxFuture;
use tandem_conversation::{Media, MediaId};
use tandem_protocol::Problem;

use super::door::{Guest, Holder, is_open};
use crate::api::{Query, id};
use crate::hub::Hub;
use crate::media::{Asked, StillThere, Upload, UploadQuery, Viewer, body, send};
use crate::peer::Peer;
use crate::problem::ApiError;
use crate::store::media::Sender;

/// Uploads one file; the returned id goes into a message.
#[utoipa::path(post, path = "/guest/{token}/media", params(("token" = String, Path), UploadQuery),
    tag = "external agents", request_body(content = inline(crate::media::FileBytes), content_type = "application/octet-stream"),
    responses((status = 200, body = Media), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 410, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem),
        (status = 429, body = Problem), (status = 507, body = Problem)))]
pub(crate) async fn upload(
    State(hub): State<Arc<Hub>>,
    holder: Holder,
    guest: Guest,
    Query(query): Query<UploadQuery>,
    peer: Peer,
    headers: HeaderMap,
    bytes: Body,
) -> Result<axum::Json<Media>, ApiError> {
    hub.limits.guest(guest.link())?;
    let sender = Sender::ExternalAgent(guest.link());
    let (meant_for, network) = (Some(guest.state.id), Some(peer.network));
    let right = Some(still_there(&hub, &holder));
    let upload = Upload { name: query.name, sender, meant_for, id: None, network, bytes: None, right };
    Ok(axum::Json(body(&hub, &headers, upload, bytes).await?))
}

/// The bytes of a file that the external agent can see.
#[utoipa::path(get, path = "/guest/{token}/media/{id}", tag = "external agents",
    params(("token" = String, Path), ("id" = String, Path)),
    responses((status = 200, description = "The file"), (status = 206, description = "A part of the file"),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 410, body = Problem),
        (status = 416, description = "No such part", body = Problem)))]
pub(crate) async fn get(
    State(hub): State<Arc<Hub>>,
    holder: Holder,
    guest: Guest,
    Path(path): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let wanted: MediaId = id(&path.1, "file")?;
    let viewer = Viewer::Guest { conversation: guest.state.id, hidden_up_to: guest.found.hidden_up_to() };
    let right = Some(still_there(&hub, &holder));
    send(&hub, viewer, right, Asked { id: wanted, headers: &headers, elsewhere: false }).await
}

/// Whether the link stands, looked at again whenever it is called.
fn still_there(hub: &Arc<Hub>, holder: &Holder) -> StillThere {
    let (of, secret, session) = (Arc::clone(hub), holder.secret, holder.session);
    Box::new(move || -> BoxFuture<'static, bool> {
        let hub = Arc::clone(&of);
        Box::pin(async move { is_open(&hub, secret, session).await })
    })
}
