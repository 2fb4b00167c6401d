//! Templates of the channel: asked of the hub, and sent filled.

use std::time::Duration;

use tandem_conversation::{Content, Template};

use crate::handlers::seen::Seen;
use crate::refusals::refusal;
use crate::rpc::{Nothing, OneConversation, RpcError, SendTemplate};
use crate::view::TemplateView;
use crate::workplace::Workplace;

impl Workplace {
    /// What can be sent in a conversation, the customer's language first.
    pub(crate) async fn templates(&self, request: OneConversation) -> Result<Vec<TemplateView>, RpcError> {
        let offline = "Templates are only known while this desk is connected.";
        let page = self.ask_hub(offline, "The templates could not be fetched", |session, token| async move {
            session.hub.templates(&token, request.id).await
        });
        let view = |template: Template| TemplateView { slots: template.slots(), template };
        Ok(page.await?.templates.into_iter().map(view).collect())
    }

    /// Sends a template. The hub checks it again, against the one that it knows.
    pub(crate) async fn send_template(&self, request: SendTemplate) -> Result<Nothing, RpcError> {
        let SendTemplate { id, template, values } = request;
        let text = template.filled(&values).map_err(|rejection| refusal(&rejection))?;
        let Template { name, language, .. } = template;
        let content = Content::Template { name, language, values, text };
        self.reply(id, content, Seen { written_against: None, reopen: true }, Duration::ZERO, None).await
    }
}
