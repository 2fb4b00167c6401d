//! The door to conversations as their participants saw them.

use reqwest::Method;
use tandem_conversation::ConversationId;
use tandem_protocol::agents::{AsSeenPage, AsSeenRequest};

use super::{Hub, HubError};

impl Hub {
    pub(crate) async fn as_seen(
        &self,
        token: &str,
        id: ConversationId,
        request: AsSeenRequest,
    ) -> Result<AsSeenPage, HubError> {
        self.ask(Method::POST, &format!("conversations/{id}/as-seen"), Some(token), Some(&request)).await
    }
}
