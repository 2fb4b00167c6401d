//! Rule 13: one voice at a time.

use crate::stage::{LEASE_MS, Stage, TIMEOUT_MS, message};
use tandem_conversation::{Action, Choice, Command, Content, EventBody, Rejection};

/// Carmen has written, Maya is there, and Your Logic is being asked about Carmen's words.
fn shared() -> Stage {
    let mut stage = Stage::new();
    stage.maya_joins();
    stage.logic_listens();
    stage.carmen_writes("Where is my parcel?");
    stage.ask();
    stage
}

fn whys(stage: &Stage) -> Vec<String> {
    let suggestion = |body: &EventBody| match body {
        EventBody::TurnAdded { turn, .. } => match &turn.content {
            Content::Suggestion { why, .. } => why.clone(),
            _ => None,
        },
        _ => None,
    };
    stage.events.iter().filter_map(|event| suggestion(&event.body)).collect()
}

#[test]
fn rule_13_your_logic_speaks_while_people_only_listen() {
    let mut stage = shared();
    assert!(stage.state.logic.asked.is_some(), "agents see that it is answering");
    stage.logic_answers(vec![message("On its way.")]);
    assert_eq!(stage.chat().last().unwrap(), "Your Logic: On its way.");
}

#[test]
fn rule_13_a_message_becomes_a_suggestion_while_a_person_types() {
    let mut stage = shared();
    stage.typing_until = Some(stage.now.plus_ms(1));
    stage.logic_answers(vec![message("On its way.")]);
    assert_eq!(stage.chat(), ["Carmen: Where is my parcel?"]);
    assert_eq!((stage.whispers().len(), whys(&stage)), (1, vec!["a person is answering".to_owned()]));
}

#[test]
fn rule_13_typing_is_over_when_its_time_is() {
    let mut stage = shared();
    stage.typing_until = Some(stage.now);
    stage.logic_answers(vec![message("On its way.")]);
    assert_eq!(stage.chat().last().unwrap(), "Your Logic: On its way.");
}

#[test]
fn rule_13_a_message_becomes_a_suggestion_after_a_persons_recent_turn() {
    let mut stage = Stage::new();
    stage.maya_joins();
    stage.maya_replies("Hello Carmen");
    stage.logic_listens();
    stage.now = stage.now.plus_ms(LEASE_MS - 1);
    stage.carmen_writes("Where is my parcel?");
    stage.logic_answers(vec![message("On its way.")]);
    assert_eq!(whys(&stage), ["a person is answering"]);
    stage.now = stage.now.plus_ms(1);
    stage.carmen_writes("Hello?");
    stage.logic_answers(vec![message("On its way.")]);
    assert_eq!(stage.chat().last().unwrap(), "Your Logic: On its way.", "the word is free again");
}

#[test]
fn rule_13_everything_said_becomes_a_suggestion_questions_and_files_too() {
    let mut stage = shared();
    stage.typing_until = Some(stage.now.plus_ms(1));
    let choices = vec![Choice { id: "a".into(), label: "A".into() }];
    let media = crate::limits::photo("label.png");
    stage.logic_answers(vec![
        Action::Question { text: "Which?".into(), choices, force: false, turn: None },
        Action::Attachment { media: Some(media), url: None, name: None, text: String::new(), force: false, turn: None },
    ]);
    assert_eq!(stage.whispers(), ["Your Logic: Which?", "Your Logic: label.png"]);
}

#[test]
fn rule_13_force_speaks() {
    let mut stage = shared();
    stage.typing_until = Some(stage.now.plus_ms(1));
    stage.logic_answers(vec![Action::Message { text: "Evacuate now.".into(), force: true, turn: None }]);
    assert_eq!(stage.chat().last().unwrap(), "Your Logic: Evacuate now.");
}

#[test]
fn rule_13_a_late_answer_is_never_sent_but_kept_as_a_suggestion() {
    let mut stage = Stage::new();
    stage.logic_listens();
    stage.carmen_writes("Hello?");
    let request = stage.ask();
    stage.pass_ms(TIMEOUT_MS);
    stage.answer(request, vec![message("Hi!"), Action::Complete { resolution: String::new() }]).unwrap();
    assert_eq!((stage.chat(), whys(&stage)), (vec!["Carmen: Hello?".into()], vec!["answered too late".into()]));
    assert!(stage.state.in_progress(), "nothing else of it happens");
}

#[test]
fn rule_13_even_force_is_not_sent_late() {
    let mut stage = Stage::new();
    stage.carmen_writes("Hello?");
    let request = stage.ask();
    stage.pass_ms(TIMEOUT_MS);
    stage.answer(request, vec![Action::Message { text: "Hi!".into(), force: true, turn: None }]).unwrap();
    assert_eq!(stage.chat(), ["Carmen: Hello?"]);
}

#[test]
fn rule_13_a_late_answer_without_words_is_refused() {
    let mut stage = Stage::new();
    stage.carmen_writes("Hello?");
    let request = stage.ask();
    stage.pass_ms(TIMEOUT_MS);
    assert_eq!(stage.answer(request, vec![Action::Reopen]), Err(Rejection::NoRequest));
}

#[test]
fn rule_13_switched_off_it_only_suggests() {
    let mut stage = Stage::new();
    stage.maya(Command::TakeOver).unwrap();
    stage.logic_sends(vec![message("Ask for the number.")]).unwrap();
    assert_eq!(whys(&stage), ["Your Logic is switched off here"]);
}

#[test]
fn rule_13_your_logic_may_say_goodbye_in_the_answer_that_switches_it_off() {
    let mut stage = Stage::new();
    stage.logic_listens();
    stage.carmen_writes("A person, please");
    let help = Action::NeedsHelp { value: true, reason: String::new(), customer_asked: true };
    stage.logic_answers(vec![Action::EngageLogic { value: false }, help, message("A colleague comes.")]);
    assert_eq!(stage.chat().last().unwrap(), "Your Logic: A colleague comes.");
}
