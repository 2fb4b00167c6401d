//! The live connection of a desk: what it missed, then what happens, in one order without gaps.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use futures_util::{SinkExt as _, StreamExt as _};
use serde::Deserialize;
use tandem_conversation::{Conversation, ConversationId, Permission, RETENTION_MS, Section, visible};
use tandem_protocol::Problem;
use tandem_protocol::agents::{DeskFrame, LiveFrame};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use utoipa::IntoParams;

use super::auth::{Signed, everybody, me_of};
use super::{ApiError, Query};
use crate::fanout::{BACKLOG, DeskSession, Input, SessionId, TYPING_MS, buttons_frame, encode};
use crate::hub::Hub;
use crate::store::users::User;
use crate::store::{StoreError, buttons, conversations, events};

/// Largest frame a desk may send, in bytes.
const FRAME_BYTES: usize = 16 * 1024;
/// Changes in one frame of catching up.
const PAGE: u32 = 1000;
/// A desk that says nothing for so long is asked, and after as long again it is gone.
const SILENT: Duration = Duration::from_secs(7);
/// Whoever missed more starts afresh, which is cheaper.
const MOST_MISSED: u64 = 500_000;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct LiveQuery {
    /// The cursor up to which the desk is complete; without it everything visible is sent.
    after: Option<u64>,
}

/// Upgrades to a WebSocket that resumes after a cursor.
#[utoipa::path(get, path = "/api/v1/live", params(LiveQuery), tag = "live",
    responses((status = 101, description = "Frames as described in the protocol"), (status = 401, body = Problem)))]
pub(crate) async fn live(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Query(query): Query<LiveQuery>,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let upgrade = upgrade.map_err(|_| ApiError::new(426, "live.upgrade", "Open this address as a WebSocket."))?;
    Ok(sized(upgrade, FRAME_BYTES).on_upgrade(move |socket| run(hub, signed.0, query.after, socket)))
}

/// Buffers that let thousands of idle connections stay small.
pub(crate) fn sized(upgrade: WebSocketUpgrade, frame_bytes: usize) -> WebSocketUpgrade {
    upgrade
        .read_buffer_size(4096)
        .write_buffer_size(4096)
        .max_write_buffer_size(16 * 1024 * 1024)
        .max_message_size(frame_bytes)
        .max_frame_size(frame_bytes)
}

async fn run(hub: Arc<Hub>, user: User, after: Option<u64>, mut socket: WebSocket) {
    let (frames, mut queue) = mpsc::channel(BACKLOG);
    let (registered, registration) = oneshot::channel();
    let session = DeskSession {
        user: user.id,
        name: user.name.clone(),
        permissions: user.role.permissions(),
        available: true,
        frames,
        told: 0,
    };
    // First into the fan-out, then the past: what happens meanwhile waits in the queue.
    hub.fanout.send(Input::DeskCame { session, registered });
    let Ok((id, cursor)) = registration.await else { return };
    match catch_up(&hub, &user, after, cursor, &mut socket).await {
        Ok(()) => attend(&hub, &user, id, &mut socket, &mut queue).await,
        Err(Ended::Gone) => {}
        Err(Ended::Store(error)) => {
            tracing::error!(%error, user.id = %user.id, "a desk could not catch up");
            close(&mut socket, "hub.store", "The hub cannot read its data right now.").await;
        }
    }
    hub.fanout.send(Input::DeskLeft(id));
}

/// Why catching up ended early.
enum Ended {
    Gone,
    Store(StoreError),
}

impl From<StoreError> for Ended {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

async fn send(socket: &mut WebSocket, text: Utf8Bytes) -> Result<(), Ended> {
    socket.send(Message::Text(text)).await.map_err(|_| Ended::Gone)
}

async fn catch_up(
    hub: &Hub,
    user: &User,
    after: Option<u64>,
    cursor: u64,
    socket: &mut WebSocket,
) -> Result<(), Ended> {
    let hello = LiveFrame::Hello { version: tandem_protocol::version(), me: me_of(hub, user), time: hub.clock.now() };
    let people = LiveFrame::People { people: everybody(hub).await? };
    let buttons = buttons_frame(hub.database.read(buttons::all).await?);
    for frame in [hello, people, buttons].iter().filter_map(encode) {
        send(socket, frame).await?;
    }
    match after {
        Some(after) if after <= cursor && cursor - after <= MOST_MISSED => {
            send_missed(hub, user, after, cursor, socket).await?;
        }
        _ => send_everything(hub, user, socket).await?,
    }
    let done = LiveFrame::Alive { cursor, time: hub.clock.now(), after: None };
    if let Some(frame) = encode(&done) {
        send(socket, frame).await?;
    }
    Ok(())
}

/// For a desk that knows nothing, or nothing of use: all that is visible, as states.
async fn send_everything(hub: &Hub, user: &User, socket: &mut WebSocket) -> Result<(), Ended> {
    if let Some(frame) = encode(&LiveFrame::Reset {}) {
        send(socket, frame).await?;
    }
    let permissions = user.role.permissions();
    let left_after = hub.clock.now().plus_ms(-RETENTION_MS);
    let mut sent: HashSet<ConversationId> = HashSet::new();
    for section in Section::EVERY {
        if section == Section::All && !permissions.has_all(Permission::ViewAll) {
            continue;
        }
        let mut offset = 0;
        loop {
            let id = user.id;
            let (page, _) = hub
                .database
                .read(move |connection| conversations::section(connection, section, id, left_after, PAGE, offset))
                .await?;
            let fresh: Vec<_> = page.iter().filter(|state| sent.insert(state.id)).map(opened).collect();
            send_batch(hub, 0, &fresh, socket).await?;
            if page.len() < PAGE as usize {
                break;
            }
            offset += PAGE;
        }
    }
    Ok(())
}

/// For a desk that knows everything up to `after`: the states that changed, then each event.
async fn send_missed(hub: &Hub, user: &User, after: u64, to: u64, socket: &mut WebSocket) -> Result<(), Ended> {
    let touched = hub.database.read(move |connection| events::touched(connection, after, to)).await?;
    let (permissions, now) = (user.role.permissions(), hub.clock.now());
    let mut seen = HashSet::new();
    for ids in touched.chunks(PAGE as usize) {
        let ids = ids.to_vec();
        let states = hub
            .database
            .read(move |connection| -> Result<Vec<Conversation>, StoreError> {
                ids.into_iter().filter_map(|id| conversations::get(connection, id).transpose()).collect()
            })
            .await?;
        let changes: Vec<_> = states
            .iter()
            .map(|state| {
                if visible(state, user.id, &permissions, now) {
                    seen.insert(state.id);
                    opened(state)
                } else {
                    format!(r#"{{"closed":"{}"}}"#, state.id)
                }
            })
            .collect();
        send_batch(hub, after, &changes, socket).await?;
    }
    let mut from = after;
    while from < to {
        let rows = hub.database.read(move |connection| events::after(connection, from, to, PAGE)).await?;
        let Some(last) = rows.last() else { break };
        from = last.seq;
        let changes: Vec<_> = rows
            .iter()
            .filter(|row| seen.contains(&row.conversation))
            .map(|row| format!(r#"{{"event":{}}}"#, row.body))
            .collect();
        send_batch(hub, from, &changes, socket).await?;
    }
    Ok(())
}

fn opened(state: &Conversation) -> String {
    format!(r#"{{"opened":{}}}"#, serde_json::to_string(state).unwrap_or_default())
}

async fn send_batch(hub: &Hub, cursor: u64, changes: &[String], socket: &mut WebSocket) -> Result<(), Ended> {
    if changes.is_empty() {
        return Ok(());
    }
    let frame = format!(
        r#"{{"batch":{{"cursor":{cursor},"time":"{}","catchingUp":true,"changes":[{}]}}}}"#,
        hub.clock.now(),
        changes.join(",")
    );
    send(socket, frame.into()).await
}

async fn attend(
    hub: &Hub,
    user: &User,
    desk: SessionId,
    socket: &mut WebSocket,
    queue: &mut mpsc::Receiver<Utf8Bytes>,
) {
    let mut asked = false;
    let mut silence = std::pin::pin!(tokio::time::sleep(SILENT));
    loop {
        tokio::select! {
            () = &mut silence => {
                // Asked, and not a sign of life: the desk has vanished.
                if std::mem::replace(&mut asked, true) || socket.send(Message::Ping(Bytes::new())).await.is_err() {
                    return;
                }
                silence.as_mut().reset(Instant::now() + SILENT);
            }
            frame = queue.recv() => {
                let Some(frame) = frame else {
                    return close(socket, "live.too_slow", "This desk could not keep up; it comes back with its cursor.").await;
                };
                if socket.feed(Message::Text(frame)).await.is_err() {
                    return;
                }
                // Whatever has queued up meanwhile goes out with one write.
                while let Ok(frame) = queue.try_recv() {
                    if socket.feed(Message::Text(frame)).await.is_err() {
                        return;
                    }
                }
                if socket.flush().await.is_err() {
                    return;
                }
            }
            message = socket.next() => {
                asked = false;
                silence.as_mut().reset(Instant::now() + SILENT);
                match message {
                Some(Ok(Message::Text(text))) => hear(hub, user, desk, &text, socket).await,
                Some(Ok(Message::Binary(_))) => {
                    return close(socket, "live.binary", "Send text frames.").await;
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                }
            },
        }
    }
}

async fn hear(hub: &Hub, user: &User, desk: SessionId, text: &str, socket: &mut WebSocket) {
    match serde_json::from_str(text) {
        Ok(DeskFrame::Typing { conversation }) => {
            let state = hub.database.read(move |connection| conversations::get(connection, conversation)).await;
            // Only who takes part is heard; anybody else's keys mean nothing here.
            if !matches!(state, Ok(Some(state)) if state.agent(user.id).is_some()) {
                return;
            }
            let by = tandem_conversation::Participant::Agent { user: user.id, name: user.name.clone() };
            hub.person_types(conversation, hub.clock.now().plus_ms(TYPING_MS));
            hub.fanout.send(Input::Typing { conversation, by, on: true });
        }
        Ok(DeskFrame::Presence { available }) => hub.fanout.send(Input::Available(desk, available)),
        Err(error) => {
            let frame = LiveFrame::Error {
                code: "input.invalid".into(),
                message: format!("The frame cannot be used: {error}."),
            };
            if let Some(frame) = encode(&frame) {
                let _ = socket.send(Message::Text(frame)).await;
            }
        }
    }
}

/// Says why, then closes.
pub(crate) async fn close(socket: &mut WebSocket, code: &str, message: &str) {
    let frame = LiveFrame::Error { code: code.into(), message: message.into() };
    if let Some(frame) = encode(&frame) {
        let _ = socket.send(Message::Text(frame)).await;
    }
    let _ = socket.send(Message::Close(Some(CloseFrame { code: 1008, reason: code.to_owned().into() }))).await;
}
