//! A browser's session: a token that the page keeps, behind it a contact and a customer.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use tandem_conversation::{ContactId, CustomerId};
use tandem_protocol::Problem;
use tandem_protocol::chat::{SessionRequest, SessionResponse};
use uuid::Uuid;

use super::entries::conversation_of;
use super::origin;
use crate::api::auth::{From, bearer};
use crate::api::{ApiError, Json};
use crate::hub::Hub;
use crate::secrets::{hash_token, new_token};
use crate::store::contacts::WebContact;
use crate::store::{StoreError, brands, contacts, conversations};

/// The web session behind a request.
pub(crate) struct Visitor(pub WebContact);

impl FromRequestParts<Arc<Hub>> for Visitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, hub: &Arc<Hub>) -> Result<Self, ApiError> {
        let token = bearer(parts).map(str::to_owned);
        visitor(hub, token).await.map(Self)
    }
}

/// The web session of a token.
pub(crate) async fn visitor(hub: &Hub, token: Option<String>) -> Result<WebContact, ApiError> {
    let unknown = || ApiError::new(401, "chat.session_unknown", "This chat session is not known: begin a new one.");
    let hash = hash_token(&token.ok_or_else(unknown)?);
    let found = hub.database.read(move |connection| contacts::web_by_secret(connection, &hash)).await?;
    found.ok_or_else(unknown)
}

/// Begins or resumes a session.
#[utoipa::path(post, path = "/chat/v1/sessions", request_body = SessionRequest, tag = "web chat",
    responses((status = 200, body = SessionResponse), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 429, body = Problem)))]
pub(crate) async fn create(
    State(hub): State<Arc<Hub>>,
    From(address): From,
    headers: HeaderMap,
    Json(request): Json<SessionRequest>,
) -> Result<axum::Json<SessionResponse>, ApiError> {
    hub.limits.session(address)?;
    let key = request.brand.clone();
    let brand = hub.database.read(move |connection| brands::by_key(connection, &key)).await?;
    let brand =
        brand.ok_or_else(|| ApiError::new(404, "chat.brand_unknown", "There is no brand of this name here."))?;
    origin::check(&brand, &headers)?;
    if let Some(token) = request.resume
        && let Ok(web) = visitor(&hub, Some(token.clone())).await
        && web.brand == brand.id
    {
        let state = hub
            .database
            .read(move |connection| -> Result<_, StoreError> {
                match conversations::newest_of_contact(connection, web.contact)? {
                    Some(id) => conversations::get(connection, id),
                    None => Ok(None),
                }
            })
            .await?;
        let conversation = state.as_ref().map(conversation_of);
        return Ok(axum::Json(SessionResponse { token, brand: brand.look, conversation }));
    }
    let token = new_token();
    let web = newcomer(&brand, request.name, request.language)?;
    let hash = hash_token(&token);
    hub.database.write(move |connection, _| contacts::insert_web(connection, &web, &hash)).await?;
    Ok(axum::Json(SessionResponse { token, brand: brand.look, conversation: None }))
}

fn newcomer(brand: &brands::Brand, name: Option<String>, language: Option<String>) -> Result<WebContact, ApiError> {
    let customer = CustomerId(Uuid::now_v7());
    for (field, text) in [("name", &name), ("language", &language)] {
        if text.as_ref().is_some_and(|text| text.chars().count() > 100) {
            return Err(tandem_conversation::Rejection::invalid(field, "longer than 100 characters").into());
        }
    }
    let tail = customer.0.simple().to_string();
    let name = name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    Ok(WebContact {
        contact: ContactId(Uuid::now_v7()),
        customer,
        name: name.unwrap_or_else(|| format!("Visitor {}", &tail[28..])),
        brand: brand.id,
        brand_key: brand.look.id.clone(),
        language: language.filter(|language| !language.is_empty()),
    })
}
