//! A conversation made by the pure core: each step is a decided command, so its events are real.

use anyhow::Context as _;
use serde_json::Map;
use tandem_conversation::{
    Action, BrandId, Channel, Command, CommandId, ContactId, Content, Context, Control, Conversation, ConversationId,
    CustomerId, CustomerRef, Envelope, Event, Learnt, Opening, Participant, Position, RequestId, Role, Time, TurnId,
    decide,
};
use uuid::Uuid;

/// Default start of stories.
const BEGINNING: Time = Time(1_790_000_000_000);
/// Interval between commands.
const STEP_MS: i64 = 700;

/// A pseudo-random, unique number.
pub(super) fn scattered(number: u64) -> u64 {
    let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// A conversation in the making.
pub(super) struct Story {
    pub state: Option<Conversation>,
    pub events: Vec<Event>,
    now: Time,
    number: u32,
    ids: u64,
    has_logic: bool,
}

impl Story {
    /// An empty story. The number identifies it; `has_logic` says whether Your Logic is connected.
    pub fn new(number: u32, has_logic: bool) -> Self {
        Self { state: None, events: Vec::new(), now: BEGINNING, number, ids: 0, has_logic }
    }

    /// Begins at another time.
    pub fn at(mut self, began: Time) -> Self {
        self.now = began;
        self
    }

    pub fn conversation(&self) -> ConversationId {
        ConversationId(Uuid::from_u128((7 << 76) | (2 << 62) | (0xC0 << 32) | u128::from(self.number)))
    }

    /// Ordered by time and otherwise random, like those of real programs.
    fn id(&mut self) -> Uuid {
        self.ids += 1;
        let time = u128::try_from(self.now.0).unwrap_or_default();
        let number = (u64::from(self.number) << 32) | self.ids;
        Uuid::from_u128((time << 80) | (7 << 76) | (2 << 62) | u128::from(scattered(number) >> 2))
    }

    /// The customer arrives.
    pub fn begin(&mut self, customer: &str) -> anyhow::Result<()> {
        let opening = Opening {
            customer: CustomerRef::new(CustomerId(self.id()), customer),
            contact: ContactId(self.id()),
            channel: Channel::WebChat,
            brand: Some(BrandId(Uuid::from_u128(0xB2))),
            language: Some("es".into()),
            custom: Map::new(),
            heard_at: None,
            line: None,
        };
        self.run(&Participant::Customer, Command::Start(opening))
    }

    pub fn run(&mut self, actor: &Participant, command: Command) -> anyhow::Result<()> {
        self.now = self.now.plus_ms(STEP_MS);
        let envelope = Envelope {
            id: CommandId(self.id()),
            conversation: self.conversation(),
            actor: actor.clone(),
            permissions: Role::Agent.permissions(),
            command,
        };
        let context = Context {
            now: self.now,
            logic_available: self.has_logic,
            person_typing_until: None,
            person_silent_ms: tandem_conversation::PERSON_SILENT_MS,
            invitation_ms: 60_000,
            ladder: tandem_conversation::Ladder::default(),
            drawn: None,
            templates: None,
            button: None,
            review_plan: None,
            review_asked: None,
            review_opted_out: false,
            files: Vec::new(),
            used: Vec::new(),
            fresh: if self.has_logic { (0..8).map(|_| self.id()).collect() } else { Vec::new() },
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

    pub fn position(&self) -> Position {
        self.state.as_ref().map(|state| state.position).unwrap_or_default()
    }

    /// The turn of the last question.
    pub fn question(&self) -> Option<TurnId> {
        self.state.as_ref()?.questions.last().map(|open| open.turn)
    }

    pub fn write(&mut self, content: Content) -> anyhow::Result<()> {
        let turn = TurnId(self.id());
        let received = self.now;
        self.run(&Participant::Customer, Command::Write { turn, content, received })
    }

    pub fn reply(&mut self, agent: &Participant, text: String) -> anyhow::Result<()> {
        let turn = TurnId(self.id());
        let (written_against, received) = (self.position(), self.now);
        let content = Content::Text { text };
        self.run(
            agent,
            Command::Reply { turn, content, written_against, mind_customer: false, while_in_progress: false, received },
        )
    }

    /// Your Logic is asked about everything pending, and answers the last request with `actions`.
    pub fn logic(&mut self, mut actions: Vec<Action>) -> anyhow::Result<()> {
        loop {
            let last = self.state.as_ref().and_then(|state| state.logic.pending.last()).map(|last| last.position);
            if last.is_none() {
                return Ok(());
            }
            let request = RequestId(self.id());
            self.run(&Participant::System, Command::AskLogic { request, expires: self.now.plus_ms(8_000) })?;
            let asked = self.state.as_ref().and_then(|state| state.logic.asked.as_ref()).map(|asked| asked.trigger);
            let actions = if asked == last { std::mem::take(&mut actions) } else { Vec::new() };
            let control = Control::default();
            let answer = Command::AnswerLogic {
                request: Some(request),
                later: false,
                control,
                learnt: Learnt::default(),
                actions,
            };
            self.run(&Participant::Logic, answer)?;
        }
    }
}
