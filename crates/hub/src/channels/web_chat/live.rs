//! The web chat's live connection.

use std::sync::Arc;

use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::{SinkExt as _, StreamExt as _};
use tandem_conversation::{ConversationId, Participant, Position};
use tandem_protocol::Problem;
use tandem_protocol::chat::{ChatFrame, ChatMessage, ChatSend};
use tokio::sync::{mpsc, oneshot};

use super::message::{Into, accept, receipt, turn_of};
use super::session::visitor;
use super::{origin, rest};
use crate::api::ApiError;
use crate::fanout::{BACKLOG, Input, encode};
use crate::hub::Hub;
use crate::logic;
use crate::store::contacts::WebContact;
use crate::store::{brands, conversations};

/// Largest frame a browser may send, in bytes.
const FRAME_BYTES: usize = 64 * 1024;
/// How long a browser may take to say who it is.
const HELLO: std::time::Duration = std::time::Duration::from_secs(10);

/// Upgrades to a WebSocket; the first frame says who the browser is.
#[utoipa::path(get, path = "/chat/v1/live", tag = "web chat",
    responses((status = 101, description = "Frames as described in the protocol"), (status = 426, body = Problem)))]
pub(crate) async fn live(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let upgrade = upgrade.map_err(|_| ApiError::new(426, "live.upgrade", "Open this address as a WebSocket."))?;
    let sized = crate::api::sized(upgrade, FRAME_BYTES);
    Ok(sized.on_upgrade(move |mut socket| async move {
        if let Err(error) = run(hub, headers, &mut socket).await {
            say(&mut socket, &error_frame(&error, None)).await;
        }
    }))
}

/// One browser's connection.
struct Connection {
    hub: Arc<Hub>,
    web: WebContact,
    /// The conversation that messages go into, once known.
    into: Into,
}

async fn run(hub: Arc<Hub>, headers: HeaderMap, socket: &mut WebSocket) -> Result<(), ApiError> {
    let Some((token, after)) = hello(socket).await? else { return Ok(()) };
    let web = visitor(&hub, Some(token.clone())).await?;
    let key = web.brand_key.clone();
    let brand = hub.database.read(move |connection| brands::by_key(connection, &key)).await?;
    if let Some(brand) = brand {
        origin::check(&brand, &headers)?;
    }
    let (frames, queue) = mpsc::channel(BACKLOG);
    let (registered, registration) = oneshot::channel();
    let contact = web.contact;
    hub.fanout.send(Input::ChatCame { contact, frames, registered });
    let Ok(id) = registration.await else { return Ok(()) };
    // Whoever was let in meanwhile is shown elsewhere; what is said of a move from here on reaches this connection.
    if !visitor(&hub, Some(token)).await.is_ok_and(|now| now.contact == contact) {
        hub.fanout.send(Input::ChatLeft(id, contact));
        return Ok(());
    }
    let mut connection = Connection { hub: Arc::clone(&hub), web, into: Into::Newest };
    let ended = connection.attend(after, queue, socket).await;
    hub.fanout.send(Input::ChatLeft(id, contact));
    ended
}

async fn hello(socket: &mut WebSocket) -> Result<Option<(String, Position)>, ApiError> {
    let first = tokio::time::timeout(HELLO, socket.next()).await;
    let wrong = || ApiError::new(400, "chat.hello", "The first frame must be a hello with the session's token.");
    match first {
        Ok(Some(Ok(Message::Text(text)))) => match serde_json::from_str(&text) {
            Ok(ChatSend::Hello { token, after }) => Ok(Some((token, after))),
            _ => Err(wrong()),
        },
        Ok(Some(Ok(_))) | Err(_) => Err(wrong()),
        Ok(None | Some(Err(_))) => Ok(None),
    }
}

async fn say(socket: &mut WebSocket, frame: &ChatFrame) -> bool {
    match encode(frame) {
        Some(text) => socket.send(Message::Text(text)).await.is_ok(),
        None => true,
    }
}

fn error_frame(error: &ApiError, message: Option<&ChatMessage>) -> ChatFrame {
    ChatFrame::Error { code: error.0.code.clone(), message: error.0.detail.clone(), id: message.map(turn_of) }
}

impl Connection {
    async fn attend(
        &mut self,
        after: Position,
        mut queue: mpsc::Receiver<Utf8Bytes>,
        socket: &mut WebSocket,
    ) -> Result<(), ApiError> {
        self.catch_up(after, socket).await?;
        loop {
            tokio::select! {
                frame = queue.recv() => {
                    let Some(frame) = frame else { return Ok(()) };
                    if socket.feed(Message::Text(frame)).await.is_err() {
                        return Ok(());
                    }
                    while let Ok(frame) = queue.try_recv() {
                        if socket.feed(Message::Text(frame)).await.is_err() {
                            return Ok(());
                        }
                    }
                    if socket.flush().await.is_err() {
                        return Ok(());
                    }
                }
                message = socket.next() => match message {
                    Some(Ok(Message::Text(text))) => {
                        if let Some(answer) = self.hear(&text).await && !say(socket, &answer).await {
                            return Ok(());
                        }
                    }
                    Some(Ok(Message::Binary(_))) => {
                        return Err(ApiError::new(400, "chat.binary", "Send text frames."));
                    }
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(()),
                },
            }
        }
    }

    /// Says where the conversation stands and repeats what came after `after`.
    async fn catch_up(&mut self, after: Position, socket: &mut WebSocket) -> Result<(), ApiError> {
        let mut after = after;
        let mut ready = false;
        loop {
            let (page, read) = rest::read(&self.hub, &self.web, after, 500).await?;
            if let Some(conversation) = &page.conversation {
                self.into = Into::Known(conversation.id);
            }
            if !ready {
                ready = true;
                say(socket, &ChatFrame::Ready { conversation: page.conversation.clone() }).await;
            }
            for entry in page.entries {
                say(socket, &ChatFrame::Entry { entry }).await;
            }
            if !page.more {
                return Ok(());
            }
            after = read;
        }
    }

    /// The conversation under way. A message over plain HTTP may have begun it since this connection was opened.
    async fn conversation(&mut self) -> Option<ConversationId> {
        if let Into::Known(id) = self.into {
            return Some(id);
        }
        if self.into == Into::New && self.hub.wants_new(self.web.contact) {
            return None;
        }
        let contact = self.web.contact;
        let newest = self.hub.database.read(move |connection| conversations::newest_of_contact(connection, contact));
        let id = newest.await.ok().flatten()?;
        self.into = Into::Known(id);
        Some(id)
    }

    /// Acts on one frame; gives what the browser is told at once.
    async fn hear(&mut self, text: &str) -> Option<ChatFrame> {
        let frame = match serde_json::from_str(text) {
            Ok(frame) => frame,
            Err(error) => {
                let error = ApiError::new(400, "input.malformed", format!("The frame cannot be used: {error}."));
                return Some(error_frame(&error, None));
            }
        };
        match frame {
            ChatSend::Message(message) => Some(self.message(message).await),
            ChatSend::Typing { on } => {
                if let Some(conversation) = self.conversation().await {
                    self.hub.fanout.send(Input::Typing { conversation, by: Participant::Customer, on });
                    if on {
                        logic::typing::tell(&self.hub, conversation);
                    }
                }
                None
            }
            ChatSend::Receipt { stage, up_to } => {
                let conversation = self.conversation().await?;
                let stored = receipt(&self.hub, conversation, stage, up_to).await;
                stored.err().map(|error| error_frame(&error, None))
            }
            ChatSend::New {} => {
                self.into = Into::New;
                self.hub.want_new(self.web.contact);
                Some(ChatFrame::Ready { conversation: None })
            }
            ChatSend::Hello { .. } => {
                let error = ApiError::new(400, "chat.hello", "The hello was said already.");
                Some(error_frame(&error, None))
            }
        }
    }

    async fn message(&mut self, message: ChatMessage) -> ChatFrame {
        let kept = ChatMessage { id: message.id, text: None, answer: None, media: None };
        // A message over plain HTTP may have begun the new conversation meanwhile.
        if self.into == Into::New && !self.hub.wants_new(self.web.contact) {
            self.into = Into::Newest;
        }
        match accept(&self.hub, &self.web, message, self.into, self.hub.clock.now()).await {
            Ok((conversation, accepted)) => {
                self.hub.forget_new(self.web.contact);
                self.into = Into::Known(conversation);
                ChatFrame::Accepted { id: accepted.id, position: accepted.position }
            }
            Err(error) => error_frame(&error, Some(&kept)),
        }
    }
}
