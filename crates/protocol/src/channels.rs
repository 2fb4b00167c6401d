//! What channels can send beside words, and how the company writes first.

use serde::{Deserialize, Serialize};
use tandem_conversation::{BrandId, Channel, ConversationId, Template, TemplateValue, Time, TurnId};
use ts_rs::TS;
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

/// `POST /api/v1/conversations/{id}/continue`: what is said here goes on in a new conversation of the same chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContinueConversation {
    /// The new conversation's, chosen by the sender: a repeat begins no other one.
    pub id: ConversationId,
}

/// `PUT /api/v1/conversations/{id}/continues`: whether this conversation belongs to the one before in its chat. No turn
/// moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetContinues {
    pub continues: bool,
}

/// The answer to [`SetContinues`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Continues {
    /// The earlier conversation; none if it belongs to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
}

/// When customers are told that their messages were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReadReceipts {
    Off,
    /// When somebody in the conversation has seen them, or has answered.
    #[default]
    OnSeen,
    /// As soon as they have arrived.
    OnDelivered,
}

/// `GET /api/v1/channels/whatsapp`: a number of the company. Secrets are never told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WhatsappNumber {
    /// The name in the address of its webhook.
    pub id: String,
    /// In international form.
    pub number: String,
    pub phone_number_id: String,
    pub account_id: String,
    pub brand: Option<BrandId>,
    /// The key of the brand.
    #[serde(default)]
    pub brand_key: Option<String>,
    /// Where the Cloud API is; none for Meta's own.
    #[serde(default)]
    pub base_url: Option<String>,
    /// The address that Meta posts to.
    #[serde(default)]
    pub webhook: String,
    /// It stands in the hub's settings, and is changed there alone.
    #[serde(default)]
    pub of_settings: bool,
    /// `ok`; `token_invalid`, `blocked` or `not_registered`: then nothing leaves, and what waits is sent afterwards.
    pub state: String,
    pub since: Time,
    /// The channel's words on it.
    pub detail: String,
    /// Meta's judgement of what is sent: `GREEN`, `YELLOW`, `RED` or `UNKNOWN`.
    #[serde(default)]
    pub quality: String,
    /// Meta's name for how many customers may be written to first in a day, such as `TIER_1K`; empty if it is not known.
    #[serde(default)]
    pub limit: String,
    /// Messages that it takes per second.
    pub per_second: u32,
    /// Whether it is also used in the app on a phone; none from hubs before version 22.
    #[serde(default)]
    pub coexistence: Option<bool>,
    /// After how many hours of silence a message begins a new conversation.
    #[serde(default)]
    pub new_after_h: u32,
    /// Whether customers are told that their messages were read.
    pub read_marks: bool,
    #[serde(default)]
    pub read_receipts: ReadReceipts,
    /// Whether customers are told that somebody is typing. That marks their message as read, so `off` of
    /// `readReceipts` includes it.
    /// None from hubs before version 22, which always tell.
    #[serde(default)]
    pub typing: Option<bool>,
    /// Replies that cost nothing, in a month; none if the operator has not said.
    #[serde(default)]
    pub free_replies: Option<u32>,
    /// Messages that wait to be sent.
    pub waiting: u32,
}

/// `PUT /api/v1/channels/whatsapp/{number}`: everything about a number. Secrets that are left out stay as they are;
/// a new `baseUrl` needs the access token again.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WhatsappSettings {
    /// In international form.
    pub number: String,
    pub phone_number_id: String,
    pub account_id: String,
    /// Key of the brand that its conversations belong to.
    pub brand: Option<String>,
    /// Where the Cloud API is; null for Meta's own.
    pub base_url: Option<String>,
    pub access_token: Option<String>,
    pub app_secret: Option<String>,
    /// At least 8 characters.
    pub verify_token: Option<String>,
    /// The older word for `readReceipts`: true for `on_seen`, false for `off`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(skip)]
    pub read_marks: Option<bool>,
    /// When customers are told that their messages were read [default: `on_seen`].
    pub read_receipts: Option<ReadReceipts>,
    /// Whether customers are told that somebody is typing [default: true].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typing: Option<bool>,
    /// Replies that cost nothing, in a month; null if that is not known.
    pub free_replies: Option<u32>,
    /// After how many hours of silence a message begins a new conversation [default: 24].
    pub new_after_h: Option<u32>,
    /// Messages that it takes per second [default: 80; 20 with `coexistence`].
    pub per_second: Option<u32>,
    /// Whether it is also used in the app on a phone [default: false].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coexistence: Option<bool>,
}

/// `POST /api/v1/channels/whatsapp/{number}/check`: what Meta says of a number, and what is missing until messages come
/// and go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WhatsappCheck {
    /// As Meta shows it; `unknown` where Meta says nothing, as all that follows.
    pub number: String,
    /// The name that customers see.
    pub name: String,
    /// `GREEN`, `YELLOW`, `RED`.
    pub quality: String,
    pub verification: String,
    /// How many customers may be written to first in a day, such as `TIER_1K`.
    pub limit: String,
    pub throughput: String,
    /// Whether the handshake was tried with the verify token, of which the hub keeps only a hash.
    pub tried_token: bool,
    /// Whether Meta told which fields the webhook is subscribed to.
    pub saw_fields: bool,
    /// What keeps messages from coming or going, the worst first.
    pub missing: Vec<WhatsappLack>,
}

/// Something that a number needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WhatsappLack {
    /// `no_app`, `no_webhook`, `other_address`, `fields`, `verify_token`, `no_hub`, `unsigned` or `unreachable`.
    pub code: String,
    /// What is meant: fields, or an address.
    pub named: String,
    /// What is missing and what to do, in English.
    pub detail: String,
}

/// `GET /api/v1/channels/whatsapp/{number}/usage`: what a number's messages cost in a month, as Meta reported it. There
/// are no rates: prices are Meta's affair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WhatsappUsage {
    /// In UTC, by when Meta first told the price: `2026-11`.
    pub month: String,
    /// Messages whose price is known.
    pub messages: u32,
    /// Replies that cost nothing, in a month; null if the operator has not said.
    pub free_replies: Option<u32>,
    /// How many of those are used.
    pub free_replies_used: Option<u32>,
    pub kinds: Vec<WhatsappUse>,
}

/// Messages of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WhatsappUse {
    /// Meta's word: `service`, `utility`, `marketing`, `authentication`.
    pub category: String,
    /// Meta's word: `regular`, `free_customer_service`, `free_entry_point`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Null if Meta has not said.
    pub billable: Option<bool>,
    pub messages: u32,
}
