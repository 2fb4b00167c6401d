//! Recorded agents as Your Logic. Where they picked a suggestion, the service answers; where they typed, it hands
//! over, and a person types their text. So real dialogues run to their end, with the recorded mix of both.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::State;
use axum::{Json, Router};
use serde_json::{Value, json};
use tandem_conversation::{ConversationId, Event, EventBody, HelpReason, Participant, ParticipantKind, TurnId};
use tandem_protocol::agents::AgentCommand;
use tandem_protocol::chat::ChatStatus;
use tandem_testkit::ClientError;
use tandem_testkit::dialogue::{self, Dialogue};
use tandem_testkit::hub_process::{HubOptions, HubProcess, PASSWORD, find_binary};
use tandem_testkit::logic_process::SECRET;
use tandem_testkit::people::{Agent, Customer, Desk, PATIENCE};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::Instant;
use uuid::Uuid;

const DESKS: usize = 16;
/// Every nth dialogue.
const EVERY: usize = 4;
/// The service's default message.
const HERE: &str = "I am here.";
const REASON: &str = "A person typed here.";

/// Consecutive customer messages, and our side's reaction.
struct Exchange {
    said: Vec<String>,
    picked: Vec<String>,
    /// Everything from the first typed turn on.
    typed: Vec<String>,
}

fn exchanges(dialogue: &Dialogue) -> Vec<Exchange> {
    let mut all: Vec<Exchange> = Vec::new();
    for turn in &dialogue.turns {
        let text = turn.text.clone();
        if turn.is_customers() {
            match all.last_mut().filter(|last| last.picked.is_empty() && last.typed.is_empty()) {
                Some(last) => last.said.push(text),
                None => all.push(Exchange { said: vec![text], picked: Vec::new(), typed: Vec::new() }),
            }
        } else if let Some(last) = all.last_mut().filter(|_| turn.is_persons() || turn.is_assistants()) {
            let by_hand = turn.is_persons() || !last.typed.is_empty();
            if by_hand { &mut last.typed } else { &mut last.picked }.push(text);
        }
    }
    all
}

type Scripts = Arc<HashMap<String, Vec<Exchange>>>;

/// Stateless: the request says how far the dialogue is.
async fn answer(State(scripts): State<Scripts>, Json(request): Json<Value>) -> Json<Value> {
    let trigger = &request["trigger"];
    let told = trigger["type"] == "TURN" && trigger["by"]["kind"] == "customer";
    let script = request["customer"]["name"].as_str().and_then(|name| scripts.get(name));
    // Everything that arrived while this service was busy is one question.
    let triggers = || trigger["joined"].as_array().into_iter().flatten().chain([trigger]);
    let all = |script: &Vec<Exchange>| triggers().flat_map(|one| actions(script, &request, one)).collect::<Vec<_>>();
    let actions = script.filter(|_| told).map(all).unwrap_or_default();
    Json(json!({ "requestId": request["requestId"], "actions": actions }))
}

fn actions(script: &[Exchange], request: &Value, trigger: &Value) -> Vec<Value> {
    let of_customer =
        |turn: &&Value| turn["by"]["kind"] == "customer" && turn["position"].as_u64() <= trigger["position"].as_u64();
    let mut number = request["turns"].as_array().unwrap().iter().filter(of_customer).count() - 1;
    let mut place = 0;
    while number >= script[place].said.len() {
        number -= script[place].said.len();
        place += 1;
    }
    let Exchange { said, picked, typed } = &script[place];
    let people = request["engagements"].as_array().unwrap().iter().any(|one| one["kind"]["kind"] == "agent");
    let attended = people || !request["conversation"]["needsHelp"].is_null();
    let message = |text: &str| json!({ "type": "MESSAGE", "text": text });
    let mut actions = Vec::new();
    if number == 0 {
        actions.extend(picked.iter().map(|text| message(text)));
        if !typed.is_empty() {
            actions.push(json!({ "type": "NEEDS_HELP", "value": true, "reason": REASON }));
        }
    }
    let over = place + 1 == script.len() && number + 1 == said.len() && typed.is_empty();
    if over {
        actions.push(json!({ "type": "COMPLETE", "resolution": "" }));
    } else if actions.is_empty() && !attended && trigger["silent"] != true {
        actions.push(message(HERE));
    }
    actions
}

/// The folder of real input, if this machine has it.
fn shared(file: &str) -> Option<PathBuf> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    let folder = std::env::var_os("TANDEM_SHARED_DATA").map_or_else(beside, PathBuf::from);
    Some(folder.join(file)).filter(|path| path.exists())
}

fn name(dialogue: &Dialogue) -> String {
    format!("{} {}", dialogue.name(), dialogue.id)
}

/// Answers of the service, and handovers.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
struct Mix {
    answers: usize,
    hand_overs: usize,
}

impl std::ops::Add for Mix {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { answers: self.answers + other.answers, hand_overs: self.hand_overs + other.hand_overs }
    }
}

fn recorded(script: &[Exchange]) -> Mix {
    script.iter().fold(Mix::default(), |mix, exchange| {
        mix + Mix { answers: exchange.picked.len(), hand_overs: usize::from(!exchange.typed.is_empty()) }
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recorded_agents_bring_real_dialogues_to_their_end() {
    let Some(path) = shared("conversations/star.jsonl.gz") else {
        println!("skipped: no shared data");
        return;
    };
    let all = dialogue::load(&[path]).unwrap().into_iter().step_by(EVERY);
    let all: Vec<_> = all.filter(|dialogue| dialogue.customer_turns().next().is_some()).collect();
    let scripts: Scripts = Arc::new(all.iter().map(|dialogue| (name(dialogue), exchanges(dialogue))).collect());
    assert!(scripts.len() >= 500, "at least 500 dialogues, got {}", scripts.len());

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let service = Router::new().fallback(answer).with_state(Arc::clone(&scripts));
    tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
    let options = HubOptions { logic: Some((url, SECRET.into())), ..HubOptions::default() };
    let hub = HubProcess::start(&find_binary("tandem-hub").unwrap(), &options).unwrap();
    hub.add_user("sofia@northwind.example", "Sofia Lind", "supervisor").unwrap();
    for number in 0..DESKS {
        hub.add_user(&email(number), &format!("Agent {number}"), "agent").unwrap();
    }
    let mut sofia = Agent::sign_in(&hub.url, "sofia@northwind.example", PASSWORD).await.unwrap();
    let names: Arc<Vec<_>> = Arc::new(scripts.keys().cloned().collect());
    let next = Arc::new(AtomicUsize::new(0));
    let mut desks = JoinSet::new();
    for number in 0..DESKS {
        let (url, scripts, names, next) =
            (hub.url.clone(), Arc::clone(&scripts), Arc::clone(&names), Arc::clone(&next));
        desks.spawn(async move {
            let mut agent = Agent::sign_in(&url, &email(number), PASSWORD).await.unwrap();
            while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
                play(&url, &mut agent, name, &scripts[name]).await;
            }
        });
    }
    loop {
        tokio::select! {
            desk = desks.join_next() => match desk {
                Some(played) => played.unwrap(),
                None => break,
            },
            heard = sofia.hear() => heard.unwrap(),
        }
    }
    let mut mix = Mix::default();
    for (name, script) in scripts.iter() {
        mix = mix + check(&mut sofia, name, script).await;
    }
    let wanted = scripts.values().map(|script| recorded(script)).fold(Mix::default(), |a, b| a + b);
    assert_eq!(mix, wanted, "the mix of answers and hand-overs is the recorded one");
    assert!(mix.answers > 1_000 && mix.hand_overs > 200, "{mix:?}");
    println!("{} dialogues to their end: {} answers, {} hand-overs", scripts.len(), mix.answers, mix.hand_overs);
}

fn email(number: usize) -> String {
    format!("agent{number}@northwind.example")
}

/// Plays the customer and, where one typed, the person.
async fn play(hub: &str, agent: &mut Agent, name: &str, script: &[Exchange]) {
    let mut customer = Customer::arrive(hub, "northwind", name).await.unwrap();
    let mut answered = 0;
    for (place, exchange) in script.iter().enumerate() {
        for text in &exchange.said {
            customer.write(text).await.unwrap();
        }
        answered += exchange.picked.len();
        let answers = |customer: &Customer| {
            let ours = customer.transcript().iter().filter(|entry| entry.from == ParticipantKind::Logic);
            ours.filter(|entry| entry.text != HERE).count() >= answered
        };
        until(&mut customer, agent, &format!("{answered} answers to {name}"), answers).await;
        if exchange.typed.is_empty() {
            continue;
        }
        let called = |desk: &Desk| desk.of_customer(name).filter(|state| state.help.is_some()).map(|state| state.id);
        let id = agent.wait_for(&format!("the call for {name}"), called).await.unwrap();
        agent.join(id).await.unwrap();
        let me = agent.me.user;
        let engaged = |desk: &Desk| idle(desk, id) && desk.conversation(id).is_some_and(|s| s.agent(me).is_some());
        agent.wait_until("Your Logic to have been told", engaged).await.unwrap();
        for text in &exchange.typed {
            reply(agent, id, text).await;
        }
        if place + 1 == script.len() {
            agent.complete(id, "").await.unwrap();
        } else {
            let turn = TurnId(Uuid::now_v7());
            agent.command(id, AgentCommand::Delegate { note: None, turn, seen: None }).await.unwrap();
        }
    }
    let over = |customer: &Customer| customer.status() == Some(ChatStatus::Completed);
    until(&mut customer, agent, &format!("the end of {name}"), over).await;
}

/// Waits until the customer sees something. The desk keeps reading: a silent one counts as gone.
async fn until(customer: &mut Customer, agent: &mut Agent, what: &str, holds: impl Fn(&Customer) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds(customer) {
        tokio::select! {
            heard = customer.hear() => heard.unwrap(),
            heard = agent.hear() => heard.unwrap(),
            () = tokio::time::sleep_until(deadline) => panic!("{what} never came"),
        }
    }
}

/// One dialogue as the supervisor saw it; returns what Your Logic did.
async fn check(sofia: &mut Agent, name: &str, script: &[Exchange]) -> Mix {
    let over = |desk: &Desk| desk.of_customer(name).filter(|state| !state.in_progress()).map(|state| state.id);
    let id = sofia.wait_for(&format!("the end of {name}"), over).await.unwrap();
    let picked: Vec<_> = script.iter().flat_map(|exchange| exchange.picked.clone()).collect();
    assert_eq!(spoken(&sofia.desk, id), picked, "{name}: what the recorded agents picked, in order");
    let call = |event: &Event| match &event.body {
        EventBody::HelpRaised { help, .. } => Some(help.reason.clone()),
        _ => None,
    };
    let calls: Vec<_> = sofia.desk.events(id).filter_map(call).collect();
    let asked = HelpReason::LogicAsked { detail: REASON.into() };
    assert!(calls.iter().all(|reason| *reason == asked), "{name}: people are called for this reason only: {calls:?}");
    assert!(sofia.desk.conversation(id).unwrap().fallback.is_none(), "{name}: nothing failed");
    Mix { answers: picked.len(), hand_overs: calls.len() }
}

/// What Your Logic has said to the customer.
fn spoken(desk: &Desk, id: ConversationId) -> Vec<String> {
    let turns =
        desk.turns(id).filter(|(event, turn)| event.actor == Participant::Logic && turn.content.is_for_customer());
    turns.map(|(_, turn)| turn.content.text().to_owned()).filter(|text| text != HERE).collect()
}

/// Whether Your Logic has received everything.
fn idle(desk: &Desk, id: ConversationId) -> bool {
    desk.conversation(id).is_some_and(|state| state.logic.asked.is_none() && state.logic.pending.is_empty())
}

async fn reply(agent: &mut Agent, id: ConversationId, text: &str) {
    let before = agent.desk.turns(id).count();
    while let Err(error) = agent.reply(id, text).await {
        match error {
            // The hub is ahead of this desk: read on, then answer.
            ClientError::Refused { code, .. } if code == "conversation.moved_on" => agent.hear().await.unwrap(),
            other => panic!("{other}"),
        }
    }
    agent.wait_until("the own words", |desk| desk.turns(id).count() > before && idle(desk, id)).await.unwrap();
}
