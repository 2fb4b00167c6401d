//! The live connection, opened by the same client as every request: one trust store, one proxy policy, one resolver.

use std::time::Duration;

use reqwest::header::{
    CONNECTION, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use reqwest::{Method, StatusCode, Upgraded};
use tandem_protocol::LOG_HEADER;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use uuid::Uuid;

use super::{Hub, HubError, checked, network};
use crate::reason::Reason;
use crate::view::Older;
use crate::words::say;

pub(crate) type Socket = WebSocketStream<Upgraded>;

/// Maximum frame read into memory, in bytes.
const FRAME_BYTES: usize = 64 * 1024 * 1024;

/// The cache's cursor and log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    pub cursor: Option<u64>,
    pub log: Option<Uuid>,
}

impl Hub {
    /// Opens the live connection, resuming from the cache's cursor.
    pub(crate) async fn live(&self, token: &str, standing: Standing, within: Duration) -> Result<Socket, HubError> {
        let opening = self.upgrade(token, standing);
        tokio::time::timeout(within, opening).await.unwrap_or_else(|_| Err(HubError::Network(super::silent())))
    }

    async fn upgrade(&self, token: &str, standing: Standing) -> Result<Socket, HubError> {
        let path = standing.cursor.map_or_else(|| "live".to_owned(), |cursor| format!("live?after={cursor}"));
        let key = generate_key();
        let mut request = self
            .client
            .request(Method::GET, format!("{}/api/v1/{path}", self.address()))
            .bearer_auth(token)
            .header(CONNECTION, "Upgrade")
            .header(UPGRADE, "websocket")
            .header(SEC_WEBSOCKET_VERSION, "13")
            .header(SEC_WEBSOCKET_KEY, &key);
        if let Some(log) = standing.log {
            request = request.header(LOG_HEADER, log.to_string());
        }
        let response = checked(request.send().await.map_err(network)?).await.map_err(|error| match error {
            HubError::Refused(problem) if problem.code != "client.too_old" => {
                HubError::Busy { reason: Reason::from(&*problem), retry_after: None }
            }
            other => other,
        })?;
        let accepted = response.headers().get(SEC_WEBSOCKET_ACCEPT).map(HeaderValue::as_bytes);
        if response.status() != StatusCode::SWITCHING_PROTOCOLS
            || accepted != Some(derive_accept_key(key.as_bytes()).as_bytes())
        {
            return Err(HubError::Busy { reason: Reason::lost("lost-in-between.live"), retry_after: None });
        }
        let stream = response.upgrade().await.map_err(network)?;
        let config = WebSocketConfig::default()
            .read_buffer_size(4096)
            .max_message_size(Some(FRAME_BYTES))
            .max_frame_size(Some(FRAME_BYTES));
        Ok(WebSocketStream::from_raw_socket(stream, Role::Client, Some(config)).await)
    }
}

/// Which side must be updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outdated {
    Desk,
    Hub,
}

impl Outdated {
    /// Whether this desk and a hub of `version`, which accepts desks from `oldest` on, are compatible.
    pub(crate) fn between(version: u32, oldest: Option<u32>) -> Option<Self> {
        let own = tandem_protocol::version();
        if oldest.is_some_and(|oldest| own < oldest) {
            return Some(Self::Desk);
        }
        (version < tandem_protocol::MIN_VERSION).then_some(Self::Hub)
    }

    pub(crate) fn older(self) -> Older {
        match self {
            Self::Desk => Older::Desk,
            Self::Hub => Older::Hub,
        }
    }

    pub(crate) fn words(self) -> String {
        match self {
            Self::Desk => say("lost-outdated", &[]),
            Self::Hub => say("lost-outdated.hub", &[]),
        }
    }
}

/// The error that this desk is too old, from sign-in or connecting.
pub(crate) fn outdated(problem: &tandem_protocol::Problem) -> Option<Outdated> {
    (problem.code == "client.too_old").then_some(Outdated::Desk)
}
