//! What Your Logic is told: enough for a service that remembers nothing.

use tandem_conversation::{ConversationId, Event, EventBody, LogicRequest, Position, Rejection, trigger_of};
use tandem_protocol::logic::{ConversationBody, CustomerBody, GradedBody, LogicRequestBody, TriggerBody, TurnBody};
use tandem_sqlite::rusqlite::Connection;

use crate::store::events::Part;
use crate::store::{StoreError, conversations, events};

/// Turns that travel with a request.
const TURNS: usize = 200;
/// Events that are read to find them.
const EVENTS: u32 = 600;

/// The body of one request.
pub(super) fn request_body(
    connection: &Connection,
    id: ConversationId,
    request: &LogicRequest,
    account: &str,
) -> Result<LogicRequestBody, StoreError> {
    let state = conversations::get(connection, id)?.ok_or(Rejection::Unknown)?;
    let (events, _) = events::of_conversation(connection, id, Part::Before(Position(u32::MAX)), EVENTS)?;
    let trigger = match events.iter().find(|event| event.position == request.trigger) {
        Some(event) => event.clone(),
        None => {
            let before = Position(request.trigger.0.saturating_sub(1));
            let (mut found, _) = events::of_conversation(connection, id, Part::After(before), 1)?;
            found.pop().ok_or(Rejection::NoTurn)?
        }
    };
    let mut turns: Vec<_> = events.iter().filter_map(turn_body).collect();
    let surplus = turns.len().saturating_sub(TURNS);
    turns.drain(..surplus);
    Ok(LogicRequestBody {
        request_id: request.id,
        expires: request.expires,
        time: request.asked,
        trigger: trigger_body(&trigger)?,
        account: account.to_owned(),
        customer: CustomerBody { id: state.customer.id, name: state.customer.name.clone() },
        conversation: ConversationBody {
            id,
            channel: state.channel,
            in_progress: state.in_progress(),
            needs_help: state.help,
            engage_logic: state.logic.engaged,
            fallback_to_agent: state.fallback.is_some(),
            language: state.language,
            tags: state.tags,
            custom: state.custom,
        },
        engagements: state.engagements,
        turns,
    })
}

fn trigger_body(event: &Event) -> Result<TriggerBody, StoreError> {
    let turn = turn_body(event);
    let action = match &event.body {
        EventBody::ButtonPressed { action } => Some(action.clone()),
        _ => None,
    };
    let graded = match &event.body {
        EventBody::HandoverGraded { turn, grade } => Some(GradedBody { turn: *turn, grade: *grade }),
        _ => None,
    };
    Ok(TriggerBody {
        kind: trigger_of(event).ok_or(Rejection::NoTurn)?,
        position: event.position,
        time: event.time,
        by: event.actor.clone(),
        silent: turn.as_ref().is_some_and(|turn| turn.silent),
        turn,
        action,
        graded,
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
