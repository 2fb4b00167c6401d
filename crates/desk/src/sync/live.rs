//! The live connection: opening it, reading its frames, and what each of them means.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
use tandem_conversation::Stage;
use tandem_protocol::agents::{Batch, DeskFrame, LiveFrame, Me};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::{HeaderValue, header};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Bytes, Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use super::{Left, Link, Sync, apply, left_by, sentence};
use crate::cache::{self, meta};
use crate::hub::{HubError, is_problem};
use crate::session::Session;
use crate::view::Change;

pub(super) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Largest frame that is read into memory, in bytes.
const FRAME_BYTES: usize = 64 * 1024 * 1024;
/// Changes that are applied in one transaction, if that many are at hand.
const TOGETHER: usize = 1_000;

/// Opens the connection within some time, renewing the sign-in if needed.
pub(super) async fn open(session: &Session, cursor: Option<u64>, within: Duration) -> Result<Socket, HubError> {
    let address = session.hub.live_address(cursor);
    session.with_token(|token| open_with(address.clone(), token, within)).await
}

async fn open_with(address: String, token: Arc<str>, within: Duration) -> Result<Socket, HubError> {
    let mut request = address.into_client_request().map_err(|error| HubError::Address(error.to_string()))?;
    let bearer = HeaderValue::from_str(&format!("Bearer {token}"));
    let mut bearer = bearer.map_err(|_| HubError::Garbled("its access token".into()))?;
    bearer.set_sensitive(true);
    request.headers_mut().insert(header::AUTHORIZATION, bearer);
    let mut config = WebSocketConfig::default();
    config.read_buffer_size = 4096;
    config.max_message_size = Some(FRAME_BYTES);
    config.max_frame_size = Some(FRAME_BYTES);
    match tokio::time::timeout(within, connect_async_with_config(request, Some(config), true)).await {
        Err(_) => Err(HubError::Network("The hub does not answer.".into())),
        Ok(Ok((socket, _))) => Ok(socket),
        Ok(Err(Error::Http(response))) if response.status() == 401 && is_problem(response.headers()) => {
            Err(HubError::Unauthorized)
        }
        Ok(Err(Error::Http(response))) => Err(HubError::Busy {
            message: format!("The hub refused the live connection ({}).", response.status().as_u16()),
            retry_after: None,
        }),
        Ok(Err(Error::Io(_))) => Err(HubError::Network("The hub cannot be reached.".into())),
        Ok(Err(error)) => Err(HubError::Network(format!("The live connection failed: {error}."))),
    }
}

/// What a connection remembers while it lasts.
struct Attending {
    session: Arc<Session>,
    /// The last error that the hub named; the reason, if it then closes.
    complaint: Option<String>,
    /// Up to which cursor the hub has told us everything; none if it begins afresh.
    told: Option<u64>,
}

impl Sync {
    /// Reads until the connection ends, one way or another.
    pub(super) async fn attend(
        &mut self,
        session: &Arc<Session>,
        cursor: Option<u64>,
        mut socket: Socket,
        attempt: &mut u32,
    ) -> Left {
        let mut attending = Attending { session: Arc::clone(session), complaint: None, told: cursor };
        // What had arrived already but could not be applied together with what came before it.
        let mut next: Option<Message> = None;
        // A hub that has not said anything by then is gone.
        let mut deadline = Instant::now() + self.pace.silence;
        loop {
            let message = match next.take() {
                Some(message) => message,
                None => tokio::select! {
                    input = self.inbox.recv() => match input.map(left_by) {
                        None => return Left::Closed,
                        Some(Ok(left)) => {
                            let _ = socket.close(None).await;
                            return left;
                        }
                        Some(Err(frame)) => {
                            let said = match frame {
                                Some(frame) => say(&mut socket, &frame).await,
                                None => {
                                    deadline = deadline.min(Instant::now() + self.pace.probe);
                                    socket.send(Message::Ping(Bytes::new())).await
                                }
                            };
                            if said.is_err() {
                                return Left::Lost("The connection was lost.".into());
                            }
                            continue;
                        }
                    },
                    message = tokio::time::timeout_at(deadline, socket.next()) => match message {
                        Err(_) => return Left::Lost("The hub has gone silent.".into()),
                        Ok(Some(Ok(message))) => message,
                        Ok(Some(Err(error))) => {
                            tracing::info!(%error, "the live connection failed");
                            return Left::Lost(attending.lost());
                        }
                        Ok(None) => return Left::Lost(attending.lost()),
                    },
                },
            };
            deadline = Instant::now() + self.pace.silence;
            let heard = match message {
                Message::Text(text) => serde_json::from_str(&text),
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => continue,
                Message::Close(_) => return Left::Lost(attending.lost()),
                Message::Binary(_) => return garbled("binary data", &mut socket).await,
            };
            let done = match heard {
                Err(error) => return garbled(&error.to_string(), &mut socket).await,
                Ok(LiveFrame::Batch(batch)) => {
                    let (batches, rest) = match at_hand(batch, &mut socket) {
                        Ok(found) => found,
                        Err(error) => return garbled(&error.to_string(), &mut socket).await,
                    };
                    next = rest;
                    self.take_batches(&mut attending, batches, &mut socket, attempt).await
                }
                Ok(frame) => self.take_frame(&mut attending, frame, &mut socket, attempt).await,
            };
            if let ControlFlow::Break(left) = done {
                return left;
            }
        }
    }

    async fn take_frame(
        &self,
        attending: &mut Attending,
        frame: LiveFrame,
        socket: &mut Socket,
        attempt: &mut u32,
    ) -> ControlFlow<Left> {
        match frame {
            LiveFrame::Hello { version, me, time } => {
                if version > tandem_protocol::version() {
                    let reason = format!("The hub speaks a newer version ({version}) than this desk: update the desk.");
                    return ControlFlow::Break(Left::Lost(reason));
                }
                self.clock.heard(time);
                self.settled.send_replace(false);
                return self.greet(attending, me).await;
            }
            LiveFrame::Reset {} => {
                attending.told = None;
                let forgotten = self.cache.write(cache::forget_conversations).await;
                tracing::info!("the hub does not know our cursor: starting afresh");
                return stored(forgotten);
            }
            LiveFrame::Alive { cursor, time, after } => {
                if !attending.follows(after) {
                    return ControlFlow::Break(gap());
                }
                attending.hears(cursor);
                let kept = self
                    .cache
                    .write(move |connection, touched| {
                        meta::advance(connection, cursor)?;
                        meta::put(connection, meta::COMPLETE_UP_TO, &time)?;
                        touched.app();
                        Ok(())
                    })
                    .await;
                stored(kept)?;
                self.settle(&attending.session, socket, attempt).await;
            }
            LiveFrame::Typing { conversation, by, until } => {
                if by.user() != Some(attending.session.user) {
                    self.changes.tell(Change::Typing { id: conversation, by, until });
                }
            }
            LiveFrame::People { people } => {
                self.memory.meet(people);
                self.changes.tell(Change::App);
            }
            LiveFrame::Buttons { buttons } => {
                return stored(
                    self.cache
                        .write(move |connection, touched| cache::buttons::keep(connection, touched, &buttons))
                        .await,
                );
            }
            LiveFrame::Alerts { conversations } => {
                conversations.into_iter().for_each(|id| self.changes.tell(Change::Alerts { id }));
            }
            LiveFrame::Error { code, message } => {
                tracing::warn!(%code, "the hub complains");
                attending.complaint = Some(message);
            }
            // Parsed as a batch before.
            LiveFrame::Batch(_) => {}
        }
        ControlFlow::Continue(())
    }

    /// The hub told who we are: name and permissions may have changed since the sign-in.
    async fn greet(&self, attending: &mut Attending, me: Me) -> ControlFlow<Left> {
        if me.user != attending.session.user {
            return ControlFlow::Break(Left::Ended("The hub answered for another user.".into()));
        }
        let stored_me = me.clone();
        stored(self.cache.write(move |connection, _| meta::put(connection, meta::ME, &stored_me)).await)?;
        attending.session.is_now(me);
        let since = match &*self.link.borrow() {
            Link::Offline { since, .. } | Link::Connecting { since, .. } => *since,
            _ => self.clock.now(),
        };
        self.set(Link::Connecting { since, session: Arc::clone(&attending.session) });
        ControlFlow::Continue(())
    }

    async fn take_batches(
        &self,
        attending: &mut Attending,
        mut batches: Vec<Batch>,
        socket: &mut Socket,
        attempt: &mut u32,
    ) -> ControlFlow<Left> {
        let whole = batches.iter().take_while(|batch| attending.follows_and_hears(batch)).count();
        let has_gap = whole < batches.len();
        batches.truncate(whole);
        let complete = batches.last().is_some_and(|batch| !batch.catching_up);
        let step = match apply::Step::parse(batches) {
            Ok(step) => step,
            Err(error) => return ControlFlow::Break(garbled(&error.to_string(), socket).await),
        };
        let me = attending.session.me();
        let applied =
            match self.cache.write(move |connection, touched| step.apply(connection, touched, &me.access())).await {
                Ok(applied) => applied,
                Err(error) => return stored::<()>(Err(error)),
            };
        for id in applied.wanting {
            self.fetch.conversation(id);
        }
        for id in applied.unknown {
            self.fetch.unknown(id);
        }
        for customer in applied.linked {
            self.fetch.journey_grew(customer);
        }
        for (id, up_to) in applied.arrived {
            self.outbox.confirm(id, Stage::Delivered, up_to).await;
        }
        if has_gap {
            return ControlFlow::Break(gap());
        }
        if complete {
            self.settle(&attending.session, socket, attempt).await;
        }
        ControlFlow::Continue(())
    }

    /// The cache is complete up to now.
    async fn settle(&self, session: &Arc<Session>, socket: &mut Socket, attempt: &mut u32) {
        *attempt = 0;
        self.settled.send_if_modified(|settled| !std::mem::replace(settled, true));
        if self.link.borrow().live().is_some() {
            return;
        }
        tracing::info!("live");
        self.set(Link::Live { since: self.clock.now(), session: Arc::clone(session) });
        self.fetch.all_wanting(&self.cache).await;
        let available = self.memory.takes_calls();
        if !available {
            // If this fails, the next read tells.
            let _ = say(socket, &DeskFrame::Presence { available }).await;
        }
    }
}

impl Attending {
    /// Whether nothing is missing before a frame that comes after this cursor.
    fn follows(&self, after: Option<u64>) -> bool {
        after.zip(self.told).is_none_or(|(after, told)| after <= told)
    }

    fn hears(&mut self, cursor: u64) {
        self.told = self.told.max(Some(cursor));
    }

    fn follows_and_hears(&mut self, batch: &Batch) -> bool {
        let follows = self.follows(batch.after);
        if follows {
            self.hears(batch.cursor);
        }
        follows
    }

    fn lost(&mut self) -> String {
        self.complaint.take().unwrap_or_else(|| "The connection was lost.".into())
    }
}

/// A frame is missing: what comes after it must not be believed, and is asked for again.
fn gap() -> Left {
    tracing::warn!("the hub's frames do not follow each other");
    Left::Lost("Something of the hub was lost on its way.".into())
}

/// Takes what else has arrived already, so that a burst costs few transactions. What is not a batch is handed back.
fn at_hand(first: Batch, socket: &mut Socket) -> Result<(Vec<Batch>, Option<Message>), serde_json::Error> {
    let mut changes = first.changes.len();
    let mut batches = vec![first];
    while changes < TOGETHER {
        match socket.next().now_or_never() {
            Some(Some(Ok(Message::Text(text)))) => match serde_json::from_str(&text)? {
                LiveFrame::Batch(batch) => {
                    changes += batch.changes.len();
                    batches.push(batch);
                }
                _ => return Ok((batches, Some(Message::Text(text)))),
            },
            Some(Some(Ok(message))) => return Ok((batches, Some(message))),
            // Nothing there; an error shows itself at the next read.
            _ => break,
        }
    }
    Ok((batches, None))
}

async fn say(socket: &mut Socket, frame: &DeskFrame) -> Result<(), Error> {
    let text = serde_json::to_string(frame).map_err(|error| Error::Io(std::io::Error::other(error)))?;
    socket.send(Message::Text(text.into())).await
}

/// Closes on what cannot be understood. The detail is for the log; it never holds the words of a customer.
async fn garbled(detail: &str, socket: &mut Socket) -> Left {
    tracing::warn!(detail, "a live frame cannot be understood");
    let _ = tokio::time::timeout(Duration::from_secs(1), socket.close(None)).await;
    Left::Lost("The hub sent something that this desk does not understand.".into())
}

fn stored<T>(result: Result<T, cache::CacheError>) -> ControlFlow<Left> {
    match result {
        Ok(_) => ControlFlow::Continue(()),
        Err(error) => {
            tracing::error!(%error, "the cache failed");
            ControlFlow::Break(Left::Lost(sentence(&format!("the cache on this machine failed: {error}"))))
        }
    }
}
