//! Reviews: asked once per round, answered in silence, and whose they are.

use tandem_conversation::{
    Action, Channel, Command, EventBody, NotAsked, Participant, Rejection, ReviewEnd, ReviewId, ReviewPlan, ReviewWhen,
    Stage as Reached, Time, Trigger, TurnId, trigger_of,
};

use crate::stage::{Stage, jonas, maya, message};

const DELAY_MS: i64 = 60_000;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Carmen has asked, Maya has answered; the brand asks for reviews.
fn answered(plan: ReviewPlan) -> Stage {
    let mut stage = Stage::new();
    stage.review_plan = Some(plan);
    stage.carmen_writes("Where is my parcel?");
    stage.maya_joins();
    stage.maya_replies("On its way.");
    stage
}

fn complete() -> Command {
    Command::Complete { resolution: String::new() }
}

/// Maya has completed, and the request is due.
fn asked(plan: ReviewPlan) -> Stage {
    let mut stage = answered(plan);
    assert!(stage.maya(complete()).is_ok());
    stage.pass_ms(DELAY_MS);
    stage
}

/// What became of each round.
fn outcomes(stage: &Stage) -> Vec<Result<u32, (u32, NotAsked)>> {
    let outcomes = stage.events.iter().filter_map(|event| match &event.body {
        EventBody::ReviewAsked { round, .. } => Some(Ok(*round)),
        EventBody::ReviewNotAsked { round, reason } => Some(Err((*round, *reason))),
        _ => None,
    });
    outcomes.collect()
}

fn request(stage: &Stage) -> ReviewId {
    stage.state.review.as_ref().expect("Carmen was asked").id
}

fn gives(stage: &mut Stage, score: u8) -> Result<usize, Rejection> {
    let review = Some(request(stage));
    stage.carmen(Command::GiveFeedback { review, score, text: String::new() }).map(|events| events.len())
}

#[test]
fn a_round_is_asked_about_once_and_the_next_one_again() {
    let mut stage = answered(ReviewPlan { once_per_customer_days: 0, ..ReviewPlan::default() });
    stage.maya(complete()).unwrap();
    assert_eq!(stage.state.next_deadline(), Some(stage.now.plus_ms(DELAY_MS)), "the time is kept with the state");
    stage.pass_ms(DELAY_MS - 1);
    assert_eq!(outcomes(&stage), []);
    stage.pass_ms(1);
    assert_eq!(outcomes(&stage), [Ok(1)]);
    for _ in 0..3 {
        stage.pass_ms(DAY_MS);
    }
    assert_eq!(outcomes(&stage), [Ok(1)], "exactly once");
    assert!(!stage.state.in_progress());

    stage.carmen_writes("It broke.");
    stage.maya(Command::Join { call: None }).unwrap();
    stage.maya(complete()).unwrap();
    stage.pass_ms(DELAY_MS);
    assert_eq!(outcomes(&stage), [Ok(1), Ok(2)]);
}

#[test]
fn reopening_takes_the_request_back() {
    let mut stage = answered(ReviewPlan::default());
    stage.maya(complete()).unwrap();
    stage.now = stage.now.plus_ms(DELAY_MS / 2);
    stage.carmen_writes("One more thing: where is it now?");
    stage.pass_ms(DAY_MS);
    assert_eq!(outcomes(&stage), []);
    assert_eq!(stage.state.review_at, None);
}

#[test]
fn a_courtesy_after_the_completion_takes_nothing_back() {
    let mut stage = answered(ReviewPlan::default());
    stage.maya(complete()).unwrap();
    stage.carmen_writes("Thanks!");
    stage.pass_ms(DELAY_MS);
    assert_eq!(outcomes(&stage), [Ok(1)]);
}

#[test]
fn a_plan_says_which_completions_are_asked_about() {
    use ReviewWhen::{Any, ByLogicOnly, CompletedByLogic, CompletedByPerson};
    // By a person; by Your Logic after a person; by Your Logic alone.
    for (when, asks) in [
        (Any, [true, true, true]),
        (CompletedByPerson, [true, false, false]),
        (CompletedByLogic, [false, true, true]),
        (ByLogicOnly, [false, false, true]),
    ] {
        let plan = ReviewPlan { when, ..ReviewPlan::default() };
        let by_person = answered(plan.clone());
        let after_person = answered(plan.clone());
        let mut alone = Stage::new();
        alone.review_plan = Some(plan);
        alone.carmen_writes("Where is my parcel?");
        alone.logic_answers(vec![message("On its way.")]);
        for (who, (mut stage, asks)) in [by_person, after_person, alone].into_iter().zip(asks).enumerate() {
            match who {
                0 => drop(stage.maya(complete()).unwrap()),
                _ => drop(stage.logic_sends(vec![Action::Complete { resolution: String::new() }]).unwrap()),
            }
            stage.pass_ms(DELAY_MS);
            assert_eq!(outcomes(&stage).len(), usize::from(asks), "{when:?}, {who}");
        }
    }
}

#[test]
fn what_is_not_asked_has_a_reason() {
    let closed = |plan: ReviewPlan, recently: Option<i64>, mut stage: Stage| {
        stage.review_plan = Some(plan);
        stage.carmen_writes("Where is my parcel?");
        stage.maya_joins();
        stage.maya_replies("On its way.");
        stage.maya(complete()).unwrap();
        stage.review_asked = recently.map(|ago| stage.now.plus_ms(-ago));
        stage
    };
    let imported = |mut stage: Stage| {
        stage.state.channel = Channel::Imported;
        stage
    };
    let plan = ReviewPlan::default;
    let sampled_out = (1..100).map(|percent| ReviewPlan { sample_percent: percent, ..plan() });
    let mut lots = Vec::new();
    for plan in sampled_out {
        let mut stage = closed(plan, None, Stage::new());
        stage.pass_ms(DELAY_MS);
        lots.push(outcomes(&stage)[0].is_ok());
    }
    assert!(lots.is_sorted() && lots.contains(&true) && lots.contains(&false), "one lot for the round: {lots:?}");

    for (what, mut stage, pass_ms, expected) in [
        ("asked a week ago", closed(plan(), Some(7 * DAY_MS), Stage::new()), DELAY_MS, Ok(1)),
        ("asked since", closed(plan(), Some(6 * DAY_MS), Stage::new()), DELAY_MS, Err((1, NotAsked::AskedRecently))),
        ("WhatsApp", closed(plan(), None, Stage::on_whatsapp()), DELAY_MS, Ok(1)),
        ("imported", imported(closed(plan(), None, Stage::new())), DELAY_MS, Err((1, NotAsked::NoChannel))),
        ("closed", closed(plan(), None, Stage::on_whatsapp()), 2 * DAY_MS, Err((1, NotAsked::WindowClosed))),
    ] {
        stage.pass_ms(pass_ms);
        assert_eq!(outcomes(&stage), [expected], "{what}");
        assert_eq!(stage.state.next_deadline(), None, "{what}: decided once");
    }

    let mut stage = answered(plan());
    stage.maya(complete()).unwrap();
    stage.review_plan = None;
    stage.pass_ms(DELAY_MS);
    assert_eq!(outcomes(&stage), [Err((1, NotAsked::PlanRemoved))]);
}

#[test]
fn the_newest_answer_counts_while_it_can_be_changed() {
    let mut stage = asked(ReviewPlan::default());
    assert_eq!(gives(&mut stage, 2), Ok(1));
    assert_eq!(gives(&mut stage, 2), Ok(0), "the same again changes nothing");
    stage.now = stage.now.plus_ms(23 * HOUR_MS);
    assert_eq!(gives(&mut stage, 4), Ok(1));
    assert_eq!(
        stage.state.review.as_ref().and_then(|review| review.answer.as_ref()).map(|answer| answer.score),
        Some(4)
    );
    stage.now = stage.now.plus_ms(HOUR_MS);
    assert_eq!(gives(&mut stage, 5), Err(Rejection::ReviewOver), "a change does not make it longer");
    assert_eq!(gives(&mut stage, 4), Ok(0), "and the same again is no change");
}

#[test]
fn a_request_expires_and_others_requests_are_none() {
    let mut stage = asked(ReviewPlan::default());
    stage.now = stage.now.plus_ms(72 * HOUR_MS - 1);
    let late = stage.state.clone();
    assert_eq!(gives(&mut stage, 2), Ok(1));
    stage.state = late;
    stage.now = stage.now.plus_ms(1);
    assert_eq!(gives(&mut stage, 2), Err(Rejection::ReviewOver));
    let other = Command::GiveFeedback { review: Some(ReviewId(stage.id())), score: 5, text: String::new() };
    assert_eq!(stage.carmen(other), Err(Rejection::ReviewOver));
    for score in [0, 6] {
        assert!(matches!(gives(&mut stage, score), Err(Rejection::Invalid { .. })));
    }
}

fn declines(stage: &mut Stage, never: bool) -> Result<usize, Rejection> {
    let review = request(stage);
    stage.carmen(Command::DeclineReview { review, never }).map(|events| events.len())
}

fn end(stage: &Stage) -> Option<ReviewEnd> {
    stage.state.review.as_ref().expect("Carmen was asked").end
}

#[test]
fn who_declines_can_still_answer_and_who_has_answered_cannot_decline() {
    let mut stage = asked(ReviewPlan::default());
    assert_eq!(declines(&mut stage, false), Ok(1));
    assert_eq!(declines(&mut stage, false), Ok(0), "the same again changes nothing");
    assert!(stage.state.review.as_ref().is_some_and(|review| review.is_declined()));
    assert!(!stage.state.in_progress(), "declining is silent");
    assert_eq!(gives(&mut stage, 4), Ok(1));
    assert!(stage.state.review.as_ref().is_some_and(|review| !review.is_declined()));
    let mut answered = asked(ReviewPlan::default());
    gives(&mut answered, 4).unwrap();
    assert_eq!(declines(&mut answered, false), Err(Rejection::ReviewOver));
    let mut late = asked(ReviewPlan::default());
    late.now = late.now.plus_ms(72 * HOUR_MS);
    assert_eq!(declines(&mut late, false), Err(Rejection::ReviewOver));
    let other = Command::DeclineReview { review: ReviewId(late.id()), never: true };
    assert_eq!(late.carmen(other), Err(Rejection::ReviewOver));
}

#[test]
fn who_wants_to_be_asked_no_more_can_say_so_at_any_time() {
    let mut stage = asked(ReviewPlan::default());
    gives(&mut stage, 2).unwrap();
    stage.now = stage.now.plus_ms(100 * DAY_MS);
    assert_eq!(declines(&mut stage, true), Ok(1));
    assert_eq!((declines(&mut stage, true), declines(&mut stage, false)), (Ok(0), Ok(0)), "it stays so");
    assert_eq!(end(&stage), Some(ReviewEnd::OptedOut));
}

#[test]
fn who_wants_to_be_asked_no_more_is_not_asked_by_anybody() {
    let mut stage = answered(ReviewPlan::default());
    stage.review_opted_out = true;
    stage.maya(complete()).unwrap();
    stage.pass_ms(DELAY_MS);
    assert_eq!(outcomes(&stage), [Err((1, NotAsked::CustomerOptedOut))]);

    let mut stage = Stage::new();
    stage.review_opted_out = true;
    stage.carmen_writes("Where is my parcel?");
    stage.logic_answers(vec![message("On its way."), Action::Feedback { text: "How did we do?".into() }]);
    assert_eq!(outcomes(&stage), []);
    assert_eq!(stage.state.fallback, None);
}

fn reported(stage: &mut Stage, reached: Reached) -> usize {
    let turn = TurnId(request(stage).0);
    let report = Command::Progress { turn, stage: reached, reason: None, remedy: None, code: None };
    stage.system(report).map_or(0, |events| events.len())
}

#[test]
fn a_request_that_the_channel_refused_was_none_until_it_is_answered() {
    let mut stage = asked(ReviewPlan::default());
    for reached in [Reached::Sent, Reached::Delivered] {
        assert_eq!(reported(&mut stage, reached), 0, "that it arrived is no news");
    }
    assert_eq!(reported(&mut stage, Reached::Failed), 1);
    assert_eq!(reported(&mut stage, Reached::Failed), 0, "once");
    assert_eq!(end(&stage), Some(ReviewEnd::Undelivered));
    assert!(stage.state.review.as_ref().is_some_and(|review| !review.is_asked()));
    assert_eq!(stage.events.iter().rev().take(1).filter_map(trigger_of).count(), 0, "Your Logic is not asked");
    gives(&mut stage, 5).unwrap();
    assert_eq!(end(&stage), None, "who answers has been asked");
    assert_eq!(reported(&mut stage, Reached::Failed), 0);
}

#[test]
fn reviews_are_silent_and_your_logic_hears_of_the_answer_alone() {
    let mut stage = answered(ReviewPlan::default());
    stage.maya(complete()).unwrap();
    stage.logic_listens();
    let before = stage.state.clone();
    let events = stage.pass_ms(DELAY_MS);
    assert_eq!(events.iter().filter_map(trigger_of).count(), 0);
    gives(&mut stage, 1).unwrap();
    let heard: Vec<_> = stage.events.iter().skip(before.position.0 as usize).filter_map(trigger_of).collect();
    assert_eq!(heard, [Trigger::FeedbackGiven]);
    stage.logic_fails();
    assert_eq!((&stage.state.status, &stage.state.help, stage.state.wait()), (&before.status, &None, before.wait()));
    assert_eq!(stage.state.fallback, None, "nobody is called because of a review");
    stage.carmen_writes("And I want my money back.");
    assert!(stage.state.in_progress(), "a wish is an ordinary turn");
}

#[test]
fn your_logic_asks_once_per_round_whatever_it_is_told() {
    let mut stage = Stage::new();
    stage.carmen_writes("Where is my parcel?");
    let ask = || Action::Feedback { text: "How did we do?".into() };
    stage.logic_answers(vec![message("On its way."), ask(), ask()]);
    stage.logic_listens();
    assert_eq!(outcomes(&stage), [Ok(1)]);
    gives(&mut stage, 5).unwrap();
    stage.logic_answers(vec![ask()]);
    assert_eq!(outcomes(&stage), [Ok(1)], "an answer to FEEDBACK_GIVEN does not ask again");
    assert_eq!(stage.state.fallback, None);
    stage.review_plan = Some(ReviewPlan::default());
    stage.logic_sends(vec![Action::Complete { resolution: String::new() }]).unwrap();
    stage.pass_ms(DAY_MS);
    assert_eq!(outcomes(&stage), [Ok(1)], "nor does the plan");
}

#[test]
fn your_logic_that_has_not_the_word_only_suggests_to_ask() {
    let mut stage = answered(ReviewPlan::default());
    stage.logic_listens();
    stage.logic_sends(vec![Action::Feedback { text: "How did we do?".into() }]).unwrap();
    assert_eq!(outcomes(&stage), []);
    assert_eq!(stage.whispers(), ["Your Logic: How did we do?"]);
}

fn shares(stage: &Stage) -> Vec<(Participant, u32)> {
    let given = stage.events.iter().rev().find_map(|event| match &event.body {
        EventBody::FeedbackGiven { shares, .. } => Some(shares),
        _ => None,
    });
    given.expect("Carmen answered").iter().map(|share| (share.by.clone(), share.turns)).collect()
}

#[test]
fn a_score_is_of_those_who_spoke_in_the_round() {
    let mut stage = answered(ReviewPlan::default());
    stage.jonas_joins();
    for words in ["It is in Malaga.", "It comes tomorrow."] {
        let reply = stage.reply(words);
        stage.jonas(reply).unwrap();
    }
    stage.maya_replies("Sorry for the delay.");
    stage.maya(complete()).unwrap();
    stage.pass_ms(DELAY_MS);
    gives(&mut stage, 4).unwrap();
    let found = shares(&stage);
    assert_eq!(found, [(maya(), 2), (jonas(), 2)], "on a tie the main one is who spoke last");

    // Later work is another round's.
    stage.carmen_writes("It did not come!");
    stage.jonas_joins();
    let reply = stage.reply("I look into it.");
    stage.jonas(reply).unwrap();
    gives(&mut stage, 1).unwrap();
    assert_eq!(shares(&stage), found, "the shares of the round that was asked about");
}

#[test]
fn a_round_without_persons_is_your_logics() {
    let mut stage = Stage::new();
    stage.review_plan = Some(ReviewPlan::default());
    stage.carmen_writes("Where is my parcel?");
    stage.logic_answers(vec![message("On its way."), Action::Complete { resolution: String::new() }]);
    stage.pass_ms(DELAY_MS);
    gives(&mut stage, 5).unwrap();
    assert_eq!(shares(&stage), [(Participant::Logic, 1)]);
}

#[test]
fn a_clock_that_was_ahead_does_not_put_a_request_off_for_ever() {
    let mut stage = answered(ReviewPlan::default());
    let now = stage.now;
    stage.now = now.plus_ms(400 * DAY_MS);
    stage.maya(complete()).unwrap();
    stage.now = Time(now.0);
    stage.pass_ms(0);
    assert_eq!(outcomes(&stage).len(), 1);
}

#[test]
fn reviews_of_your_logic_are_silent_and_on_the_scale() {
    let mut stage = answered(ReviewPlan::default());
    let review = |score: u8, comment: &str, turn: Option<TurnId>, said_by: Option<Participant>| {
        let (question, comment) = ("Was it polite?".to_owned(), comment.to_owned());
        Action::Review { question, score, comment, turn, said_by }
    };
    let (turn, before) = (TurnId(stage.id()), stage.state.clone());
    for good in [review(5, "", None, None), review(1, "", Some(turn), Some(Participant::Logic))] {
        assert_eq!(stage.logic_sends(vec![good]).unwrap(), [], "it is filed beside the log");
    }
    for wrong in [
        review(0, "", None, None),
        review(6, "", None, None),
        review(3, &"x".repeat(2_001), None, None),
        review(3, "", Some(turn), None),
    ] {
        assert!(matches!(stage.logic_sends(vec![wrong]), Err(Rejection::Invalid { .. })));
    }
    assert_eq!(stage.state, before);
}
