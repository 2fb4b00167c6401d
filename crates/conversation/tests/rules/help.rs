//! Rule 4: who raises `needs_help`, and the ways in which it clears.

use crate::stage::{LADDER, Stage, jonas, maya, not_needed};
use tandem_conversation::{
    Action, CallId, Command, EventBody, HelpReason, Participant, Reach, Rejection, Trigger, trigger_of,
};

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
    let claimed =
        |body: &EventBody| matches!(body, EventBody::HelpCleared { claimed_by: Some(by), .. } if *by == jonas());
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
    stage.sofia(not_needed()).unwrap();
    assert!(stage.state.help.is_none());
    assert_eq!(stage.sofia(not_needed()), Err(Rejection::NoCall));
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
    assert_eq!(stage.maya(not_needed()), Err(Rejection::NotEngaged), "that is for those who take part");
    assert_eq!(stage.sofia(not_needed()), Err(Rejection::CustomerAlone));
    assert_eq!(stage.state, before);
}

#[test]
fn rule_4_saying_it_is_not_needed_in_the_moment_in_which_the_partners_time_is_up() {
    let mut stage = called();
    stage.aerolinx_comes();
    stage.maya(Command::Leave { reason: String::new(), ask_for_help: false }).unwrap();
    stage.now = stage.now.plus_ms(crate::stage::LINK_MS);
    assert_eq!(stage.sofia(not_needed()), Err(Rejection::CustomerAlone));
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

/// The same, with a working Your Logic that could say something.
fn called_beside_logic() -> Stage {
    let mut stage = Stage::new();
    stage.carmen_writes("Hola");
    stage.logic_answers(vec![crate::stage::message("¡Hola!")]);
    stage.maya_joins();
    stage.logic_listens();
    stage.maya(ask_for_help()).expect("the story begins so");
    stage.logic_listens();
    stage
}

/// How far the story's call reaches by now.
fn reach(stage: &Stage) -> Reach {
    stage.state.help.as_ref().expect("help is needed").reach
}

#[test]
fn rule_14_a_call_that_nobody_answers_is_made_to_more_people_step_by_step() {
    let mut stage = called_beside_logic();
    assert_eq!(reach(&stage), Reach::Eligible);
    let steps = [
        (LADDER.everyone_after_ms, Reach::Everyone),
        (LADDER.supervisors_after_ms, Reach::Supervisors),
        (LADDER.logic_after_ms, Reach::Logic),
    ];
    for (wait, next) in steps {
        let before = reach(&stage);
        assert_eq!(stage.state.next_deadline(), Some(stage.now.plus_ms(wait)), "the hub wakes up for it");
        stage.pass_ms(wait - 1);
        assert_eq!(reach(&stage), before, "not before its time");
        stage.pass_ms(1);
        assert_eq!(reach(&stage), next);
    }
    assert_eq!(stage.state.help.as_ref().and_then(|help| help.widens_at), None, "nobody is left to call");
    assert!(stage.pass_ms(3_600_000).is_empty());
}

#[test]
fn rule_14_a_step_that_was_missed_is_made_up_for_one_by_one() {
    let mut stage = called();
    stage.pass_ms(3_600_000);
    assert_eq!(reach(&stage), Reach::Everyone, "whoever is called next gets their time, however long nobody looked");
}

#[test]
fn rule_14_a_step_known_to_be_in_vain_is_not_waited_for() {
    let mut stage = called();
    let call = stage.state.help.as_ref().expect("help is needed").call;
    stage.system(Command::WidenHelp { call, reach: Reach::Eligible }).unwrap();
    assert_eq!(reach(&stage), Reach::Everyone);
    let again = stage.system(Command::WidenHelp { call, reach: Reach::Eligible }).unwrap();
    assert!(again.is_empty() && reach(&stage) == Reach::Everyone, "the same news twice skips one step");
    assert_eq!(stage.maya(Command::WidenHelp { call, reach: Reach::Everyone }), Err(Rejection::NotYours));
}

#[test]
fn rule_14_a_supervisor_calls_more_people_before_their_time() {
    let mut stage = called_beside_logic();
    let call = stage.state.help.as_ref().expect("help is needed").call;
    let other = CallId(uuid::Uuid::max());
    assert_eq!(stage.sofia(Command::CallMore { call: other }), Err(Rejection::CallOver));
    let widened = stage.sofia(Command::CallMore { call }).unwrap();
    assert_eq!((reach(&stage), widened.len()), (Reach::Everyone, 1));
    assert_eq!(
        stage.state.next_deadline(),
        Some(stage.now.plus_ms(LADDER.supervisors_after_ms)),
        "they get their time"
    );
    stage.sofia(Command::CallMore { call }).unwrap();
    assert_eq!(reach(&stage), Reach::Supervisors);
    let refused = stage.sofia(Command::CallMore { call });
    assert!(matches!(refused, Err(Rejection::Invalid { .. })), "Your Logic is told by time alone: {refused:?}");
    stage.jonas_joins();
    assert_eq!(stage.sofia(Command::CallMore { call }), Err(Rejection::NoCall));
}

#[test]
fn rule_14_your_logic_is_told_when_nobody_came_and_before_that_only_of_the_call() {
    let mut stage = called_beside_logic();
    let told = |events: &[tandem_conversation::Event]| events.iter().filter_map(trigger_of).collect::<Vec<_>>();
    assert!(told(&stage.pass_ms(LADDER.everyone_after_ms)).is_empty());
    assert!(told(&stage.pass_ms(LADDER.supervisors_after_ms)).is_empty());
    assert_eq!(told(&stage.pass_ms(LADDER.logic_after_ms)), [Trigger::NeedsHelpChanged]);
}

#[test]
fn rule_14_who_joins_ends_the_steps() {
    let mut stage = called();
    stage.jonas_joins();
    assert!(stage.state.help.is_none());
    assert!(stage.pass_ms(3_600_000).is_empty());
}

#[test]
fn rule_14_your_logic_that_is_not_there_is_not_waited_for() {
    let mut stage = called();
    stage.pass_ms(LADDER.everyone_after_ms);
    stage.pass_ms(LADDER.supervisors_after_ms);
    let help = stage.state.help.clone().expect("help is needed");
    assert_eq!((help.reach, help.widens_at), (Reach::Supervisors, None));
    stage.system(Command::WidenHelp { call: help.call, reach: help.reach }).unwrap();
    assert_eq!(reach(&stage), Reach::Supervisors);
}

/// The story's call is at `reach`, waiting for the next step.
fn called_as_far_as(reach: Reach) -> Stage {
    let mut stage = called_beside_logic();
    for wait in [LADDER.everyone_after_ms, LADDER.supervisors_after_ms, LADDER.logic_after_ms] {
        if self::reach(&stage) != reach {
            stage.pass_ms(wait);
        }
    }
    assert_eq!(self::reach(&stage), reach, "the story begins so");
    stage
}

#[test]
fn rule_14_no_deadline_stands_still_when_your_logic_goes_away_during_a_call() {
    for reach in [Reach::Eligible, Reach::Everyone, Reach::Supervisors, Reach::Logic] {
        for fails in [true, false] {
            let mut stage = called_as_far_as(reach);
            if fails {
                stage.carmen_writes("Hello?");
                stage.logic_fails();
            } else {
                stage.sofia(Command::EngageLogic { engaged: false }).unwrap();
            }
            while let Some(at) = stage.state.next_deadline() {
                assert!(at > stage.now, "{reach:?}, fails: {fails}: a deadline in the past stops all others");
                stage.pass_ms(at.since(stage.now));
            }
            let last = stage.state.help.as_ref().expect("nobody has come");
            assert_eq!((last.reach, last.widens_at), (reach.max(Reach::Supervisors), None), "fails: {fails}");
        }
    }
}

#[test]
fn rule_14_a_call_of_an_older_hub_that_stands_still_goes_on() {
    for reach in [Reach::Supervisors, Reach::Logic] {
        let mut stage = called();
        let help = stage.state.help.as_mut().expect("help is needed");
        (help.reach, help.widens_at) = (reach, Some(stage.now.plus_ms(-1)));
        stage.pass_ms(0);
        assert_eq!(stage.state.next_deadline(), None, "{reach:?}");
        assert!(stage.pass_ms(0).is_empty(), "{reach:?}");
    }
}

#[test]
fn deadlines_that_a_wrong_clock_has_set_are_kept_at_the_next_tick() {
    const HOUR_MS: i64 = 3_600_000;
    for back_ms in [HOUR_MS, 48 * HOUR_MS] {
        let mut stage = Stage::without_logic();
        stage.now = stage.now.plus_ms(back_ms);
        stage.carmen_writes("Hola");
        stage.pass_ms(-back_ms);
        let reach = |stage: &Stage| stage.state.help.as_ref().map(|help| help.reach);
        assert_eq!(reach(&stage), Some(Reach::Everyone), "{back_ms}");
        stage.pass_ms(LADDER.supervisors_after_ms - 1);
        assert_eq!(reach(&stage), Some(Reach::Everyone), "{back_ms}: the next step has its usual length");
        stage.pass_ms(1);
        assert_eq!(reach(&stage), Some(Reach::Supervisors), "{back_ms}");

        let mut stage = Stage::new();
        stage.now = stage.now.plus_ms(back_ms);
        stage.carmen_writes("Hola");
        stage.ask();
        stage.pass_ms(-back_ms);
        assert!(
            stage.state.logic.asked.is_none() && stage.state.help.is_some(),
            "{back_ms}: nobody waits for an answer"
        );

        let mut stage = called();
        stage.now = stage.now.plus_ms(back_ms);
        stage.maya_invites_jonas();
        stage.aerolinx_comes();
        stage.pass_ms(-back_ms);
        let stays = stage.is_engaged(&crate::stage::aerolinx());
        assert_eq!(stays, back_ms == HOUR_MS, "{back_ms}: a partner stays for little longer than the link lasts");
        let invited = stage.state.engagements.iter().any(|engagement| engagement.invitee().is_some());
        assert!(!invited, "{back_ms}: nobody waits for an invitation");
    }
}
