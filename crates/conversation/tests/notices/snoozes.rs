//! Snoozes: when users are reminded, and what they are told before.

use tandem_conversation::{Command, Named, NoticeKind, Stage as Step};

use crate::stage::{MAYA, Stage};
use crate::{mine, name, told};

#[test]
fn whoever_snoozed_is_reminded_at_the_time_and_once_though_the_hub_says_so_later() {
    let mut stage = mine();
    stage.maya_replies("I will find out.");
    let until = stage.now.plus_ms(60_000);
    stage.maya(Command::Snooze { until: Some(until) }).unwrap();
    let seen = stage.state.last_loud;
    let at_rest = |stage: &Stage| told(stage, |maya| maya.seen = seen);
    assert_eq!(at_rest(&stage), None);
    stage.now = until;
    let reminded = Some(NoticeKind::Reminded { since: until });
    assert_eq!(at_rest(&stage), reminded, "without the hub");
    stage.pass_ms(500);
    assert_eq!(at_rest(&stage), reminded, "the same notice");
    assert_eq!(told(&stage, |maya| maya.looking = true), None);
    stage.carmen_writes("Any news?");
    assert_eq!(name(at_rest(&stage)), "customer wrote", "that is newer");
}

#[test]
fn a_call_for_help_and_a_mention_are_not_hidden_by_a_snooze() {
    let mut stage = mine();
    stage.maya_replies("I will find out.");
    stage.maya(Command::Snooze { until: None }).unwrap();
    let named = Named { user: MAYA, name: "Maya".into(), sees_all: false };
    let note = Command::Note { turn: stage.turn(), text: "@Maya look".into(), mentions: vec![named] };
    stage.sofia(note).unwrap();
    assert_eq!(name(told(&stage, |maya| maya.seen = maya.seen.max(stage.state.last_loud))), "mentioned");
    stage.jonas_joins();
    stage.jonas(Command::AskForHelp { reason: "French".into() }).unwrap();
    stage.maya(Command::Receive { stage: Step::Seen, up_to: stage.state.mentions[0].position }).unwrap();
    assert_eq!(name(told(&stage, |maya| maya.seen = stage.state.last_loud)), "reminded");
}
