//! A conversation through one participant's eyes, from the log alone. Every look is recorded.

use std::sync::Arc;

use axum::extract::{Path, State};
use tandem_conversation::as_seen::{Follow, Viewpoint};
use tandem_conversation::{Conversation, Permission, Position, Rejection};
use tandem_protocol::Problem;
use tandem_protocol::agents::{AsSeenPage, AsSeenRequest};
use tandem_sql::Connection;

use super::auth::Signed;
use super::{Json, conversations, id};
use crate::administration::audit;
use crate::hub::Hub;
use crate::problem::ApiError;
use crate::store::events::Part;
use crate::store::looks::{self, Look};
use crate::store::{StoreError, events};

/// About how many bytes of events a page has.
const PAGE_BYTES: usize = 1024 * 1024;
/// Events read per query.
const AT_ONCE: u32 = 500;

/// What a participant had on screen at each moment of the conversation, what had reached them, and what they had seen, as
/// far as the log tells: with the times at which each of it changed. For supervisors. Each request is recorded: who looked
/// at which conversation, as whom. Withdrawn words are left out.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/as-seen", request_body = AsSeenRequest, tag = "conversations",
    params(("id" = String, Path)),
    responses((status = 200, body = AsSeenPage), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, description = "Nobody there has this viewpoint", body = Problem),
        (status = 429, body = Problem)))]
pub(crate) async fn look(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
    Json(request): Json<AsSeenRequest>,
) -> Result<axum::Json<AsSeenPage>, ApiError> {
    signed.require(Permission::ViewAll)?;
    hub.limits.look(signed.0.id)?;
    let state = conversations::readable(&hub, &signed, id(&path, "conversation")?).await?;
    let AsSeenRequest { viewpoint, after } = request;
    let (of, after, at) = (state.id, after.unwrap_or(Position::START), hub.clock.now());
    let page = hub.database.read(move |connection| page(connection, state, viewpoint, after)).await?;
    let page = page.ok_or_else(|| Rejection::invalid("viewpoint", "nobody in this conversation has it"))?;
    let look = Look { at, user: signed.0.id, conversation: of, viewpoint, after };
    hub.database.write(move |connection, _| looks::append(connection, &look)).await?;
    audit(signed.0.id, of, &format!("looked at as seen by {viewpoint:?}"));
    Ok(axum::Json(page))
}

/// Reads the whole conversation, of which the page keeps its part. None if nobody has this viewpoint.
fn page(
    connection: &Connection,
    state: Conversation,
    viewpoint: Viewpoint,
    after: Position,
) -> Result<Option<AsSeenPage>, StoreError> {
    let (mut follow, mut at, mut as_of) = (Follow::new(viewpoint), Position::START, state.started);
    let (mut bytes, mut last, mut next) = (0, after, None);
    loop {
        let (part, near) = (Part::After(at), as_of);
        let (texts, more) = events::sendable_of_conversation(connection, state.id, part, AT_ONCE, PAGE_BYTES, near)?;
        for text in texts {
            let event = events::parse(&text)?;
            let keep = event.position > after && next.is_none() && bytes < PAGE_BYTES;
            let shows = follow.take(&event, keep);
            if shows && keep {
                (bytes, last) = (bytes + text.len(), event.position);
            } else if shows && event.position > after {
                next = next.or(Some(last));
            }
            (at, as_of) = (event.position, event.time);
        }
        if !more {
            break;
        }
    }
    if !follow.is_known() {
        return Ok(None);
    }
    let (customer, channel, started) = (state.customer.name, state.channel, state.started);
    Ok(Some(AsSeenPage { customer, channel, started, as_of, seen: follow.finish(), next }))
}
