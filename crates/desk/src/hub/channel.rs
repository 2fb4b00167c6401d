//! What the hub knows of channels: their templates, and how a conversation begins with one.

use reqwest::Method;
use tandem_conversation::{ConversationId, TurnId};
use tandem_protocol::channels::{
    ContinueConversation, Continues, SetContinues, StartConversation, StartPage, StartedConversation, TemplatePage,
};

use super::{Hub, HubError, NOTHING, checked, network};

impl Hub {
    /// The templates that can be sent in a conversation.
    pub(crate) async fn templates(&self, token: &str, id: ConversationId) -> Result<TemplatePage, HubError> {
        self.ask(Method::GET, &format!("conversations/{id}/templates"), Some(token), NOTHING).await
    }

    /// Fetches a customer's file that could not be fetched before.
    pub(crate) async fn fetch_file(&self, token: &str, id: ConversationId, turn: TurnId) -> Result<(), HubError> {
        let request = self.request(Method::POST, &format!("conversations/{id}/turns/{turn}/fetch")).bearer_auth(token);
        checked(request.send().await.map_err(network)?).await.map(drop)
    }

    /// From where a conversation can begin.
    pub(crate) async fn starts(&self, token: &str) -> Result<StartPage, HubError> {
        self.ask(Method::GET, "starts", Some(token), NOTHING).await
    }

    /// Begins a conversation with a template.
    pub(crate) async fn begin(&self, token: &str, start: &StartConversation) -> Result<StartedConversation, HubError> {
        self.ask(Method::POST, "conversations", Some(token), Some(start)).await
    }

    /// Goes on in a new conversation of the same chat.
    pub(crate) async fn go_on(
        &self,
        token: &str,
        id: ConversationId,
        new: ContinueConversation,
    ) -> Result<StartedConversation, HubError> {
        self.ask(Method::POST, &format!("conversations/{id}/continue"), Some(token), Some(&new)).await
    }

    /// Says whether a conversation belongs to the one before in its chat.
    pub(crate) async fn set_continues(
        &self,
        token: &str,
        id: ConversationId,
        set: SetContinues,
    ) -> Result<Continues, HubError> {
        self.ask(Method::PUT, &format!("conversations/{id}/continues"), Some(token), Some(&set)).await
    }
}
