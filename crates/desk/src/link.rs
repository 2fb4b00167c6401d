//! The state of the connection to the hub, and the inputs of the loop that keeps it ([`crate::sync`]).

use std::sync::Arc;

use tandem_conversation::Time;
use tandem_protocol::agents::DeskFrame;
use tokio::sync::oneshot;

use crate::hub::Outdated;
use crate::reason::Reason;
use crate::session::Session;

/// State of the connection. Only the loop changes it.
#[derive(Clone)]
pub(crate) enum Link {
    /// Left by signing in.
    SignedOut { reason: Option<Reason> },
    /// Not yet complete: connecting for the first time, or catching up.
    Connecting { since: Time, session: Arc<Session> },
    /// Complete, and receiving everything live; `quiet` if the hub has not been heard for some seconds.
    Live { since: Time, quiet: bool, session: Arc<Session> },
    /// Not connected; retries by itself. `since`, by the hub's clock, is when the hub was last heard.
    Offline { since: Time, reason: Reason, session: Arc<Session> },
    /// Hub and desk are incompatible until one is updated. Checks again now and then.
    Outdated { since: Time, outdated: Outdated, session: Arc<Session> },
}

impl Link {
    /// The sign-in, online or not.
    pub(crate) fn session(&self) -> Option<&Arc<Session>> {
        match self {
            Self::SignedOut { .. } => None,
            Self::Connecting { session, .. }
            | Self::Live { session, .. }
            | Self::Offline { session, .. }
            | Self::Outdated { session, .. } => Some(session),
        }
    }

    /// Online, but the hub has not been heard for some seconds.
    pub(crate) fn is_quiet(&self) -> bool {
        matches!(self, Self::Live { quiet: true, .. })
    }

    /// The sign-in while online.
    pub(crate) fn live(&self) -> Option<&Arc<Session>> {
        match self {
            Self::Live { session, .. } => Some(session),
            _ => None,
        }
    }
}

/// Inputs of the loop besides the hub.
pub(crate) enum Input {
    SignedIn(Arc<Session>, oneshot::Sender<()>),
    /// Another request found that the sign-in has ended.
    SessionEnded {
        reason: Reason,
    },
    /// The network path to the hub may have changed.
    Moved,
    /// A frame for the hub; dropped while offline.
    Say(DeskFrame),
}
