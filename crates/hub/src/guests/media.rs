//! Files of external agents, and those that they may see.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use tandem_conversation::{Content, EventBody, Media, MediaId};
use tandem_protocol::Problem;

use super::door::Guest;
use crate::api::{ApiError, Query, id};
use crate::channels::web_chat::media::{UploadQuery, send_file, take};
use crate::hub::Hub;
use crate::store::events;
use crate::store::media::Sender;

/// Uploads one file; the answer's id goes into a message.
#[utoipa::path(post, path = "/guest/{token}/media", params(("token" = String, Path), UploadQuery),
    tag = "external agents", request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = Media), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 410, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
pub(crate) async fn upload(
    State(hub): State<Arc<Hub>>,
    guest: Guest,
    Query(query): Query<UploadQuery>,
    request: Request,
) -> Result<axum::Json<Media>, ApiError> {
    hub.limits.guest(guest.link())?;
    Ok(axum::Json(take(&hub, &query.name, request, Sender::ExternalAgent(guest.link())).await?))
}

/// The bytes of a file that stands in what the external agent sees.
#[utoipa::path(get, path = "/guest/{token}/media/{id}", tag = "external agents",
    params(("token" = String, Path), ("id" = String, Path)),
    responses((status = 200, description = "The file"), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 410, body = Problem)))]
pub(crate) async fn get(
    State(hub): State<Arc<Hub>>,
    guest: Guest,
    Path(path): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let wanted: MediaId = id(&path.1, "file")?;
    let (conversation, after) = (guest.state.id, guest.found.hidden_up_to());
    let mentioned = move |connection: &tandem_sqlite::rusqlite::Connection| {
        events::saying(connection, conversation, after, &wanted.to_string())
    };
    let mentioned = hub.database.read(mentioned).await?;
    let shown = mentioned.iter().any(|event| {
        matches!(&event.body, EventBody::TurnAdded { turn, .. }
            if matches!(&turn.content, Content::Attachment { media, .. } if media.id == wanted))
    });
    send_file(&hub, wanted, |_| shown).await
}
