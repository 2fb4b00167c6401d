//! Which events Your Logic is asked about, and which not.

mod stage;

use stage::{AEROLINX, INVITATION_MS, JONAS, LINK_MS, Stage, message, not_needed};
use tandem_conversation::{
    Action, BrandId, Choice, Command, Content, CustomerId, CustomerRef, Event, LinkSource, Participant, Pending,
    Position, Stage as Step, Trigger, trigger_of,
};

use Trigger as T;

/// The triggers of `story`, after Maya has joined and Your Logic has received everything before.
fn triggers(story: impl FnOnce(&mut Stage)) -> Vec<Trigger> {
    let mut stage = Stage::new();
    stage.carmen_writes("Hello?");
    stage.maya_joins();
    stage.logic_listens();
    let before = stage.events.len();
    story(&mut stage);
    let triggers = stage.events[before..].iter().filter_map(trigger_of).collect();
    let told: Vec<Position> = stage.state.logic.pending.iter().map(|pending| pending.position).collect();
    let asked = stage.events[before..].iter().filter(|event| trigger_of(event).is_some());
    if stage.state.logic.engaged && stage.state.logic.asked.is_none() {
        let asked: Vec<Position> = asked.map(|event| event.position).collect();
        assert!(asked.ends_with(&told), "what triggers is what is pending");
    }
    triggers
}

/// By Maya, who has permission.
fn maya(command: Command) -> Vec<Trigger> {
    triggers(|stage| drop(stage.maya(command).expect("Maya may")))
}

#[test]
fn a_conversation_that_starts() {
    let stage = Stage::new();
    assert_eq!(trigger_of(&stage.events[0]), Some(T::ConversationStarted));
    assert_eq!(stage.state.logic.pending[0].position, Position(1));
}

#[test]
fn a_company_without_your_logic_keeps_nothing_for_it() {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Hello?");
    stage.maya_joins();
    assert!(stage.state.logic.pending.is_empty());
}

#[test]
fn every_turn_of_others_courtesies_and_notes_included() {
    assert_eq!(triggers(|stage| stage.carmen_writes("Where is my parcel?")), [T::Turn]);
    assert_eq!(triggers(|stage| stage.carmen_writes("Thanks!")), [T::Turn]);
    assert_eq!(triggers(|stage| stage.maya_replies("It arrives today.")), [T::Turn]);
    let note = |stage: &mut Stage| {
        let note = Command::Note { turn: stage.turn(), text: "polite".into(), mentions: Vec::new() };
        stage.sofia(note).expect("Sofia may coach");
    };
    assert_eq!(triggers(note), [T::Turn]);
}

#[test]
fn a_courtesy_is_marked_as_silent() {
    let mut stage = Stage::new();
    stage.logic_listens();
    stage.carmen_writes("Where is my parcel?");
    stage.carmen_writes("Thanks!");
    assert_eq!(stage.state.logic.pending.iter().map(|p| p.silent).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn an_answer_by_choice() {
    let story = |stage: &mut Stage| {
        let question = stage.turn();
        let choices = vec![Choice { id: "y".into(), label: "Yes".into() }];
        let ask = Action::Question {
            text: "All well?".into(),
            choices,
            force: true,
            turn: Some(question),
            key: None,
            language: None,
            library: None,
        };
        stage.logic_sends(vec![ask]).expect("it may ask");
        let content = Content::Answer { question, choice: "y".into(), text: String::new() };
        let answer = Command::Write { turn: stage.turn(), content, received: stage.now };
        stage.carmen(answer).expect("it is a choice");
    };
    assert_eq!(triggers(story), [T::Answer]);
}

#[test]
fn people_who_come_and_go() {
    assert_eq!(triggers(Stage::jonas_joins), [T::EngagementStarted]);
    assert_eq!(triggers(Stage::aerolinx_comes), [T::EngagementStarted]);
    let leave = Command::Leave { reason: String::new(), ask_for_help: false };
    // Carmen still waits: Your Logic is asked, so that no one else has to be called.
    assert_eq!(maya(leave), [T::EngagementEnded]);
    let link_over = |stage: &mut Stage| {
        stage.aerolinx_comes();
        stage.logic_listens();
        stage.pass_ms(LINK_MS);
    };
    assert_eq!(triggers(link_over), [T::EngagementStarted, T::EngagementEnded]);
}

#[test]
fn invitations_when_they_are_declined_or_missed() {
    let declined = |stage: &mut Stage| {
        let engagement = stage.maya_invites_jonas();
        stage.jonas(Command::Decline { engagement }).expect("Jonas is invited");
    };
    assert_eq!(triggers(declined), [T::InvitationDeclined]);
    let missed = |stage: &mut Stage| {
        stage.maya_invites_jonas();
        stage.pass_ms(INVITATION_MS);
    };
    assert_eq!(triggers(missed), [T::InvitationMissed]);
    let withdrawn = |stage: &mut Stage| {
        let engagement = stage.maya_invites_jonas();
        stage.maya(Command::Withdraw { engagement }).expect("Jonas is invited");
    };
    assert_eq!(triggers(withdrawn), []);
}

/// The page proves who Carmen is.
fn carmen_is_linked(stage: &mut Stage) {
    let customer = CustomerRef::new(CustomerId(stage.id()), "Carmen Ruiz");
    let source = LinkSource::IdentityToken { brand: BrandId(stage.id()) };
    let link =
        Command::LinkCustomer { customer: customer.clone(), contact: stage.state.contact, source, goes_on_in: None };
    stage.system(link.clone()).expect("the hub knows");
    assert_eq!(stage.state.customer, customer);
    assert!(stage.system(link).expect("the hub may repeat itself").is_empty(), "what is known is not told again");
}

#[test]
fn a_customer_who_proves_to_be_somebody() {
    assert_eq!(triggers(carmen_is_linked), [T::CustomerLinked]);
}

#[test]
fn but_not_the_customer_of_a_request_that_is_over() {
    let mut stage = Stage::new();
    stage.carmen_writes("Hello?");
    stage.maya_joins();
    stage.maya(Command::Complete { resolution: String::new() }).expect("Maya is engaged");
    stage.logic_listens();
    carmen_is_linked(&mut stage);
    assert!(stage.state.logic.pending.is_empty(), "nobody has to act on it");
    assert!(!stage.state.in_progress(), "and it stays over");
}

#[test]
fn help_that_is_asked_for_and_found() {
    let story = |stage: &mut Stage| {
        stage.maya(Command::AskForHelp { reason: String::new() }).expect("Maya is engaged");
        stage.maya(not_needed()).expect("she finds out herself");
    };
    assert_eq!(triggers(story), [T::NeedsHelpChanged, T::NeedsHelpChanged]);
}

#[test]
fn completing_and_reopening() {
    let story = |stage: &mut Stage| {
        stage.maya(Command::Complete { resolution: String::new() }).expect("Maya is engaged");
        stage.carmen_writes("It broke again.");
    };
    assert_eq!(triggers(story), [T::EngagementEnded, T::StatusChanged, T::StatusChanged, T::Turn]);
}

#[test]
fn delivery_that_failed_but_not_delivery_that_works() {
    let progress = |step| {
        triggers(|stage| {
            stage.maya_replies("It arrives today.");
            stage.logic_listens();
            let turn = stage.state.open_turns.last().expect("it is on its way").turn;
            let progress = Command::Progress { turn, stage: step, reason: None, remedy: None, code: None };
            stage.system(progress).expect("the channel reports");
        })
    };
    assert_eq!(progress(Step::Failed), [T::Turn, T::DeliveryFailed]);
    for step in [Step::Sent, Step::Delivered, Step::Seen] {
        assert_eq!(progress(step), [T::Turn]);
    }
}

#[test]
fn buttons_feedback_and_being_switched_on() {
    assert_eq!(maya(Command::PressButton { action: "refund".into() }), [T::ButtonPressed]);
    let feedback = Command::GiveFeedback { review: None, score: 5, text: String::new() };
    assert_eq!(triggers(|stage| drop(stage.carmen(feedback).expect("Carmen may"))), [T::FeedbackGiven]);
    assert_eq!(maya(Command::EngageLogic { engaged: false }), [], "it hears nothing any more");
    let off_and_on = |stage: &mut Stage| {
        stage.maya(Command::EngageLogic { engaged: false }).expect("Maya may");
        stage.maya(Command::EngageLogic { engaged: true }).expect("Maya may");
    };
    assert_eq!(triggers(off_and_on), [T::EngageLogicChanged]);
}

#[test]
fn what_it_need_not_know() {
    for command in [
        Command::Tag { add: vec!["vip".into()], remove: Vec::new() },
        Command::RenameCustomer { name: "Carmen Ruiz".into() },
        Command::Receive { stage: Step::Seen, up_to: Position(1) },
    ] {
        assert_eq!(maya(command.clone()), [], "{command:?}");
    }
    let reopened_link = |stage: &mut Stage| {
        stage.aerolinx_comes();
        stage.logic_listens();
        stage.aerolinx(Command::OpenLink { link: AEROLINX }).expect("the link lives");
    };
    assert_eq!(triggers(reopened_link), [T::EngagementStarted], "each further use of a link");
}

#[test]
fn never_what_it_did_itself() {
    let choices = vec![Choice { id: "y".into(), label: "Yes".into() }];
    let actions = vec![
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
        Action::Note { text: "n".into(), handover: None },
        Action::Suggestion { text: "s".into() },
        Action::NeedsHelp { value: true, reason: String::new(), customer_asked: false },
        Action::NeedsHelp { value: false, reason: String::new(), customer_asked: false },
        Action::InviteAgent { user: JONAS, name: Some("Jonas".into()), note: None },
        Action::Tag { add: vec!["vip".into()], remove: Vec::new() },
        Action::Feedback { text: "How did we do?".into() },
        Action::Complete { resolution: String::new() },
        Action::Reopen,
    ];
    assert_eq!(triggers(|stage| drop(stage.logic_sends(actions).expect("it may"))), []);
    let by_logic = |stage: &mut Stage| {
        let engagement = stage.engagement(&stage::maya()).id;
        stage.logic_sends(vec![message("I go on."), Action::RemoveParticipant { engagement }]).expect("it may");
    };
    assert_eq!(triggers(by_logic), []);
}

#[test]
fn every_kind_of_event_by_your_logic_is_spared() {
    let mut stage = Stage::new();
    stage.carmen_writes("Hello?");
    stage.logic_fails();
    stage.maya_joins();
    stage.aerolinx_comes();
    stage.maya(Command::PressButton { action: "refund".into() }).expect("Maya is engaged");
    stage.maya(Command::Complete { resolution: String::new() }).expect("Maya is engaged");
    let own = stage.events.iter().map(|event| Event { actor: Participant::Logic, ..event.clone() });
    assert!(own.clone().count() > 10);
    assert!(own.into_iter().all(|event| trigger_of(&event).is_none()));
}

#[test]
fn tandems_own_book_keeping_is_spared() {
    let story = |stage: &mut Stage| {
        stage.carmen_writes("Hello?");
        stage.logic_answers(vec![message("Hi!")]);
        assert!(stage.state.logic.pending.is_empty(), "asking and answering trigger nothing");
    };
    assert_eq!(triggers(story), [T::Turn]);
}

/// The positions of each request while everything pending is asked, oldest first.
fn requests(stage: &mut Stage) -> Vec<Vec<Position>> {
    let mut requests = Vec::new();
    while let Some(first) = stage.state.logic.pending.first().map(Pending::from) {
        if stage.state.logic.asked.is_none() {
            stage.ask();
        }
        let trigger = stage.state.logic.asked.as_ref().expect("it is asked").trigger;
        let about = |event: &&Event| (first..=trigger).contains(&event.position) && trigger_of(event).is_some();
        requests.push(stage.events.iter().filter(about).map(|event| event.position).collect());
        stage.logic_answers(Vec::new());
    }
    requests
}

#[test]
fn what_the_customer_writes_while_your_logic_is_busy_is_one_question() {
    let mut stage = Stage::new();
    stage.carmen_writes("Hello?");
    stage.maya_joins();
    stage.logic_listens();
    stage.carmen_writes("I have a question");
    stage.ask();
    for _ in 0..1_600 {
        stage.carmen_writes("and another");
    }
    assert!(stage.state.logic.pending.len() <= 33, "what waits stays small");
    let asked: Vec<_> = requests(&mut stage).iter().map(Vec::len).collect();
    assert_eq!(asked, [1, 1_600]);
}

#[test]
fn only_words_of_the_customer_are_joined_and_courtesies_stay_silent() {
    let mut stage = Stage::new();
    stage.carmen_writes("Hello?");
    stage.maya_joins();
    stage.logic_listens();
    for words in ["One", "Two", "Thanks!", "Bye!", "Three"] {
        stage.carmen_writes(words);
    }
    stage.maya_replies("I see.");
    stage.carmen_writes("Four");
    stage.maya(Command::PressButton { action: "refund".into() }).expect("Maya may");
    let mut silent = Vec::new();
    let mut together = Vec::new();
    while !stage.state.logic.pending.is_empty() {
        let before = stage.state.logic.pending.len();
        stage.ask();
        silent.push(stage.state.logic.asked.as_ref().expect("it is asked").silent);
        stage.logic_answers(Vec::new());
        together.push(before - stage.state.logic.pending.len());
    }
    assert_eq!(together, [2, 2, 1, 1, 1, 1]);
    assert_eq!(silent, [false, true, false, false, false, false]);
}

#[test]
fn however_much_happens_all_of_it_is_told_once_and_in_order() {
    let mut stage = Stage::new();
    stage.carmen_writes("Hello?");
    stage.maya_joins();
    stage.logic_listens();
    let begun = stage.state.position;
    for round in 0..200 {
        stage.carmen_writes("Hello?");
        stage.maya(Command::PressButton { action: "refund".into() }).expect("Maya may");
        if round % 3 == 0 {
            stage.carmen_writes("Thanks!");
            stage.carmen(Command::GiveFeedback { review: None, score: 3, text: String::new() }).expect("Carmen may");
        }
        if round == 20 {
            stage.ask();
        }
    }
    assert!(stage.state.logic.pending.len() <= 33, "what waits stays small");
    let happened = stage.events.iter().filter(|event| event.position > begun && trigger_of(event).is_some());
    let happened: Vec<_> = happened.map(|event| event.position).collect();
    assert_eq!(requests(&mut stage).concat(), happened);
}
