//! The web chat over plain HTTP.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use tandem_conversation::Position;
use tandem_protocol::Problem;
use tandem_protocol::chat::{ChatAccepted, ChatEntries, ChatMessage};
use utoipa::IntoParams;

use super::entries::{conversation_of, entry_of};
use super::message::{Into, accept};
use super::session::Visitor;
use crate::api::{ApiError, Json, Query};
use crate::hub::Hub;
use crate::store::contacts::WebContact;
use crate::store::events::Part;
use crate::store::{StoreError, conversations, events};

/// Which entries of a conversation a page asks for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntriesQuery {
    /// Entries after this position.
    #[serde(default)]
    after: u32,
    #[serde(default = "most")]
    limit: u32,
}

impl EntriesQuery {
    pub(crate) fn after(&self) -> Position {
        Position(self.after)
    }

    pub(crate) fn limit(&self) -> u32 {
        self.limit.clamp(1, most())
    }
}

fn most() -> u32 {
    500
}

/// What the customer sees of the conversation under way, oldest first.
#[utoipa::path(get, path = "/chat/v1/entries", params(EntriesQuery), tag = "web chat",
    responses((status = 200, body = ChatEntries), (status = 401, body = Problem)))]
pub(crate) async fn entries(
    State(hub): State<Arc<Hub>>,
    Visitor(web): Visitor,
    Query(query): Query<EntriesQuery>,
) -> Result<axum::Json<ChatEntries>, ApiError> {
    let (page, _) = read(&hub, &web, query.after(), query.limit()).await?;
    Ok(axum::Json(page))
}

/// Entries of the newest conversation of a web session, and how far it was read: what follows comes after that.
pub(super) async fn read(
    hub: &Hub,
    web: &WebContact,
    after: Position,
    limit: u32,
) -> Result<(ChatEntries, Position), StoreError> {
    let (contact, rights, now) = (web.contact, hub.rights.clone(), hub.clock.now());
    hub.database
        .read(move |connection| {
            let newest = conversations::newest_of_contact(connection, contact)?;
            let state = match newest {
                Some(id) => conversations::get(connection, id)?,
                None => None,
            };
            let Some(state) = state else {
                return Ok((ChatEntries { conversation: None, entries: Vec::new(), more: false }, after));
            };
            let (found, more) = events::of_conversation(connection, state.id, Part::After(after), limit)?;
            let right = |file| rights.give(file, contact, now);
            let entries = found.iter().filter_map(|event| entry_of(event, &state, right)).collect();
            let read = found.last().map_or(after, |event| event.position);
            Ok((ChatEntries { conversation: Some(conversation_of(&state)), entries, more }, read))
        })
        .await
}

/// Sends one message. The same id twice has one effect.
#[utoipa::path(post, path = "/chat/v1/messages", request_body = ChatMessage, tag = "web chat",
    responses((status = 200, body = ChatAccepted), (status = 401, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn message(
    State(hub): State<Arc<Hub>>,
    Visitor(web): Visitor,
    Json(message): Json<ChatMessage>,
) -> Result<axum::Json<ChatAccepted>, ApiError> {
    let into = if hub.wants_new(web.contact) { Into::New } else { Into::Newest };
    let (_, accepted) = accept(&hub, &web, message, into, hub.clock.now()).await?;
    hub.forget_new(web.contact);
    Ok(axum::Json(accepted))
}
