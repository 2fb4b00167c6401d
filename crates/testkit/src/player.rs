//! Plays customers: each dialogue's customer turns through the web chat, at their recorded time.
//!
//! One task per person, so that a person's dialogues follow each other in one session and one journey. The other side
//! (Your Logic, people at the desk) is not played here.

mod actor;
mod schedule;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use tandem_conversation::{ConversationId, Position};
use tandem_desk::Clock;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::dialogue::Dialogue;
use crate::net::prepare_tls;
use crate::website::Website;
use actor::Actor;
pub use schedule::{Plan, Slot};

#[derive(Clone, Debug)]
pub struct Settings {
    pub hub: String,
    pub brand: String,
    /// How many times faster than recorded.
    pub speed: f64,
    /// Maximum number of concurrent dialogues.
    pub at_once: usize,
    /// How long a customer stays after the last turn, for late answers.
    pub linger: Duration,
    /// How long to retry while the hub is unreachable.
    pub persistence: Duration,
    /// Where customers sign in, if anywhere.
    pub website: Option<Website>,
}

impl Settings {
    /// Settings for a demo at human pace.
    #[must_use]
    pub fn new(hub: &str, brand: &str) -> Self {
        Self {
            hub: hub.trim_end_matches('/').to_owned(),
            brand: brand.to_owned(),
            speed: 1.0,
            at_once: 29,
            linger: Duration::from_secs(600),
            persistence: Duration::from_secs(120),
            website: None,
        }
    }

    /// The website's token for a signed-in customer.
    fn vouches_for(&self, dialogue: &Dialogue) -> Option<String> {
        let (website, email) = (self.website.as_ref()?, dialogue.email.as_ref()?);
        let claims = json!({ "sub": dialogue.customer, "name": dialogue.name(), "email": email });
        Some(website.vouches_for(claims, Clock::system().now()))
    }

    /// Recorded seconds at the played speed.
    fn seconds(&self, recorded: f64) -> Duration {
        Duration::from_secs_f64((recorded / self.speed).clamp(0.0, 86_400.0))
    }
}

/// A played dialogue.
#[derive(Clone, Debug, Default)]
pub struct Played {
    pub dialogue: String,
    pub customer: String,
    pub conversation: Option<ConversationId>,
    /// The customer's messages, in order.
    pub sent: Vec<Sent>,
    /// Impatience that was not needed, and thanks that were not due.
    pub left_out: usize,
    /// Menus that never came, so that the choice was written instead.
    pub without_menu: usize,
    pub answers_by_logic: usize,
    pub answers_by_people: usize,
    pub reconnects: usize,
    pub completed: bool,
    /// Why it could not be finished.
    pub error: Option<String>,
}

/// One stored turn of the customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub position: Position,
    /// The text, or the label of the choice.
    pub text: String,
    pub picture: Option<String>,
}

/// Everything that was played.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    pub played: Vec<Played>,
}

impl Summary {
    fn sum(&self, count: impl Fn(&Played) -> usize) -> usize {
        self.played.iter().map(count).sum()
    }

    /// Dialogues that ended with an error.
    pub fn failed(&self) -> impl Iterator<Item = &Played> {
        self.played.iter().filter(|played| played.error.is_some())
    }
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let completed = self.sum(|played| played.completed.into());
        writeln!(f, "{} dialogues played, {completed} completed", self.played.len())?;
        writeln!(
            f,
            "{} turns of customers stored, {} left out, {} choices written because no menu came",
            self.sum(|played| played.sent.len()),
            self.sum(|played| played.left_out),
            self.sum(|played| played.without_menu),
        )?;
        write!(
            f,
            "{} answers by Your Logic, {} by people; {} reconnects, {} errors",
            self.sum(|played| played.answers_by_logic),
            self.sum(|played| played.answers_by_people),
            self.sum(|played| played.reconnects),
            self.failed().count(),
        )
    }
}

/// Receives every event as one calm line.
pub type Log = Arc<dyn Fn(String) + Send + Sync>;

/// Shared by the people of one run.
struct Stage {
    settings: Settings,
    began: Instant,
    slots: Semaphore,
    log: Log,
    /// Session tokens by customer, so that returning ones are known.
    tokens: Mutex<HashMap<String, String>>,
}

/// A player that remembers its customers' sessions between rounds.
pub struct Player {
    settings: Settings,
    log: Log,
    tokens: HashMap<String, String>,
}

impl Player {
    #[must_use]
    pub fn new(settings: Settings, log: Log) -> Self {
        prepare_tls();
        Self { settings, log, tokens: HashMap::new() }
    }

    /// Plays a plan to its end.
    pub async fn play(&mut self, plan: Plan) -> Summary {
        let stage = Arc::new(Stage {
            settings: self.settings.clone(),
            began: Instant::now(),
            slots: Semaphore::new(self.settings.at_once.max(1)),
            log: Arc::clone(&self.log),
            tokens: Mutex::new(std::mem::take(&mut self.tokens)),
        });
        let mut people = JoinSet::new();
        for slots in plan.by_person() {
            people.spawn(live(Arc::clone(&stage), slots));
        }
        let mut summary = Summary::default();
        while let Some(ended) = people.join_next().await {
            match ended {
                Ok(played) => summary.played.extend(played),
                Err(error) => {
                    let error = Some(format!("the player broke: {error}"));
                    summary.played.push(Played { error, ..Played::default() });
                }
            }
        }
        if let Ok(mut tokens) = stage.tokens.lock() {
            self.tokens = std::mem::take(&mut tokens);
        }
        summary
    }
}

/// One person's dialogues, one after the other.
async fn live(stage: Arc<Stage>, slots: Vec<Slot>) -> Vec<Played> {
    let mut actor: Option<Actor> = None;
    let mut all = Vec::new();
    for slot in slots {
        let due = stage.began + slot.begins;
        match &mut actor {
            Some(actor) => actor.stay_until(due).await,
            None => tokio::time::sleep_until(due).await,
        }
        if let (Some(actor), Some(last)) = (&actor, all.last_mut()) {
            actor.account(last);
        }
        let Ok(permit) = stage.slots.acquire().await else { break };
        let played = match actor.take() {
            Some(mut there) => {
                let played = there.play(&slot.dialogue).await;
                actor = Some(there);
                played
            }
            None => match Actor::arrive(&stage, &slot.dialogue).await {
                Ok(mut arrived) => {
                    let played = arrived.play(&slot.dialogue).await;
                    actor = Some(arrived);
                    played
                }
                Err(error) => failed(&slot.dialogue, &error.to_string()),
            },
        };
        drop(permit);
        if let Some(error) = &played.error {
            (stage.log)(format!("{} ({}): {error}", slot.dialogue.name(), slot.dialogue.id));
        }
        all.push(played);
    }
    if let (Some(actor), Some(last)) = (&mut actor, all.last_mut()) {
        actor.linger(Instant::now() + stage.settings.linger).await;
        actor.account(last);
    }
    all
}

fn failed(dialogue: &Arc<Dialogue>, error: &str) -> Played {
    let (dialogue, customer) = (dialogue.id.clone(), dialogue.name());
    Played { dialogue, customer, error: Some(error.to_owned()), ..Played::default() }
}
