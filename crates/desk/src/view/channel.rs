//! What the conversation's channel takes.

use serde::Serialize;
use tandem_conversation::{
    Channel, Conversation, ConversationId, Limits, Participant, Template, TemplateSlot, Time, TurnId,
};
use tandem_protocol::channels::WhatsappNumber;
use tandem_protocol::library::LibraryBrand;
use ts_rs::TS;

/// How long the channel takes replies; afterwards it takes templates only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WindowView {
    /// None before the customer's first message.
    pub until: Option<Time>,
}

/// Another chat with the same customer, by its newest conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OtherChatView {
    pub conversation: ConversationId,
    pub channel: Channel,
    pub updated: Time,
    pub in_progress: bool,
    /// What was said last; empty if nothing was.
    pub words: String,
}

impl From<Conversation> for OtherChatView {
    fn from(state: Conversation) -> Self {
        Self {
            conversation: state.id,
            channel: state.channel,
            updated: state.updated,
            in_progress: state.in_progress(),
            words: state.last_words.map(|last| last.text).unwrap_or_default(),
        }
    }
}

/// What one message of the channel holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LimitsView {
    /// Maximum length of a text, in UTF-16 units; the rest goes into another message.
    pub text: usize,
    /// Files that are shown as what they are. Others travel as documents.
    pub shown: Vec<ShownFilesView>,
    /// Any file.
    #[ts(type = "number")]
    pub file_bytes: u64,
}

/// Files of one kind that the channel shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ShownFilesView {
    pub types: Vec<String>,
    #[ts(type = "number")]
    pub bytes: u64,
}

impl From<Limits> for LimitsView {
    fn from(limits: Limits) -> Self {
        let shown = limits.shown.iter().map(|(_, types, bytes)| ShownFilesView {
            types: types.iter().map(|mime| (*mime).to_owned()).collect(),
            bytes: *bytes,
        });
        Self { text: limits.text, shown: shown.collect(), file_bytes: limits.file_bytes }
    }
}

/// A template that can be sent, with its variables in reading order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TemplateView {
    pub template: Template,
    pub slots: Vec<TemplateSlot>,
}

impl From<Template> for TemplateView {
    fn from(template: Template) -> Self {
        Self { slots: template.slots(), template }
    }
}

/// What a turn quotes, and what was said about it since.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AboutTurnView {
    pub quote: Option<QuoteView>,
    /// At most one of the customer and one of ours, in the order of their coming.
    pub reactions: Vec<ReactionView>,
    /// Its words before they were changed, oldest first.
    pub earlier: Vec<String>,
    /// It stands for a file that could not be fetched; users may try again.
    pub owed: bool,
}

/// The turn that another one quotes, clipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct QuoteView {
    pub turn: TurnId,
    pub by: Participant,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReactionView {
    pub by: Participant,
    pub emoji: String,
}

/// From where the user can write to somebody first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StartsView {
    /// The ids of what is begun next.
    pub id: ConversationId,
    pub turn: TurnId,
    pub numbers: Vec<OwnNumberView>,
}

/// A number of the company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OwnNumberView {
    pub id: String,
    pub number: String,
    /// Whether it does not send at the moment.
    pub stopped: bool,
    pub templates: Vec<TemplateView>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BegunView {
    /// The new conversation, or the one that is in progress with this customer.
    pub id: ConversationId,
    /// False if one is in progress: then nothing was sent.
    pub begun: bool,
}

/// The company's numbers, as those who manage settings see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NumbersView {
    pub numbers: Vec<WhatsappNumber>,
    pub brands: Vec<LibraryBrand>,
}
