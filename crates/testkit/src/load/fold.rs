//! `fold_events_per_s`: how fast the pure core folds a history that real commands have made.

use std::hint::black_box;
use std::time::Instant;

use anyhow::Context as _;
use serde_json::Map;
use tandem_conversation::{
    Action, BrandId, Channel, Choice, Command, CommandId, ContactId, Content, Context, Control, Conversation,
    ConversationId, CustomerId, CustomerRef, Envelope, Event, Opening, Participant, Position, RequestId, Role, Stage,
    Time, TurnId, UserId, decide,
};
use uuid::Uuid;

use super::{Bench, Better, Figure};

/// Rounds of talk in the history.
const ROUNDS: u32 = 400;
/// Events folded in one run, about.
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

/// A conversation that goes through every hand.
struct Story {
    state: Option<Conversation>,
    events: Vec<Event>,
    now: Time,
    ids: u128,
}

impl Story {
    fn id(&mut self) -> Uuid {
        self.ids += 1;
        Uuid::from_u128(self.ids)
    }

    fn run(&mut self, actor: &Participant, command: Command) -> anyhow::Result<()> {
        self.now = self.now.plus_ms(700);
        let envelope = Envelope {
            id: CommandId(self.id()),
            conversation: ConversationId(Uuid::from_u128(0xC0)),
            actor: actor.clone(),
            permissions: Role::Agent.permissions(),
            command,
        };
        let context = Context {
            now: self.now,
            logic_available: true,
            person_typing_until: None,
            turn_lease_ms: 15_000,
            invitation_ms: 60_000,
            fresh: (0..8).map(|_| self.id()).collect(),
        };
        let decided = decide(self.state.as_ref(), &envelope, &context);
        let events =
            decided.with_context(|| format!("BUG: the history's command {:?} is refused", envelope.command))?;
        for event in &events {
            match &mut self.state {
                Some(state) => state.apply(event),
                None => self.state = Conversation::begin(event),
            }
        }
        self.events.extend(events);
        Ok(())
    }

    fn position(&self) -> Position {
        self.state.as_ref().map(|state| state.position).unwrap_or_default()
    }

    /// The last question's turn.
    fn question(&self) -> Option<TurnId> {
        self.state.as_ref()?.questions.last().map(|open| open.turn)
    }

    fn write(&mut self, content: Content) -> anyhow::Result<()> {
        let turn = TurnId(self.id());
        let received = self.now;
        self.run(&Participant::Customer, Command::Write { turn, content, received })
    }

    fn reply(&mut self, agent: &Participant, text: String) -> anyhow::Result<()> {
        let turn = TurnId(self.id());
        let (written_against, received) = (self.position(), self.now);
        let content = Content::Text { text };
        self.run(agent, Command::Reply { turn, content, written_against, mind_customer: false, while_in_progress: false, received })
    }

    /// Your Logic is asked about everything that waits, and says `actions` to the last of it.
    fn logic(&mut self, mut actions: Vec<Action>) -> anyhow::Result<()> {
        loop {
            let waiting = self.state.as_ref().map_or(0, |state| state.logic.pending.len());
            if waiting == 0 {
                return Ok(());
            }
            let request = RequestId(self.id());
            self.run(&Participant::System, Command::AskLogic { request, expires: self.now.plus_ms(8_000) })?;
            let actions = if waiting == 1 { std::mem::take(&mut actions) } else { Vec::new() };
            let control = Control::default();
            let answer = Command::AnswerLogic { request: Some(request), control, custom: Map::new(), actions };
            self.run(&Participant::Logic, answer)?;
        }
    }
}

fn history(rounds: u32) -> anyhow::Result<Vec<Event>> {
    let mut story = Story { state: None, events: Vec::new(), now: Time(1_790_000_000_000), ids: 1 };
    let agent = |n: u128, name: &str| Participant::Agent { user: UserId(Uuid::from_u128(n)), name: name.into() };
    let (maya, jonas) = (agent(0xA1, "Maya Ortiz"), agent(0xA2, "Jonas Weber"));
    story.run(
        &Participant::Customer,
        Command::Start(Opening {
            customer: CustomerRef { id: CustomerId(Uuid::from_u128(0xB0)), name: "Carmen Díaz".into() },
            contact: ContactId(Uuid::from_u128(0xB1)),
            channel: Channel::WebChat,
            brand: Some(BrandId(Uuid::from_u128(0xB2))),
            language: Some("es".into()),
            custom: Map::new(),
        }),
    )?;
    for round in 0..rounds {
        let text = format!("Round {round}: the flight is not what I booked, and my daughter sits elsewhere.");
        story.write(Content::Text { text })?;
        let choices = ["same", "early", "person"].map(|id| Choice { id: id.into(), label: format!("Choice {id}") });
        let text = "I can help with that. What matters most?".to_owned();
        story.logic(vec![Action::Question { text, choices: choices.into(), force: true, turn: None }])?;
        if let Some(question) = story.question() {
            story.write(Content::Answer { question, choice: "person".into(), text: String::new() })?;
        }
        let reason = "The customer asked for a person.".to_owned();
        story.logic(vec![
            Action::Message { text: "Let me get a colleague.".into(), force: true, turn: None },
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
