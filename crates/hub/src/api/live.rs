//! A desk's live connection: first what it missed, then new events, in one order without gaps.

mod catch_up;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Utf8Bytes, WebSocketUpgrade};
use axum::response::Response;
use serde::Deserialize;
use tandem_conversation::{ConversationId, Participant};
use tandem_protocol::Problem;
use tandem_protocol::agents::{DeskFrame, LiveFrame};
use utoipa::IntoParams;

use self::catch_up::{Attending, Ended, catch_up};
use super::auth::Signed;
use super::versions::Version;
use super::{Query, input};
use crate::administration::audit;
use crate::fanout::{Input, SessionId, encode};
use crate::health::Work;
use crate::hub::Hub;
use crate::peer::Peer;
use crate::presence;
use crate::problem::ApiError;
use crate::socket::{self, Party, Socket};
use crate::store::users::User;

/// Maximum frame from a desk, in bytes.
const FRAME_BYTES: usize = 64 * 1024;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct LiveQuery {
    /// The cursor up to which the desk is complete. Without it, everything visible is sent.
    after: Option<u64>,
}

/// Upgrades to a WebSocket that resumes after a cursor.
#[utoipa::path(get, path = "/api/v1/live", params(LiveQuery), tag = "live",
    responses((status = 101, description = "Frames as described in the protocol"), (status = 401, body = Problem),
        (status = 426, body = Problem)))]
pub(crate) async fn live(
    State(hub): State<Arc<Hub>>,
    peer: Peer,
    signed: Signed,
    version: Version,
    Query(query): Query<LiveQuery>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let (seat, came) = (hub.seat(&peer)?, Came { after: query.after, version });
    socket::open(upgrade, FRAME_BYTES, error_frame, seat, move |socket| run(hub, signed, came, socket))
}

fn error_frame(code: &str, message: &str) -> Option<Utf8Bytes> {
    encode(&LiveFrame::Error { code: code.into(), message: message.into() })
}

/// What a desk brings when it connects.
struct Came {
    /// The desk is complete up to here.
    after: Option<u64>,
    version: Version,
}

async fn run(hub: Arc<Hub>, signed: Signed, came: Came, mut socket: Socket) {
    // Boxed, because its future is large and would occupy memory for as long as the desk is connected.
    let caught_up = Box::pin(catch_up(&hub, &signed, &came, &mut socket)).await;
    match &caught_up {
        Ok(_) => hub.health.note_done(Work::CatchingUp),
        Err(Ended::Store(error)) => hub.health.note_failed(Work::CatchingUp, error),
        Err(_) => {}
    }
    match caught_up {
        Ok(Attending { id, mut queue }) => {
            let (is_limited, fanout) = (hub.config.rate_limits, hub.fanout.clone());
            socket.talk(&mut queue, &mut Desk { hub, user: signed.0, id, watched: None }, is_limited).await;
            fanout.send(Input::DeskLeft(id)).await;
        }
        Err(Ended::Gone) => tracing::info!(user.id = %signed.0.id, "a desk disconnected during catch-up"),
        Err(Ended::Parted(goodbye)) => socket.end(goodbye).await,
        Err(Ended::Store(error)) => {
            tracing::error!(%error, user.id = %signed.0.id, "catch-up failed");
            socket.refuse(&error.into()).await;
        }
    }
}

/// A desk that has caught up.
struct Desk {
    hub: Arc<Hub>,
    user: User,
    id: SessionId,
    /// The conversation whose silent view was recorded last.
    watched: Option<ConversationId>,
}

impl Party for Desk {
    const SILENT: Duration = Duration::from_secs(7);

    /// The fan-out tells all desks how far they are complete.
    fn alive(&self) -> Option<(Duration, Utf8Bytes)> {
        None
    }

    async fn hear(&mut self, text: &str, replies: &mut Vec<Utf8Bytes>) {
        match input::read(text.as_bytes()) {
            Ok(DeskFrame::Typing { conversation }) => self.types(conversation).await,
            Ok(DeskFrame::Watching { conversation }) => self.watches(conversation).await,
            Ok(DeskFrame::Presence(said)) => {
                let said = presence::heard(said, &self.hub.config.reasons, self.hub.clock.now());
                self.hub.fanout.send(Input::Whereabouts(self.id, said)).await;
            }
            // Requested only during catch-up.
            Ok(DeskFrame::Holds { .. }) => {}
            Err(error) => {
                replies.extend(error_frame("input.invalid", &format!("The frame cannot be used: {error}.")));
            }
        }
    }
}

impl Desk {
    async fn types(&self, conversation: ConversationId) {
        let by = Participant::Agent { user: self.user.id, name: self.user.name.clone() };
        // If this fails, the next keystroke repeats it.
        let _ = self.hub.types(conversation, by, true).await;
    }

    /// Tells the hub that this user looks on, and writes it to the audit log when they begin.
    async fn watches(&mut self, conversation: ConversationId) {
        match self.hub.watches(conversation, &self.user).await {
            Ok(true) if self.watched.replace(conversation) != Some(conversation) => {
                audit(self.user.id, conversation, "conversation.viewed");
            }
            Ok(_) => {}
            // The desk says it again.
            Err(error) => tracing::warn!(%error, "it could not be recorded who looks at a conversation"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::run;

    const fn size<A, B, C, D, F>(_: fn(A, B, C, D) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn a_connected_desk_occupies_little_memory() {
        let bytes = size(run);
        assert!(bytes <= 3 * 1024, "{bytes} bytes");
    }
}
