//! Rule 4: who raises `needs_help`, and the ways in which it clears.

use crate::stage::{Stage, jonas, maya};
use tandem_conversation::{Action, Command, EventBody, HelpReason, Participant, Rejection};

fn ask_for_help() -> Command {
    Command::AskForHelp { reason: "needs Spanish".into() }
}

/// Carmen waits, Maya is engaged and has asked for help.
fn called() -> Stage {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Hola");
    stage.maya_joins();
    stage.maya(ask_for_help()).expect("the story begins so");
    stage
}

fn reason(stage: &Stage) -> (HelpReason, Participant) {
    let help = stage.state.help.clone().expect("help is needed");
    (help.reason, help.by)
}

#[test]
fn rule_4_raised_by_your_logic() {
    let mut stage = Stage::new();
    stage.carmen_writes("I want my money back");
    let help = Action::NeedsHelp { value: true, reason: "refund above my limit".into(), customer_asked: false };
    stage.logic_answers(vec![help]);
    let expected = HelpReason::LogicAsked { detail: "refund above my limit".into() };
    assert_eq!(reason(&stage), (expected, Participant::Logic));
}

#[test]
fn rule_4_raised_by_the_customers_wish_when_the_business_logic_honours_it() {
    let mut stage = Stage::new();
    stage.carmen_writes("I want to talk to a person");
    let help = Action::NeedsHelp { value: true, reason: "a person".into(), customer_asked: true };
    stage.logic_answers(vec![help]);
    assert_eq!(reason(&stage).0, HelpReason::CustomerAsked { detail: "a person".into() });
}

#[test]
fn rule_4_raised_by_an_engaged_agent_who_stays() {
    let stage = called();
    assert_eq!(reason(&stage), (HelpReason::AgentAsked { detail: "needs Spanish".into() }, maya()));
    assert!(stage.is_engaged(&maya()));
}

#[test]
fn rule_4_raised_by_an_agent_who_leaves() {
    let mut stage = Stage::new();
    stage.carmen_writes("Hola");
    stage.maya_joins();
    stage.maya(Command::Leave { reason: "shift ends".into(), ask_for_help: true }).unwrap();
    assert_eq!(reason(&stage), (HelpReason::AgentAsked { detail: "shift ends".into() }, maya()));
}

#[test]
fn rule_4_raised_by_an_external_agent() {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Hola");
    stage.maya_joins();
    stage.aerolinx_comes();
    stage.aerolinx(ask_for_help()).unwrap();
    assert_eq!(reason(&stage).1, crate::stage::aerolinx());
}

#[test]
fn rule_4_raised_by_the_system() {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Hola");
    assert_eq!(reason(&stage), (HelpReason::NobodyEngaged, Participant::System));
}

#[test]
fn rule_4_one_call_at_a_time_keeps_its_first_reason() {
    let mut stage = called();
    let first = stage.state.help.clone();
    stage.jonas_joins();
    stage.maya(ask_for_help()).unwrap();
    let second = stage.state.help.clone();
    assert_ne!(first.unwrap().call, second.as_ref().unwrap().call, "a new call has a new id");
    stage.jonas(Command::AskForHelp { reason: "me too".into() }).unwrap();
    assert_eq!(stage.state.help, second);
}

#[test]
fn rule_4_cleared_by_an_agent_who_joins() {
    let mut stage = called();
    stage.jonas_joins();
    assert!(stage.state.help.is_none());
    let claimed = |body: &EventBody| matches!(body, EventBody::HelpCleared { claimed_by: Some(by) } if *by == jonas());
    assert!(stage.events.iter().any(|event| claimed(&event.body)), "it is told who took it");
}

#[test]
fn rule_4_cleared_by_accepting_an_invitation_or_taking_over() {
    let mut stage = called();
    let invitation = stage.maya_invites_jonas();
    stage.jonas(Command::Accept { engagement: invitation }).unwrap();
    assert!(stage.state.help.is_none());
    let mut stage = called();
    stage.jonas(Command::TakeOver).unwrap();
    assert!(stage.state.help.is_none());
}

#[test]
fn rule_4_not_cleared_by_somebody_already_engaged() {
    let mut stage = called();
    assert_eq!(stage.maya(Command::Join { call: None }), Err(Rejection::AlreadyEngaged));
    let call = stage.state.help.as_ref().map(|help| help.call);
    assert_eq!(stage.maya(Command::Join { call }), Err(Rejection::AlreadyEngaged));
    stage.maya(Command::TakeOver).unwrap();
    stage.maya_replies("Un momento");
    assert!(stage.state.help.is_some());
}

#[test]
fn rule_4_not_cleared_by_a_partner_or_by_words() {
    let mut stage = called();
    stage.aerolinx_comes();
    stage.carmen_writes("Sigo aqui");
    assert!(stage.state.help.is_some());
}

#[test]
fn rule_4_cleared_by_saying_it_is_not_needed() {
    let mut stage = called();
    stage.sofia(Command::HelpNotNeeded).unwrap();
    assert!(stage.state.help.is_none());
    assert_eq!(stage.sofia(Command::HelpNotNeeded), Err(Rejection::NoCall));
}

#[test]
fn rule_4_your_logic_may_say_it_is_not_needed() {
    let mut stage = Stage::new();
    stage.logic_sends(vec![Action::NeedsHelp { value: true, reason: String::new(), customer_asked: false }]).unwrap();
    stage.logic_sends(vec![Action::NeedsHelp { value: false, reason: String::new(), customer_asked: false }]).unwrap();
    assert!(stage.state.help.is_none());
}

#[test]
fn rule_4_saying_it_is_not_needed_never_leaves_a_customer_alone() {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Hola");
    let before = stage.state.clone();
    assert_eq!(stage.maya(Command::HelpNotNeeded), Err(Rejection::CustomerAlone));
    assert_eq!(stage.state, before);
}

#[test]
fn rule_4_saying_it_is_not_needed_in_the_moment_in_which_the_partners_time_is_up() {
    let mut stage = called();
    stage.aerolinx_comes();
    stage.maya(Command::Leave { reason: String::new(), ask_for_help: false }).unwrap();
    stage.now = stage.now.plus_ms(crate::stage::LINK_MS);
    assert_eq!(stage.sofia(Command::HelpNotNeeded), Err(Rejection::CustomerAlone));
    assert!(stage.state.help.is_some());
}

#[test]
fn rule_4_cleared_by_completing() {
    let mut stage = called();
    stage.maya(Command::Complete { resolution: String::new() }).unwrap();
    assert!(stage.state.help.is_none());
}

#[test]
fn rule_4_handing_to_your_logic_says_that_it_is_not_needed() {
    let mut stage = Stage::new();
    stage.carmen_writes("Hola");
    stage.maya_joins();
    stage.maya(ask_for_help()).unwrap();
    let delegate = Command::Delegate { note: None, turn: stage.turn() };
    stage.maya(delegate).unwrap();
    assert!(stage.state.help.is_none());
}

#[test]
fn rule_4_only_those_engaged_may_ask() {
    let mut stage = Stage::without_logic();
    assert_eq!(stage.jonas(ask_for_help()), Err(Rejection::NotEngaged));
    assert_eq!(stage.aerolinx(ask_for_help()), Err(Rejection::LinkOver));
}
