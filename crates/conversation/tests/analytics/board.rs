//! The supervisors' board.

use tandem_conversation::board::{
    Colleague, Common, Figures, GroupBy, Handler, Limit, Limits, Row, figures, groups, row,
};
use tandem_conversation::measure::Presence;
use tandem_conversation::{Action, Awaited, Channel, Command, Conversation, Part, Reach, Stage as Step, Time};

use crate::stage::{Stage, maya, message};
use crate::{HOUR, MINUTE, SECOND, Story};

fn of(story: &Story) -> Row {
    row(&story.stage.state).expect("it is in progress")
}

fn needs_help() -> Action {
    Action::NeedsHelp { value: true, reason: "fare rules".into(), customer_asked: false }
}

/// Carmen was promised a person two seconds after she wrote.
fn promised() -> Story {
    let mut story = Story::new();
    story.at(0).carmen_writes("I want to change my flight");
    story.at(2 * SECOND).logic_answers(vec![message("Let me get a colleague."), needs_help()]);
    story
}

#[test]
fn a_row_tells_both_clocks_and_who_has_the_conversation() {
    let mut story = promised();
    let wanted = of(&story);
    assert_eq!((story.ms(wanted.wanted_since), story.ms(wanted.unanswered_since)), (Some(2_000), None));
    assert_eq!((wanted.part, wanted.handler), (Part::Queue, Handler::Logic));
    assert_eq!(wanted.held_by, Some(tandem_conversation::Participant::Logic));
    let call = wanted.call.expect("help is needed");
    assert_eq!((call.reach, call.reason.as_str()), (Reach::Eligible, "fare rules"));
    story.at(10 * SECOND).maya_joins();
    let joined = of(&story);
    assert_eq!((joined.wanted_since, joined.part, joined.handler), (None, Part::Person, Handler::Both));
    assert_eq!(
        joined.wait.map(|wait| (wait.awaited, wait.since)),
        Some((Awaited::Joined, wanted.wanted_since.unwrap()))
    );
    assert_eq!(joined.people, [maya()]);
    story.at(20 * SECOND).carmen_writes("Hello?");
    story.at(30 * SECOND).maya_replies("Hello Carmen");
    let answered = of(&story);
    assert_eq!((answered.unanswered_since, answered.wait, answered.held_by), (None, None, Some(maya())));
    assert_eq!((answered.round, story.ms(answered.first_answered_at)), (Some(1), Some(2_000)));
    story.stage.maya(Command::Complete { resolution: String::new() }).unwrap();
    assert_eq!(row(&story.stage.state), None, "only what is in progress has a row");
    story.at(HOUR).carmen_writes("It does not work");
    let again = of(&story);
    assert_eq!((again.round, story.ms(again.round_since), again.first_answered_at), (Some(2), Some(HOUR), None));
}

#[test]
fn the_longest_wanted_come_first_then_the_longest_unanswered() {
    let at = |story: &Story, ms: i64| Some(Time(story.began + ms));
    let story = promised();
    let base = of(&story);
    let with = |wanted: Option<i64>, unanswered: Option<i64>| Row {
        wanted_since: wanted.and_then(|ms| at(&story, ms)),
        unanswered_since: unanswered.and_then(|ms| at(&story, ms)),
        ..base.clone()
    };
    let order = [
        with(Some(1), None),
        with(Some(2), Some(1)),
        with(Some(2), None),
        with(None, Some(1)),
        with(None, Some(2)),
        with(None, None),
    ];
    assert!(order.is_sorted_by_key(Row::urgency));
    let limits = Limits { wanted_ms: Some(Limit::above(1_000)), ..Limits::default() };
    assert!(!base.is_over(&limits, Time(story.began + 3_000)) && base.is_over(&limits, Time(story.began + 3_001)));
}

#[test]
fn figures_count_what_is_in_progress() {
    let (now, stories) = {
        let mut wanted = promised();
        let logic = Story::new();
        let mut engaged = Story::without_logic();
        engaged.at(0).carmen_writes("Hello?");
        engaged.stage.maya_joins();
        let mut failed = Story::new();
        failed.at(0).carmen_writes("Hello?");
        failed.stage.logic_fails();
        failed.stage.maya_joins();
        failed.stage.maya_replies("Hello Carmen");
        let turn = failed.stage.state.open_turns[0].turn;
        failed
            .stage
            .system(Command::Progress { turn, stage: Step::Failed, reason: None, remedy: None, code: None })
            .unwrap();
        let idle = Story::without_logic();
        let mut over = Story::without_logic();
        over.at(0).maya_joins();
        over.stage.maya(Command::Complete { resolution: String::new() }).unwrap();
        wanted.at(10 * MINUTE);
        (wanted.stage.now, [wanted, logic, engaged, failed, idle, over])
    };
    let states: Vec<&Conversation> = stories.iter().map(|story| &story.stage.state).collect();
    let colleague = |presence, capacity, engaged| Colleague { presence, capacity, engaged };
    let people = [
        colleague(Presence::Available, 3, 1),
        colleague(Presence::Available, 1, 2),
        colleague(Presence::Busy, 3, 0),
        colleague(Presence::Away, 3, 0),
        colleague(Presence::Offline, 3, 0),
    ];
    let rows = || states.iter().filter_map(|state| row(state));
    let found = figures(rows(), &people, now);
    assert_eq!((found.in_progress, found.new_last_hour), (5, 5));
    let parts = found.parts;
    assert_eq!([parts.person, parts.queue, parts.logic, parts.idle], [2, 1, 1, 1]);
    assert_eq!(parts.total(), found.in_progress);
    assert_eq!((found.wanted.count, found.wanted.longest_ms), (1, Some(10 * MINUTE - 2 * SECOND)));
    assert_eq!((found.unanswered.count, found.unanswered.longest_ms), (1, Some(10 * MINUTE)));
    assert_eq!(found.unanswered_by_people, found.unanswered);
    assert_eq!((found.fallen_back, found.fallen_back_lately), (1, 0), "ten minutes ago is not lately");
    assert_eq!((found.calls.total(), found.undelivered_turns, found.with_external_agents), (1, 1, 0));
    let people = found.people;
    assert_eq!((people.available_with_room, people.available_without_room, people.free_places), (1, 1, 2));
    assert_eq!((people.busy, people.away, people.offline), (1, 1, 1));
    let later = figures(rows(), &[], now.plus_ms(50 * MINUTE));
    assert_eq!((later.new_last_hour, later.people), (0, Figures::default().people));
}

#[test]
fn a_window_closes_soon_only_while_the_customer_waits() {
    let mut story = Story::without_logic();
    story.at(0).carmen_writes("Hello?");
    story.stage.state.channel = Channel::Whatsapp;
    let closes = |story: &Story, ms: i64| of(story).closes_soon(Time(story.began + ms));
    for (ms, soon) in [(0, false), (23 * HOUR - 1, false), (23 * HOUR, true), (24 * HOUR, true), (24 * HOUR + 1, false)]
    {
        assert_eq!(closes(&story, ms), soon, "after {ms} ms");
    }
    story.at(SECOND).maya_joins();
    story.stage.maya_replies("Hello Carmen");
    assert!(!closes(&story, 23 * HOUR));
}

#[test]
fn a_state_of_an_older_hub_has_a_row() {
    let mut json = serde_json::to_value(&promised().stage.state).expect("it can be written");
    let fields = json.as_object_mut().expect("a state");
    fields.remove("round");
    let engagements = fields.get_mut("engagements").and_then(|all| all.as_array_mut());
    engagements.into_iter().for_each(|all| all.retain(|one| one["kind"]["kind"] != "queue"));
    let mut stage = Stage::new();
    stage.state = serde_json::from_value(json).expect("older states can be read");
    let row = row(&stage.state).expect("it is in progress");
    assert_eq!((row.round, row.round_since), (None, None), "unknown");
    assert_eq!(row.wanted_since, row.call.map(|call| call.since));
    assert_eq!(row.part, Part::Queue);
}

#[test]
fn groups_say_how_many_they_are_and_how_long_the_longest_waits() {
    let base = of(&promised());
    let now = base.wanted_since.expect("a person is wanted").plus_ms(MINUTE);
    let with = |number: u128, tags: &[&str], waits_ms: Option<i64>| Row {
        conversation: tandem_conversation::ConversationId(uuid::Uuid::from_u128(number)),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        wanted_since: waits_ms.map(|ms| now.plus_ms(-ms)),
        ..base.clone()
    };
    let rows = [with(1, &["vip"], Some(10)), with(2, &[], None), with(3, &["vip", "refund"], Some(30))];
    let found = groups(&rows, GroupBy::Tag, now);
    let found: Vec<_> = found
        .iter()
        .map(|group| {
            let numbers: Vec<u128> = group.conversations.iter().map(|id| id.0.as_u128()).collect();
            (group.common.clone(), numbers, group.wanted.count, group.wanted.longest_ms)
        })
        .collect();
    let tag = |tag: &str| Common::Tag(Some(tag.to_owned()));
    let expected = [
        (tag("vip"), vec![3, 1], 2, Some(30)),
        (tag("refund"), vec![3], 1, Some(30)),
        (Common::Tag(None), vec![2], 0, None),
    ];
    assert_eq!(found, expected);
    let reach = groups(&rows, GroupBy::Reach, now);
    assert_eq!(reach.len(), 1);
    assert_eq!(reach[0].common, Common::Reach(Some(Reach::Eligible)));
}
