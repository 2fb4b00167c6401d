//! The endpoint for Your Logic's later answers, and diagnostics for its developers.

use std::sync::Arc;

use axum::extract::{FromRequest, Path, Request, State};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tandem_conversation::{CommandId, ConversationId, Permission};
use tandem_protocol::Problem;
use tandem_protocol::agents::CommandAccepted;
use tandem_protocol::logic::LogicResponseBody;
use utoipa::IntoParams;
use uuid::{Builder, Version};

use super::Query;
use super::auth::{Signed, bearer};
use super::input::{id, json_bytes};
use crate::endpoint::answer::{self, Mistake, Understood};
use crate::endpoint::encoding;
use crate::hub::Hub;
use crate::logic::{Message, Origin, apply, is_dry_run};
use crate::problem::ApiError;
use crate::store::logic_requests::{self, LogicRequestRow};

/// A message that is proven to be Your Logic's: by the secret, and by the signature if it is signed.
pub(crate) struct Proven {
    understood: Understood,
    /// The id of a signed message; the same id again is a repeat.
    message: Option<CommandId>,
}

/// The headers of Standard Webhooks.
const SIGNATURE: [&str; 3] = ["webhook-id", "webhook-timestamp", "webhook-signature"];

impl FromRequest<Arc<Hub>> for Proven {
    type Rejection = ApiError;

    async fn from_request(request: Request, hub: &Arc<Hub>) -> Result<Self, ApiError> {
        let wrong = || ApiError::new(401, "logic.wrong_secret", "The bearer secret is missing or wrong.");
        let endpoint = hub.logic.as_ref().ok_or_else(wrong)?;
        let (parts, body) = request.into_parts();
        if !endpoint.knows(bearer(&parts).ok_or_else(wrong)?) {
            return Err(wrong());
        }
        let headers = parts.headers.clone();
        let bytes = json_bytes(Request::from_parts(parts, body), hub).await?;
        if SIGNATURE.iter().any(|name| headers.contains_key(*name)) {
            endpoint.verify(&headers, &bytes).map_err(|why| {
                ApiError::new(401, "logic.wrong_signature", format!("The signature is invalid: {why}."))
            })?;
        }
        let message = headers.get(SIGNATURE[0]).map(|id| message_id(id.as_bytes()));
        let understood = answer::read(&bytes, encoding(&headers).as_deref()).map_err(|mistake| match mistake {
            Mistake::Malformed(_) => {
                ApiError::new(400, "input.malformed", format!("The body cannot be used: {mistake}."))
            }
            Mistake::Invalid(_) => ApiError::new(422, "input.invalid", format!("The body cannot be used: {mistake}.")),
        })?;
        Ok(Self { understood, message })
    }
}

/// The id under which a signed message is remembered.
fn message_id(webhook_id: &[u8]) -> CommandId {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(webhook_id)[..16]);
    CommandId(Builder::from_bytes(bytes).with_version(Version::Custom).into_uuid())
}

/// Answers later, or speaks unprompted. All actions take effect, or none. The bearer secret is always required. The
/// headers of Standard Webhooks are optional. If present, they must be valid, and a repeated `webhook-id` has one
/// effect.
#[utoipa::path(post, path = "/api/v1/logic/conversations/{id}/responses", request_body = LogicResponseBody, tag = "logic",
    params(("id" = String, Path)),
    responses((status = 200, body = CommandAccepted), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn respond(
    State(hub): State<Arc<Hub>>,
    Path(path): Path<String>,
    Proven { understood, message }: Proven,
) -> Result<axum::Json<CommandAccepted>, ApiError> {
    let conversation: ConversationId = id(&path, "conversation")?;
    let Understood { answer, unknown } = understood;
    if answer.request_id.is_some_and(is_dry_run) {
        return Err(ApiError::new(409, "logic.dry_run_over", "Dry runs are answered at once, and change nothing."));
    }
    let message = message.map(|id| Message::new(id, conversation, &answer));
    let position = apply(&hub, conversation, answer, Origin::Unasked { message, note: unknown.note() }).await??;
    Ok(axum::Json(CommandAccepted { position }))
}

/// Maximum page of requests, and the default.
const REQUESTS: u32 = 200;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestsQuery {
    /// How many at most [default: 200]; other values than 1 to 200 count as the nearest of these.
    #[serde(default = "most_requests")]
    #[param(default = 200)]
    limit: u32,
}

fn most_requests() -> u32 {
    REQUESTS
}

/// The newest requests to Your Logic and their outcomes, newest first.
#[utoipa::path(get, path = "/api/v1/logic/requests", tag = "logic", params(RequestsQuery),
    responses((status = 200, body = Vec<LogicRequestRow>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn requests(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Query(query): Query<RequestsQuery>,
) -> Result<axum::Json<Vec<LogicRequestRow>>, ApiError> {
    signed.require(Permission::SettingsManage)?;
    let limit = query.limit.clamp(1, REQUESTS);
    Ok(axum::Json(hub.database.read(move |connection| logic_requests::newest(connection, limit)).await?))
}
