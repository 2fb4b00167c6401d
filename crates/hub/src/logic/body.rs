//! The request to Your Logic: complete enough for a stateless service.

use std::borrow::Borrow;
use std::sync::Arc;

use tandem_conversation::{
    Conversation, ConversationId, CustomerRef, Event, EventBody, LogicRequest, Participant, Pending, Position,
    Rejection, RequestId, Time, Trigger, trigger_of,
};
use tandem_protocol::logic::{ConversationBody, CustomerBody, GradedBody, LogicRequestBody, TriggerBody, TurnBody};
use tandem_sql::Connection;

use super::Wish;
use crate::store::events::{Amendments, Part};
use crate::store::{StoreError, conversations, events};
use crate::turns::{TURNS, Turns};

/// Events read per query.
const PAGE: u32 = 200;
/// Limit for joined events, in bytes: no request may be larger.
const JOINED_BYTES: usize = 16_000_000;

/// One question to Your Logic, without its conversation.
pub(crate) struct Question {
    pub id: RequestId,
    pub asked: Time,
    pub expires: Time,
    pub trigger: TriggerBody,
    pub dry_run: bool,
}

/// The body of the state's outstanding request.
pub(super) fn request_body(
    connection: &Connection,
    known: &Turns,
    state: Arc<Conversation>,
    request: &LogicRequest,
    account: &str,
) -> Result<LogicRequestBody, StoreError> {
    let id = state.id;
    let turns = known.of(connection, id)?;
    let amendments = match state.channel.facts().quotes {
        true => events::amendments(connection, id)?,
        false => Amendments::default(),
    };
    let trigger = match turns.iter().find(|event| event.position == request.trigger) {
        Some(event) => Event::clone(event),
        None => {
            let before = Position(request.trigger.0.saturating_sub(1));
            let (mut found, _) = events::of_conversation(connection, id, Part::After(before), 1)?;
            let mut found = found.pop().ok_or(Rejection::NoTurn)?;
            amendments.apply(&mut found);
            found
        }
    };
    let mut trigger = trigger_body(&trigger).ok_or(Rejection::NoTurn)?;
    if let Some(first) = state.logic.pending.first().map(Pending::from).filter(|first| *first < request.trigger) {
        (trigger.joined, trigger.joined_left_out) = joined(connection, id, first, request.trigger, &amendments)?;
    }
    trigger.silent = request.silent;
    let question = Question { id: request.id, asked: request.asked, expires: request.expires, trigger, dry_run: false };
    Ok(compose(Arc::unwrap_or_clone(state), &turns, question, account))
}

/// The body of a dry run: no event has happened.
pub(super) fn beside_body(
    connection: &Connection,
    known: &Turns,
    id: ConversationId,
    request: RequestId,
    (asked, expires): (Time, Time),
    wish: Wish,
    account: &str,
) -> Result<LogicRequestBody, StoreError> {
    let state = conversations::get(connection, id)?.ok_or(Rejection::Unknown)?;
    let turns = known.of(connection, id)?;
    let said =
        |event: &&Arc<Event>| event.actor == Participant::Customer && matches!(event.body, EventBody::TurnAdded { .. });
    let (kind, by, draft, translate) = match wish {
        Wish::Preview => (Trigger::Preview, Participant::System, None, None),
        Wish::Improve { draft } => (Trigger::Improve, Participant::System, Some(draft), None),
        Wish::Translate(texts) => (Trigger::Translate, Participant::System, None, Some(texts)),
        Wish::Typing => (Trigger::Typing, Participant::Customer, None, None),
    };
    let dry_run = kind != Trigger::Typing;
    let trigger = TriggerBody {
        kind,
        position: state.position,
        time: asked,
        by,
        silent: false,
        turn: turns.iter().rfind(said).and_then(|event| turn_body(event)),
        action: None,
        graded: None,
        was: None,
        dismissed: None,
        draft,
        translate,
        joined: Vec::new(),
        joined_left_out: 0,
    };
    Ok(compose(state, &turns, Question { id: request, asked, expires, trigger, dry_run }, account))
}

/// Composes a request from the state and its newest events.
pub(crate) fn compose(
    state: Conversation,
    events: &[impl Borrow<Event>],
    question: Question,
    account: &str,
) -> LogicRequestBody {
    let mut turns: Vec<_> = events.iter().rev().filter_map(|event| turn_body(event.borrow())).take(TURNS).collect();
    turns.reverse();
    let in_progress = state.in_progress();
    let CustomerRef { id, name, custom, contacts, .. } = state.customer;
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
        turns_left_out: 0,
    }
}

/// Events joined to the one at `newest`, oldest first, and how many were left out.
fn joined(
    connection: &Connection,
    id: ConversationId,
    first: Position,
    newest: Position,
    amendments: &Amendments,
) -> Result<(Vec<TriggerBody>, usize), StoreError> {
    let (mut found, mut before, mut bytes) = (Vec::new(), newest, 0);
    while before > first && bytes < JOINED_BYTES {
        let (mut page, _) = events::of_conversation(connection, id, Part::Before(before), PAGE)?;
        page.iter_mut().for_each(|event| amendments.apply(event));
        let Some(oldest) = page.first().map(|event| event.position) else { break };
        before = oldest.max(first);
        let page = page.iter().rev().filter(|event| event.position >= first).filter_map(trigger_body);
        for trigger in page {
            bytes += trigger.turn.as_ref().map_or(0, |turn| turn.content.text().len()) + 200;
            found.push(trigger);
        }
    }
    found.reverse();
    Ok((found, before.0.saturating_sub(first.0) as usize))
}

/// An event as Your Logic sees it; none if it gets no such events.
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
    let dismissed = match &event.body {
        EventBody::HelpCleared { dismissed, .. } => dismissed.clone(),
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
        dismissed,
        draft: None,
        translate: None,
        joined: Vec::new(),
        joined_left_out: 0,
    })
}

fn turn_body(event: &Event) -> Option<TurnBody> {
    let (id, silent, reply_to, edited) = match &event.body {
        EventBody::TurnAdded { turn, .. } => (turn.id, turn.silent, turn.reply_to, false),
        EventBody::TurnEdited { turn, silent, .. } => (*turn, *silent, None, true),
        _ => return None,
    };
    let content = event.body.content().filter(|content| !content.is_withdrawn())?.clone();
    let (position, time, by) = (event.position, event.time, event.actor.clone());
    Some(TurnBody { id, position, time, by, content, silent, reply_to, edited })
}
