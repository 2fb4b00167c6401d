//! The text of system entries, one calm line each.

use tandem_conversation::{
    Contact, ContactKind, CustomerRef, Dismissal, Drawn, EndReason, Engagement, EngagementKind, Event, EventBody,
    Fallback, Former, GoesOn, Grade, HelpReason, LogicFailure, NeedsHelp, Participant, Reach, SnoozeEnd, Time,
};

use tandem_protocol::agents::AgentCommand;

use super::SystemKind;

/// For events of a newer version.
const UNKNOWN: &str = "Update Tandem to see this";

/// Kind and text of an event that is not a turn.
pub(super) fn line(event: &Event, customer: &str, call_since: Option<Time>) -> (SystemKind, String) {
    let actor = name(&event.actor, customer);
    match &event.body {
        EventBody::EngagementStarted { engagement } => {
            (SystemKind::Engagement, started(engagement, event.time, customer, call_since))
        }
        EventBody::EngagementEnded { was, end, .. } => (SystemKind::Engagement, ended(was, end, actor, customer)),
        EventBody::HelpRaised { waits_since: Some(_), .. } => {
            (SystemKind::Help, format!("{actor} took that back: help is needed"))
        }
        EventBody::HelpRaised { help, .. } => raised(help, customer),
        EventBody::HelpWidened { reach, .. } => (SystemKind::Help, widened(*reach).to_owned()),
        EventBody::HelpCleared { dismissed, .. } => (SystemKind::Help, dismissal(actor, dismissed.as_ref())),
        EventBody::Completed { resolution } => (SystemKind::Status, with(format!("{actor} completed"), resolution)),
        EventBody::Reopened => (SystemKind::Status, format!("{actor} reopened the conversation")),
        EventBody::EngageLogicChanged { engaged: true } => {
            (SystemKind::Logic, format!("{actor} switched Your Logic on"))
        }
        EventBody::EngageLogicChanged { engaged: false } => {
            (SystemKind::Logic, format!("{actor} switched Your Logic off"))
        }
        EventBody::FellBack { fallback: Fallback { failure, .. } } => (SystemKind::Failure, failed(failure)),
        EventBody::TagsChanged { added, removed } => (SystemKind::Other, tagged(actor, added, removed)),
        EventBody::CustomerRenamed { name } => (SystemKind::Other, format!("The customer is now called {name}")),
        EventBody::CustomerNoted { contacts } => (SystemKind::Other, noted(actor, contacts)),
        EventBody::CustomerLinked { customer, was, .. } => (SystemKind::Other, linked(customer, was)),
        EventBody::ButtonPressed { action, title } => {
            (SystemKind::Other, format!("{actor} pressed {}", title.as_ref().unwrap_or(action)))
        }
        EventBody::HandoverGraded { grade, .. } => (SystemKind::Logic, format!("{actor} {}", graded(*grade))),
        EventBody::Snoozed { until } => {
            (SystemKind::Other, format!("{actor} snoozed it {}", put_off(*until, event.time)))
        }
        EventBody::SnoozeEnded { end, .. } => (SystemKind::Other, woken(*end, actor)),
        EventBody::FeedbackGiven { score, text } => {
            (SystemKind::Other, with(format!("{customer} gave {score} of 5"), text))
        }
        EventBody::MailFailed { name, reason, .. } => {
            let reason = reason.trim_end_matches('.');
            let line =
                format!("The mail to {name} could not be sent: {reason}. Invite again and copy the link instead");
            (SystemKind::Failure, line)
        }
        EventBody::Unknown(_) => (SystemKind::Other, UNKNOWN.to_owned()),
        _ => (SystemKind::Other, String::new()),
    }
}

/// Who the customer turned out to be.
fn linked(customer: &CustomerRef, was: &Former) -> String {
    let id = customer.contacts.iter().find(|contact| contact.kind == ContactKind::CustomerId);
    let known = id.map(|contact| format!(": customer {}", contact.value)).unwrap_or_default();
    let turned_out = if was.name == customer.name { String::new() } else { format!(" and is {}", customer.name) };
    format!("{} signed in on the website{turned_out}{known}", was.name)
}

fn noted(actor: &str, contacts: &[Contact]) -> String {
    let values: Vec<_> = contacts.iter().map(|contact| contact.value.as_str()).collect();
    match values.is_empty() {
        true => format!("{actor} removed what was noted about the customer"),
        false => format!("{actor} noted {}", values.join(", ")),
    }
}

fn dismissal(actor: &str, dismissed: Option<&Dismissal>) -> String {
    let line = format!("{actor} dismissed the call for help");
    match dismissed {
        Some(Dismissal { goes_on: GoesOn::Logic, reason }) => with(format!("{line}, Your Logic answers"), reason),
        Some(Dismissal { reason, .. }) => with(line, reason),
        None => line,
    }
}

fn graded(grade: Grade) -> &'static str {
    match grade {
        Grade::Helpful => "found the handover helpful",
        Grade::Incomplete => "missed something in the handover",
        Grade::Wrong => "found something wrong in the handover",
    }
}

/// How long a snooze lasts: "for 2 h", "for 3 days".
fn put_off(until: Option<Time>, at: Time) -> String {
    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    match until.map(|until| until.since(at)) {
        None => "until the customer writes".to_owned(),
        Some(ms) if ms >= 2 * DAY_MS => format!("for {} days", (ms + DAY_MS / 2) / DAY_MS),
        Some(ms) => format!("for {}", duration(ms)),
    }
}

fn woken(end: SnoozeEnd, actor: &str) -> String {
    match end {
        SnoozeEnd::Ended => format!("{actor} ended the snooze"),
        SnoozeEnd::HelpNeeded => "The snooze ended: help is needed".to_owned(),
        SnoozeEnd::Due | SnoozeEnd::CustomerWrote => "The snooze is over".to_owned(),
    }
}

fn widened(reach: Reach) -> &'static str {
    match reach {
        Reach::Eligible | Reach::Everyone => "No one came: all agents are called",
        Reach::Supervisors => "No one came: supervisors are called, too",
        Reach::Logic => "No one came: Your Logic is told",
    }
}

/// How a conversation ended, in lower case, to follow a date.
pub(super) fn outcome(by: &Participant, resolution: &str, customer: &str) -> String {
    with(format!("completed by {}", name(by, customer)), resolution)
}

fn name<'a>(participant: &'a Participant, customer: &'a str) -> &'a str {
    match participant {
        Participant::Customer => customer,
        Participant::Agent { name, .. } | Participant::ExternalAgent { name, .. } => name,
        Participant::Logic => "Your Logic",
        Participant::System => "Tandem",
    }
}

fn with(line: String, detail: &str) -> String {
    let detail = detail.trim();
    if detail.is_empty() { line } else { format!("{line}: {detail}") }
}

fn started(engagement: &Engagement, at: Time, customer: &str, call_since: Option<Time>) -> String {
    match &engagement.kind {
        EngagementKind::Invitation { invitee, by, note, .. } => {
            let line = format!("{} invited {}", name(by, customer), name(invitee, customer));
            with(line, note.as_deref().unwrap_or_default())
        }
        EngagementKind::Agent { participant } => {
            let line = format!("{} joined", name(participant, customer));
            match call_since {
                Some(since) => format!("{line} after {}", duration(at.since(since))),
                None => line,
            }
        }
        EngagementKind::ExternalAgent { participant, .. } => {
            format!("{} joined from outside", name(participant, customer))
        }
        EngagementKind::Logic | EngagementKind::SelfService | EngagementKind::Queue => String::new(),
    }
}

fn ended(was: &Engagement, end: &EndReason, actor: &str, customer: &str) -> String {
    let who = was.person().or_else(|| was.invitee()).map_or("", |participant| name(participant, customer));
    match end {
        EndReason::Left { why } => with(format!("{who} left"), why),
        EndReason::Delegated => format!("{who} handed over to Your Logic"),
        EndReason::Removed => format!("{actor} removed {who}"),
        EndReason::TakenOver => format!("{actor} took over from {who}"),
        EndReason::Expired => format!("The link of {who} expired"),
        EndReason::Revoked => format!("{actor} revoked the link of {who}"),
        EndReason::Declined => format!("{who} declined the invitation"),
        EndReason::Missed if matches!(was.invitee(), Some(Participant::ExternalAgent { .. })) => {
            format!("The link of {who} was not used in time")
        }
        EndReason::Missed => format!("{who} did not answer the invitation"),
        EndReason::Withdrawn => format!("{actor} withdrew the invitation of {who}"),
        EndReason::Accepted => format!("{who} accepted the invitation"),
        EndReason::Completed | EndReason::SwitchedOff | EndReason::Over => format!("{who} is not engaged any more"),
    }
}

fn raised(help: &NeedsHelp, customer: &str) -> (SystemKind, String) {
    let by = name(&help.by, customer);
    let line = match &help.reason {
        HelpReason::LogicAsked { detail } => with("Your Logic asked for help".into(), detail),
        HelpReason::AgentAsked { detail } => with(format!("{by} asked for help"), detail),
        HelpReason::CustomerAsked { detail } => with(format!("{customer} asked for a person"), detail),
        HelpReason::LogicFailed { failure } => return (SystemKind::Failure, failed(failure)),
        other => format!("Help is needed: {}", other.line()),
    };
    (SystemKind::Help, line)
}

fn failed(failure: &LogicFailure) -> String {
    let why = match failure {
        LogicFailure::NotConfigured => "it is not connected".into(),
        LogicFailure::Unreachable { .. } => "it cannot be reached".into(),
        LogicFailure::TimedOut { after_ms } => format!("no answer within {}", duration(*after_ms)),
        LogicFailure::Status { status } => format!("it reported an error ({status})"),
        LogicFailure::Malformed { detail } => format!("its answer was not understood ({detail})"),
        LogicFailure::Refused { action, detail } => format!("its action {} was refused ({detail})", action + 1),
    };
    format!("Your Logic could not answer: {why}")
}

fn tagged(actor: &str, added: &[String], removed: &[String]) -> String {
    match (added, removed) {
        (added, []) => format!("{actor} tagged: {}", added.join(", ")),
        ([], removed) => format!("{actor} removed the tag: {}", removed.join(", ")),
        (added, removed) => format!("{actor} tagged: {}, without {}", added.join(", "), removed.join(", ")),
    }
}

/// A duration in its two largest units.
fn duration(ms: i64) -> String {
    let seconds = (ms.max(0) + 500) / 1000;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, 0) => format!("{m} min"),
        (0, m, s) if m < 10 => format!("{m} min {s} s"),
        (0, m, _) => format!("{m} min"),
        (h, 0, _) => format!("{h} h"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}

/// Describes a queued command, as a prefix to the user's text.
pub(super) fn intent(command: &AgentCommand) -> &'static str {
    match command {
        AgentCommand::Reply { library: Some(Drawn { question_id: Some(_), .. }), .. } => "Question",
        AgentCommand::Reply { .. } => "Reply",
        AgentCommand::Note { .. } => "Note",
        AgentCommand::Join { .. } => "Join",
        AgentCommand::Leave { ask_for_help: true, .. } => "Leave and ask for help",
        AgentCommand::Leave { .. } => "Leave",
        AgentCommand::Complete { .. } => "Complete",
        AgentCommand::Reopen {} => "Reopen",
        AgentCommand::AskForHelp { .. } => "Ask for help",
        AgentCommand::HelpNotNeeded { .. } => "Help not needed",
        AgentCommand::RestoreHelp { .. } => "Help is needed after all",
        AgentCommand::Invite { .. } => "Invite a colleague",
        AgentCommand::InviteExternal { .. } => "Invite a partner",
        AgentCommand::Accept { .. } => "Accept the invitation",
        AgentCommand::Decline { .. } => "Decline the invitation",
        AgentCommand::Withdraw { .. } => "Withdraw the invitation",
        AgentCommand::Remove { .. } => "Remove a participant",
        AgentCommand::TakeOver {} => "Take over",
        AgentCommand::Delegate { .. } => "Hand to Your Logic",
        AgentCommand::EngageLogic { engaged: true } => "Switch Your Logic on",
        AgentCommand::EngageLogic { engaged: false } => "Switch Your Logic off",
        AgentCommand::Tag { .. } => "Change tags",
        AgentCommand::PressButton { .. } => "Press a button",
        AgentCommand::GradeHandover { .. } => "Grade the handover",
        AgentCommand::Snooze { .. } => "Snooze",
        AgentCommand::EndSnooze {} => "End snooze",
        AgentCommand::EditCustomer { .. } => "Edit the customer",
        AgentCommand::RevokeLink { .. } => "Revoke a link",
        AgentCommand::Receive { .. } => "Confirm what was read",
    }
}
