//! The question whether an address is a hub's, asked before a password is sent there.

use reqwest::header::LOCATION;
use reqwest::{Method, Response, Url};
use tandem_protocol::agents::About;

use super::{Hub, HubError, Obstacle, Outdated, bounded, failure, outdated, problem_of};
use crate::reason::Reason;

/// How an address answered the question whether it is a hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Knock {
    Hub(Option<Outdated>),
    /// A hub that asks to come back later, and why.
    Busy(Reason),
    /// The host that it sends to, if it names one.
    Elsewhere(Option<String>),
    /// An answer that is not a hub's; its status.
    Stranger(u16),
    /// No answer, and why.
    Failed(Obstacle, Reason),
}

impl Hub {
    pub(crate) async fn knock(&self) -> Knock {
        let response = match self.request(Method::GET, "about").send().await {
            Ok(response) => response,
            Err(error) => {
                let (obstacle, reason) = failure::judged(&error);
                return Knock::Failed(obstacle, reason);
            }
        };
        let status = response.status();
        if status.is_redirection() {
            return Knock::Elsewhere(target(&response));
        }
        if status.is_success() {
            return match bounded(response).await.map(|bytes| serde_json::from_slice::<About>(&bytes)) {
                Ok(Ok(about)) => Knock::Hub(Outdated::between(about.version, Some(about.oldest))),
                Ok(Err(_)) | Err(HubError::Garbled(_)) => Knock::Stranger(status.as_u16()),
                Err(error) => Knock::Failed(Obstacle::Other, error.reason()),
            };
        }
        match problem_of(response).await {
            (408 | 425 | 429 | 500.., Some(problem), _) => Knock::Busy(Reason::from(&problem)),
            // The oldest hubs do not know the question, but answer as hubs do.
            (_, Some(problem), _) => Knock::Hub(outdated(&problem)),
            (status, None, _) => Knock::Stranger(status),
        }
    }
}

/// The host of another address that an answer names.
fn target(response: &Response) -> Option<String> {
    let to = response.headers().get(LOCATION)?.to_str().ok()?;
    let from = response.url();
    let to: Url = from.join(to).ok()?;
    let host = to.host_str().filter(|host| Some(*host) != from.host_str())?;
    Some(host.to_owned())
}
