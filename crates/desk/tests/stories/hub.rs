//! A hub for tests: the real rules, a log in memory, and ways to misbehave.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::SinkExt as _;
use serde_json::{Value, json};
use tandem_conversation::*;
use tandem_protocol::Problem;
use tandem_protocol::agents::{AgentCommand, CommandAccepted, CommandRequest, Login, Me, Refresh, Tokens};
use tokio::net::TcpListener;
use tokio::sync::{broadcast, watch};
use uuid::Uuid;

pub const PASSWORD: &str = "correct horse";

/// What the tests look at and turn.
pub struct World {
    pub states: HashMap<ConversationId, Conversation>,
    /// The account's log.
    pub log: Vec<Event>,
    answers: HashMap<CommandId, Result<Position, Rejection>>,
    /// Cursors with which desks came, in order.
    pub came_with: Vec<Option<u64>>,
    pub commands: Vec<CommandRequest>,
    /// Every request is answered with 503, and nobody stays connected.
    pub is_down: bool,
    /// Live events that are lost on their way, although the cursor moves.
    pub lose: usize,
    /// The cursor before which nothing is known any more.
    pub forgotten: u64,
    /// Access tokens end with every connection; refresh tokens work once.
    pub access: String,
    pub refresh: String,
    pub refreshed: u32,
    pub capacity: u32,
}

pub struct FakeHub {
    pub world: Arc<Mutex<World>>,
    lives: broadcast::Sender<Live>,
    news: watch::Sender<u64>,
    pub url: String,
    pub maya: UserId,
    clock: fn() -> Time,
}

#[derive(Clone)]
enum Live {
    Text(String),
    Cut,
}

type Shared = Arc<FakeHub>;

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
                is_down: false,
                lose: 0,
                forgotten: 0,
                access: "access-0".into(),
                refresh: "refresh-0".into(),
                refreshed: 0,
                capacity: 4,
            })),
            lives: broadcast::channel(1024).0,
            news: watch::channel(0).0,
            url: format!("http://{}", listener.local_addr().unwrap()),
            maya: UserId(Uuid::now_v7()),
            clock: now,
        });
        let router = Router::new()
            .route("/api/v1/auth/login", post(login))
            .route("/api/v1/auth/refresh", post(refresh))
            .route("/api/v1/auth/logout", post(|| async { StatusCode::NO_CONTENT }))
            .route("/api/v1/commands", post(command))
            .route("/api/v1/live", get(live))
            .route("/api/v1/conversations/{id}", get(conversation))
            .route("/api/v1/conversations/{id}/turns", get(turns))
            .route("/api/v1/customers/{id}/journey", get(journey))
            .with_state(Arc::clone(&hub));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        hub
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the world looks like this.
    pub async fn until(&self, why: &str, mut is_so: impl FnMut(&World) -> bool) {
        let mut news = self.news.subscribe();
        let waited = tokio::time::timeout(Duration::from_secs(20), async {
            while !is_so(&self.world()) {
                news.changed().await.unwrap();
            }
        });
        assert!(waited.await.is_ok(), "the hub never saw: {why}");
    }

    fn tell(&self) {
        self.news.send_modify(|n| *n += 1);
    }

    /// Everybody who is connected is cut off.
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

    /// A frame that no hub should send.
    pub fn say(&self, text: &str) {
        let _ = self.lives.send(Live::Text(text.to_owned()));
    }

    pub fn agent(&self, name: &str) -> Participant {
        let user = if name == "Maya Ortiz" { self.maya } else { UserId(Uuid::from_u128(name.len() as u128)) };
        Participant::Agent { user, name: name.into() }
    }

    /// Carmen, or another customer, begins a conversation.
    pub fn customer_comes(&self, name: &str) -> ConversationId {
        self.customer_returns(name, CustomerId(Uuid::now_v7()))
    }

    pub fn customer_returns(&self, name: &str, customer: CustomerId) -> ConversationId {
        let id = ConversationId(Uuid::now_v7());
        let opening = Opening {
            customer: CustomerRef { id: customer, name: name.into() },
            contact: ContactId(Uuid::now_v7()),
            channel: Channel::WebChat,
            brand: None,
            language: Some("en".into()),
            custom: serde_json::Map::new(),
        };
        self.run(id, Participant::Customer, Command::Start(opening)).unwrap();
        id
    }

    pub fn customer_writes(&self, id: ConversationId, text: &str) {
        let content = Content::Text { text: text.into() };
        let turn = TurnId(Uuid::now_v7());
        self.run(id, Participant::Customer, Command::Write { turn, content, received: (self.clock)() }).unwrap();
    }

    pub fn joins(&self, id: ConversationId, name: &str) {
        self.run(id, self.agent(name), Command::Join { call: None }).unwrap();
    }

    pub fn replies(&self, id: ConversationId, name: &str, text: &str) {
        let written_against = self.world().states[&id].position;
        let reply = Command::Reply {
            turn: TurnId(Uuid::now_v7()),
            content: Content::Text { text: text.into() },
            written_against,
            mind_customer: false,
            received: (self.clock)(),
        };
        self.run(id, self.agent(name), reply).unwrap();
    }

    pub fn run(&self, id: ConversationId, actor: Participant, command: Command) -> Result<Position, Rejection> {
        self.run_as(CommandId(Uuid::now_v7()), id, actor, command)
    }

    fn run_as(
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
        let context = Context {
            now: (self.clock)(),
            logic_available: false,
            person_typing_until: None,
            turn_lease_ms: 0,
            invitation_ms: 60_000,
            fresh: Vec::new(),
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

    pub fn me(&self) -> Me {
        Me {
            user: self.maya,
            name: "Maya Ortiz".into(),
            email: "maya@northwind.example".into(),
            account: "Northwind".into(),
            permissions: Role::Supervisor.permissions(),
            capacity: self.world().capacity,
        }
    }

    fn tokens(&self) -> Tokens {
        let me = self.me();
        let world = self.world();
        let (access_token, refresh_token) = (world.access.clone(), world.refresh.clone());
        Tokens { access_token, expires_in: 900, refresh_token, me }
    }

    fn check(&self, headers: &HeaderMap) -> Result<(), Response> {
        let world = self.world();
        if world.is_down {
            return Err(problem(503, "hub.store", "The hub cannot read or write its data right now."));
        }
        let bearer = format!("Bearer {}", world.access);
        match headers.get("authorization").and_then(|value| value.to_str().ok()) {
            Some(given) if given == bearer => Ok(()),
            _ => Err(problem(401, "auth.required", "Sign in first.")),
        }
    }

    fn opened(&self) -> Vec<Value> {
        self.world().states.values().map(|state| json!({"opened": state})).collect()
    }
}

fn problem(status: u16, code: &str, detail: &str) -> Response {
    (StatusCode::from_u16(status).unwrap(), Json(Problem::new(status, code, detail))).into_response()
}

async fn login(State(hub): State<Shared>, Json(login): Json<Login>) -> Response {
    match login.password.as_str() {
        PASSWORD => Json(hub.tokens()).into_response(),
        _ => problem(401, "auth.wrong", "This e-mail address and password do not belong together."),
    }
}

async fn refresh(State(hub): State<Shared>, Json(body): Json<Refresh>) -> Response {
    let known = {
        let mut world = hub.world();
        if world.is_down {
            return problem(503, "hub.store", "The hub cannot read or write its data right now.");
        }
        let known = world.refresh == body.refresh_token;
        world.refreshed += 1;
        if known {
            (world.access, world.refresh) =
                (format!("access-{}", world.refreshed), format!("refresh-{}", world.refreshed));
        }
        known
    };
    hub.tell();
    if known { Json(hub.tokens()).into_response() } else { problem(401, "auth.ended", "This sign-in has ended.") }
}

async fn command(State(hub): State<Shared>, headers: HeaderMap, Json(request): Json<CommandRequest>) -> Response {
    if let Err(refused) = hub.check(&headers) {
        return refused;
    }
    hub.world().commands.push(request.clone());
    let actor = hub.agent("Maya Ortiz");
    let command = match request.command {
        AgentCommand::Reply { turn, content, written_against, mind_customer } => {
            Command::Reply { turn, content, written_against, mind_customer, received: now() }
        }
        AgentCommand::Note { turn, text } => Command::Note { turn, text },
        AgentCommand::Join { call } => Command::Join { call },
        AgentCommand::Leave { reason, ask_for_help } => Command::Leave { reason, ask_for_help },
        AgentCommand::Complete { resolution } => Command::Complete { resolution },
        AgentCommand::AskForHelp { reason } => Command::AskForHelp { reason },
        AgentCommand::HelpNotNeeded {} => Command::HelpNotNeeded,
        AgentCommand::Receive { stage, up_to } => Command::Receive { stage, up_to },
        other => panic!("the stories do not need {other:?}"),
    };
    match hub.run_as(request.id, request.conversation, actor, command) {
        Ok(position) => Json(CommandAccepted { position }).into_response(),
        Err(rejection) => {
            let value = serde_json::to_value(&rejection).unwrap();
            problem(409, value["code"].as_str().unwrap(), &format!("{rejection}."))
        }
    }
}

async fn conversation(State(hub): State<Shared>, headers: HeaderMap, Path(id): Path<ConversationId>) -> Response {
    if let Err(refused) = hub.check(&headers) {
        return refused;
    }
    match hub.world().states.get(&id) {
        Some(state) => Json(state.clone()).into_response(),
        None => problem(404, "conversation.unknown", "This conversation does not exist."),
    }
}

async fn turns(
    State(hub): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<ConversationId>,
    Query(query): Query<HashMap<String, u32>>,
) -> Response {
    if let Err(refused) = hub.check(&headers) {
        return refused;
    }
    let world = hub.world();
    let all: Vec<&Event> = world.log.iter().filter(|event| event.conversation == id).collect();
    let limit = query["limit"] as usize;
    let (events, more) = match (query.get("before"), query.get("after")) {
        (Some(before), _) => {
            let older: Vec<_> = all.into_iter().filter(|event| event.position.0 < *before).collect();
            let from = older.len().saturating_sub(limit);
            (older[from..].to_vec(), from > 0)
        }
        (None, after) => {
            let after = after.copied().unwrap_or_default();
            let newer: Vec<_> = all.into_iter().filter(|event| event.position.0 > after).collect();
            (newer[..newer.len().min(limit)].to_vec(), newer.len() > limit)
        }
    };
    Json(json!({"events": events, "more": more})).into_response()
}

async fn journey(State(hub): State<Shared>, headers: HeaderMap, Path(id): Path<CustomerId>) -> Response {
    if let Err(refused) = hub.check(&headers) {
        return refused;
    }
    let world = hub.world();
    let mut states: Vec<_> = world.states.values().filter(|state| state.customer.id == id).collect();
    states.sort_by_key(|state| state.started);
    Json(json!({"conversations": states})).into_response()
}

async fn live(
    State(hub): State<Shared>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, u64>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    if let Err(refused) = hub.check(&headers) {
        return refused;
    }
    let after = query.get("after").copied();
    upgrade.on_upgrade(move |socket| attend(hub, after, socket))
}

async fn attend(hub: Shared, after: Option<u64>, mut socket: WebSocket) {
    let mut lives = hub.lives.subscribe();
    let mut frames = vec![json!({"hello": {"version": 1, "me": hub.me(), "time": now()}})];
    {
        let mut world = hub.world();
        world.came_with.push(after);
        let cursor = world.log.len();
        drop(world);
        let opened = hub.opened();
        let world = hub.world();
        match after.filter(|after| *after >= world.forgotten && *after <= cursor as u64) {
            Some(after) => {
                let missed = &world.log[usize::try_from(after).unwrap()..];
                let events: Vec<_> = missed.iter().map(|event| json!({"event": event})).collect();
                let batch = |cursor: u64, changes: Vec<Value>| json!({"batch": {"cursor": cursor, "time": now(), "catchingUp": true, "changes": changes}});
                frames.push(batch(after, opened));
                frames.push(batch(cursor as u64, events));
            }
            None => {
                frames.push(json!({"reset": {}}));
                frames
                    .push(json!({"batch": {"cursor": 0, "time": now(), "catchingUp": true, "changes": opened}}));
            }
        }
        frames.push(json!({"alive": {"cursor": cursor, "time": now()}}));
    }
    hub.tell();
    for frame in frames {
        if socket.send(Message::Text(frame.to_string().into())).await.is_err() {
            return;
        }
    }
    loop {
        tokio::select! {
            live = lives.recv() => match live {
                Ok(Live::Text(text)) => if socket.send(Message::Text(text.into())).await.is_err() { return },
                _ => {
                    let _ = socket.close().await;
                    return;
                }
            },
            message = socket.recv() => match message {
                Some(Ok(_)) => {}
                _ => return,
            },
        }
    }
}
