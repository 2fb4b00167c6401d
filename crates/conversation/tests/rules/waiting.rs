//! When a person is wanted, and since when the customer waits for whom: one rule for lists, notices and supervisors.

use crate::stage::{Stage, jonas, maya, message};
use tandem_conversation::{Action, Awaited, Command, Conversation, Participant, Time, wanted};

const MINUTE: i64 = 60_000;

fn needs_help() -> Action {
    Action::NeedsHelp { value: true, reason: "fare rules".into(), customer_asked: false }
}

/// Your Logic has told Carmen that a colleague comes. Returns when that was.
fn promised() -> (Stage, Time) {
    let mut stage = Stage::new();
    stage.logic_listens();
    stage.carmen_writes("I want to change my flight");
    stage.now = stage.now.plus_ms(2_000);
    stage.logic_answers(vec![message("Let me get a colleague."), needs_help()]);
    let since = stage.now;
    (stage, since)
}

/// For whom Carmen waits, and for how many minutes.
fn wait(stage: &Stage) -> Option<(Awaited, i64)> {
    stage.state.wait().map(|wait| (wait.awaited, stage.now.since(wait.since) / MINUTE))
}

#[test]
fn a_customer_to_whom_your_logic_promised_a_person_waits_in_the_queue() {
    let (mut stage, since) = promised();
    assert!(stage.state.waiting_since.is_none(), "Your Logic has answered");
    assert!(stage.queued() && wanted(&stage.state, stage.now));
    stage.pass_ms(7 * MINUTE);
    assert_eq!(wait(&stage), Some((Awaited::Person, 7)));
    assert_eq!(stage.state.help_since(), Some(since));
}

#[test]
fn joining_ends_the_queue_and_not_the_wait() {
    let (mut stage, since) = promised();
    stage.pass_ms(3 * MINUTE);
    stage.maya_joins();
    assert!(!stage.queued() && !wanted(&stage.state, stage.now));
    stage.pass_ms(6 * MINUTE);
    assert_eq!(wait(&stage), Some((Awaited::Joined, 9)), "joined, no reply 9:00");
    assert_eq!(stage.state.wait().map(|wait| wait.since), Some(since));
    stage.maya_replies("Hello Carmen");
    assert_eq!(wait(&stage), None);
}

#[test]
fn words_of_your_logic_do_not_answer_for_a_person() {
    let mut stage = Stage::new();
    stage.logic_listens();
    stage.carmen_writes("Hello?");
    stage.logic_fails();
    stage.pass_ms(MINUTE);
    stage.logic_sends(vec![message("Everybody is busy right now.")]).unwrap();
    assert_eq!(wait(&stage), Some((Awaited::Person, 1)));
    stage.maya_joins();
    stage.pass_ms(15 * MINUTE);
    let force = Action::Message { text: "One moment, please.".into(), force: true, holding: false, turn: None };
    stage.logic_sends(vec![force]).unwrap();
    assert_eq!(wait(&stage), Some((Awaited::Joined, 16)));
}

#[test]
fn a_person_who_joins_in_the_middle_is_awaited_since_the_customers_turn() {
    let mut stage = Stage::new();
    stage.logic_listens();
    stage.carmen_writes("Hello?");
    assert_eq!(wait(&stage), Some((Awaited::Logic, 0)));
    stage.pass_ms(20_000);
    stage.maya_joins();
    stage.pass_ms(40_000);
    assert_eq!(wait(&stage), Some((Awaited::Joined, 1)));
    let mut stage = Stage::new();
    stage.carmen_writes("Hello?");
    stage.logic_answers(vec![message("Hello Carmen")]);
    stage.maya_joins();
    assert_eq!(wait(&stage), None, "Carmen asked nothing of a person");
    stage.carmen_writes("Who are you?");
    assert_eq!(wait(&stage), Some((Awaited::Joined, 0)));
}

#[test]
fn whoever_has_spoken_is_awaited_for_a_reply() {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Hello?");
    stage.maya_joins();
    stage.pass_ms(MINUTE);
    stage.maya_replies("Hello Carmen");
    stage.carmen_writes("Where is my parcel?");
    stage.pass_ms(2 * MINUTE);
    assert_eq!(wait(&stage), Some((Awaited::Reply, 2)));
    stage.jonas_joins();
    assert_eq!(wait(&stage), Some((Awaited::Reply, 2)), "Maya is still there");
    stage.maya(Command::Leave { reason: String::new(), ask_for_help: false }).unwrap();
    assert_eq!(wait(&stage), Some((Awaited::Joined, 2)), "Jonas has said nothing");
    stage.jonas(Command::Leave { reason: String::new(), ask_for_help: false }).unwrap();
    assert_eq!(wait(&stage), Some((Awaited::Person, 2)), "nobody answered meanwhile");
    stage.maya_joins();
    assert_eq!(wait(&stage), Some((Awaited::Joined, 2)), "her words from before do not count");
}

#[test]
fn a_partners_words_end_the_wait_and_notes_and_courtesies_do_not() {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Hello?");
    stage.maya_joins();
    let note = Command::Note { turn: stage.turn(), text: "Looking".into(), mentions: Vec::new() };
    stage.maya(note).unwrap();
    stage.carmen_writes("Thanks!");
    assert!(wait(&stage).is_some());
    stage.aerolinx_comes();
    let reply = stage.reply("Thursday works");
    stage.aerolinx(reply).unwrap();
    assert_eq!(wait(&stage), None);
}

/// Maya has joined Carmen's call and handed her back without a word.
fn handed_back() -> (Stage, Time) {
    let (mut stage, since) = promised();
    stage.maya_joins();
    stage.logic_listens();
    stage.pass_ms(MINUTE);
    let delegate = Command::Delegate { note: None, turn: stage.turn() };
    stage.maya(delegate).expect("she is engaged");
    assert_eq!(wait(&stage), Some((Awaited::Logic, 1)));
    (stage, since)
}

#[test]
fn a_hand_over_ends_the_wait_when_your_logic_has_spoken() {
    let (mut stage, _) = handed_back();
    stage.logic_answers(vec![message("I can do that for you.")]);
    assert_eq!(wait(&stage), None);
    let (mut stage, since) = handed_back();
    stage.logic_fails();
    assert!(stage.state.help.is_some());
    assert_eq!(stage.state.wait().map(|wait| wait.since), Some(since), "the hand-over was not completed");
}

#[test]
fn rule_3_who_joins_and_leaves_without_a_word_leaves_nobody_alone() {
    let (mut stage, _) = promised();
    stage.maya_joins();
    stage.logic_listens();
    stage.maya(Command::Leave { reason: "lunch".into(), ask_for_help: false }).unwrap();
    assert!(stage.state.help.is_none() && stage.is_engaged(&Participant::Logic), "Your Logic is asked first");
    stage.logic_answers(Vec::new());
    assert!(stage.state.help.is_some(), "the promise was not kept");
    stage.sofia(Command::EngageLogic { engaged: false }).unwrap();
    stage.jonas_joins();
    stage.jonas(Command::Leave { reason: String::new(), ask_for_help: false }).unwrap();
    assert!(stage.state.help.is_some(), "and again");
}

#[test]
fn completing_ends_every_wait() {
    let (mut stage, _) = promised();
    stage.maya_joins();
    stage.maya(Command::Complete { resolution: String::new() }).unwrap();
    assert_eq!(wait(&stage), None);
    stage.carmen_writes("It broke again");
    stage.jonas(Command::Join { call: None }).unwrap();
    assert!(stage.is_engaged(&jonas()) && !stage.is_engaged(&maya()));
    assert_eq!(wait(&stage), Some((Awaited::Joined, 0)));
}

/// A state as hubs before version 12 wrote it.
fn older(state: &Conversation) -> Conversation {
    let mut json = serde_json::to_value(state).expect("it can be written");
    let fields = json.as_object_mut().expect("a state");
    fields.remove("waitsForPerson");
    let engagements = fields.get_mut("engagements").and_then(|all| all.as_array_mut());
    engagements.into_iter().for_each(|all| all.retain(|one| one["kind"]["kind"] != "queue"));
    serde_json::from_value(json).expect("older states can be read")
}

#[test]
fn a_state_of_an_older_hub_waits_since_its_call_or_since_the_customers_turn() {
    let (mut stage, since) = promised();
    stage.state = older(&stage.state);
    assert_eq!(stage.state.wait().map(|wait| (wait.awaited, wait.since)), Some((Awaited::Person, since)));
    stage.pass_ms(MINUTE);
    assert!(stage.queued(), "the queue that was missing begins");
    let mut joined = promised().0;
    joined.state = older(&joined.state);
    joined.maya_joins();
    assert_eq!(joined.state.wait().map(|wait| (wait.awaited, wait.since)), Some((Awaited::Joined, since)));
    assert_eq!(stage.state.wait().map(|wait| wait.since), Some(since), "and keeps the time");

    let mut stage = Stage::without_logic();
    stage.carmen_writes("Hello?");
    let asked = stage.now;
    stage.maya_joins();
    stage.state = older(&stage.state);
    assert_eq!(stage.state.wait().map(|wait| (wait.awaited, wait.since)), Some((Awaited::Joined, asked)));
}
