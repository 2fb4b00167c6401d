//! The page's live connection, authenticated by the cookie of its upgrade.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Utf8Bytes, WebSocketUpgrade};
use axum::response::Response;
use tandem_conversation::{Command, CommandId};
use tandem_protocol::Problem;
use tandem_protocol::guests::{GuestFrame, GuestSend, Standing};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::door::{Found, Guest};
use super::rest::{self, command_of, is_engaged};
use crate::api::input;
use crate::fanout::{GuestSession, Input, encode};
use crate::hub::Hub;
use crate::peer::Peer;
use crate::problem::ApiError;
use crate::shown::Known;
use crate::shown::conversation_of;
use crate::shown::guest::over;
use crate::socket::{self, CHAT_ALIVE, CHAT_SILENT, Goodbye, Party, Socket};
use crate::store::{conversations, links};

/// Maximum frame from a browser, in bytes.
const FRAME_BYTES: usize = 4 * 1024;

/// Upgrades to a WebSocket; the first frame says how far the page has read.
#[utoipa::path(get, path = "/guest/{token}/live", tag = "external agents", params(("token" = String, Path)),
    responses((status = 101, description = "Frames as described in the protocol"), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 410, body = Problem), (status = 426, body = Problem)))]
pub(crate) async fn live(
    State(hub): State<Arc<Hub>>,
    peer: Peer,
    guest: Guest,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let seat = hub.seat(&peer)?;
    socket::open(upgrade, FRAME_BYTES, error_frame, seat, async move |mut socket| {
        if let Err(error) = run(hub, guest.found, &mut socket).await {
            socket.refuse(&error).await;
        }
    })
}

async fn run(hub: Arc<Hub>, found: Found, socket: &mut Socket) -> Result<(), ApiError> {
    let Some(first) = socket.first().await else { return Ok(()) };
    let Ok(GuestSend::Hello { conversation: known, after }) = input::read(first.as_bytes()) else {
        return Err(ApiError::new(400, "guest.hello", "The first frame must be a hello."));
    };
    hub.limits.read(found.link.id.0)?;
    let (line, mut queue) = socket::line();
    let (registered, registration) = oneshot::channel();
    let (link, conversation) = (found.link.id, found.link.conversation);
    hub.fanout.send(Input::GuestCame { guest: GuestSession { link, conversation, line }, registered }).await;
    let Ok(id) = registration.await else { return Ok(()) };
    let goes_on = Box::pin(catch_up(&hub, &found, Known { conversation: known, after }, socket)).await;
    match goes_on {
        Ok(true) => {
            let mut page = Page { hub: Arc::clone(&hub), found };
            socket.talk(&mut queue, &mut page, hub.config.rate_limits).await;
        }
        Ok(false) => socket.end(Goodbye::OVER).await,
        Err(_) => {}
    }
    hub.fanout.send(Input::GuestLeft(id, conversation)).await;
    goes_on.map(|_| ())
}

fn error_frame(code: &str, message: &str) -> Option<Utf8Bytes> {
    encode(&GuestFrame::Error { code: code.to_owned(), message: message.to_owned() })
}

struct Page {
    hub: Arc<Hub>,
    found: Found,
}

impl Party for Page {
    const SILENT: Duration = CHAT_SILENT;

    fn alive(&self) -> Option<(Duration, Utf8Bytes)> {
        encode(&GuestFrame::Alive {}).map(|frame| (CHAT_ALIVE, frame))
    }

    async fn hear(&mut self, text: &str, replies: &mut Vec<Utf8Bytes>) {
        replies.extend(hear(&self.hub, &self.found, text).await);
    }
}

/// Sends the conversation's state and the entries that the page lacks. False if the link ended meanwhile.
async fn catch_up(hub: &Hub, found: &Found, known: Known, socket: &mut Socket) -> Result<bool, ApiError> {
    let (mut known, mut ready) = (known, false);
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
            let standing = now.ended.map_or(Standing::Expired, |end| over(&end, state.in_progress()));
            if let Some(frame) = encode(&GuestFrame::Over { standing }) {
                let _ = socket.send(frame).await;
            }
            return Ok(false);
        }
        let first =
            (!std::mem::replace(&mut ready, true)).then(|| GuestFrame::Ready { conversation: conversation_of(&state) });
        let page = rest::read(hub, Guest { found: found.clone(), state }, known, 500).await?;
        let entries = page.entries.into_iter().map(|entry| GuestFrame::Entry { entry: Box::new(entry) });
        for frame in first.into_iter().chain(entries).filter_map(|frame| encode(&frame)) {
            if socket.send(frame).await.is_err() {
                return Ok(false);
            }
        }
        if !page.more {
            return Ok(true);
        }
        known = Known { conversation: Some(found.link.conversation), after: page.up_to };
    }
}

/// Handles one frame; returns the immediate reply.
async fn hear(hub: &Arc<Hub>, found: &Found, text: &str) -> Option<Utf8Bytes> {
    match input::read(text.as_bytes()) {
        // They may name only the conversation behind this link.
        Ok(
            GuestSend::Typing { conversation: Some(named), .. } | GuestSend::Receipt { conversation: Some(named), .. },
        ) if named != found.link.conversation => None,
        Ok(GuestSend::Typing { on, .. }) => {
            // If this fails, the next keystroke repeats it.
            let _ = hub.types(found.link.conversation, found.participant(), on).await;
            None
        }
        Ok(GuestSend::Receipt { stage, up_to, .. }) => {
            let command = Command::Receive { stage, up_to };
            let stored = hub.receive(command_of(found, CommandId(Uuid::now_v7()), command)).await;
            let problem: ApiError = match stored {
                Ok(Ok(())) => return None,
                Ok(Err(rejection)) => rejection.into(),
                Err(failed) => failed.into(),
            };
            error_frame(&problem.0.code, &problem.0.detail)
        }
        Ok(GuestSend::Hello { .. }) => error_frame("guest.hello", "The hello was already sent."),
        Err(problem) => error_frame("input.malformed", &format!("The frame cannot be used: {problem}.")),
    }
}
