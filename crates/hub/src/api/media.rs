//! Files for agents and for Your Logic.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;
use futures_util::future::BoxFuture;
use serde::Deserialize;
use tandem_conversation::{ConversationId, Media, MediaId, Permission, Rejection};
use tandem_protocol::Problem;
use utoipa::IntoParams;

use super::Query;
use super::auth::{Signed, bearer};
use super::input::id;
use crate::hub::Hub;
use crate::media::{Asked, StillThere, Upload, Viewer, body, may_write, send};
use crate::problem::ApiError;
use crate::rights;
use crate::store::media::Sender;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct UploadForConversation {
    /// The conversation that the file is for.
    #[param(value_type = String)]
    conversation: ConversationId,
    /// File name, shown to people.
    name: String,
    /// Chosen by the sender, so that a repeat with the same bytes gets the same answer.
    #[param(value_type = Option<String>)]
    id: Option<MediaId>,
}

impl UploadForConversation {
    fn checked(self) -> Result<Self, Rejection> {
        if self.id.is_some_and(|id| id.0.is_nil()) { Err(Rejection::nil_id()) } else { Ok(self) }
    }
}

/// Uploads one file for a conversation; the returned id goes into a reply.
#[utoipa::path(post, path = "/api/v1/media", params(UploadForConversation), tag = "media",
    request_body(content = inline(crate::media::FileBytes), content_type = "application/octet-stream"),
    responses((status = 200, body = Media), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem),
        (status = 415, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem),
        (status = 507, body = Problem)))]
pub(crate) async fn upload(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Query(query): Query<UploadForConversation>,
    headers: HeaderMap,
    bytes: Body,
) -> Result<axum::Json<Media>, ApiError> {
    signed.require(Permission::Handle)?;
    let (query, sender) = (query.checked()?, Sender::User(signed.0.id));
    may_write(&hub, viewer(&signed), query.conversation).await?;
    let meant_for = Some(query.conversation);
    let right = Some(still_there(&hub, signed));
    let upload = Upload { name: query.name, sender, meant_for, id: query.id, network: None, bytes: None, right };
    Ok(axum::Json(body(&hub, &headers, upload, bytes).await?))
}

fn viewer(signed: &Signed) -> Viewer {
    Viewer::Agent(signed.0.rights())
}

/// The bytes of a file, for users who may read its conversation.
#[utoipa::path(get, path = "/api/v1/media/{id}", tag = "media", params(("id" = String, Path)),
    responses((status = 200, description = "The file"), (status = 206, description = "A part of the file"),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 416, description = "No such part", body = Problem)))]
pub(crate) async fn for_agents(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    signed.require(Permission::Handle)?;
    let wanted: MediaId = id(&path, "file")?;
    let viewer = viewer(&signed);
    let right = Some(still_there(&hub, signed));
    send(&hub, viewer, right, Asked { id: wanted, headers: &headers, elsewhere: false }).await
}

/// Whether this sign-in stands, looked at again whenever it is called.
pub(crate) fn still_there(hub: &Arc<Hub>, signed: Signed) -> StillThere {
    let (of, signed) = (Arc::clone(hub), Arc::new(signed));
    Box::new(move || -> BoxFuture<'static, bool> {
        let (hub, signed) = (Arc::clone(&of), Arc::clone(&signed));
        Box::pin(
            async move { rights::still_so(&hub, &signed.0, signed.1.sign_in).await.is_ok_and(|ended| ended.is_none()) },
        )
    })
}

/// Your Logic, authenticated by the shared secret.
pub(crate) struct Trusted;

impl FromRequestParts<Arc<Hub>> for Trusted {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, hub: &Arc<Hub>) -> Result<Self, ApiError> {
        let wrong = || ApiError::new(401, "logic.wrong_secret", "The bearer secret is missing or wrong.");
        let endpoint = hub.logic.as_ref().ok_or_else(wrong)?;
        let secret = bearer(parts).ok_or_else(wrong)?;
        endpoint.knows(secret).then_some(Self).ok_or_else(wrong)
    }
}

/// Uploads one file of Your Logic for a conversation; the returned id goes into an `ATTACHMENT`.
#[utoipa::path(post, path = "/api/v1/logic/media", params(UploadForConversation), tag = "logic",
    request_body(content = inline(crate::media::FileBytes), content_type = "application/octet-stream"),
    responses((status = 200, body = Media), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem), (status = 507, body = Problem)))]
pub(crate) async fn upload_of_logic(
    State(hub): State<Arc<Hub>>,
    _: Trusted,
    Query(query): Query<UploadForConversation>,
    headers: HeaderMap,
    bytes: Body,
) -> Result<axum::Json<Media>, ApiError> {
    let query = query.checked()?;
    may_write(&hub, Viewer::Logic, query.conversation).await?;
    let meant_for = Some(query.conversation);
    let upload = Upload {
        name: query.name,
        sender: Sender::Logic,
        meant_for,
        id: query.id,
        network: None,
        bytes: None,
        right: None,
    };
    Ok(axum::Json(body(&hub, &headers, upload, bytes).await?))
}

/// The bytes of a file, for Your Logic while it is asked about the conversation.
#[utoipa::path(get, path = "/api/v1/logic/media/{id}", tag = "logic", params(("id" = String, Path)),
    responses((status = 200, description = "The file"), (status = 206, description = "A part of the file"),
        (status = 401, body = Problem), (status = 404, body = Problem), (status = 416, description = "No such part", body = Problem)))]
pub(crate) async fn for_logic(
    State(hub): State<Arc<Hub>>,
    _: Trusted,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let wanted: MediaId = id(&path, "file")?;
    send(&hub, Viewer::Logic, None, Asked { id: wanted, headers: &headers, elsewhere: false }).await
}
