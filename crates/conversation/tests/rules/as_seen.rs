//! What participants had on screen, at any moment: worked examples. The expected screens are written by hand.

use tandem_conversation::as_seen::{AsSeen, Involvement, SeenMark, Sight, Viewpoint};
use tandem_conversation::{Command, EventBody, Named, Participant, Stage as Step, Time};

use crate::stage::{AEROLINX, JONAS, MAYA, Stage, aerolinx, jonas, maya, message, text};

const CUSTOMER: Viewpoint = Viewpoint::Customer {};
const LOGIC: Viewpoint = Viewpoint::Logic {};
const OF_MAYA: Viewpoint = Viewpoint::Agent { user: MAYA };
const OF_JONAS: Viewpoint = Viewpoint::Agent { user: JONAS };
const OF_AEROLINX: Viewpoint = Viewpoint::ExternalAgent { link: AEROLINX };

/// The words of turns on the screen, each with its mark.
fn screen(stage: &Stage, viewpoint: Viewpoint, at: Time) -> Vec<(String, Option<SeenMark>)> {
    let seen = AsSeen::of(&stage.events, viewpoint);
    let words = |sight: &Sight| Some((sight.words(at)?.0.text().to_owned(), sight.mark(at)));
    seen.at(at).filter_map(words).collect()
}

fn involved(stage: &Stage, viewpoint: Viewpoint, at: Time) -> (Involvement, bool) {
    let involved = *AsSeen::of(&stage.events, viewpoint).involved_at(at).expect("it has begun");
    (involved.involvement, involved.reads)
}

fn is(expected: &[(&str, SeenMark)]) -> Vec<(String, Option<SeenMark>)> {
    expected.iter().map(|(words, mark)| ((*words).to_owned(), Some(*mark))).collect()
}

/// A second later.
fn later(stage: &mut Stage) -> Time {
    let now = stage.now;
    stage.now = now.plus_ms(1_000);
    now
}

fn receives(stage: &mut Stage, by: Participant, step: Step) {
    let command = Command::Receive { stage: step, up_to: stage.state.position };
    let done = match by {
        Participant::Customer => stage.carmen(command),
        by if by == jonas() => stage.jonas(command),
        by if by == aerolinx() => stage.aerolinx(command),
        _ => stage.maya(command),
    };
    done.expect("everybody may say what they have received");
}

#[test]
fn a_reply_is_undelivered_then_unread_then_seen_on_the_customers_screen() {
    use SeenMark::{Own, Seen, Undelivered, Unread};
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Where is it?");
    later(&mut stage);
    stage.maya_joins();
    let joined = later(&mut stage);
    stage.maya_replies("On its way.");
    let replied = later(&mut stage);
    receives(&mut stage, Participant::Customer, Step::Delivered);
    let delivered = later(&mut stage);
    receives(&mut stage, Participant::Customer, Step::Seen);
    let seen = later(&mut stage);
    let on = |at| screen(&stage, CUSTOMER, at);
    assert_eq!(on(joined), is(&[("Where is it?", Own)]));
    assert_eq!(on(replied.plus_ms(-1)), is(&[("Where is it?", Own)]), "not a millisecond before");
    assert_eq!(on(replied), is(&[("Where is it?", Own), ("On its way.", Undelivered)]));
    assert_eq!(on(delivered), is(&[("Where is it?", Own), ("On its way.", Unread)]));
    assert_eq!(on(seen.plus_ms(-1)), on(delivered));
    assert_eq!(on(seen), is(&[("Where is it?", Own), ("On its way.", Seen)]));
    assert_eq!(on(Time(0)), [], "before it began, there was nothing");
}

#[test]
fn notes_are_on_agents_screens_and_never_on_the_customers_or_a_partners() {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Where is it?");
    stage.maya_joins();
    stage.aerolinx_comes();
    let turn = stage.turn();
    stage.maya(Command::Note { turn, text: "She is upset".into(), mentions: vec![] }).unwrap();
    let end = stage.now;
    let has = |viewpoint| screen(&stage, viewpoint, end).iter().any(|(words, _)| words == "She is upset");
    assert_eq!([CUSTOMER, OF_AEROLINX, OF_MAYA].map(has), [false, false, true]);
}

#[test]
fn an_agent_sees_from_their_invitation_on_and_then_also_what_was_before() {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Where is it?");
    let called = later(&mut stage);
    stage.maya_joins();
    let joined = later(&mut stage);
    stage.maya_invites_jonas();
    let invited = later(&mut stage);
    let invitation = stage.state.invitation_of(JONAS).unwrap().id;
    stage.jonas(Command::Decline { engagement: invitation }).unwrap();
    let declined = later(&mut stage);
    stage.jonas_joins();
    let took_part = later(&mut stage);
    stage.jonas(Command::Leave { reason: String::new(), ask_for_help: false }).unwrap();
    let left = later(&mut stage);
    stage.carmen_writes("Hello?");
    let end = stage.now;
    let of = |at| (involved(&stage, OF_JONAS, at), screen(&stage, OF_JONAS, at).len());
    assert_eq!(of(called), ((Involvement::Called, false), 0), "whoever the call reached could read it");
    assert_eq!(of(joined), ((Involvement::Outside, false), 0));
    assert_eq!(of(invited), ((Involvement::Invited, true), 1), "with what was said before");
    assert_eq!(of(declined), ((Involvement::Outside, false), 0));
    assert_eq!(of(took_part), ((Involvement::Engaged, true), 1));
    assert_eq!(of(left), ((Involvement::Left, true), 1));
    assert_eq!(of(end), ((Involvement::Left, true), 2), "who was ever there may read on");
}

#[test]
fn of_two_agents_the_log_has_the_receipt_of_the_first() {
    use SeenMark::{ByColleague, Seen, Undelivered, Unread};
    let mut stage = Stage::without_logic();
    stage.carmen_writes("One");
    stage.maya_joins();
    stage.jonas_joins();
    let before = later(&mut stage);
    receives(&mut stage, maya(), Step::Delivered);
    let delivered = later(&mut stage);
    receives(&mut stage, maya(), Step::Seen);
    let seen = later(&mut stage);
    let reply = stage.reply("Two");
    stage.jonas(reply).unwrap();
    let replied = later(&mut stage);
    let mark = |viewpoint, at| screen(&stage, viewpoint, at)[0].1.unwrap();
    assert_eq!([before, delivered, seen].map(|at| mark(OF_MAYA, at)), [Undelivered, Unread, Seen]);
    assert_eq!([before, delivered, seen].map(|at| mark(OF_JONAS, at)), [Undelivered, ByColleague, ByColleague]);
    assert_eq!(mark(OF_JONAS, replied), Seen, "whoever replies has seen what the customer wrote");
    assert_eq!(screen(&stage, OF_MAYA, replied)[1].1, None, "of colleagues' words there are no receipts");
}

#[test]
fn a_reply_against_an_older_position_has_seen_no_more_than_that() {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("One");
    stage.maya_joins();
    let known = stage.state.position;
    later(&mut stage);
    stage.carmen_writes("Two");
    let reply = stage.reply_against("Three", known);
    stage.maya(reply).unwrap();
    let marks: Vec<_> = screen(&stage, OF_MAYA, stage.now).into_iter().map(|(_, mark)| mark.unwrap()).collect();
    assert_eq!(marks, [SeenMark::Seen, SeenMark::Undelivered, SeenMark::Own]);
}

#[test]
fn a_mention_is_unread_until_its_agent_has_seen_it() {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("One");
    stage.maya_joins();
    stage.jonas_joins();
    let turn = stage.turn();
    let mentions = vec![Named { user: JONAS, name: "Jonas".into(), sees_all: false }];
    stage.maya(Command::Note { turn, text: "@Jonas look".into(), mentions }).unwrap();
    let noted = later(&mut stage);
    receives(&mut stage, jonas(), Step::Seen);
    let seen = stage.now;
    let mark = |at| screen(&stage, OF_JONAS, at).pop().unwrap();
    assert_eq!(mark(noted), ("@Jonas look".into(), Some(SeenMark::Undelivered)));
    assert_eq!(mark(seen), ("@Jonas look".into(), Some(SeenMark::Seen)));
}

#[test]
fn a_partner_sees_what_was_said_from_the_invitation_on_while_their_link_is_open() {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Before");
    stage.maya_joins();
    stage.aerolinx_comes();
    stage.carmen_writes("While");
    let open = later(&mut stage);
    assert!(stage.is_engaged(&aerolinx()));
    stage.maya(Command::RevokeLink { link: AEROLINX }).unwrap();
    let over = later(&mut stage);
    stage.carmen_writes("After");
    let end = stage.now;
    let words = |at| screen(&stage, OF_AEROLINX, at).into_iter().map(|(words, _)| words).collect::<Vec<_>>();
    assert_eq!(words(open), ["While"]);
    assert_eq!(involved(&stage, OF_AEROLINX, open), (Involvement::Engaged, true));
    assert_eq!((words(over), words(end)), (vec![], vec![]), "the page shows nothing any more");
    assert_eq!(involved(&stage, OF_AEROLINX, end), (Involvement::Left, false));
    let invited = stage.events.iter().find(|event| {
        matches!(&event.body, EventBody::EngagementStarted { engagement } if engagement.invitee() == Some(&aerolinx()))
    });
    let begun = invited.expect("they were invited").time;
    assert_eq!(words(begun.plus_ms(-1)), Vec::<String>::new());
}

#[test]
fn your_logic_saw_what_it_was_sent_when_it_was_sent() {
    use SeenMark::{Own, Seen, Undelivered};
    let mut stage = Stage::new();
    stage.logic_listens();
    later(&mut stage);
    stage.carmen_writes("One");
    let written = later(&mut stage);
    let request = stage.ask();
    let asked = later(&mut stage);
    stage.carmen_writes("Two");
    let more = later(&mut stage);
    stage.answer(request, vec![message("Three")]).unwrap();
    let answered = later(&mut stage);
    let on = |at| screen(&stage, LOGIC, at);
    assert_eq!(on(written), [], "nobody had told it");
    assert_eq!(on(asked), is(&[("One", Undelivered)]), "it was on its way");
    assert_eq!(on(more), is(&[("One", Undelivered)]));
    assert_eq!(on(answered), is(&[("One", Seen), ("Three", Own)]), "the second question has not been asked");
}

#[test]
fn words_are_those_of_the_moment_and_withdrawn_ones_are_nowhere() {
    let mut stage = Stage::on_whatsapp();
    let [first, second] = [stage.turn(), stage.turn()];
    for (turn, words) in [(first, "Gate 5"), (second, "My card is 4111")] {
        let received = stage.now;
        stage.carmen(Command::Write { turn, content: text(words), received }).unwrap();
    }
    stage.maya_joins();
    let before = later(&mut stage);
    let received = stage.now;
    stage.carmen(Command::EditTurn { turn: first, content: text("Gate 7"), received }).unwrap();
    stage.carmen(Command::WithdrawTurn { turn: second }).unwrap();
    let after = stage.now;
    let words = |viewpoint, at| screen(&stage, viewpoint, at).into_iter().map(|(words, _)| words).collect::<Vec<_>>();
    assert_eq!(words(OF_MAYA, before), ["Gate 5", ""], "it was there; its words are not told");
    assert_eq!(words(OF_MAYA, after), ["Gate 7", ""]);
    assert_eq!(words(CUSTOMER, after), ["Gate 7"], "gone from their own screen");
    let seen = AsSeen::of(&stage.events, OF_MAYA);
    let withheld = |at| seen.at(at).filter(|sight| sight.is_withheld(at)).count();
    assert_eq!((withheld(before), withheld(after)), (1, 0));
    assert!(!serde_json::to_string(&seen).unwrap().contains("4111"));
    // Nor what they were changed to.
    let received = stage.now;
    let third = stage.turn();
    stage.carmen(Command::Write { turn: third, content: text("My card is 4222"), received }).unwrap();
    stage.carmen(Command::EditTurn { turn: third, content: text("My card is 4333"), received }).unwrap();
    stage.carmen(Command::WithdrawTurn { turn: third }).unwrap();
    for viewpoint in [LOGIC, OF_MAYA, CUSTOMER] {
        let seen = serde_json::to_string(&AsSeen::of(&stage.events, viewpoint)).unwrap();
        assert!(!seen.contains("4222") && !seen.contains("4333"), "{seen}");
    }
}

#[test]
fn what_the_channel_refused_was_not_seen_although_later_turns_were() {
    use SeenMark::{Failed, Seen, Undelivered};
    let mut stage = Stage::on_whatsapp();
    stage.carmen_writes("Where is it?");
    stage.maya_joins();
    let mut turns = Vec::new();
    for words in ["One", "Two"] {
        stage.maya_replies(words);
        turns.push(stage.state.open_turns.last().unwrap().turn);
    }
    let sent = later(&mut stage);
    let mut reports = |turn, step| {
        let command = Command::Progress { turn, stage: step, reason: None, remedy: None, code: None };
        stage.system(command).unwrap();
    };
    reports(turns[0], Step::Failed);
    reports(turns[1], Step::Seen);
    let end = stage.now;
    let marks =
        |at| screen(&stage, CUSTOMER, at).into_iter().skip(1).map(|(_, mark)| mark.unwrap()).collect::<Vec<_>>();
    assert_eq!(marks(sent), [Undelivered, Undelivered]);
    assert_eq!(marks(end), [Failed, Seen]);
}

#[test]
fn moments_are_those_at_which_something_changed() {
    let mut stage = Stage::without_logic();
    let began = later(&mut stage);
    stage.carmen_writes("One");
    let written = later(&mut stage);
    stage.maya_joins();
    later(&mut stage);
    stage.maya_replies("Two");
    let replied = later(&mut stage);
    receives(&mut stage, Participant::Customer, Step::Seen);
    let seen = stage.now;
    let moments = AsSeen::of(&stage.events, CUSTOMER).moments();
    assert_eq!(moments, [began, written, replied, seen]);
    let of_maya = AsSeen::of(&stage.events, OF_MAYA);
    assert!(of_maya.moments().contains(&written.plus_ms(1_000)), "she joined then");
    assert_eq!(of_maya.people, [Participant::Customer, maya()]);
}

#[test]
fn nobody_is_looked_through_who_was_never_there() {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("One");
    let seen = AsSeen::of(&stage.events, OF_JONAS);
    assert!(!seen.people.iter().any(|one| OF_JONAS.is(one)));
    assert_eq!(seen.at(stage.now).count(), 0);
}
