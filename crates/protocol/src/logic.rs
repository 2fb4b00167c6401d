//! The protocol between the hub and Your Logic.

mod schema;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tandem_conversation::{
    Action, Channel, Command, Contact, Content, Control, ConversationId, CustomerId, Dismissal, Engagement, Former,
    Grade, Learnt, NeedsHelp, Participant, Position, RequestId, Time, Trigger, TurnId,
};
use utoipa::ToSchema;

pub use schema::schema;

/// A request from the hub; one at a time and in order within a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogicRequestBody {
    /// Also the `webhook-id`; the same in a repeat.
    pub request_id: RequestId,
    /// Only asks what the answer would be. The answer is shown or compared, never carried out, so the service must
    /// have no side effects either.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// A later answer is never sent to the customer.
    pub expires: Time,
    pub time: Time,
    pub trigger: TriggerBody,
    pub account: String,
    pub customer: CustomerBody,
    pub conversation: ConversationBody,
    /// Who is engaged or invited now.
    pub engagements: Vec<Engagement>,
    /// The conversation so far, oldest first; at most the newest 200, and fewer if the request would be too large.
    pub turns: Vec<TurnBody>,
    /// How many of those 200 were dropped, oldest first, to keep the request within its limit.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub turns_left_out: usize,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// The event that this request is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TriggerBody {
    #[serde(rename = "type")]
    pub kind: Trigger,
    pub position: Position,
    pub time: Time,
    pub by: Participant,
    /// A closing courtesy: needs no answer.
    pub silent: bool,
    /// The turn, for `TURN`, `ANSWER` and `TURN_EDITED`, unless it was withdrawn; for `PREVIEW` and `IMPROVE` the customer's last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<TurnBody>,
    /// The custom button, for `BUTTON_PRESSED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// An agent's grade for one of your packets, for `HANDOVER_GRADED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graded: Option<GradedBody>,
    /// The customer's previous identity, for `CUSTOMER_LINKED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<Former>,
    /// For `NEEDS_HELP_CHANGED`, if an agent said that help is not needed: why, and who goes on. With `logic`, it is you.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dismissed: Option<Dismissal>,
    /// The agent's unsent reply, for `IMPROVE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<String>,
    /// For `TRANSLATE`: what an agent wants in another language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub translate: Option<TranslateBody>,
    /// Earlier events that happened while you were being asked, oldest first; there is no other request about them.
    /// Mostly several turns of the customer; each is a whole trigger.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub joined: Vec<TriggerBody>,
    /// How many of `joined` were dropped, oldest first, to keep the request within its limit.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub joined_left_out: usize,
}

/// Texts to translate: turns of the conversation, or the agent's unsent reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TranslateBody {
    /// The language to translate into, as a tag of BCP 47.
    pub to: String,
    /// At most 20, with 20,000 characters in all.
    pub texts: Vec<TextBody>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TextBody {
    /// Names the text in this request only.
    pub id: String,
    pub text: String,
}

/// The translation of one text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct TranslationBody {
    /// The text's id in the request.
    pub id: String,
    pub text: String,
    /// The language of the original, as a tag of BCP 47.
    pub from: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GradedBody {
    /// The note with the packet.
    pub turn: TurnId,
    pub grade: Grade,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomerBody {
    pub id: CustomerId,
    pub name: String,
    /// Your own data about the customer, as last stored from any of their conversations.
    #[schema(value_type = Object)]
    pub custom: Map<String, Value>,
    /// The customer's proven addresses, your own customer id first.
    #[serde(default)]
    pub contacts: Vec<Contact>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConversationBody {
    pub id: ConversationId,
    pub channel: Channel,
    pub in_progress: bool,
    pub needs_help: Option<NeedsHelp>,
    pub engage_logic: bool,
    pub fallback_to_agent: bool,
    pub language: Option<String>,
    pub tags: Vec<String>,
    /// Your own data about the conversation, as last stored.
    #[schema(value_type = Object)]
    pub custom: Map<String, Value>,
}

/// One turn, as our side sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TurnBody {
    pub id: TurnId,
    pub position: Position,
    pub time: Time,
    pub by: Participant,
    pub content: Content,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub silent: bool,
    /// The turn that it quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<TurnId>,
    /// The customer has replaced its words; `content` has the new ones.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub edited: bool,
}

/// Your Logic's answer, at once (200 with this body) or later (`POST /api/v1/logic/conversations/{id}/responses`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct LogicResponseBody {
    pub request_id: Option<RequestId>,
    pub control: Control,
    /// Changes to the customer, in all of their conversations.
    pub customer: CustomerPatch,
    pub conversation: ConversationPatch,
    pub actions: Vec<Action>,
    /// For `TRANSLATE`: one for each text that you can translate.
    pub translations: Vec<TranslationBody>,
}

impl LogicResponseBody {
    /// The answer as a command, to `request` (in its response or `later`) or unprompted.
    #[must_use]
    pub fn decided_as(self, request: Option<RequestId>, later: bool) -> Command {
        let Self { control, customer, conversation, actions, .. } = self;
        let ConversationPatch { custom, language } = conversation;
        let learnt = Learnt { custom, language, customer: customer.custom, name: customer.name };
        Command::AnswerLogic { request, later, control, learnt, actions }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct CustomerPatch {
    pub name: Option<String>,
    /// Merged like the conversation's.
    #[schema(value_type = Object)]
    pub custom: Map<String, Value>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ConversationPatch {
    /// Merged into the custom data: objects merge, null removes, all else replaces.
    #[schema(value_type = Object)]
    pub custom: Map<String, Value>,
    pub language: Option<String>,
}
