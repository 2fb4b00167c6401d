//! Colleagues of the demo: they take calls for help, say what a person says in their customer's dialogue, and complete.
//! Everything goes through the agents' API, as from a desk.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::{Availability, Conversation, ConversationId, Section, UserId};
use tandem_protocol::agents::{AgentCommand, Whereabouts};
use tokio::time::Instant;

use crate::dialogue::Dialogue;
use crate::net::ClientError;
use crate::people::{Agent, Desk};

/// Between two acts of one colleague, at the dialogues' own pace.
const PAUSE: Duration = Duration::from_secs(9);
/// A customer who has been answered this long ago has what they wanted.
const CONTENT_AFTER: Duration = Duration::from_secs(40);
/// What is said to customers without a dialogue, or after its end.
const WORDS: &str = "Thank you for waiting. I am looking into it right now.";

/// Where colleagues work, and how.
#[derive(Clone)]
pub struct Office {
    pub hub: String,
    pub password: String,
    /// How many times faster than people.
    pub speed: f64,
    /// Dialogues by their customer's name.
    pub dialogues: Arc<HashMap<String, Arc<Dialogue>>>,
}

/// What a colleague does next.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Act {
    Answer(ConversationId),
    Complete(ConversationId),
    Join(ConversationId),
}

/// Works until the connection ends.
///
/// # Errors
/// If the hub refuses the sign-in, or is gone.
pub async fn work(office: &Office, email: &str, status: Availability) -> Result<(), ClientError> {
    let mut agent = Agent::sign_in(&office.hub, email, &office.password).await?;
    let is_available = status == Availability::Available;
    agent.is(Whereabouts { status: Some(status), ..Whereabouts::takes_calls(is_available) })?;
    let mut said: HashMap<ConversationId, (usize, Instant)> = HashMap::new();
    let pause = PAUSE.div_f64(office.speed);
    loop {
        let until = Instant::now() + pause;
        while let Ok(heard) = tokio::time::timeout_at(until, agent.hear()).await {
            heard?;
        }
        let content = |id: ConversationId| {
            said.get(&id).is_some_and(|(_, at)| at.elapsed() >= CONTENT_AFTER.div_f64(office.speed))
        };
        let room = if is_available { agent.me.capacity as usize } else { 0 };
        let Some(act) = next(&agent.desk, agent.me.user, room, content) else { continue };
        // A colleague may have been faster, or the customer: then there is something else to do.
        let _ = match act {
            Act::Join(id) => agent.join(id).await,
            Act::Complete(id) => {
                said.remove(&id);
                agent.command(id, AgentCommand::Complete { resolution: String::new(), seen: None }).await
            }
            Act::Answer(id) => {
                let (turns, at) = said.entry(id).or_insert((0, Instant::now()));
                let words = words(office, agent.desk.conversation(id), *turns);
                (*turns, *at) = (*turns + 1, Instant::now());
                agent.reply(id, &words).await
            }
        };
    }
}

/// Who waits for this colleague comes first, then what can be completed, then the call that is open for longest.
fn next(desk: &Desk, me: UserId, room: usize, content: impl Fn(ConversationId) -> bool) -> Option<Act> {
    let mut mine: Vec<&Conversation> = desk.conversations().filter(|state| is_mine(state, me)).collect();
    mine.sort_by_key(|state| (state.waiting_since.is_none(), state.waiting_since, state.id));
    if let Some(waiting) = mine.iter().find(|state| state.waiting_since.is_some() || state.wait().is_some()) {
        return Some(Act::Answer(waiting.id));
    }
    if let Some(done) = mine.iter().find(|state| content(state.id)) {
        return Some(Act::Complete(done.id));
    }
    let mut calls = desk.section(Section::Help);
    calls.sort_by_key(|state| state.help.as_ref().map(|help| help.since));
    calls.first().filter(|_| mine.len() < room).map(|state| Act::Join(state.id))
}

fn is_mine(state: &Conversation, me: UserId) -> bool {
    state.in_progress() && state.people().filter_map(|one| one.person()).any(|person| person.user() == Some(me))
}

/// The next words of a person in the customer's dialogue.
fn words(office: &Office, state: Option<&Conversation>, turn: usize) -> String {
    let dialogue = state.and_then(|state| office.dialogues.get(&state.customer.name));
    let said = dialogue.and_then(|dialogue| dialogue.turns.iter().filter(|turn| turn.is_persons()).nth(turn));
    said.map(|turn| turn.text.clone()).filter(|text| !text.is_empty()).unwrap_or_else(|| WORDS.to_owned())
}
