//! The transcript of a conversation between Carmen (the customer), Your Logic and Maya.

use serde_json::json;
use tandem_conversation::{Event, Stage, Time};

use super::{Role, Stages, entries, role};
use crate::view::{EntryBody, SystemKind};
use crate::words::tests::in_german;

const MAYA: &str = "00000000-0000-7000-8000-00000000000a";

/// An event at a position and second, by an actor, caused by a command.
fn event(position: u32, second: u32, actor: &str, cause: u32, body: serde_json::Value) -> Event {
    let actor = match actor {
        "Maya" => json!({"kind": "agent", "user": MAYA, "name": "Maya Ortiz"}),
        kind => json!({"kind": kind}),
    };
    serde_json::from_value(json!({
        "conversation": "00000000-0000-7000-8000-000000000001", "position": position,
        "time": format!("2026-11-03T14:00:{second:02}Z"), "actor": actor,
        "cause": format!("00000000-0000-7000-8000-0000000000{cause:02}"), "body": body,
    }))
    .unwrap()
}

fn agent_engagement() -> serde_json::Value {
    json!({"id": "00000000-0000-7000-8000-0000000000e1", "since": "2026-11-03T14:00:00Z",
           "kind": {"kind": "agent", "participant": {"kind": "agent", "user": MAYA, "name": "Maya Ortiz"}}})
}

fn call(position: u32, second: u32, cause: u32, reason: serde_json::Value) -> Event {
    let help = json!({"call": "00000000-0000-7000-8000-0000000000c1", "reason": reason, "by": {"kind": "logic"},
                      "since": format!("2026-11-03T14:00:{second:02}Z")});
    event(position, second, "logic", cause, json!({"help_raised": {"help": help}}))
}

fn text(position: u32, second: u32, actor: &str, words: &str) -> Event {
    let turn = json!({"id": format!("00000000-0000-7000-8000-0000000001{position:02}"),
                      "content": {"type": "text", "text": words}});
    let received = format!("2026-11-03T14:00:{second:02}Z");
    event(position, second, actor, position, json!({"turn_added": {"turn": turn, "received": received}}))
}

fn lines(events: &[Event]) -> Vec<(SystemKind, String)> {
    let made = entries(events, "Carmen", None).into_iter();
    made.filter_map(|entry| match entry.body {
        EntryBody::System { what, text } => Some((what, text)),
        _ => None,
    })
    .collect()
}

#[test]
fn a_call_for_help_and_how_fast_it_was_answered() {
    let said = lines(&[
        call(1, 10, 1, json!({"reason": "logic_asked", "detail": "fare rules unclear"})),
        event(2, 19, "Maya", 2, json!({"engagement_started": {"engagement": agent_engagement()}})),
    ]);
    let expected = [
        (SystemKind::Help, "Your Logic asked for help: fare rules unclear".into()),
        (SystemKind::Engagement, "Maya Ortiz joined after 9 s".into()),
    ];
    assert_eq!(said, expected);
}

#[test]
fn what_goes_on_elsewhere_is_said_once_and_its_completion_not() {
    let other = "00000000-0000-7000-8000-0000000000d2";
    let ended = json!({"engagement_ended": {"engagement": "00000000-0000-7000-8000-0000000000e1",
        "was": agent_engagement(), "end": {"reason": "completed"}}});
    let said = lines(&[
        event(1, 1, "Maya", 1, json!({"goes_on_in": {"conversation": other}})),
        event(2, 1, "Maya", 1, ended),
        event(3, 1, "Maya", 1, json!({"completed": {"resolution": "The customer goes on in another conversation"}})),
        event(4, 2, "Maya", 2, json!({"goes_on_in": {}})),
        event(5, 3, "Maya", 3, json!({"goes_on_from": {"conversation": other}})),
        event(6, 4, "Maya", 4, json!({"goes_on_from": {}})),
        event(7, 5, "customer", 5, json!({"heard": {"received": "2026-11-03T14:00:05Z"}})),
    ]);
    let expected = [
        "Maya Ortiz: goes on in the next conversation of this chat",
        "Maya Ortiz: does not go on in the next conversation of this chat",
        "Maya Ortiz: belongs to the conversation before in this chat",
        "Maya Ortiz: does not belong to the conversation before in this chat",
    ];
    assert_eq!(said, expected.map(|line| (SystemKind::Status, line.to_owned())));
}

#[test]
fn the_transcript_speaks_the_language_of_the_window_and_leaves_peoples_words_alone() {
    let events = [
        call(1, 10, 1, json!({"reason": "logic_asked", "detail": "fare rules unclear"})),
        event(2, 19, "Maya", 2, json!({"engagement_started": {"engagement": agent_engagement()}})),
        event(3, 20, "Maya", 3, json!({"completed": {"resolution": "refunded"}})),
    ];
    let said = in_german(|| lines(&events)).into_iter().map(|(_, line)| line).collect::<Vec<_>>();
    let expected = [
        "Ihre Logik hat um Hilfe gebeten: fare rules unclear",
        "Maya Ortiz ist nach 9 s beigetreten",
        "Maya Ortiz hat abgeschlossen: refunded",
    ];
    assert_eq!(said, expected);
}

#[test]
fn a_failure_of_your_logic_is_told_once_with_its_reason() {
    let failure = json!({"failure": "timed_out", "afterMs": 8000});
    let fell = json!({"fell_back": {"fallback": {"failure": failure.clone(), "since": "2026-11-03T14:00:10Z"}}});
    let said = lines(&[
        event(1, 10, "system", 1, fell),
        call(2, 10, 1, json!({"reason": "logic_failed", "failure": failure})),
    ]);
    assert_eq!(said, [(SystemKind::Failure, "Your Logic could not answer: no answer within 8 s".into())]);
}

#[test]
fn completing_says_one_line_and_not_three() {
    let said = lines(&[
        event(1, 10, "Maya", 1, json!({"help_cleared": {}})),
        event(2, 10, "Maya", 1, json!({"completed": {"resolution": "refunded"}})),
    ]);
    assert_eq!(said, [(SystemKind::Status, "Maya Ortiz completed: refunded".into())]);
}

#[test]
fn what_your_logic_was_asked_is_not_shown() {
    let asked = json!({"logic_asked": {"request": {"id": MAYA, "trigger": 1, "asked": "2026-11-03T14:00:10Z",
                       "expires": "2026-11-03T14:00:18Z"}}});
    assert_eq!(role(&event(2, 10, "system", 1, asked)), Role::Hidden);
    let queue = json!({"engagement_started": {"engagement": {"id": MAYA, "since": "2026-11-03T14:00:10Z",
                       "kind": {"kind": "queue"}}}});
    assert_eq!(role(&event(3, 10, "system", 1, queue)), Role::Hidden);
}

#[test]
fn receipts_move_each_turn_to_the_moment_at_which_it_first_arrived() {
    let turns = [text(1, 1, "customer", "hello"), text(2, 5, "Maya", "good morning")];
    let mut stages = Stages::begin(&turns);
    let received = |position, second, side: &str, stage: &str, up_to: u32| {
        event(position, second, "customer", 50, json!({"received": {"side": side, "stage": stage, "upTo": up_to}}))
    };
    assert!(stages.follow(&received(3, 6, "desk", "delivered", 1)));
    assert!(stages.follow(&received(4, 7, "desk", "seen", 1)));
    assert!(stages.follow(&received(5, 8, "customer", "delivered", 2)));
    assert!(!stages.follow(&received(6, 9, "customer", "seen", 2)), "both turns have come all the way");
    let found = stages.finish();
    let second = |time: Time| time.0 / 1000 % 60;
    let of = |turn: &Event| -> Vec<(Stage, i64)> {
        let id = super::turn_of(turn).unwrap().id;
        found[&id].iter().map(|reached| (reached.stage, second(reached.at))).collect()
    };
    assert_eq!(of(&turns[0]), [(Stage::Accepted, 1), (Stage::Delivered, 6), (Stage::Seen, 7)]);
    assert_eq!(of(&turns[1]), [(Stage::Accepted, 5), (Stage::Delivered, 8), (Stage::Seen, 9)]);
}
