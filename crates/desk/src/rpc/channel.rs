//! What only some channels take: reactions, templates, and conversations that begin with one.

use serde::Deserialize;
use tandem_conversation::{CardPerson, ConversationId, Template, TemplateValue, TurnId};
use tandem_protocol::channels::WhatsappSettings;
use ts_rs::TS;

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct React {
    pub id: ConversationId,
    pub turn: TurnId,
    /// None takes the reaction back.
    pub emoji: Option<String>,
}

/// A customer's file that could not be fetched.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FetchFile {
    pub id: ConversationId,
    pub turn: TurnId,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SendTemplate {
    pub id: ConversationId,
    pub template: Template,
    pub values: Vec<TemplateValue>,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SendCard {
    pub id: ConversationId,
    pub person: CardPerson,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BeginConversation {
    /// From the view of starts: a repeat with them sends nothing again.
    pub id: ConversationId,
    pub turn: TurnId,
    /// The `id` of one of our numbers.
    pub from: String,
    /// The customer's number in international form.
    pub to: String,
    /// What to call the customer; may be empty.
    pub name: String,
    pub template: Template,
    pub values: Vec<TemplateValue>,
}

/// One of the company's numbers, by the operator's name for it.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OneNumber {
    pub id: String,
}

#[derive(Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SaveNumber {
    pub id: String,
    /// Secrets that are left out stay as they are.
    pub settings: WhatsappSettings,
}
