//! `fold_events_per_s`: how fast the pure core folds a history of real commands.

use std::hint::black_box;
use std::time::Instant;

use anyhow::Context as _;
use tandem_conversation::{Action, Choice, Command, Content, Conversation, Event, Participant, Stage, UserId};
use uuid::Uuid;

use super::story::Story;
use super::{Bench, Better, Figure};

/// Rounds of talk in the history.
const ROUNDS: u32 = 400;
/// Approximate events folded in one run.
const EVENTS: usize = 2_000_000;

pub(super) async fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let events = history(ROUNDS)?;
    let times = EVENTS.div_ceil(events.len());
    let mut rates = Vec::new();
    for _ in 0..bench.runs {
        let began = Instant::now();
        for _ in 0..times {
            black_box(Conversation::fold(black_box(&events)).context("BUG: the history cannot be folded")?);
        }
        rates.push((times * events.len()) as f64 / began.elapsed().as_secs_f64());
    }
    let input = format!("{} events of one conversation with menus, Your Logic, two agents and receipts", events.len());
    Ok(vec![Figure::of("fold_events_per_s", "1/s", Better::Higher, &rates).with_bar(2_000_000.0).on(input)])
}

fn history(rounds: u32) -> anyhow::Result<Vec<Event>> {
    let mut story = Story::new(1, true);
    let agent = |n: u128, name: &str| Participant::Agent { user: UserId(Uuid::from_u128(n)), name: name.into() };
    let (maya, jonas) = (agent(0xA1, "Maya Ortiz"), agent(0xA2, "Jonas Weber"));
    story.begin("Carmen Díaz")?;
    for round in 0..rounds {
        let text = format!("Round {round}: the flight is not what I booked, and my daughter sits elsewhere.");
        story.write(Content::Text { text })?;
        let choices = ["same", "early", "person"].map(|id| Choice { id: id.into(), label: format!("Choice {id}") });
        let text = "I can help with that. What matters most?".to_owned();
        story.logic(vec![Action::Question {
            text,
            choices: choices.into(),
            force: true,
            turn: None,
            key: None,
            language: None,
            library: None,
        }])?;
        if let Some(question) = story.question() {
            story.write(Content::Answer { question, choice: "person".into(), text: String::new() })?;
        }
        let reason = "The customer asked for a person.".to_owned();
        story.logic(vec![
            Action::Message { text: "Let me get a colleague.".into(), force: true, holding: false, turn: None },
            Action::NeedsHelp { value: true, reason, customer_asked: true },
        ])?;
        let call = story.state.as_ref().and_then(|state| state.help.as_ref()).map(|help| help.call);
        let first = if round % 2 == 0 { &maya } else { &jonas };
        story.run(first, Command::Join { call })?;
        let up_to = story.position();
        story.run(first, Command::Receive { stage: Stage::Seen, up_to })?;
        story.reply(first, format!("Hello, I am here now and look at round {round}."))?;
        let up_to = story.position();
        story.run(&Participant::Customer, Command::Receive { stage: Stage::Seen, up_to })?;
        story.write(Content::Text { text: "Thank you, I wait then, but not for hours please.".into() })?;
        story.reply(first, "Both seats are together again.".into())?;
        story.logic(Vec::new())?;
        story.run(first, Command::Complete { resolution: "Seats together".into() })?;
        story.logic(Vec::new())?;
    }
    Ok(story.events)
}

#[cfg(test)]
mod tests {
    use tandem_conversation::Conversation;

    use super::history;

    #[test]
    fn the_history_is_a_whole_conversation() {
        let events = history(3).unwrap();
        let state = Conversation::fold(&events).unwrap();
        assert!(!state.in_progress(), "each round ends completed");
        assert!(events.len() > 60, "a round has many events, got {} in all", events.len());
    }
}
