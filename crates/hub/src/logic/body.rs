//! What Your Logic is told: enough for a service that remembers nothing.

use tandem_conversation::{
    Conversation, ConversationId, CustomerRef, Event, EventBody, LogicRequest, Participant, Position, Rejection,
    RequestId, Time, Trigger, trigger_of,
};
use tandem_protocol::logic::{ConversationBody, CustomerBody, GradedBody, LogicRequestBody, TriggerBody, TurnBody};
use tandem_sqlite::rusqlite::Connection;

use super::Wish;
use crate::store::events::Part;
use crate::store::{StoreError, conversations, events};

/// Turns that travel with a request.
pub(crate) const TURNS: usize = 200;
/// Events that are read to find them.
const EVENTS: u32 = 600;

/// One question to Your Logic, beside the conversation that it is about.
pub(crate) struct Question {
    pub id: RequestId,
    pub asked: Time,
    pub expires: Time,
    pub trigger: TriggerBody,
    pub dry_run: bool,
}

/// The body of a request that the conversation's state has outstanding.
pub(super) fn request_body(
    connection: &Connection,
    id: ConversationId,
    request: &LogicRequest,
    account: &str,
) -> Result<LogicRequestBody, StoreError> {
    let (state, events) = newest(connection, id)?;
    let trigger = match events.iter().find(|event| event.position == request.trigger) {
        Some(event) => event.clone(),
        None => {
            let before = Position(request.trigger.0.saturating_sub(1));
            let (mut found, _) = events::of_conversation(connection, id, Part::After(before), 1)?;
            found.pop().ok_or(Rejection::NoTurn)?
        }
    };
    let trigger = trigger_body(&trigger).ok_or(Rejection::NoTurn)?;
    let question = Question { id: request.id, asked: request.asked, expires: request.expires, trigger, dry_run: false };
    Ok(compose(state, &events, question, account))
}

/// The body of a request about the conversation as it stands, without anything having happened.
pub(super) fn beside_body(
    connection: &Connection,
    id: ConversationId,
    request: RequestId,
    (asked, expires): (Time, Time),
    wish: Wish,
    account: &str,
) -> Result<LogicRequestBody, StoreError> {
    let (state, events) = newest(connection, id)?;
    let said =
        |event: &&Event| event.actor == Participant::Customer && matches!(event.body, EventBody::TurnAdded { .. });
    let (kind, by, draft) = match wish {
        Wish::Preview => (Trigger::Preview, Participant::System, None),
        Wish::Improve { draft } => (Trigger::Improve, Participant::System, Some(draft)),
        Wish::Typing => (Trigger::Typing, Participant::Customer, None),
    };
    let dry_run = kind != Trigger::Typing;
    let trigger = TriggerBody {
        kind,
        position: state.position,
        time: asked,
        by,
        silent: false,
        turn: events.iter().rfind(said).and_then(turn_body),
        action: None,
        graded: None,
        was: None,
        draft,
    };
    Ok(compose(state, &events, Question { id: request, asked, expires, trigger, dry_run }, account))
}

fn newest(connection: &Connection, id: ConversationId) -> Result<(Conversation, Vec<Event>), StoreError> {
    let state = conversations::get(connection, id)?.ok_or(Rejection::Unknown)?;
    let (events, _) = events::of_conversation(connection, id, Part::Before(Position(u32::MAX)), EVENTS)?;
    Ok((state, events))
}

/// Puts a request together from the conversation's state and its newest events.
pub(crate) fn compose(state: Conversation, events: &[Event], question: Question, account: &str) -> LogicRequestBody {
    let mut turns: Vec<_> = events.iter().rev().filter_map(turn_body).take(TURNS).collect();
    turns.reverse();
    let in_progress = state.in_progress();
    let CustomerRef { id, name, custom, contacts } = state.customer;
    LogicRequestBody {
        request_id: question.id,
        dry_run: question.dry_run,
        expires: question.expires,
        time: question.asked,
        trigger: question.trigger,
        account: account.to_owned(),
        customer: CustomerBody { id, name, custom, contacts },
        conversation: ConversationBody {
            id: state.id,
            channel: state.channel,
            in_progress,
            needs_help: state.help,
            engage_logic: state.logic.engaged,
            fallback_to_agent: state.fallback.is_some(),
            language: state.language,
            tags: state.tags,
            custom: state.custom,
        },
        engagements: state.engagements,
        turns,
    }
}

/// What happened, as Your Logic is told; none if it is not told of such events.
pub(crate) fn trigger_body(event: &Event) -> Option<TriggerBody> {
    let turn = turn_body(event);
    let action = match &event.body {
        EventBody::ButtonPressed { action, .. } => Some(action.clone()),
        _ => None,
    };
    let graded = match &event.body {
        EventBody::HandoverGraded { turn, grade } => Some(GradedBody { turn: *turn, grade: *grade }),
        _ => None,
    };
    let was = match &event.body {
        EventBody::CustomerLinked { was, .. } => Some(was.clone()),
        _ => None,
    };
    Some(TriggerBody {
        kind: trigger_of(event)?,
        position: event.position,
        time: event.time,
        by: event.actor.clone(),
        silent: turn.as_ref().is_some_and(|turn| turn.silent),
        turn,
        action,
        graded,
        was,
        draft: None,
    })
}

fn turn_body(event: &Event) -> Option<TurnBody> {
    match &event.body {
        EventBody::TurnAdded { turn, .. } => Some(TurnBody {
            id: turn.id,
            position: event.position,
            time: event.time,
            by: event.actor.clone(),
            content: turn.content.clone(),
            silent: turn.silent,
        }),
        _ => None,
    }
}
