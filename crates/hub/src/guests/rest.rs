//! The page's HTTP API.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tandem_conversation::{Command, CommandId, Content, Conversation, Envelope, Event, Media, Permissions, Rejection};
use tandem_protocol::Problem;
use tandem_protocol::chat::ChatAccepted;
use tandem_protocol::guests::{GuestEntries, GuestEntry, GuestInvitation, GuestLeave, GuestMessage, Standing};
use uuid::Uuid;

use super::door::{self, Found, Guest, Holder};
use crate::api::{Json, Query};
use crate::engine::Repeat;
use crate::hub::Hub;
use crate::problem::ApiError;
use crate::secrets::new_token;
use crate::shown::conversation_of;
use crate::shown::guest::{amended, entry_of};
use crate::shown::{EntriesQuery, Known};
use crate::store::commands::{self, Sent};
use crate::store::events::{self, Amendments};
use crate::store::{StoreError, links, passable};

/// The link's standing in this browser. Viewing neither binds nor uses the link. It sets the cookie that opening binds
/// the link to, so a lost answer loses no link.
#[utoipa::path(get, path = "/guest/{token}/about", tag = "external agents", params(("token" = String, Path)),
    responses((status = 200, description = "With a cookie for a browser that has none", body = GuestInvitation),
        (status = 404, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn about(State(hub): State<Arc<Hub>>, holder: Holder) -> Result<Response, ApiError> {
    hub.limits.lookup(holder.peer.network)?;
    let Some((found, state)) = door::look(&hub, holder.secret).await? else { return Err(door::stray(&hub, &holder)) };
    hub.limits.link(found.link.id)?;
    let now = hub.clock.now();
    let standing = found.standing(&state, holder.session.as_ref(), now);
    let mut response = axum::Json(found.about(&hub, &state, standing, now)).into_response();
    if standing == Standing::Unopened
        && holder.session.is_none()
        && let Some(cookie) = door::cookie(&holder.token, &new_token(), found.seconds_left(now), &holder.peer)
    {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Opens the conversation: binds the link to this browser, unless another one has it. Each call is a use of the link.
#[utoipa::path(post, path = "/guest/{token}/open", tag = "external agents", params(("token" = String, Path)),
    responses((status = 200, body = GuestInvitation),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 410, body = Problem),
        (status = 429, body = Problem)))]
pub(crate) async fn open(State(hub): State<Arc<Hub>>, holder: Holder) -> Result<axum::Json<GuestInvitation>, ApiError> {
    hub.limits.lookup(holder.peer.network)?;
    let Some((found, _)) = door::look(&hub, holder.secret).await? else { return Err(door::stray(&hub, &holder)) };
    hub.limits.link(found.link.id)?;
    let (secret, session, now) = (holder.secret, holder.session, hub.clock.now());
    let opened = hub.database.write(move |connection, engine| {
        let Some(found) = door::find(connection, &secret)? else { return Ok(None) };
        let id = found.link.conversation;
        let state = engine.state(connection, id)?.ok_or(Rejection::Unknown)?;
        match (found.standing(&state, session.as_ref(), now), &session) {
            (Standing::Unopened, Some(session)) => links::bind(connection, found.link.id, session)?,
            (Standing::Open, _) => {}
            // Without a cookie the link stays unopened: a binding that cannot be recognised later would lock it.
            (other, _) => return Ok(Some((found, state, other))),
        }
        let command = command_of(&found, CommandId(Uuid::now_v7()), Command::OpenLink { link: found.link.id });
        engine.execute(connection, &command, Repeat::Once, None)??;
        let state = engine.state(connection, id)?.ok_or(Rejection::Unknown)?;
        Ok::<_, StoreError>(Some((found, state, Standing::Open)))
    });
    let (found, state, standing) = opened.await?.ok_or_else(door::unknown)?;
    match standing {
        Standing::Open => {}
        Standing::Unopened => return Err(door::no_cookie()),
        other => return Err(door::refusal(&found, other)),
    }
    Ok(axum::Json(found.about(&hub, &state, standing, now)))
}

/// The conversation from the invitation on, oldest first.
#[utoipa::path(get, path = "/guest/{token}/entries", tag = "external agents",
    params(("token" = String, Path), EntriesQuery),
    responses((status = 200, body = GuestEntries), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 410, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn entries(
    State(hub): State<Arc<Hub>>,
    guest: Guest,
    Query(query): Query<EntriesQuery>,
) -> Result<axum::Json<GuestEntries>, ApiError> {
    hub.limits.read(guest.link().0)?;
    Ok(axum::Json(read(&hub, guest, query.known(), query.limit()).await?))
}

/// A page of what the external agent sees.
pub(super) async fn read(hub: &Hub, guest: Guest, known: Known, limit: u32) -> Result<GuestEntries, StoreError> {
    let Guest { found, state } = guest;
    let after = known.position_in(state.id).max(found.hidden_up_to());
    let logic = hub.config.logic_name.clone();
    hub.database
        .read(move |connection| {
            let amendments = match state.channel.facts().quotes {
                true => events::amendments(connection, state.id)?,
                false => Amendments::default(),
            };
            let show = |event: &Event| {
                let mut event = event.clone();
                amendments.apply(&mut event);
                entry_of(&event, &state, logic.as_deref(), found.link.id)
            };
            let mut entries = Vec::new();
            let is_reading_on = after > found.hidden_up_to();
            for turn in amendments.after(after).filter(|_| is_reading_on) {
                let event = passable(events::of_turn(connection, state.id, turn))?.flatten();
                let event = event.filter(|event| event.position > found.hidden_up_to() && event.position <= after);
                entries.extend(
                    event.and_then(|event| amended(&event, &state, logic.as_deref(), found.link.id, &amendments)),
                );
            }
            entries.sort_by_key(|entry: &GuestEntry| entry.entry.position);
            let page = events::shown(connection, state.id, after, limit, show)?;
            entries.extend(page.entries);
            Ok(GuestEntries { conversation: conversation_of(&state), entries, more: page.more, up_to: page.up_to })
        })
        .await
}

/// Sends one message to the customer. A repeated id has one effect.
#[utoipa::path(post, path = "/guest/{token}/messages", request_body = GuestMessage, tag = "external agents",
    params(("token" = String, Path)),
    responses((status = 200, body = ChatAccepted), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 410, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn message(
    State(hub): State<Arc<Hub>>,
    guest: Guest,
    Json(message): Json<GuestMessage>,
) -> Result<axum::Json<ChatAccepted>, ApiError> {
    hub.limits.guest(guest.link())?;
    let (found, received) = (guest.found, hub.clock.now());
    let typing = hub.typing_until(guest.state.id);
    let sent = Sent::new(commands::Sender::Link(found.link.id), &message);
    let stored = hub.database.write(move |connection, engine| {
        // Turns before the invitation are not on their screen and cannot be news.
        let (turn, written_against) = (message.id, message.written_against.max(found.hidden_up_to()));
        let content = content_of(message)?;
        let command =
            Command::Reply { turn, content, written_against, mind_customer: false, while_in_progress: true, received };
        let command = command_of(&found, CommandId(turn.0), command);
        let position = engine.execute(connection, &command, Repeat::Remembered(sent), typing)??;
        Ok::<_, StoreError>(ChatAccepted { id: turn, conversation: found.link.conversation, position })
    });
    Ok(axum::Json(stored.await?))
}

fn content_of(message: GuestMessage) -> Result<Content, Rejection> {
    if let Some(id) = message.media {
        return Ok(Content::Attachment { media: Media::named(id), text: message.text.unwrap_or_default() });
    }
    let text = message.text.ok_or_else(|| Rejection::invalid("text", "a message needs text or media"))?;
    Ok(Content::Text { text })
}

/// Leaves the conversation with a message to the agents. Ends the link.
#[utoipa::path(post, path = "/guest/{token}/leave", request_body = GuestLeave, tag = "external agents",
    params(("token" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 410, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn leave(
    State(hub): State<Arc<Hub>>,
    guest: Guest,
    Json(leave): Json<GuestLeave>,
) -> Result<StatusCode, ApiError> {
    hub.limits.guest(guest.link())?;
    let leaving = Command::Leave { reason: leave.word, ask_for_help: false };
    hub.execute_once(command_of(&guest.found, CommandId(Uuid::now_v7()), leaving)).await??;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) fn command_of(found: &Found, id: CommandId, command: Command) -> Envelope {
    Envelope {
        id,
        conversation: found.link.conversation,
        actor: found.participant(),
        permissions: Permissions::default(),
        command,
    }
}

/// Whether this external agent is still engaged.
pub(super) fn is_engaged(found: &Found, state: &Conversation) -> bool {
    state.engagement_of(&found.participant()).is_some()
}
