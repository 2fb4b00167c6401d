//! A browser's session: a token kept by the page, for a contact and its customer.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use tandem_conversation::{ContactId, Conversation, CustomerId, CustomerRef, is_blank, one_line};
use tandem_protocol::Problem;
use tandem_protocol::chat::{SessionRequest, SessionResponse};
use tokio::task::JoinError;
use uuid::Uuid;

use super::look;
use crate::api::Json;
use crate::api::auth::bearer;
use crate::fanout::Input;
use crate::hub::Hub;
use crate::identity::{self, Identity};
use crate::peer::{Network, Peer};
use crate::problem::ApiError;
use crate::secrets::TokenHash;
use crate::secrets::{hash_token, new_token};
use crate::shown::conversation_of;
use crate::store::brands::Brand;
use crate::store::contacts::{Vouched, WebContact};
use crate::store::{StoreError, contacts, conversations};

/// How long a page's proof is not written again, in milliseconds.
const VOUCHED_AGAIN_MS: i64 = 24 * 3_600_000;

/// The web session behind a request.
pub(crate) struct Visitor(pub WebContact);

impl FromRequestParts<Arc<Hub>> for Visitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, hub: &Arc<Hub>) -> Result<Self, ApiError> {
        let token = bearer(parts).map(str::to_owned);
        let Ok(peer) = Peer::from_request_parts(parts, hub).await;
        let web = visitor(hub, token).await.map_err(|refusal| hub.limits.refused(peer.network, refusal))?;
        // The brand's domains may have changed since the session began.
        if peer.page_host().is_some() {
            look::allowed(hub, web.brand_key.clone(), &peer).await?;
        }
        Ok(Self(web))
    }
}

/// The web session of a token.
pub(crate) async fn visitor(hub: &Hub, token: Option<String>) -> Result<WebContact, ApiError> {
    let unknown = || ApiError::new(401, "chat.session_unknown", "Unknown chat session: start a new one.");
    let hash = hash_token(&token.ok_or_else(unknown)?);
    let now = hub.clock.now();
    let found = hub.database.read(move |connection| contacts::web_by_secret(connection, &hash, now)).await?;
    found.ok_or_else(unknown)
}

/// Starts or resumes a session. A session that a page's token once proved resumes only with such a token.
#[utoipa::path(post, path = "/chat/v1/sessions", request_body = SessionRequest, tag = "web chat",
    responses((status = 200, body = SessionResponse), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn create(
    State(hub): State<Arc<Hub>>,
    peer: Peer,
    Json(request): Json<SessionRequest>,
) -> Result<axum::Json<SessionResponse>, ApiError> {
    hub.limits.lookup(peer.network)?;
    for (field, text) in [("name", &request.name), ("language", &request.language)] {
        if text.as_ref().is_some_and(|text| text.chars().count() > 100) {
            return Err(tandem_conversation::Rejection::invalid(field, "longer than 100 characters").into());
        }
    }
    let brand = look::allowed(&hub, request.brand.clone(), &peer).await?;
    let mut earlier = None;
    if let Some(token) = request.resume
        && let Ok(web) = visitor(&hub, Some(token.clone())).await
        && web.brand == brand.id
    {
        earlier = Some((web, token));
    }
    let (token, conversation) = match &request.identity {
        Some(identity) => {
            let identity = Identity::read(identity, &brand, &hub.identity)?;
            vouched_for(&hub, &brand, identity, earlier, request.language, peer.network).await?
        }
        None => match earlier {
            Some((web, token)) if web.proven.is_none() => (token, newest_of(&hub, web.contact).await?),
            earlier => {
                // After signing out, the browser keeps nothing that opens the chat.
                let ended = earlier.map(|(web, token)| (web.contact, hash_token(&token)));
                hub.limits.session(peer.network)?;
                (newcomer(&hub, &brand, request.name, request.language, ended).await?, None)
            }
        },
    };
    Ok(axum::Json(SessionResponse {
        token,
        brand: brand.look,
        conversation: conversation.as_ref().map(conversation_of),
        max_file_bytes: hub.config.media.max_bytes,
    }))
}

/// Starts a session for an unknown visitor.
async fn newcomer(
    hub: &Hub,
    brand: &Brand,
    name: Option<String>,
    language: Option<String>,
    ended: Option<(ContactId, TokenHash)>,
) -> Result<String, StoreError> {
    let (token, customer) = (new_token(), CustomerId(Uuid::now_v7()));
    let name = name.map(|name| one_line(&name)).filter(|name| !is_blank(name));
    let web = WebContact {
        contact: ContactId(Uuid::now_v7()),
        customer,
        name: name.unwrap_or_else(|| CustomerRef::made_up_name(customer)),
        brand: brand.id,
        brand_key: brand.look.id.clone(),
        language: language.filter(|language| !language.is_empty()),
        proven: None,
        vouched: None,
    };
    let hash = hash_token(&token);
    hub.database
        .write(move |connection, _| {
            ended.iter().try_for_each(|(_, ended)| contacts::end_session(connection, ended))?;
            contacts::insert_web(connection, &web, &hash)
        })
        .await?;
    // Disconnects the browser's other tabs.
    if let Some((contact, session)) = ended {
        hub.fanout.send(Input::ChatEnded(contact, session)).await;
    }
    Ok(token)
}

/// Starts a session for a proven customer. Every browser of theirs shows the same chat.
async fn vouched_for(
    hub: &Arc<Hub>,
    brand: &Brand,
    identity: Identity,
    earlier: Option<(WebContact, String)>,
    language: Option<String>,
    network: Network,
) -> Result<(String, Option<Conversation>), ApiError> {
    let (id, now) = (brand.id, hub.clock.now());
    let known = identity.clone();
    let home = hub.database.read(move |connection| identity::home_of(connection, id, &known)).await?;
    if let Some((web, token)) = &earlier
        && home == Some(web.contact)
        && web.vouched.is_some_and(|at| now.since(at) < VOUCHED_AGAIN_MS)
    {
        return Ok((token.clone(), newest_of(hub, web.contact).await?));
    }
    hub.limits.session(network)?;
    let token = new_token();
    let (hash, ended) = (hash_token(&token), earlier.map(|(web, token)| (web.contact, hash_token(&token))));
    let before = ended.map(|(_, session)| session);
    let vouched = Vouched { at: now, generation: brand.secret_generation };
    let hub = Arc::clone(hub);
    // A browser that disconnects half-way must not leave others at a chat that has moved.
    let entering = tokio::spawn(async move {
        let entered = hub
            .database
            .write(move |connection, engine| {
                let web = match &before {
                    Some(before) => contacts::web_by_secret(connection, before, now)?,
                    None => None,
                };
                // What another signed-in customer did in this browser is not theirs.
                let visitor = web.filter(|web| web.proven.is_none() && web.brand == id);
                let entered = identity::enter(connection, engine, id, &identity, visitor.as_ref(), now)?;
                // A token from before the sign-in may be known to others, so it opens nothing of the customer's.
                before.iter().try_for_each(|before| contacts::end_session(connection, before))?;
                contacts::insert_session(connection, &hash, entered.home, language.as_deref(), Some(vouched))?;
                Ok::<_, StoreError>((entered, visitor))
            })
            .await?;
        let (entered, visitor) = entered;
        if let Some(visitor) = visitor {
            hub.fanout.send(Input::ChatMoved(visitor.contact)).await;
        }
        if let Some((contact, session)) = ended {
            hub.fanout.send(Input::ChatEnded(contact, session)).await;
        }
        Ok::<_, StoreError>(entered.conversation)
    });
    let lost = |error: JoinError| ApiError::new(503, "hub.store", format!("The chat could not be opened: {error}."));
    Ok((token, entering.await.map_err(lost)??))
}

/// The contact's current conversation.
async fn newest_of(hub: &Hub, contact: ContactId) -> Result<Option<Conversation>, StoreError> {
    hub.database
        .read(move |connection| match conversations::newest_of_contact(connection, contact)? {
            Some(id) => conversations::get(connection, id),
            None => Ok(None),
        })
        .await
}
