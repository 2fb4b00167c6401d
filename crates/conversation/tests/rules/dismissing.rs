//! Rule 4 and rule 16: whoever says that help is not needed says who goes on and why, and can take it back.

use crate::stage::{Stage, dismiss, jonas, maya, message, not_needed};
use tandem_conversation::{
    Action, Command, EventBody, GoesOn, HelpReason, LogicFailure, Participant, Reach, Rejection, Status, Time, UNDO_MS,
};

/// Carmen waits, nobody is there, and Your Logic is connected. Returns when the call began.
fn calling() -> (Stage, Time) {
    let mut stage = Stage::new();
    stage.logic_listens();
    stage.carmen_writes("I want a person");
    let help = Action::NeedsHelp { value: true, reason: "a person".into(), customer_asked: true };
    stage.logic_answers(vec![message("Let me get a colleague."), help]);
    let since = stage.now;
    (stage, since)
}

fn restore(stage: &Stage) -> Command {
    Command::RestoreHelp { call: stage.state.dismissed.as_ref().expect("a call was dismissed").help.call }
}

#[test]
fn rule_4_a_dismissal_needs_a_reason() {
    let (mut stage, _) = calling();
    for blank in ["", " \n", "\u{200b}"] {
        let silent = Command::HelpNotNeeded { goes_on: Some(GoesOn::Logic), reason: blank.into() };
        assert!(matches!(stage.sofia(silent), Err(Rejection::Invalid { field, .. }) if field == "reason"), "{blank:?}");
    }
    let long = Command::HelpNotNeeded { goes_on: Some(GoesOn::Logic), reason: "a".repeat(10_001) };
    assert!(matches!(stage.sofia(long), Err(Rejection::Invalid { field, .. }) if field == "reason"));
    assert!(stage.state.help.is_some());
}

#[test]
fn rule_4_nobody_drops_a_customer_without_saying_who_goes_on() {
    let (mut stage, _) = calling();
    assert_eq!(stage.maya(dismiss(GoesOn::Logic)), Err(Rejection::NotEngaged), "Maya only looks at it");
    assert_eq!(stage.sofia(not_needed()), Err(Rejection::CustomerAlone), "an older desk does not ask");
    assert_eq!(stage.sofia(dismiss(GoesOn::Person)), Err(Rejection::CustomerAlone), "there is no person");
    stage.logic_available = false;
    assert_eq!(stage.sofia(dismiss(GoesOn::Logic)), Err(Rejection::LogicUnavailable));
    assert!(stage.state.help.is_some());
}

#[test]
fn rule_4_your_logic_goes_on_and_is_asked_again() {
    let (mut stage, _) = calling();
    stage.sofia(dismiss(GoesOn::Logic)).unwrap();
    assert!(stage.state.help.is_none() && !stage.queued());
    let told = stage.events.iter().rev().find_map(|event| match &event.body {
        EventBody::HelpCleared { dismissed, .. } => dismissed.clone(),
        _ => None,
    });
    assert_eq!(told.map(|told| (told.goes_on, told.reason)), Some((GoesOn::Logic, "It was a mistake".into())));
    stage.logic_answers(vec![message("I can help you after all.")]);
    assert!(stage.state.help.is_none() && !stage.state.awaits_us());
}

#[test]
fn rule_4_your_logic_that_was_off_or_had_failed_is_engaged_again() {
    let mut stage = Stage::new();
    stage.carmen_writes("Hello?");
    stage.logic_fails();
    stage.sofia(dismiss(GoesOn::Logic)).unwrap();
    assert!(stage.state.fallback.is_none() && stage.state.help.is_none());
    let (mut stage, _) = calling();
    stage.sofia(Command::EngageLogic { engaged: false }).unwrap();
    stage.sofia(dismiss(GoesOn::Logic)).unwrap();
    assert!(stage.is_engaged(&Participant::Logic) && stage.state.help.is_none());
}

#[test]
fn rule_3_a_promise_that_nobody_keeps_after_a_dismissal_calls_again() {
    let (mut stage, since) = calling();
    stage.pass_ms(60_000);
    stage.sofia(dismiss(GoesOn::Logic)).unwrap();
    stage.logic_answers(Vec::new());
    let help = stage.state.help.as_ref().expect("Your Logic said nothing");
    assert_eq!(help.reason, HelpReason::LogicSilent);
    assert_eq!(stage.state.wait().map(|wait| wait.since), Some(since), "Carmen has waited all the time");
}

#[test]
fn rule_4_the_one_who_asked_finds_out_and_goes_on() {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Hola");
    stage.maya_joins();
    stage.maya(Command::AskForHelp { reason: "Spanish?".into() }).unwrap();
    assert!(matches!(stage.maya(dismiss(GoesOn::Logic)), Err(Rejection::Invalid { field, .. }) if field == "goesOn"));
    stage.maya(dismiss(GoesOn::Person)).unwrap();
    assert!(stage.state.help.is_none() && stage.is_engaged(&maya()));
    stage.maya(restore(&stage)).unwrap();
    assert!(stage.state.help.is_some() && stage.is_engaged(&maya()));
}

#[test]
fn rule_4_nobody_goes_on_because_it_is_completed() {
    let (mut stage, _) = calling();
    stage.sofia(dismiss(GoesOn::Nobody)).unwrap();
    assert!(matches!(&stage.state.status, Status::Completed { resolution, .. } if resolution == "It was a mistake"));
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Hola");
    stage.maya_joins();
    stage.maya(Command::AskForHelp { reason: String::new() }).unwrap();
    assert_eq!(stage.sofia(dismiss(GoesOn::Nobody)), Err(Rejection::NotEngaged), "Maya is there");
}

#[test]
fn rule_16_a_dismissal_is_taken_back_with_the_original_wait() {
    for goes_on in [GoesOn::Logic, GoesOn::Nobody] {
        let (mut stage, since) = calling();
        stage.pass_ms(17 * 60_000);
        let before = stage.state.clone();
        let call = before.help.as_ref().map(|help| help.call);
        stage.sofia(dismiss(goes_on)).unwrap();
        stage.pass_ms(UNDO_MS);
        stage.sofia(restore(&stage)).unwrap();
        let help = stage.state.help.clone().expect("help is needed");
        assert_ne!(Some(help.call), call, "a new call, so that everybody hears of it");
        assert_eq!(Some(&help.reason), before.help.as_ref().map(|help| &help.reason));
        assert_eq!(help.reach, before.help.as_ref().map_or(Reach::Eligible, |help| help.reach));
        assert_eq!(stage.state.wait().map(|wait| wait.since), Some(since), "{goes_on:?}");
        assert_eq!(stage.state.help_since(), Some(since));
        assert!(stage.state.in_progress() && stage.queued() && stage.is_engaged(&Participant::Logic));
        assert_eq!(stage.sofia(Command::RestoreHelp { call: call.unwrap() }), Ok(Vec::new()), "twice is once");
    }
}

#[test]
fn rule_16_also_when_your_logic_has_answered_meanwhile() {
    let (mut stage, since) = calling();
    stage.sofia(dismiss(GoesOn::Logic)).unwrap();
    stage.logic_answers(vec![message("I can help you.")]);
    stage.sofia(restore(&stage)).unwrap();
    assert_eq!(stage.state.wait().map(|wait| wait.since), Some(since));
}

#[test]
fn rule_16_what_the_dismissal_changed_is_changed_back() {
    let mut stage = Stage::new();
    stage.carmen_writes("Hello?");
    let failure = stage.logic_fails();
    stage.sofia(dismiss(GoesOn::Logic)).unwrap();
    stage.sofia(restore(&stage)).unwrap();
    assert_eq!(stage.state.fallback.as_ref().map(|fallback| &fallback.failure), Some(&failure));
    assert!(matches!(stage.state.help.as_ref().unwrap().reason, HelpReason::LogicFailed { .. }));

    let (mut stage, _) = calling();
    stage.sofia(Command::EngageLogic { engaged: false }).unwrap();
    stage.sofia(dismiss(GoesOn::Logic)).unwrap();
    stage.sofia(restore(&stage)).unwrap();
    assert!(!stage.state.logic.engaged);

    let mut stage = Stage::without_logic();
    stage.carmen_writes("Hola");
    stage.maya_joins();
    stage.jonas_joins();
    stage.maya(Command::AskForHelp { reason: String::new() }).unwrap();
    stage.maya(dismiss(GoesOn::Nobody)).unwrap();
    assert!(!stage.state.in_progress());
    stage.maya(restore(&stage)).unwrap();
    assert!(stage.is_engaged(&maya()) && stage.is_engaged(&jonas()) && stage.state.in_progress());
}

#[test]
fn rule_16_only_ones_own_and_only_for_a_moment() {
    let (mut stage, _) = calling();
    stage.sofia(dismiss(GoesOn::Logic)).unwrap();
    let undo = restore(&stage);
    assert_eq!(stage.maya(undo.clone()), Err(Rejection::UndoOver));
    stage.now = stage.now.plus_ms(UNDO_MS + 5_001);
    assert_eq!(stage.sofia(undo), Err(Rejection::UndoOver));
}

#[test]
fn rule_16_not_after_a_colleague_has_joined() {
    let (mut stage, _) = calling();
    stage.sofia(dismiss(GoesOn::Logic)).unwrap();
    stage.jonas_joins();
    assert_eq!(stage.sofia(restore(&stage)), Err(Rejection::CallTaken { by: jonas() }));
}

#[test]
fn rule_16_a_call_that_was_made_again_meanwhile_stands() {
    let mut stage = Stage::new();
    stage.carmen_writes("Hello?");
    stage.logic_fails();
    stage.sofia(dismiss(GoesOn::Logic)).unwrap();
    let request = stage.ask();
    let failure = LogicFailure::Status { status: 500 };
    stage.system(Command::FailLogic { request, failure }).unwrap();
    let again = stage.state.help.clone().expect("it failed again");
    assert_eq!(stage.sofia(restore(&stage)), Ok(Vec::new()));
    assert_eq!(stage.state.help, Some(again));
}
