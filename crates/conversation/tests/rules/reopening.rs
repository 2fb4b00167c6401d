//! Rules 1 and 2: the fold, and what reopens a completed conversation.

use crate::stage::{Stage, message};
use tandem_conversation::{Action, Command, Conversation, Event, Participant, Rejection, Status};

/// Maya has answered Carmen and completed.
fn completed() -> Stage {
    let mut stage = Stage::new();
    stage.carmen_writes("Where is my parcel?");
    stage.maya_joins();
    stage.maya_replies("It arrives today.");
    stage.maya(Command::Complete { resolution: "told the date".into() }).expect("the story begins so");
    assert!(matches!(stage.state.status, Status::Completed { .. }));
    stage
}

#[test]
fn rule_1_a_conversation_is_a_fold_over_its_events() {
    let mut stage = completed();
    stage.carmen_writes("It did not arrive.");
    let json: Vec<String> = stage.events.iter().map(|e| serde_json::to_string(e).unwrap()).collect();
    let stored: Vec<Event> = json.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(Conversation::fold(&stored).as_ref(), Some(&stage.state), "stored events give the very same state");
}

#[test]
fn rule_1_a_conversation_begins_with_its_start_and_only_once() {
    let mut stage = Stage::new();
    stage.carmen_writes("Hello");
    assert_eq!(Conversation::fold(&stage.events[1..]), None, "without its start there is no conversation");
    let again = Command::Start(crate::stage::opening());
    assert_eq!(stage.carmen(again), Err(Rejection::Exists));
}

#[test]
fn rule_1_a_refused_command_changes_nothing() {
    let mut stage = completed();
    let before = stage.state.clone();
    assert_eq!(stage.maya(Command::Leave { reason: String::new(), ask_for_help: true }), Err(Rejection::Completed));
    assert_eq!(stage.state, before);
}

#[test]
fn rule_2_a_customers_turn_reopens() {
    let mut stage = completed();
    stage.carmen_writes("It did not arrive.");
    assert!(stage.state.in_progress());
    assert!(stage.state.waiting_since.is_some(), "Carmen waits for us again");
}

#[test]
fn rule_2_a_customers_courtesy_does_not_reopen() {
    let mut stage = completed();
    stage.carmen_writes("Thanks, bye!");
    assert!(!stage.state.in_progress());
    assert_eq!(stage.chat().last().unwrap(), "Carmen: Thanks, bye!", "it is stored and shown all the same");
    assert!(stage.state.last_words.as_ref().unwrap().silent);
}

#[test]
fn rule_2_an_agents_turn_reopens_and_engages_its_author() {
    let mut stage = completed();
    let reply = stage.reply("One more thing: keep the receipt.");
    stage.jonas(reply).unwrap();
    assert!(stage.state.in_progress());
    assert!(stage.is_engaged(&crate::stage::jonas()));
}

#[test]
fn rule_2_what_customers_never_see_does_not_reopen() {
    let mut stage = completed();
    let note = Command::Note { turn: stage.turn(), text: "Check this courier.".into(), mentions: Vec::new() };
    stage.sofia(note).unwrap();
    assert!(!stage.state.in_progress());
}

#[test]
fn rule_2_your_logics_turn_does_not_reopen_but_its_wish_does() {
    let mut stage = completed();
    stage.logic_listens();
    stage.logic_sends(vec![Action::Feedback { text: "How did we do?".into() }]).unwrap();
    assert!(!stage.state.in_progress(), "asking for feedback leaves the conversation completed");
    stage.logic_sends(vec![Action::Reopen, message("I found your parcel.")]).unwrap();
    assert!(stage.state.in_progress());
}

#[test]
fn rule_2_feedback_does_not_reopen() {
    let mut stage = completed();
    stage.carmen(Command::GiveFeedback { review: None, score: 5, text: "Quick!".into() }).unwrap();
    assert!(!stage.state.in_progress());
}

#[test]
fn rule_2_reopening_by_command_engages_and_is_only_for_what_is_completed() {
    let mut stage = completed();
    stage.jonas(Command::Reopen).unwrap();
    assert!(stage.state.in_progress() && stage.is_engaged(&crate::stage::jonas()));
    assert_eq!(stage.maya(Command::Reopen), Err(Rejection::InProgress));
}

#[test]
fn rule_2_reopening_with_your_logic_switched_off_calls_for_help() {
    let mut stage = Stage::new();
    stage.carmen_writes("Hello?");
    stage.maya(Command::TakeOver).unwrap();
    stage.maya(Command::Complete { resolution: String::new() }).unwrap();
    stage.carmen_writes("It broke again.");
    assert!(stage.state.help.is_some(), "nobody would hear of it otherwise");
    assert!(!stage.is_engaged(&Participant::Logic));
}
