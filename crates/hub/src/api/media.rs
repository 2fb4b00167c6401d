//! Files for agents.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use tandem_conversation::{MediaId, Permission};
use tandem_protocol::Problem;

use super::ApiError;
use super::auth::Signed;
use super::input::id;
use crate::channels::web_chat::media::send_file;
use crate::hub::Hub;

/// The bytes of a file.
#[utoipa::path(get, path = "/api/v1/media/{id}", tag = "media", params(("id" = String, Path)),
    responses((status = 200, description = "The file"), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn for_agents(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
) -> Result<Response, ApiError> {
    signed.require(Permission::Handle)?;
    let media: MediaId = id(&path, "file")?;
    send_file(&hub, media, |_| true).await
}
