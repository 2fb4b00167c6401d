//! The handover packet: a note of Your Logic that the new agent works with and grades.

use tandem_conversation::{
    Action, Command, EventBody, Grade, Handover, LogicFailure, Point, Rejection, Trigger, limits, trigger_of,
};

use crate::stage::{Stage, packet};

/// Maya has joined a conversation that Your Logic handed over.
fn stage() -> Stage {
    let mut stage = Stage::new();
    stage.carmen_writes("My flight is cancelled!");
    stage
        .logic_answers(vec![packet(), Action::NeedsHelp { value: true, reason: String::new(), customer_asked: false }]);
    stage.maya_joins();
    stage
}

fn grade(stage: &Stage, grade: Grade) -> Command {
    let turn = stage.state.handover.as_ref().expect("there is a packet").turn;
    Command::GradeHandover { turn, grade }
}

fn graded(stage: &Stage) -> Option<Grade> {
    stage.state.handover.as_ref()?.graded.as_ref().map(|graded| graded.grade)
}

#[test]
fn the_newest_packet_stands_in_the_state_until_the_next() {
    let mut stage = stage();
    let first = stage.state.handover.clone().expect("there is a packet");
    assert_eq!(first.handover.wish[0].text, "Fly today");
    stage.logic_sends(vec![Action::Note { text: "Only a note".into(), handover: None }]).expect("it may");
    assert_eq!(stage.state.handover.as_deref(), Some(&*first), "an ordinary note changes nothing");
    stage.logic_sends(vec![packet()]).expect("it may");
    assert_ne!(stage.state.handover.map(|open| open.turn), Some(first.turn));
}

#[test]
fn whoever_works_with_it_grades_it_and_the_last_word_counts() {
    let mut stage = stage();
    let events = stage.maya(grade(&stage, Grade::Helpful)).expect("she is engaged");
    assert_eq!(trigger_of(&events[0]), Some(Trigger::HandoverGraded), "Your Logic hears of it");
    assert!(stage.maya(grade(&stage, Grade::Helpful)).expect("she may repeat it").is_empty(), "and nothing happens");
    let onlooker = stage.sofia(grade(&stage, Grade::Helpful)).expect_err("she did not work with it");
    assert_eq!(onlooker, Rejection::NotEngaged);
    stage.maya(Command::Complete { resolution: String::new() }).expect("she is engaged");
    stage.maya(grade(&stage, Grade::Wrong)).expect("she knows better when she is done");
    assert_eq!(graded(&stage), Some(Grade::Wrong));
}

#[test]
fn only_the_packet_that_stands_can_be_graded() {
    let mut stage = stage();
    let old = grade(&stage, Grade::Helpful);
    stage.logic_sends(vec![packet()]).expect("it may");
    assert_eq!(stage.maya(old).expect_err("it is not the one"), Rejection::NoTurn);
    assert_eq!(graded(&stage), None);
}

#[test]
fn a_packet_says_something_and_not_too_much() {
    let point = |text: &str| Point { text: text.into(), turns: Vec::new() };
    let many = vec![point("x"); limits::POINTS + 1];
    for (why, handover) in [
        ("empty", Handover::default()),
        ("a point without words", Handover { risk: vec![point(" ")], ..Handover::default() }),
        ("too many points", Handover { open: many, ..Handover::default() }),
    ] {
        let mut stage = Stage::new();
        stage.carmen_writes("Hello?");
        let note = Action::Note { text: "n".into(), handover: Some(Box::new(handover)) };
        let events = stage.logic_answers(vec![note]);
        let refused = |event: &tandem_conversation::Event| {
            matches!(&event.body, EventBody::LogicFailed { failure: LogicFailure::Refused { action: 0, .. }, .. })
        };
        assert!(events.iter().any(refused), "{why}");
        assert_eq!(stage.state.handover, None, "{why}");
    }
}
