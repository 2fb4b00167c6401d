//! A hub for tests: the real rules, a log in memory, and ways to misbehave.

mod doors;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tandem_conversation::*;
use tandem_protocol::agents::{AlertReport, Claim, CommandRequest, Me, Tokens, Translate, usual_file_bytes};
use tandem_protocol::library::Library;
use tokio::net::TcpListener;
use tokio::sync::{broadcast, watch};
use uuid::Uuid;

pub const PASSWORD: &str = "correct horse";

/// Inspected and controlled by tests.
pub struct World {
    pub states: HashMap<ConversationId, Conversation>,
    /// The account's log.
    pub log: Vec<Event>,
    answers: HashMap<CommandId, Result<Position, Rejection>>,
    /// Cursors of connecting desks, in order.
    pub came_with: Vec<Option<u64>>,
    pub commands: Vec<CommandRequest>,
    /// The desk's reports on its alerts.
    pub alerts: Vec<AlertReport>,
    /// Requests for translations.
    pub translated: Vec<Translate>,
    /// The agent's latest presence.
    pub available: Option<bool>,
    /// What the desk has said last of its user.
    pub said: Option<tandem_protocol::agents::Whereabouts>,
    /// It answers nothing on live connections, like a process that is stopped.
    pub is_frozen: bool,
    /// How often the agent was said to be typing.
    pub typed: usize,
    /// What the user was said to look at without taking part.
    pub watched: Vec<ConversationId>,
    /// Files, and which of them were requested.
    pub files: HashMap<MediaId, Vec<u8>>,
    pub asked_for: Vec<MediaId>,
    /// Downloads are answered only when this ends.
    pub holds_files: bool,
    /// Agents' files in order of arrival, repeats included.
    pub uploads: Vec<(Media, Vec<u8>)>,
    /// Uploads are read, but answered only when this ends.
    pub holds_uploads: bool,
    /// Status, code and message of the next refused uploads.
    pub refused_uploads: Vec<(u16, &'static str, &'static str)>,
    pub password: String,
    /// Every request gets 503, and all connections are closed.
    pub is_down: bool,
    /// Number of live events to lose, although the cursor moves.
    pub lose: usize,
    /// Conversations without live updates.
    pub quiet: HashSet<ConversationId>,
    /// Earlier cursors are unknown.
    pub forgotten: u64,
    /// Access tokens end with every connection; refresh tokens work once.
    pub access: String,
    pub refresh: String,
    pub refreshed: u32,
    pub capacity: u32,
    pub logic_name: Option<String>,
    /// Who signs in.
    pub whom: &'static str,
    pub permissions: Permissions,
    pub max_file_bytes: u64,
    /// Conversations that are closed to Maya, and what she hears of their last call for help.
    pub closed: HashMap<ConversationId, Option<Claim>>,
    /// With which calls she asked.
    pub asked_about: Vec<Option<String>>,
    /// Events with another body than they had.
    pub damaged: HashMap<(ConversationId, Position), Value>,
    /// The version in its greeting.
    pub version: u32,
    /// The oldest accepted desk version, if announced.
    pub oldest: Option<u32>,
    /// The announced log.
    pub log_id: Option<Uuid>,
    /// The next answers, in violation of the protocol; requests still take effect.
    pub nonsense: Vec<String>,
    /// The code with which a sign-in that has ended is not renewed.
    pub ended: &'static str,
    /// Redirect targets of the next commands and page requests.
    pub elsewhere: Vec<String>,
    /// Renewals whose tokens expire before use.
    pub stillborn: u32,
    pub buttons: Vec<Button>,
    pub library: Library,
    /// How customers are asked for reviews.
    pub reviews: Option<ReviewPlan>,
    /// Of conversations that begin.
    pub brand: Option<BrandId>,
    /// The refresh token of the last renewal.
    pub refresh_before: Option<String>,
}

impl World {
    /// An event as desks get it.
    pub fn told(&self, event: &Event) -> Value {
        let mut told = json!(event);
        if let Some(body) = self.damaged.get(&(event.conversation, event.position)) {
            told["body"] = body.clone();
        }
        told
    }
}

pub struct FakeHub {
    pub world: Arc<Mutex<World>>,
    pub lives: broadcast::Sender<Live>,
    pub news: watch::Sender<u64>,
    pub url: String,
    pub maya: UserId,
    clock: fn() -> Time,
}

#[derive(Clone)]
pub enum Live {
    Text(String),
    Cut,
}

pub type Shared = Arc<FakeHub>;

pub fn now() -> Time {
    tandem_desk::Clock::system().now()
}

impl FakeHub {
    pub async fn start() -> Shared {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let hub = Arc::new(Self {
            world: Arc::new(Mutex::new(World {
                states: HashMap::new(),
                log: Vec::new(),
                answers: HashMap::new(),
                came_with: Vec::new(),
                commands: Vec::new(),
                alerts: Vec::new(),
                translated: Vec::new(),
                available: None,
                said: None,
                is_frozen: false,
                typed: 0,
                watched: Vec::new(),
                files: HashMap::new(),
                asked_for: Vec::new(),
                holds_files: false,
                uploads: Vec::new(),
                holds_uploads: false,
                refused_uploads: Vec::new(),
                password: PASSWORD.into(),
                is_down: false,
                lose: 0,
                quiet: HashSet::new(),
                forgotten: 0,
                access: "access-0".into(),
                refresh: "refresh-0".into(),
                refreshed: 0,
                capacity: 4,
                logic_name: None,
                whom: "Maya Ortiz",
                permissions: Role::Supervisor.permissions(),
                max_file_bytes: usual_file_bytes(),
                closed: HashMap::new(),
                asked_about: Vec::new(),
                damaged: HashMap::new(),
                version: tandem_protocol::MIN_VERSION,
                oldest: None,
                log_id: None,
                nonsense: Vec::new(),
                ended: "auth.ended",
                elsewhere: Vec::new(),
                stillborn: 0,
                buttons: Vec::new(),
                library: Library::default(),
                reviews: None,
                brand: None,
                refresh_before: None,
            })),
            lives: broadcast::channel(1024).0,
            news: watch::channel(0).0,
            url: format!("http://{}", listener.local_addr().unwrap()),
            maya: UserId(Uuid::now_v7()),
            clock: now,
        });
        let router = doors::router(Arc::clone(&hub));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        hub
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers the held uploads.
    pub fn lets_uploads_through(&self) {
        self.world().holds_uploads = false;
        self.tell();
    }

    /// Answers waiting downloads.
    pub fn gives_files(&self) {
        self.world().holds_files = false;
        self.tell();
    }

    /// Waits until the state of the hub satisfies a condition.
    pub async fn until(&self, why: &str, mut is_so: impl FnMut(&World) -> bool) {
        let mut news = self.news.subscribe();
        let waited = tokio::time::timeout(Duration::from_secs(20), async {
            while !is_so(&self.world()) {
                news.changed().await.unwrap();
            }
        });
        assert!(waited.await.is_ok(), "the hub never saw: {why}");
    }

    pub fn tell(&self) {
        self.news.send_modify(|n| *n += 1);
    }

    /// Cuts all connections.
    pub fn cut(&self) {
        let _ = self.lives.send(Live::Cut);
    }

    pub fn go_down(&self) {
        self.world().is_down = true;
        self.cut();
    }

    pub fn come_back(&self) {
        self.world().is_down = false;
    }

    /// A backup is restored in which the conversation ends here: another log.
    pub fn goes_back(&self, id: ConversationId, to: Position) {
        let mut world = self.world();
        world.log.retain(|event| event.conversation != id || event.position <= to);
        let kept = Conversation::fold(world.log.iter().filter(|event| event.conversation == id)).unwrap();
        world.states.insert(id, kept);
        world.log_id = Some(Uuid::now_v7());
        world.forgotten = u64::MAX;
    }

    /// From now on this event has another body.
    pub fn damages(&self, id: ConversationId, position: Position, body: Value) {
        self.world().damaged.insert((id, position), body);
    }

    pub fn freezes(&self, is_frozen: bool) {
        self.world().is_frozen = is_frozen;
        self.tell();
    }

    /// A colleague answers the open call for help.
    pub fn claims(&self, id: ConversationId, name: &str) {
        let call = self.world().states[&id].help.as_ref().map(|help| help.call);
        self.run(id, self.agent(name), Command::Join { call }).unwrap();
    }

    /// A conversation is not Maya's to read any more; `claim` is what she may know of its last call for help.
    pub fn closes(&self, id: ConversationId, claim: Option<Claim>) {
        self.world().closed.insert(id, claim);
        let cursor = self.world().log.len();
        self.say(&json!({"batch": {"cursor": cursor, "time": now(), "changes": [{"closed": id}]}}).to_string());
    }

    /// Sends a frame that no hub should send.
    pub fn say(&self, text: &str) {
        let _ = self.lives.send(Live::Text(text.to_owned()));
    }

    pub fn agent(&self, name: &str) -> Participant {
        let user = if name == "Maya Ortiz" { self.maya } else { UserId(Uuid::from_u128(name.len() as u128)) };
        Participant::Agent { user, name: name.into() }
    }

    /// Carmen, or another customer, starts a conversation.
    pub fn customer_comes(&self, name: &str) -> ConversationId {
        self.customer_returns(name, CustomerId(Uuid::now_v7()))
    }

    pub fn customer_returns(&self, name: &str, customer: CustomerId) -> ConversationId {
        let id = ConversationId(Uuid::now_v7());
        let opening = Opening {
            customer: CustomerRef::new(customer, name),
            contact: ContactId(Uuid::now_v7()),
            channel: Channel::WebChat,
            brand: self.world().brand,
            language: Some("en".into()),
            custom: serde_json::Map::new(),
            heard_at: None,
            line: None,
        };
        self.run(id, Participant::Customer, Command::Start(opening)).unwrap();
        id
    }

    pub fn customer_sends(&self, id: ConversationId, name: &str, bytes: &[u8]) -> MediaId {
        let media = MediaId(Uuid::now_v7());
        self.world().files.insert(media, bytes.to_vec());
        let bytes = bytes.len() as u64;
        let media = Media { id: media, name: name.into(), content_type: "image/png".into(), bytes };
        let (turn, content) =
            (TurnId(Uuid::now_v7()), Content::Attachment { media: media.clone(), text: String::new() });
        self.run(id, Participant::Customer, Command::Write { turn, content, received: (self.clock)() }).unwrap();
        media.id
    }

    pub fn leaves(&self, id: ConversationId, name: &str) {
        let leave = Command::Leave { reason: String::new(), ask_for_help: true };
        self.run(id, self.agent(name), leave).unwrap();
    }

    pub fn customer_writes(&self, id: ConversationId, text: &str) {
        self.customer_says(id, Content::Text { text: text.into() }).unwrap();
    }

    pub fn customer_says(&self, id: ConversationId, content: Content) -> Result<Position, Rejection> {
        let turn = TurnId(Uuid::now_v7());
        self.run(id, Participant::Customer, Command::Write { turn, content, received: (self.clock)() })
    }

    pub fn joins(&self, id: ConversationId, name: &str) {
        self.run(id, self.agent(name), Command::Join { call: None }).unwrap();
    }

    pub fn completes(&self, id: ConversationId, name: &str) {
        self.run(id, self.agent(name), Command::Complete { resolution: String::new() }).unwrap();
    }

    /// Carmen, who was asked for a review, gives one.
    pub fn customer_rates(&self, id: ConversationId, score: u8, text: &str) {
        let review = self.world().states[&id].review.as_ref().map(|asked| asked.id);
        let answer = Command::GiveFeedback { review, score, text: text.into() };
        self.run(id, Participant::Customer, answer).unwrap();
    }

    pub fn replies(&self, id: ConversationId, name: &str, text: &str) {
        let written_against = self.world().states[&id].position;
        let reply = Command::Reply {
            turn: TurnId(Uuid::now_v7()),
            content: Content::Text { text: text.into() },
            written_against,
            mind_customer: false,
            while_in_progress: false,
            received: (self.clock)(),
        };
        self.run(id, self.agent(name), reply).unwrap();
    }

    pub fn run(&self, id: ConversationId, actor: Participant, command: Command) -> Result<Position, Rejection> {
        self.run_as(CommandId(Uuid::now_v7()), id, actor, command)
    }

    pub fn run_as(
        &self,
        command_id: CommandId,
        id: ConversationId,
        actor: Participant,
        command: Command,
    ) -> Result<Position, Rejection> {
        let mut world = self.world();
        if let Some(answer) = world.answers.get(&command_id) {
            return answer.clone();
        }
        let permissions = Role::Supervisor.permissions();
        let envelope = Envelope { id: command_id, conversation: id, actor, permissions, command };
        let button = match &envelope.command {
            Command::PressButton { action } => world
                .buttons
                .iter()
                .find(|button| button.is_for(&envelope.actor) && button.action.as_ref() == Some(action)),
            _ => None,
        };
        let context = Context {
            now: (self.clock)(),
            logic_available: false,
            person_typing_until: None,
            person_silent_ms: 0,
            invitation_ms: 60_000,
            ladder: tandem_conversation::Ladder::default(),
            drawn: None,
            templates: None,
            button: button.map(|button| button.title.clone()),
            review_plan: world.reviews.clone(),
            review_asked: None,
            review_opted_out: false,
            files: envelope.command.files().into_iter().cloned().collect(),
            used: Vec::new(),
            fresh: std::iter::repeat_with(Uuid::now_v7).take(4).collect(),
        };
        let decided = decide(world.states.get(&id), &envelope, &context);
        let answer = decided.map(|events| self.commit(&mut world, id, events));
        world.answers.insert(command_id, answer.clone());
        drop(world);
        self.tell();
        answer
    }

    fn commit(&self, world: &mut World, id: ConversationId, events: Vec<Event>) -> Position {
        let is_new = !world.states.contains_key(&id);
        for event in &events {
            match world.states.get_mut(&id) {
                Some(state) => state.apply(event),
                None => {
                    world.states.insert(id, Conversation::begin(event).unwrap());
                }
            }
        }
        world.log.extend(events.iter().cloned());
        let mut changes: Vec<Value> = events.iter().map(|event| json!({"event": event})).collect();
        if is_new {
            changes.insert(0, json!({"opened": world.states[&id]}));
        }
        let batch = json!({"batch": {"cursor": world.log.len(), "time": now(), "changes": changes}});
        match world.lose {
            0 => drop(self.lives.send(Live::Text(batch.to_string()))),
            _ => world.lose -= 1,
        }
        world.states[&id].position
    }

    /// An administrator changes the library.
    pub fn shelves(&self, library: Library) {
        let stamp = library.stamp.clone();
        self.world().library = library;
        let _ = self.lives.send(Live::Text(json!({"library": {"stamp": stamp}}).to_string()));
    }

    /// An administrator changes the custom buttons.
    pub fn offers(&self, buttons: Vec<Button>) {
        self.world().buttons.clone_from(&buttons);
        let _ = self.lives.send(Live::Text(json!({"buttons": {"buttons": buttons}}).to_string()));
    }

    pub fn me(&self) -> Me {
        let world = self.world();
        Me {
            user: self.agent(world.whom).user().unwrap(),
            name: world.whom.into(),
            email: "maya@northwind.example".into(),
            account: "Northwind".into(),
            permissions: world.permissions.clone(),
            capacity: world.capacity,
            skills: Skills::default(),
            mail: true,
            public_url: None,
            improve: true,
            translate: true,
            max_file_bytes: world.max_file_bytes,
            reasons: vec!["Lunch".into()],
            logic_name: world.logic_name.clone(),
        }
    }

    pub fn tokens(&self) -> Tokens {
        let me = self.me();
        let world = self.world();
        let (access_token, refresh_token) = (world.access.clone(), world.refresh.clone());
        Tokens { access_token, expires_in: 900, refresh_token, me }
    }

    pub fn opened(&self) -> Vec<Value> {
        let world = self.world();
        let told = world.states.values().filter(|state| !world.quiet.contains(&state.id));
        told.map(|state| json!({"opened": state})).collect()
    }
}
