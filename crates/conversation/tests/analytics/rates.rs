//! Shares of rounds.

use tandem_conversation::measure::{Rate, Ratio, RoundRow, Summary};
use tandem_conversation::{Action, Command, Time};

use crate::stage::message;
use crate::{DAY, MINUTE, SECOND, Story};

fn needs_help() -> Action {
    Action::NeedsHelp { value: true, reason: String::new(), customer_asked: false }
}

fn done() -> Action {
    Action::Complete { resolution: String::new() }
}

/// Your Logic answers Carmen, who says thanks or not.
fn contained(thankful: bool) -> Story {
    let mut story = Story::new();
    story.at(0).carmen_writes("Where is my parcel?");
    story.at(SECOND).logic_answers(vec![message("It arrives today."), done()]);
    if thankful {
        story.at(MINUTE).carmen_writes("Thanks!");
    }
    story
}

/// Your Logic hands over to Maya, who answers and completes.
fn handed_over() -> Story {
    let mut story = Story::new();
    story.at(0).carmen_writes("Where is my parcel?");
    story.at(SECOND).logic_answers(vec![message("Let me get a colleague."), needs_help()]);
    story.at(10 * SECOND).maya_joins();
    story.at(20 * SECOND).maya_replies("Here");
    story.at(30 * SECOND).maya(Command::Complete { resolution: String::new() }).expect("Maya may complete");
    story
}

fn ratio(hits: u64, of: u64) -> Ratio {
    Ratio { hits, of }
}

#[test]
fn shares_divide_the_rounds_that_count() {
    let mut returned = handed_over();
    returned.at(2 * DAY).carmen_writes("It is broken");
    let silent = Story::without_logic();
    let stories = [contained(false), contained(true), handed_over(), returned, silent];
    let rounds: Vec<RoundRow> =
        stories.iter().flat_map(|story| story.rows().rounds.into_values().map(|round| round.row)).collect();
    assert_eq!(rounds.len(), 6, "one was reopened, and one has no word");
    let now = Time(stories[0].began + 10 * DAY);
    let of = |rate: Rate| rate.of(&rounds, now);
    let expected = [
        (Rate::Transfer, ratio(0, 2)),
        (Rate::OneContact, ratio(1, 2)),
        (Rate::Involvement, ratio(4, 5)),
        (Rate::Containment, ratio(2, 4)),
        (Rate::ConfirmedResolution, ratio(1, 4)),
        (Rate::Automation, ratio(2, 4)),
        (Rate::Deflection, ratio(2, 4)),
        (Rate::Handover, ratio(2, 4)),
    ];
    for (rate, expected) in expected {
        assert_eq!(of(rate), expected, "{rate:?}");
    }
    assert_eq!(Rate::OneContact.of(&rounds, Time(stories[0].began + DAY)), ratio(0, 2), "nothing is final yet");
    let within = |days: i64| Rate::reopened(&rounds[3..5], days * DAY);
    assert_eq!((within(1), within(7)), (ratio(0, 1), ratio(1, 1)));
    let responses = Summary::of(rounds.iter().map(|round| round.first_response_ms));
    assert_eq!((responses.count, responses.p50, responses.max), (4, Some(1_000), Some(1_000)));
}
