//! One person playing dialogues: when to write, when to wait, and what to do after a disconnect.

use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::{ParticipantKind, Position};
use tandem_protocol::chat::{ChatEntry, ChatKind, ChatMessage, ChatStatus, SessionRequest};
use tokio::time::Instant;

use super::{Played, Sent, Stage};
use crate::dialogue::{Dialogue, Turn, When};
use crate::net::ClientError;
use crate::people::Customer;
use crate::people::message;

/// Pause where the recording gives no time, in recorded seconds.
const PAUSE_S: f64 = 4.0;
/// A customer's reading time, in recorded seconds.
const READING_S: f64 = 1.2;
/// Typing time per character, and its maximum, in recorded seconds.
const TYPING_S: (f64, f64) = (0.05, 2.5);
/// How long to wait for a menu, in recorded seconds, with a minimum.
const MENU_S: f64 = 20.0;
const MENU_AT_LEAST: Duration = Duration::from_secs(5);
/// How long thanks wait for a person's answer, in recorded seconds.
const GRATITUDE_S: f64 = 900.0;
/// How long the answer to the last turn is awaited before another dialogue begins, in recorded seconds.
const SETTLING_S: f64 = 20.0;
/// First pause before reconnecting; doubles up to the second.
const RETRY: (Duration, Duration) = (Duration::from_millis(300), Duration::from_secs(5));

/// How long people wait for a request for a review, in recorded seconds.
const REVIEW_S: f64 = 90.0;
/// What they think.
const OPINIONS: [(u8, &str); 8] = [
    (5, ""),
    (4, "Quick and friendly."),
    (5, "Thank you!"),
    (2, "It took too long, and nobody said why."),
    (5, ""),
    (4, ""),
    (1, "I still do not know where my money is."),
    (3, "Fine, but I had to explain it twice."),
];

/// A person with an open web chat.
pub(super) struct Actor {
    stage: Arc<Stage>,
    customer: Customer,
    name: String,
    /// The customer's last turn.
    last: Position,
    /// Entries up to here were logged.
    logged: usize,
    read_at: Option<Instant>,
    reconnects: usize,
    /// The connection is lost.
    lost: bool,
}

impl Actor {
    pub(super) async fn arrive(stage: &Arc<Stage>, dialogue: &Dialogue) -> Result<Self, ClientError> {
        let known = stage.tokens.lock().ok().and_then(|tokens| tokens.get(&dialogue.customer).cloned());
        let settings = &stage.settings;
        let request = SessionRequest {
            brand: settings.brand.clone(),
            resume: known.clone(),
            language: dialogue.language.clone(),
            name: Some(dialogue.name()),
            // The website recognises returning customers.
            identity: known.and_then(|_| settings.vouches_for(dialogue)),
        };
        let deadline = Instant::now() + settings.persistence;
        let mut pause = RETRY.0;
        let customer = loop {
            match Customer::arrive_with(&settings.hub, request.clone()).await {
                Ok(customer) => break customer,
                Err(error) if error.is_passing() && Instant::now() < deadline => {
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(RETRY.1);
                }
                Err(error) => return Err(error),
            }
        };
        if let Ok(mut tokens) = stage.tokens.lock() {
            tokens.insert(dialogue.customer.clone(), customer.token().to_owned());
        }
        Ok(Self {
            stage: Arc::clone(stage),
            name: dialogue.name(),
            last: customer.position(),
            logged: customer.transcript().len(),
            customer,
            read_at: None,
            reconnects: 0,
            lost: false,
        })
    }

    fn log(&self, what: &str) {
        let passed = self.stage.began.elapsed().as_secs();
        (self.stage.log)(format!("{:>3}:{:02}  {} {what}", passed / 60, passed % 60, self.name));
    }

    /// Plays the customer's part to its end.
    pub(super) async fn play(&mut self, dialogue: &Arc<Dialogue>) -> Played {
        let mut played = Played { dialogue: dialogue.id.clone(), customer: dialogue.name(), ..Played::default() };
        if let Err(error) = self.perform(dialogue, &mut played).await {
            played.error = Some(error.to_string());
        }
        played.conversation = self.customer.conversation().await.ok();
        self.account(&mut played);
        played
    }

    /// Records what the other side has done so far.
    pub(super) fn account(&self, played: &mut Played) {
        let by = |kinds: &[ParticipantKind]| {
            self.customer.transcript().iter().filter(|entry| kinds.contains(&entry.from)).count()
        };
        played.answers_by_logic = by(&[ParticipantKind::Logic]);
        played.answers_by_people = by(&[ParticipantKind::Agent, ParticipantKind::ExternalAgent]);
        played.completed = self.customer.status() == Some(ChatStatus::Completed);
        played.reconnects = self.reconnects;
    }

    async fn perform(&mut self, dialogue: &Arc<Dialogue>, played: &mut Played) -> Result<(), ClientError> {
        if self.customer.status().is_some() {
            self.customer.begin_anew().await?;
            (self.last, self.logged) = (Position::START, 0);
        }
        self.reconnects = 0;
        let mut began = Instant::now();
        let first = dialogue.customer_turns().find_map(|turn| turn.t).unwrap_or_default();
        for turn in dialogue.customer_turns() {
            let settings = &self.stage.settings;
            let mut due = match turn.t {
                Some(t) => began + settings.seconds(t - first),
                None => Instant::now() + settings.seconds(PAUSE_S),
            };
            if turn.when == Some(When::Answered) {
                if !self.is_answered_before(due + settings.seconds(GRATITUDE_S)).await? {
                    played.left_out += 1;
                    continue;
                }
                let soonest = Instant::now() + self.stage.settings.seconds(PAUSE_S);
                began += soonest.saturating_duration_since(due);
                due = due.max(soonest);
            }
            let typing = (turn.text.chars().count() as f64 * TYPING_S.0).min(TYPING_S.1);
            let typing = self.stage.settings.seconds(typing);
            self.pass_time(due.checked_sub(typing).unwrap_or(due)).await?;
            if turn.when == Some(When::Unanswered) && self.is_answered() {
                played.left_out += 1;
                continue;
            }
            if !turn.is_choice() {
                self.customer.types(true).await.ok();
                self.pass_time(due).await?;
                self.customer.types(false).await.ok();
            }
            self.speak(dialogue, turn, played).await?;
            if dialogue.signs_in == Some(played.sent.len())
                && let Some(identity) = self.stage.settings.vouches_for(dialogue)
            {
                self.customer.sign_in(&self.stage.settings.brand, identity).await?;
                self.log("signs in on the website");
            }
        }
        Ok(())
    }

    async fn speak(&mut self, dialogue: &Dialogue, turn: &Turn, played: &mut Played) -> Result<(), ClientError> {
        let message = self.message(dialogue, turn, played).await?;
        let position = self.deliver(&message).await?;
        self.last = position;
        let what = match &turn.media {
            Some(picture) => format!("sends {picture}: {}", clip(&turn.text)),
            None if message.answer.is_some() => format!("chooses: {}", clip(&turn.text)),
            None => format!("writes: {}", clip(&turn.text)),
        };
        self.log(&what);
        played.sent.push(Sent { position, text: turn.text.clone(), picture: turn.media.clone() });
        Ok(())
    }

    async fn message(
        &mut self,
        dialogue: &Dialogue,
        turn: &Turn,
        played: &mut Played,
    ) -> Result<ChatMessage, ClientError> {
        let text = Some(turn.text.as_str()).filter(|text| !text.is_empty());
        if turn.is_choice() {
            let choice = turn.label.as_deref().unwrap_or(&turn.text);
            let patience = self.stage.settings.seconds(MENU_S).max(MENU_AT_LEAST);
            let deadline = Instant::now() + patience;
            loop {
                let named = self.customer.question_with(choice);
                if let Some(answer) = named.or_else(|| self.customer.question_with(&turn.text)) {
                    return Ok(message(None, Some(answer), None));
                }
                if !self.hear_before(deadline).await? {
                    played.without_menu += 1;
                    return Ok(message(text, None, None));
                }
            }
        }
        let Some(picture) = &turn.media else { return Ok(message(text, None, None)) };
        let path = dialogue.media.join(picture);
        let unreadable = |error| ClientError::Protocol(format!("{}: {error}", path.display()));
        let bytes = tokio::fs::read(&path).await.map_err(unreadable)?;
        let kind = if picture.ends_with(".png") { "image/png" } else { "image/jpeg" };
        let media = self.customer.upload(picture, kind, bytes).await?;
        Ok(message(text, None, Some(media)))
    }

    /// Sends until it is stored; a repeat has one effect.
    async fn deliver(&mut self, message: &ChatMessage) -> Result<Position, ClientError> {
        let deadline = Instant::now() + self.stage.settings.persistence;
        let mut pause = RETRY.0;
        loop {
            match self.customer.deliver(message).await {
                Err(error) if error.is_passing() && Instant::now() < deadline => {
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(RETRY.1);
                    if matches!(error, ClientError::Closed | ClientError::Unreachable(_)) {
                        self.reconnect(deadline).await?;
                    }
                }
                ended => return ended,
            }
        }
    }

    async fn reconnect(&mut self, deadline: Instant) -> Result<(), ClientError> {
        self.log("lost the connection and tries again");
        let mut pause = RETRY.0;
        loop {
            match self.customer.reconnect().await {
                Ok(()) => {
                    self.reconnects += 1;
                    return Ok(());
                }
                Err(error) if error.is_passing() && Instant::now() < deadline => {
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(RETRY.1);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Whether a person has answered the customer's last turn.
    fn is_answered(&self) -> bool {
        let person = |entry: &&ChatEntry| matches!(entry.from, ParticipantKind::Agent | ParticipantKind::ExternalAgent);
        let last = self.customer.transcript().iter().filter(person).map(|entry| entry.position).max();
        last.is_some_and(|position| position > self.last)
    }

    async fn is_answered_before(&mut self, deadline: Instant) -> Result<bool, ClientError> {
        while !self.is_answered() {
            let over = self.customer.status() == Some(ChatStatus::Completed);
            if over || !self.hear_before(deadline).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn pass_time(&mut self, until: Instant) -> Result<(), ClientError> {
        while self.hear_before(until).await? {}
        Ok(())
    }

    /// Stays in the chat in hope of an answer; leaves soon after the conversation is completed.
    pub(super) async fn linger(&mut self, until: Instant) {
        while self.customer.status() != Some(ChatStatus::Completed) && self.hears_before(until).await {}
        if self.customer.status() == Some(ChatStatus::Completed) {
            self.review(Instant::now() + self.stage.settings.seconds(REVIEW_S)).await;
        }
    }

    /// Most people answer a request for a review, if one comes soon.
    async fn review(&mut self, until: Instant) {
        while self.customer.asked_for_review().is_none() && self.hears_before(until).await {}
        let (Some(id), Some((score, comment))) = (self.customer.asked_for_review(), opinion(&self.name)) else {
            return;
        };
        match self.customer.review(id, score, comment).await {
            Ok(()) => self.log(&format!("gives {score} of 5: {comment}")),
            Err(error) => self.log(&format!("cannot answer the request for a review: {error}")),
        }
    }

    /// Keeps the chat open until the next dialogue, so that the answer to the last turn can arrive.
    pub(super) async fn stay_until(&mut self, due: Instant) {
        self.linger(Instant::now() + self.stage.settings.seconds(SETTLING_S)).await;
        while self.hears_before(due).await {}
        tokio::time::sleep_until(due).await;
    }

    async fn hears_before(&mut self, until: Instant) -> bool {
        if self.lost {
            return false;
        }
        let heard = self.hear_before(until).await;
        self.lost = heard.is_err();
        heard.unwrap_or(false)
    }

    /// Receives one frame; false when the deadline has passed.
    async fn hear_before(&mut self, deadline: Instant) -> Result<bool, ClientError> {
        let until = self.read_at.map_or(deadline, |at| at.min(deadline));
        match tokio::time::timeout_at(until, self.customer.hear()).await {
            Ok(Ok(())) => {
                self.notice();
                Ok(true)
            }
            Ok(Err(error)) if error.is_passing() => {
                let deadline = Instant::now() + self.stage.settings.persistence;
                self.reconnect(deadline).await?;
                Ok(true)
            }
            Ok(Err(error)) => Err(error),
            Err(_) if self.read_at.is_some_and(|at| at <= Instant::now()) => {
                self.read_at = None;
                self.customer.sees().await.ok();
                Ok(true)
            }
            Err(_) => Ok(false),
        }
    }

    /// Logs others' turns and marks them as read shortly.
    fn notice(&mut self) {
        let entries = self.customer.transcript();
        let fresh: Vec<_> = entries.iter().skip(self.logged).filter_map(heard).collect();
        self.logged = entries.len();
        for line in fresh {
            self.log(&line);
            self.read_at.get_or_insert_with(|| Instant::now() + self.stage.settings.seconds(READING_S));
        }
    }
}

/// What a person thinks, the same every time; none if they do not answer.
fn opinion(name: &str) -> Option<(u8, &'static str)> {
    let lot = name.bytes().fold(7_u32, |lot, byte| lot.wrapping_mul(31).wrapping_add(byte.into()));
    OPINIONS.get(lot as usize % (OPINIONS.len() + 2)).copied()
}

fn heard(entry: &ChatEntry) -> Option<String> {
    let who = match entry.from {
        ParticipantKind::Customer => return None,
        ParticipantKind::Logic => "the assistant".to_owned(),
        ParticipantKind::System => "the hub".to_owned(),
        ParticipantKind::Agent | ParticipantKind::ExternalAgent | ParticipantKind::Device => {
            entry.name.clone().unwrap_or("a person".into())
        }
    };
    let what = if entry.kind == ChatKind::Question { "is asked by" } else { "hears from" };
    Some(format!("{what} {who}: {}", clip(&entry.text)))
}

fn clip(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match line.char_indices().nth(70) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}
