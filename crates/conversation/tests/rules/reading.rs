//! Rule 15: who may read. Agents read their own conversations, past and present, calls for help within their brands,
//! and the conversations of a customer whom they handle. Supervisors read everything.

use tandem_conversation::{
    Access, BrandId, Command, Permission, Permissions, RETENTION_MS, Role, Scope, Skills, UserId, may_read, sections,
    visible,
};
use uuid::Uuid;

use crate::stage::{JONAS, MAYA, SOFIA, Stage};

const OURS: BrandId = BrandId(Uuid::from_u128(0xb1));
const ANOTHER: BrandId = BrandId(Uuid::from_u128(0xb2));

/// Whether a user with this role and these brands may read, and gets live updates.
fn reads(stage: &Stage, user: UserId, role: Role, brands: &[BrandId]) -> (bool, bool) {
    let (permissions, skills) = (role.permissions(), Skills { brands: brands.to_vec(), languages: Vec::new() });
    let access = Access { user, permissions: &permissions, skills: &skills };
    (may_read(&stage.state, &access, false), visible(&stage.state, &access, stage.now))
}

fn calling() -> Stage {
    let mut stage = Stage::without_logic();
    stage.state.brand = Some(OURS);
    stage.carmen_writes("Hello?");
    stage
}

#[test]
fn rule_15_what_is_theirs_now_or_ever() {
    let mut stage = calling();
    stage.maya_joins();
    let of = |stage: &Stage, user| reads(stage, user, Role::Agent, &[]);
    assert_eq!((of(&stage, MAYA), of(&stage, JONAS)), ((true, true), (false, false)));
    stage.maya_invites_jonas();
    assert_eq!(of(&stage, JONAS), (true, true), "who is invited has to know to what");
    let invitation = stage.state.invitation_of(JONAS).unwrap().id;
    stage.jonas(Command::Decline { engagement: invitation }).unwrap();
    assert_eq!(of(&stage, JONAS), (false, false), "and not any more afterwards");
    stage.maya(Command::Complete { resolution: String::new() }).unwrap();
    stage.now = stage.now.plus_ms(RETENTION_MS);
    assert_eq!(of(&stage, MAYA), (true, false), "readable for ever, told of for 14 days");
    assert_eq!(reads(&stage, SOFIA, Role::Supervisor, &[]), (true, true));
}

#[test]
fn rule_15_who_was_ever_there_is_never_forgotten() {
    let mut stage = calling();
    let users: Vec<UserId> = (0..200).map(|n| UserId(Uuid::from_u128(0xd000 + n))).collect();
    for user in &users {
        let actor = tandem_conversation::Participant::Agent { user: *user, name: "Somebody".into() };
        stage.act(actor.clone(), Role::Agent.permissions(), Command::Join { call: None }).unwrap();
        let leave = Command::Leave { reason: String::new(), ask_for_help: false };
        stage.act(actor, Role::Agent.permissions(), leave).unwrap();
        stage.now = stage.now.plus_ms(RETENTION_MS);
    }
    stage.maya_joins();
    assert!(users.iter().all(|user| reads(&stage, *user, Role::Agent, &[]).0));
}

#[test]
fn rule_15_what_needs_help_within_their_brands() {
    let mut stage = calling();
    for (brands, may) in [(&[][..], true), (&[OURS][..], true), (&[ANOTHER, OURS][..], true), (&[ANOTHER][..], false)] {
        assert_eq!(reads(&stage, JONAS, Role::Agent, brands), (may, may), "{brands:?}");
    }
    assert_eq!(reads(&stage, SOFIA, Role::Supervisor, &[ANOTHER]), (true, true), "supervisors see every call");
    stage.maya_joins();
    assert_eq!(reads(&stage, JONAS, Role::Agent, &[OURS]), (false, false), "the call is over");
    stage.state.brand = None;
    stage.maya(Command::AskForHelp { reason: String::new() }).unwrap();
    assert_eq!(reads(&stage, JONAS, Role::Agent, &[ANOTHER]), (true, true), "what is no brand's is everybody's");
}

#[test]
fn rule_15_a_customer_whom_they_handle() {
    let mut stage = calling();
    stage.maya_joins();
    let skills = Skills::default();
    let agent = Role::Agent.permissions();
    let without = Permissions(vec![(Permission::Handle, Scope::All)]);
    for (permissions, handles, may) in [(&agent, true, true), (&agent, false, false), (&without, true, false)] {
        let access = Access { user: JONAS, permissions, skills: &skills };
        assert_eq!(may_read(&stage.state, &access, handles), may);
    }
    let of = |user| Access { user, permissions: &agent, skills: &skills };
    assert!(of(MAYA).handles(&stage.state) && !of(JONAS).handles(&stage.state));
    stage.maya_invites_jonas();
    assert!(!of(JONAS).handles(&stage.state), "to be asked is not to handle");
    stage.maya(Command::Complete { resolution: String::new() }).unwrap();
    assert!(!of(MAYA).handles(&stage.state), "it is over");
}

#[test]
fn rule_15_what_one_is_told_of_one_may_read() {
    let mut stage = calling();
    let users = [(MAYA, Role::Agent), (JONAS, Role::Agent), (SOFIA, Role::Supervisor)];
    let steps: [fn(&mut Stage); 5] = [
        |_| {},
        Stage::maya_joins,
        |stage| _ = stage.maya_invites_jonas(),
        |stage| drop(stage.maya(Command::AskForHelp { reason: String::new() })),
        |stage| drop(stage.maya(Command::Leave { reason: String::new(), ask_for_help: false })),
    ];
    for step in steps {
        step(&mut stage);
        for (user, role) in users {
            for brands in [&[][..], &[OURS][..], &[ANOTHER][..]] {
                let (may, told) = reads(&stage, user, role, brands);
                assert!(may || !told, "{user} {role:?} {brands:?}");
                let (permissions, skills) =
                    (role.permissions(), Skills { brands: brands.to_vec(), languages: Vec::new() });
                let access = Access { user, permissions: &permissions, skills: &skills };
                let found = sections(&stage.state, &access, stage.now);
                assert_eq!(told, role != Role::Agent || !found.is_empty(), "{user} finds it under {found:?}");
            }
        }
    }
}
