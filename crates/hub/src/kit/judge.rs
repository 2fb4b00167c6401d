//! Judges what an endpoint did: pure, so that each judgement can be tested alone.

use serde::Serialize;
use tandem_conversation::{Action, LinkId, LogicFailure, Rejection, Trigger};
use tandem_protocol::logic::LogicResponseBody;
use uuid::Uuid;

use crate::endpoint::answer::Unknown;
use crate::invitations::Ways;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Pass,
    /// It works, but will cause trouble one day.
    Warn,
    Fail,
}

/// A verdict and its evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub verdict: Verdict,
    pub seen: String,
}

/// One request and its outcome.
#[derive(Clone, Debug)]
pub(super) struct Exchange {
    pub trigger: Trigger,
    pub took_ms: i64,
    /// The answer came later (202).
    pub later: bool,
    pub came: Result<Vec<Action>, LogicFailure>,
    /// Its partner links as a hub judges them.
    pub invitations: Vec<Invitation>,
    /// Fields that a hub does not know.
    pub unknown: Unknown,
}

/// An invited partner by the action's index, and whether the link can reach them.
#[derive(Clone, Debug)]
pub(super) struct Invitation {
    pub action: usize,
    pub way: Result<(), Rejection>,
}

/// An answer's invitations, judged like a hub that sends mail.
pub(super) fn invitations(actions: &[Action]) -> Vec<Invitation> {
    let of = |(action, wish): (usize, &Action)| {
        let Action::InviteExternalAgent { email, secret_hash, .. } = wish else { return None };
        let way = Ways::new(LinkId(Uuid::nil()), secret_hash.as_deref(), email.as_deref(), true).map(drop);
        Some(Invitation { action, way })
    };
    actions.iter().enumerate().filter_map(of).collect()
}

/// What a conversation expects of the last answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    /// The customer waits: a message or a person.
    Words,
    /// Ideally nothing.
    Quiet,
    /// Any answer that can be carried out.
    Anything,
}

pub(super) fn pass(seen: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::Pass, seen: seen.into() }
}

pub(super) fn warn(seen: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::Warn, seen: seen.into() }
}

pub(super) fn fail(seen: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::Fail, seen: seen.into() }
}

/// A failure, for the endpoint's developer.
pub(super) fn told(failure: &LogicFailure) -> String {
    match failure {
        LogicFailure::NotConfigured => "nothing was asked".into(),
        LogicFailure::Unreachable { detail } => format!("no answer: {detail}"),
        LogicFailure::TimedOut { after_ms } => format!("no answer within {after_ms} ms"),
        LogicFailure::Status { status } => format!("status {status}"),
        LogicFailure::Malformed { detail } => format!("unreadable answer: {detail}"),
        LogicFailure::Refused { action, detail } => format!("refused: {}", Rejection::of_action(*action, detail)),
    }
}

/// The actions' names on the wire.
pub(super) fn names(actions: &[Action]) -> String {
    if actions.is_empty() {
        return "no actions".into();
    }
    actions.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn name(action: &Action) -> String {
    let value = serde_json::to_value(action).unwrap_or_default();
    value["type"].as_str().unwrap_or_default().to_owned()
}

pub(super) fn speaks(action: &Action) -> bool {
    matches!(
        action,
        Action::Message { .. }
            | Action::Question { .. }
            | Action::Channel { .. }
            | Action::Attachment { .. }
            | Action::Feedback { .. }
    )
}

pub(super) fn calls(action: &Action) -> bool {
    matches!(
        action,
        Action::NeedsHelp { value: true, .. } | Action::InviteAgent { .. } | Action::InviteExternalAgent { .. }
    )
}

/// For a preview, a suggestion is an answer as well.
fn answers(trigger: Trigger, action: &Action) -> bool {
    let suggests = trigger == Trigger::Preview && matches!(action, Action::Suggestion { .. });
    speaks(action) || calls(action) || suggests
}

fn trigger_name(trigger: Trigger) -> String {
    serde_json::to_value(trigger).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A stretch of a conversation: every request is answered, the last one as expected.
pub(super) fn conversation(exchanges: &[Exchange], expect: Expect) -> Finding {
    for exchange in exchanges {
        if let Err(failure) = &exchange.came {
            return fail(format!("{}: {}", trigger_name(exchange.trigger), told(failure)));
        }
    }
    let Some(Exchange { came: Ok(last), took_ms, trigger, .. }) = exchanges.last() else {
        return fail("nothing was asked");
    };
    let seen = format!("{} → {} in {took_ms} ms", trigger_name(*trigger), names(last));
    match expect {
        Expect::Words if !last.iter().any(|action| answers(*trigger, action)) => {
            warn(format!("{seen}: the customer waits without an answer"))
        }
        Expect::Quiet if last.iter().any(|action| speaks(action) || calls(action)) => warn(seen),
        _ => pass(seen),
    }
}

/// The customer asked for a person explicitly.
pub(super) fn handed_over(exchanges: &[Exchange]) -> Finding {
    let found = conversation(exchanges, Expect::Words);
    let Some(Ok(last)) = exchanges.last().map(|exchange| &exchange.came) else { return found };
    let unexplained =
        |action: &Action| matches!(action, Action::NeedsHelp { value: true, reason, .. } if reason.trim().is_empty());
    match () {
        () if found.verdict != Verdict::Pass => found,
        () if !last.iter().any(calls) => warn(format!("{}: no person is called", found.seen)),
        () if last.iter().any(unexplained) => warn(format!("{}: without a reason for the agents", found.seen)),
        () if !last.iter().any(speaks) => warn(format!("{}: the customer is not told", found.seen)),
        () => found,
    }
}

/// While a person answers, only `force` may speak beside them.
pub(super) fn beside_a_person(exchanges: &[Exchange]) -> Finding {
    let found = conversation(exchanges, Expect::Anything);
    let forced = |action: &Action| {
        matches!(
            action,
            Action::Message { force: true, .. }
                | Action::Question { force: true, .. }
                | Action::Attachment { force: true, .. }
                | Action::Channel { force: true, .. }
        )
    };
    let actions = exchanges.iter().filter_map(|exchange| exchange.came.as_ref().ok()).flatten();
    if found.verdict == Verdict::Pass && actions.into_iter().any(forced) {
        return warn(format!("{}: it speaks over the person (force)", found.seen));
    }
    found
}

/// Whether nothing but failures to reach it came.
pub(super) fn is_unreachable(exchanges: &[Exchange]) -> bool {
    exchanges.iter().all(|exchange| matches!(exchange.came, Err(LogicFailure::Unreachable { .. })))
}

/// The finding of checks that look at answers, if there is none.
fn silence(exchanges: &[Exchange]) -> Option<Finding> {
    let is_silent = exchanges.iter().all(|exchange| exchange.came.is_err());
    is_silent.then(|| fail(format!("none of {} requests had a usable answer", exchanges.len())))
}

/// Response times against the limit.
pub(super) fn times(exchanges: &[Exchange], timeout_ms: i64) -> Finding {
    let Some(slowest) = exchanges.iter().max_by_key(|exchange| exchange.took_ms) else {
        return fail("nothing was asked");
    };
    let late = exchanges.iter().filter(|exchange| matches!(exchange.came, Err(LogicFailure::TimedOut { .. }))).count();
    if let Some(silence) = silence(exchanges) {
        return silence;
    }
    if late > 0 {
        return fail(format!("{late} of {} requests had no answer within {timeout_ms} ms", exchanges.len()));
    }
    let slow = format!(
        "the slowest of {} answers took {} of {timeout_ms} ms ({})",
        exchanges.len(),
        slowest.took_ms,
        trigger_name(slowest.trigger)
    );
    if slowest.took_ms * 2 > timeout_ms { warn(slow) } else { pass(slow) }
}

/// Better wording for an agent's draft: a suggestion, or nothing.
pub(super) fn better_words(exchange: &Exchange) -> Finding {
    let actions = match &exchange.came {
        Err(failure) => return fail(format!("{}: {}", trigger_name(exchange.trigger), told(failure))),
        Ok(actions) => actions,
    };
    let seen = format!("{} → {}", trigger_name(exchange.trigger), names(actions));
    match actions.as_slice() {
        [] | [Action::Suggestion { .. }] => pass(seen),
        _ => warn(format!("{seen}: one SUGGESTION is shown, everything else is left out")),
    }
}

/// An answer to `TRANSLATE` with the texts 1 and 2.
pub(super) fn translations(came: &Result<LogicResponseBody, LogicFailure>) -> Finding {
    let answer = match came {
        Err(failure) => return fail(format!("TRANSLATE: {}", told(failure))),
        Ok(answer) => answer,
    };
    let seen = format!("TRANSLATE → {} translations", answer.translations.len());
    let mut ids: Vec<_> = answer.translations.iter().map(|one| one.id.as_str()).collect();
    ids.sort_unstable();
    if !answer.actions.is_empty() {
        return warn(format!("{seen} and {}: actions are left out", names(&answer.actions)));
    }
    if ids.iter().any(|id| !["1", "2"].contains(id)) {
        return warn(format!("{seen}, one of them with an id that no text has: it is left out"));
    }
    match answer.translations.iter().any(|one| one.text.trim().is_empty()) || ids == ["1", "1"] || ids == ["2", "2"] {
        true => warn(format!("{seen}, one of them empty or twice: it is left out")),
        false => pass(seen),
    }
}

/// The same request twice.
pub(super) fn repeated(first: &Exchange, second: &Exchange) -> Finding {
    let (first, second) = match (&first.came, &second.came) {
        (Err(failure), _) => return fail(format!("the first time: {}", told(failure))),
        (_, Err(failure)) => return fail(format!("the second time: {}", told(failure))),
        (Ok(first), Ok(second)) => (first, second),
    };
    if first == second {
        return pass(format!("the same answer again: {}", names(first)));
    }
    let seen = format!("first {}, then {}", names(first), names(second));
    let kinds = |actions: &[Action]| actions.iter().map(name).collect::<Vec<_>>();
    if kinds(first) == kinds(second) { warn(format!("{seen}, in other words")) } else { fail(seen) }
}

/// Several conversations at once, and several events within each.
pub(super) fn burst(conversations: &[Vec<Exchange>]) -> Finding {
    let all: Vec<_> = conversations.iter().flatten().collect();
    let failures: Vec<_> = all.iter().filter_map(|exchange| exchange.came.as_ref().err()).collect();
    if let Some(first) = failures.first() {
        return fail(format!("{} of {} requests failed, the first with {}", failures.len(), all.len(), told(first)));
    }
    let slowest = all.iter().map(|exchange| exchange.took_ms).max().unwrap_or_default();
    pass(format!("{} requests of {} conversations, the slowest in {slowest} ms", all.len(), conversations.len()))
}

/// Answers promised with 202.
pub(super) fn later(exchanges: &[Exchange], mistakes: &[String]) -> Finding {
    if let Some(mistake) = mistakes.first() {
        return fail(format!("{} later answers were refused, the first with {mistake}", mistakes.len()));
    }
    let later: Vec<_> = exchanges.iter().filter(|exchange| exchange.later).collect();
    if later.is_empty()
        && let Some(silence) = silence(exchanges)
    {
        return silence;
    }
    let lost = later.iter().filter(|exchange| exchange.came.is_err()).count();
    match (later.len(), lost) {
        (0, _) => pass("everything was answered at once; nothing came with 202"),
        (all, 0) => pass(format!("{all} later answers came in time")),
        (all, lost) => fail(format!("{lost} of {all} answers promised with 202 never came or are unusable")),
    }
}

/// All invited partners.
pub(super) fn invited(exchanges: &[Exchange]) -> Finding {
    let all = || exchanges.iter().flat_map(|exchange| exchange.invitations.iter().map(move |one| (exchange, one)));
    for (exchange, invitation) in all() {
        if let Err(rejection) = &invitation.way {
            return fail(format!("{}: {rejection}", trigger_name(exchange.trigger)));
        }
    }
    match all().count() {
        0 => silence(exchanges).unwrap_or_else(|| pass("no partner was invited")),
        all => pass(format!("{all} invitations, each with a way to deliver its link")),
    }
}

/// Fields that no hub of this version reads.
pub(super) fn unknown_fields(exchanges: &[Exchange]) -> Finding {
    let with: Vec<_> = exchanges.iter().filter(|exchange| exchange.unknown.count > 0).collect();
    match with.first() {
        None => silence(exchanges).unwrap_or_else(|| pass("the hub knows every field")),
        Some(first) => warn(format!(
            "in {} of {} answers, the first to {}: {}",
            with.len(),
            exchanges.len(),
            trigger_name(first.trigger),
            first.unknown
        )),
    }
}

/// A request without proof of its sender.
pub(super) fn unproven(came: &Result<Vec<Action>, LogicFailure>) -> Finding {
    match came {
        Err(LogicFailure::Status { status: status @ (401 | 403) }) => pass(format!("refused with {status}")),
        Err(LogicFailure::Status { status: status @ 400..=499 }) => {
            warn(format!("refused with {status}; 401 or 403 would say why"))
        }
        Err(failure) => fail(told(failure)),
        Ok(actions) => fail(format!("it was accepted: {}", names(actions))),
    }
}

/// A signed request without meaning.
pub(super) fn senseless(came: &Result<Vec<Action>, LogicFailure>) -> Finding {
    match came {
        Err(LogicFailure::Status { status: status @ 400..=499 }) => pass(format!("refused with {status}")),
        Err(LogicFailure::Status { status }) => warn(format!("status {status}; 400 would say who is wrong")),
        Err(failure) => fail(told(failure)),
        Ok(actions) if actions.is_empty() => warn("answered as if nothing were wrong, without actions"),
        Ok(actions) => fail(format!("answered as if nothing were wrong: {}", names(actions))),
    }
}

/// A request from a later version of the protocol.
pub(super) fn from_the_future(came: &Result<Vec<Action>, LogicFailure>) -> Finding {
    match came {
        Ok(actions) => pass(format!("answered with {}", names(actions))),
        Err(failure) => fail(told(failure)),
    }
}

#[cfg(test)]
mod tests;
