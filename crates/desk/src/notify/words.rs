//! The text of notifications: short, plain, and unable to pose as something else.

use tandem_conversation::{
    Awaited, Conversation, EngagementKind, NoticeKind, Participant, Time, UserId, Wait, turns_text,
};

use super::{Action, Notification, ShownId, Sound, Tag, Urgency};

const TITLE_CHARS: usize = 80;
const BODY_CHARS: usize = 200;

/// How a notification is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// With the customer's words.
    pub preview: bool,
    pub sound: bool,
    /// The user may answer in it.
    pub reply: bool,
}

/// The notification for one notice.
pub(super) fn notification(
    state: &Conversation,
    kind: NoticeKind,
    me: UserId,
    manner: Manner,
    replaces: Option<ShownId>,
    now: Time,
) -> Notification {
    let name = &state.customer.name;
    let words = state.last_words.as_ref().filter(|words| words.by == Participant::Customer);
    let words = words.filter(|_| manner.preview).map_or("", |words| words.text.as_str());
    let (title, body, actions, urgency) = match kind {
        NoticeKind::HelpNeeded { .. } => {
            let reason = state.help.as_ref().map(|help| help.reason.line()).unwrap_or_default();
            let actions = vec![Action::Join, Action::Open, Action::Snooze];
            (format!("{name} needs help"), lines(&reason, words), actions, Urgency::Urgent)
        }
        NoticeKind::Invited { engagement } => {
            let asked = state.engagements.iter().find(|e| e.id == engagement).map(|e| &e.kind);
            let (by, note) = match asked {
                Some(EngagementKind::Invitation { by: Participant::Agent { name, .. }, note, .. }) => {
                    (name.as_str(), note)
                }
                Some(EngagementKind::Invitation { note, .. }) => ("Your Logic", note),
                _ => ("A colleague", &None),
            };
            let body = lines(note.as_deref().unwrap_or_default(), words);
            (format!("{by} invites you to {name}"), body, vec![Action::Join, Action::Open], Urgency::Urgent)
        }
        NoticeKind::DeliveryFailed { .. } => {
            let body = "Open the conversation to see why and to try again.".to_owned();
            (format!("Not delivered to {name}"), body, vec![Action::Open], Urgency::Normal)
        }
        NoticeKind::WaitingTooLong { .. } => {
            let title = match state.wait() {
                Some(Wait { since, awaited: Awaited::Joined }) => {
                    format!("{name}: joined, no reply {}", minutes(now.since(since)))
                }
                _ => format!("{name} is still waiting"),
            };
            (title, words.to_owned(), answering(manner), Urgency::Normal)
        }
        NoticeKind::CustomerWrote { .. } => (name.clone(), words.to_owned(), answering(manner), Urgency::Normal),
        NoticeKind::Reminded { .. } => {
            (format!("Reminder: {name}"), reminder(state, words), answering(manner), Urgency::Normal)
        }
        NoticeKind::Mentioned { .. } => {
            let mention = state.mentions.iter().find(|mention| mention.user == me);
            let by = mention.and_then(|mention| mention.by.colleague()).map_or("A colleague", |(_, name)| name);
            let note = mention.filter(|_| manner.preview).map_or("", |mention| mention.words.as_str());
            let title = format!("{by} mentions you: {name}");
            (title, note.to_owned(), vec![Action::Open, Action::Snooze], Urgency::Normal)
        }
    };
    Notification {
        tag: Tag::Conversation(state.id),
        title: plain_line(&title, TITLE_CHARS),
        body: plain_text(&body),
        actions,
        urgency,
        sound: manner.sound.then_some(Sound::System),
        replaces,
    }
}

/// One notification for many.
pub(super) fn group(count: usize, all_help: bool, sound: bool, replaces: Option<ShownId>) -> Notification {
    let need = if all_help { "need help" } else { "need you" };
    Notification {
        tag: Tag::Group,
        title: format!("{count} conversations {need}"),
        body: "Open the one that waits longest.".into(),
        actions: vec![Action::Open],
        urgency: Urgency::Urgent,
        sound: sound.then_some(Sound::System),
        replaces,
    }
}

/// One notification for the whole queue.
pub(super) fn queue(calls: u32, sound: bool) -> Notification {
    Notification {
        tag: Tag::Queue,
        title: format!("{calls} conversations wait for help"),
        body: "No one has taken them yet.".into(),
        actions: vec![Action::Open],
        urgency: Urgency::Urgent,
        sound: sound.then_some(Sound::System),
        replaces: None,
    }
}

/// A waiting time as lists show it: `9:12`, `1 h 5 min`.
fn minutes(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    match seconds / 3600 {
        0 => format!("{}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours} h {} min", seconds / 60 % 60),
    }
}

/// Why a conversation is back, and its last words if they are the customer's.
fn reminder(state: &Conversation, words: &str) -> String {
    match &state.help {
        Some(help) => lines(&format!("Help is needed: {}", help.reason.line()), words),
        None => lines("Your snooze is over.", words),
    }
}

fn answering(manner: Manner) -> Vec<Action> {
    match manner.reply {
        true => vec![Action::Reply, Action::Open, Action::Snooze],
        false => vec![Action::Open, Action::Snooze],
    }
}

/// The test notification.
pub(super) fn test() -> Notification {
    Notification {
        tag: Tag::Test,
        title: "Notifications work".into(),
        body: "This is how Tandem calls you when someone needs help.".into(),
        actions: vec![Action::Open],
        urgency: Urgency::Normal,
        sound: Some(Sound::System),
        replaces: None,
    }
}

fn lines(first: &str, second: &str) -> String {
    match (first.trim(), second.trim()) {
        ("", only) | (only, "") => only.to_owned(),
        (first, second) => format!("{first}\n{second}"),
    }
}

fn plain_text(text: &str) -> String {
    let lines: Vec<_> = text.lines().take(3).map(|line| plain_line(line, BODY_CHARS)).collect();
    lines.join("\n")
}

/// One line of at most `chars` characters, without control characters and direction marks.
#[must_use]
pub fn plain_line(text: &str, chars: usize) -> String {
    let plain: String =
        text.chars().filter(|c| !turns_text(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut line = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(chars) {
        line.truncate(end);
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_reads_as_in_lists() {
        let read = [0, 9_999, 552_000, 3_599_999, 3_900_000, -5].map(minutes);
        assert_eq!(read, ["0:00", "0:09", "9:12", "59:59", "1 h 5 min", "0:00"]);
    }

    #[test]
    fn a_name_cannot_disguise_itself() {
        assert_eq!(plain_line("Car\u{202e}nem\u{0} \n\tMenzel\u{2066}", 80), "Carnem Menzel");
        assert_eq!(plain_line("aaaaaa", 3), "aaa…");
        assert_eq!(plain_line("مرحبا", 80), "مرحبا", "right-to-left words stay as they are");
    }
}
