//! Worked examples of the definitions.

use tandem_conversation::measure::{
    Busy, Direction, EngagementRow, Kind, Origin, Outcome, QueueOutcome, Rated, RequestOutcome, StartCause, TurnType,
    abandonment, load, service_level, service_level_join,
};
use tandem_conversation::{
    Action, Channel, Command, CommandId, Drawn, EndReason, Event, EventBody, Grade, Handover, Participant,
    ParticipantKind, Point, RequestId, Time,
};
use uuid::Uuid;

use crate::stage::{MAYA, Stage, message};
use crate::{DAY, HOUR, MINUTE, SECOND, Story, partition, rows_of};

fn needs_help() -> Action {
    Action::NeedsHelp { value: true, reason: String::new(), customer_asked: false }
}

fn complete() -> Command {
    Command::Complete { resolution: "done".into() }
}

fn leave() -> Command {
    Command::Leave { reason: String::new(), ask_for_help: true }
}

#[test]
fn example_1_your_logic_hands_over_to_maya() {
    let mut story = Story::new();
    story.at(0).carmen_writes("I want to change my flight");
    story.at(2_000).logic_answers(vec![message("Let me get a colleague."), needs_help()]);
    story.at(42_000).maya_joins();
    story.at(62_000).maya_replies("Hello Carmen");
    story.at(100_000).maya(complete()).unwrap();
    let round = story.round(1);
    assert_eq!((round.direction, story.ms(round.t0)), (Some(Direction::Inbound), Some(0)));
    assert_eq!((round.first_response_ms, round.first_response_by), (Some(2_000), Some(ParticipantKind::Logic)));
    assert_eq!(round.first_answer_ms, Some(2_000), "an answer, as long as it does not say that it only holds the line");
    assert_eq!(round.first_person_response_ms, Some(62_000));
    assert_eq!((story.ms(round.wanted_at), round.person_wait_ms), (Some(2_000), Some(60_000)));
    assert_eq!(partition(&round), [58_000, 40_000, 2_000, 0, 100_000].map(Some));
    assert_eq!((round.outcome, round.contained), (Some(Outcome::ByPerson), Some(false)));
    assert_eq!((round.replies, round.reply_sum_ms, round.person_replies), (1, Some(2_000), 0));
    let queues = story.engagements(Kind::Queue);
    let [queue] = queues.as_slice() else { panic!("one queue: {queues:?}") };
    assert_eq!((queue.queue_ms, queue.queue_outcome), (Some(40_000), Some(QueueOutcome::Answered)));
    assert_eq!(queue.person_wait_ms, Some(60_000));
    assert_eq!(service_level(&queues, 20_000, 5_000).value(), Some(0.0));
    assert_eq!(service_level_join(&queues, 45_000, 5_000).value(), Some(1.0));
    let maya = &story.engagements(Kind::Agent)[0];
    assert_eq!((maya.agent_id, maya.start_cause), (Some(MAYA), StartCause::Claim));
    assert_eq!((maya.agent_first_reply_ms, maya.engagement_ms, maya.turns), (Some(20_000), Some(58_000), 1));
    let [_, logic, reply] = story.turns().try_into().expect("three turns");
    assert_eq!((logic.response_ms, reply.response_ms), (Some(2_000), None), "Your Logic had answered");
}

#[test]
fn example_1_with_words_that_only_hold_the_line() {
    let mut story = Story::new();
    story.at(0).carmen_writes("I want to change my flight");
    let holds = Action::Message { text: "Let me get a colleague.".into(), force: false, holding: true, turn: None };
    story.at(2_000).logic_answers(vec![holds, needs_help()]);
    story.at(42_000).maya_joins();
    story.at(62_000).maya_replies("Hello Carmen");
    let round = story.round(1);
    assert_eq!((round.first_response_ms, round.first_answer_ms), (Some(2_000), Some(62_000)));
    let [_, logic, reply] = story.turns().try_into().expect("three turns");
    assert_eq!((logic.holding, reply.holding), (true, false));
}

#[test]
fn suggestions_are_used_once_and_packets_have_their_newest_grade() {
    let mut story = Story::new();
    story.at(0).carmen_writes("Where is my parcel?");
    let point = Point { text: "Find the parcel".into(), turns: Vec::new() };
    let packet = Handover { wish: vec![point], ..Handover::default() };
    let note = Action::Note { text: "See the packet".into(), handover: Some(Box::new(packet)) };
    let suggestion = Action::Suggestion { text: "It is in Malaga.".into() };
    story.at(1_000).logic_answers(vec![needs_help(), note, suggestion]);
    story.at(5_000).maya_joins();
    let turns = story.turns();
    let id = |kind| turns.iter().find(|turn| turn.kind == kind).map(|turn| turn.turn_id).unwrap();
    let (packet, suggested) = (id(TurnType::Note), id(TurnType::Suggestion));
    for (at, text, suggestion) in
        [(6_000, "It is in Malaga.", suggested), (7_000, "Malaga, once more.", suggested), (8_000, "Bye", packet)]
    {
        let library = Drawn { suggestion: Some(suggestion), ..Drawn::default() };
        let command = Box::new(story.at(at).reply(text));
        story.at(at).maya(Command::Drawn { library, command }).unwrap();
    }
    for (at, grade) in [(9_000, Grade::Helpful), (10_000, Grade::Wrong)] {
        story.at(at).maya(Command::GradeHandover { turn: packet, grade }).unwrap();
    }
    let rows = story.rows();
    let conversation = &rows.conversations.values().next().unwrap().row;
    assert_eq!((conversation.suggestions, conversation.suggestions_used), (1, 1));
    assert_eq!(story.turns().iter().filter(|turn| turn.from_suggestion).count(), 3);
    let handover = &rows.handovers[&packet].row;
    assert_eq!((handover.grade, handover.graded_by), (Some(Grade::Wrong), Some(MAYA)));
    assert_eq!((story.ms(Some(handover.given_at)), story.ms(handover.graded_at)), (Some(1_000), Some(10_000)));
}

#[test]
fn example_2_your_logic_completes_and_the_customer_returns_on_friday() {
    let mut story = Story::new();
    story.at(0).carmen_writes("Where is my parcel?");
    let done = Action::Complete { resolution: String::new() };
    story.at(5 * SECOND).logic_answers(vec![message("It arrives today."), done]);
    let monday = story.round(1);
    assert_eq!((monday.contained, monday.confirmed, monday.reopened_later), (Some(true), Some(false), None));
    assert_eq!(monday.outcome, Some(Outcome::ByLogic));
    let completed = monday.completed_at.expect("it is completed");
    let rated = Rated::from(&monday);
    for (after_ms, provisional, came_back) in
        [(0, true, None), (3 * DAY - 1, true, None), (3 * DAY, false, Some(false))]
    {
        let now = completed.plus_ms(after_ms);
        assert_eq!((rated.provisional(now), rated.came_back(now)), (Some(provisional), came_back), "{after_ms}");
    }
    let friday = 4 * DAY + 5 * HOUR;
    story.at(friday).carmen_writes("It did not arrive");
    story.at(friday + 10 * MINUTE).maya_joins();
    story.stage.maya_replies("I am sorry");
    let (monday, round) = (story.round(1), story.round(2));
    assert_eq!((monday.contained, monday.reopened_later), (Some(true), Some(true)));
    assert_eq!(Rated::from(&monday).provisional(completed.plus_ms(1)), Some(false), "what is known is final");
    assert_eq!((round.first_person_response_ms, round.reopened_by), (Some(600_000), Some(ParticipantKind::Customer)));
    assert_eq!(round.contained, None, "it is in progress");
}

#[test]
fn example_3_two_agents_at_once() {
    let mut story = Story::without_logic();
    story.at(0).carmen_writes("Hello?");
    story.stage.maya_joins();
    story.at(300 * SECOND).jonas_joins();
    story.at(600 * SECOND).maya(complete()).unwrap();
    let lengths = story.engagements(Kind::Agent).iter().map(|row| row.engagement_ms).collect::<Vec<_>>();
    assert_eq!(lengths, [Some(600_000), Some(300_000)]);
    let round = story.round(1);
    assert_eq!(partition(&round), [600_000, 0, 0, 0, 600_000].map(Some));
    assert_eq!((round.persons, round.transfers), (2, 0), "nobody handed over");
}

#[test]
fn example_4_one_agent_in_two_conversations() {
    let (mut first, mut second) = (Story::without_logic(), Story::of(Stage::beside()));
    assert_eq!(first.began, second.began);
    for (story, from, until) in [(&mut first, 0, 600), (&mut second, 300, 900)] {
        story.at(from * SECOND).carmen_writes("Hello?");
        story.stage.maya_joins();
        story.at(until * SECOND).maya(complete()).unwrap();
    }
    let mut log: Vec<&Event> = first.stage.events.iter().chain(&second.stage.events).collect();
    log.sort_by_key(|event| event.time);
    let rows = rows_of(log);
    let engaged: Vec<&EngagementRow> =
        rows.engagements.values().map(|row| &row.row).filter(|row| row.kind == Kind::Agent).collect();
    let sum = |column: fn(&EngagementRow) -> Option<i64>| engaged.iter().filter_map(|row| column(row)).sum::<i64>();
    assert_eq!(engaged.iter().map(|row| row.shared_ms).collect::<Vec<_>>(), [Some(450_000), Some(450_000)]);
    assert_eq!(sum(|row| row.engagement_ms), 1_200_000);
    let busy: Vec<Busy> = engaged.iter().filter_map(|row| Busy::of(row)).map(|(_, busy)| busy).collect();
    let load = load(&busy, Time(first.began), Time(first.began + HOUR));
    assert_eq!((load.busy_ms, load.consumed_ms, load.most), (900_000, 1_200_000, 2));
    assert_eq!(load.concurrency().map(|mean| (mean * 100.0).round()), Some(133.0));
}

#[test]
fn example_5_thanks_begins_no_round_and_a_wish_does() {
    let mut story = Story::without_logic();
    story.at(0).carmen_writes("Hello?");
    story.stage.maya_joins();
    story.at(60_000).maya_replies("It is fixed.");
    story.at(65_000).maya(complete()).unwrap();
    story.at(665_000).carmen_writes("Thanks!");
    assert_eq!(story.rounds(), 1);
    let thanks = story.turns().pop().expect("she said it");
    assert_eq!((thanks.round_no, thanks.silent), (1, true));
    story.stage.carmen_writes("But it still does not work");
    assert_eq!(story.rounds(), 2);
    let round = story.round(2);
    assert_eq!((story.ms(round.t0), story.ms(Some(round.started_at))), (Some(665_000), Some(665_000)));
    assert_eq!(story.round(1).open_ms, Some(65_000), "the time between rounds is in none of them");
}

#[test]
fn example_6_we_write_first_and_the_customer_answers_on_the_third_day() {
    let mut story = Story::without_logic();
    story.at(0).carmen_writes("Hello?");
    story.stage.maya_joins();
    story.stage.maya(complete()).unwrap();
    story.at(DAY).maya_replies("We have news for you.");
    let written = story.round(2);
    assert_eq!((written.direction, written.t0), (Some(Direction::Outbound), None));
    let morning = 4 * DAY;
    story.at(morning).carmen_writes("Tell me!");
    story.at(morning + 4 * MINUTE).maya_replies("You won.");
    story.at(morning + 5 * MINUTE).maya(complete()).unwrap();
    let round = story.round(2);
    assert_eq!((round.direction, story.ms(round.t0)), (Some(Direction::Outbound), Some(morning)));
    assert_eq!((round.first_person_response_ms, round.first_response_ms), (Some(240_000), Some(240_000)));
    assert_eq!(round.open_ms, Some(3 * DAY + 5 * MINUTE), "from our first turn");
    assert_eq!(round.reopened_by, Some(ParticipantKind::Agent));
    assert_eq!(story.round(1).reopened_later, None, "we came back, not the customer");
    assert_eq!(story.round(1).outcome, Some(Outcome::AbandonedByUs), "nobody had answered");
}

#[test]
fn example_7_maya_hands_over_to_jonas_through_the_queue() {
    let mut story = Story::without_logic();
    story.at(0).carmen_writes("Hello?");
    story.stage.maya_joins();
    story.at(300 * SECOND).maya(leave()).unwrap();
    story.at(360 * SECOND).jonas_joins();
    story.at(900 * SECOND).jonas(complete()).unwrap();
    let round = story.round(1);
    assert_eq!((round.persons, round.transfers), (2, 1));
    assert_eq!(partition(&round), [840_000, 60_000, 0, 0, 900_000].map(Some));
    let queues = story.engagements(Kind::Queue);
    let found: Vec<_> = queues.iter().map(|queue| (queue.queue_ms, queue.queue_outcome)).collect();
    assert_eq!(found, [(Some(0), Some(QueueOutcome::Answered)), (Some(60_000), Some(QueueOutcome::Answered))]);
    assert_eq!(queues[1].person_wait_ms, None, "Jonas said nothing");
    let people = story.engagements(Kind::Agent);
    assert_eq!(people.iter().map(|row| row.left_waiting).collect::<Vec<_>>(), [true, true]);
}

#[test]
fn example_8_your_logic_times_out() {
    let mut story = Story::new();
    story.at(0).carmen_writes("Hello?");
    let (request, expires) = (RequestId(Uuid::from_u128(8)), story.stage.now.plus_ms(8_000));
    story.stage.system(Command::AskLogic { request, expires }).unwrap();
    story.at(8_000).system(Command::Tick).unwrap();
    story.at(28_000).maya_joins();
    let round = story.round(1);
    assert_eq!((round.fallback, round.logic_involved), (1, false));
    let asked = story.requests().pop().expect("it was asked");
    assert_eq!((asked.outcome, asked.ms, asked.said_something), (Some(RequestOutcome::TimedOut), Some(8_000), false));
    let queues = story.engagements(Kind::Queue);
    assert_eq!(queues.iter().map(|queue| queue.queue_ms).collect::<Vec<_>>(), [Some(20_000)]);
}

/// Tandem completes the conversation, as a timer would.
fn timer_completes(story: &mut Story) {
    let queue = story.stage.state.engagements.iter().find(|e| e.kind == tandem_conversation::EngagementKind::Queue);
    let was = queue.expect("Carmen waits in the queue").clone();
    for body in [
        EventBody::HelpCleared { claimed_by: None, dismissed: None },
        EventBody::EngagementEnded { engagement: was.id, was, end: EndReason::Completed },
        EventBody::Completed { resolution: "no answer".into(), review_at: None },
    ] {
        let event = Event {
            conversation: story.stage.state.id,
            position: story.stage.state.position.next(),
            time: story.stage.now,
            actor: Participant::System,
            cause: CommandId(Uuid::from_u128(9)),
            body,
        };
        story.stage.state.apply(&event);
        story.stage.events.push(event);
    }
}

#[test]
fn example_9_nobody_comes_until_the_timer_completes() {
    for (waits_ms, abandoned) in [(HOUR, (1, 1)), (5_000, (0, 0))] {
        let mut story = Story::without_logic();
        story.at(0).carmen_writes("Hello?");
        story.at(waits_ms);
        timer_completes(&mut story);
        let queues = story.engagements(Kind::Queue);
        // That Carmen left before is an event of its own; without it, she counts as one who gave up.
        let found: Vec<_> = queues.iter().map(|queue| (queue.queue_ms, queue.queue_outcome)).collect();
        assert_eq!(found, [(Some(waits_ms), Some(QueueOutcome::GivenUp))]);
        let ratio = abandonment(&queues, 5_000);
        assert_eq!((ratio.hits, ratio.of), abandoned, "short waits count nowhere");
        assert_eq!(service_level(&queues, 20_000, 5_000).of, abandoned.1);
        let round = story.round(1);
        assert_eq!((round.outcome, round.completed_by), (Some(Outcome::GivenUp), Some(ParticipantKind::System)));
        assert_eq!(partition(&round), [0, waits_ms, 0, 0, waits_ms].map(Some));
    }
}

#[test]
fn example_10_imported_conversations_have_counts_only() {
    let mut story = Story::without_logic();
    story.at(0).carmen_writes("Hello?");
    story.stage.maya_joins();
    story.at(MINUTE).maya_replies("Hello Carmen");
    story.at(2 * MINUTE).maya(complete()).unwrap();
    let EventBody::Started { channel, .. } = &mut story.stage.events[0].body else { panic!("it starts") };
    *channel = Channel::Imported;
    let rows = story.rows();
    let conversation = &rows.conversations.values().next().expect("it has a row").row;
    assert_eq!(conversation.origin, Origin::Imported);
    assert_eq!((conversation.turns_customer, conversation.turns_agent, conversation.persons), (1, 1, 1));
    let round = story.round(1);
    assert_eq!(partition(&round), [None; 5]);
    assert_eq!((round.t0, round.direction, round.first_response_ms, round.person_wait_ms), (None, None, None, None));
    assert_eq!((round.outcome, round.contained, round.reply_sum_ms), (None, None, None));
    assert_eq!((round.replies, round.persons), (1, 1));
    assert!(story.turns().iter().all(|turn| turn.response_ms.is_none()));
    for row in story.rows().engagements.values().map(|row| &row.row) {
        let times = [row.queue_ms, row.person_wait_ms, row.engagement_ms, row.handle_ms, row.agent_first_reply_ms];
        assert_eq!((times, row.queue_outcome), ([None; 5], None), "{row:?}");
    }
}

#[test]
fn a_customer_who_starts_another_conversation_has_come_back() {
    let (mut first, mut second) = (Story::new(), Story::of(Stage::beside()));
    first.at(0).carmen_writes("Where is my parcel?");
    let done = Action::Complete { resolution: String::new() };
    first.at(SECOND).logic_answers(vec![message("It arrives today."), done]);
    for (moved, came_back) in [(2 * DAY, Some(true)), (0, None)] {
        // The other conversation starts with its first event.
        second.stage.events.iter_mut().for_each(|event| event.time = Time(second.began + moved));
        let rows = rows_of(first.stage.events.iter().chain(&second.stage.events));
        let round = &rows.rounds.values().next().expect("the first round").row;
        assert_eq!((round.contained, round.reopened_later), (Some(true), came_back), "started after {moved} ms");
    }
}
