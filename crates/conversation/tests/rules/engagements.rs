//! Rules 6, 7 and 8: who takes part, how that begins and ends, and where it is found.

use crate::stage::{AEROLINX, INVITATION_MS, JONAS, LINK_MS, MAYA, SOFIA, Stage, aerolinx, jonas, maya};
use tandem_conversation::{
    Command, EndReason, Engagement, EventBody, Invitee, LinkId, Participant, Permission, RETENTION_MS, Rejection, Role,
    Section, Status, check_link_ttl, limits, sections,
};

fn handled() -> Stage {
    let mut stage = Stage::new();
    stage.carmen_writes("My flight was cancelled.");
    stage.maya_joins();
    stage
}

fn ends(stage: &Stage) -> Vec<(Engagement, EndReason)> {
    let ended = stage.events.iter().filter_map(|event| match &event.body {
        EventBody::EngagementEnded { was, end, .. } => Some((was.clone(), end.clone())),
        _ => None,
    });
    ended.collect()
}

fn end_of(stage: &Stage, person: &Participant) -> Option<EndReason> {
    let of = |was: &Engagement| was.person().or(was.invitee()).is_some_and(|p| p.same(person));
    ends(stage).into_iter().rev().find(|(was, _)| of(was)).map(|(_, end)| end)
}

fn external(stage: &Stage, ms: i64) -> Command {
    let expires = stage.now.plus_ms(ms);
    Command::Invite { invitee: Invitee::External { link: AEROLINX, name: "Aerolinx".into(), expires }, note: None }
}

#[test]
fn rule_6_several_people_and_your_logic_may_be_engaged_at_once() {
    let mut stage = handled();
    stage.jonas_joins();
    stage.aerolinx_comes();
    for participant in [maya(), jonas(), aerolinx(), Participant::Logic] {
        assert!(stage.is_engaged(&participant));
    }
}

#[test]
fn rule_6_an_agent_leaves_with_a_reason() {
    let mut stage = handled();
    stage.maya(Command::Leave { reason: "lunch".into(), ask_for_help: false }).unwrap();
    assert_eq!(end_of(&stage, &maya()), Some(EndReason::Left { why: "lunch".into() }));
    assert_eq!(stage.maya(Command::Leave { reason: String::new(), ask_for_help: false }), Err(Rejection::NotEngaged));
}

#[test]
fn rule_6_completing_with_a_resolution_ends_every_engagement_and_invitation() {
    let mut stage = handled();
    stage.aerolinx_comes();
    stage.maya_invites_jonas();
    stage.maya(Command::Complete { resolution: "rebooked".into() }).unwrap();
    assert!(stage.state.engagements.is_empty() && stage.state.waiting_since.is_none());
    assert_eq!(end_of(&stage, &jonas()), Some(EndReason::Withdrawn));
    assert_eq!(end_of(&stage, &aerolinx()), Some(EndReason::Completed));
    assert!(matches!(&stage.state.status, Status::Completed { by, resolution, .. }
        if *by == maya() && resolution == "rebooked"));
    assert_eq!(stage.maya(Command::Complete { resolution: String::new() }), Err(Rejection::Completed));
}

#[test]
fn rule_6_only_those_engaged_complete() {
    let mut stage = handled();
    assert_eq!(stage.jonas(Command::Complete { resolution: String::new() }), Err(Rejection::NotEngaged));
}

#[test]
fn rule_6_an_invitation_is_accepted() {
    let mut stage = handled();
    let invitation = stage.maya_invites_jonas();
    stage.jonas(Command::Accept { engagement: invitation }).unwrap();
    assert!(stage.is_engaged(&jonas()) && stage.state.invitation_of(JONAS).is_none());
    assert_eq!(end_of(&stage, &jonas()), Some(EndReason::Accepted));
}

#[test]
fn rule_6_joining_accepts_an_open_invitation() {
    let mut stage = handled();
    stage.maya_invites_jonas();
    stage.jonas_joins();
    assert!(stage.state.invitation_of(JONAS).is_none());
}

#[test]
fn rule_6_an_invitation_is_declined() {
    let mut stage = handled();
    let invitation = stage.maya_invites_jonas();
    stage.jonas(Command::Decline { engagement: invitation }).unwrap();
    assert_eq!(end_of(&stage, &jonas()), Some(EndReason::Declined));
    assert_eq!(stage.jonas(Command::Accept { engagement: invitation }), Err(Rejection::NoEngagement));
}

#[test]
fn rule_6_an_invitation_is_withdrawn() {
    let mut stage = handled();
    let invitation = stage.maya_invites_jonas();
    stage.sofia(Command::Withdraw { engagement: invitation }).unwrap();
    assert_eq!(end_of(&stage, &jonas()), Some(EndReason::Withdrawn));
    assert_eq!(stage.maya(Command::Withdraw { engagement: invitation }), Err(Rejection::NoEngagement));
}

#[test]
fn rule_6_an_invitation_is_missed() {
    let mut stage = handled();
    let invitation = stage.maya_invites_jonas();
    stage.logic_listens();
    stage.pass_ms(INVITATION_MS - 1);
    assert!(stage.state.invitation_of(JONAS).is_some());
    stage.now = stage.now.plus_ms(1);
    assert_eq!(stage.jonas(Command::Accept { engagement: invitation }), Err(Rejection::NoEngagement), "a moment late");
    stage.pass_ms(0);
    assert_eq!(end_of(&stage, &jonas()), Some(EndReason::Missed));
}

#[test]
fn rule_6_only_the_invited_answer_an_invitation_and_only_once_invited() {
    let mut stage = handled();
    let invitation = stage.maya_invites_jonas();
    assert_eq!(stage.sofia(Command::Accept { engagement: invitation }), Err(Rejection::NoEngagement));
    assert_eq!(stage.maya(Command::Decline { engagement: invitation }), Err(Rejection::NoEngagement));
    for user in [JONAS, MAYA] {
        let invite = Command::Invite { invitee: Invitee::Colleague { user, name: "?".into() }, note: None };
        assert_eq!(stage.maya(invite), Err(Rejection::AlreadyEngaged));
    }
    let invite = Command::Invite { invitee: Invitee::Colleague { user: SOFIA, name: "Sofia".into() }, note: None };
    assert_eq!(stage.jonas(invite), Err(Rejection::NotEngaged), "one invites into what one takes part in");
}

#[test]
fn rule_6_an_external_agent_is_limited_by_the_link() {
    let mut stage = handled();
    assert_eq!(stage.aerolinx(Command::OpenLink { link: AEROLINX }), Err(Rejection::LinkOver), "not invited");
    let other = LinkId(uuid::Uuid::from_u128(0xe9));
    let invite = external(&stage, LINK_MS);
    stage.maya(invite).unwrap();
    assert_eq!(stage.aerolinx(Command::OpenLink { link: other }), Err(Rejection::NotYours), "another link");
    let note = Command::Note { turn: stage.turn(), text: "hi".into(), mentions: Vec::new() };
    assert_eq!(stage.aerolinx(note), Err(Rejection::LinkOver), "not opened yet");
    stage.aerolinx(Command::OpenLink { link: AEROLINX }).unwrap();
    let again = stage.aerolinx(Command::OpenLink { link: AEROLINX }).unwrap();
    assert!(matches!(again[0].body, EventBody::LinkUsed { .. }), "each use is an event");
    let expires = stage.engagement(&aerolinx()).expires().unwrap();
    stage.logic_listens();
    stage.now = expires;
    let reply = stage.reply("Seat 4A");
    assert_eq!(stage.aerolinx(reply), Err(Rejection::LinkOver), "its time is up");
}

#[test]
fn rule_6_an_unused_link_ends_as_missed() {
    let mut stage = handled();
    let invite = external(&stage, limits::LINK_MIN_MS);
    stage.maya(invite).unwrap();
    stage.pass_ms(limits::LINK_MIN_MS);
    assert_eq!(end_of(&stage, &aerolinx()), Some(EndReason::Missed));
}

#[test]
fn rule_6_a_link_lives_neither_too_short_nor_too_long() {
    let mut stage = handled();
    for (ttl_s, accepted) in [(59, false), (60, true), (7 * 24 * 3600, true), (7 * 24 * 3600 + 1, false)] {
        assert_eq!(check_link_ttl(ttl_s).is_ok(), accepted, "{ttl_s} s");
    }
    // Some of it may be over when it is decided, but not all.
    for ms in [-1, 0, limits::LINK_MAX_MS + 1] {
        let invite = external(&stage, ms);
        assert!(matches!(stage.maya(invite), Err(Rejection::Invalid { field, .. }) if field == "expires"), "{ms} ms");
    }
    let invite = external(&stage, limits::LINK_MAX_MS);
    stage.maya(invite).unwrap();
}

#[test]
fn a_mail_that_fails_is_told_while_its_link_is_unused() {
    let mut stage = handled();
    let invite = external(&stage, LINK_MS);
    stage.maya(invite).unwrap();
    let fail = Command::FailMail { link: AEROLINX, reason: "550 no such mailbox".into() };
    let told = stage.system(fail.clone()).unwrap();
    assert!(matches!(&told[0].body, EventBody::MailFailed { name, .. } if name == "Aerolinx"));
    stage.aerolinx(Command::OpenLink { link: AEROLINX }).unwrap();
    assert_eq!(stage.system(fail), Err(Rejection::NoEngagement), "it got there on another way");
}

#[test]
fn rule_6_inviting_partners_needs_its_permission() {
    let mut stage = handled();
    let mut permissions = Role::Agent.permissions();
    permissions.0.retain(|(permission, _)| *permission != Permission::InviteExternal);
    let invite = external(&stage, LINK_MS);
    let refused = stage.act(maya(), permissions, invite);
    assert_eq!(refused, Err(Rejection::Forbidden { permission: Permission::InviteExternal }));
}

#[test]
fn rule_6_taking_over_ends_the_colleagues_and_switches_your_logic_off() {
    let mut stage = handled();
    stage.jonas_joins();
    stage.aerolinx_comes();
    stage.sofia(Command::TakeOver).unwrap();
    assert_eq!(end_of(&stage, &maya()), Some(EndReason::TakenOver));
    assert_eq!(end_of(&stage, &jonas()), Some(EndReason::TakenOver));
    assert!(stage.is_engaged(&aerolinx()), "partners stay");
    assert!(!stage.state.logic.engaged && !stage.is_engaged(&Participant::Logic));
}

#[test]
fn rule_6_who_transfers_stays_until_the_colleague_joins() {
    let mut stage = handled();
    let asked = stage.maya_transfers_to_jonas();
    assert!(stage.is_engaged(&maya()), "nobody is dropped");
    stage.jonas(Command::Accept { engagement: asked }).unwrap();
    assert!(stage.is_engaged(&jonas()) && !stage.is_engaged(&maya()));
    assert_eq!(end_of(&stage, &maya()), Some(EndReason::Transferred));
    assert_eq!(stage.state.help, None, "the customer is never alone in between");

    let mut stage = handled();
    stage.maya_transfers_to_jonas();
    stage.jonas(Command::Join { call: None }).unwrap();
    assert!(!stage.is_engaged(&maya()), "joining is accepting");
}

#[test]
fn rule_6_a_transfer_that_is_declined_missed_or_withdrawn_changes_nothing() {
    for end in [EndReason::Declined, EndReason::Missed, EndReason::Withdrawn] {
        let mut stage = handled();
        let engagement = stage.maya_transfers_to_jonas();
        let events = match end {
            EndReason::Declined => stage.jonas(Command::Decline { engagement }).unwrap(),
            EndReason::Withdrawn => stage.maya(Command::Withdraw { engagement }).unwrap(),
            _ => stage.pass_ms(INVITATION_MS),
        };
        assert!(!events.is_empty());
        assert_eq!(end_of(&stage, &jonas()), Some(end));
        assert!(stage.is_engaged(&maya()) && stage.state.help.is_none());
    }
}

#[test]
fn rule_6_supervisors_assign_without_taking_part() {
    let mut stage = handled();
    let to_jonas = Command::Transfer { user: JONAS, name: "Jonas".into(), note: None };
    stage.sofia(to_jonas.clone()).unwrap();
    let engagement = stage.state.invitation_of(JONAS).unwrap().id;
    stage.jonas(Command::Accept { engagement }).unwrap();
    assert!(stage.is_engaged(&jonas()) && stage.is_engaged(&maya()), "nobody leaves who did not ask for it");
    let mut stage = handled();
    assert_eq!(stage.jonas(to_jonas), Err(Rejection::NotEngaged));
}

#[test]
fn rule_6_a_transfer_outlives_its_sender_s_leaving() {
    let mut stage = handled();
    let engagement = stage.maya_transfers_to_jonas();
    stage.maya(Command::Leave { reason: String::new(), ask_for_help: false }).unwrap();
    stage.jonas(Command::Accept { engagement }).unwrap();
    assert!(stage.is_engaged(&jonas()), "there is no part left to end");
}

#[test]
fn rule_6_delegating_hands_the_conversation_to_your_logic() {
    let mut stage = handled();
    stage.maya(Command::TakeOver).unwrap();
    let delegate = Command::Delegate { note: Some("only the seat is open".into()), turn: stage.turn() };
    stage.maya(delegate).unwrap();
    assert_eq!(end_of(&stage, &maya()), Some(EndReason::Delegated));
    assert!(stage.is_engaged(&Participant::Logic) && !stage.state.logic.pending.is_empty());
    assert_eq!(stage.whispers(), ["Maya: only the seat is open"]);
    let again = Command::Delegate { note: None, turn: stage.turn() };
    assert_eq!(stage.maya(again), Err(Rejection::NotEngaged));
}

fn found(stage: &Stage, user: tandem_conversation::UserId, role: Role) -> Vec<Section> {
    sections(&stage.state, &crate::stage::access(user, &role.permissions()), stage.now)
}

#[test]
fn rule_7_recently_left_for_14_days_until_rejoined() {
    let mut stage = handled();
    assert_eq!(found(&stage, MAYA, Role::Agent), [Section::My]);
    stage.maya_replies("You are rebooked.");
    stage.maya(Command::Complete { resolution: String::new() }).unwrap();
    assert_eq!(found(&stage, MAYA, Role::Agent), [Section::Left]);
    stage.now = stage.now.plus_ms(RETENTION_MS - 1);
    assert_eq!(found(&stage, MAYA, Role::Agent), [Section::Left]);
    stage.now = stage.now.plus_ms(1);
    assert_eq!(found(&stage, MAYA, Role::Agent), []);
    stage.maya(Command::Join { call: None }).expect("one action rejoins");
    assert!(stage.state.in_progress());
    assert_eq!(found(&stage, MAYA, Role::Agent), [Section::My]);
}

#[test]
fn rule_8_all_live_conversations_only_with_permission() {
    let mut stage = Stage::new();
    assert_eq!(found(&stage, SOFIA, Role::Supervisor), [Section::All], "waiting for a first word");
    stage.carmen_writes("Hello?");
    assert_eq!(found(&stage, SOFIA, Role::Supervisor), [Section::All], "handled by Your Logic alone");
    assert_eq!(found(&stage, JONAS, Role::Agent), []);
    stage.maya_joins();
    stage.maya(Command::Complete { resolution: String::new() }).unwrap();
    assert_eq!(found(&stage, SOFIA, Role::Supervisor), [], "it is not live any more");
}
