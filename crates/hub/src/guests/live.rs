//! The page's live connection. The cookie of its upgrade says who it is.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use futures_util::StreamExt as _;
use tandem_conversation::{Command, CommandId, Position};
use tandem_protocol::Problem;
use tandem_protocol::guests::{GuestFrame, GuestSend, Standing};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::door::{Found, Guest};
use super::rest::{self, command_of, is_engaged};
use crate::api::ApiError;
use crate::channels::web_chat::entries::conversation_of;
use crate::fanout::{BACKLOG, GuestSession, Input, TYPING_MS, encode};
use crate::hub::Hub;
use crate::store::{conversations, links};

/// Largest frame a browser may send, in bytes.
const FRAME_BYTES: usize = 4 * 1024;
/// How long a page may take to say how far it has read.
const HELLO: Duration = Duration::from_secs(10);

/// Upgrades to a WebSocket; the first frame says how far the page has read.
#[utoipa::path(get, path = "/guest/{token}/live", tag = "external agents", params(("token" = String, Path)),
    responses((status = 101, description = "Frames as described in the protocol"), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 410, body = Problem), (status = 426, body = Problem)))]
pub(crate) async fn live(
    State(hub): State<Arc<Hub>>,
    guest: Guest,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let upgrade = upgrade.map_err(|_| ApiError::new(426, "live.upgrade", "Open this address as a WebSocket."))?;
    let sized = crate::api::sized(upgrade, FRAME_BYTES);
    Ok(sized.on_upgrade(move |mut socket| async move {
        if let Err(error) = run(&hub, guest.found, &mut socket).await {
            let frame = GuestFrame::Error { code: error.0.code.clone(), message: error.0.detail.clone() };
            say(&mut socket, &frame).await;
        }
    }))
}

async fn run(hub: &Arc<Hub>, found: Found, socket: &mut WebSocket) -> Result<(), ApiError> {
    let Some(after) = hello(socket).await? else { return Ok(()) };
    let (frames, queue) = mpsc::channel(BACKLOG);
    let (registered, registration) = oneshot::channel();
    let (link, conversation) = (found.link.id, found.link.conversation);
    hub.fanout.send(Input::GuestCame { guest: GuestSession { link, conversation, frames }, registered });
    let Ok(id) = registration.await else { return Ok(()) };
    let ended = attend(hub, &found, after, queue, socket).await;
    hub.fanout.send(Input::GuestLeft(id, conversation));
    ended
}

async fn hello(socket: &mut WebSocket) -> Result<Option<Position>, ApiError> {
    let wrong = || ApiError::new(400, "guest.hello", "The first frame must be a hello.");
    match tokio::time::timeout(HELLO, socket.next()).await {
        Ok(Some(Ok(Message::Text(text)))) => match serde_json::from_str(&text) {
            Ok(GuestSend::Hello { after }) => Ok(Some(after)),
            _ => Err(wrong()),
        },
        Ok(Some(Ok(_))) | Err(_) => Err(wrong()),
        Ok(None | Some(Err(_))) => Ok(None),
    }
}

async fn say(socket: &mut WebSocket, frame: &GuestFrame) -> bool {
    match encode(frame) {
        Some(text) => socket.send(Message::Text(text)).await.is_ok(),
        None => true,
    }
}

async fn attend(
    hub: &Arc<Hub>,
    found: &Found,
    after: Position,
    mut queue: mpsc::Receiver<Utf8Bytes>,
    socket: &mut WebSocket,
) -> Result<(), ApiError> {
    if !catch_up(hub, found, after, socket).await? {
        return Ok(());
    }
    loop {
        tokio::select! {
            frame = queue.recv() => {
                // The queue ends with the link, and says so before.
                let Some(frame) = frame else { return Ok(()) };
                if socket.send(Message::Text(frame)).await.is_err() {
                    return Ok(());
                }
            }
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    if let Some(answer) = hear(hub, found, &text).await && !say(socket, &answer).await {
                        return Ok(());
                    }
                }
                Some(Ok(Message::Binary(_))) => return Err(ApiError::new(400, "guest.binary", "Send text frames.")),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(()),
            },
        }
    }
}

/// Says where the conversation stands and repeats what came after `after`. False if the link ended while the page was
/// on its way.
async fn catch_up(hub: &Hub, found: &Found, after: Position, socket: &mut WebSocket) -> Result<bool, ApiError> {
    let (mut after, mut ready) = (after, false);
    loop {
        let (link, id) = (found.link.id, found.link.conversation);
        let (state, now) = hub
            .database
            .read(move |connection| {
                Ok::<_, crate::store::StoreError>((conversations::get(connection, id)?, links::get(connection, link)?))
            })
            .await?;
        let (Some(state), Some(now)) = (state, now) else { return Ok(false) };
        if !is_engaged(found, &state) {
            let standing = now.ended.map_or(Standing::Expired, |end| super::door::over(&end, state.in_progress()));
            say(socket, &GuestFrame::Over { standing }).await;
            return Ok(false);
        }
        if !ready {
            ready = true;
            say(socket, &GuestFrame::Ready { conversation: conversation_of(&state) }).await;
        }
        let (page, read) = rest::read(hub, Guest { found: found.clone(), state }, after, 500).await?;
        for entry in page.entries {
            say(socket, &GuestFrame::Entry { entry }).await;
        }
        if !page.more {
            return Ok(true);
        }
        after = read;
    }
}

/// Acts on one frame; gives what the page is told at once.
async fn hear(hub: &Arc<Hub>, found: &Found, text: &str) -> Option<GuestFrame> {
    let error = |code: &str, message: String| Some(GuestFrame::Error { code: code.to_owned(), message });
    match serde_json::from_str(text) {
        Ok(GuestSend::Typing { on }) => {
            let conversation = found.link.conversation;
            let until = if on { hub.clock.now().plus_ms(TYPING_MS) } else { hub.clock.now() };
            hub.person_types(conversation, until);
            hub.fanout.send(Input::Typing { conversation, by: found.participant(), on });
            None
        }
        Ok(GuestSend::Receipt { stage, up_to }) => {
            let command = Command::Receive { stage, up_to };
            let stored = hub.execute_once(command_of(found, CommandId(Uuid::now_v7()), command)).await;
            let problem: ApiError = match stored {
                Ok(Ok(_)) => return None,
                Ok(Err(rejection)) => rejection.into(),
                Err(failed) => failed.into(),
            };
            error(&problem.0.code, problem.0.detail.clone())
        }
        Ok(GuestSend::Hello { .. }) => error("guest.hello", "The hello was said already.".into()),
        Err(problem) => error("input.malformed", format!("The frame cannot be used: {problem}.")),
    }
}
