//! A conversation that is put off comes back by itself, and never hides a customer who waits.

use crate::stage::{JONAS, MAYA, Stage, message, text};
use tandem_conversation::{
    Action, Command, Event, EventBody, Position, Rejection, SnoozeEnd, Stage as Step, Status, Time, limits,
};

const HOUR_MS: i64 = 3_600_000;

/// Maya has answered Carmen, who waits for nothing.
fn answered() -> Stage {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Hello?");
    stage.maya_joins();
    stage.maya_replies("I will find out by tomorrow.");
    stage
}

fn until(stage: &Stage, ms: i64) -> Command {
    Command::Snooze { until: Some(stage.now.plus_ms(ms)) }
}

/// Maya has put Carmen off for an hour.
fn snoozed() -> (Stage, Time) {
    let mut stage = answered();
    let at = stage.now.plus_ms(HOUR_MS);
    stage.maya(Command::Snooze { until: Some(at) }).expect("Carmen waits for nothing");
    (stage, at)
}

fn ends(events: &[Event]) -> Vec<SnoozeEnd> {
    let end = |event: &Event| match event.body {
        EventBody::SnoozeEnded { end, .. } => Some(end),
        _ => None,
    };
    events.iter().filter_map(end).collect()
}

#[test]
fn a_snooze_ends_at_its_time_and_its_user_is_reminded_until_they_have_seen_it() {
    let (mut stage, at) = snoozed();
    assert_eq!(stage.state.snooze_of(MAYA, stage.now).and_then(|snooze| snooze.until), Some(at));
    assert_eq!(stage.state.next_deadline(), Some(at), "the timer knows");
    assert!(stage.pass_ms(HOUR_MS - 1).is_empty());
    assert_eq!(ends(&stage.pass_ms(1)), [SnoozeEnd::Due]);
    assert!(stage.state.snooze_of(MAYA, stage.now).is_none());
    assert_eq!(stage.state.reminder_of(MAYA, stage.now).and_then(|snooze| snooze.over_since(stage.now)), Some(at));
    assert_eq!(stage.state.next_deadline(), None, "no deadline is past after its tick");
    let before = stage.state.position;
    stage.maya(Command::Receive { stage: Step::Seen, up_to: Position(before.0 - 1) }).unwrap();
    assert!(stage.state.reminder_of(MAYA, stage.now).is_some(), "that was an older view");
    stage.maya(Command::Receive { stage: Step::Seen, up_to: before }).unwrap();
    assert!(stage.state.snoozes.is_empty());
}

#[test]
fn the_customers_words_end_every_snooze_and_a_closing_courtesy_does_not() {
    let (mut stage, _) = snoozed();
    stage.jonas_joins();
    stage.jonas(Command::Snooze { until: None }).unwrap();
    stage.carmen_writes("Thanks, bye!");
    assert_eq!(stage.state.snoozes.len(), 2, "nobody waits");
    let write = Command::Write { turn: stage.turn(), content: text("One more thing"), received: stage.now };
    let events = stage.carmen(write).unwrap();
    assert_eq!(ends(&events), [SnoozeEnd::CustomerWrote, SnoozeEnd::CustomerWrote]);
    assert!(stage.state.snoozes.is_empty(), "the words are news enough");
}

#[test]
fn while_someone_is_needed_nobody_puts_it_off() {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Hello?");
    stage.maya_joins();
    let snooze = until(&stage, HOUR_MS);
    assert_eq!(stage.maya(snooze.clone()), Err(Rejection::SomeoneNeeded), "Carmen waits");
    stage.maya_replies("Hello Carmen");
    stage.maya(Command::AskForHelp { reason: "French".into() }).unwrap();
    assert_eq!(stage.maya(snooze), Err(Rejection::SomeoneNeeded), "help is needed");
}

#[test]
fn a_call_for_help_ends_a_snooze_and_its_user_is_reminded() {
    let mut stage = Stage::new();
    stage.logic_listens();
    stage.maya_joins();
    stage.maya_replies("Hello Carmen");
    stage.maya(Command::Snooze { until: None }).unwrap();
    let help = Action::NeedsHelp { value: true, reason: "fraud".into(), customer_asked: false };
    let events = stage.logic_answers(vec![message("One moment."), help]);
    assert_eq!(ends(&events), [SnoozeEnd::HelpNeeded]);
    let now = stage.now;
    assert_eq!(stage.state.reminder_of(MAYA, now).and_then(|snooze| snooze.over_since(now)), Some(now));
}

#[test]
fn its_user_ends_it_or_sets_another_time_and_the_same_again_is_nothing() {
    let (mut stage, at) = snoozed();
    assert!(stage.maya(Command::Snooze { until: Some(at) }).unwrap().is_empty());
    let later = until(&stage, 2 * HOUR_MS);
    stage.maya(later).unwrap();
    assert_eq!(stage.state.snoozes.len(), 1);
    assert_eq!(ends(&stage.maya(Command::EndSnooze).unwrap()), [SnoozeEnd::Ended]);
    assert!(stage.state.snoozes.is_empty());
    assert!(stage.maya(Command::EndSnooze).unwrap().is_empty(), "it may have come back meanwhile");
}

#[test]
fn a_snooze_is_its_users_alone_and_ends_with_their_engagement() {
    let (mut stage, _) = snoozed();
    assert_eq!(stage.jonas(Command::Snooze { until: None }), Err(Rejection::NotEngaged));
    assert!(stage.sofia(Command::EndSnooze).unwrap().is_empty(), "it is Maya's");
    stage.jonas_joins();
    assert!(stage.state.snooze_of(JONAS, stage.now).is_none());
    stage.maya(Command::Leave { reason: String::new(), ask_for_help: false }).unwrap();
    assert!(stage.state.snoozes.is_empty());
    let (mut stage, _) = snoozed();
    stage.maya(Command::Complete { resolution: String::new() }).unwrap();
    assert!(matches!(stage.state.status, Status::Completed { .. }) && stage.state.snoozes.is_empty());
    assert_eq!(stage.state.next_deadline(), None);
}

#[test]
fn a_snooze_that_waited_too_long_for_the_network_reminds_at_once() {
    let mut stage = answered();
    let past = Command::Snooze { until: Some(stage.now.plus_ms(-HOUR_MS)) };
    let events = stage.maya(past).unwrap();
    assert_eq!(ends(&events), [SnoozeEnd::Due]);
    assert!(stage.state.reminder_of(MAYA, stage.now).is_some());
    stage.maya(Command::Snooze { until: Some(Time(0)) }).unwrap();
    assert_eq!(stage.state.next_deadline(), None);
}

#[test]
fn a_snooze_has_a_longest_time() {
    let mut stage = answered();
    let longest = until(&stage, limits::SNOOZE_MAX_MS);
    stage.maya(longest).unwrap();
    for too_long in [until(&stage, limits::SNOOZE_MAX_MS + 1), Command::Snooze { until: Some(Time(i64::MAX)) }] {
        assert!(matches!(stage.maya(too_long), Err(Rejection::Invalid { field, .. }) if field == "until"));
    }
}
