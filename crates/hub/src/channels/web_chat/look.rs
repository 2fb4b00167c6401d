//! How a brand's chat looks, for pages without a session.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use tandem_protocol::Problem;
use tandem_protocol::chat::BrandLook;

use super::origin;
use crate::hub::Hub;
use crate::peer::Peer;
use crate::problem::ApiError;
use crate::store::brands::{self, Brand};

/// How long browsers may cache the look.
const FRESH: &str = "private, max-age=60";

/// Look and texts of a brand's chat, if the requesting page may show it. Starts nothing, so that a page can omit a
/// chat that would be refused.
#[utoipa::path(get, path = "/chat/v1/brands/{brand}", tag = "web chat", params(("brand" = String, Path)),
    responses((status = 200, body = BrandLook), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 429, body = Problem)))]
pub(crate) async fn look(
    State(hub): State<Arc<Hub>>,
    Path(key): Path<String>,
    peer: Peer,
) -> Result<Response, ApiError> {
    hub.limits.lookup(peer.network)?;
    let brand = allowed(&hub, key, &peer).await?;
    let headers = [(header::CACHE_CONTROL, FRESH), (header::VARY, "origin")];
    Ok((headers, axum::Json(brand.look)).into_response())
}

/// The brand of a key, if the requesting page may show its chat.
pub(super) async fn allowed(hub: &Hub, key: String, peer: &Peer) -> Result<Brand, ApiError> {
    let brand = hub.database.read(move |connection| brands::by_key(connection, &key)).await?;
    let brand =
        brand.ok_or_else(|| ApiError::new(404, "chat.brand_unknown", "There is no brand of this name here."))?;
    origin::check(&brand, peer)?;
    Ok(brand)
}
