//! What Your Logic or a writing model proposes.

use reqwest::Method;
use tandem_conversation::ConversationId;
use tandem_protocol::agents::{Improve, Improved, Translate, Translated};
use tandem_protocol::logic::LogicResponseBody;

use super::{Hub, HubError, NOTHING};

impl Hub {
    /// What Your Logic would say next.
    pub(crate) async fn preview(&self, token: &str, id: ConversationId) -> Result<LogicResponseBody, HubError> {
        self.ask(Method::POST, &format!("logic/conversations/{id}/preview"), Some(token), NOTHING).await
    }

    /// A better wording for a reply.
    pub(crate) async fn improve(&self, token: &str, id: ConversationId, text: String) -> Result<Improved, HubError> {
        self.ask(Method::POST, &format!("conversations/{id}/improve"), Some(token), Some(&Improve { text })).await
    }

    /// Turns or a reply in another language.
    pub(crate) async fn translate(
        &self,
        token: &str,
        id: ConversationId,
        wanted: Translate,
    ) -> Result<Translated, HubError> {
        self.ask(Method::POST, &format!("conversations/{id}/translate"), Some(token), Some(&wanted)).await
    }
}
