//! The stage that the stories play on: one conversation, a clock, and named actors.
//!
//! Carmen is the customer, Maya and Jonas are agents, Sofia supervises, Aerolinx is the partner. Whatever they do,
//! the stage checks after every command that nobody is left alone and that positions have no gap.

// Each test binary uses its own part of the stage.
#![allow(dead_code)]

use serde_json::Map;
use tandem_conversation::{
    Access, Action, Channel, Command, CommandId, ContactId, Content, Context, Control, Conversation, ConversationId,
    CustomerId, CustomerRef, Engagement, EngagementId, EngagementKind, Envelope, Event, EventBody, GoesOn, Handover,
    Invitee, Ladder, Learnt, LinkId, LogicFailure, Media, Opening, Participant, Permissions, Point, Position,
    Rejection, RequestId, ReviewPlan, Role, Skills, Template, Time, TurnId, UserId, decide, left_alone, wanted,
};
use uuid::Uuid;

/// How long Your Logic may take.
pub const TIMEOUT_MS: i64 = 10_000;
/// How long a person may let Carmen wait before Your Logic speaks again.
pub const SILENT_MS: i64 = 300_000;
pub const LADDER: Ladder = Ladder { everyone_after_ms: 20_000, supervisors_after_ms: 30_000, logic_after_ms: 40_000 };
/// How long an invitation stays open.
pub const INVITATION_MS: i64 = 60_000;
/// How long a partner's link lives.
pub const LINK_MS: i64 = 3_600_000;

pub const MAYA: UserId = UserId(Uuid::from_u128(0xa1));
pub const JONAS: UserId = UserId(Uuid::from_u128(0xa2));
pub const SOFIA: UserId = UserId(Uuid::from_u128(0xa3));
pub const AEROLINX: LinkId = LinkId(Uuid::from_u128(0xe1));

pub type Outcome = Result<Vec<Event>, Rejection>;

/// A user who serves every brand.
pub fn access(user: UserId, permissions: &Permissions) -> Access<'_> {
    static EVERYTHING: Skills = Skills { brands: Vec::new(), languages: Vec::new() };
    Access { user, permissions, skills: &EVERYTHING }
}

pub fn maya() -> Participant {
    Participant::Agent { user: MAYA, name: "Maya".into() }
}

pub fn jonas() -> Participant {
    Participant::Agent { user: JONAS, name: "Jonas".into() }
}

pub fn sofia() -> Participant {
    Participant::Agent { user: SOFIA, name: "Sofia".into() }
}

pub fn aerolinx() -> Participant {
    Participant::ExternalAgent { link: AEROLINX, name: "Aerolinx".into() }
}

pub fn text(text: &str) -> Content {
    Content::Text { text: text.into() }
}

/// Desks before version 12 say no more than this.
pub fn not_needed() -> Command {
    Command::HelpNotNeeded { goes_on: None, reason: String::new() }
}

pub fn dismiss(goes_on: GoesOn) -> Command {
    Command::HelpNotNeeded { goes_on: Some(goes_on), reason: "It was a mistake".into() }
}

pub fn message(text: &str) -> Action {
    Action::Message { text: text.into(), force: false, holding: false, turn: None }
}

/// A note of Your Logic that hands over.
pub fn packet() -> Action {
    let wish = vec![Point { text: "Fly today".into(), turns: Vec::new() }];
    let handover = Handover { wish, ..Handover::default() };
    Action::Note { text: "Wants to fly today".into(), handover: Some(Box::new(handover)) }
}

pub fn opening() -> Opening {
    Opening {
        customer: CustomerRef::new(CustomerId(Uuid::from_u128(0xc1)), "Carmen"),
        contact: ContactId(Uuid::from_u128(0xc2)),
        channel: Channel::WebChat,
        brand: None,
        language: None,
        custom: Map::new(),
        heard_at: None,
        line: None,
    }
}

pub struct Stage {
    pub state: Conversation,
    pub events: Vec<Event>,
    pub now: Time,
    pub typing_until: Option<Time>,
    pub logic_available: bool,
    /// The button of commands; none if there is no such button.
    pub button: Option<String>,
    /// The templates of the account; none if only the hub knows them.
    pub templates: Option<Vec<Template>>,
    pub review_plan: Option<ReviewPlan>,
    /// When Carmen was last asked for a review, in any conversation.
    pub review_asked: Option<Time>,
    /// Carmen wants to be asked no more.
    pub review_opted_out: bool,
    ids: u128,
}

impl Stage {
    /// Carmen has opened the chat; Your Logic is connected.
    pub fn new() -> Self {
        Self::opened(true, 0)
    }

    /// Carmen has opened the chat of a company without Your Logic.
    pub fn without_logic() -> Self {
        Self::opened(false, 0)
    }

    /// Carmen has written on WhatsApp to a company without Your Logic.
    pub fn on_whatsapp() -> Self {
        Self::begun(false, 0, Opening { channel: Channel::Whatsapp, ..opening() })
    }

    /// Carmen has written on WhatsApp; Your Logic is connected.
    pub fn on_whatsapp_with_logic() -> Self {
        Self::begun(true, 0, Opening { channel: Channel::Whatsapp, ..opening() })
    }

    /// Another conversation of the same company, at the same time.
    pub fn beside() -> Self {
        Self::opened(false, 1)
    }

    fn opened(logic_available: bool, number: u128) -> Self {
        Self::begun(logic_available, number, opening())
    }

    fn begun(logic_available: bool, number: u128, opening: Opening) -> Self {
        let now = Time(1_762_178_551_250);
        let context = context(now, logic_available, None, 0);
        let start = Envelope {
            id: CommandId(Uuid::from_u128(1)),
            conversation: ConversationId(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 + (number << 64))),
            actor: Participant::Customer,
            permissions: Permissions::default(),
            command: Command::Start(opening),
        };
        let events = decide(None, &start, &context).expect("a conversation starts");
        let state = Conversation::fold(&events).expect("it begins with a start");
        let button = context.button;
        let (typing_until, ids) = (None, 1 + (number << 32));
        let (templates, review_plan, review_asked) = (None, None, None);
        Self {
            state,
            events,
            now,
            typing_until,
            logic_available,
            button,
            templates,
            review_plan,
            review_asked,
            review_opted_out: false,
            ids,
        }
    }

    /// A new id, the same in every run.
    pub fn id(&mut self) -> Uuid {
        self.ids += 1;
        Uuid::from_u128(self.ids)
    }

    pub fn turn(&mut self) -> TurnId {
        TurnId(self.id())
    }

    pub fn act(&mut self, actor: Participant, permissions: Permissions, command: Command) -> Outcome {
        let id = CommandId(self.id());
        self.ids += 100;
        let mut context = context(self.now, self.logic_available, self.typing_until, self.ids);
        context.button.clone_from(&self.button);
        context.templates.clone_from(&self.templates);
        context.review_plan.clone_from(&self.review_plan);
        context.review_asked = self.review_asked;
        context.review_opted_out = self.review_opted_out;
        context.files = stored(&command);
        let envelope = Envelope { id, conversation: self.state.id, actor, permissions, command };
        let events = decide(Some(&self.state), &envelope, &context)?;
        for event in &events {
            assert_eq!(event.position, self.state.position.next(), "positions have no gap");
            self.state.apply(event);
        }
        self.events.extend(events.iter().cloned());
        assert!(!left_alone(&self.state, self.now), "after {:?} Carmen is left alone", envelope.command);
        let queued = self.queued();
        assert_eq!(queued, wanted(&self.state, self.now), "the queue follows from the state: {:?}", envelope.command);
        Ok(events)
    }

    pub fn carmen(&mut self, command: Command) -> Outcome {
        self.act(Participant::Customer, Permissions::default(), command)
    }

    pub fn maya(&mut self, command: Command) -> Outcome {
        self.act(maya(), Role::Agent.permissions(), command)
    }

    pub fn jonas(&mut self, command: Command) -> Outcome {
        self.act(jonas(), Role::Agent.permissions(), command)
    }

    pub fn sofia(&mut self, command: Command) -> Outcome {
        self.act(sofia(), Role::Supervisor.permissions(), command)
    }

    pub fn aerolinx(&mut self, command: Command) -> Outcome {
        self.act(aerolinx(), Permissions::default(), command)
    }

    pub fn logic(&mut self, command: Command) -> Outcome {
        self.act(Participant::Logic, Permissions::default(), command)
    }

    pub fn system(&mut self, command: Command) -> Outcome {
        self.act(Participant::System, Permissions::default(), command)
    }

    pub fn carmen_writes(&mut self, words: &str) {
        let command = Command::Write { turn: self.turn(), content: text(words), received: self.now };
        self.carmen(command).expect("a customer may always write");
    }

    pub fn maya_joins(&mut self) {
        self.maya(Command::Join { call: None }).expect("Maya may join");
    }

    pub fn jonas_joins(&mut self) {
        self.jonas(Command::Join { call: None }).expect("Jonas may join");
    }

    /// A reply by an author who has read everything.
    pub fn reply(&mut self, words: &str) -> Command {
        self.reply_against(words, self.state.position)
    }

    pub fn reply_against(&mut self, words: &str, written_against: Position) -> Command {
        let (turn, received) = (self.turn(), self.now);
        Command::Reply {
            turn,
            content: text(words),
            written_against,
            mind_customer: false,
            while_in_progress: false,
            received,
        }
    }

    pub fn maya_replies(&mut self, words: &str) {
        let reply = self.reply(words);
        self.maya(reply).expect("Maya may reply");
    }

    /// Maya invites Aerolinx, who opens the link.
    pub fn aerolinx_comes(&mut self) {
        let expires = self.now.plus_ms(LINK_MS);
        let invitee = Invitee::External { link: AEROLINX, name: "Aerolinx".into(), expires };
        self.maya(Command::Invite { invitee, note: None }).expect("Maya may invite partners");
        self.aerolinx(Command::OpenLink { link: AEROLINX }).expect("the link is fresh");
    }

    pub fn maya_invites_jonas(&mut self) -> EngagementId {
        let invitee = Invitee::Colleague { user: JONAS, name: "Jonas".into() };
        self.maya(Command::Invite { invitee, note: None }).expect("Maya may invite colleagues");
        self.state.invitation_of(JONAS).expect("Jonas is invited").id
    }

    pub fn maya_transfers_to_jonas(&mut self) -> EngagementId {
        let note = Some("He knows the route".into());
        self.maya(Command::Transfer { user: JONAS, name: "Jonas".into(), note })
            .expect("Maya may transfer what she handles");
        self.state.invitation_of(JONAS).expect("Jonas is asked").id
    }

    /// The hub asks Your Logic about the oldest pending event.
    pub fn ask(&mut self) -> RequestId {
        let request = RequestId(self.id());
        let expires = self.now.plus_ms(TIMEOUT_MS);
        self.system(Command::AskLogic { request, expires }).expect("there is something to ask");
        request
    }

    /// Your Logic answers the current request, or the next.
    pub fn logic_answers(&mut self, actions: Vec<Action>) -> Vec<Event> {
        let asked = self.state.logic.asked.as_ref().map(|asked| asked.id);
        let request = asked.unwrap_or_else(|| self.ask());
        self.answer(request, actions).expect("answers in time are taken")
    }

    pub fn answer(&mut self, request: RequestId, actions: Vec<Action>) -> Outcome {
        self.answer_with(request, Control::default(), actions)
    }

    pub fn answer_with(&mut self, request: RequestId, control: Control, actions: Vec<Action>) -> Outcome {
        self.logic(Command::AnswerLogic {
            request: Some(request),
            later: false,
            control,
            learnt: Learnt::default(),
            actions,
        })
    }

    /// Your Logic speaks unprompted.
    pub fn logic_sends(&mut self, actions: Vec<Action>) -> Outcome {
        let control = Control::default();
        self.logic(Command::AnswerLogic { request: None, later: false, control, learnt: Learnt::default(), actions })
    }

    /// Your Logic gets everything pending and says nothing.
    pub fn logic_listens(&mut self) {
        while self.state.logic.asked.is_some() || !self.state.logic.pending.is_empty() {
            self.logic_answers(Vec::new());
        }
    }

    /// Your Logic is unreachable for the current request, or the next.
    pub fn logic_fails(&mut self) -> LogicFailure {
        let asked = self.state.logic.asked.as_ref().map(|asked| asked.id);
        let request = asked.unwrap_or_else(|| self.ask());
        let failure = LogicFailure::Unreachable { detail: "connection refused".into() };
        self.system(Command::FailLogic { request, failure: failure.clone() }).expect("the request is outstanding");
        failure
    }

    /// Time passes, and what is due happens.
    pub fn pass_ms(&mut self, ms: i64) -> Vec<Event> {
        self.now = self.now.plus_ms(ms);
        self.system(Command::Tick).expect("time may always pass")
    }

    pub fn is_engaged(&self, participant: &Participant) -> bool {
        self.state.engagement_of(participant).is_some()
    }

    pub fn engagement(&self, participant: &Participant) -> Engagement {
        self.state.engagement_of(participant).expect("is engaged").clone()
    }

    pub fn queued(&self) -> bool {
        self.state.engagements.iter().any(|engagement| engagement.kind == EngagementKind::Queue)
    }

    /// Everything that customers may see, as `who: words`.
    pub fn chat(&self) -> Vec<String> {
        self.turns(true)
    }

    /// Visible to our side only: notes and suggestions.
    pub fn whispers(&self) -> Vec<String> {
        self.turns(false)
    }

    fn turns(&self, for_customer: bool) -> Vec<String> {
        let turns = self.events.iter().filter_map(|event| match &event.body {
            EventBody::TurnAdded { turn, .. } => Some((&event.actor, &turn.content)),
            _ => None,
        });
        let shown = turns.filter(|(_, content)| content.is_for_customer() == for_customer);
        shown.map(|(actor, content)| format!("{}: {}", who(actor), content.text())).collect()
    }
}

pub fn who(participant: &Participant) -> &str {
    match participant {
        Participant::Customer => "Carmen",
        Participant::Agent { name, .. } | Participant::ExternalAgent { name, .. } | Participant::Device { name } => {
            name
        }
        Participant::Logic => "Your Logic",
        Participant::System => "Tandem",
    }
}

/// Every named file is stored as named.
pub fn stored(command: &Command) -> Vec<Media> {
    command.files().into_iter().cloned().collect()
}

/// The edge's inputs. Fresh ids follow from `seed`.
pub fn context(now: Time, logic_available: bool, person_typing_until: Option<Time>, seed: u128) -> Context {
    Context {
        now,
        logic_available,
        person_typing_until,
        person_silent_ms: SILENT_MS,
        invitation_ms: INVITATION_MS,
        ladder: LADDER,
        drawn: None,
        templates: None,
        button: Some("Refund".into()),
        review_plan: None,
        review_asked: None,
        review_opted_out: false,
        files: Vec::new(),
        used: Vec::new(),
        fresh: (0..8).map(|i| Uuid::from_u128(0xf000_0000_0000 + seed * 8 + i)).collect(),
    }
}
