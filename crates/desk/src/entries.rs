//! Turns events into transcript entries: pure, so that a page can be made again at any time.

mod stages;
mod wording;

use tandem_conversation::{
    ContactKind, Content, EndReason, EngagementKind, Event, EventBody, HelpReason, Participant, Position, Reach,
    SnoozeEnd, Time, Turn, TurnId,
};

pub(crate) use stages::Stages;
use tandem_protocol::agents::AgentCommand;
pub(crate) use wording::{reason, why_failed};

use crate::view::{EntryBody, SystemKind};

/// How an event appears in the transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Role {
    /// Bookkeeping that no reader misses.
    Hidden = 0,
    Entry = 1,
    /// It advances a turn's life cycle.
    Receipt = 2,
    /// An entry that is also offered in the composer.
    Suggestion = 3,
    /// An entry from which the time until the next join is measured.
    Call = 4,
    /// No entry, but it ends the call.
    Answered = 5,
}

/// The role of `event`, from the event alone.
pub(crate) fn role(event: &Event) -> Role {
    match &event.body {
        EventBody::TurnAdded { turn, .. } => match turn.content {
            Content::Suggestion { .. } => Role::Suggestion,
            _ => Role::Entry,
        },
        EventBody::TurnProgressed { .. } | EventBody::Received { .. } => Role::Receipt,
        EventBody::HelpRaised { .. } => Role::Call,
        EventBody::EngagementStarted { engagement } => match engagement.kind {
            EngagementKind::Logic | EngagementKind::SelfService | EngagementKind::Queue => Role::Hidden,
            _ => Role::Entry,
        },
        EventBody::EngagementEnded { was, end, .. } => match (&was.kind, end) {
            (EngagementKind::Logic | EngagementKind::SelfService | EngagementKind::Queue, _) => Role::Hidden,
            (_, EndReason::Completed | EndReason::Accepted | EndReason::Over | EndReason::SwitchedOff) => Role::Hidden,
            _ => Role::Entry,
        },
        // The first steps are of no interest to readers.
        EventBody::HelpWidened { reach: Reach::Eligible | Reach::Everyone, .. }
            if event.actor == Participant::System =>
        {
            Role::Hidden
        }
        EventBody::HelpWidened { .. } => Role::Entry,
        // The channel has told of the new number.
        EventBody::CustomerAttested { contacts }
            if contacts.iter().any(|contact| contact.kind == ContactKind::Phone) =>
        {
            Role::Hidden
        }
        EventBody::CustomerAttested { .. } => Role::Entry,
        // The join already says so.
        EventBody::HelpCleared { claimed_by: Some(_), .. } => Role::Answered,
        EventBody::HelpCleared { claimed_by: None, .. }
        | EventBody::Completed { .. }
        | EventBody::Reopened
        | EventBody::EngageLogicChanged { .. }
        | EventBody::FellBack { .. }
        | EventBody::TagsChanged { .. }
        | EventBody::CustomerRenamed { .. }
        | EventBody::CustomerNoted { .. }
        | EventBody::CustomerLinked { .. }
        | EventBody::ButtonPressed { .. }
        | EventBody::HandoverGraded { .. }
        | EventBody::Snoozed { .. }
        | EventBody::FeedbackGiven { .. }
        | EventBody::GoesOnIn { .. }
        | EventBody::GoesOnFrom { .. }
        | EventBody::ReviewAsked { .. }
        | EventBody::ReviewEnded { .. }
        | EventBody::MailFailed { .. }
        | EventBody::Unknown(_) => Role::Entry,
        // The turn that they are about says it.
        EventBody::Reacted { .. }
        | EventBody::Heard { .. }
        | EventBody::TurnEdited { .. }
        | EventBody::TurnWithdrawn { .. } => Role::Hidden,
        // The customer's words say it.
        EventBody::SnoozeEnded { end: SnoozeEnd::CustomerWrote, .. } => Role::Hidden,
        EventBody::SnoozeEnded { .. } => Role::Entry,
        EventBody::Started { .. }
        | EventBody::LogicAsked { .. }
        | EventBody::LogicAnswered { .. }
        | EventBody::LogicFailed { .. }
        | EventBody::FallbackCleared
        | EventBody::CustomChanged { .. }
        | EventBody::CustomerChanged { .. }
        | EventBody::LanguageChanged { .. }
        | EventBody::LinkUsed { .. }
        | EventBody::MentionSeen
        | EventBody::ReviewNotAsked { .. }
        | EventBody::ReminderSeen => Role::Hidden,
    }
}

/// A transcript entry without its stages.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub position: Position,
    pub time: Time,
    pub by: Participant,
    pub turn: Option<TurnId>,
    /// The turn that it quotes.
    pub reply_to: Option<TurnId>,
    /// Stands for a file that may still come.
    pub owed: bool,
    /// Contains a participant's own words, not the system's.
    pub said: bool,
    pub body: EntryBody,
}

/// The entries of consecutive shown events, oldest first. `call_since` is the start of the last call for help before
/// them, if any.
pub(crate) fn entries(events: &[Event], customer: &str, call_since: Option<Time>) -> Vec<Entry> {
    let mut call_since = call_since;
    let mut made = Vec::with_capacity(events.len());
    for (i, event) in events.iter().enumerate() {
        if let EventBody::HelpRaised { help, waits_since } = &event.body {
            call_since = Some(waits_since.unwrap_or(help.since));
        }
        // Older desks have stored some as entries that are none any more.
        if role(event) != Role::Hidden && !is_said_better(event, siblings(events, i)) {
            made.push(Entry {
                position: event.position,
                time: event.time,
                by: event.actor.clone(),
                turn: turn_of(event).map(|turn| turn.id),
                reply_to: turn_of(event).and_then(|turn| turn.reply_to),
                owed: turn_of(event).is_some_and(|turn| turn.content.is_owed_file()),
                said: turn_of(event).is_some_and(|turn| is_said(&turn.content)),
                body: body(event, customer, call_since),
            });
        }
        let joined =
            matches!(&event.body, EventBody::EngagementStarted { engagement } if engagement.person().is_some());
        if joined || matches!(event.body, EventBody::HelpCleared { .. }) {
            call_since = None;
        }
    }
    made
}

/// The other events of the same decision, which are adjacent.
fn siblings(events: &[Event], i: usize) -> impl Iterator<Item = &Event> {
    let cause = events[i].cause;
    let before = events[..i].iter().rev().take_while(move |event| event.cause == cause);
    before.chain(events[i + 1..].iter().take_while(move |event| event.cause == cause))
}

/// Whether another event of the same decision says the same better.
fn is_said_better<'a>(event: &Event, mut siblings: impl Iterator<Item = &'a Event>) -> bool {
    let delegated = |other: &Event| matches!(&other.body, EventBody::EngagementEnded { end: EndReason::Delegated, .. });
    let dismissed = |other: &Event| matches!(&other.body, EventBody::HelpCleared { dismissed: Some(_), .. });
    let completed = |other: &Event| matches!(other.body, EventBody::Completed { .. });
    match &event.body {
        EventBody::HelpCleared { .. } => siblings.any(|other| completed(other) || delegated(other)),
        EventBody::Completed { .. } => {
            siblings.any(|other| matches!(&other.body, EventBody::GoesOnIn { conversation: Some(_) }))
        }
        EventBody::EngageLogicChanged { .. } => siblings.any(|other| delegated(other) || dismissed(other)),
        EventBody::EngagementEnded { end: EndReason::Withdrawn, .. } => siblings.any(completed),
        EventBody::FellBack { .. } => siblings.any(|other| {
            matches!(&other.body, EventBody::HelpRaised { help, .. } if matches!(help.reason, HelpReason::LogicFailed { .. }))
        }),
        _ => false,
    }
}

fn turn_of(event: &Event) -> Option<&Turn> {
    match &event.body {
        EventBody::TurnAdded { turn, .. } => Some(turn),
        _ => None,
    }
}

fn body(event: &Event, customer: &str, call_since: Option<Time>) -> EntryBody {
    let EventBody::TurnAdded { turn, .. } = &event.body else {
        let (what, text) = wording::line(event, customer, call_since);
        return EntryBody::System { what, text };
    };
    content_body(turn.id, &turn.content, turn.silent)
}

/// Whether the entry shows the author's own words, and not ours in place of them.
pub(crate) fn is_said(content: &Content) -> bool {
    let own = matches!(
        content,
        Content::Text { .. } | Content::Question { .. } | Content::Answer { .. } | Content::Attachment { .. }
    );
    own && !content.is_withdrawn()
}

/// A turn's content as an entry.
pub(crate) fn content_body(turn: TurnId, content: &Content, silent: bool) -> EntryBody {
    let owed = content.is_owed_file();
    match content.clone() {
        content if content.is_withdrawn() => EntryBody::Text { turn, text: wording::withdrawn_words(), silent: true },
        Content::Template { text, .. }
        | Content::Location { text, .. }
        | Content::Card { text, .. }
        | Content::Order { text, .. }
        | Content::Form { text, .. } => EntryBody::Text { turn, text, silent },
        // The hub says what happened, and what the customer wrote with the file.
        Content::Unknown { detail, .. } if owed && !detail.is_empty() => EntryBody::Text { turn, text: detail, silent },
        Content::Unknown { kind, detail, .. } => {
            EntryBody::Text { turn, text: wording::unknown_kind(&kind, detail), silent }
        }
        Content::Text { text } => EntryBody::Text { turn, text, silent },
        Content::Question { text, choices } => EntryBody::Question { turn, text, choices, chosen: None },
        Content::Answer { text, .. } => EntryBody::Answer { turn, text },
        Content::Attachment { media, text } => EntryBody::Attachment { turn, media, text },
        Content::Note { text, mentions, .. } => EntryBody::Note { turn, text, mentions },
        Content::Suggestion { text, why } => EntryBody::Suggestion { turn, text, why },
    }
}

/// In place of words that were withdrawn later.
pub(crate) fn withheld_body(body: EntryBody) -> EntryBody {
    match body {
        EntryBody::Text { turn, .. } => EntryBody::Text { turn, text: wording::withheld_words(), silent: true },
        other => other,
    }
}

/// Describes a queued command.
pub(crate) fn intent(command: &AgentCommand) -> String {
    wording::intent(command)
}

/// How a conversation ended, for the seam above it in the journey.
pub(crate) fn outcome(by: &Participant, resolution: &str, customer: &str) -> String {
    wording::outcome(by, resolution, customer)
}

#[cfg(test)]
mod tests;
