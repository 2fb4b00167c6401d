//! Edge cases of single columns.

use tandem_conversation::measure::{
    CallEnd, Definitions, Hours, Kind, Open, Outcome, QueueOutcome, RequestOutcome, Rows, Schedule, StartCause, Weekly,
    measure,
};
use tandem_conversation::{
    Action, Command, ConversationId, CustomerId, CustomerRef, GoesOn, Invitee, LinkSource, Participant, Permissions,
    Stage as Step, Time, Trigger,
};
use uuid::Uuid;

use crate::stage::{JONAS, LINK_MS, Stage, aerolinx, dismiss, message, text};
use crate::{HOUR, MINUTE, SECOND, Story, partition};

fn complete() -> Command {
    Command::Complete { resolution: String::new() }
}

fn needs_help(value: bool) -> Action {
    Action::NeedsHelp { value, reason: String::new(), customer_asked: false }
}

fn calls(story: &Story) -> Vec<Option<CallEnd>> {
    let mut calls: Vec<_> = story.rows().calls.into_values().map(|call| call.row).collect();
    calls.sort_by_key(|call| call.raised_at);
    calls.iter().map(|call| call.end).collect()
}

fn queue_outcomes(story: &Story) -> Vec<Option<QueueOutcome>> {
    story.engagements(Kind::Queue).iter().map(|queue| queue.queue_outcome).collect()
}

fn causes(story: &Story) -> Vec<StartCause> {
    story.engagements(Kind::Agent).iter().map(|row| row.start_cause).collect()
}

#[test]
fn an_engagement_says_how_it_started() {
    let mut story = Story::without_logic();
    story.at(0).carmen_writes("Hello?");
    story.stage.maya_joins();
    let invitation = story.at(SECOND).maya_invites_jonas();
    story.at(3 * SECOND).jonas(Command::Accept { engagement: invitation }).unwrap();
    story.at(4 * SECOND).sofia(Command::TakeOver).unwrap();
    story.at(5 * SECOND).sofia(complete()).unwrap();
    story.at(6 * SECOND).maya(Command::Join { call: None }).unwrap();
    story.at(7 * SECOND).jonas_joins();
    let (claim, invited, takeover) = (StartCause::Claim, StartCause::Invitation, StartCause::Takeover);
    assert_eq!(causes(&story), [claim, invited, takeover, StartCause::Reopening, StartCause::Join]);
    let round = story.round(1);
    assert_eq!((round.persons, round.transfers), (3, 2), "both were taken over");
    let invitations = story.engagements(Kind::Invitation);
    assert_eq!(invitations[0].agent_id, Some(JONAS));
    assert_eq!((invitations[0].invitation_ms, invitations[0].engagement_ms), (Some(2_000), None));
}

#[test]
fn a_turn_says_whether_its_words_were_changed_or_taken_back() {
    let mut story = Story::of(Stage::on_whatsapp());
    story.at(0).carmen_writes("Where is my parcel?");
    let turn = story.turns()[0].turn_id;
    let received = story.at(SECOND).now;
    story.stage.carmen(Command::EditTurn { turn, content: text("Where is my bag?"), received }).unwrap();
    story.at(2 * SECOND).carmen_writes("Hello?");
    let other = story.turns()[1].turn_id;
    story.at(3 * SECOND).carmen(Command::WithdrawTurn { turn: other }).unwrap();
    let told: Vec<_> = story.turns().iter().map(|turn| (turn.edited, turn.withdrawn)).collect();
    assert_eq!(told, [(true, false), (false, true)]);
    assert_eq!(story.turns()[0].length, 19, "as it was said first");
}

#[test]
fn whoever_waits_for_a_person_has_waited_until_words_from_a_device_of_ours() {
    let mut story = Story::of(Stage::on_whatsapp());
    story.at(0).carmen_writes("Where is my parcel?");
    let stage = story.at(30 * SECOND);
    let (turn, received) = (stage.turn(), stage.now);
    let phone = Participant::Device { name: "Phone".into() };
    let write = Command::Write { turn, content: text("On its way"), received };
    stage.act(phone, Permissions::default(), write).unwrap();
    let queue = &story.engagements(Kind::Queue)[0];
    assert_eq!(queue.person_wait_ms, Some(30 * SECOND));
    story.at(HOUR).carmen_writes("Thank you, and the other one?");
    story.at(2 * HOUR).maya_joins();
    story.stage.maya_replies("It comes, too");
    assert_eq!(story.engagements(Kind::Queue)[0].person_wait_ms, Some(30 * SECOND), "and not until the next words");
}

#[test]
fn a_takeover_that_ends_a_call_is_a_takeover() {
    let mut story = Story::without_logic();
    story.at(0).carmen_writes("Hello?");
    story.stage.maya_joins();
    story.stage.maya(Command::AskForHelp { reason: String::new() }).unwrap();
    story.at(SECOND).sofia(Command::TakeOver).unwrap();
    assert_eq!(causes(&story), [StartCause::Claim, StartCause::Takeover]);
    assert_eq!(calls(&story), [Some(CallEnd::Claimed), Some(CallEnd::Claimed)], "the log says that she claimed it");
}

#[test]
fn a_person_who_comes_back_alone_is_no_transfer() {
    let mut story = Story::without_logic();
    story.at(0).carmen_writes("Hello?");
    story.stage.maya_joins();
    let leave = Command::Leave { reason: "lunch".into(), ask_for_help: false };
    story.at(MINUTE).maya(leave).unwrap();
    story.at(2 * MINUTE).maya_joins();
    assert_eq!((story.round(1).transfers, story.round(1).persons), (0, 1));
    let first = &story.engagements(Kind::Agent)[0];
    assert_eq!((first.end_detail.as_deref(), first.left_waiting), (Some("lunch"), true));
    story.at(3 * MINUTE).jonas_joins();
    assert_eq!(story.round(1).transfers, 1, "Jonas follows her first engagement");
}

#[test]
fn a_call_that_is_dismissed_or_taken_back_returns() {
    let mut story = Story::new();
    story.at(0).carmen_writes("Hello?");
    story.stage.logic_answers(vec![message("Let me ask."), needs_help(true)]);
    story.at(MINUTE).logic_sends(vec![needs_help(false), message("I know it now.")]).unwrap();
    story.at(2 * MINUTE).carmen_writes("And now?");
    story.stage.logic_answers(vec![message("Let me ask again."), needs_help(true)]);
    story.at(3 * MINUTE).sofia(dismiss(GoesOn::Nobody)).unwrap();
    assert_eq!(calls(&story), [Some(CallEnd::Dismissed); 2]);
    assert_eq!(queue_outcomes(&story), [Some(QueueOutcome::Returned); 2]);
    let round = story.round(1);
    assert_eq!((round.outcome, round.contained), (Some(Outcome::ByLogic), Some(false)), "a person was wanted");
    assert_eq!(partition(&round), [0, 2 * MINUTE, MINUTE, 0, 3 * MINUTE].map(Some));
}

#[test]
fn your_logic_that_completes_a_call_gave_up_the_customer() {
    let mut story = Story::new();
    story.at(0).carmen_writes("Hello?");
    story.stage.logic_answers(vec![message("Let me get a colleague."), needs_help(true)]);
    let done = Action::Complete { resolution: "nobody there".into() };
    story.at(MINUTE).logic_sends(vec![done]).unwrap();
    assert_eq!(calls(&story), [Some(CallEnd::Completed)]);
    assert_eq!(queue_outcomes(&story), [Some(QueueOutcome::GivenUp)]);
    assert_eq!(story.round(1).outcome, Some(Outcome::GivenUp), "words of a colleague who never came are no help");
}

#[test]
fn a_customer_who_goes_on_elsewhere_is_part_of_no_rate() {
    let mut story = Story::without_logic();
    story.at(0).carmen_writes("Hello?");
    let customer = CustomerRef::new(CustomerId(Uuid::from_u128(7)), "Carmen Ruiz");
    let link = Command::LinkCustomer {
        customer,
        contact: story.stage.state.contact,
        source: LinkSource::IdentityToken { brand: tandem_conversation::BrandId(Uuid::from_u128(3)) },
        goes_on_in: Some(ConversationId(Uuid::from_u128(4))),
    };
    story.at(MINUTE).system(link).unwrap();
    let round = story.round(1);
    assert_eq!(round.outcome, Some(Outcome::GoesOnElsewhere));
    assert_eq!((round.contained, round.confirmed, round.provisional_until), (None, None, None));
    assert_eq!(queue_outcomes(&story), [None], "she did not give up");
    let conversation = story.rows().conversations.into_values().next().expect("a row").row;
    assert_eq!(conversation.customer_id, CustomerId(Uuid::from_u128(7)), "as she is known now");
}

#[test]
fn a_round_that_goes_on_in_another_conversation_is_part_of_no_rate() {
    let mut story = Story::without_logic();
    story.at(0).carmen_writes("Hello?");
    story.at(MINUTE).maya_joins();
    let other = ConversationId(Uuid::from_u128(4));
    story.at(2 * MINUTE).maya(Command::GoOnIn { conversation: Some(other) }).unwrap();
    let round = story.round(1);
    assert_eq!(round.outcome, Some(Outcome::GoesOnElsewhere));
    assert_eq!((round.contained, round.confirmed, round.provisional_until), (None, None, None));
    let command = Command::GoOnFrom { conversation: Some(other), waits_since: None };
    story.at(3 * MINUTE).maya(command).unwrap();
    let conversation = story.rows().conversations.into_values().next().expect("a row").row;
    assert_eq!(conversation.continues, Some(other));
}

#[test]
fn what_your_logic_resolved_is_confirmed_by_thanks_or_a_good_score() {
    let solved = || {
        let mut story = Story::new();
        story.at(0).carmen_writes("Where is my parcel?");
        let done = Action::Complete { resolution: String::new() };
        story.stage.logic_answers(vec![message("It arrives today."), done]);
        story
    };
    assert_eq!(solved().round(1).confirmed, Some(false));
    let mut thankful = solved();
    thankful.at(MINUTE).carmen_writes("Thanks!");
    assert_eq!((thankful.rounds(), thankful.round(1).confirmed), (1, Some(true)));
    for (score, confirmed) in [(3, false), (4, true), (5, true)] {
        let mut story = solved();
        story.at(MINUTE).carmen(Command::GiveFeedback { review: None, score, text: String::new() }).unwrap();
        assert_eq!(story.round(1).confirmed, Some(confirmed), "{score} of 5");
    }
}

#[test]
fn words_after_the_completion_change_no_time() {
    let mut story = Story::new();
    story.at(0).carmen_writes("Hello?");
    story.stage.maya_joins();
    story.at(SECOND).maya(complete()).unwrap();
    let before = story.round(1);
    assert_eq!((before.first_response_ms, before.outcome), (None, Some(Outcome::AbandonedByUs)));
    story.at(MINUTE).logic_sends(vec![message("How was it?")]).unwrap();
    assert_eq!(story.round(1), before);
    let asked = story.turns().pop().expect("it asked");
    assert_eq!((asked.round_no, asked.response_ms), (1, None));
}

#[test]
fn the_first_reply_counts_from_the_wait_that_it_ends() {
    let mut story = Story::without_logic();
    story.at(0).carmen_writes("Hello?");
    story.stage.maya_joins();
    story.at(10 * SECOND).maya_replies("Hello Carmen");
    story.at(20 * SECOND).jonas_joins();
    story.at(60 * SECOND).carmen_writes("Where is it?");
    story.at(90 * SECOND).carmen_writes("Hello?");
    let reply = story.at(100 * SECOND).reply("Here");
    story.stage.jonas(reply).unwrap();
    let first = story.engagements(Kind::Agent).iter().map(|row| row.agent_first_reply_ms).collect::<Vec<_>>();
    assert_eq!(first, [Some(10_000), Some(40_000)]);
    let turns = story.turns();
    let last = turns.last().expect("a turn");
    assert_eq!((last.response_ms, last.response_to), (Some(40_000), Some(turns[2].turn_id)), "the oldest of the wait");
    assert_eq!(story.round(1).reply_max_ms, Some(40_000));
}

#[test]
fn requests_to_your_logic_have_their_trigger_and_their_end() {
    let mut story = Story::of(crate::stage::Stage::new());
    story.stage.logic_listens();
    story.at(SECOND).carmen_writes("Hello?");
    story.at(2 * SECOND).ask();
    story.at(3 * SECOND).logic_answers(vec![message("Hello!")]);
    story.at(4 * SECOND).carmen_writes("Bye!");
    story.at(5 * SECOND).ask();
    story.at(6 * SECOND).sofia(Command::EngageLogic { engaged: false }).unwrap();
    let found: Vec<_> =
        story.requests().iter().map(|row| (row.trigger, row.outcome, row.ms, row.said_something)).collect();
    let expected = [
        (Some(Trigger::ConversationStarted), Some(RequestOutcome::Answered), Some(0), false),
        (Some(Trigger::Turn), Some(RequestOutcome::Answered), Some(1_000), true),
        (Some(Trigger::Turn), Some(RequestOutcome::Late), Some(1_000), false),
    ];
    assert_eq!(found, expected);
}

#[test]
fn external_agents_count_as_persons_of_their_own_kind() {
    let mut story = Story::without_logic();
    story.at(0).carmen_writes("Hello?");
    story.stage.maya_joins();
    let invitee = Invitee::External {
        link: crate::stage::AEROLINX,
        name: "Aerolinx".into(),
        expires: story.stage.now.plus_ms(LINK_MS),
    };
    story.at(SECOND).maya(Command::Invite { invitee, note: None }).unwrap();
    story.at(5 * SECOND).aerolinx(Command::OpenLink { link: crate::stage::AEROLINX }).unwrap();
    let reply = story.at(9 * SECOND).reply("Thursday works");
    story.stage.aerolinx(reply).unwrap();
    story.at(10 * SECOND).aerolinx(Command::Leave { reason: String::new(), ask_for_help: false }).unwrap();
    assert!(!story.stage.is_engaged(&aerolinx()));
    let agents = story.rows().external_agents;
    let agent = &agents.values().next().expect("they were invited").row;
    let times = [Some(agent.invited_at), agent.opened_at, agent.ended_at].map(|time| story.ms(time));
    assert_eq!(times, [Some(1_000), Some(5_000), Some(10_000)]);
    let engaged = &story.engagements(Kind::ExternalAgent)[0];
    assert_eq!((engaged.start_cause, engaged.shared_ms), (StartCause::Link, None));
    assert_eq!((engaged.agent_first_reply_ms, engaged.handle_ms), (Some(4_000), Some(5_000)));
    let round = story.round(1);
    assert_eq!((round.persons, round.transfers, round.first_person_response_ms), (2, 1, Some(9_000)));
}

#[test]
fn turns_know_when_they_arrived_and_were_seen() {
    let mut story = Story::without_logic();
    story.at(0).carmen_writes("Hello?");
    story.stage.maya_joins();
    story.at(SECOND).maya_replies("Hello Carmen");
    story.at(2 * SECOND).maya_replies("How are you?");
    let (first, last) = (story.turns()[1].clone(), story.turns()[2].clone());
    let progress = |turn, stage| {
        let reason = Some("Send a template instead. (131047 Re-engagement message)".into());
        Command::Progress { turn, stage, reason, remedy: None, code: Some("131047".into()) }
    };
    story.at(3 * SECOND).system(progress(first.turn_id, Step::Failed)).unwrap();
    let receive = |stage, up_to| Command::Receive { stage, up_to };
    let delivered = receive(Step::Delivered, story.stage.state.position);
    story.at(4 * SECOND).carmen(delivered).unwrap();
    let seen = receive(Step::Seen, story.stage.state.position);
    story.at(5 * SECOND).carmen(seen).unwrap();
    let turns = story.turns();
    let found = |at: usize| {
        let turn = &turns[at];
        (turn.final_state, story.ms(turn.delivered_at), story.ms(turn.seen_at), turn.failed_code.as_deref())
    };
    assert_eq!(found(0), (None, None, None, None), "her own words are received by desks");
    assert_eq!(found(1), (Some(Step::Failed), None, None, Some("131047")), "what failed was not seen");
    assert_eq!(found(2), (Some(Step::Seen), Some(4_000), Some(5_000), None));
    assert_eq!(turns[2].turn_id, last.turn_id);
}

#[test]
fn a_turn_that_is_read_at_once_was_delivered_although_nobody_said_so() {
    let mut story = Story::without_logic();
    story.at(0).carmen_writes("Hello?");
    story.stage.maya_joins();
    for (second, reports) in [(1, &[Step::Seen][..]), (2, &[Step::Delivered, Step::Seen]), (3, &[])] {
        story.at(second * SECOND).maya_replies("Hello Carmen");
        let turn = story.turns().last().expect("a row").turn_id;
        for stage in reports {
            story
                .stage
                .system(Command::Progress { turn, stage: *stage, reason: None, remedy: None, code: None })
                .unwrap();
        }
    }
    let turns = story.turns();
    let found: Vec<_> = turns[1..].iter().map(|turn| (story.ms(turn.delivered_at), turn.inferred)).collect();
    assert_eq!(found, [(Some(1_000), Some(true)), (Some(2_000), Some(false)), (None, None)]);
}

#[test]
fn tags_have_a_row_for_each_time_that_they_were_there() {
    let mut story = Story::without_logic();
    story.at(0).carmen_writes("Hello?");
    let tag = |add: &[&str], remove: &[&str]| Command::Tag {
        add: add.iter().map(|tag| (*tag).into()).collect(),
        remove: remove.iter().map(|tag| (*tag).into()).collect(),
    };
    story.stage.sofia(tag(&["vip"], &[])).unwrap();
    story.at(SECOND).sofia(tag(&["late"], &["vip"])).unwrap();
    story.at(2 * SECOND).sofia(tag(&["vip"], &[])).unwrap();
    let rows = story.rows();
    let found: Vec<_> = rows.tags.values().map(|tag| (tag.row.tag.as_str(), story.ms(tag.row.removed_at))).collect();
    assert_eq!(found, [("vip", Some(1_000)), ("late", None), ("vip", None)]);
    assert_eq!(rows.conversations.values().next().expect("a row").row.tags, ["late", "vip"]);
}

#[test]
fn the_business_hours_of_the_account_are_in_open_time() {
    let mut story = Story::without_logic();
    story.at(0).carmen_writes("Hello?");
    story.stage.maya_joins();
    story.at(48 * HOUR).maya(complete()).unwrap();
    let day = |day| Weekly { day, from_min: 9 * 60, to_min: 17 * 60 };
    let weekly = std::iter::successors(Some(jiff::civil::Weekday::Monday), |day| Some(day.next())).take(7).map(day);
    let hours =
        Hours { valid_from: Time(0), zone: jiff::tz::TimeZone::UTC, weekly: weekly.collect(), holidays: Vec::new() };
    let mut definitions = Definitions::default();
    definitions.account = Some(Schedule::new(vec![hours]));
    let rows = measure((1..).zip(&story.stage.events), &definitions);
    let round = &rows.rounds.values().next().expect("a round").row;
    assert_eq!((round.open_ms, round.business_open_ms), (Some(48 * HOUR), Some(16 * HOUR)));
    assert_eq!(story.round(1).business_open_ms, None, "unknown without business hours");
}

#[test]
fn each_row_has_the_position_that_last_changed_it() {
    let mut story = Story::without_logic();
    story.at(0).carmen_writes("Hello?");
    story.stage.maya_joins();
    let before = story.rows();
    let seen = Command::Receive { stage: Step::Seen, up_to: story.stage.state.position };
    story.at(SECOND).maya(seen).unwrap();
    let after = story.rows();
    let position = u64::try_from(story.stage.events.len()).unwrap();
    assert_eq!((&after.rounds, &after.conversations), (&before.rounds, &before.conversations), "nothing changed there");
    assert_eq!(after.turns.values().map(|turn| turn.row_version).collect::<Vec<_>>(), [position]);
}

#[test]
fn what_is_kept_of_a_conversation_stays_small_however_long_it_is() {
    let mut story = Story::without_logic();
    for i in 0..300_i64 {
        story.at(i * MINUTE).carmen_writes("Where is my parcel?");
        story.stage.maya_joins();
        let leave = Command::Leave { reason: String::new(), ask_for_help: true };
        story.at(i * MINUTE + SECOND).maya(leave).unwrap();
    }
    let (definitions, mut rows) = (Definitions::default(), Rows::default());
    let mut log = (1..).zip(&story.stage.events);
    let (position, first) = log.next().expect("a start");
    let mut open = Open::begin(first, position, &mut rows).expect("it begins");
    log.for_each(|(position, event)| open.step(event, position, &definitions, &mut rows));
    let json = serde_json::to_string(&open).expect("it can be written");
    assert!(story.stage.events.len() > 2_000 && json.len() < 64 * 1024, "{} bytes", json.len());
    story.at(301 * MINUTE).jonas_joins();
    assert_eq!(story.round(1).transfers, 300, "Jonas follows all of them");
    let usual = Story::new();
    let mut rows = Rows::default();
    let open = Open::begin(&usual.stage.events[0], 1, &mut rows).expect("it begins");
    let json = serde_json::to_string(&open).expect("it can be written");
    assert!(json.len() < 3 * 1024, "{} bytes", json.len());
}
