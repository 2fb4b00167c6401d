//! What channels can send beside words, and how the company writes first.

use serde::{Deserialize, Serialize};
use tandem_conversation::{BrandId, Channel, ConversationId, Template, TemplateValue, TurnId};
use utoipa::ToSchema;

/// `GET /api/v1/conversations/{id}/templates`: what can be sent there, the customer's language first; nothing on channels
/// without templates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplatePage {
    pub templates: Vec<Template>,
}

/// `GET /api/v1/starts`: from where users can write to somebody first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StartPage {
    pub numbers: Vec<OwnNumber>,
}

/// A number of the company, with what can be sent from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnNumber {
    /// The operator's name for it.
    pub id: String,
    pub channel: Channel,
    /// In international form.
    pub number: String,
    pub brand: Option<BrandId>,
    /// Why nothing leaves it now: `token_invalid`, `blocked` or `not_registered`. None if it sends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    pub templates: Vec<Template>,
}

/// `POST /api/v1/conversations`: a template to somebody who need not have written before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StartConversation {
    /// Chosen by the sender: a repeat sends nothing again.
    pub id: ConversationId,
    pub turn: TurnId,
    /// The `id` of one of our numbers.
    pub from: String,
    /// The customer's number in international form.
    pub to: String,
    /// What to call them, if they are not known.
    #[serde(default)]
    pub name: String,
    pub template: String,
    pub language: String,
    #[serde(default)]
    pub values: Vec<TemplateValue>,
}

/// The answer to [`StartConversation`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StartedConversation {
    /// The new conversation, or the one that is in progress in this chat.
    pub conversation: ConversationId,
    /// False if one was in progress: then nothing was sent.
    pub begun: bool,
}
