//! The web chat over plain HTTP.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use tandem_conversation::{ConversationId, Position};
use tandem_protocol::Problem;
use tandem_protocol::chat::{ChatAccepted, ChatEntries, ChatMessage};
use utoipa::IntoParams;

use super::entries::{conversation_of, entry_of};
use super::message::{Target, accept};
use super::session::Visitor;
use crate::api::{ApiError, Json, Query};
use crate::hub::Hub;
use crate::store::contacts::WebContact;
use crate::store::{StoreError, conversations, events};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntriesQuery {
    /// The conversation that `after` counts in. If another is shown now, everything is repeated.
    conversation: Option<ConversationId>,
    /// Entries after this position.
    #[serde(default)]
    after: u32,
    #[serde(default = "most")]
    limit: u32,
}

impl EntriesQuery {
    /// How far the client has read the shown conversation.
    pub(crate) fn known(&self) -> Known {
        Known { conversation: self.conversation, after: Position(self.after) }
    }

    pub(crate) fn limit(&self) -> u32 {
        self.limit.clamp(1, most())
    }
}

fn most() -> u32 {
    500
}

/// How far a page has read, and in which conversation. Older pages omit the conversation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    pub conversation: Option<ConversationId>,
    pub after: Position,
}

impl Known {
    /// Where to resume in this conversation.
    pub(crate) fn position_in(self, shown: ConversationId) -> Position {
        if self.conversation.is_some_and(|conversation| conversation != shown) { Position::START } else { self.after }
    }
}

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
            let show = |event: &_| entry_of(event, &state, right);
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
    Ok(axum::Json(accept(&hub, &web, message, Target::Newest, hub.clock.now()).await?))
}
