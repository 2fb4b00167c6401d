//! The state of a conversation: a fold over its events, of bounded size however long the conversation grows.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::channel::{Channel, Reporting};
use crate::customer::CustomerRef;
use crate::dismissed::Dismissed;
use crate::engagement::{EndReason, Engagement, EngagementKind};
use crate::event::{Event, EventBody};
use crate::handover::{Graded, Handover, OpenHandover};
use crate::help::{Dismissal, NeedsHelp};
use crate::ids::{BrandId, ContactId, ConversationId, EngagementId, Position, TurnId, UserId};
use crate::logic::{ASK_WITHIN_MS, Fallback, LogicState, Pending, merge};
use crate::mention::OpenMention;
use crate::participant::Participant;
use crate::permission::{Permission, Permissions};
use crate::review::Review;
use crate::round::CurrentRound;
use crate::snooze::{self, Over, Snooze};
use crate::time::Time;
use crate::trigger::{Trigger, trigger_of};
use crate::turn::{Choice, Content, Stage, Turn};
use crate::voice::Voice;

mod receiving;
mod reviews;
mod voices;

/// Length of the last words kept for lists, in characters.
const LAST_WORDS_CHARS: usize = 140;
/// Questions that can still be answered by choice.
const OPEN_QUESTIONS: usize = 8;
/// Outbound turns whose delivery is still tracked.
const OPEN_TURNS: usize = 64;

/// Maximum unseen mentions kept.
const OPEN_MENTIONS: usize = 32;

/// Where a conversation stands, as the customer sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "status", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Status {
    InProgress,
    Completed { at: Time, by: Participant, resolution: String },
}

/// A user who was engaged and is not now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastAgent {
    pub user: UserId,
    pub at: Time,
}

/// The last turn that customers may see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LastWords {
    pub by: Participant,
    /// Empty if they were withdrawn.
    pub text: String,
    pub at: Time,
    pub position: Position,
    /// None in states of older hubs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<TurnId>,
    /// A closing courtesy.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub silent: bool,
}

/// How far each side has received and seen the other's turns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Receipts {
    pub customer_delivered: Position,
    pub customer_seen: Position,
    pub desk_delivered: Position,
    pub desk_seen: Position,
}

/// A question that can be answered by choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenQuestion {
    pub turn: TurnId,
    pub choices: Vec<Choice>,
}

/// An outbound turn in delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenTurn {
    pub turn: TurnId,
    pub position: Position,
    pub stage: Stage,
    /// Failed, and our side has spoken since. Kept because having arrived still beats the failure.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub past: bool,
}

/// Everything that decisions depend on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Conversation {
    pub id: ConversationId,
    /// Position of the last event.
    pub position: Position,
    pub customer: CustomerRef,
    pub contact: ContactId,
    pub channel: Channel,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<BrandId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    pub started: Time,
    pub updated: Time,
    pub status: Status,
    /// None in states of older hubs, which did not count rounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<CurrentRound>,
    /// When the customer is to be asked for a review of the last round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_at: Option<Time>,
    /// The request before the newest, if it was answered: the customer may still change that answer where they gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier_review: Option<Box<Review>>,
    /// The newest request for a review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Box<Review>>,
    /// The later conversation of this chat in which what was said here goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goes_on_in: Option<ConversationId>,
    /// The earlier conversation of this chat that goes on here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goes_on_from: Option<ConversationId>,
    /// `needs_help`, with reason, by whom, since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<NeedsHelp>,
    /// Who won the last call for help, so that late claimants can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_claim: Option<Participant>,
    /// The last call for help, if it was dismissed and can be restored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dismissed: Option<Box<Dismissed>>,
    pub logic: LogicState,
    /// `fallback_to_agent`, with the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Fallback>,
    /// Since when the customer waits for us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_since: Option<Time>,
    /// The customer's first turn that no person has answered since, without closing courtesies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unanswered_by_person: Option<Time>,
    /// Since when the customer waits for a person, whoever has joined meanwhile. A person's words end it, or those of
    /// Your Logic when it has the conversation alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for_person: Option<Time>,
    /// The customer's last turn.
    pub last_customer: Position,
    /// When the customer last wrote or reacted, by their own time: from then on the channel's window counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard_at: Option<Time>,
    /// The company's end of the channel, where it has several: the id of a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// The customer's last turn that was not a closing courtesy.
    pub last_loud: Position,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub voices: Vec<Voice>,
    /// Open engagements only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub engagements: Vec<Engagement>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<PastAgent>,
    /// Each user's newest unseen mention.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<OpenMention>,
    /// Snoozes of people who are engaged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub snoozes: Vec<Snooze>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover: Option<Box<OpenHandover>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_words: Option<LastWords>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<OpenQuestion>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open_turns: Vec<OpenTurn>,
    #[serde(default)]
    pub receipts: Receipts,
    /// Your Logic's data about the conversation.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub custom: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

impl Conversation {
    /// The state after the first event; none if it is not a start.
    #[must_use]
    pub fn begin(event: &Event) -> Option<Self> {
        let EventBody::Started { customer, contact, channel, brand, language, custom, engage_logic, heard_at, line } =
            &event.body
        else {
            return None;
        };
        let pending = if *engage_logic { pending(event).into_iter().collect() } else { Vec::new() };
        Some(Self {
            id: event.conversation,
            position: event.position,
            customer: customer.clone(),
            contact: *contact,
            channel: *channel,
            brand: *brand,
            language: language.clone(),
            started: event.time,
            updated: event.time,
            status: Status::InProgress,
            round: Some(CurrentRound::first(event.time)),
            review_at: None,
            earlier_review: None,
            review: None,
            goes_on_in: None,
            goes_on_from: None,
            help: None,
            last_claim: None,
            dismissed: None,
            logic: LogicState { engaged: *engage_logic, asked: None, pending },
            fallback: None,
            waiting_since: None,
            unanswered_by_person: None,
            waits_for_person: None,
            last_customer: Position::START,
            heard_at: *heard_at,
            line: line.clone(),
            last_loud: Position::START,
            voices: Vec::new(),
            engagements: Vec::new(),
            left: Vec::new(),
            mentions: Vec::new(),
            snoozes: Vec::new(),
            handover: None,
            last_words: None,
            questions: Vec::new(),
            open_turns: Vec::new(),
            receipts: Receipts::default(),
            custom: custom.clone(),
            tags: Vec::new(),
        })
    }

    /// The state after all `events`; none if they do not begin with a start.
    #[must_use]
    pub fn fold<'a>(events: impl IntoIterator<Item = &'a Event>) -> Option<Self> {
        let mut events = events.into_iter();
        let mut state = Self::begin(events.next()?)?;
        for event in events {
            state.apply(event);
        }
        Some(state)
    }

    /// Advances the state by one event.
    pub fn apply(&mut self, event: &Event) {
        self.position = event.position;
        self.updated = event.time;
        // Your Logic learns a completed conversation's customer when they write again.
        let concerns_logic = self.in_progress() || !matches!(event.body, EventBody::CustomerLinked { .. });
        if self.logic.engaged && concerns_logic {
            pending(event).into_iter().for_each(|next| self.logic.add(next));
        }
        match &event.body {
            EventBody::TurnAdded { turn, received } => self.add_turn(event, turn, *received),
            EventBody::Reacted { received, .. } => {
                if event.actor == Participant::Customer {
                    self.hear(*received);
                }
            }
            EventBody::Heard { received } => self.hear(*received),
            EventBody::TurnEdited { turn, content, silent, .. } => self.edit_turn(event, *turn, content, *silent),
            EventBody::TurnWithdrawn { turn } => {
                if let Some(words) = self.words_of(*turn, &event.actor) {
                    words.text.clear();
                }
            }
            EventBody::TurnProgressed { turn, stage, .. } => {
                if let Some(open) = self.open_turns.iter_mut().find(|open| open.turn == *turn) {
                    open.stage = open.stage.max(*stage);
                }
                self.forget_arrived();
            }
            EventBody::Received { side, stage, up_to } => self.receive(*side, *stage, *up_to),
            EventBody::MentionSeen => self.mentions.retain(|mention| event.actor.user() != Some(mention.user)),
            EventBody::Snoozed { until } => {
                let (by, since) = (event.actor.clone(), event.time);
                self.snoozes.retain(|snooze| !snooze.by.same(&by));
                self.snoozes.push(Snooze { by, since, until: *until, over: None });
            }
            EventBody::SnoozeEnded { user, end } => {
                let over = Over { at: event.time, position: event.position };
                snooze::ended(&mut self.snoozes, *user, *end, over);
            }
            EventBody::ReminderSeen => {
                self.snoozes.retain(|snooze| snooze.over.is_none() || !snooze.by.same(&event.actor));
            }
            EventBody::HandoverGraded { turn, grade } => {
                if let Some(open) = self.handover.as_mut().filter(|open| open.turn == *turn) {
                    open.graded = Some(Graded { grade: *grade, by: event.actor.clone() });
                }
            }
            EventBody::EngagementStarted { engagement } => self.start_engagement(engagement, event.time),
            EventBody::EngagementEnded { engagement, was, end } => {
                self.end_engagement(*engagement, was, end, event.time);
                self.take_wait_along(event);
            }
            EventBody::HelpRaised { help, waits_since } => self.raise_help(help, *waits_since, event.time),
            EventBody::HelpWidened { call, reach, widens_at } => {
                if let Some(help) = self.help.as_mut().filter(|help| help.call == *call) {
                    (help.reach, help.widens_at) = (*reach, *widens_at);
                }
            }
            EventBody::HelpCleared { claimed_by, dismissed } => {
                self.clear_help(event, claimed_by.as_ref(), dismissed.as_ref());
            }
            EventBody::Completed { resolution, review_at } => {
                self.review_at = *review_at;
                self.status =
                    Status::Completed { at: event.time, by: event.actor.clone(), resolution: resolution.clone() };
                self.waiting_since = None;
                self.unanswered_by_person = None;
                self.waits_for_person = None;
            }
            EventBody::Reopened => {
                self.close_round();
                self.status = Status::InProgress;
                self.round = self.round.map(|last| last.next(event.time));
            }
            EventBody::EngageLogicChanged { engaged } => {
                self.logic.engaged = *engaged;
                if !engaged {
                    self.logic.pending.clear();
                    self.logic.asked = None;
                } else if self.logic.pending.last().is_none_or(|last| last.position != event.position) {
                    pending(event).into_iter().for_each(|next| self.logic.add(next));
                }
            }
            EventBody::LogicAsked { request } => self.logic.asked = Some(request.clone()),
            EventBody::LogicAnswered { trigger, skipped_to, .. } => {
                self.logic.settle(skipped_to.map_or(*trigger, |to| to.max(*trigger)));
            }
            EventBody::LogicFailed { trigger, .. } => self.logic.settle(*trigger),
            EventBody::FellBack { fallback } => self.fallback = Some(fallback.clone()),
            EventBody::FallbackCleared => self.fallback = None,
            EventBody::CustomChanged { patch } => merge(&mut self.custom, patch),
            EventBody::TagsChanged { added, removed } => {
                self.tags.retain(|tag| !removed.contains(tag));
                self.tags.extend(added.iter().cloned());
            }
            EventBody::LanguageChanged { language } => self.language = Some(language.clone()),
            EventBody::CustomerChanged { patch } => merge(&mut self.customer.custom, patch),
            EventBody::CustomerRenamed { name } => self.customer.name.clone_from(name),
            EventBody::CustomerNoted { contacts } => self.customer.noted.clone_from(contacts),
            EventBody::CustomerAttested { contacts } => self.customer.contacts.clone_from(contacts),
            EventBody::CustomerLinked { customer, contact, .. } => {
                self.customer.clone_from(customer);
                self.contact = *contact;
            }
            EventBody::GoesOnIn { conversation } => {
                self.goes_on_in = *conversation;
                // Nobody is asked about a round that goes on.
                self.review_at = self.review_at.filter(|_| conversation.is_none());
            }
            EventBody::GoesOnFrom { conversation, waits_since } => {
                self.goes_on_from = *conversation;
                self.waits_for_person = [self.waits_for_person, *waits_since].into_iter().flatten().min();
            }
            EventBody::ReviewAsked { review, expires, edit_ms, .. } => {
                self.ask_review(event, *review, *expires, *edit_ms);
            }
            EventBody::ReviewNotAsked { .. } => self.review_at = None,
            EventBody::ReviewEnded { review, end } => self.end_review(*review, *end),
            EventBody::FeedbackGiven { score, text, review: Some(review), .. } => {
                self.answer_review(*review, *score, text, event);
            }
            EventBody::Started { .. }
            | EventBody::ButtonPressed { .. }
            | EventBody::FeedbackGiven { review: None, .. }
            | EventBody::LinkUsed { .. }
            | EventBody::MailFailed { .. }
            | EventBody::Unknown(_) => {}
        }
    }

    fn add_turn(&mut self, event: &Event, turn: &Turn, received: Time) {
        if let Content::Note { mentions, handover, .. } = &turn.content {
            mentions.iter().for_each(|mention| self.mention(event, turn, mention.user));
            if let Some(handover) = handover {
                let (position, handover) = (event.position, Handover::clone(handover));
                self.handover = Some(Box::new(OpenHandover { turn: turn.id, position, handover, graded: None }));
            }
        }
        if !turn.content.is_for_customer() {
            return;
        }
        self.last_words = Some(LastWords {
            by: event.actor.clone(),
            text: clip(&turn.content),
            at: event.time,
            position: event.position,
            turn: Some(turn.id),
            silent: turn.silent,
        });
        if event.actor == Participant::Customer {
            self.last_customer = event.position;
            if turn.content.renews_window() {
                self.hear(received);
            }
            if !turn.silent {
                self.hear_loud(event);
            }
            return;
        }
        if let Some(round) = self.round.as_mut().filter(|_| self.waiting_since.is_some()) {
            round.answered.get_or_insert(event.time);
        }
        self.waiting_since = None;
        if event.actor.is_responder() {
            self.unanswered_by_person = None;
            self.waits_for_person = None;
        } else if self.help.is_none() && self.people().next().is_none() {
            self.waits_for_person = None;
        }
        self.note_voice(event, turn);
        if let Content::Question { choices, .. } = &turn.content {
            keep_last(&mut self.questions, OPEN_QUESTIONS, OpenQuestion { turn: turn.id, choices: choices.clone() });
        }
        // After our side's next turn, a failed one is no longer pending: its author could repeat it.
        if self.channel.facts().reporting == Reporting::PerTurn {
            let failed = self.open_turns.iter_mut().filter(|open| open.stage == Stage::Failed);
            failed.for_each(|open| open.past = true);
        } else {
            self.open_turns.retain(|open| open.stage != Stage::Failed);
        }
        // What was written on a company device has left already, and is reported to nobody but its author.
        if matches!(event.actor, Participant::Device { .. }) {
            return;
        }
        let open = OpenTurn { turn: turn.id, position: event.position, stage: Stage::Prepared, past: false };
        keep_last(&mut self.open_turns, OPEN_TURNS, open);
    }

    fn mention(&mut self, event: &Event, turn: &Turn, user: UserId) {
        self.mentions.retain(|mention| mention.user != user);
        let (by, words) = (event.actor.clone(), clip(&turn.content));
        let mention = OpenMention { user, by, words, turn: turn.id, position: event.position, at: event.time };
        keep_last(&mut self.mentions, OPEN_MENTIONS, mention);
    }

    fn raise_help(&mut self, help: &NeedsHelp, waits_since: Option<Time>, at: Time) {
        self.help = Some(help.clone());
        self.last_claim = None;
        if self.people().next().is_none() {
            self.waits_for_person.get_or_insert(at);
        }
        self.waits_for_person = [self.waits_for_person, waits_since].into_iter().flatten().min();
    }

    fn clear_help(&mut self, event: &Event, claimed_by: Option<&Participant>, dismissed: Option<&Dismissal>) {
        let help = self.help.take();
        self.last_claim = claimed_by.cloned();
        self.dismissed = dismissed.and(help).map(|help| {
            let agents = self.people().filter_map(Engagement::person).filter(|person| person.user().is_some());
            Box::new(Dismissed {
                help,
                by: event.actor.clone(),
                at: event.time,
                waits_for_person: self.waits_for_person,
                engage_logic: self.logic.engaged,
                fallback: self.fallback.clone(),
                agents: agents.cloned().collect(),
            })
        });
        // After a dismissal the customer, to whom a person was promised, still has to hear from us. Your Logic, which
        // withdraws its own call, knows whether they do.
        if claimed_by.is_none() && dismissed.is_none() && self.people().next().is_none() {
            self.waits_for_person = None;
        }
    }

    fn start_engagement(&mut self, engagement: &Engagement, at: Time) {
        if engagement.kind == EngagementKind::Queue {
            self.waits_for_person.get_or_insert(engagement.since.min(at));
        } else if engagement.person().is_some() {
            // Calls of older hubs have no recorded wait.
            let called = self.help.as_ref().filter(|_| self.people().next().is_none()).map(|help| help.since.min(at));
            let since = self.waits_for_person.or(called).or(self.waiting_since);
            self.waits_for_person = since;
        }
        if let Some(user) = engagement.person().and_then(Participant::user) {
            self.left.retain(|past| past.user != user);
        }
        self.engagements.push(engagement.clone());
    }

    fn end_engagement(&mut self, id: EngagementId, was: &Engagement, _end: &EndReason, at: Time) {
        self.engagements.retain(|engagement| engagement.id != id);
        if let Some(user) = was.person().and_then(Participant::user)
            && self.agent(user).is_none()
        {
            self.left.retain(|past| past.user != user);
            self.left.push(PastAgent { user, at });
            self.snoozes.retain(|snooze| !snooze.is_of(user));
        }
    }

    /// Your Logic that sends the last person away has the conversation alone: what it says along with that ends the wait.
    fn take_wait_along(&mut self, event: &Event) {
        let speaks = self.voices.iter().any(|voice| voice.by == event.actor && voice.at == event.time);
        let alone = self.help.is_none() && self.people().next().is_none();
        if event.actor == Participant::Logic && alone && speaks {
            self.waits_for_person = None;
        }
    }

    #[must_use]
    pub fn in_progress(&self) -> bool {
        self.status == Status::InProgress
    }

    /// Whether the customer waits for an answer, or was promised a person who has not spoken.
    #[must_use]
    pub fn awaits_us(&self) -> bool {
        self.waiting_since.is_some() || self.waits_for_person.is_some()
    }

    /// The next moment at which something is due: a request, invitation or link expires, a call for help widens, a snooze
    /// is over, a question to Your Logic is overdue, or a customer is to be asked for a review.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        let expiries = self.engagements.iter().filter_map(Engagement::expires);
        let unasked =
            self.logic.pending.first().filter(|_| {
                self.logic.asked.is_none() && self.awaits_us() && self.help.is_none() && self.in_progress()
            });
        let unasked = unasked.filter(|_| self.people().next().is_none()).map(|first| first.time.plus_ms(ASK_WITHIN_MS));
        let widens = self.help.as_ref().and_then(|help| help.widens_at);
        let snoozes = self.snoozes.iter().filter(|snooze| snooze.over.is_none()).filter_map(|snooze| snooze.until);
        let asked = self.logic.asked.as_ref().map(|asked| asked.expires);
        expiries.chain(asked).chain(unasked).chain(widens).chain(snoozes).chain(self.review_at).min()
    }

    /// Whether a note here may mention this user: they take part, are invited, or view everything.
    #[must_use]
    pub fn is_mentionable(&self, user: UserId, sees_all: bool) -> bool {
        sees_all || self.agent(user).is_some() || self.invitation_of(user).is_some()
    }

    /// The user's unseen mention, if they may still read it.
    #[must_use]
    pub fn mention_of(&self, user: UserId, permissions: &Permissions) -> Option<&OpenMention> {
        let may_see = self.is_mentionable(user, permissions.has_all(Permission::ViewAll));
        self.mentions.iter().find(|mention| mention.user == user && may_see)
    }
}

/// The question to Your Logic that `event` causes.
fn pending(event: &Event) -> Option<Pending> {
    let trigger = trigger_of(event)?;
    let silent = match &event.body {
        EventBody::TurnAdded { turn, .. } => turn.silent,
        EventBody::TurnEdited { silent, .. } => *silent,
        // A review calls nobody.
        EventBody::FeedbackGiven { .. } => true,
        _ => false,
    };
    let words = trigger == Trigger::Turn && event.actor == Participant::Customer;
    Some(Pending { position: event.position, time: event.time, silent, words, from: None, until: None })
}

pub(crate) fn clip(content: &Content) -> String {
    let text = match content {
        Content::Attachment { media, text } if text.is_empty() => &media.name,
        other => other.text(),
    };
    match text.char_indices().nth(LAST_WORDS_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn keep_last<T>(items: &mut Vec<T>, most: usize, item: T) {
    if items.len() == most {
        items.remove(0);
    }
    items.push(item);
}
