//! Which conversation of a chat goes on in which.

use tandem_conversation::{
    Awaited, Channel, Command, ConversationId, EventBody, GOES_ON_ELSEWHERE, Participant, Rejection, ReviewPlan,
    Status, Time, Window,
};
use uuid::Uuid;

use crate::stage::{SILENT_MS, Stage};

const OTHER: ConversationId = ConversationId(Uuid::from_u128(0xd2));

fn ends() -> Command {
    Command::GoOnIn { conversation: Some(OTHER) }
}

fn from(waits_since: Option<Time>) -> Command {
    Command::GoOnFrom { conversation: Some(OTHER), waits_since }
}

/// Carmen has written on WhatsApp, and Maya has joined.
fn talking() -> Stage {
    let mut stage = Stage::on_whatsapp();
    stage.carmen_writes("And now something else: my invoice");
    stage.maya_joins();
    stage
}

#[test]
fn what_goes_on_elsewhere_ends_here_and_no_turn_moves() {
    let mut stage = talking();
    stage.review_plan = Some(ReviewPlan::default());
    let turns = stage.chat();
    let events = stage.maya(ends()).unwrap();
    assert!(matches!(events[0].body, EventBody::GoesOnIn { conversation: Some(OTHER) }), "{events:?}");
    assert!(matches!(&stage.state.status, Status::Completed { resolution, .. } if resolution == GOES_ON_ELSEWHERE));
    assert_eq!((stage.state.goes_on_in, stage.chat()), (Some(OTHER), turns));
    assert!(stage.state.engagements.is_empty() && stage.state.wait().is_none() && stage.state.help.is_none());
    assert_eq!(stage.state.review_at, None, "nobody is asked about a round that goes on");
    assert!(stage.maya(ends()).unwrap().is_empty(), "said again, it changes nothing");
}

#[test]
fn a_review_that_was_to_come_does_not_come_once_the_conversation_goes_on() {
    let mut stage = talking();
    stage.review_plan = Some(ReviewPlan { delay_s: 60, ..ReviewPlan::default() });
    stage.maya_replies("It is paid");
    stage.maya(Command::Complete { resolution: "paid".into() }).unwrap();
    assert!(stage.state.review_at.is_some());
    stage.maya(ends()).unwrap();
    assert_eq!(stage.state.review_at, None);
    assert!(matches!(&stage.state.status, Status::Completed { resolution, .. } if resolution == "paid"));
}

#[test]
fn only_who_is_engaged_ends_it_by_going_on() {
    let mut stage = talking();
    assert_eq!(stage.jonas(ends()), Err(Rejection::NotEngaged));
    assert_eq!(stage.sofia(ends()), Err(Rejection::NotEngaged), "supervisors take over first");
    stage.maya(Command::Complete { resolution: String::new() }).unwrap();
    assert_eq!(stage.jonas(ends()).map(|events| events.len()), Ok(1), "who may reopen it may go on from it");
}

#[test]
fn who_takes_part_says_what_it_belongs_to_and_takes_that_back() {
    let mut stage = talking();
    assert_eq!(stage.jonas(from(None)), Err(Rejection::NotEngaged));
    assert_eq!(stage.sofia(from(None)).map(|events| events.len()), Ok(1));
    assert!(stage.maya(from(None)).unwrap().is_empty());
    assert_eq!(stage.state.goes_on_from, Some(OTHER));
    let took_back = Command::GoOnFrom { conversation: None, waits_since: None };
    stage.maya(took_back).unwrap();
    assert_eq!(stage.state.goes_on_from, None);
    stage.maya(ends()).unwrap();
    stage.maya(Command::GoOnIn { conversation: None }).unwrap();
    assert_eq!(stage.state.goes_on_in, None);
    assert!(!stage.state.in_progress(), "taking it back reopens nothing");
}

#[test]
fn a_conversation_does_not_go_on_in_itself() {
    let mut stage = talking();
    let own = Some(stage.state.id);
    for command in [Command::GoOnIn { conversation: own }, Command::GoOnFrom { conversation: own, waits_since: None }] {
        assert!(matches!(stage.maya(command), Err(Rejection::Invalid { field, .. }) if field == "conversation"));
    }
}

#[test]
fn the_customer_still_waits_where_it_goes_on_and_is_not_left_alone() {
    let mut stage = Stage::on_whatsapp();
    stage.maya_joins();
    let since = stage.now.plus_ms(-SILENT_MS);
    stage.maya(from(Some(since))).unwrap();
    let wait = stage.state.wait().unwrap();
    assert_eq!((wait.since, wait.awaited), (since, Awaited::Joined));
    stage.maya(Command::Leave { reason: String::new(), ask_for_help: false }).unwrap();
    assert!(stage.state.help.is_some() && stage.queued(), "she has not answered");
    stage.jonas_joins();
    let reply = stage.reply("Your invoice is paid");
    // The window is open only where Carmen was heard.
    stage.carmen(Command::Hear { received: stage.now }).unwrap();
    stage.jonas(reply).unwrap();
    assert_eq!(stage.state.wait(), None);
}

#[test]
fn nobody_waits_in_a_conversation_that_is_over() {
    let mut stage = talking();
    stage.maya(Command::Complete { resolution: String::new() }).unwrap();
    let events = stage.maya(from(Some(stage.now))).unwrap();
    assert!(matches!(events[0].body, EventBody::GoesOnFrom { waits_since: None, .. }));
    assert_eq!(stage.state.waits_for_person, None);
}

#[test]
fn what_the_customer_does_elsewhere_in_the_chat_renews_the_window_and_nothing_else() {
    let mut stage = Stage::on_whatsapp();
    assert_eq!(stage.state.channel, Channel::Whatsapp);
    assert_eq!(stage.state.window(), Some(Window::NeverOpen));
    let before = stage.state.clone();
    let events = stage.carmen(Command::Hear { received: stage.now.plus_ms(60_000) }).unwrap();
    assert_eq!(events.len(), 1);
    assert!(events.iter().all(|event| event.actor == Participant::Customer));
    let day_ms = 24 * 3_600_000;
    assert_eq!(stage.state.window(), Some(Window::Until(stage.now.plus_ms(day_ms))), "never of the future");
    let same = tandem_conversation::Conversation {
        heard_at: before.heard_at,
        position: before.position,
        updated: before.updated,
        ..stage.state.clone()
    };
    assert_eq!(same, before);
    assert!(stage.carmen(Command::Hear { received: stage.now.plus_ms(-1) }).unwrap().is_empty(), "it is known better");
}
