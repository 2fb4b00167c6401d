//! One conversation without a hub: the same pure core decides and the same requests result, but nothing is stored.

use tandem_conversation::{
    Action, BrandId, Channel, Choice, Command, CommandId, Contact, ContactId, ContactKind, Content, Context,
    Conversation, ConversationId, CustomerId, CustomerRef, Envelope, Event, EventBody, Grade, Ladder, LinkSource,
    LogicFailure, Media, Opening, PERSON_SILENT_MS, Participant, Permissions, Rejection, RequestId, Role, TurnId,
    UserId, decide,
};
use tandem_protocol::logic::{LogicRequestBody, LogicResponseBody, TriggerBody};
use uuid::Uuid;

use crate::clock::Clock;
use crate::hub::INVITATION_MS;
use crate::library::as_if_known;
use crate::logic::body::{Question, compose, trigger_body};
use crate::media::as_if_fetched;

/// Random ids for one answer.
const FRESH: usize = 64;

/// A simulated conversation.
pub(super) struct Rehearsal {
    pub state: Conversation,
    pub events: Vec<Event>,
    clock: Clock,
    timeout_ms: i64,
    dry_run: bool,
}

impl Rehearsal {
    /// Begins with a customer who opened the chat.
    pub fn begin(customer: &str, language: Option<&str>, clock: &Clock, timeout_ms: i64) -> Result<Self, Rejection> {
        let opening = Opening {
            customer: CustomerRef::new(CustomerId(Uuid::now_v7()), customer),
            contact: ContactId(Uuid::now_v7()),
            channel: Channel::WebChat,
            brand: None,
            language: language.map(str::to_owned),
            custom: serde_json::Map::new(),
            heard_at: None,
            line: None,
        };
        let id = ConversationId(Uuid::now_v7());
        let start = envelope(id, Participant::Customer, Command::Start(opening));
        let events = decide(None, &start, &context(clock, false))?;
        let state = Conversation::fold(&events).ok_or(Rejection::Unknown)?;
        Ok(Self { state, events, clock: clock.clone(), timeout_ms, dry_run: false })
    }

    /// Makes every request a dry run.
    pub fn dry(self) -> Self {
        Self { dry_run: true, ..self }
    }

    fn act(&mut self, actor: Participant, mut command: Command) -> Result<(), Rejection> {
        if let Command::AnswerLogic { actions, .. } = &mut command {
            as_if_known(actions);
        }
        let fresh = matches!(command, Command::AnswerLogic { .. });
        let envelope = envelope(self.state.id, actor, command);
        let files = envelope.command.files().into_iter().cloned().map(called).collect();
        let events = decide(Some(&self.state), &envelope, &Context { files, ..context(&self.clock, fresh) })?;
        for event in &events {
            self.state.apply(event);
        }
        self.events.extend(events);
        Ok(())
    }

    pub fn customer_writes(&mut self, text: &str) -> Result<(), Rejection> {
        self.customer_says(Content::Text { text: text.to_owned() })
    }

    /// Presses a choice of the newest question; false if there is none.
    pub fn customer_presses(&mut self, choose: impl Fn(&Choice) -> bool) -> Result<bool, Rejection> {
        let Some(open) = self.state.questions.last() else { return Ok(false) };
        let Some(choice) = open.choices.iter().find(|choice| choose(choice)) else { return Ok(false) };
        let content = Content::Answer { question: open.turn, choice: choice.id.clone(), text: choice.label.clone() };
        self.customer_says(content).map(|()| true)
    }

    fn customer_says(&mut self, content: Content) -> Result<(), Rejection> {
        let command = Command::Write { turn: new_turn(), content, received: self.clock.now() };
        self.act(Participant::Customer, command)
    }

    /// The company's page identifies the customer.
    pub fn customer_signs_in(&mut self) -> Result<(), Rejection> {
        let mut customer = self.state.customer.clone();
        customer.contacts.push(Contact { kind: ContactKind::CustomerId, value: "4711".to_owned() });
        let source = LinkSource::IdentityToken { brand: BrandId(Uuid::now_v7()) };
        let contact = self.state.contact;
        self.act(Participant::System, Command::LinkCustomer { customer, contact, source, goes_on_in: None })
    }

    pub fn agent_joins(&mut self) -> Result<(), Rejection> {
        let call = self.state.help.as_ref().map(|help| help.call);
        self.act(agent(), Command::Join { call })
    }

    pub fn agent_replies(&mut self, text: &str) -> Result<(), Rejection> {
        let content = Content::Text { text: text.to_owned() };
        let received = self.clock.now();
        let written_against = self.state.position;
        let (mind_customer, while_in_progress) = (false, false);
        let turn = new_turn();
        self.act(agent(), Command::Reply { turn, content, written_against, mind_customer, while_in_progress, received })
    }

    /// From now on Your Logic gets no requests.
    pub fn agent_takes_over(&mut self) -> Result<(), Rejection> {
        self.act(agent(), Command::TakeOver)
    }

    pub fn agent_hands_back(&mut self) -> Result<(), Rejection> {
        self.act(agent(), Command::Delegate { note: None, turn: new_turn() })
    }

    pub fn agent_presses(&mut self, button: &str) -> Result<(), Rejection> {
        self.act(agent(), Command::PressButton { action: button.to_owned() })
    }

    /// Grades the newest handover.
    pub fn agent_grades(&mut self, grade: Grade) -> Result<(), Rejection> {
        let turn = self.state.handover.as_ref().map(|open| open.turn).ok_or(Rejection::NoTurn)?;
        self.act(agent(), Command::GradeHandover { turn, grade })
    }

    /// Your Logic speaks unprompted.
    pub fn logic_says(&mut self, actions: Vec<Action>) -> Result<(), Rejection> {
        self.act(
            Participant::Logic,
            LogicResponseBody { actions, ..LogicResponseBody::default() }.decided_as(None, false),
        )
    }

    /// The request about the oldest pending event.
    pub fn ask(&mut self) -> Option<LogicRequestBody> {
        let (request, expires) = (RequestId(Uuid::now_v7()), self.clock.now().plus_ms(self.timeout_ms));
        self.act(Participant::System, Command::AskLogic { request, expires }).ok()?;
        let asked = self.state.logic.asked.clone()?;
        let from = self.state.logic.pending.first()?.from();
        let within = |event: &&Event| (from..=asked.trigger).contains(&event.position);
        let mut joined: Vec<_> = self.events.iter().filter(within).filter_map(trigger_body).collect();
        let trigger = TriggerBody { joined: Vec::new(), ..joined.pop()? };
        let trigger = TriggerBody { joined, silent: asked.silent, ..trigger };
        let question = Question { id: request, asked: asked.asked, expires, trigger, dry_run: self.dry_run };
        Some(compose(self.state.clone(), &self.events, question, "Northwind"))
    }

    /// Carries an answer out as a hub would; returns the reason if it is refused.
    pub fn answered(&mut self, request: RequestId, answer_body: LogicResponseBody) -> Option<LogicFailure> {
        let before = self.state.position;
        let mut answer_body = answer_body;
        as_if_fetched(&mut answer_body.actions);
        if let Err(rejection) = self.act(Participant::Logic, answer_body.decided_as(Some(request), false)) {
            return Some(LogicFailure::Malformed { detail: rejection.to_string() });
        }
        self.events.iter().filter(|event| event.position > before).find_map(|event| match &event.body {
            EventBody::LogicFailed { failure, .. } => Some(failure.clone()),
            _ => None,
        })
    }

    pub fn failed(&mut self, request: RequestId, failure: LogicFailure) {
        // It is refused only if the request was settled before.
        let _ = self.act(Participant::System, Command::FailLogic { request, failure });
    }

    /// Drops all pending events but the newest.
    pub fn skip_to_latest(&mut self) {
        let pending = &mut self.state.logic.pending;
        pending.drain(..pending.len().saturating_sub(1));
        if let Some(newest) = pending.last_mut() {
            (newest.from, newest.until) = (None, None);
        }
    }
}

/// A placeholder for a file that no hub stores.
fn called(media: Media) -> Media {
    let name = if media.name.is_empty() { "a file".to_owned() } else { media.name };
    Media { name, ..media }
}

fn new_turn() -> TurnId {
    TurnId(Uuid::now_v7())
}

fn agent() -> Participant {
    Participant::Agent { user: UserId(Uuid::from_u128(0xa9e7)), name: "Maya Ortiz".into() }
}

fn envelope(conversation: ConversationId, actor: Participant, command: Command) -> Envelope {
    let permissions = match &actor {
        Participant::Agent { .. } => Role::Agent.permissions(),
        _ => Permissions::default(),
    };
    Envelope { id: CommandId(Uuid::now_v7()), conversation, actor, permissions, command }
}

fn context(clock: &Clock, fresh: bool) -> Context {
    Context {
        now: clock.now(),
        logic_available: true,
        person_typing_until: None,
        person_silent_ms: PERSON_SILENT_MS,
        invitation_ms: INVITATION_MS,
        ladder: Ladder::default(),
        drawn: None,
        templates: None,
        button: Some("A custom button".into()),
        review_plan: None,
        review_asked: None,
        review_opted_out: false,
        files: Vec::new(),
        used: Vec::new(),
        fresh: if fresh { (0..FRESH).map(|_| Uuid::now_v7()).rev().collect() } else { Vec::new() },
    }
}
