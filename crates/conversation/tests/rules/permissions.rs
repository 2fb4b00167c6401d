//! Every command × every kind of actor × every role: allowed, or refused with the right code.

use crate::stage::{AEROLINX, JONAS, LINK_MS, Stage, aerolinx, dismiss, jonas, maya, not_needed, opening, sofia, text};
use serde_json::{Map, json};
use tandem_conversation::{
    BrandId, Command, ContactId, Control, ConversationId, CustomerId, CustomerRef, EngagementId, GoesOn, Grade,
    Invitee, Learnt, LinkId, LinkSource, LogicFailure, Participant, Permission, Permissions, Position, Rejection,
    RequestId, Role, Scope, Stage as Step,
};

/// The columns: `+` allowed, `P` another kind of participant's, `-` the permission is missing.
const COLUMNS: &str = "customer agent supervisor admin nobody onlooker external logic system";

/// The scene in which the command makes sense.
#[derive(Clone, Copy)]
enum Scene {
    /// Maya and Aerolinx are engaged, Jonas is invited, help is asked for, Your Logic has left a packet.
    Busy,
    /// Help is asked for, and Maya is outside.
    Outside,
    /// Jonas has invited Maya.
    Invited,
    Completed,
    /// Maya has answered Carmen.
    Quiet,
}

fn set(scene: Scene) -> Stage {
    let mut stage = Stage::new();
    stage.carmen_writes("Hello?");
    match scene {
        Scene::Busy => {
            stage.maya_joins();
            stage.logic_sends(vec![crate::stage::packet()]).expect("Your Logic may leave a note");
            stage.aerolinx_comes();
            stage.maya_invites_jonas();
            stage.maya(Command::AskForHelp { reason: String::new() }).expect("Maya is engaged");
        }
        Scene::Outside => drop(stage.logic_fails()),
        Scene::Invited => {
            stage.jonas_joins();
            let invitee = Invitee::Colleague { user: crate::stage::MAYA, name: "Maya".into() };
            stage.jonas(Command::Invite { invitee, note: None }).expect("Jonas is engaged");
        }
        Scene::Completed => {
            stage.maya_joins();
            stage.maya(Command::Complete { resolution: String::new() }).expect("Maya is engaged");
        }
        Scene::Quiet => {
            stage.maya_joins();
            stage.maya_replies("Hello Carmen");
        }
    }
    stage
}

fn actors() -> Vec<(Participant, Permissions)> {
    let only = |permission| Permissions(vec![(permission, Scope::All)]);
    vec![
        (Participant::Customer, Permissions::default()),
        (maya(), Role::Agent.permissions()),
        (maya(), Role::Supervisor.permissions()),
        (maya(), Role::Admin.permissions()),
        (maya(), Permissions::default()),
        (maya(), only(Permission::ViewAll)),
        (aerolinx(), Permissions::default()),
        (Participant::Logic, Permissions::default()),
        (Participant::System, Permissions::default()),
    ]
}

type Make = fn(&mut Stage) -> Command;

fn invitation(stage: &Stage) -> EngagementId {
    stage.state.engagements.iter().find(|e| e.invitee().is_some()).expect("somebody is invited").id
}

/// A partner who has not come yet.
fn nordwind(stage: &mut Stage) -> LinkId {
    let link = LinkId(stage.id());
    let invitee = Invitee::External { link, name: "Nordwind".into(), expires: stage.now.plus_ms(LINK_MS) };
    stage.maya(Command::Invite { invitee, note: None }).expect("Maya is engaged");
    link
}

/// Maya takes back that she needs no help.
fn dismissed(stage: &mut Stage) -> Command {
    let call = stage.state.help.as_ref().expect("help is asked for").call;
    stage.maya(dismiss(GoesOn::Person)).expect("Maya goes on");
    Command::RestoreHelp { call }
}

fn known(stage: &mut Stage) -> CustomerRef {
    CustomerRef::new(CustomerId(stage.id()), "Carmen Ruiz")
}

fn asked(stage: &mut Stage) -> RequestId {
    stage.ask()
}

#[rustfmt::skip]
fn table() -> Vec<(&'static str, &'static str, Scene, Make)> {
    use Scene::{Busy, Completed, Invited, Outside, Quiet};
    vec![
        // Customers' own.
        ("write",           "+ P P P P P P P P", Busy, |s| Command::Write { turn: s.turn(), content: text("Hi"), received: s.now }),
        ("hear",            "+ P P P P P P P P", Busy, |s| Command::Hear { received: s.now }),
        ("give feedback",   "+ P P P P P P P P", Busy, |_| Command::GiveFeedback { review: None, score: 4, text: String::new() }),
        ("edit turn",       "+ P P P P P P P +", Busy, |s| Command::EditTurn { turn: s.turn(), content: text("Hi"), received: s.now }),
        ("withdraw turn",   "+ P P P P P P P P", Busy, |s| Command::WithdrawTurn { turn: s.turn() }),
        // People of ours who are engaged.
        ("reply",           "P + + + - - + P P", Busy, |s| s.reply("Hi")),
        ("leave",           "P + + + - - + P P", Busy, |_| Command::Leave { reason: String::new(), ask_for_help: false }),
        ("ask for help",    "P + + + - - + P P", Busy, |_| Command::AskForHelp { reason: String::new() }),
        ("press button",    "P + + + - - + P P", Busy, |_| Command::PressButton { action: "refund".into() }),
        ("grade handover",  "P + + + - - P P P", Busy, |s| Command::GradeHandover { turn: s.state.handover.as_ref().expect("there is a packet").turn, grade: Grade::Helpful }),
        // Users who may look on may also coach.
        ("note",            "P + + + - + + P P", Busy, |s| Command::Note { turn: s.turn(), text: "Hm".into(), mentions: Vec::new() }),
        ("receive",         "+ + + + - + + P P", Busy, |_| Command::Receive { stage: Step::Delivered, up_to: Position(1) }),
        // Agents alone.
        ("join",            "P + + + - - P P P", Outside, |_| Command::Join { call: None }),
        ("claim",           "P + + + - - P P P", Outside, |s| Command::Join { call: s.state.help.as_ref().map(|h| h.call) }),
        ("complete",        "P + + + - - P P +", Busy, |_| Command::Complete { resolution: String::new() }),
        ("complete, seen",  "P + + + - - P P +", Busy, |s| Command::HavingSeen { up_to: s.state.position, command: Box::new(Command::Complete { resolution: String::new() }) }),
        ("snooze",          "P + + + - - P P P", Quiet, |_| Command::Snooze { until: None }),
        ("end snooze",      "P + + + - - P P P", Quiet, |_| Command::EndSnooze),
        ("reopen",          "P + + + - - P P P", Completed, |_| Command::Reopen),
        ("help not needed", "P + + + - - P P P", Busy, |_| not_needed()),
        ("dismiss help",    "P + + + - - P P P", Busy, |_| dismiss(GoesOn::Person)),
        ("restore help",    "P + + + - - P P P", Busy, dismissed),
        ("invite",          "P + + + - - P P P", Busy, |_| Command::Invite { note: None, invitee: Invitee::Colleague { user: crate::stage::SOFIA, name: "Sofia".into() } }),
        ("invite partner",  "P + + + - - P P P", Busy, |s| Command::Invite { note: None, invitee: Invitee::External { link: LinkId(s.id()), name: "Nordwind".into(), expires: s.now.plus_ms(LINK_MS) } }),
        ("transfer",        "P + + + - - P P P", Busy, |_| Command::Transfer { user: crate::stage::SOFIA, name: "Sofia".into(), note: None }),
        ("accept",          "P + + + - - P P P", Invited, |s| Command::Accept { engagement: invitation(s) }),
        ("decline",         "P + + + - - P P P", Invited, |s| Command::Decline { engagement: invitation(s) }),
        ("withdraw",        "P + + + - - P P P", Busy, |s| Command::Withdraw { engagement: invitation(s) }),
        ("remove",          "P + + + - - P P P", Busy, |s| Command::Remove { engagement: s.engagement(&aerolinx()).id }),
        ("take over",       "P + + + - - P P P", Outside, |_| Command::TakeOver),
        ("delegate",        "P + + + - - P P P", Busy, |s| Command::Delegate { note: None, turn: s.turn() }),
        ("engage logic",    "P + + + - - P P P", Busy, |_| Command::EngageLogic { engaged: false }),
        ("go on in",        "P + + + - - P P P", Busy, |s| Command::GoOnIn { conversation: Some(ConversationId(s.id())) }),
        ("go on from",      "P + + + - - P P P", Busy, |s| Command::GoOnFrom { conversation: Some(ConversationId(s.id())), waits_since: None }),
        ("tag",             "P + + + - - P P P", Busy, |_| Command::Tag { add: vec!["vip".into()], remove: Vec::new() }),
        ("edit customer",   "P + + + - - P P +", Busy, |_| Command::EditCustomer { name: Some("Carmen Ruiz".into()), email: None, phone: None }),
        ("revoke link",     "P + + + - - P P +", Busy, |_| Command::RevokeLink { link: AEROLINX }),
        ("rename customer", "+ + + + - - P + +", Busy, |_| Command::RenameCustomer { name: "Carmen Ruiz".into() }),
        // External agents' own.
        ("open link",       "P P P P P P + P P", Busy, |_| Command::OpenLink { link: AEROLINX }),
        // Your Logic's and the hub's own.
        ("answer logic",    "P P P P P P P + P", Busy, |s| Command::AnswerLogic { request: Some(asked(s)), later: false, control: Control::default(), learnt: Learnt::default(), actions: Vec::new() }),
        ("change custom",   "P P P P P P P + +", Busy, |_| Command::ChangeCustom { patch: Map::from_iter([("a".to_owned(), json!(1))]) }),
        ("change customer", "P P P P P P P + +", Busy, |_| Command::ChangeCustomer { patch: Map::from_iter([("a".to_owned(), json!(1))]) }),
        ("ask logic",       "P P P P P P P P +", Busy, |s| Command::AskLogic { request: RequestId(s.id()), expires: s.now.plus_ms(1) }),
        ("fail logic",      "P P P P P P P P +", Busy, |s| Command::FailLogic { request: asked(s), failure: LogicFailure::NotConfigured }),
        ("link customer",   "P P P P P P P P +", Busy, |s| Command::LinkCustomer { customer: known(s), contact: ContactId(s.id()), source: LinkSource::IdentityToken { brand: BrandId(s.id()) }, goes_on_in: None }),
        ("attest customer", "P P P P P P P P +", Busy, |_| Command::AttestCustomer { contacts: Vec::new() }),
        ("fail mail",       "P P P P P P P P +", Busy, |s| Command::FailMail { link: nordwind(s), reason: String::new() }),
        ("dismiss",         "P P P P P P P P +", Busy, |_| Command::Dismiss { user: JONAS }),
        ("progress",        "P P P P P P P P +", Busy, |s| Command::Progress { turn: s.turn(), stage: Step::Sent, reason: None, remedy: None, code: None }),
        ("tick",            "P P P P P P P P +", Busy, |_| Command::Tick),
    ]
}

#[test]
fn every_command_for_every_actor_and_role() {
    for (name, row, scene, make) in table() {
        for ((column, cell), (actor, permissions)) in COLUMNS.split(' ').zip(row.split(' ')).zip(actors()) {
            let mut stage = set(scene);
            let command = make(&mut stage);
            let found = match stage.act(actor, permissions, command) {
                Ok(_) => "+".to_owned(),
                Err(Rejection::NotYours) => "P".to_owned(),
                Err(Rejection::Forbidden { permission: Permission::Handle }) => "-".to_owned(),
                Err(other) => format!("{other:?}"),
            };
            assert_eq!(found, cell, "{name} by {column}");
        }
    }
}

#[test]
fn only_customers_and_the_hub_start_conversations() {
    let expected = "+ P P P P P P P +";
    for ((actor, permissions), cell) in actors().into_iter().zip(expected.split(' ')) {
        let envelope = tandem_conversation::Envelope {
            id: tandem_conversation::CommandId(uuid::Uuid::nil()),
            conversation: tandem_conversation::ConversationId(uuid::Uuid::nil()),
            actor,
            permissions,
            command: Command::Start(opening()),
        };
        let context = crate::stage::context(tandem_conversation::Time(0), true, None, 0);
        let found = match tandem_conversation::decide(None, &envelope, &context) {
            Ok(_) => "+",
            Err(Rejection::NotYours) => "P",
            Err(_) => "?",
        };
        assert_eq!(found, cell, "{:?}", envelope.actor);
    }
}

#[test]
fn what_needs_an_engagement_says_so() {
    let outsiders: [(&str, Make); 9] = [
        ("reply", |s| s.reply("Hi")),
        ("leave", |_| Command::Leave { reason: String::new(), ask_for_help: false }),
        ("complete", |_| Command::Complete { resolution: String::new() }),
        ("ask for help", |_| Command::AskForHelp { reason: String::new() }),
        ("invite", |_| Command::Invite { note: None, invitee: Invitee::Colleague { user: JONAS, name: "J".into() } }),
        ("remove", |s| Command::Remove { engagement: EngagementId(s.id()) }),
        ("delegate", |s| Command::Delegate { note: None, turn: s.turn() }),
        ("press button", |_| Command::PressButton { action: "refund".into() }),
        ("snooze", |_| Command::Snooze { until: None }),
    ];
    for (name, make) in outsiders {
        let mut stage = set(Scene::Outside);
        let command = make(&mut stage);
        assert_eq!(stage.act(sofia(), Role::Admin.permissions(), command), Err(Rejection::NotEngaged), "{name}");
    }
}

#[test]
fn what_others_have_begun_is_for_those_who_take_part_and_for_supervisors() {
    let commands: [(&str, Make); 7] = [
        ("help not needed", |_| not_needed()),
        ("withdraw", |s| Command::Withdraw { engagement: invitation(s) }),
        ("transfer", |_| Command::Transfer { user: crate::stage::SOFIA, name: "Sofia".into(), note: None }),
        ("engage logic", |_| Command::EngageLogic { engaged: false }),
        ("tag", |_| Command::Tag { add: vec!["vip".into()], remove: Vec::new() }),
        ("edit customer", |_| Command::EditCustomer { name: Some("Carmen Ruiz".into()), email: None, phone: None }),
        ("revoke link", |_| Command::RevokeLink { link: AEROLINX }),
    ];
    for (name, make) in commands {
        for (actor, role, may) in
            [(jonas(), Role::Agent, false), (maya(), Role::Agent, true), (sofia(), Role::Supervisor, true)]
        {
            let mut stage = set(Scene::Busy);
            let command = make(&mut stage);
            let done = stage.act(actor, role.permissions(), command).map(drop);
            let expected = if may { Ok(()) } else { Err(Rejection::NotEngaged) };
            assert_eq!(done, expected, "{name} by {role:?}, who is {}engaged", if may { "" } else { "not " });
        }
    }
}

#[test]
fn what_no_button_offers_cannot_be_pressed() {
    let mut stage = set(Scene::Busy);
    stage.button = None;
    let press = || Command::PressButton { action: "refund".into() };
    for actor in [maya(), aerolinx()] {
        assert_eq!(stage.act(actor, Role::Admin.permissions(), press()), Err(Rejection::NoButton));
    }
}

#[test]
fn what_does_not_exist_says_so() {
    let stage = set(Scene::Busy);
    let mut envelope = tandem_conversation::Envelope {
        id: tandem_conversation::CommandId(uuid::Uuid::nil()),
        conversation: stage.state.id,
        actor: jonas(),
        permissions: Role::Agent.permissions(),
        command: Command::Join { call: None },
    };
    let context = crate::stage::context(stage.now, true, None, 0);
    assert_eq!(tandem_conversation::decide(None, &envelope, &context), Err(Rejection::Unknown));
    envelope.command = Command::Decline { engagement: EngagementId(uuid::Uuid::nil()) };
    assert_eq!(tandem_conversation::decide(Some(&stage.state), &envelope, &context), Err(Rejection::NoEngagement));
}
