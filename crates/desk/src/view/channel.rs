//! What the conversation's channel takes.

use serde::Serialize;
use tandem_conversation::{Participant, Template, TemplateSlot, Time, TurnId};
use ts_rs::TS;

/// How long the channel takes replies; afterwards it takes templates only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WindowView {
    /// None before the customer's first message.
    pub until: Option<Time>,
}

/// A template that can be sent, with its variables in reading order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TemplateView {
    pub template: Template,
    pub slots: Vec<TemplateSlot>,
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
