//! Why a request failed.

use std::time::Duration;

use tandem_protocol::Problem;

use crate::reason::Reason;
use crate::words::sentence;

/// By what can be done about it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HubError {
    /// No answer: retry when the network is back.
    #[error("{0}")]
    Network(Reason),
    /// A file was sent completely, but no answer came. A proxy may hold it back.
    #[error("the file was sent, but the hub did not answer")]
    Unanswered,
    /// The hub asks to retry later.
    #[error("{reason}")]
    Busy { reason: Reason, retry_after: Option<Duration> },
    /// The access token is no longer valid.
    #[error("the sign-in has to be renewed")]
    Unauthorized,
    /// The sign-in has ended.
    #[error("{0}")]
    SessionEnded(Reason),
    /// The hub refuses; retrying does not help.
    #[error("{}", .0.detail)]
    Refused(Box<Problem>),
    /// The answer violates the protocol.
    #[error("the hub's answer cannot be understood: {0}")]
    Garbled(String),
    /// An address that cannot or must not be used.
    #[error("{0}")]
    Address(String),
}

impl HubError {
    /// Why the hub did not do what it was asked, for the agent.
    pub(crate) fn reason(&self) -> Reason {
        match self {
            Self::Network(reason) | Self::Busy { reason, .. } | Self::SessionEnded(reason) => reason.clone(),
            Self::Refused(problem) => Reason::from(&**problem),
            Self::Garbled(_) => Reason::lost("lost-garbled"),
            Self::Unanswered => Reason::lost("lost-unanswered"),
            Self::Unauthorized => Reason::lost("lost-sign-in"),
            Self::Address(said) => Reason::said("", sentence(said)),
        }
    }
}
