//! Reading, within the user's rights: sections, a conversation, its events, a customer's journey.

use std::sync::Arc;

use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::value::RawValue;
use tandem_conversation::{
    Conversation, ConversationId, CustomerId, Permission, Position, RETENTION_MS, Rejection, Section,
};
use tandem_protocol::Problem;
use tandem_protocol::agents::{ConversationPage, EventPage, Journey};
use utoipa::IntoParams;

use super::Query;
use super::auth::Signed;
use super::input::id;
use crate::hub::Hub;
use crate::problem::ApiError;
use crate::store::conversations::{PAGE_BYTES, Place};
use crate::store::events::Part;
use crate::store::{StoreError, conversations, events};

/// Maximum rows per page.
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
    /// Conversations with a greater id, by id. Unlike `offset`, it misses none that change between two pages.
    after: Option<ConversationId>,
}

fn hundred() -> u32 {
    100
}

/// A section, most urgent first.
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
    let (rights, left_after) = (signed.0.rights(), hub.clock.now().plus_ms(-RETENTION_MS));
    let (conversations, total) = hub
        .database
        .read(move |connection| {
            let limit = query.limit.min(PAGE);
            let (section, access) = (query.section, rights.access());
            match query.after {
                Some(after) => conversations::section_after(connection, section, &access, left_after, after, limit),
                None => conversations::section(connection, section, &access, left_after, limit, query.offset),
            }
        })
        .await?;
    Ok(axum::Json(ConversationPage { conversations, total }))
}

/// The conversation if the user may read it; otherwise it does not exist for them.
pub(crate) async fn readable(hub: &Hub, signed: &Signed, id: ConversationId) -> Result<Conversation, ApiError> {
    let rights = signed.0.rights();
    let state = hub.database.read(move |connection| conversations::readable(connection, &rights.access(), id)).await?;
    Ok(state.ok_or(Rejection::Unknown)?)
}

/// The state of one conversation.
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

/// A page of a conversation's events, oldest first.
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
        (_, Some(after)) => Part::After(Position(after)),
        (before, None) => Part::Before(Position(before.unwrap_or(u32::MAX))),
    };
    let state = readable(&hub, &signed, id(&path, "conversation")?).await?;
    let (events, more) = hub
        .database
        .read(move |connection| {
            let limit = query.limit.clamp(1, 1000);
            events::sendable_of_conversation(connection, state.id, part, limit, PAGE_BYTES, state.started)
        })
        .await?;
    // With both, the range between: positions have no gaps.
    let between = query.after.zip(query.before).map(|(after, before)| before.saturating_sub(after).saturating_sub(1));
    let most = between.map_or(usize::MAX, |most| most as usize);
    let more = more && events.len() <= most;
    Ok(axum::Json(EventPage { events: raw(events.into_iter().take(most).collect())?, more }))
}

/// Stored JSON, passed on without parsing.
fn raw(texts: Vec<String>) -> Result<Vec<Box<RawValue>>, StoreError> {
    let raw = texts.into_iter().map(RawValue::from_string).collect::<Result<_, _>>();
    raw.map_err(|error| StoreError::Damaged { what: "row", detail: error.to_string() })
}

/// Maximum conversations per page of a journey.
const JOURNEY_PAGE: u32 = 100;
/// Maximum conversations of a journey requested without pages.
const JOURNEY: u32 = 500;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct JourneyQuery {
    /// Newest first, in pages.
    #[serde(default)]
    newest: bool,
    /// `next` of the previous page.
    before: Option<String>,
}

/// A customer's conversations. Agents who handle the customer get all of them; others get those that they may read.
#[utoipa::path(get, path = "/api/v1/customers/{id}/journey", tag = "customers",
    params(("id" = String, Path), JourneyQuery),
    responses((status = 200, body = Journey), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn journey(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
    Query(query): Query<JourneyQuery>,
) -> Result<axum::Json<Journey>, ApiError> {
    signed.require(Permission::CustomersView)?;
    let customer: CustomerId = id(&path, "customer")?;
    let before = match &query.before {
        Some(before) => place(before).ok_or_else(|| Rejection::invalid("before", "not the `next` of a page"))?,
        None => Place::END,
    };
    let (limit, bytes) = if query.newest { (JOURNEY_PAGE, PAGE_BYTES) } else { (JOURNEY, 2 * PAGE_BYTES) };
    let rights = signed.0.rights();
    let (mut states, next) = hub
        .database
        .read(move |connection| {
            conversations::of_customer(connection, &rights.access(), customer, before, limit, bytes)
        })
        .await?;
    if states.is_empty() && query.before.is_none() {
        return Err(ApiError::new(404, "customer.unknown", "There is no such customer, or you may not see them."));
    }
    if !query.newest {
        states.reverse();
    }
    let next = next.map(|place| format!("{}.{}", place.started, place.id)).filter(|_| query.newest);
    Ok(axum::Json(Journey { conversations: raw(states)?, next }))
}

/// Parses a page's `next`.
fn place(text: &str) -> Option<Place> {
    let (started, id) = text.split_once('.')?;
    Some(Place { started: started.parse().ok()?, id: id.parse().ok()? })
}
