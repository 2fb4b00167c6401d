//! The text of system entries, one calm line each.

use std::borrow::Cow;

use fluent_bundle::FluentValue;
use tandem_conversation::{
    CALL, CALL_PERMISSION, Contact, ContactKind, CustomerRef, DELETED, Dismissal, Drawn, EndReason, Engagement,
    EngagementKind, Event, EventBody, Fallback, Former, GOES_ON_ELSEWHERE, GoesOn, Grade, HelpReason, LogicFailure,
    NeedsHelp, Participant, RENUMBERED, REUSED, Reach, Rejection, ReviewEnd, SnoozeEnd, Time,
};

use tandem_protocol::agents::AgentCommand;

use super::SystemKind;
use crate::words::say;

/// Kind and text of an event that is not a turn.
pub(super) fn line(event: &Event, customer: &str, call_since: Option<Time>) -> (SystemKind, String) {
    let actor = &*name(&event.actor, customer);
    match &event.body {
        EventBody::EngagementStarted { engagement } => {
            (SystemKind::Engagement, started(engagement, event.time, customer, call_since))
        }
        EventBody::EngagementEnded { was, end, .. } => (SystemKind::Engagement, ended(was, end, actor, customer)),
        EventBody::HelpRaised { waits_since: Some(_), .. } => (SystemKind::Help, by(actor, "said-help-restored")),
        EventBody::HelpRaised { help, .. } => raised(help, customer),
        EventBody::HelpWidened { reach, .. } if event.actor == Participant::System => {
            (SystemKind::Help, widened(*reach))
        }
        EventBody::HelpWidened { reach: Reach::Supervisors | Reach::Logic, .. } => {
            (SystemKind::Help, by(actor, "said-called-more.supervisors"))
        }
        EventBody::HelpWidened { .. } => (SystemKind::Help, by(actor, "said-called-more")),
        EventBody::HelpCleared { dismissed, .. } => (SystemKind::Help, dismissal(actor, dismissed.as_ref())),
        EventBody::Completed { resolution, .. } => (SystemKind::Status, with(by(actor, "said-completed"), resolution)),
        EventBody::Reopened => (SystemKind::Status, by(actor, "said-reopened")),
        EventBody::EngageLogicChanged { engaged: true } => (SystemKind::Logic, by(actor, "said-logic-on")),
        EventBody::EngageLogicChanged { engaged: false } => (SystemKind::Logic, by(actor, "said-logic-on.off")),
        EventBody::FellBack { fallback: Fallback { failure, .. } } => (SystemKind::Failure, failed(failure)),
        EventBody::TagsChanged { added, removed } => (SystemKind::Other, tagged(actor, added, removed)),
        EventBody::CustomerRenamed { name } => {
            (SystemKind::Other, say("said-renamed", &[("name", name.as_str().into())]))
        }
        EventBody::CustomerNoted { contacts } => (SystemKind::Other, noted(actor, contacts)),
        EventBody::CustomerAttested { .. } => {
            (SystemKind::Other, say("said-number-lost", &[("name", customer.into())]))
        }
        EventBody::CustomerLinked { customer, was, .. } => (SystemKind::Other, linked(customer, was)),
        EventBody::ButtonPressed { action, title } => {
            let button = title.as_ref().unwrap_or(action).as_str();
            (SystemKind::Other, say("said-pressed", &[("by", actor.into()), ("button", button.into())]))
        }
        EventBody::HandoverGraded { grade, .. } => (SystemKind::Logic, by(actor, graded(*grade))),
        EventBody::Snoozed { until } => (SystemKind::Other, put_off(actor, *until, event.time)),
        EventBody::SnoozeEnded { end, .. } => (SystemKind::Other, woken(*end, actor)),
        EventBody::GoesOnIn { conversation: Some(_) } => (SystemKind::Status, by(actor, "said-goes-on-in")),
        EventBody::GoesOnIn { conversation: None } => (SystemKind::Status, by(actor, "said-goes-on-in.not")),
        EventBody::GoesOnFrom { conversation: Some(_), .. } => (SystemKind::Status, by(actor, "said-goes-on-from")),
        EventBody::GoesOnFrom { conversation: None, .. } => (SystemKind::Status, by(actor, "said-goes-on-from.not")),
        EventBody::ReviewAsked { .. } => (SystemKind::Other, say("said-review-asked", &[("name", customer.into())])),
        EventBody::ReviewEnded { end, .. } => review_ended(*end, customer),
        EventBody::FeedbackGiven { score, text, .. } => {
            let line = say("said-feedback", &[("name", customer.into()), ("score", (*score).into())]);
            (SystemKind::Other, with(line, text))
        }
        EventBody::MailFailed { name, reason, .. } => {
            let reason = reason.trim_end_matches('.');
            let args = [("name", name.as_str().into()), ("reason", reason.into())];
            (SystemKind::Failure, say("said-mail-failed", &args))
        }
        EventBody::Unknown(_) => (SystemKind::Other, say("newer", &[])),
        _ => (SystemKind::Other, String::new()),
    }
}

fn review_ended(end: ReviewEnd, customer: &str) -> (SystemKind, String) {
    let (kind, said) = match end {
        ReviewEnd::Declined => (SystemKind::Other, "said-review-declined"),
        ReviewEnd::OptedOut => (SystemKind::Other, "said-review-declined.never"),
        ReviewEnd::Undelivered => (SystemKind::Failure, "said-review-undelivered"),
    };
    (kind, say(said, &[("name", customer.into())]))
}

/// In place of words that their author withdrew.
pub(super) fn withdrawn_words() -> String {
    say("said-withdrawn", &[])
}

/// In place of words that were still there, and were withdrawn later.
pub(super) fn withheld_words() -> String {
    say("said-withdrawn.later", &[])
}

/// In place of a message that the channel did not hand over, or that the hub does not know.
pub(super) fn unknown_kind(kind: &str, detail: String) -> String {
    match (kind, detail.as_str()) {
        (CALL, "") => say("said-called", &[]),
        (CALL_PERMISSION, "no") => say("said-calls.refused", &[]),
        (CALL_PERMISSION, "yes") => say("said-calls", &[]),
        (CALL_PERMISSION, until) => say("said-calls.until", &[("day", until.into())]),
        (DELETED, "") => say("said-deleted", &[]),
        (REUSED, "") => say("said-reused", &[]),
        (RENUMBERED, "") => say("said-renumbered", &[]),
        (RENUMBERED, change) => say("said-renumbered.to", &[("change", change.into())]),
        _ => with(say("said-unknown-kind", &[("kind", kind.into())]), &detail),
    }
}

/// Who the customer turned out to be.
fn linked(customer: &CustomerRef, was: &Former) -> String {
    let id = customer.contacts.iter().find(|contact| contact.kind == ContactKind::CustomerId);
    let before = ("name", was.name.as_str().into());
    let line = match was.name == customer.name {
        true => say("said-signed-in", &[before]),
        false => say("said-signed-in.as", &[before, ("now", customer.name.as_str().into())]),
    };
    match id {
        Some(contact) => say("said-signed-in.known", &[("line", line.into()), ("id", contact.value.as_str().into())]),
        None => line,
    }
}

fn noted(actor: &str, contacts: &[Contact]) -> String {
    let values: Vec<_> = contacts.iter().map(|contact| contact.value.as_str()).collect();
    match values.is_empty() {
        true => by(actor, "said-noted.removed"),
        false => say("said-noted", &[("by", actor.into()), ("values", values.join(", ").into())]),
    }
}

fn dismissal(actor: &str, dismissed: Option<&Dismissal>) -> String {
    match dismissed {
        Some(Dismissal { goes_on: GoesOn::Logic, reason }) => with(by(actor, "said-dismissed.logic"), reason),
        Some(Dismissal { reason, .. }) => with(by(actor, "said-dismissed"), reason),
        None => by(actor, "said-dismissed"),
    }
}

fn graded(grade: Grade) -> &'static str {
    match grade {
        Grade::Helpful => "said-graded-helpful",
        Grade::Incomplete => "said-graded-helpful.incomplete",
        Grade::Wrong => "said-graded-helpful.wrong",
    }
}

/// How long a snooze lasts: "for 2 h", "for 3 days".
fn put_off(actor: &str, until: Option<Time>, at: Time) -> String {
    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    match until.map(|until| until.since(at)) {
        None => by(actor, "said-snoozed.customer"),
        Some(ms) if ms >= 2 * DAY_MS => {
            say("said-snoozed.days", &[("by", actor.into()), ("days", ((ms + DAY_MS / 2) / DAY_MS).into())])
        }
        Some(ms) => say("said-snoozed", &[("by", actor.into()), ("time", duration(ms).into())]),
    }
}

fn woken(end: SnoozeEnd, actor: &str) -> String {
    match end {
        SnoozeEnd::Ended => by(actor, "said-woken.by"),
        SnoozeEnd::HelpNeeded => say("said-woken.help", &[]),
        SnoozeEnd::Due | SnoozeEnd::CustomerWrote => say("said-woken", &[]),
    }
}

fn widened(reach: Reach) -> String {
    let id = match reach {
        Reach::Eligible | Reach::Everyone => "said-widened-agents",
        Reach::Supervisors => "said-widened-agents.supervisors",
        Reach::Logic => "said-widened-agents.logic",
    };
    say(id, &[])
}

/// How a conversation ended, in lower case, to follow a date.
pub(super) fn outcome(by: &Participant, resolution: &str, customer: &str) -> String {
    if resolution == GOES_ON_ELSEWHERE {
        return say("said-goes-on-in.outcome", &[]);
    }
    let line = match by {
        Participant::Logic => say("said-completed.outcome-logic", &[]),
        _ => say("said-completed.outcome", &[("by", name(by, customer).into())]),
    };
    with(line, resolution)
}

fn name<'a>(participant: &'a Participant, customer: &'a str) -> Cow<'a, str> {
    match participant {
        Participant::Customer => customer.into(),
        Participant::Agent { name, .. } | Participant::ExternalAgent { name, .. } | Participant::Device { name } => {
            name.into()
        }
        Participant::Logic => say("logic-name", &[]).into(),
        Participant::System => "Tandem".into(),
    }
}

/// A sentence about who did something.
fn by(actor: &str, id: &str) -> String {
    say(id, &[("by", actor.into())])
}

/// A sentence about somebody, and who did it.
fn of<'a>(id: &str, who: impl Into<FluentValue<'a>>, actor: &'a str) -> String {
    say(id, &[("name", who.into()), ("by", actor.into())])
}

fn with(line: String, detail: &str) -> String {
    match detail.trim() {
        "" => line,
        detail => say("detail", &[("line", line.into()), ("detail", detail.into())]),
    }
}

fn started(engagement: &Engagement, at: Time, customer: &str, call_since: Option<Time>) -> String {
    match &engagement.kind {
        EngagementKind::Invitation { invitee, by, note, transfer, .. } => {
            let id = if *transfer { "said-invited.transfer" } else { "said-invited" };
            let line = of(id, name(invitee, customer), &name(by, customer));
            with(line, note.as_deref().unwrap_or_default())
        }
        EngagementKind::Agent { participant } => {
            let who = ("name", name(participant, customer).into());
            match call_since {
                Some(since) => say("said-joined.after", &[who, ("time", duration(at.since(since)).into())]),
                None => say("said-joined", &[who]),
            }
        }
        EngagementKind::ExternalAgent { participant, .. } => {
            say("said-joined.outside", &[("name", name(participant, customer).into())])
        }
        EngagementKind::Logic | EngagementKind::SelfService | EngagementKind::Queue => String::new(),
    }
}

fn ended(was: &Engagement, end: &EndReason, actor: &str, customer: &str) -> String {
    let who = was.person().or_else(|| was.invitee()).map(|participant| name(participant, customer));
    let who = who.as_deref().unwrap_or_default();
    let of = |id: &str| of(id, who, actor);
    match end {
        EndReason::Left { why } => with(of("said-left"), why),
        EndReason::Delegated => of("said-handed-over"),
        EndReason::Removed => of("said-removed"),
        EndReason::TakenOver => of("said-took-over"),
        EndReason::Transferred => of("said-took-over.transfer"),
        EndReason::Expired => of("said-link-expired"),
        EndReason::Revoked => of("said-link-expired.revoked"),
        EndReason::Declined => of("said-invitation-declined"),
        EndReason::Missed if matches!(was.invitee(), Some(Participant::ExternalAgent { .. })) => {
            of("said-link-expired.unused")
        }
        EndReason::Missed => of("said-invitation-declined.missed"),
        EndReason::Withdrawn => of("said-invitation-declined.withdrawn"),
        EndReason::Accepted => of("said-invitation-declined.accepted"),
        EndReason::Completed | EndReason::SwitchedOff | EndReason::Over => of("said-left.over"),
    }
}

fn raised(help: &NeedsHelp, customer: &str) -> (SystemKind, String) {
    let line = match &help.reason {
        HelpReason::LogicAsked { detail } => with(say("said-help-logic", &[]), detail),
        HelpReason::AgentAsked { detail } => with(by(&name(&help.by, customer), "said-help-agent"), detail),
        HelpReason::CustomerAsked { detail } => with(say("said-help-customer", &[("name", customer.into())]), detail),
        HelpReason::LogicFailed { failure } => return (SystemKind::Failure, failed(failure)),
        other => say("said-help-needed", &[("reason", reason(other).into())]),
    };
    (SystemKind::Help, line)
}

fn failed(failure: &LogicFailure) -> String {
    match failure {
        LogicFailure::NotConfigured => say("said-failed-not-connected", &[]),
        LogicFailure::Unreachable { .. } => say("said-failed-unreachable", &[]),
        LogicFailure::TimedOut { after_ms } => say("said-failed-late", &[("time", duration(*after_ms).into())]),
        LogicFailure::Status { status } => say("said-failed-status", &[("status", (*status).into())]),
        LogicFailure::Malformed { detail } => say("said-failed-malformed", &[("detail", detail.as_str().into())]),
        LogicFailure::Refused { action, detail } => {
            say("said-failed-refused", &[("action", (action + 1).into()), ("detail", detail.as_str().into())])
        }
    }
}

/// Why help is needed, in one line.
pub(crate) fn reason(reason: &HelpReason) -> String {
    match reason {
        HelpReason::LogicAsked { detail } | HelpReason::AgentAsked { detail } if !detail.is_empty() => detail.clone(),
        HelpReason::LogicAsked { .. } => say("help-logic", &[]),
        HelpReason::CustomerAsked { detail } if !detail.is_empty() => {
            say("help-customer.detail", &[("detail", detail.as_str().into())])
        }
        HelpReason::CustomerAsked { .. } => say("help-customer", &[]),
        HelpReason::AgentAsked { .. } => say("help-agent", &[]),
        HelpReason::LogicFailed { failure } => why_failed(failure),
        HelpReason::LogicSilent => say("help-logic-silent", &[]),
        HelpReason::LastPersonLeft => say("help-last-left", &[]),
        HelpReason::InvitationOver => say("help-invitation-over", &[]),
        HelpReason::LinkOver => say("help-link-over", &[]),
        HelpReason::NobodyEngaged => say("help-nobody", &[]),
    }
}

/// Why Your Logic does not answer, in one line.
pub(crate) fn why_failed(failure: &LogicFailure) -> String {
    match failure {
        LogicFailure::NotConfigured => say("failure-not-connected", &[]),
        LogicFailure::Unreachable { .. } => say("failure-unreachable", &[]),
        LogicFailure::TimedOut { after_ms } => say("failure-late", &[("seconds", ((after_ms + 999) / 1000).into())]),
        LogicFailure::Status { status: status @ 300..400 } => say("failure-redirect", &[("status", (*status).into())]),
        LogicFailure::Status { status } => say("failure-status", &[("status", (*status).into())]),
        LogicFailure::Malformed { detail } => say("failure-malformed", &[("detail", detail.as_str().into())]),
        LogicFailure::Refused { action, detail } => {
            let detail = Rejection::of_action(*action, detail).to_string();
            say("failure-refused", &[("detail", detail.into())])
        }
    }
}

fn tagged(actor: &str, added: &[String], removed: &[String]) -> String {
    match (added, removed) {
        (added, []) => say("said-tagged", &[("by", actor.into()), ("tags", added.join(", ").into())]),
        ([], removed) => say("said-tagged.removed", &[("by", actor.into()), ("tags", removed.join(", ").into())]),
        (added, removed) => {
            let (tags, removed) = (added.join(", "), removed.join(", "));
            say("said-tagged.changed", &[("by", actor.into()), ("tags", tags.into()), ("removed", removed.into())])
        }
    }
}

/// A duration in its two largest units.
fn duration(ms: i64) -> String {
    let seconds = (ms.max(0) + 500) / 1000;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => say("duration-seconds", &[("seconds", s.into())]),
        (0, m, s) if s > 0 && m < 10 => {
            say("duration-minutes-seconds", &[("minutes", m.into()), ("seconds", s.into())])
        }
        (0, m, _) => say("duration-minutes", &[("minutes", m.into())]),
        (h, 0, _) => say("duration-hours", &[("hours", h.into())]),
        (h, m, _) => say("duration-hours-minutes", &[("hours", h.into()), ("minutes", m.into())]),
    }
}

/// Describes a queued command, as a prefix to the user's text.
pub(super) fn intent(command: &AgentCommand) -> String {
    let id = match command {
        AgentCommand::Reply { library: Some(Drawn { question_id: Some(_), .. }), .. } => "does-question",
        AgentCommand::Reply { .. } => "does-reply",
        AgentCommand::React { .. } => "does-react",
        AgentCommand::Note { .. } => "does-note",
        AgentCommand::Join { .. } => "does-join",
        AgentCommand::Leave { ask_for_help: true, .. } => "does-leave.help",
        AgentCommand::Leave { .. } => "does-leave",
        AgentCommand::Complete { .. } => "does-complete",
        AgentCommand::Reopen {} => "does-reopen",
        AgentCommand::AskForHelp { .. } => "does-ask-for-help",
        AgentCommand::HelpNotNeeded { .. } => "does-help-not-needed",
        AgentCommand::RestoreHelp { .. } => "does-restore-help",
        AgentCommand::CallMore { .. } => "does-call-more",
        AgentCommand::Invite { .. } => "does-invite",
        AgentCommand::Transfer { .. } => "does-transfer",
        AgentCommand::InviteExternal { .. } => "does-invite-partner",
        AgentCommand::Accept { .. } => "does-accept",
        AgentCommand::Decline { .. } => "does-decline",
        AgentCommand::Withdraw { .. } => "does-withdraw",
        AgentCommand::Remove { .. } => "does-remove",
        AgentCommand::TakeOver {} => "does-take-over",
        AgentCommand::Delegate { .. } => "does-delegate",
        AgentCommand::EngageLogic { engaged: true } => "does-logic-on",
        AgentCommand::EngageLogic { engaged: false } => "does-logic-on.off",
        AgentCommand::Tag { .. } => "does-tag",
        AgentCommand::PressButton { .. } => "does-press",
        AgentCommand::GradeHandover { .. } => "does-grade",
        AgentCommand::Snooze { .. } => "does-snooze",
        AgentCommand::EndSnooze {} => "does-snooze.end",
        AgentCommand::EditCustomer { .. } => "does-edit-customer",
        AgentCommand::RevokeLink { .. } => "does-revoke-link",
        AgentCommand::Receive { .. } => "does-receive",
    };
    say(id, &[])
}
