//! Rule 5: Your Logic fails, is late, is silent or switched off.

use crate::stage::{Stage, TIMEOUT_MS, message};
use tandem_conversation::{
    Action, Command, Conversation, EventBody, HelpReason, LogicFailure, NoticeKind, Rejection, RequestId, Trigger,
    trigger_of,
};

/// Your Logic has heard the beginning.
fn listening() -> Stage {
    let mut stage = Stage::new();
    stage.logic_listens();
    stage
}

fn failures(stage: &Stage) -> usize {
    stage.events.iter().filter(|event| matches!(event.body, EventBody::LogicFailed { .. })).count()
}

#[test]
fn rule_5_a_failure_falls_back_and_calls_for_help_with_the_exact_reason() {
    let mut stage = listening();
    stage.carmen_writes("Hello?");
    let failure = stage.logic_fails();
    assert_eq!(stage.state.fallback.as_ref().unwrap().failure, failure);
    assert_eq!(stage.state.help.as_ref().unwrap().reason, HelpReason::LogicFailed { failure });
}

#[test]
fn rule_5_a_failure_about_a_courtesy_makes_no_noise() {
    let mut stage = listening();
    stage.carmen_writes("Thank you!");
    stage.logic_fails();
    assert_eq!(failures(&stage), 1, "it is recorded");
    assert!(stage.state.fallback.is_none() && stage.state.help.is_none());
}

#[test]
fn rule_5_a_late_answer_to_a_courtesy_makes_no_noise() {
    let mut stage = listening();
    stage.carmen_writes("Thank you!");
    stage.ask();
    stage.pass_ms(TIMEOUT_MS);
    assert!(stage.state.fallback.is_none() && stage.state.help.is_none());
}

#[test]
fn rule_5_a_failure_after_completion_makes_no_noise() {
    let mut stage = listening();
    stage.carmen_writes("Hello?");
    stage.ask();
    stage.maya_joins();
    stage.maya(Command::Complete { resolution: String::new() }).unwrap();
    stage.pass_ms(TIMEOUT_MS);
    assert!(stage.state.fallback.is_none() && stage.state.help.is_none() && !stage.state.in_progress());
}

#[test]
fn rule_5_an_answer_ends_the_fallback_but_not_the_call() {
    let mut stage = listening();
    stage.carmen_writes("Hello?");
    stage.logic_fails();
    stage.logic_answers(vec![message("Here I am again.")]);
    assert!(stage.state.fallback.is_none());
    assert!(stage.state.help.is_some(), "only rule 4 clears it");
}

#[test]
fn rule_5_each_further_failure_is_recorded_without_a_new_call() {
    let mut stage = listening();
    stage.carmen_writes("Hello?");
    stage.logic_fails();
    stage.maya_joins();
    assert!(stage.state.help.is_none());
    while !stage.state.logic.pending.is_empty() {
        stage.logic_fails();
    }
    assert!(failures(&stage) > 1);
    assert!(stage.state.help.is_none(), "Maya is there and knows");
}

#[test]
fn rule_5_while_switched_off_your_logic_hears_nothing() {
    let mut stage = Stage::new();
    stage.sofia(Command::EngageLogic { engaged: false }).unwrap();
    stage.carmen_writes("Hello?");
    stage.maya_joins();
    stage.maya_replies("Hello Carmen");
    stage.maya(Command::Complete { resolution: String::new() }).unwrap();
    assert!(stage.state.logic.pending.is_empty());
    let ask = Command::AskLogic { request: RequestId(stage.id()), expires: stage.now.plus_ms(1) };
    assert_eq!(stage.system(ask), Err(Rejection::LogicBusy));
}

#[test]
fn rule_5_switched_on_again_it_hears_of_that_first() {
    let mut stage = Stage::new();
    stage.sofia(Command::EngageLogic { engaged: false }).unwrap();
    stage.carmen_writes("Hello?");
    stage.sofia(Command::EngageLogic { engaged: true }).unwrap();
    let told: Vec<_> = stage.state.logic.pending.iter().map(|pending| pending.position).collect();
    let event = stage.events.iter().find(|event| told.first() == Some(&event.position)).unwrap();
    assert_eq!((told.len(), trigger_of(event)), (1, Some(Trigger::EngageLogicChanged)));
}

#[test]
fn rule_5_a_company_without_your_logic_cannot_switch_it_on() {
    let mut stage = Stage::without_logic();
    assert_eq!(stage.sofia(Command::EngageLogic { engaged: true }), Err(Rejection::LogicUnavailable));
    stage.maya_joins();
    let delegate = Command::Delegate { note: None, turn: stage.turn() };
    assert_eq!(stage.maya(delegate), Err(Rejection::LogicUnavailable));
}

#[test]
fn rule_5_one_request_at_a_time_in_order() {
    let mut stage = listening();
    stage.carmen_writes("One");
    stage.maya_joins();
    stage.carmen_writes("Two");
    let first = stage.state.logic.pending[0].position;
    stage.ask();
    assert_eq!(stage.state.logic.asked.as_ref().unwrap().trigger, first);
    let ask = Command::AskLogic { request: RequestId(stage.id()), expires: stage.now.plus_ms(1) };
    assert_eq!(stage.system(ask), Err(Rejection::LogicBusy));
    stage.logic_answers(vec![message("1")]);
    stage.ask();
    assert!(stage.state.logic.asked.as_ref().unwrap().trigger > first);
}

#[test]
fn rule_5_a_completed_conversation_is_still_told() {
    let mut stage = listening();
    stage.maya_joins();
    stage.maya(Command::Complete { resolution: "done".into() }).unwrap();
    stage.logic_listens();
    assert!(!stage.state.in_progress() && stage.state.help.is_none());
}

#[test]
fn rule_5_a_failure_counts_once() {
    let mut stage = listening();
    stage.carmen_writes("Hello?");
    let request = stage.ask();
    stage.logic_fails();
    let again = Command::FailLogic { request, failure: LogicFailure::Status { status: 500 } };
    assert_eq!(stage.system(again), Err(Rejection::NoRequest));
}

#[test]
fn rule_5_the_deadline_wins_over_whatever_comes_with_it() {
    let mut stage = listening();
    stage.carmen_writes("Hello?");
    let request = stage.ask();
    stage.now = stage.now.plus_ms(TIMEOUT_MS);
    stage.answer(request, vec![message("Hi!")]).unwrap();
    assert_eq!(stage.chat(), ["Carmen: Hello?"]);
    let failure = LogicFailure::TimedOut { after_ms: TIMEOUT_MS };
    assert_eq!(stage.state.help.as_ref().unwrap().reason, HelpReason::LogicFailed { failure });
}

#[test]
fn silent_turns_reopen_nothing_call_nobody_and_notify_nobody() {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Thanks!");
    assert!(stage.state.help.is_none() && stage.state.waiting_since.is_none() && !stage.queued());
    let viewer = crate::stage::MAYA;
    let permissions = tandem_conversation::Role::Agent.permissions();
    let maya = tandem_conversation::Viewer {
        user: viewer,
        permissions: &permissions,
        skills: &tandem_conversation::Skills::default(),
        availability: tandem_conversation::Availability::Available,
        seen: tandem_conversation::Position::START,
        seen_here: tandem_conversation::Position::START,
        looking: false,
        load: 0,
        capacity: 5,
        patience_ms: 1,
        low_percent: 25,
    };
    let kind: Option<NoticeKind> = tandem_conversation::notice(&stage.state, &maya, stage.now).map(|n| n.kind);
    assert_eq!(kind, None);
}

#[test]
fn your_logic_may_take_a_conversation_back_from_agents() {
    let mut stage = Stage::new();
    stage.carmen_writes("Hello?");
    stage.maya(Command::TakeOver).unwrap();
    let engagement = stage.engagement(&crate::stage::maya()).id;
    let actions =
        vec![Action::EngageLogic { value: true }, Action::RemoveParticipant { engagement }, message("I go on.")];
    stage.logic_sends(actions).unwrap();
    assert_eq!(stage.chat(), ["Carmen: Hello?", "Your Logic: I go on."]);
    let after: &Conversation = &stage.state;
    assert!(after.people().next().is_none() && after.logic.engaged && after.help.is_none());
}
