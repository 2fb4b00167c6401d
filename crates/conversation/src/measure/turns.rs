//! Turns as rows.

use super::round::count;
use super::rows::{TurnRow, TurnType};
use crate::event::Event;
use crate::ids::{QuestionId, TurnId};
use crate::time::Time;
use crate::turn::{Content, Turn};

/// A question of the library, and its version.
pub(super) type Asked = (QuestionId, u32);

/// The library's question that this turn asks, or answers.
pub(super) fn question_of(turn: &Turn, asked: &[(TurnId, Asked)]) -> Option<Asked> {
    match &turn.content {
        Content::Answer { question, .. } => asked.iter().find(|(turn, _)| turn == question).map(|(_, asked)| *asked),
        _ => turn.library.as_ref().and_then(|library| library.question_id.zip(library.version)),
    }
}

/// The turn as it was added.
pub(super) fn row(event: &Event, turn: &Turn, received: Time, round_no: u32, question: Option<Asked>) -> TurnRow {
    let media = match &turn.content {
        Content::Attachment { media, .. } => Some(media),
        _ => None,
    };
    let (choice, reply_to) = match &turn.content {
        Content::Answer { question, choice, .. } => (Some(choice.clone()), Some(*question)),
        _ => (None, turn.reply_to),
    };
    TurnRow {
        turn_id: turn.id,
        conversation_id: event.conversation,
        round_no,
        engagement_id: turn.engagement,
        position: event.position,
        at: event.time,
        received_at: received,
        by: event.actor.kind(),
        agent_id: event.actor.user(),
        kind: kind_of(&turn.content),
        silent: turn.silent,
        holding: turn.holding,
        quick_reply: turn.library.as_ref().is_some_and(|library| !library.quick_replies.is_empty()),
        from_suggestion: turn.library.as_ref().is_some_and(|library| library.suggestion.is_some()),
        suggestion_id: turn.library.as_ref().and_then(|library| library.suggestion),
        edited: false,
        withdrawn: false,
        length: count(turn.content.text().chars().count()),
        media_kind: media.and_then(|media| media.content_type.split('/').next()).map(str::to_owned),
        media_bytes: media.map(|media| media.bytes),
        question_id: question.map(|(id, _)| id),
        question_version: question.map(|(_, version)| version),
        choice,
        reply_to,
        response_ms: None,
        response_to: None,
        final_state: None,
        sent_at: None,
        delivered_at: None,
        seen_at: None,
        inferred: None,
        failed_code: None,
        cost_category: None,
        billable: None,
    }
}

fn kind_of(content: &Content) -> TurnType {
    match content {
        Content::Text { .. } => TurnType::Text,
        Content::Question { .. } => TurnType::Question,
        Content::Answer { .. } => TurnType::Answer,
        Content::Attachment { .. } => TurnType::Attachment,
        Content::Template { .. } => TurnType::Template,
        Content::Location { .. } => TurnType::Location,
        Content::Card { .. } => TurnType::Card,
        Content::Order { .. } => TurnType::Order,
        Content::Form { .. } => TurnType::Form,
        Content::Unknown { .. } => TurnType::Unknown,
        Content::Note { .. } => TurnType::Note,
        Content::Suggestion { .. } => TurnType::Suggestion,
    }
}
