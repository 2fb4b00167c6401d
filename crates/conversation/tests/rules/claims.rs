//! Rule 11: answering a call for help is a claim. Also what rule 14, the alert ledger, needs from the core: a call has
//! its own id, and taking it is an event.

use crate::stage::{Stage, jonas, maya, not_needed, sofia};
use tandem_conversation::{CallId, Command, EventBody, Rejection};

fn calling() -> (Stage, CallId) {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Hello?");
    let call = stage.state.help.as_ref().expect("the story begins so").call;
    (stage, call)
}

#[test]
fn rule_11_exactly_one_wins_and_the_others_are_told_who() {
    let (mut stage, call) = calling();
    let join = Command::Join { call: Some(call) };
    stage.jonas(join.clone()).unwrap();
    assert_eq!(stage.maya(join.clone()), Err(Rejection::CallTaken { by: jonas() }));
    assert_eq!(stage.sofia(join), Err(Rejection::CallTaken { by: jonas() }));
    assert_eq!(stage.state.people().count(), 1);
}

#[test]
fn rule_11_the_others_may_still_join_deliberately() {
    let (mut stage, call) = calling();
    stage.jonas(Command::Join { call: Some(call) }).unwrap();
    stage.maya(Command::Join { call: None }).unwrap();
    assert!(stage.is_engaged(&maya()) && stage.is_engaged(&jonas()));
}

#[test]
fn rule_11_joining_without_a_call_takes_it() {
    let (mut stage, call) = calling();
    stage.jonas_joins();
    assert_eq!(stage.maya(Command::Join { call: Some(call) }), Err(Rejection::CallTaken { by: jonas() }));
}

#[test]
fn rule_11_the_winner_is_named_even_after_completing() {
    let (mut stage, call) = calling();
    stage.jonas(Command::Join { call: Some(call) }).unwrap();
    stage.jonas(Command::Complete { resolution: String::new() }).unwrap();
    assert_eq!(stage.maya(Command::Join { call: Some(call) }), Err(Rejection::CallTaken { by: jonas() }));
    assert!(!stage.state.in_progress(), "a late claim reopens nothing");
}

#[test]
fn rule_11_a_call_that_nobody_took_is_over() {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Hello?");
    stage.maya_joins();
    stage.maya(Command::AskForHelp { reason: String::new() }).unwrap();
    let call = stage.state.help.as_ref().unwrap().call;
    stage.maya(not_needed()).unwrap();
    assert_eq!(stage.jonas(Command::Join { call: Some(call) }), Err(Rejection::CallOver));
}

#[test]
fn rule_11_an_old_claim_does_not_take_a_new_call() {
    let (mut stage, old) = calling();
    stage.jonas(Command::Join { call: Some(old) }).unwrap();
    stage.jonas(Command::Leave { reason: String::new(), ask_for_help: false }).unwrap();
    let new = stage.state.help.as_ref().unwrap().call;
    assert_ne!(old, new);
    assert_eq!(stage.maya(Command::Join { call: Some(old) }), Err(Rejection::CallOver));
    assert_eq!(stage.state.help.as_ref().map(|help| help.call), Some(new), "the new call still stands");
    stage.maya(Command::Join { call: Some(new) }).unwrap();
}

#[test]
fn rule_14_the_log_tells_when_a_call_began_and_who_took_it() {
    let (mut stage, call) = calling();
    stage.sofia(Command::Join { call: Some(call) }).unwrap();
    let told = stage.events.iter().filter_map(|event| match &event.body {
        EventBody::HelpRaised { help, .. } => Some(format!("raised {}", help.call == call)),
        EventBody::HelpCleared { claimed_by, .. } => Some(format!("claimed {}", *claimed_by == Some(sofia()))),
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), ["raised true", "claimed true"]);
}
