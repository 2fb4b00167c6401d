//! The web chat's live connection.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Utf8Bytes, WebSocketUpgrade};
use axum::response::Response;
use tandem_conversation::{ConversationId, Participant, TurnId};
use tandem_protocol::Problem;
use tandem_protocol::chat::{ChatAccepted, ChatFrame, ChatMessage, ChatSend};
use tokio::sync::oneshot;

use super::message::{accept, receipt};
use super::origin;
use super::rest;
use super::session::visitor;
use crate::api::input;
use crate::engine::Target;
use crate::fanout::{Input, encode};
use crate::hub::Hub;
use crate::logic;
use crate::peer::Peer;
use crate::problem::ApiError;
use crate::secrets::hash_token;
use crate::shown::Known;
use crate::socket::{self, CHAT_ALIVE, CHAT_SILENT, Gone, Party, Socket};
use crate::store::contacts::{self, WebContact};
use crate::store::{brands, conversations};

/// Maximum frame from a browser, in bytes.
const FRAME_BYTES: usize = 64 * 1024;

/// Upgrades to a WebSocket; the first frame authenticates the browser.
#[utoipa::path(get, path = "/chat/v1/live", tag = "web chat",
    responses((status = 101, description = "Frames as described in the protocol"), (status = 426, body = Problem)))]
pub(crate) async fn live(
    State(hub): State<Arc<Hub>>,
    peer: Peer,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let seat = hub.seat(&peer)?;
    socket::open(upgrade, FRAME_BYTES, error_frame, seat, async move |mut socket| {
        if let Err(error) = run(hub, peer, &mut socket).await {
            socket.refuse(&error).await;
        }
    })
}

/// Messages of one browser that may be under way at once.
const UNDER_WAY: usize = 16;

type Reply = Pin<Box<dyn Future<Output = ChatFrame> + Send>>;

struct Connection {
    hub: Arc<Hub>,
    web: Arc<WebContact>,
    /// The conversation for new messages, once known.
    target: Target,
    /// Replies to messages that are with the writer, in their order.
    under_way: VecDeque<Reply>,
}

async fn run(hub: Arc<Hub>, peer: Peer, socket: &mut Socket) -> Result<(), ApiError> {
    let Some(first) = socket.first().await else { return Ok(()) };
    let Ok(ChatSend::Hello { token, conversation, after }) = input::read(first.as_bytes()) else {
        return Err(ApiError::new(400, "chat.hello", "The first frame must be a hello with the session's token."));
    };
    let known = visitor(&hub, Some(token.clone())).await;
    let web = known.map_err(|refusal| hub.limits.refused(peer.network, refusal))?;
    hub.limits.read(web.contact.0)?;
    let key = web.brand_key.clone();
    let brand = hub.database.read(move |connection| brands::by_key(connection, &key)).await?;
    if let Some(brand) = brand {
        origin::check(&brand, &peer)?;
    }
    let (line, mut queue) = socket::line();
    let (registered, registration) = oneshot::channel();
    let (contact, session) = (web.contact, hash_token(&token));
    hub.fanout.send(Input::ChatCame { contact, session, line, registered }).await;
    let Ok(id) = registration.await else { return Ok(()) };
    // The visitor may have been identified meanwhile and be shown another chat. Later moves reach this connection.
    if !visitor(&hub, Some(token)).await.is_ok_and(|now| now.contact == contact) {
        hub.fanout.send(Input::ChatLeft(id, contact)).await;
        return Ok(());
    }
    let mut connection =
        Connection { hub: Arc::clone(&hub), web: Arc::new(web), target: Target::Newest, under_way: VecDeque::new() };
    let caught_up = Box::pin(connection.catch_up(Known { conversation, after }, socket)).await;
    if let Ok(Ok(())) = caught_up {
        socket.talk(&mut queue, &mut connection, hub.config.rate_limits).await;
    }
    hub.fanout.send(Input::ChatLeft(id, contact)).await;
    caught_up.map(|_| ())
}

fn error_frame(code: &str, message: &str) -> Option<Utf8Bytes> {
    encode(&refused(code, message, None))
}

fn refused(code: &str, message: &str, id: Option<TurnId>) -> ChatFrame {
    ChatFrame::Error { code: code.to_owned(), message: message.to_owned(), id }
}

fn failed(error: impl Into<ApiError>, id: Option<TurnId>) -> ChatFrame {
    let ApiError(problem) = error.into();
    ChatFrame::Error { code: problem.code, message: problem.detail, id }
}

impl Party for Connection {
    const SILENT: Duration = CHAT_SILENT;

    fn alive(&self) -> Option<(Duration, Utf8Bytes)> {
        encode(&ChatFrame::Alive {}).map(|frame| (CHAT_ALIVE, frame))
    }

    async fn hear(&mut self, text: &str, replies: &mut Vec<Utf8Bytes>) {
        let frame = input::read(text.as_bytes());
        if let Ok(ChatSend::Message(message)) = frame {
            return self.message(message);
        }
        // Everything else follows the messages before it.
        while !self.under_way.is_empty() {
            self.later(replies).await;
        }
        let reply = match frame {
            Ok(frame) => self.act(frame).await,
            Err(error) => Some(refused("input.malformed", &format!("The frame cannot be used: {error}."), None)),
        };
        replies.extend(reply.as_ref().and_then(encode));
    }

    fn has_room(&self) -> bool {
        self.under_way.len() < UNDER_WAY
    }

    async fn later(&mut self, replies: &mut Vec<Utf8Bytes>) {
        poll_fn(|context| {
            let before = replies.len();
            while let Some(first) = self.under_way.front_mut() {
                let Poll::Ready(reply) = first.as_mut().poll(context) else { break };
                self.under_way.pop_front();
                if let ChatFrame::Accepted { conversation, .. } = &reply {
                    self.target = Target::Known(*conversation);
                }
                replies.extend(encode(&reply));
            }
            if replies.len() > before { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

impl Connection {
    /// Sends the conversation's state and the entries that the browser lacks.
    async fn catch_up(&mut self, known: Known, socket: &mut Socket) -> Result<Result<(), Gone>, ApiError> {
        let mut known = known;
        let mut ready = false;
        loop {
            let page = rest::read(&self.hub, &self.web, known, 500).await?;
            let first = (!std::mem::replace(&mut ready, true))
                .then(|| ChatFrame::Ready { conversation: page.conversation.clone() });
            let entries = page.entries.into_iter().map(|entry| ChatFrame::Entry { entry });
            for frame in first.into_iter().chain(entries).filter_map(|frame| encode(&frame)) {
                if socket.send(frame).await.is_err() {
                    return Ok(Err(Gone));
                }
            }
            if !page.more {
                return Ok(Ok(()));
            }
            known = Known { conversation: page.conversation.map(|shown| shown.id), after: page.up_to };
        }
    }

    /// The current conversation. A message over plain HTTP may have started it after this connection opened.
    async fn conversation(&mut self) -> Option<ConversationId> {
        if let Target::Known(id) = self.target {
            return Some(id);
        }
        let contact = self.web.contact;
        let newest = self.hub.database.read(move |connection| {
            if contacts::wants_new(connection, contact)? {
                return Ok(None);
            }
            conversations::newest_of_contact(connection, contact)
        });
        let id = newest.await.ok().flatten()?;
        self.target = Target::Known(id);
        Some(id)
    }

    /// The conversation that a frame names, if it is this visitor's.
    async fn named(&mut self, named: Option<ConversationId>) -> Option<ConversationId> {
        let Some(id) = named else { return self.conversation().await };
        if self.target == Target::Known(id) {
            return Some(id);
        }
        let found = self.hub.lately(id).await.ok().flatten();
        found.filter(|state| state.contact == self.web.contact).map(|state| state.id)
    }

    /// Handles one frame that is no message; returns the reply.
    async fn act(&mut self, frame: ChatSend) -> Option<ChatFrame> {
        match frame {
            ChatSend::Message(_) => None,
            ChatSend::Typing { conversation, on } => {
                if let Some(conversation) = self.named(conversation).await {
                    // If this fails, the next keystroke repeats it.
                    let _ = self.hub.types(conversation, Participant::Customer, on).await;
                    if on {
                        logic::typing::tell(&self.hub, conversation);
                    }
                }
                None
            }
            ChatSend::Receipt { conversation, stage, up_to } => {
                let conversation = self.named(conversation).await?;
                let stored = receipt(&self.hub, conversation, stage, up_to).await;
                stored.err().map(|error| failed(error, None))
            }
            ChatSend::New {} => {
                let contact = self.web.contact;
                let asked =
                    self.hub.database.write(move |connection, _| contacts::set_wants_new(connection, contact, true));
                if let Err(error) = asked.await {
                    return Some(failed(error, None));
                }
                self.target = Target::Newest;
                Some(ChatFrame::Ready { conversation: None })
            }
            ChatSend::Hello { .. } => Some(refused("chat.hello", "The hello was already sent.", None)),
        }
    }

    /// Gives the message to the writer; the reply comes [later](Party::later).
    fn message(&mut self, message: ChatMessage) {
        let turn = message.id;
        let reply: Reply = match accept(&self.hub, &self.web, message, self.target, self.hub.clock.now()) {
            Ok(stored) => Box::pin(async move {
                match stored.await {
                    Ok(ChatAccepted { id, conversation, position }) => {
                        ChatFrame::Accepted { id, conversation, position }
                    }
                    Err(error) => failed(error, Some(turn)),
                }
            }),
            Err(error) => Box::pin(std::future::ready(failed(error, Some(turn)))),
        };
        self.under_way.push_back(reply);
    }
}
