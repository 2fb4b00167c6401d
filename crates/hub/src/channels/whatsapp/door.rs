//! The door that Meta posts to: proves itself, checks the signature, stores the body, answers. Nothing is read here.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tandem_protocol::Problem;
use utoipa::IntoParams;

use super::{number, signature};
use crate::api::Query;
use crate::hub::Hub;
use crate::peer::Peer;
use crate::problem::ApiError;
use crate::secrets::hash_token;
use crate::store::whatsapp::inbox;

/// Maximum body, in bytes: as much as Meta sends.
const BODY_BYTES: usize = 3 * 1024 * 1024;

/// What Meta asks when the address is entered.
#[derive(Deserialize, IntoParams)]
pub(crate) struct Handshake {
    #[serde(rename = "hub.mode", default)]
    #[param(rename = "hub.mode")]
    mode: String,
    #[serde(rename = "hub.verify_token", default)]
    #[param(rename = "hub.verify_token")]
    verify_token: String,
    #[serde(rename = "hub.challenge", default)]
    #[param(rename = "hub.challenge")]
    challenge: String,
}

fn unknown() -> ApiError {
    ApiError::new(404, "whatsapp.unknown_number", "This hub has no such WhatsApp number.")
}

/// Proves to Meta that this address belongs to whoever knows the verify token.
#[utoipa::path(get, path = "/channels/whatsapp/{number}/webhook", tag = "channels",
    params(("number" = String, Path), Handshake),
    responses((status = 200, body = String, content_type = "text/plain"), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn verify(
    State(hub): State<Arc<Hub>>,
    peer: Peer,
    Path(key): Path<String>,
    Query(asked): Query<Handshake>,
) -> Result<Response, ApiError> {
    hub.limits.lookup(peer.network)?;
    let found = number::find(&hub, &key).await?.ok_or_else(unknown)?;
    let is_right = subtle::ConstantTimeEq::ct_eq(&hash_token(&asked.verify_token)[..], &found.number.verify_hash[..]);
    if asked.mode != "subscribe" || !bool::from(is_right) {
        return Err(ApiError::new(403, "whatsapp.verify_token", "This is not the verify token of the number."));
    }
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], asked.challenge).into_response())
}

/// Takes what happened on WhatsApp. It is stored before it is answered, and read afterwards; a repeat changes nothing.
#[utoipa::path(post, path = "/channels/whatsapp/{number}/webhook", tag = "channels",
    params(("number" = String, Path)), request_body(content = String, content_type = "application/json"),
    responses((status = 200), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 413, body = Problem), (status = 429, body = Problem), (status = 503, body = Problem)))]
pub(crate) async fn post(
    State(hub): State<Arc<Hub>>,
    peer: Peer,
    Path(key): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, ApiError> {
    let found = match number::find(&hub, &key).await? {
        Some(found) => found,
        None => return Err(hub.limits.refused(peer.network, unknown())),
    };
    let too_large = |_| ApiError::new(413, "whatsapp.too_large", "A webhook has at most 3 MiB.");
    let body = to_bytes(body, BODY_BYTES).await.map_err(too_large)?;
    let header = headers.get(signature::HEADER).and_then(|header| header.to_str().ok()).unwrap_or_default();
    if !signature::is_signed(header, &body, &found.app_secret) {
        let words = "The signature does not fit the body: check the app secret of this number.";
        let refusal = ApiError::new(403, "whatsapp.signature", words);
        return Err(hub.limits.lookup(peer.network).err().unwrap_or(refusal));
    }
    let received = hub.clock.now();
    hub.database.write(move |connection, _| inbox::put(connection, &key, received, &body)).await?;
    hub.whatsapp_came.notify_one();
    Ok(StatusCode::OK)
}
