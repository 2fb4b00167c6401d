//! Why a command was refused. Nothing changed.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use ts_rs::TS;
use utoipa::ToSchema;

use crate::ids::Position;
use crate::participant::Participant;
use crate::permission::Permission;

/// A typed refusal; `code` is stable, the text is for people.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "code", rename_all_fields = "camelCase")]
pub enum Rejection {
    #[error("this conversation does not exist, or you may not see it")]
    #[serde(rename = "conversation.unknown")]
    Unknown,
    #[error("this conversation already exists")]
    #[serde(rename = "conversation.exists")]
    Exists,
    #[error("join the conversation first")]
    #[serde(rename = "conversation.not_engaged")]
    NotEngaged,
    #[error("you are already in this conversation")]
    #[serde(rename = "conversation.already_engaged")]
    AlreadyEngaged,
    #[error("the conversation is completed")]
    #[serde(rename = "conversation.completed")]
    Completed,
    #[error("the conversation is in progress")]
    #[serde(rename = "conversation.in_progress")]
    InProgress,
    /// Another agent won the claim; joining deliberately is still possible.
    #[error("{} took this call for help", name(by))]
    #[serde(rename = "conversation.call_taken")]
    CallTaken { by: Participant },
    /// The call ended unclaimed.
    #[error("this call for help is over")]
    #[serde(rename = "conversation.call_over")]
    CallOver,
    /// Compare-and-send: there is news after `since`.
    #[error("the conversation has moved on since you wrote this: read what is new, then decide")]
    #[serde(rename = "conversation.moved_on")]
    MovedOn { since: Position },
    /// The customer wrote after `since`, the last position that the author of a command to end it saw.
    #[error("the customer has written since: read it, then decide")]
    #[serde(rename = "conversation.customer_wrote")]
    CustomerWrote { since: Position },
    /// The command was given against a position after the conversation's last one, `to`.
    #[error(
        "the conversation ends before what this was written against, as after a restored backup: read it, then decide"
    )]
    #[serde(rename = "conversation.went_back")]
    WentBack { to: Position },
    /// The channel accepts no replies after this long without a customer's turn.
    #[error("{channel} takes replies only within {hours} hours after the customer's last message: send a template")]
    #[serde(rename = "conversation.window_closed")]
    WindowClosed { channel: String, hours: u32 },
    #[error("the customer waits and no one else is there: join, complete, or hand to Your Logic")]
    #[serde(rename = "conversation.customer_alone")]
    CustomerAlone,
    /// A snooze must not hide a customer who waits.
    #[error("the customer waits, or help is needed: see to that first, then snooze")]
    #[serde(rename = "conversation.someone_needed")]
    SomeoneNeeded,
    /// A mention of a user who could not read it.
    #[error("{name} is not in this conversation: invite them first, then mention them")]
    #[serde(rename = "conversation.not_here")]
    NotHere { name: String },
    #[error("it is too late to undo this")]
    #[serde(rename = "conversation.undo_over")]
    UndoOver,
    #[error("no call for help is open here")]
    #[serde(rename = "conversation.no_call")]
    NoCall,
    #[error("there is no such engagement or invitation any more")]
    #[serde(rename = "conversation.no_engagement")]
    NoEngagement,
    #[error("there is no such turn in this conversation")]
    #[serde(rename = "conversation.no_turn")]
    NoTurn,
    #[error("this button is not offered any more, or not to you")]
    #[serde(rename = "conversation.no_button")]
    NoButton,
    #[error("the library does not have this question in these words any more: ask it again from there")]
    #[serde(rename = "library.no_question")]
    NoQuestion,
    #[error("the link has expired or was revoked")]
    #[serde(rename = "conversation.link_over")]
    LinkOver,
    /// Of another round, expired, or answered too long ago to change the answer.
    #[error("this request for a review is over")]
    #[serde(rename = "review.over")]
    ReviewOver,
    #[error("Your Logic is not connected to this hub")]
    #[serde(rename = "logic.unavailable")]
    LogicUnavailable,
    #[error("Your Logic is being asked already, or there is nothing to ask")]
    #[serde(rename = "logic.busy")]
    LogicBusy,
    #[error("this request to Your Logic is not outstanding")]
    #[serde(rename = "logic.no_request")]
    NoRequest,
    #[error("you lack the permission {}", serde_json::to_string(permission).unwrap_or_default())]
    #[serde(rename = "permission.missing")]
    Forbidden { permission: Permission },
    #[error("this participant cannot do that")]
    #[serde(rename = "permission.participant")]
    NotYours,
    #[error("this id was already used for something else: make a new one")]
    #[serde(rename = "input.id_used")]
    IdUsed,
    #[error("this request was already answered differently")]
    #[serde(rename = "logic.answered")]
    Answered,
    #[error("{field}: {problem}")]
    #[serde(rename = "input.invalid")]
    Invalid { field: String, problem: String },
}

impl Rejection {
    /// A refused field and its problem.
    #[must_use]
    pub fn invalid(field: &str, problem: impl Into<String>) -> Self {
        Self::Invalid { field: field.to_owned(), problem: problem.into() }
    }

    /// A field without visible text.
    #[must_use]
    pub fn blank(field: &str) -> Self {
        Self::invalid(field, "at least one visible character is needed")
    }

    /// A chosen id that cannot be told from no id.
    #[must_use]
    pub fn nil_id() -> Self {
        Self::invalid("id", "the nil id is reserved: make a new one")
    }

    /// What one action of an answer met; `detail` begins with its field, if one is at fault.
    #[must_use]
    pub fn of_action(action: usize, detail: &str) -> Self {
        let action = format!("actions[{action}]");
        match field_of(detail) {
            Some((field, problem)) => Self::invalid(&format!("{action}.{field}"), problem),
            None => Self::invalid(&action, detail),
        }
    }

    /// What an answer met; `detail` begins with its field, if one is at fault.
    #[must_use]
    pub fn of_answer(detail: &str) -> Self {
        let (field, problem) = field_of(detail).unwrap_or(("actions", detail));
        Self::invalid(field, problem)
    }

    /// Prefixes the field with `place`.
    #[must_use]
    pub fn within(self, place: &str) -> Self {
        match self {
            Self::Invalid { field, problem } => Self::Invalid { field: format!("{place}.{field}"), problem },
            other => other,
        }
    }
}

/// A detail that names its field, taken apart.
fn field_of(detail: &str) -> Option<(&str, &str)> {
    detail.split_once(": ").filter(|(field, _)| !field.is_empty() && !field.contains(char::is_whitespace))
}

fn name(participant: &Participant) -> &str {
    match participant {
        Participant::Agent { name, .. } | Participant::ExternalAgent { name, .. } | Participant::Device { name } => {
            name
        }
        Participant::Customer => "the customer",
        Participant::Logic => "Your Logic",
        Participant::System => "Tandem",
    }
}
