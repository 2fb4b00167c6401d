//! The text of notifications: short, plain, and unable to pose as something else.

use tandem_conversation::{
    Awaited, Conversation, EngagementKind, NoticeKind, Participant, Time, UserId, Wait, turns_text,
};

use super::{Action, Notification, ShownId, Sound, Tag, Urgency};
use crate::entries::reason;
use crate::words::say;

/// Of a person or a brand: what happened stands after it, and is never cut off.
const NAME_CHARS: usize = 40;
const TITLE_CHARS: usize = 120;
const BODY_CHARS: usize = 200;

/// How a notification is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner<'a> {
    /// With the customer's words.
    pub preview: bool,
    pub sound: bool,
    /// The user may answer in it.
    pub reply: bool,
    /// The customer's brand, if the user could take it for another.
    pub brand: Option<&'a str>,
}

/// The notification for one notice.
pub(super) fn notification(
    state: &Conversation,
    kind: NoticeKind,
    me: UserId,
    manner: Manner<'_>,
    replaces: Option<ShownId>,
    now: Time,
) -> Notification {
    let name = plain_line(&state.customer.name, NAME_CHARS);
    let of = |id: &str| say(id, &[("name", name.as_str().into())]);
    let words = state.last_words.as_ref().filter(|words| words.by == Participant::Customer);
    let words = words.filter(|_| manner.preview).map_or("", |words| words.text.as_str());
    let (title, body, actions, urgency) = match kind {
        NoticeKind::HelpNeeded { .. } => {
            let reason = state.help.as_ref().map(|help| reason(&help.reason)).unwrap_or_default();
            let actions = vec![Action::Join, Action::Open, Action::Snooze];
            (of("notice-help"), lines(&reason, words), actions, Urgency::Urgent)
        }
        NoticeKind::Invited { engagement } => {
            let asked = state.engagements.iter().find(|e| e.id == engagement).map(|e| &e.kind);
            let asks = |id: &str, by: &str| {
                let by = plain_line(by, NAME_CHARS);
                say(id, &[("by", by.into()), ("name", name.as_str().into())])
            };
            let invites = |by: &str| asks("notice-invited", by);
            let (title, note) = match asked {
                Some(EngagementKind::Invitation {
                    by: Participant::Agent { name, .. }, note, transfer: true, ..
                }) => (asks("notice-transfer", name), note.as_deref()),
                Some(EngagementKind::Invitation { by: Participant::Agent { name, .. }, note, .. }) => {
                    (invites(name), note.as_deref())
                }
                Some(EngagementKind::Invitation { note, .. }) => (of("notice-invited.logic"), note.as_deref()),
                _ => (invites(&say("notice-invited.colleague", &[])), None),
            };
            let body = lines(note.unwrap_or_default(), words);
            (title, body, vec![Action::Join, Action::Open], Urgency::Urgent)
        }
        NoticeKind::DeliveryFailed { .. } => {
            (of("notice-failed"), say("notice-failed.body", &[]), vec![Action::Open], Urgency::Normal)
        }
        NoticeKind::WaitingTooLong { .. } => {
            let title = match state.wait() {
                Some(Wait { since, awaited: Awaited::Joined }) => {
                    let time = minutes(now.since(since));
                    say("notice-waiting.joined", &[("name", name.as_str().into()), ("time", time.into())])
                }
                _ => of("notice-waiting"),
            };
            (title, words.to_owned(), answering(manner), Urgency::Normal)
        }
        NoticeKind::CustomerWrote { .. } => (name, words.to_owned(), answering(manner), Urgency::Normal),
        NoticeKind::Reminded { .. } => {
            (of("notice-reminder"), reminder(state, words), answering(manner), Urgency::Normal)
        }
        NoticeKind::LowScore { review } => {
            let asked = state.review.as_deref().filter(|asked| asked.id == review);
            let answer = asked.and_then(|asked| asked.answer.as_ref());
            let score = answer.map_or(0, |answer| answer.score);
            let comment = answer.filter(|_| manner.preview).map_or("", |answer| answer.text.as_str());
            let title = say("said-feedback", &[("name", name.as_str().into()), ("score", score.into())]);
            (title, comment.to_owned(), vec![Action::Open], Urgency::Normal)
        }
        NoticeKind::Mentioned { .. } => {
            let mention = state.mentions.iter().find(|mention| mention.user == me);
            let colleague = mention.and_then(|mention| mention.by.colleague()).map(|(_, name)| name.to_owned());
            let by = colleague.unwrap_or_else(|| say("notice-invited.colleague", &[]));
            let note = mention.filter(|_| manner.preview).map_or("", |mention| mention.words.as_str());
            let by = plain_line(&by, NAME_CHARS);
            let title = say("notice-mentioned", &[("by", by.into()), ("name", name.as_str().into())]);
            let actions = match state.invitation_of(me) {
                Some(_) => vec![Action::Join, Action::Open],
                None => vec![Action::Open, Action::Snooze],
            };
            (title, note.to_owned(), actions, Urgency::Normal)
        }
    };
    let title = plain_line(&title, TITLE_CHARS);
    Notification {
        tag: Tag::Conversation(state.id),
        title: match manner.brand {
            Some(brand) => format!("{title} · {}", plain_line(brand, NAME_CHARS)),
            None => title,
        },
        body: plain_text(&body),
        actions,
        urgency,
        sound: manner.sound.then_some(Sound::System),
        replaces,
    }
}

/// One notification for many.
pub(super) fn group(count: usize, all_help: bool, sound: bool, replaces: Option<ShownId>) -> Notification {
    let title = if all_help { "notice-group-help" } else { "notice-group-you" };
    Notification {
        tag: Tag::Group,
        title: say(title, &[("count", count.into())]),
        body: say("notice-group-you.body", &[]),
        actions: vec![Action::Open],
        urgency: Urgency::Urgent,
        sound: sound.then_some(Sound::System),
        replaces,
    }
}

/// One notification for the whole queue.
pub(super) fn queue(calls: u32, sound: bool, replaces: Option<ShownId>) -> Notification {
    Notification {
        tag: Tag::Queue,
        title: say("notice-queue", &[("count", calls.into())]),
        body: say("notice-queue.body", &[]),
        actions: vec![Action::Open],
        urgency: Urgency::Urgent,
        sound: sound.then_some(Sound::System),
        replaces,
    }
}

/// A waiting time as lists show it: `9:12`, `1 h 5 min`.
fn minutes(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    match seconds / 3600 {
        0 => format!("{}:{:02}", seconds / 60, seconds % 60),
        hours => say("duration-hours-minutes", &[("hours", hours.into()), ("minutes", (seconds / 60 % 60).into())]),
    }
}

/// Why a conversation is back, and its last words if they are the customer's.
fn reminder(state: &Conversation, words: &str) -> String {
    match &state.help {
        Some(help) => lines(&say("notice-reminder.help", &[("reason", reason(&help.reason).into())]), words),
        None => lines(&say("notice-reminder.over", &[]), words),
    }
}

fn answering(manner: Manner<'_>) -> Vec<Action> {
    match manner.reply {
        true => vec![Action::Reply, Action::Open, Action::Snooze],
        false => vec![Action::Open, Action::Snooze],
    }
}

/// The test notification.
pub(super) fn test() -> Notification {
    Notification {
        tag: Tag::Test,
        title: say("notice-test", &[]),
        body: say("notice-test.body", &[]),
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
