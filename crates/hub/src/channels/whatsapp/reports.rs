//! What Meta reports on our messages: how far they came, what they cost, that one was deleted.

use tandem_conversation::{Command, Content, DELETED, Participant, Stage, Time, TurnId};
use tandem_sql::Connection;
use uuid::Uuid;

use super::webhook::Status;
use super::{amending, answer};
use crate::delivery::{Refusal, advance};
use crate::engine::{Engine, Repeat, Said, system_command};
use crate::store::StoreError;
use crate::store::sends::{self, Phase};
use crate::store::whatsapp::Number;
use crate::store::whatsapp::messages::{self, Known};

/// What came of taking something in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    Whole,
    /// A message of ours waited for it.
    Awaited,
    /// Nothing came of it, and operators are told why.
    Nothing(&'static str),
}

/// A report on one of our messages.
pub(super) fn report(
    connection: &Connection,
    engine: &mut Engine,
    number: &Number,
    status: &Status,
    now: Time,
) -> Result<Taken, StoreError> {
    if status.state == "deleted" {
        return deleted(connection, engine, number, status, now).map(|()| Taken::Whole);
    }
    let stage = match status.state.as_str() {
        "sent" => Stage::Sent,
        "delivered" => Stage::Delivered,
        "read" => Stage::Seen,
        "played" => Stage::Played,
        "failed" => Stage::Failed,
        // It says nothing about delivery.
        _ => return Ok(Taken::Nothing("a report has a state that is not known")),
    };
    let (known, was_awaited) = match messages::get(connection, &number.key, &status.id)? {
        Some(known) => (Some(known), false),
        None => tracked(connection, number, status, now)?,
    };
    let Some(Known { conversation, turn, part: Some(_), .. }) = known else {
        // Others may send through this number, too.
        tracing::debug!(number = number.key, state = status.state, "a report of WhatsApp is about no message of ours");
        return Ok(Taken::Whole);
    };
    let taken = if was_awaited { Taken::Awaited } else { Taken::Whole };
    amending::react(connection, engine, number, &status.id)?;
    messages::reach(connection, &number.key, &status.id, stage)?;
    if let Some(pricing) = &status.pricing {
        let pricing = serde_json::json!({
            "billable": pricing.billable, "category": pricing.category, "model": pricing.model, "type": pricing.kind,
        });
        messages::set_pricing(connection, &number.key, &status.id, &pricing.to_string(), now)?;
    }
    let parts = sends::of_turn(connection, turn)?.map_or(1, |head| head.parts);
    let Some(stage) = messages::stage_of(connection, turn, parts)? else { return Ok(taken) };
    let error = status.errors.first().filter(|_| stage == Stage::Failed);
    let (reason, remedy, code) = match error.map(|error| answer::refused(error.code, &error.line())) {
        Some(Refusal { reason, remedy, code }) => (Some(reason), Some(remedy), code),
        None => (None, None, None),
    };
    let command = system_command(conversation, Command::Progress { turn, stage, reason, remedy, code });
    if let Err(rejection) = engine.execute(connection, &command, Repeat::Once, None)? {
        tracing::debug!(%rejection, "a report of WhatsApp is refused");
    }
    Ok(taken)
}

/// A message of ours was deleted on the customer's side: a line in its own conversation quotes it.
fn deleted(
    connection: &Connection,
    engine: &mut Engine,
    number: &Number,
    status: &Status,
    now: Time,
) -> Result<(), StoreError> {
    // The report has no id of its own.
    let report = format!("deleted:{}", status.id);
    if messages::get(connection, &number.key, &report)?.is_some() {
        return Ok(());
    }
    let known = messages::get(connection, &number.key, &status.id)?;
    let Some(Known { conversation, turn, part: Some(_), .. }) = known else { return Ok(()) };
    messages::put(connection, &number.key, &report, &Known::NO_TURN)?;
    let at = status.at_ms.map_or(now, Time).min(now);
    let said = silent_line(DELETED, String::new(), Some(turn), at);
    if let Err(rejection) = engine.hear(connection, conversation, &Participant::Customer, said, Repeat::Once)? {
        tracing::debug!(%rejection, "a report of WhatsApp is refused");
    }
    Ok(())
}

/// A line that the channel adds to the transcript. Nobody has to answer it.
pub(super) fn silent_line(kind: &str, detail: String, quotes: Option<TurnId>, received: Time) -> Said {
    let content = Content::Unknown { kind: kind.into(), detail, text: String::new() };
    Said { turn: TurnId(Uuid::now_v7()), content, quotes, received }
}

/// Finds the message of a report by the turn's id, which the report carries: Meta's answer with the message's own id was
/// lost, or is still to come. A lane that waited for this report continues.
fn tracked(
    connection: &Connection,
    number: &Number,
    status: &Status,
    now: Time,
) -> Result<(Option<Known>, bool), StoreError> {
    let turn = status.tracker.as_ref().and_then(|tracker| tracker.parse::<TurnId>().ok());
    let head = match turn {
        Some(turn) => sends::of_turn(connection, turn)?.filter(|head| head.phase != Phase::Waits),
        None => None,
    };
    let Some(head) = head else { return Ok((None, false)) };
    let known = Known::turn(head.conversation, head.turn, Some(head.part));
    messages::put(connection, &number.key, &status.id, &known)?;
    let is_awaited = head.phase == Phase::Unconfirmed;
    if is_awaited {
        advance(connection, head, now)?;
    }
    Ok((Some(known), is_awaited))
}
