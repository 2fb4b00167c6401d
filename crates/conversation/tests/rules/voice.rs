//! Rule 13: one voice at a time.

use crate::stage::{SILENT_MS, Stage, TIMEOUT_MS, aerolinx, maya, message};
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
fn rule_13_the_word_is_the_persons_from_the_moment_they_join() {
    let mut stage = shared();
    assert!(stage.state.logic.asked.is_some(), "agents see that it is answering");
    stage.logic_answers(vec![message("On its way.")]);
    assert_eq!(stage.chat(), ["Carmen: Where is my parcel?"], "Maya has joined and not said a word yet");
    assert_eq!((stage.whispers().len(), whys(&stage)), (1, vec!["a person is answering".to_owned()]));
}

#[test]
fn rule_13_the_word_stays_the_persons_however_long_ago_their_turn_was() {
    let mut stage = Stage::new();
    stage.maya_joins();
    stage.maya_replies("Hello Carmen");
    stage.now = stage.now.plus_ms(100 * SILENT_MS);
    stage.logic_listens();
    stage.carmen_writes("Where is my parcel?");
    stage.logic_answers(vec![message("On its way.")]);
    assert_eq!(whys(&stage), ["a person is answering"]);
}

#[test]
fn rule_13_a_person_who_lets_the_customer_wait_for_too_long_loses_the_word_until_they_speak() {
    let mut stage = shared();
    stage.logic_answers(vec![message("On its way.")]);
    stage.now = stage.now.plus_ms(SILENT_MS);
    stage.carmen_writes("Hello?");
    stage.logic_answers(vec![message("In time.")]);
    stage.now = stage.now.plus_ms(1);
    stage.carmen_writes("Anybody?");
    stage.logic_answers(vec![message("It arrives today.")]);
    assert_eq!(stage.chat().last().unwrap(), "Your Logic: It arrives today.");
    stage.carmen_writes("When?");
    stage.logic_answers(vec![message("At noon.")]);
    assert_eq!(stage.chat().last().unwrap(), "Your Logic: At noon.", "an answer of Your Logic gives Maya no new time");
    stage.carmen_writes("Where?");
    stage.maya_replies("At your door.");
    stage.logic_listens();
    stage.carmen_writes("Thank you! And the invoice?");
    stage.logic_answers(vec![message("By mail.")]);
    assert_eq!(stage.whispers().last().unwrap(), "Your Logic: By mail.", "the word is Maya's again");
}

#[test]
fn rule_13_whoever_joins_late_has_the_whole_time() {
    let mut stage = shared();
    stage.now = stage.now.plus_ms(SILENT_MS - 1);
    stage.jonas_joins();
    stage.now = stage.now.plus_ms(SILENT_MS);
    stage.carmen_writes("Hello?");
    stage.logic_listens();
    stage.carmen_writes("Hello??");
    stage.logic_answers(vec![message("On its way.")]);
    assert_eq!(whys(&stage), ["a person is answering"]);
    stage.now = stage.now.plus_ms(1);
    stage.carmen_writes("Hello???");
    stage.logic_answers(vec![message("On its way.")]);
    assert_eq!(stage.chat().last().unwrap(), "Your Logic: On its way.");
}

#[test]
fn rule_13_closing_courtesies_make_nobody_wait() {
    let mut stage = Stage::new();
    stage.maya_joins();
    stage.maya_replies("It arrives today.");
    stage.carmen_writes("Thanks, bye!");
    stage.logic_listens();
    stage.now = stage.now.plus_ms(SILENT_MS + 1);
    stage.logic_sends(vec![message("Anything else?")]).unwrap();
    assert_eq!(whys(&stage), ["a person is answering"]);
}

#[test]
fn rule_13_the_word_is_free_when_the_person_has_left_or_handed_back() {
    let note = Command::Leave { reason: String::new(), ask_for_help: false };
    for gone in [note, Command::Complete { resolution: String::new() }] {
        let mut stage = Stage::new();
        stage.maya_joins();
        stage.maya_replies("Hello Carmen");
        stage.maya(gone).unwrap();
        stage.logic_listens();
        stage.carmen_writes("Where is my parcel?");
        while stage.state.logic.pending.len() > 1 {
            stage.logic_answers(Vec::new());
        }
        stage.logic_answers(vec![message("On its way.")]);
        assert_eq!(stage.chat().last().unwrap(), "Your Logic: On its way.");
    }
    let mut stage = shared();
    let delegate = Command::Delegate { note: None, turn: stage.turn() };
    stage.maya(delegate).unwrap();
    stage.logic_answers(vec![message("On its way.")]);
    assert_eq!(stage.chat().last().unwrap(), "Your Logic: On its way.");
}

#[test]
fn rule_13_the_word_stays_with_whoever_remains() {
    let mut stage = Stage::new();
    stage.maya_joins();
    stage.aerolinx_comes();
    stage.maya(Command::Leave { reason: String::new(), ask_for_help: false }).unwrap();
    stage.logic_listens();
    stage.carmen_writes("Where is my parcel?");
    stage.logic_answers(vec![message("On its way.")]);
    assert!(stage.is_engaged(&aerolinx()), "partners are people, too");
    assert_eq!(whys(&stage), ["a person is answering"]);
}

#[test]
fn rule_13_your_logic_that_takes_the_conversation_back_speaks_in_the_same_answer() {
    let engage = |_: &Stage| Action::EngageLogic { value: true };
    let remove = |stage: &Stage| Action::RemoveParticipant { engagement: stage.engagement(&maya()).id };
    let taking: [&dyn Fn(&Stage) -> Action; 2] = [&engage, &remove];
    for take in taking {
        for first in [true, false] {
            let mut stage = shared();
            let mut actions = vec![message("I go on.")];
            actions.insert(usize::from(!first), take(&stage));
            stage.logic_answers(actions);
            assert_eq!(stage.chat().last().unwrap(), "Your Logic: I go on.", "whatever comes first");
        }
    }
    let mut stage = shared();
    stage.jonas_joins();
    let actions = vec![remove(&stage), message("I go on.")];
    stage.logic_answers(actions);
    assert_eq!(whys(&stage), ["a person is answering"], "Jonas is still there");
}

#[test]
fn rule_13_a_person_who_types_keeps_the_word() {
    for (typing_ms, speaks) in [(1, false), (0, true)] {
        let mut stage = shared();
        stage.logic_listens();
        stage.now = stage.now.plus_ms(SILENT_MS + 1);
        stage.typing_until = Some(stage.now.plus_ms(typing_ms));
        stage.logic_sends(vec![message("On its way.")]).unwrap();
        assert_eq!(stage.chat().len() == 2, speaks, "typing for {typing_ms} ms more");
    }
}

#[test]
fn rule_13_everything_said_becomes_a_suggestion_questions_and_files_too() {
    let mut stage = shared();
    let choices = vec![Choice { id: "a".into(), label: "A".into() }];
    let media = crate::limits::photo("label.png");
    stage.logic_answers(vec![
        Action::Question {
            text: "Which?".into(),
            choices,
            force: false,
            turn: None,
            key: None,
            language: None,
            library: None,
        },
        Action::Attachment { media: Some(media), url: None, name: None, text: String::new(), force: false, turn: None },
        Action::Feedback { text: "How was it?".into() },
    ]);
    assert_eq!(stage.whispers(), ["Your Logic: Which?", "Your Logic: label.png", "Your Logic: How was it?"]);
}

#[test]
fn rule_13_force_speaks() {
    let mut stage = shared();
    stage.logic_answers(vec![Action::Message {
        text: "Evacuate now.".into(),
        force: true,
        holding: false,
        turn: None,
    }]);
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
    stage
        .answer(request, vec![Action::Message { text: "Hi!".into(), force: true, holding: false, turn: None }])
        .unwrap();
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
