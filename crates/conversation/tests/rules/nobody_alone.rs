//! Rule 3: every way in which the person or service attending to the customer can leave. The stage checks the rule
//! after every command; these tests check that it holds for the right reason.

use crate::stage::{AEROLINX, JONAS, LINK_MS, Stage, TIMEOUT_MS, aerolinx, jonas, message};
use tandem_conversation::{
    Action, Command, EndReason, EventBody, HelpReason, LogicFailure, Participant, Rejection, Status, left_alone,
};

/// Carmen waits; only Maya attends to her; Your Logic is switched off.
fn maya_alone() -> Stage {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("My flight was cancelled.");
    stage.maya_joins();
    assert!(stage.state.help.is_none() && stage.state.waiting_since.is_some());
    stage
}

/// Carmen waits; only Aerolinx attends to her.
fn aerolinx_alone() -> Stage {
    let mut stage = maya_alone();
    stage.aerolinx_comes();
    stage.maya(leave()).expect("the story begins so");
    assert!(stage.state.help.is_none(), "the partner is there");
    stage
}

fn leave() -> Command {
    Command::Leave { reason: "lunch".into(), ask_for_help: false }
}

fn help(stage: &Stage) -> &HelpReason {
    &stage.state.help.as_ref().expect("somebody is called").reason
}

#[test]
fn rule_3_without_your_logic_a_message_calls_for_help_and_queues() {
    let mut stage = Stage::without_logic();
    assert!(stage.state.help.is_none(), "Carmen has not said anything yet");
    stage.carmen_writes("Hello?");
    assert_eq!(*help(&stage), HelpReason::NobodyEngaged);
    assert!(stage.queued());
    stage.maya_joins();
    assert!(!stage.queued(), "the wait in the queue is over");
}

#[test]
fn rule_3_the_last_person_leaving() {
    let mut stage = maya_alone();
    stage.maya(leave()).unwrap();
    assert_eq!(*help(&stage), HelpReason::LastPersonLeft);
}

#[test]
fn rule_3_leaving_an_answered_customer_makes_no_noise() {
    let mut stage = maya_alone();
    stage.maya_replies("You are rebooked.");
    stage.maya(leave()).unwrap();
    assert!(stage.state.help.is_none(), "Carmen waits for nothing");
    stage.carmen_writes("Which seat?");
    assert!(stage.state.help.is_some(), "now she does");
}

#[test]
fn rule_3_leaving_while_a_colleague_stays_makes_no_noise() {
    let mut stage = maya_alone();
    stage.jonas_joins();
    stage.maya(leave()).unwrap();
    assert!(stage.state.help.is_none());
}

#[test]
fn rule_3_being_removed() {
    let mut stage = aerolinx_alone();
    stage.jonas_joins();
    let partner = stage.engagement(&aerolinx()).id;
    stage.jonas(Command::Remove { engagement: partner }).unwrap();
    assert!(stage.state.help.is_none(), "Jonas is there");
    let own = stage.engagement(&jonas()).id;
    stage.jonas(Command::Remove { engagement: own }).unwrap();
    assert_eq!(*help(&stage), HelpReason::LastPersonLeft);
}

#[test]
fn rule_3_being_removed_by_your_logic() {
    let mut stage = Stage::new();
    stage.maya_joins();
    stage.logic_listens();
    stage.carmen_writes("Hello?");
    let engagement = stage.engagement(&crate::stage::maya()).id;
    stage.logic_answers(vec![Action::RemoveParticipant { engagement }]);
    assert_eq!(*help(&stage), HelpReason::LastPersonLeft);
}

#[test]
fn rule_3_your_logic_switched_off() {
    let mut stage = Stage::new();
    stage.carmen_writes("Hello?");
    assert!(stage.state.help.is_none(), "Your Logic is about to be asked");
    stage.sofia(Command::EngageLogic { engaged: false }).unwrap();
    assert_eq!(*help(&stage), HelpReason::NobodyEngaged);
}

#[test]
fn rule_3_your_logic_switched_off_while_it_is_being_asked() {
    let mut stage = Stage::new();
    stage.carmen_writes("Hello?");
    let request = stage.ask();
    stage.sofia(Command::EngageLogic { engaged: false }).unwrap();
    assert!(stage.state.help.is_some() && stage.state.logic.asked.is_none());
    stage.answer(request, vec![message("Hi!")]).unwrap();
    assert_eq!(stage.chat(), ["Carmen: Hello?"], "its answer is not sent any more");
    assert_eq!(stage.whispers(), ["Your Logic: Hi!"], "but not lost either");
}

#[test]
fn rule_3_your_logic_switches_itself_off() {
    let mut stage = Stage::new();
    stage.carmen_writes("Hello?");
    stage.ask();
    stage.logic_answers(vec![Action::EngageLogic { value: false }]);
    assert!(stage.state.help.is_some());
}

#[test]
fn rule_3_an_invitation_attends_to_nobody() {
    let mut stage = maya_alone();
    stage.maya_invites_jonas();
    stage.maya(leave()).unwrap();
    assert_eq!(*help(&stage), HelpReason::LastPersonLeft, "Jonas has only been asked");
}

#[test]
fn rule_3_an_invitation_declined_missed_or_withdrawn() {
    for end in [EndReason::Declined, EndReason::Missed, EndReason::Withdrawn] {
        let mut stage = maya_alone();
        let invitation = stage.maya_invites_jonas();
        stage.maya(leave()).unwrap();
        match end {
            EndReason::Declined => drop(stage.jonas(Command::Decline { engagement: invitation }).unwrap()),
            EndReason::Withdrawn => drop(stage.sofia(Command::Withdraw { engagement: invitation }).unwrap()),
            _ => drop(stage.pass_ms(crate::stage::INVITATION_MS)),
        }
        assert!(stage.state.invitation_of(JONAS).is_none());
        assert!(stage.state.help.is_some(), "{end:?}");
        let ended = |body: &EventBody| matches!(body, EventBody::EngagementEnded { end: e, .. } if *e == end);
        assert!(stage.events.iter().any(|event| ended(&event.body)), "{end:?} is told");
    }
}

#[test]
fn rule_3_an_external_link_expired() {
    let mut stage = aerolinx_alone();
    assert_eq!(stage.state.next_deadline(), Some(stage.now.plus_ms(LINK_MS)));
    stage.pass_ms(LINK_MS - 1);
    assert!(stage.state.help.is_none());
    stage.pass_ms(1);
    assert_eq!(*help(&stage), HelpReason::LinkOver);
}

#[test]
fn rule_3_an_external_link_that_expires_inside_another_command() {
    let mut stage = aerolinx_alone();
    stage.now = stage.now.plus_ms(LINK_MS);
    let reply = stage.reply("Too late");
    assert_eq!(stage.aerolinx(reply), Err(Rejection::LinkOver));
    stage.carmen_writes("Are you there?");
    assert_eq!(*help(&stage), HelpReason::LinkOver, "the exact reason, whatever command noticed it");
}

#[test]
fn rule_3_an_unanswered_invitation_never_hides_the_better_reason() {
    let mut stage = aerolinx_alone();
    stage.jonas_joins();
    let invitee = tandem_conversation::Invitee::Colleague { user: crate::stage::SOFIA, name: "Sofia".into() };
    stage.jonas(Command::Invite { invitee, note: None }).unwrap();
    stage.jonas(leave()).unwrap();
    let invitation = stage.state.invitation_of(crate::stage::SOFIA).unwrap().id;
    stage.now = stage.now.plus_ms(LINK_MS);
    assert!(left_alone(&stage.state, stage.now), "the deadline has passed and nobody has noticed");
    // The invitation has also expired by now, and the customer's message reveals both.
    stage.carmen_writes("Hello?");
    assert!(stage.state.engagements.iter().all(|e| e.id != invitation));
    assert_eq!(*help(&stage), HelpReason::LinkOver);
}

#[test]
fn rule_3_an_external_link_revoked() {
    let mut stage = aerolinx_alone();
    stage.sofia(Command::RevokeLink { link: AEROLINX }).unwrap();
    assert_eq!(*help(&stage), HelpReason::LinkOver);
    assert_eq!(stage.aerolinx(Command::OpenLink { link: AEROLINX }), Err(Rejection::LinkOver));
}

#[test]
fn rule_3_your_logic_failing_each_way() {
    let ways = [
        LogicFailure::NotConfigured,
        LogicFailure::Unreachable { detail: "connection refused".into() },
        LogicFailure::Status { status: 500 },
        LogicFailure::Malformed { detail: "not JSON".into() },
    ];
    for failure in ways {
        let mut stage = Stage::new();
        stage.logic_listens();
        stage.carmen_writes("Hello?");
        let request = stage.ask();
        stage.system(Command::FailLogic { request, failure: failure.clone() }).unwrap();
        assert_eq!(*help(&stage), HelpReason::LogicFailed { failure });
    }
}

#[test]
fn rule_3_your_logic_timing_out_by_tick() {
    let mut stage = Stage::new();
    stage.logic_listens();
    stage.carmen_writes("Hello?");
    stage.ask();
    stage.pass_ms(TIMEOUT_MS - 1);
    assert!(stage.state.help.is_none(), "it still answers in time");
    stage.pass_ms(1);
    let failure = LogicFailure::TimedOut { after_ms: TIMEOUT_MS };
    assert_eq!(*help(&stage), HelpReason::LogicFailed { failure });
}

#[test]
fn rule_3_your_logics_answer_refused() {
    let mut stage = Stage::new();
    stage.logic_listens();
    stage.carmen_writes("Hello?");
    stage.logic_answers(vec![message(" ")]);
    assert!(matches!(help(&stage), HelpReason::LogicFailed { failure: LogicFailure::Refused { action: 0, .. } }));
}

#[test]
fn rule_3_your_logic_answering_with_nothing() {
    let mut stage = Stage::new();
    stage.logic_listens();
    stage.carmen_writes("Hello?");
    stage.logic_answers(Vec::new());
    assert_eq!(*help(&stage), HelpReason::LogicSilent);
}

#[test]
fn rule_3_delegating_to_a_failing_logic() {
    let mut stage = Stage::new();
    stage.carmen_writes("Hello?");
    stage.maya_joins();
    let delegate = Command::Delegate { note: Some("please go on".into()), turn: stage.turn() };
    stage.maya(delegate).unwrap();
    assert!(stage.state.help.is_none(), "Your Logic is about to be asked");
    let failure = stage.logic_fails();
    assert_eq!(*help(&stage), HelpReason::LogicFailed { failure });
}

#[test]
fn rule_3_delegating_again_to_a_logic_that_had_failed() {
    let mut stage = Stage::new();
    stage.carmen_writes("Hello?");
    stage.logic_fails();
    stage.maya_joins();
    let delegate = Command::Delegate { note: None, turn: stage.turn() };
    stage.maya(delegate).unwrap();
    assert!(stage.state.fallback.is_none() && stage.state.help.is_none(), "it gets another chance");
    stage.logic_fails();
    assert!(stage.state.fallback.is_some() && stage.state.help.is_some());
}

#[test]
fn rule_3_a_customer_who_comes_back_to_a_logic_that_still_fails_is_told_the_exact_reason() {
    let mut stage = Stage::new();
    stage.carmen_writes("Hello?");
    let failure = stage.logic_fails();
    stage.maya_joins();
    stage.maya(Command::Complete { resolution: String::new() }).unwrap();
    assert!(matches!(stage.state.status, Status::Completed { .. }));
    stage.carmen_writes("It broke again.");
    assert_eq!(*help(&stage), HelpReason::LogicFailed { failure });
    assert!(stage.is_engaged(&Participant::Logic));
}

#[test]
fn rule_3_a_courtesy_behind_an_unanswered_wish_hides_nothing() {
    let mut stage = Stage::new();
    stage.logic_listens();
    stage.carmen_writes("Where is my parcel?");
    stage.carmen_writes("Thanks!");
    stage.logic_answers(Vec::new());
    stage.logic_fails();
    assert!(stage.state.help.is_some(), "the failure was about a courtesy, but Carmen still waits");
    assert!(stage.state.fallback.is_none());
}

#[test]
fn rule_3_a_clock_that_is_set_back_leaves_nobody_alone() {
    let mut stage = aerolinx_alone();
    let updated = stage.state.updated;
    stage.now = stage.now.plus_ms(-3 * LINK_MS);
    stage.carmen_writes("Hello?");
    assert_eq!(stage.state.updated, updated, "history never runs backwards");
    stage.now = stage.now.plus_ms(4 * LINK_MS);
    stage.pass_ms(0);
    assert_eq!(*help(&stage), HelpReason::LinkOver);
}

#[test]
fn rule_3_a_user_who_may_not_work_here_any_more() {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Hello?");
    stage.maya_joins();
    stage.maya_invites_jonas();
    stage.system(Command::Dismiss { user: crate::stage::JONAS }).unwrap();
    assert!(stage.state.invitation_of(crate::stage::JONAS).is_none());
    assert!(stage.state.help.is_none(), "Maya is there");
    stage.system(Command::Dismiss { user: crate::stage::MAYA }).unwrap();
    assert_eq!(*help(&stage), HelpReason::LastPersonLeft);
    assert_eq!(stage.state.left.iter().map(|past| past.user).collect::<Vec<_>>(), [crate::stage::MAYA]);
    assert_eq!(stage.system(Command::Dismiss { user: crate::stage::MAYA }), Ok(Vec::new()), "once is enough");
}
