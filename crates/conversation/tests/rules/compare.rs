//! Rule 12: compare-and-send.

use crate::stage::{SILENT_MS, Stage, maya, message};
use tandem_conversation::{Action, Command, Content, Control, EventBody, GoesOn, Position, Rejection};

/// Carmen has written; Maya and Jonas are there. Gives the position that both have on screen.
fn two_agents() -> (Stage, Position) {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Where is my parcel?");
    stage.maya_joins();
    stage.jonas_joins();
    let seen = stage.state.position;
    (stage, seen)
}

#[test]
fn rule_12_a_colleague_was_faster() {
    let (mut stage, seen) = two_agents();
    stage.maya_replies("It arrives today.");
    let reply = stage.reply_against("It is lost.", seen);
    assert_eq!(stage.jonas(reply), Err(Rejection::MovedOn { since: seen }));
    assert_eq!(stage.chat().len(), 2, "it was not sent");
    let decided = stage.reply("It arrives today, as Maya says.");
    stage.jonas(decided).expect("having read what is new, Jonas decides");
}

#[test]
fn rule_12_own_later_turns_are_no_conflict() {
    let (mut stage, seen) = two_agents();
    stage.maya_replies("One moment.");
    let reply = stage.reply_against("It arrives today.", seen);
    stage.maya(reply).expect("Maya knows what she said");
}

#[test]
fn rule_12_notes_and_suggestions_are_no_conflict() {
    let (mut stage, seen) = two_agents();
    let note = Command::Note { turn: stage.turn(), text: "She is a good customer".into(), mentions: Vec::new() };
    stage.jonas(note).unwrap();
    let reply = stage.reply_against("It arrives today.", seen);
    stage.maya(reply).unwrap();
}

#[test]
fn rule_12_your_logic_was_faster() {
    let mut stage = Stage::new();
    stage.maya_joins();
    stage.carmen_writes("Where is my parcel?");
    let seen = stage.state.position;
    let forced = Action::Message { text: "It arrives today.".into(), force: true, holding: false, turn: None };
    stage.logic_sends(vec![forced]).unwrap();
    let reply = stage.reply_against("It is lost.", seen);
    assert_eq!(stage.maya(reply), Err(Rejection::MovedOn { since: seen }));
}

#[test]
fn rule_12_holds_for_guests() {
    let (mut stage, _) = two_agents();
    stage.aerolinx_comes();
    let seen = stage.state.position;
    stage.maya_replies("It arrives today.");
    let reply = stage.reply_against("Flight 12 is late.", seen);
    assert_eq!(stage.aerolinx(reply), Err(Rejection::MovedOn { since: seen }));
    let reply = stage.reply("Flight 12 is late.");
    stage.aerolinx(reply).unwrap();
    let stale = stage.reply_against("It arrives tomorrow.", seen);
    assert_eq!(stage.maya(stale), Err(Rejection::MovedOn { since: seen }), "and against guests");
}

#[test]
fn rule_12_who_replies_has_seen_what_was_there_before_and_nothing_newer() {
    let (mut stage, seen) = two_agents();
    stage.carmen_writes("No, the other parcel!");
    let newer = stage.state.last_loud;
    let reply = stage.reply_against("It arrives today.", seen);
    stage.maya(reply).unwrap();
    let voice = |stage: &Stage| stage.state.voices.iter().find(|voice| voice.by == maya()).unwrap().seen();
    assert_eq!(voice(&stage), seen);
    assert!(voice(&stage) < newer);
    stage.maya_replies("The other one, too.");
    assert!(voice(&stage) > newer);
}

#[test]
fn rule_12_the_customers_news_count_by_setting() {
    for mind_customer in [false, true] {
        let (mut stage, written_against) = two_agents();
        stage.carmen_writes("Found it!");
        let (turn, content) = (stage.turn(), crate::stage::text("It arrives today."));
        let reply = Command::Reply {
            turn,
            content,
            written_against,
            mind_customer,
            while_in_progress: false,
            received: stage.now,
        };
        let sent = stage.maya(reply);
        assert_eq!(sent.is_err(), mind_customer);
    }
}

#[test]
fn rule_12_a_courtesy_is_no_news() {
    let (mut stage, written_against) = two_agents();
    stage.carmen_writes("Thanks!");
    let (turn, content) = (stage.turn(), crate::stage::text("It arrives today."));
    let reply = Command::Reply {
        turn,
        content,
        written_against,
        mind_customer: true,
        while_in_progress: false,
        received: stage.now,
    };
    stage.maya(reply).unwrap();
}

#[test]
fn rule_12_holds_for_what_was_written_offline_against_a_completed_conversation() {
    let (mut stage, seen) = two_agents();
    stage.jonas(Command::Leave { reason: String::new(), ask_for_help: false }).unwrap();
    stage.maya_replies("It arrives today.");
    stage.maya(Command::Complete { resolution: String::new() }).unwrap();
    let reply = stage.reply_against("It is lost.", seen);
    assert_eq!(stage.jonas(reply), Err(Rejection::MovedOn { since: seen }));
    assert!(!stage.state.in_progress(), "nor is it reopened");
}

#[test]
fn rule_12_nobody_can_have_read_what_is_not_written() {
    let (mut stage, _) = two_agents();
    let reply = stage.reply_against("It arrives today.", Position(9_999));
    let to = stage.state.position;
    assert_eq!(stage.maya(reply), Err(Rejection::WentBack { to }));
}

/// The commands with which Maya ends her part over Carmen, with what she has seen.
fn endings(stage: &mut Stage, up_to: Position) -> Vec<(&'static str, Command)> {
    let seen = |command| Command::HavingSeen { up_to, command: Box::new(command) };
    vec![
        ("complete", seen(Command::Complete { resolution: String::new() })),
        ("delegate", seen(Command::Delegate { note: Some("Go on".into()), turn: stage.turn() })),
        ("nobody goes on", seen(crate::stage::dismiss(GoesOn::Nobody))),
    ]
}

/// Carmen has written, Maya is there and asks for help.
fn asks_for_help() -> Stage {
    let mut stage = Stage::new();
    stage.logic_listens();
    stage.carmen_writes("Where is my parcel?");
    stage.maya_joins();
    stage.maya(Command::AskForHelp { reason: String::new() }).expect("Maya is engaged");
    stage
}

#[test]
fn rule_12_nobody_ends_their_part_over_what_the_customer_has_written_since() {
    for ending in 0..3 {
        let mut stage = asks_for_help();
        let seen = stage.state.position;
        let (name, command) = endings(&mut stage, seen).remove(ending);
        stage.carmen_writes("Wait, one more question");
        let (position, whispers) = (stage.state.position, stage.whispers().len());
        assert_eq!(stage.maya(command), Err(Rejection::CustomerWrote { since: seen }), "{name}");
        assert_eq!((stage.state.position, stage.whispers().len()), (position, whispers), "{name}: nothing happened");
        let (_, command) = endings(&mut stage, position).remove(ending);
        stage.maya(command).unwrap_or_else(|refused| panic!("{name}: she has read it now: {refused}"));
        assert!(!stage.is_engaged(&maya()), "{name}");
    }
}

#[test]
fn rule_12_a_courtesy_a_colleague_and_an_own_turn_do_not_keep_anyone_from_completing() {
    let mut stage = asks_for_help();
    let seen = stage.state.position;
    stage.maya_replies("It arrives today.");
    stage.jonas_joins();
    let reply = stage.reply("It does.");
    stage.jonas(reply).unwrap();
    stage.carmen_writes("Thanks!");
    let (_, complete) = endings(&mut stage, seen).remove(0);
    stage.maya(complete).expect("nothing of it waits for an answer");
    assert!(!stage.state.in_progress());
}

#[test]
fn rule_12_the_truer_reason_comes_first() {
    let mut stage = asks_for_help();
    let seen = stage.state.position;
    stage.carmen_writes("Wait, one more question");
    let (_, complete) = endings(&mut stage, seen).remove(0);
    assert_eq!(stage.jonas(complete), Err(Rejection::NotEngaged), "Jonas takes no part");
    let (to, (_, complete)) = (stage.state.position, endings(&mut stage, Position(9_999)).remove(0));
    assert_eq!(stage.maya(complete), Err(Rejection::WentBack { to }), "nobody can have seen what is not there");
}

#[test]
fn rule_12_holds_for_your_logic_a_person_has_answered_meanwhile() {
    let mut stage = Stage::new();
    stage.logic_listens();
    stage.maya_joins();
    stage.logic_listens();
    stage.carmen_writes("Where is my parcel?");
    let request = stage.ask();
    stage.now = stage.now.plus_ms(1);
    stage.maya_replies("It arrives today.");
    stage.maya(Command::Leave { reason: String::new(), ask_for_help: false }).unwrap();
    stage.answer(request, vec![message("It is lost.")]).unwrap();
    assert_eq!(stage.chat().last().unwrap(), "Maya: It arrives today.");
    assert_eq!(stage.whispers(), ["Your Logic: It is lost."], "it comes back as a suggestion");
    assert!(!stage.state.logic.pending.is_empty(), "and Your Logic is told of Maya's words");
}

#[test]
fn rule_12_your_logic_has_read_what_was_said_before_it_was_asked() {
    let mut stage = Stage::new();
    stage.maya_joins();
    stage.logic_listens();
    stage.carmen_writes("Where is my parcel?");
    stage.maya_replies("I ask the warehouse.");
    stage.carmen_writes("Thank you, but when?");
    stage.now = stage.now.plus_ms(SILENT_MS + 1);
    stage.logic_answers(vec![message("It arrives today.")]);
    assert_eq!(stage.chat().last().unwrap(), "Your Logic: It arrives today.");
}

#[test]
fn rule_12_your_logic_may_wish_its_answer_dropped_when_others_acted() {
    let by_agent = Control { ignore_on_agent_action: true, ..Control::default() };
    let by_customer = Control { ignore_on_customer_action: true, ..Control::default() };
    for (control, maya_acts, dropped) in [
        (by_agent.clone(), true, true),
        (by_agent, false, false),
        (by_customer.clone(), false, true),
        (by_customer, true, false),
    ] {
        let mut stage = Stage::new();
        stage.maya_joins();
        stage.logic_listens();
        stage.carmen_writes("Where is my parcel?");
        let request = stage.ask();
        if maya_acts {
            stage.maya_replies("One moment.");
        } else {
            stage.carmen_writes("It is urgent.");
        }
        stage.answer_with(request, control, vec![message("On its way.")]).unwrap();
        let ignored = |body: &EventBody| matches!(body, EventBody::LogicAnswered { ignored: true, .. });
        assert_eq!(stage.events.iter().any(|event| ignored(&event.body)), dropped);
        let said = stage.chat().iter().chain(&stage.whispers()).any(|turn| turn.ends_with("On its way."));
        assert_eq!(said, !dropped);
    }
}

#[test]
fn rule_12_replies_carry_only_what_people_say_to_customers() {
    let (mut stage, written_against) = two_agents();
    let suggestion = Content::Suggestion { text: "x".into(), why: None };
    for content in [Content::Note { text: "x".into(), mentions: Vec::new(), handover: None }, suggestion] {
        let turn = stage.turn();
        let reply = Command::Reply {
            turn,
            content,
            written_against,
            mind_customer: false,
            while_in_progress: false,
            received: stage.now,
        };
        assert_eq!(stage.maya(reply), Err(Rejection::NotYours));
    }
    assert!(stage.is_engaged(&maya()));
}

#[test]
fn rule_12_a_reply_to_a_conversation_in_progress_does_not_reopen_one_that_was_completed_meanwhile() {
    for while_in_progress in [false, true] {
        let (mut stage, written_against) = two_agents();
        stage.maya(Command::Complete { resolution: String::new() }).unwrap();
        let (turn, content) = (stage.turn(), crate::stage::text("It arrives today."));
        let (mind_customer, received) = (false, stage.now);
        let reply = Command::Reply { turn, content, written_against, mind_customer, while_in_progress, received };
        let sent = stage.jonas(reply);
        assert_eq!(sent.err(), while_in_progress.then_some(Rejection::Completed));
        assert_eq!(stage.state.in_progress(), !while_in_progress);
    }
}
