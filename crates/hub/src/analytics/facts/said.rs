//! Facts of turns, requests to Your Logic, calls, packets and reviews.

use super::{Adds, Told};
use crate::analytics::metric::{Metric, Rows};
use crate::analytics::segments::USED;
use crate::analytics::source::{Scan, Sink, Source};
use crate::store::StoreError;

pub(super) fn responses(source: &mut Source<'_>, sink: &mut Sink<'_>) -> Result<(), StoreError> {
    let columns = ["response_ms", "agent_id", "\"by\""];
    source.each(
        &Scan { table: "turn", time: "at", only: "response_ms IS NOT NULL", columns: &columns },
        &mut |_, line| {
            let Some(ms) = line.number(0)? else { return Ok(None) };
            Ok(Some(Told { agent: line.user(1)?, word: line.text(2)?, ..Adds::Size(ms).into() }))
        },
        sink,
    )
}

pub(super) fn requests(source: &mut Source<'_>, failures: bool, sink: &mut Sink<'_>) -> Result<(), StoreError> {
    source.each(
        &Scan { table: "logic_request", time: "asked_at", only: "1", columns: &["outcome", "ms"] },
        &mut |_, line| {
            let Some(outcome) = line.text(0)? else { return Ok(None) };
            let failed = !matches!(outcome, "answered" | "ignored" | "late");
            Ok(match failures {
                true => Some(Adds::Share(failed.into(), 1).into()),
                false => line.number(1)?.map(|ms| Adds::Size(ms).into()),
            })
        },
        sink,
    )
}

/// From this score on a customer is satisfied: 4 of 5.
const SATISFIED: i64 = 4;

pub(super) fn reviews(source: &mut Source<'_>, metric: &Metric, sink: &mut Sink<'_>) -> Result<(), StoreError> {
    let columns = ["not_asked", "score", "agent_id"];
    source.each(
        &Scan { table: "review", time: metric.time, only: "1", columns: &columns },
        &mut |_, line| {
            if line.text(0)?.is_some() {
                return Ok(None);
            }
            let adds = match (metric.rows, line.number(1)?) {
                (Rows::Reviewed, score) => Adds::Share(score.is_some().into(), 1),
                (_, None) => return Ok(None),
                (Rows::Satisfied, Some(score)) => Adds::Share((score >= SATISFIED).into(), 1),
                (_, Some(score)) => Adds::Size(score),
            };
            Ok(Some(Told { agent: line.user(2)?, ..adds.into() }))
        },
        sink,
    )
}

pub(super) fn calls(source: &mut Source<'_>, column: &'static str, sink: &mut Sink<'_>) -> Result<(), StoreError> {
    source.each(
        &Scan { table: "call", time: "raised_at", only: "1", columns: &[column] },
        &mut |_, line| Ok(line.number(0)?.map(|ms| Adds::Size(ms).into())),
        sink,
    )
}

/// Calls of which the ledger of alerts knows something: whether a notification was shown.
pub(super) fn unseen(source: &mut Source<'_>, sink: &mut Sink<'_>) -> Result<(), StoreError> {
    source.each(
        &Scan { table: "call", time: "raised_at", only: "1", columns: &["shown"] },
        &mut |_, line| Ok(line.number(0)?.map(|shown| Adds::Share((shown == 0).into(), 1).into())),
        sink,
    )
}

pub(super) fn packets(source: &mut Source<'_>, metric: &Metric, sink: &mut Sink<'_>) -> Result<(), StoreError> {
    source.each(
        &Scan { table: "handover", time: metric.time, only: "1", columns: &["grade", "graded_by"] },
        &mut |_, line| {
            let grade = line.text(0)?;
            let hits = match metric.rows {
                Rows::Graded => grade.is_some(),
                _ => grade == Some("helpful"),
            };
            Ok(Some(Told { agent: line.user(1)?, word: grade, ..Adds::Share(hits.into(), 1).into() }))
        },
        sink,
    )
}

pub(super) fn suggestions(source: &mut Source<'_>, sink: &mut Sink<'_>) -> Result<(), StoreError> {
    source.each(
        &Scan { table: "turn", time: "at", only: "type = 'suggestion'", columns: &[USED] },
        &mut |_, line| Ok(line.number(0)?.map(|used| Adds::Share(used, 1).into())),
        sink,
    )
}

/// The code of a failure that the channel gave none.
const NO_CODE: &str = "unknown";

/// Turns of ours of which the channel, or the customer's page, has said something.
pub(super) fn sends(source: &mut Source<'_>, sink: &mut Sink<'_>) -> Result<(), StoreError> {
    let columns = ["final_state", "\"by\"", "type", "failed_code", "agent_id"];
    source.each(
        &Scan { table: "turn", time: "at", only: "final_state IS NOT NULL", columns: &columns },
        &mut |_, line| {
            let Some(state) = line.text(0)? else { return Ok(None) };
            let is_ours = line.text(1)?.is_some_and(|by| by != "customer");
            if !is_ours || line.text(2)?.is_none_or(|kind| matches!(kind, "note" | "suggestion")) {
                return Ok(None);
            }
            let failed = state == "failed";
            let code = line.text(3)?.unwrap_or(NO_CODE);
            let word = failed.then_some(code);
            Ok(Some(Told { agent: line.user(4)?, word, ..Adds::Share(failed.into(), 1).into() }))
        },
        sink,
    )
}
