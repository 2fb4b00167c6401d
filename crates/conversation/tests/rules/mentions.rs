//! A note mentions colleagues who can read it, each once, until they have seen it.

use tandem_conversation::{Command, EventBody, Named, Rejection, Stage as Step, UserId, limits};
use uuid::Uuid;

use crate::stage::{JONAS, MAYA, Outcome, SOFIA, Stage};

fn named(user: UserId, name: &str, sees_all: bool) -> Named {
    Named { user, name: name.into(), sees_all }
}

/// Maya is engaged with Carmen.
fn stage() -> Stage {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Hello?");
    stage.maya_joins();
    stage
}

fn maya_notes(stage: &mut Stage, mentions: Vec<Named>) -> Outcome {
    let note = Command::Note { turn: stage.turn(), text: "What do you think?".into(), mentions };
    stage.maya(note)
}

fn open(stage: &Stage) -> Vec<UserId> {
    stage.state.mentions.iter().map(|mention| mention.user).collect()
}

#[test]
fn those_who_take_part_and_those_who_view_everything_can_be_mentioned() {
    let mut stage = stage();
    let jonas = named(JONAS, "Jonas", false);
    let refused = maya_notes(&mut stage, vec![jonas.clone()]).expect_err("he could not read it");
    assert_eq!(refused, Rejection::NotHere { name: "Jonas".into() });
    assert_eq!(refused.to_string(), "Jonas is not in this conversation: invite them first, then mention them");
    maya_notes(&mut stage, vec![named(SOFIA, "Sofia", true)]).expect("Sofia views everything");
    stage.jonas_joins();
    maya_notes(&mut stage, vec![jonas]).expect("he is here now");
    assert_eq!(open(&stage), [SOFIA, JONAS]);
}

#[test]
fn an_invited_colleague_can_be_mentioned_as_long_as_they_are_invited() {
    let mut stage = stage();
    let engagement = stage.maya_invites_jonas();
    let jonas = || vec![named(JONAS, "Jonas", false)];
    maya_notes(&mut stage, jonas()).expect("he can read it");
    assert_eq!(open(&stage), [JONAS]);
    let up_to = stage.state.position;
    stage.jonas(Command::Receive { stage: Step::Seen, up_to }).expect("he reads it");
    assert!(open(&stage).is_empty());
    stage.jonas(Command::Decline { engagement }).expect("he may");
    let refused = maya_notes(&mut stage, jonas()).expect_err("he is not invited any more");
    assert_eq!(refused, Rejection::NotHere { name: "Jonas".into() });
}

#[test]
fn nobody_mentions_themselves_or_anybody_twice() {
    let mut stage = stage();
    let sofia = named(SOFIA, "Sofia", true);
    let events = maya_notes(&mut stage, vec![named(MAYA, "Maya", false), sofia.clone(), sofia]).expect("she may");
    let EventBody::TurnAdded { turn, .. } = &events[0].body else { panic!("a note is a turn") };
    let tandem_conversation::Content::Note { mentions, .. } = &turn.content else { panic!("a note") };
    assert_eq!(mentions.iter().map(|mention| mention.name.as_str()).collect::<Vec<_>>(), ["Sofia"]);
    assert_eq!(open(&stage), [SOFIA]);
}

#[test]
fn of_each_user_the_newest_mention_is_kept_until_they_have_seen_it() {
    let mut stage = stage();
    let sofia = || vec![named(SOFIA, "Sofia", true)];
    maya_notes(&mut stage, sofia()).expect("she may");
    let first = stage.state.position;
    maya_notes(&mut stage, sofia()).expect("she may");
    let second = stage.state.position;
    assert_eq!(stage.state.mentions.iter().map(|mention| mention.position).collect::<Vec<_>>(), [second]);
    stage.sofia(Command::Receive { stage: Step::Seen, up_to: first }).expect("Sofia reads the first");
    assert_eq!(open(&stage), [SOFIA], "there is a newer one");
    stage.sofia(Command::Receive { stage: Step::Delivered, up_to: second }).expect("it arrives");
    assert_eq!(open(&stage), [SOFIA], "it has only arrived");
    let events = stage.sofia(Command::Receive { stage: Step::Seen, up_to: second }).expect("Sofia reads it");
    assert_eq!(events.len(), 1, "the customer is not told that somebody looks on: {events:?}");
    assert!(open(&stage).is_empty());
    let again = stage.sofia(Command::Receive { stage: Step::Seen, up_to: second }).expect("Sofia reads on");
    assert!(again.is_empty(), "seen once is seen");
}

#[test]
fn mentions_are_bounded() {
    let mut stage = stage();
    let many = |from: u128, count: usize| -> Vec<Named> {
        (0..count as u128).map(|n| named(UserId(Uuid::from_u128(0xb000 + from + n)), "Supervisor", true)).collect()
    };
    assert!(maya_notes(&mut stage, many(0, limits::MENTIONS + 1)).is_err());
    for round in 0..5 {
        maya_notes(&mut stage, many(round * 20, limits::MENTIONS)).expect("as many as that");
    }
    assert_eq!(stage.state.mentions.len(), 32, "the state does not grow for ever");
}
