//! Your Logic's answers are atomic (DESIGN section 5); and each of its actions.

use crate::stage::{JONAS, Stage, TIMEOUT_MS, message};
use serde_json::{Map, json};
use tandem_conversation::{
    Action, Choice, Command, Content, Control, EngagementKind, EventBody, HelpReason, Learnt, LogicFailure,
    Participant, Position, Rejection, limits,
};

fn asked() -> Stage {
    let mut stage = Stage::new();
    stage.logic_listens();
    stage.carmen_writes("Hello?");
    stage.ask();
    stage
}

fn refusal(stage: &Stage) -> (usize, String) {
    match &stage.state.fallback.as_ref().expect("a refused answer falls back").failure {
        LogicFailure::Refused { action, detail } => (*action, detail.clone()),
        other => panic!("not refused but {other:?}"),
    }
}

#[test]
fn what_an_ignored_or_late_answer_has_learnt_does_not_count() {
    for late in [false, true] {
        let mut stage = asked();
        let request = stage.state.logic.asked.as_ref().map(|asked| asked.id);
        if late {
            stage.pass_ms(TIMEOUT_MS);
        } else {
            stage.carmen_writes("Never mind");
        }
        let control = Control { ignore_on_customer_action: true, ..Control::default() };
        let custom = Map::from_iter([("order".to_owned(), json!(7))]);
        let (language, name) = (Some("es".into()), Some("Carmen Ruiz".into()));
        let learnt = Learnt { customer: custom.clone(), custom, language, name };
        let answered =
            stage.logic(Command::AnswerLogic { request, later: false, control, learnt, actions: Vec::new() });
        assert_eq!(answered.is_err(), late, "late: {late}");
        assert!(stage.state.custom.is_empty() && stage.state.customer.custom.is_empty(), "late: {late}");
        assert_eq!((stage.state.customer.name.as_str(), &stage.state.language), ("Carmen", &None), "late: {late}");
    }
}

#[test]
fn an_answer_takes_effect_all_or_not_at_all() {
    let mut stage = asked();
    let custom = Map::from_iter([("order".to_owned(), json!(7))]);
    let tag = Action::Tag { add: vec!["vip".into()], remove: Vec::new() };
    let wrong = Action::InviteAgent { user: JONAS, name: None, note: None };
    let actions = vec![message("Hi!"), tag, wrong, message("Bye!")];
    let request = stage.state.logic.asked.as_ref().map(|asked| asked.id);
    let customer = Map::from_iter([("tier".to_owned(), json!("gold"))]);
    let learnt = Learnt { custom, language: Some("es".into()), customer, name: Some("Carmen Ruiz".into()) };
    stage.logic(Command::AnswerLogic { request, later: false, control: Control::default(), learnt, actions }).unwrap();
    assert_eq!(stage.chat(), ["Carmen: Hello?"], "nothing of it happened");
    assert!(stage.state.tags.is_empty() && stage.state.custom.is_empty());
    assert!(stage.state.customer.custom.is_empty() && stage.state.language.is_none());
    assert_eq!(stage.state.customer.name, "Carmen");
    assert_eq!(refusal(&stage), (2, "user: no such user".to_owned()), "the action is named");
    let line = LogicFailure::Refused { action: 2, detail: "user: no such user".into() }.line();
    assert_eq!(line, "Your Logic's answer was refused: actions[2].user: no such user");
    let line = LogicFailure::Refused { action: 1, detail: Rejection::Completed.to_string() }.line();
    assert_eq!(line, "Your Logic's answer was refused: actions[1]: the conversation is completed");
}

#[test]
fn a_refused_later_answer_changes_nothing_and_may_be_corrected() {
    let mut stage = asked();
    let before = stage.state.clone();
    let request = before.logic.asked.as_ref().map(|asked| asked.id);
    let mut later = |actions| {
        let (control, learnt) = (Control::default(), Learnt::default());
        stage.logic(Command::AnswerLogic { request, later: true, control, learnt, actions }).map(drop)
    };
    for (action, told) in [
        (message(""), "actions[1].text: at least one visible character is needed"),
        (Action::Tag { add: vec!["vip".into(), " ".into()], remove: vec![] }, "actions[1].add[1]: at least one"),
        (Action::Complete { resolution: "x".repeat(limits::TEXT_CHARS + 1) }, "actions[1].resolution: longer than"),
    ] {
        let refused = later(vec![message("Hi!"), action]).unwrap_err();
        assert!(refused.to_string().starts_with(told), "{refused}");
    }
    later(vec![message("Hi!")]).expect("corrected");
    assert!(stage.state.help.is_none() && before.logic.asked.is_some() && stage.state.logic.asked.is_none());
    assert_eq!(stage.chat().last().map(String::as_str), Some("Your Logic: Hi!"));
}

#[test]
fn a_refused_answer_counts_as_malformed() {
    let mut stage = asked();
    stage.logic_answers(vec![message("")]);
    let help = stage.state.help.as_ref().unwrap();
    assert!(matches!(&help.reason, HelpReason::LogicFailed { failure: LogicFailure::Refused { action: 0, .. } }));
    assert!(stage.state.logic.asked.is_none(), "and is not waited for any more");
}

#[test]
fn each_wrong_action_is_refused() {
    let label = "x".repeat(501);
    let gone = tandem_conversation::EngagementId(uuid::Uuid::from_u128(9));
    let table = [
        Action::Question {
            text: "Which?".into(),
            choices: Vec::new(),
            force: false,
            turn: None,
            key: None,
            language: None,
            library: None,
        },
        Action::Note { text: " ".into(), handover: None },
        Action::Suggestion { text: String::new() },
        Action::InviteExternalAgent {
            name: String::new(),
            ttl_s: 60,
            note: None,
            email: None,
            secret_hash: None,
            link: None,
        },
        Action::InviteExternalAgent {
            name: "Aerolinx".into(),
            ttl_s: 0,
            note: None,
            email: None,
            secret_hash: None,
            link: None,
        },
        Action::RemoveParticipant { engagement: gone },
        Action::Tag { add: vec![label], remove: Vec::new() },
        Action::Feedback { text: String::new() },
    ];
    for action in table {
        let mut stage = asked();
        stage.logic_answers(vec![message("Hi!"), action.clone()]);
        assert_eq!((refusal(&stage).0, stage.chat().len()), (1, 1), "{action:?}");
    }
}

#[test]
fn actions_are_decided_one_after_the_other() {
    let mut stage = asked();
    let help = Action::NeedsHelp { value: true, reason: String::new(), customer_asked: false };
    stage.logic_answers(vec![Action::Complete { resolution: String::new() }, help]);
    assert_eq!(refusal(&stage), (1, "the conversation is completed".to_owned()));
    assert!(stage.state.in_progress(), "nor was it completed");
}

#[test]
fn an_answer_that_was_not_asked_for_is_told_its_refusal() {
    let mut stage = Stage::new();
    let before = stage.state.clone();
    let refused = stage.logic_sends(vec![message("Hi!"), message("")]);
    assert!(matches!(refused, Err(Rejection::Invalid { .. })));
    assert_eq!(stage.state, before);
}

#[test]
fn an_answer_may_do_everything_at_once() {
    let mut stage = asked();
    let choices = vec![Choice { id: "y".into(), label: "Yes".into() }];
    stage.logic_answers(vec![
        message("Hi!"),
        Action::Question {
            text: "All well?".into(),
            choices,
            force: false,
            turn: None,
            key: None,
            language: None,
            library: None,
        },
        Action::Note { text: "polite".into(), handover: None },
        Action::Suggestion { text: "Offer tea".into() },
        Action::InviteAgent { user: JONAS, name: Some("Jonas".into()), note: None },
        Action::InviteExternalAgent {
            name: "Aerolinx".into(),
            ttl_s: 60,
            note: None,
            email: None,
            secret_hash: None,
            link: None,
        },
        Action::Tag { add: vec!["vip".into()], remove: vec!["new".into()] },
        Action::Typing { value: true },
    ]);
    assert_eq!(stage.chat().len(), 3);
    assert_eq!(stage.whispers(), ["Your Logic: polite", "Your Logic: Offer tea"]);
    let invitations = stage.state.engagements.iter().filter(|e| e.invitee().is_some()).count();
    assert_eq!((invitations, stage.state.tags.as_slice()), (2, ["vip".to_owned()].as_slice()));
    assert!(stage.state.waiting_since.is_none() && stage.state.help.is_none());
}

#[test]
fn an_answer_with_more_actions_than_there_are_ids_for_is_refused() {
    let mut stage = asked();
    stage.logic_answers(vec![message("Hi!"); 9]);
    assert_eq!(refusal(&stage), (8, "actions: too many".to_owned()));
}

#[test]
fn custom_data_merges_as_a_json_merge_patch() {
    let mut stage = Stage::new();
    let patches = [
        (json!({"a": {"b": 1, "c": 2}, "d": 3}), json!({"a": {"b": 1, "c": 2}, "d": 3})),
        (json!({"a": {"b": null}, "d": [4]}), json!({"a": {"c": 2}, "d": [4]})),
        (json!({"a": "x", "d": {"e": null, "f": 5}}), json!({"a": "x", "d": {"f": 5}})),
        (json!({"a": null}), json!({"d": {"f": 5}})),
    ];
    for (patch, expected) in patches {
        let patch = patch.as_object().unwrap().clone();
        stage.logic(Command::ChangeCustom { patch: patch.clone() }).unwrap();
        assert_eq!(serde_json::Value::Object(stage.state.custom.clone()), expected);
        stage.logic(Command::ChangeCustomer { patch }).unwrap();
        assert_eq!(serde_json::Value::Object(stage.state.customer.custom.clone()), expected, "the customer's likewise");
    }
}

#[test]
fn a_choice_is_answered_with_the_words_of_the_question() {
    let mut stage = asked();
    let question = stage.turn();
    let choices = vec![Choice { id: "y".into(), label: "Yes".into() }];
    stage.logic_answers(vec![Action::Question {
        text: "All well?".into(),
        choices,
        force: false,
        turn: Some(question),
        key: None,
        language: None,
        library: None,
    }]);
    let mut choose = |choice: &str, question| {
        let content = Content::Answer { question, choice: choice.into(), text: "I am the boss".into() };
        let write = Command::Write { turn: stage.turn(), content, received: stage.now };
        stage.carmen(write)
    };
    assert!(matches!(choose("z", question), Err(Rejection::Invalid { .. })));
    assert_eq!(choose("y", tandem_conversation::TurnId(uuid::Uuid::nil())), Err(Rejection::NoTurn));
    choose("y", question).unwrap();
    assert_eq!(stage.chat().last().unwrap(), "Carmen: Yes");
    let serving = |stage: &Stage| stage.state.engagements.iter().any(|e| e.kind == EngagementKind::SelfService);
    assert!(serving(&stage), "she serves herself");
    stage.carmen_writes("No, wait");
    assert!(!serving(&stage), "free text ends that");
}

#[test]
fn your_logic_may_forget_what_it_has_not_been_told_yet() {
    let mut stage = asked();
    stage.carmen_writes("One");
    stage.now = stage.now.plus_ms(1000);
    stage.carmen_writes("Two");
    let (one, two) = (stage.state.logic.pending[1].clone(), stage.state.logic.pending[2].clone());
    let request = stage.state.logic.asked.as_ref().unwrap().id;
    let mut later = asked();
    later.carmen_writes("One");
    let until = Control { skip_to_time: Some(one.time), ..Control::default() };
    stage.answer_with(request, until, vec![message("Hi!")]).unwrap();
    assert_eq!(stage.state.logic.pending, [two]);
    let request = later.state.logic.asked.as_ref().unwrap().id;
    let latest = Control { skip_to_latest: true, ..Control::default() };
    later.answer_with(request, latest, vec![message("Hi!")]).unwrap();
    assert!(later.state.logic.pending.is_empty());
    let skipped = later.events.iter().find_map(|event| match event.body {
        EventBody::LogicAnswered { skipped_to: Some(to), .. } => Some(to),
        _ => None,
    });
    assert!(skipped > Some(Position::START) && later.is_engaged(&Participant::Logic));
}

#[test]
fn the_action_that_cannot_be_carried_out_is_named_whatever_stands_in_its_way() {
    let complete = || Action::Complete { resolution: String::new() };
    let mut stage = asked();
    let refused = stage.logic_sends(vec![complete(), complete()]).unwrap_err();
    assert!(matches!(&refused, Rejection::Invalid { field, .. } if field == "actions[1]"), "{refused:?}");
    assert!(refused.to_string().contains("completed"), "{refused}");
    stage.logic_sends(vec![complete()]).unwrap();
    assert_eq!(stage.logic_sends(vec![complete()]), Err(Rejection::Completed), "the conversation is as it was");
}

#[test]
fn a_redirect_is_told_as_one() {
    assert!(LogicFailure::Status { status: 307 }.line().contains("redirect (307), which is not followed"));
    assert!(LogicFailure::Status { status: 500 }.line().contains("error (500)"));
}
