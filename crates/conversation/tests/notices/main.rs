//! Who is notified of what, and who sees what: the notification policy and the sections, readable as documentation.

#[path = "../stage/mod.rs"]
mod stage;

mod low_scores;
mod snoozes;

use stage::{INVITATION_MS, JONAS, MAYA, SOFIA, Stage, access, jonas, message};
use tandem_conversation::{
    Action, Availability, BrandId, Command, Invitee, Named, Notice, NoticeKind, Permission, Permissions, Position,
    Queue, RETENTION_MS, Reach, Role, Scope, Section, Skills, Stage as Step, UserId, Viewer, notice, percent_of,
    sections, visible,
};

const PATIENCE_MS: i64 = 120_000;

/// Maya, at her desk, available, looking elsewhere, having seen nothing.
fn viewer<'a>(permissions: &'a Permissions, skills: &'a Skills) -> Viewer<'a> {
    Viewer {
        user: MAYA,
        permissions,
        skills,
        availability: Availability::Available,
        seen: Position::START,
        seen_here: Position::START,
        looking: false,
        load: 0,
        capacity: 4,
        patience_ms: PATIENCE_MS,
        low_percent: percent_of(2),
    }
}

/// Maya's notice, after a change to her desk.
fn told(stage: &Stage, change: impl FnOnce(&mut Viewer<'_>)) -> Option<NoticeKind> {
    full(stage, change).map(|notice| notice.kind)
}

fn full(stage: &Stage, change: impl FnOnce(&mut Viewer<'_>)) -> Option<Notice> {
    let (permissions, skills) = (Role::Agent.permissions(), Skills::default());
    let mut maya = viewer(&permissions, &skills);
    change(&mut maya);
    notice(&stage.state, &maya, stage.now)
}

fn name(kind: Option<NoticeKind>) -> &'static str {
    match kind {
        Some(NoticeKind::HelpNeeded { .. }) => "help needed",
        Some(NoticeKind::Invited { .. }) => "invited",
        Some(NoticeKind::Mentioned { .. }) => "mentioned",
        Some(NoticeKind::DeliveryFailed { .. }) => "delivery failed",
        Some(NoticeKind::WaitingTooLong { .. }) => "waiting too long",
        Some(NoticeKind::CustomerWrote { .. }) => "customer wrote",
        Some(NoticeKind::Reminded { .. }) => "reminded",
        Some(NoticeKind::LowScore { .. }) => "low score",
        None => "nothing",
    }
}

/// Carmen waits, no one is there, help is needed.
fn help_needed() -> Stage {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Hello?");
    stage
}

/// Maya is engaged and Carmen has written to her.
fn mine() -> Stage {
    let mut stage = help_needed();
    stage.maya_joins();
    stage.maya_replies("Hello Carmen");
    stage.carmen_writes("Where is my parcel?");
    stage
}

/// Jonas is engaged and has invited Maya.
fn invited() -> Stage {
    let mut stage = help_needed();
    stage.jonas_joins();
    let invitee = Invitee::Colleague { user: MAYA, name: "Maya".into() };
    stage.jonas(Command::Invite { invitee, note: None }).expect("Jonas is engaged");
    stage
}

/// The channel refused Maya's answer.
fn failed() -> Stage {
    let mut stage = mine();
    stage.maya_replies("It arrives today.");
    let turn = stage.state.open_turns.last().expect("it is on its way").turn;
    let failed = Command::Progress { turn, stage: Step::Failed, reason: Some("x".into()), remedy: None, code: None };
    stage.system(failed).expect("the channel reports");
    stage
}

type Desk = fn(&mut Viewer<'_>);

#[test]
fn help_needed_goes_to_those_who_are_available_and_have_room() {
    let stage = help_needed();
    let table: [(&str, Desk, &str); 7] = [
        ("available", |_| (), "help needed"),
        ("busy", |maya| maya.availability = Availability::Busy, "nothing"),
        ("away", |maya| maya.availability = Availability::Away, "nothing"),
        ("one below capacity", |maya| maya.load = 3, "help needed"),
        ("at capacity", |maya| maya.load = 4, "nothing"),
        ("looking at it", |maya| maya.looking = true, "help needed"),
        ("having seen it", |maya| maya.seen = Position(99), "help needed"),
    ];
    for (case, desk, expected) in table {
        assert_eq!(name(told(&stage, desk)), expected, "{case}");
    }
}

#[test]
fn help_needed_goes_to_those_who_may_handle_conversations() {
    let stage = help_needed();
    let only = |permission| Permissions(vec![(permission, Scope::All)]);
    for (permissions, expected) in [
        (Role::Supervisor.permissions(), "help needed"),
        (only(Permission::Handle), "help needed"),
        (only(Permission::ViewAll), "nothing"),
        (Permissions::default(), "nothing"),
    ] {
        assert_eq!(
            name(notice(&stage.state, &viewer(&permissions, &Skills::default()), stage.now).map(|n| n.kind)),
            expected
        );
    }
}

/// The same call, at another step.
fn at_step(reach: Reach) -> Stage {
    let mut stage = help_needed();
    let help = stage.state.help.as_mut().expect("help is needed");
    help.reach = reach;
    stage
}

#[test]
fn who_is_called_at_which_step() {
    let (agent, supervisor) = (Role::Agent.permissions(), Role::Supervisor.permissions());
    let skills = Skills::default();
    let (busy, away) = (Availability::Busy, Availability::Away);
    let french = Skills { brands: Vec::new(), languages: vec!["fr".into()] };
    type Change<'a> = Box<dyn Fn(&mut Viewer<'a>) + 'a>;
    let who: [(&str, Change<'_>, [bool; 4]); 7] = [
        ("available with room", Box::new(|_| ()), [true, true, true, true]),
        ("without room", Box::new(|maya| maya.load = 4), [false, true, true, true]),
        ("of another language", Box::new(|maya| maya.skills = &french), [false, true, true, true]),
        ("busy", Box::new(move |maya| maya.availability = busy), [false, false, false, false]),
        ("away", Box::new(move |maya| maya.availability = away), [false, true, true, true]),
        (
            "a busy supervisor",
            Box::new(|maya| (maya.availability, maya.permissions) = (busy, &supervisor)),
            [false, false, true, true],
        ),
        (
            "a supervisor who is away",
            Box::new(|maya| (maya.availability, maya.permissions) = (away, &supervisor)),
            [false, true, true, true],
        ),
    ];
    let steps = [Reach::Eligible, Reach::Everyone, Reach::Supervisors, Reach::Logic];
    for (name, change, expected) in who {
        for (reach, expected) in steps.into_iter().zip(expected) {
            let mut stage = at_step(reach);
            stage.state.language = Some("es-ES".into());
            let mut maya = viewer(&agent, &skills);
            change(&mut maya);
            let told = notice(&stage.state, &maya, stage.now).is_some();
            assert_eq!(told, expected, "{name} at the step {reach:?}");
        }
    }
}

#[test]
fn whom_somebody_serves() {
    let stage = help_needed();
    let brand = BrandId(uuid::Uuid::from_u128(7));
    let other = BrandId(uuid::Uuid::from_u128(8));
    for (languages, brands, language, of, serves) in [
        (vec![], vec![], Some("de"), Some(brand), true),
        (vec!["de"], vec![], Some("de-CH"), None, true),
        (vec!["DE"], vec![], Some("de"), None, true),
        (vec!["de-CH"], vec![], Some("de"), None, false),
        (vec!["de"], vec![], Some("den"), None, false),
        (vec!["de"], vec![], None, None, true),
        (vec![], vec![brand], None, Some(brand), true),
        (vec![], vec![brand], None, Some(other), false),
        (vec![], vec![brand], None, None, true),
    ] {
        let mut state = stage.state.clone();
        (state.language, state.brand) = (language.map(str::to_owned), of);
        let skills = Skills { brands, languages: languages.into_iter().map(str::to_owned).collect() };
        assert_eq!(skills.serve(&state), serves, "{skills:?}, a conversation in {language:?} of {of:?}");
    }
}

#[test]
fn nobody_is_told_of_their_own_call_for_help() {
    let mut stage = help_needed();
    stage.maya_joins();
    stage.maya_replies("Hello Carmen");
    stage.maya(Command::AskForHelp { reason: "Spanish".into() }).expect("Maya is engaged");
    assert_eq!(name(told(&stage, |_| ())), "nothing", "she is there");
    assert_eq!(name(told(&stage, |viewer| viewer.user = JONAS)), "help needed");
    stage.maya(Command::Leave { reason: String::new(), ask_for_help: false }).expect("Maya is engaged");
    assert_eq!(name(told(&stage, |_| ())), "nothing", "nor when she has left");
}

#[test]
fn a_call_that_somebody_takes_is_withdrawn_from_everybody() {
    let mut stage = help_needed();
    assert_eq!(name(told(&stage, |_| ())), "help needed");
    stage.jonas_joins();
    assert_eq!(name(told(&stage, |_| ())), "nothing");
}

#[test]
fn an_invitation_is_told_whatever_the_desk_says() {
    let stage = invited();
    let table: [(&str, Desk); 4] = [
        ("available", |_| ()),
        ("away", |maya| maya.availability = Availability::Away),
        ("at capacity", |maya| maya.load = 9),
        ("looking", |maya| maya.looking = true),
    ];
    for (case, desk) in table {
        assert_eq!(name(told(&stage, desk)), "invited", "{case}");
    }
    assert_eq!(name(told(&stage, |viewer| viewer.user = SOFIA)), "nothing", "only the invited is told");
}

#[test]
fn an_invitation_is_told_before_a_call_for_help() {
    let mut stage = invited();
    stage.jonas(Command::AskForHelp { reason: String::new() }).expect("Jonas is engaged");
    assert_eq!(name(told(&stage, |_| ())), "invited");
}

#[test]
fn an_invitation_is_over_when_its_time_is_even_before_the_hub_says_so() {
    let mut stage = invited();
    stage.now = stage.now.plus_ms(INVITATION_MS - 1);
    assert_eq!(name(told(&stage, |_| ())), "invited");
    stage.now = stage.now.plus_ms(1);
    assert_eq!(name(told(&stage, |_| ())), "nothing");
}

#[test]
fn a_customers_turn_is_told_to_those_engaged_who_have_not_seen_it() {
    let stage = mine();
    let at = stage.state.last_loud;
    assert_eq!(told(&stage, |_| ()), Some(NoticeKind::CustomerWrote { position: at }));
    assert_eq!(name(told(&stage, |maya| maya.looking = true)), "nothing", "it is on her screen");
    assert_eq!(name(told(&stage, |maya| maya.seen = at)), "nothing", "she has seen it");
    assert_eq!(name(told(&stage, |maya| maya.seen = Position(at.0 - 1))), "customer wrote");
    assert_eq!(name(told(&stage, |maya| maya.availability = Availability::Away)), "customer wrote", "it is hers");
    assert_eq!(name(told(&stage, |viewer| viewer.user = JONAS)), "nothing", "it is not his");
}

#[test]
fn an_answered_customer_is_no_news() {
    let mut stage = mine();
    stage.jonas_joins();
    let reply = stage.reply("It arrives today.");
    stage.jonas(reply).expect("Jonas is engaged");
    assert_eq!(name(told(&stage, |_| ())), "nothing");
}

#[test]
fn closing_courtesies_make_no_noise() {
    let mut stage = mine();
    stage.maya_replies("It arrives today.");
    stage.carmen_writes("Thank you!");
    stage.now = stage.now.plus_ms(10 * PATIENCE_MS);
    assert_eq!(name(told(&stage, |_| ())), "nothing");
}

#[test]
fn a_customer_waiting_too_long_is_worth_another_word() {
    let mut stage = mine();
    stage.now = stage.now.plus_ms(PATIENCE_MS - 1);
    assert_eq!(name(told(&stage, |_| ())), "customer wrote");
    stage.now = stage.now.plus_ms(1);
    assert_eq!(name(told(&stage, |_| ())), "waiting too long");
    assert_eq!(name(told(&stage, |maya| maya.looking = true)), "waiting too long", "even on screen");
    assert_eq!(name(told(&stage, |viewer| viewer.user = JONAS)), "nothing", "it is not his");
    stage.maya_replies("One moment");
    assert_eq!(name(told(&stage, |_| ())), "nothing");
}

#[test]
fn a_failed_delivery_is_told_to_those_engaged_until_something_newer_happens() {
    let mut stage = failed();
    assert_eq!(name(told(&stage, |maya| maya.looking = true)), "delivery failed");
    assert_eq!(name(told(&stage, |viewer| viewer.user = JONAS)), "nothing", "it is not his");
    let up_to = stage.state.position;
    stage.carmen(Command::Receive { stage: Step::Seen, up_to }).expect("Carmen reads the rest");
    assert_eq!(name(told(&stage, |_| ())), "delivery failed", "she cannot have seen it");
    stage.carmen_writes("Are you there?");
    assert_eq!(name(told(&stage, |_| ())), "customer wrote", "an old failure never hides what is new");
    stage.maya_replies("I am: it arrives today.");
    assert_eq!(name(told(&stage, |_| ())), "nothing", "said again");
}

#[test]
fn a_completed_conversation_is_no_news_to_anybody() {
    for mut stage in [mine(), failed(), invited()] {
        let maya = stage.state.agent(MAYA).is_some();
        let complete = Command::Complete { resolution: String::new() };
        if maya { stage.maya(complete) } else { stage.jonas(complete) }.expect("one of them is engaged");
        for user in [MAYA, JONAS, SOFIA] {
            assert_eq!(name(told(&stage, |viewer| viewer.user = user)), "nothing");
        }
    }
}

#[test]
fn your_logic_at_work_is_no_news() {
    let mut stage = Stage::new();
    stage.carmen_writes("Hello?");
    stage.now = stage.now.plus_ms(10);
    stage.ask();
    assert_eq!(name(told(&stage, |_| ())), "nothing");
}

#[test]
fn the_same_situation_is_the_same_notice_and_shown_once() {
    for mut stage in [help_needed(), invited(), mine(), failed()] {
        let before = full(&stage, |_| ()).expect("something is told");
        stage.now = stage.now.plus_ms(5_000);
        let note = Command::Note { turn: stage.turn(), text: "Hm".into(), mentions: Vec::new() };
        stage.sofia(note).expect("Sofia may coach");
        stage.sofia(Command::Tag { add: vec!["vip".into()], remove: Vec::new() }).expect("Sofia may tag");
        stage.carmen_writes("Thanks!");
        let after = full(&stage, |_| ()).expect("it is still told");
        assert_eq!(before.kind, after.kind, "a reconnect, a note, a courtesy show nothing twice");
    }
}

#[test]
fn a_new_situation_is_another_notice() {
    let mut stage = mine();
    let first = told(&stage, |_| ());
    stage.carmen_writes("And my invoice?");
    assert_ne!(first, told(&stage, |_| ()), "another turn");
    let mut stage = help_needed();
    let first = told(&stage, |_| ());
    stage.jonas_joins();
    stage.jonas(Command::Leave { reason: String::new(), ask_for_help: false }).expect("Jonas is engaged");
    let second = told(&stage, |_| ());
    assert_eq!(name(second), "help needed");
    assert_ne!(first, second, "another call");
}

#[test]
fn a_notice_says_since_when() {
    let mut stage = help_needed();
    let since = stage.now;
    stage.now = stage.now.plus_ms(5_000);
    assert_eq!(full(&stage, |_| ()).expect("help is needed").since, since);
}

/// Maya is engaged, and Sofia names her in a note.
fn mentioned() -> Stage {
    let mut stage = mine();
    sofia_mentions(&mut stage, MAYA);
    stage
}

fn sofia_mentions(stage: &mut Stage, user: UserId) {
    let mentions = vec![Named { user, name: "?".into(), sees_all: user == SOFIA }];
    let note = Command::Note { turn: stage.turn(), text: "Do you know?".into(), mentions };
    stage.sofia(note).expect("they can see it");
}

#[test]
fn a_mention_is_told_until_it_is_seen() {
    let stage = mentioned();
    let table: [(&str, Desk, &str); 6] = [
        ("available", |_| (), "mentioned"),
        ("busy", |maya| maya.availability = Availability::Busy, "mentioned"),
        ("away", |maya| maya.availability = Availability::Away, "mentioned"),
        ("at capacity", |maya| maya.load = 4, "mentioned"),
        ("looking at it", |maya| maya.looking = true, "nothing"),
        ("having read that far elsewhere, as far as this machine knows", |maya| maya.seen = Position(99), "mentioned"),
    ];
    for (case, desk, expected) in table {
        assert_eq!(name(told(&stage, desk)), expected, "{case}");
    }
    let mut stage = stage;
    let up_to = stage.state.position;
    stage.jonas_joins();
    stage.jonas(Command::Receive { stage: Step::Seen, up_to }).expect("Jonas reads");
    assert_eq!(name(told(&stage, |_| ())), "mentioned", "what others have seen is still news to her");
    stage.maya(Command::Receive { stage: Step::Seen, up_to }).expect("Maya reads");
    assert_eq!(name(told(&stage, |maya| maya.seen = up_to)), "nothing");
}

#[test]
fn a_mention_is_told_to_nobody_else_and_only_while_they_may_see_it() {
    let mut stage = mentioned();
    assert_eq!(name(told(&stage, |viewer| viewer.user = JONAS)), "nothing");
    stage.jonas_joins();
    stage.maya(Command::Leave { reason: String::new(), ask_for_help: false }).expect("Maya is engaged");
    assert_eq!(name(told(&stage, |_| ())), "nothing", "she has left");
}

#[test]
fn supervisors_are_told_of_a_mention_although_they_take_no_part_and_although_it_is_completed() {
    let supervisor = Role::Supervisor.permissions();
    let sofia = |stage: &Stage| {
        let skills = Skills::default();
        let viewer = Viewer { user: SOFIA, ..viewer(&supervisor, &skills) };
        name(notice(&stage.state, &viewer, stage.now).map(|notice| notice.kind))
    };
    let mut stage = mine();
    let mentions = vec![Named { user: SOFIA, name: "Sofia".into(), sees_all: true }];
    let note = Command::Note { turn: stage.turn(), text: "May I refund?".into(), mentions };
    stage.maya(note).expect("Sofia sees everything");
    assert_eq!(sofia(&stage), "mentioned");
    stage.maya(Command::Complete { resolution: String::new() }).expect("Maya is engaged");
    assert_eq!(sofia(&stage), "mentioned", "she can still say a word");
}

#[test]
fn of_a_mention_and_what_else_happens_the_more_urgent_is_told_and_then_the_newer() {
    let mut stage = mentioned();
    stage.carmen_writes("And my invoice?");
    assert_eq!(name(told(&stage, |_| ())), "customer wrote", "the customer has written since");
    sofia_mentions(&mut stage, MAYA);
    assert_eq!(name(told(&stage, |_| ())), "mentioned", "the note is newer");
    stage.now = stage.now.plus_ms(PATIENCE_MS);
    assert_eq!(name(told(&stage, |_| ())), "waiting too long", "the customer has lost patience since");
    sofia_mentions(&mut stage, MAYA);
    assert_eq!(name(told(&stage, |_| ())), "mentioned", "that is known already");

    let mut stage = failed();
    sofia_mentions(&mut stage, MAYA);
    assert_eq!(name(told(&stage, |_| ())), "mentioned");

    let mut stage = mine();
    stage.maya_invites_jonas();
    let needs = Command::AskForHelp { reason: "Spanish".into() };
    stage.maya(needs).expect("Maya is engaged");
    sofia_mentions(&mut stage, SOFIA);
    assert_eq!(name(told(&stage, |viewer| viewer.user = JONAS)), "invited");
    assert_eq!(name(told(&stage, |viewer| viewer.user = SOFIA)), "help needed");
}

#[test]
fn a_newer_mention_is_another_notice() {
    let mut stage = mentioned();
    let first = told(&stage, |_| ());
    sofia_mentions(&mut stage, MAYA);
    assert_ne!(first, told(&stage, |_| ()));
}

#[test]
fn the_queue_is_told_once_when_it_grows_long_and_again_only_after_it_was_short() {
    use Queue::{Long, Short};
    let table = [
        (10, vec![(0, Short), (10, Short), (11, Long), (10, Long), (8, Long), (11, Long), (7, Short), (10, Short)]),
        (1, vec![(1, Short), (2, Long), (1, Long), (0, Short)]),
        (0, vec![(0, Short), (1, Long), (0, Short)]),
        (40, vec![(41, Long), (31, Long), (30, Short)]),
    ];
    for (threshold, calls) in table {
        let mut queue = Queue::default();
        for (open, expected) in calls {
            queue = queue.with(open, threshold);
            assert_eq!(queue, expected, "{open} open calls, with a threshold of {threshold}");
        }
    }
}

#[test]
fn who_has_just_joined_has_the_whole_time_and_is_reminded_of_a_customer_who_heard_nothing() {
    let mut stage = help_needed();
    stage.pass_ms(10 * PATIENCE_MS);
    stage.maya_joins();
    let seen = |maya: &mut Viewer<'_>| maya.seen = Position(99);
    assert_eq!(name(told(&stage, seen)), "nothing", "she has just come");
    stage.pass_ms(PATIENCE_MS);
    assert_eq!(name(told(&stage, seen)), "waiting too long", "joined, no reply");
    stage.maya_replies("Hello Carmen");
    assert_eq!(name(told(&stage, seen)), "nothing");
}

#[test]
fn words_of_your_logic_do_not_end_the_reminder_for_a_person() {
    let mut stage = Stage::new();
    stage.carmen_writes("Hello?");
    stage.logic_fails();
    stage.logic_sends(vec![message("Everybody is busy right now.")]).expect("it may");
    stage.maya_joins();
    stage.pass_ms(PATIENCE_MS);
    assert_eq!(name(told(&stage, |maya| maya.seen = Position(99))), "waiting too long");
}

/// The sections in which each of them finds the conversation.
fn found(stage: &Stage) -> [Vec<Section>; 3] {
    let of = |user: UserId, role: Role| sections(&stage.state, &access(user, &role.permissions()), stage.now);
    [of(MAYA, Role::Agent), of(JONAS, Role::Agent), of(SOFIA, Role::Supervisor)]
}

#[test]
fn who_finds_a_conversation_where() {
    use Section::{All, Help, Left, My};
    let mut stage = Stage::new();
    assert_eq!(found(&stage), [vec![], vec![], vec![All]], "handled by Your Logic alone");
    stage.carmen_writes("A person, please");
    let reason = "a person".to_owned();
    stage.logic_sends(vec![Action::NeedsHelp { value: true, reason, customer_asked: true }]).expect("it may");
    assert_eq!(found(&stage), [vec![Help], vec![Help], vec![Help, All]], "help is needed");
    stage.maya_joins();
    assert_eq!(found(&stage), [vec![My], vec![], vec![All]], "Maya took it");
    stage.maya_invites_jonas();
    assert_eq!(found(&stage), [vec![My], vec![My], vec![All]], "Jonas is invited");
    stage.jonas_joins();
    stage.maya(Command::AskForHelp { reason: String::new() }).expect("Maya is engaged");
    assert_eq!(found(&stage), [vec![My, Help], vec![My, Help], vec![Help, All]], "those engaged see the call, too");
    stage.maya(Command::Leave { reason: String::new(), ask_for_help: false }).expect("Maya is engaged");
    assert_eq!(found(&stage), [vec![Help, Left], vec![My, Help], vec![Help, All]], "Maya has left");
    stage.jonas(Command::Complete { resolution: String::new() }).expect("Jonas is engaged");
    assert_eq!(found(&stage), [vec![Left], vec![Left], vec![]], "completed");
    stage.now = stage.now.plus_ms(RETENTION_MS);
    assert_eq!(found(&stage), [vec![], vec![], vec![]], "14 days later");
}

#[test]
fn the_help_section_is_for_those_who_may_help() {
    let stage = help_needed();
    assert_eq!(sections(&stage.state, &access(MAYA, &Permissions::default()), stage.now), []);
    let me = Permissions(vec![(Permission::Handle, Scope::Me), (Permission::ViewAll, Scope::Me)]);
    assert_eq!(sections(&stage.state, &access(MAYA, &me), stage.now), [Section::Help], "viewing all needs all");
}

#[test]
fn a_conversation_is_visible_to_those_who_find_it_and_to_those_who_view_all() {
    let mut stage = Stage::new();
    let sees = |stage: &Stage, user, role: Role| visible(&stage.state, &access(user, &role.permissions()), stage.now);
    assert!(!sees(&stage, MAYA, Role::Agent), "Your Logic alone handles it");
    assert!(sees(&stage, SOFIA, Role::Supervisor));
    stage.maya_joins();
    assert!(sees(&stage, MAYA, Role::Agent));
    assert!(!sees(&stage, JONAS, Role::Agent));
    stage.maya(Command::Complete { resolution: String::new() }).expect("Maya is engaged");
    assert!(sees(&stage, MAYA, Role::Agent), "recently left stays readable");
    stage.now = stage.now.plus_ms(RETENTION_MS);
    assert!(!sees(&stage, MAYA, Role::Agent));
    assert!(sees(&stage, SOFIA, Role::Supervisor), "whoever views all sees what is completed, too");
    assert!(!stage.is_engaged(&jonas()));
}

#[test]
fn an_invited_colleague_who_is_mentioned_is_told_and_then_still_invited() {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Hello?");
    stage.maya_joins();
    stage.maya_invites_jonas();
    let at_jonas = |stage: &Stage, looking| told(stage, |viewer| (viewer.user, viewer.looking) = (JONAS, looking));
    assert!(matches!(at_jonas(&stage, false), Some(NoticeKind::Invited { .. })));
    stage.pass_ms(1_000);
    let mentions = vec![Named { user: JONAS, name: "Jonas".into(), sees_all: false }];
    let turn = stage.turn();
    stage
        .maya(Command::Note { turn, text: "@Jonas she means the old tariff".into(), mentions })
        .expect("he can read it");
    assert_eq!(at_jonas(&stage, false), Some(NoticeKind::Mentioned { position: stage.state.position }));
    assert!(matches!(at_jonas(&stage, true), Some(NoticeKind::Invited { .. })), "he has read it");
}
