//! The live connection of a desk: what it missed, then what happens, in one order without gaps.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Utf8Bytes, WebSocketUpgrade};
use axum::response::Response;
use serde::Deserialize;
use tandem_conversation::{
    Conversation, ConversationId, Event, EventBody, Participant, RETENTION_MS, Section, UserId, visible,
};
use tandem_protocol::Problem;
use tandem_protocol::agents::{DeskFrame, LiveFrame};
use tokio::sync::oneshot;
use utoipa::IntoParams;

use super::auth::{Signed, everybody, me_of};
use super::{ApiError, Peer, Query, input};
use crate::fanout::{DeskSession, Input, SessionId, buttons_frame, encode};
use crate::hub::Hub;
use crate::rights;
use crate::socket::{self, Gone, Goodbye, Party, Socket};
use crate::store::users::User;
use crate::store::{StoreError, buttons, conversations, events};

/// Largest frame a desk may send, in bytes.
const FRAME_BYTES: usize = 16 * 1024;
/// Changes in one frame of catching up.
const PAGE: u32 = 1000;
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
    peer: Peer,
    signed: Signed,
    Query(query): Query<LiveQuery>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let seat = hub.seat(&peer)?;
    socket::open(upgrade, FRAME_BYTES, error_frame, seat, move |socket| run(hub, signed, query.after, socket))
}

fn error_frame(code: &str, message: &str) -> Option<Utf8Bytes> {
    encode(&LiveFrame::Error { code: code.into(), message: message.into() })
}

async fn run(hub: Arc<Hub>, signed: Signed, after: Option<u64>, mut socket: Socket) {
    let Signed(user, entry) = signed;
    let (line, mut queue) = socket::line();
    let (registered, registration) = oneshot::channel();
    let session = DeskSession {
        me: me_of(&hub, &user),
        sign_in: entry.sign_in,
        good_until: entry.access_expires,
        available: true,
        line,
        told: 0,
    };
    // First into the fan-out, then the past: what happens meanwhile waits in the queue.
    hub.fanout.send(Input::DeskCame { session, registered }).await;
    let Ok((id, cursor)) = registration.await else { return };
    let caught_up = match rights::still_so(&hub, &user, entry.sign_in).await {
        Ok(None) => catch_up(&hub, &user, after, cursor, &mut socket).await,
        Ok(Some(goodbye)) => Err(Ended::Parted(goodbye)),
        Err(error) => Err(error.into()),
    };
    match caught_up {
        Ok(()) => {
            let is_limited = hub.config.rate_limits;
            socket.talk(&mut queue, &mut Desk { hub: Arc::clone(&hub), user, id }, is_limited).await;
        }
        Err(Ended::Parted(goodbye)) => socket.end(goodbye).await,
        Err(Ended::Gone) => {}
        Err(Ended::Store(error)) => {
            tracing::error!(%error, user.id = %user.id, "a desk could not catch up");
            socket.refuse(&error.into()).await;
        }
    }
    hub.fanout.send(Input::DeskLeft(id)).await;
}

/// Why catching up ended early.
enum Ended {
    Gone,
    Parted(Goodbye),
    Store(StoreError),
}

impl From<StoreError> for Ended {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Gone> for Ended {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

async fn catch_up(hub: &Hub, user: &User, after: Option<u64>, cursor: u64, socket: &mut Socket) -> Result<(), Ended> {
    let hello = LiveFrame::Hello { version: tandem_protocol::version(), me: me_of(hub, user), time: hub.clock.now() };
    let people = LiveFrame::People { people: everybody(hub).await? };
    let buttons = buttons_frame(hub.database.read(buttons::all).await?);
    for frame in [hello, people, buttons].iter().filter_map(encode) {
        socket.send(frame).await?;
    }
    match after {
        // What it was told up to there is what the user may see now.
        Some(after)
            if after <= cursor && cursor - after <= MOST_MISSED && user.rights_from.is_none_or(|from| after > from) =>
        {
            send_missed(hub, user, after, cursor, socket).await?;
        }
        _ => send_everything(hub, user, socket).await?,
    }
    let done = LiveFrame::Alive { cursor, time: hub.clock.now(), after: None };
    if let Some(frame) = encode(&done) {
        socket.send(frame).await?;
    }
    Ok(())
}

/// For a desk that knows nothing, or nothing of use: all that is visible, as states.
async fn send_everything(hub: &Hub, user: &User, socket: &mut Socket) -> Result<(), Ended> {
    if let Some(frame) = encode(&LiveFrame::Reset {}) {
        socket.send(frame).await?;
    }
    let rights = user.rights();
    let left_after = hub.clock.now().plus_ms(-RETENTION_MS);
    let mut sent: HashSet<ConversationId> = HashSet::new();
    for section in Section::EVERY {
        if section == Section::All && !rights.access().views_all() {
            continue;
        }
        let mut offset = 0;
        loop {
            let rights = rights.clone();
            let (page, _) = hub
                .database
                .read(move |connection| {
                    conversations::section(connection, section, &rights.access(), left_after, PAGE, offset)
                })
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
async fn send_missed(hub: &Hub, user: &User, after: u64, to: u64, socket: &mut Socket) -> Result<(), Ended> {
    let touched = hub.database.read(move |connection| events::touched(connection, after, to)).await?;
    let (rights, now) = (user.rights(), hub.clock.now());
    let (mut seen, mut for_help, mut closed) = (HashSet::new(), HashSet::new(), HashSet::new());
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
                if visible(state, &rights.access(), now) {
                    seen.insert(state.id);
                    return Some(opened(state));
                }
                if rights.access().helps(state) {
                    for_help.insert(state.id);
                }
                None
            })
            .collect();
        let changes: Vec<_> = changes.into_iter().flatten().collect();
        send_batch(hub, after, &changes, socket).await?;
    }
    let mut from = after;
    while from < to {
        let rows = hub.database.read(move |connection| events::after(connection, from, to, PAGE)).await?;
        let Some(last) = rows.last() else { break };
        from = last.seq;
        let mut changes = Vec::new();
        for row in &rows {
            if seen.contains(&row.conversation) {
                changes.push(format!(r#"{{"event":{}}}"#, row.body));
            } else if hid(row, user.id, for_help.contains(&row.conversation)) && closed.insert(row.conversation) {
                changes.push(format!(r#"{{"closed":"{}"}}"#, row.conversation));
            }
        }
        send_batch(hub, from, &changes, socket).await?;
    }
    Ok(())
}

/// Whether this event took a conversation away from a user who cannot see it any more. Of others they never hear.
fn hid(row: &events::Logged, user: UserId, for_help: bool) -> bool {
    let may = (for_help && row.body.contains("help_cleared")) || row.body.contains("engagement_ended");
    let Some(event) = may.then(|| serde_json::from_str::<Event>(&row.body).ok()).flatten() else { return false };
    match event.body {
        EventBody::HelpCleared { .. } => for_help,
        EventBody::EngagementEnded { was, .. } => {
            was.person().or(was.invitee()).and_then(Participant::user) == Some(user)
        }
        _ => false,
    }
}

fn opened(state: &Conversation) -> String {
    format!(r#"{{"opened":{}}}"#, serde_json::to_string(state).unwrap_or_default())
}

async fn send_batch(hub: &Hub, cursor: u64, changes: &[String], socket: &mut Socket) -> Result<(), Ended> {
    if changes.is_empty() {
        return Ok(());
    }
    let frame = format!(
        r#"{{"batch":{{"cursor":{cursor},"time":"{}","catchingUp":true,"changes":[{}]}}}}"#,
        hub.clock.now(),
        changes.join(",")
    );
    Ok(socket.send(frame.into()).await?)
}

/// A desk that is complete.
struct Desk {
    hub: Arc<Hub>,
    user: User,
    id: SessionId,
}

impl Party for Desk {
    const SILENT: Duration = Duration::from_secs(7);

    /// The fan-out tells all desks how far they are complete.
    fn alive(&self) -> Option<(Duration, Utf8Bytes)> {
        None
    }

    async fn hear(&mut self, text: &str) -> Option<Utf8Bytes> {
        match input::read(text.as_bytes()) {
            Ok(DeskFrame::Typing { conversation }) => {
                self.types(conversation).await;
                None
            }
            Ok(DeskFrame::Presence { available }) => {
                self.hub.fanout.send(Input::Available(self.id, available)).await;
                None
            }
            Err(error) => error_frame("input.invalid", &format!("The frame cannot be used: {error}.")),
        }
    }
}

impl Desk {
    async fn types(&self, conversation: ConversationId) {
        let by = Participant::Agent { user: self.user.id, name: self.user.name.clone() };
        // If it cannot be told, the next key tells it.
        let _ = self.hub.types(conversation, by, true).await;
    }
}
