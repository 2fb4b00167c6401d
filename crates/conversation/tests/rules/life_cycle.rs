//! Rules 9 and 10: the life of a message, and that everything is an event with actor, time and cause.

use crate::stage::{Stage, maya};
use tandem_conversation::{Command, EventBody, Position, Rejection, Side, Stage as Step, TurnId};

/// Maya's reply is on its way.
fn sent() -> (Stage, TurnId) {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Hello?");
    stage.maya_joins();
    stage.maya_replies("Hello Carmen");
    let turn = stage.state.open_turns.last().expect("the story begins so").turn;
    (stage, turn)
}

fn step(turn: TurnId, stage: Step) -> Command {
    Command::Progress { turn, stage, reason: None, remedy: None, code: None }
}

#[test]
fn rule_9_an_outbound_turn_moves_forward_in_whatever_order_receipts_arrive() {
    let orders = [
        [Step::Sent, Step::Delivered, Step::Seen],
        [Step::Seen, Step::Delivered, Step::Sent],
        [Step::Delivered, Step::Sent, Step::Seen],
        [Step::Delivered, Step::Seen, Step::Sent],
    ];
    for order in orders {
        let (mut stage, turn) = sent();
        let steps = order.map(|at| stage.system(step(turn, at)).unwrap());
        let told: Vec<Step> = steps
            .iter()
            .flatten()
            .filter_map(|event| match event.body {
                EventBody::TurnProgressed { stage, .. } => Some(stage),
                _ => None,
            })
            .collect();
        assert!(told.is_sorted(), "{order:?} was told as {told:?}");
        assert_eq!(told.last(), Some(&Step::Seen), "and arrives");
        assert!(stage.state.open_turns.is_empty(), "what is seen is not followed any more");
    }
}

#[test]
fn rule_9_a_repeated_or_unknown_receipt_changes_nothing() {
    let (mut stage, turn) = sent();
    stage.system(step(turn, Step::Sent)).unwrap();
    assert_eq!(stage.system(step(turn, Step::Sent)), Ok(Vec::new()));
    assert_eq!(stage.system(step(TurnId(uuid::Uuid::nil()), Step::Sent)), Ok(Vec::new()));
}

#[test]
fn rule_9_a_failed_turn_keeps_the_channels_reason_until_it_arrives_after_all() {
    let (mut stage, turn) = sent();
    let failed = Command::Progress {
        turn,
        stage: Step::Failed,
        reason: Some("number unknown".into()),
        remedy: None,
        code: None,
    };
    let events = stage.system(failed).unwrap();
    assert!(matches!(&events[0].body, EventBody::TurnProgressed { reason: Some(r), .. } if r == "number unknown"));
    assert_eq!(stage.system(step(turn, Step::Sent)), Ok(Vec::new()));
    let up_to = stage.state.position;
    stage.carmen(Command::Receive { stage: Step::Seen, up_to }).unwrap();
    assert_eq!(stage.state.open_turns[0].stage, Step::Failed, "what was refused cannot have been seen");
    stage.maya_replies("Once more: hello");
    assert_eq!(stage.state.open_turns.len(), 1, "said again, the failure is history");

    let (mut stage, turn) = sent();
    stage.system(step(turn, Step::Failed)).unwrap();
    assert_eq!(stage.system(step(turn, Step::Delivered)).unwrap().len(), 1, "having arrived beats the failure");
    assert_eq!(stage.state.failed_turns().count(), 0);
}

#[test]
fn rule_9_receipts_of_both_sides_only_move_forward() {
    let (mut stage, _) = sent();
    let end = stage.state.position;
    let receive = |at, up_to| Command::Receive { stage: at, up_to };
    for command in [
        receive(Step::Seen, end),
        receive(Step::Delivered, Position(1)),
        receive(Step::Seen, Position(2)),
        receive(Step::Delivered, end),
    ] {
        stage.carmen(command.clone()).unwrap();
        stage.maya(command).unwrap();
    }
    let known = &stage.state.receipts;
    assert_eq!((known.customer_delivered, known.customer_seen), (end, end), "what is seen has arrived");
    assert_eq!((known.desk_delivered, known.desk_seen), (end, end));
    let receipts = stage.events.iter().filter(|event| matches!(event.body, EventBody::Received { .. })).count();
    assert_eq!(receipts, 2, "old news are no events");
}

#[test]
fn rule_9_looking_on_is_not_seeing() {
    let (mut stage, _) = sent();
    let up_to = stage.state.position;
    assert_eq!(stage.sofia(Command::Receive { stage: Step::Seen, up_to }), Ok(Vec::new()));
    let events = stage.sofia(Command::Receive { stage: Step::Delivered, up_to }).unwrap();
    assert!(matches!(events[0].body, EventBody::Received { side: Side::Desk, .. }));
}

#[test]
fn rule_9_a_receipt_that_cannot_be_is_refused() {
    let (mut stage, _) = sent();
    let beyond = stage.state.position.next();
    for (at, up_to) in [(Step::Seen, beyond), (Step::Sent, Position(1)), (Step::Failed, Position(1))] {
        assert!(matches!(stage.carmen(Command::Receive { stage: at, up_to }), Err(Rejection::Invalid { .. })));
    }
}

#[test]
fn rule_10_every_action_is_an_event_with_actor_time_and_cause() {
    let (mut stage, _) = sent();
    stage.now = stage.now.plus_ms(1_500);
    let events = stage.maya(Command::PressButton { action: "refund".into() }).unwrap();
    let [event] = events.as_slice() else { panic!("one action, one event") };
    assert_eq!((event.actor.clone(), event.time), (maya(), stage.now));
    let causes: Vec<_> = stage.events.iter().map(|event| event.cause).collect();
    assert_eq!(causes.iter().filter(|cause| **cause == event.cause).count(), 1, "the command that caused it");
}

#[test]
fn rule_10_what_tandem_itself_does_is_told_as_such_with_the_command_that_led_to_it() {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Hello?");
    let (turn, help) = (&stage.events[1], &stage.events[2]);
    assert!(matches!(help.body, EventBody::HelpRaised { .. }));
    assert_eq!(help.actor, tandem_conversation::Participant::System);
    assert_eq!(help.cause, turn.cause);
}

#[test]
fn rule_10_what_changes_nothing_is_no_event() {
    let (mut stage, _) = sent();
    stage.maya(Command::Tag { add: vec!["vip".into()], remove: Vec::new() }).unwrap();
    let same = [
        Command::RenameCustomer { name: "Carmen".into() },
        Command::Tag { add: vec!["vip".into()], remove: vec!["new".into()] },
        Command::EngageLogic { engaged: false },
    ];
    for command in same {
        assert_eq!(stage.maya(command.clone()), Ok(Vec::new()), "{command:?}");
    }
    assert_eq!(stage.pass_ms(86_400_000), []);
}
