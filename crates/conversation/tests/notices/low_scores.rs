//! Low scores: who is told, which scores are low, and for how long they are news.

use tandem_conversation::{
    Availability, Command, Invitee, LOW_SCORE_MS, Named, Notice, Permission, Permissions, Position, ReviewPlan, Role,
    Scope, Skills, Viewer, notice, percent_of,
};

use crate::stage::{MAYA, SOFIA, Stage};
use crate::{Desk, mine, name, viewer};

/// Maya has completed the conversation, and Carmen gives it this score.
fn rated(score: u8) -> Stage {
    let mut stage = mine();
    stage.review_plan = Some(ReviewPlan::default());
    stage.maya_replies("It arrives today.");
    stage.maya(Command::Complete { resolution: String::new() }).expect("Maya is engaged");
    stage.pass_ms(60_000);
    rates(&mut stage, score);
    stage
}

fn rates(stage: &mut Stage, score: u8) {
    let review = stage.state.review.as_ref().map(|asked| asked.id);
    stage.carmen(Command::GiveFeedback { review, score, text: "Too late".into() }).expect("Carmen was asked");
}

/// What Sofia, who supervises, is told, after a change to her desk.
fn sofia_is_told(stage: &Stage, change: impl FnOnce(&mut Viewer<'_>)) -> Option<Notice> {
    let (permissions, skills) = (Role::Supervisor.permissions(), Skills::default());
    let mut sofia = Viewer { user: SOFIA, ..viewer(&permissions, &skills) };
    change(&mut sofia);
    notice(&stage.state, &sofia, stage.now)
}

#[test]
fn a_low_score_is_told_to_those_who_view_all_conversations_and_all_reviews() {
    let stage = rated(1);
    let only = |permissions: &[Permission], scope| Permissions(permissions.iter().map(|one| (*one, scope)).collect());
    let both = [Permission::ViewAll, Permission::ReviewsView];
    for (permissions, expected) in [
        (Role::Supervisor.permissions(), "low score"),
        (Role::Admin.permissions(), "low score"),
        (Role::Agent.permissions(), "nothing"),
        (only(&both, Scope::All), "low score"),
        (only(&both, Scope::Me), "nothing"),
        (only(&both[..1], Scope::All), "nothing"),
        (only(&both[1..], Scope::All), "nothing"),
    ] {
        for user in [MAYA, SOFIA] {
            let skills = Skills::default();
            let viewer = Viewer { user, ..viewer(&permissions, &skills) };
            let kind = notice(&stage.state, &viewer, stage.now).map(|notice| notice.kind);
            assert_eq!(name(kind), expected, "{user:?} with {permissions:?}");
        }
    }
}

#[test]
fn which_scores_are_low_is_the_users_own_choice() {
    for (score, up_to, expected) in [
        (1, 1, "low score"),
        (2, 1, "nothing"),
        (2, 2, "low score"),
        (3, 2, "nothing"),
        (3, 3, "low score"),
        (4, 3, "nothing"),
        (5, 3, "nothing"),
    ] {
        let told = sofia_is_told(&rated(score), |sofia| sofia.low_percent = percent_of(up_to));
        assert_eq!(name(told.map(|notice| notice.kind)), expected, "{score} of 5, low is up to {up_to}");
    }
    assert_eq!([1, 2, 3, 4, 5].map(percent_of), [0, 25, 50, 75, 100]);
}

#[test]
fn a_low_score_is_told_until_it_was_on_the_users_own_screen_and_for_a_day() {
    let stage = rated(2);
    let at = stage.state.position;
    let table: [(&str, Desk, &str); 6] = [
        ("available", |_| (), "low score"),
        ("away", |sofia| sofia.availability = Availability::Away, "low score"),
        ("looking at it", |sofia| sofia.looking = true, "nothing"),
        ("colleagues have seen it", |sofia| sofia.seen = Position(99), "low score"),
        ("it was on her screen", |sofia| sofia.seen_here = Position(99), "nothing"),
        ("she looked before it came", |sofia| sofia.seen_here = Position(1), "low score"),
    ];
    for (case, desk, expected) in table {
        assert_eq!(name(sofia_is_told(&stage, desk).map(|notice| notice.kind)), expected, "{case}");
    }
    assert!(sofia_is_told(&stage, |sofia| sofia.seen_here = Position(at.0 - 1)).is_some(), "up to the line before it");
    let mut stage = stage;
    assert_eq!(sofia_is_told(&stage, |_| ()).expect("it is news").since, stage.now, "since it came");
    stage.now = stage.now.plus_ms(LOW_SCORE_MS - 1);
    assert!(sofia_is_told(&stage, |_| ()).is_some());
    stage.now = stage.now.plus_ms(1);
    assert_eq!(sofia_is_told(&stage, |_| ()), None, "yesterday's");
}

#[test]
fn a_better_answer_ends_the_notice_and_another_low_one_is_the_same_notice() {
    let mut stage = rated(1);
    let first = sofia_is_told(&stage, |_| ()).expect("it is low").kind;
    stage.now = stage.now.plus_ms(60_000);
    rates(&mut stage, 2);
    assert_eq!(sofia_is_told(&stage, |_| ()).expect("still low").kind, first, "shown once for each review");
    rates(&mut stage, 5);
    assert_eq!(sofia_is_told(&stage, |_| ()), None);
}

#[test]
fn a_low_score_hides_nothing_that_is_more_urgent_and_nothing_that_came_later() {
    let mut stage = rated(1);
    let sofia = |stage: &Stage| name(sofia_is_told(stage, |_| ()).map(|notice| notice.kind));
    stage.now = stage.now.plus_ms(1_000);
    let maya_mentions_sofia = |stage: &mut Stage| {
        let mentions = vec![Named { user: SOFIA, name: "Sofia".into(), sees_all: true }];
        let note = Command::Note { turn: stage.turn(), text: "@Sofia I called her".into(), mentions };
        stage.maya(note).expect("Maya had it");
    };
    maya_mentions_sofia(&mut stage);
    assert_eq!(sofia(&stage), "mentioned", "the note is newer");
    stage.now = stage.now.plus_ms(1_000);
    rates(&mut stage, 2);
    assert_eq!(sofia(&stage), "low score", "the answer is newer");
    stage.carmen_writes("I want to speak to somebody else!");
    assert_eq!(sofia(&stage), "help needed");
    stage.maya_joins();
    assert_eq!(sofia(&stage), "low score", "the call was taken");
    let invitee = Invitee::Colleague { user: SOFIA, name: "Sofia".into() };
    stage.maya(Command::Invite { invitee, note: None }).expect("Maya is engaged");
    assert_eq!(sofia(&stage), "invited");
    stage.sofia(Command::Join { call: None }).expect("Sofia is invited");
    stage.carmen_writes("Are you there?");
    assert_eq!(sofia(&stage), "customer wrote", "it is hers now");
}
