//! Reading: sections, one conversation, its events, a customer's journey. Only what the user may see.

use std::sync::Arc;

use axum::extract::{Path, State};
use serde::Deserialize;
use tandem_conversation::{
    Conversation, ConversationId, CustomerId, Permission, Position, RETENTION_MS, Rejection, Section, visible,
};
use tandem_protocol::Problem;
use tandem_protocol::agents::{ConversationPage, EventPage, Journey};
use utoipa::IntoParams;

use super::auth::Signed;
use super::input::id;
use super::{ApiError, Query};
use crate::hub::Hub;
use crate::store::events::Part;
use crate::store::{StoreError, conversations, events};

/// Most rows of one page.
const PAGE: u32 = 500;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    /// `my`, `help`, `left` or `all`.
    section: Section,
    #[serde(default = "hundred")]
    limit: u32,
    #[serde(default)]
    offset: u32,
}

fn hundred() -> u32 {
    100
}

/// A section, the neediest first.
#[utoipa::path(get, path = "/api/v1/conversations", params(ListQuery), tag = "conversations",
    responses((status = 200, body = ConversationPage), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Query(query): Query<ListQuery>,
) -> Result<axum::Json<ConversationPage>, ApiError> {
    signed.require(Permission::Handle)?;
    if query.section == Section::All {
        signed.require(Permission::ViewAll)?;
    }
    let (user, left_after) = (signed.0.id, hub.clock.now().plus_ms(-RETENTION_MS));
    let (conversations, total) = hub
        .database
        .read(move |connection| {
            conversations::section(connection, query.section, user, left_after, query.limit.min(PAGE), query.offset)
        })
        .await?;
    Ok(axum::Json(ConversationPage { conversations, total }))
}

/// Whether the user may read a conversation: it is visible, or belongs to the journey of a customer they handle.
pub(super) async fn readable(hub: &Hub, signed: &Signed, id: ConversationId) -> Result<Conversation, ApiError> {
    let state = hub.database.read(move |connection| conversations::get(connection, id)).await?;
    let state = state.ok_or(Rejection::Unknown)?;
    let (permissions, now) = (signed.0.role.permissions(), hub.clock.now());
    if visible(&state, signed.0.id, &permissions, now) || permissions.has(Permission::CustomersView) {
        return Ok(state);
    }
    Err(Rejection::Unknown.into())
}

/// One conversation's state.
#[utoipa::path(get, path = "/api/v1/conversations/{id}", tag = "conversations", params(("id" = String, Path)),
    responses((status = 200, description = "The state", body = Object), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn one(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
) -> Result<axum::Json<Conversation>, ApiError> {
    Ok(axum::Json(readable(&hub, &signed, id(&path, "conversation")?).await?))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct TurnsQuery {
    /// The newest events before this position.
    before: Option<u32>,
    /// The oldest events after this position.
    after: Option<u32>,
    #[serde(default = "hundred")]
    limit: u32,
}

/// A part of a conversation's events, oldest first.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/turns", tag = "conversations",
    params(("id" = String, Path), TurnsQuery),
    responses((status = 200, body = EventPage), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn turns(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
    Query(query): Query<TurnsQuery>,
) -> Result<axum::Json<EventPage>, ApiError> {
    let part = match (query.before, query.after) {
        (Some(_), Some(_)) => return Err(Rejection::invalid("before", "use before or after, not both").into()),
        (None, Some(after)) => Part::After(Position(after)),
        (before, None) => Part::Before(Position(before.unwrap_or(u32::MAX))),
    };
    let state = readable(&hub, &signed, id(&path, "conversation")?).await?;
    let (events, more) = hub
        .database
        .read(move |connection| events::of_conversation(connection, state.id, part, query.limit.clamp(1, 1000)))
        .await?;
    Ok(axum::Json(EventPage { events, more }))
}

/// All conversations of a customer, oldest first.
#[utoipa::path(get, path = "/api/v1/customers/{id}/journey", tag = "customers", params(("id" = String, Path)),
    responses((status = 200, body = Journey), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn journey(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
) -> Result<axum::Json<Journey>, ApiError> {
    signed.require(Permission::CustomersView)?;
    let customer: CustomerId = id(&path, "customer")?;
    let conversations = hub
        .database
        .read(move |connection| -> Result<_, StoreError> { conversations::of_customer(connection, customer) })
        .await?;
    Ok(axum::Json(Journey { conversations }))
}
