//! The web chat over plain HTTP.

use std::sync::Arc;

use axum::extract::State;
use tandem_conversation::Position;
use tandem_protocol::Problem;
use tandem_protocol::chat::{ChatAccepted, ChatEntries, ChatMessage};

use super::message::accept;
use super::session::Visitor;
use crate::api::{Json, Query};
use crate::engine::Target;
use crate::hub::Hub;
use crate::problem::ApiError;
use crate::shown::{EntriesQuery, Known, conversation_of, entry_of};
use crate::store::contacts::WebContact;
use crate::store::{StoreError, conversations, events};

/// What the customer sees of the current conversation, oldest first.
#[utoipa::path(get, path = "/chat/v1/entries", params(EntriesQuery), tag = "web chat",
    responses((status = 200, body = ChatEntries), (status = 401, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn entries(
    State(hub): State<Arc<Hub>>,
    Visitor(web): Visitor,
    Query(query): Query<EntriesQuery>,
) -> Result<axum::Json<ChatEntries>, ApiError> {
    hub.limits.read(web.contact.0)?;
    Ok(axum::Json(read(&hub, &web, query.known(), query.limit()).await?))
}

/// Entries of the newest conversation of a web session.
pub(super) async fn read(hub: &Hub, web: &WebContact, known: Known, limit: u32) -> Result<ChatEntries, StoreError> {
    let (contact, rights, now) = (web.contact, hub.rights.clone(), hub.clock.now());
    let logic = hub.config.logic_name.clone();
    hub.database
        .read(move |connection| {
            let newest = conversations::newest_of_contact(connection, contact)?;
            let state = match newest {
                Some(id) => conversations::get(connection, id)?,
                None => None,
            };
            let Some(state) = state else {
                let up_to = Position::START;
                return Ok(ChatEntries { conversation: None, entries: Vec::new(), more: false, up_to });
            };
            let after = known.position_in(state.id);
            let right = |file| rights.give(file, contact, now);
            let show = |event: &_| entry_of(event, &state, logic.as_deref(), right);
            let page = events::shown(connection, state.id, after, limit, show)?;
            let conversation = Some(conversation_of(&state));
            Ok(ChatEntries { conversation, entries: page.entries, more: page.more, up_to: page.up_to })
        })
        .await
}

/// Sends one message. A repeated id has one effect.
#[utoipa::path(post, path = "/chat/v1/messages", request_body = ChatMessage, tag = "web chat",
    responses((status = 200, body = ChatAccepted), (status = 401, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn message(
    State(hub): State<Arc<Hub>>,
    Visitor(web): Visitor,
    Json(message): Json<ChatMessage>,
) -> Result<axum::Json<ChatAccepted>, ApiError> {
    let accepted = accept(&hub, &Arc::new(web), message, Target::Newest, hub.clock.now())?;
    Ok(axum::Json(accepted.await?))
}
