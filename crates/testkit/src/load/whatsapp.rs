//! WhatsApp: how soon webhooks are answered and shown, and how evenly messages leave.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use tandem_conversation::ConversationId;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::messages::cpu_s;
use super::report::percentile;
use super::{Bench, Better, Figure};
use crate::cloud_api::{CloudApi, Phone, Taken, Webhooks};
use crate::hub_process::{HubOptions, HubProcess, PASSWORD, find_binary};
use crate::people::Agent;
use crate::phones::seconds;

/// Chats, each with one conversation in progress.
const CHATS: usize = 200;
/// Webhooks per second: of each four, three are reports and one is a message, as Meta sends them.
const POSTS: f64 = 240.0;
/// Chats with a second number.
const SPARE_CHATS: usize = 50;
/// Replies to each chat.
const ROUNDS: usize = 4;
/// What a number sends in a second, as Meta limits it.
const PER_S: f64 = 80.0;
/// Contacts at rest.
const CONTACTS: u128 = 100_000;
const CALM: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(120);

/// A hub with one number, and an agent who is in conversation with everybody.
struct World {
    hub: HubProcess,
    api: CloudApi,
    hooks: Webhooks,
    agent: Agent,
    /// In the order of the phones.
    chats: Vec<ConversationId>,
}

fn phone(n: usize) -> Phone {
    Phone { user_id: format!("ES.{n}"), ..Phone::new(&format!("34600{n:06}"), &format!("Customer {n}")) }
}

impl World {
    async fn begin() -> anyhow::Result<Self> {
        let hub = HubProcess::start(&find_binary("tandem-hub")?, &HubOptions::default())?;
        hub.add_user("maya@northwind.example", "Maya Ortiz", "supervisor")?;
        let api = CloudApi::start().await?;
        let hooks = hub.add_whatsapp(&api, seconds)?;
        let mut agent = Agent::sign_in(&hub.url, "maya@northwind.example", PASSWORD).await?;
        let chats = chats(&hooks, &mut agent, 0..CHATS).await?;
        Ok(Self { hub, api, hooks, agent, chats })
    }

    /// Replies to everybody.
    async fn replies(&mut self, text: &str) -> anyhow::Result<()> {
        for chat in &self.chats {
            self.agent.reply(*chat, text).await?;
        }
        Ok(())
    }

    /// All messages that the API has taken, once there are so many.
    async fn taken(&self, count: usize) -> anyhow::Result<Vec<Taken>> {
        let all = self.api.until(|api| Some(api.taken()).filter(|all| all.len() >= count));
        tokio::time::timeout(PATIENCE, all).await.context("the messages do not leave")
    }
}

/// These customers write, and the agent joins them.
async fn chats(hooks: &Webhooks, agent: &mut Agent, who: Range<usize>) -> anyhow::Result<Vec<ConversationId>> {
    for n in who.clone() {
        let hello = json!({ "type": "text", "text": { "body": "Is anybody there?" } });
        hooks.message(&phone(n), &format!("wamid.first.{n}"), hello, 0).await?;
    }
    agent.wait_until("all conversations", |desk| desk.conversations().count() == who.end).await?;
    let mut chats = Vec::new();
    for n in who {
        let found = agent.desk.of_customer(&format!("Customer {n}")).context("a customer is missing")?.id;
        agent.join(found).await?;
        chats.push(found);
    }
    Ok(chats)
}

/// Encloses the number of a message in its text.
const MARK: &str = "@@";

/// `whatsapp_webhook_p99_ms` and `whatsapp_inbound_to_desk_p99_ms`.
pub(super) async fn inbound(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let (mut answered, mut shown) = (Vec::new(), Vec::new());
    for _ in 0..bench.runs {
        let (mut answers, mut views) = webhooks(bench.seconds).await?;
        answered.push(percentile(&mut answers, 0.99));
        shown.push(percentile(&mut views, 0.99));
    }
    let input =
        format!("{POSTS} signed posts/s of {CHATS} chats, one message to three reports on messages of their own");
    Ok(vec![
        Figure::of("whatsapp_webhook_p99_ms", "ms", Better::Lower, &answered)
            .with_bar(50.0)
            .on(format!("{input}; from before the post to its answer, after the body is durable")),
        Figure::of("whatsapp_inbound_to_desk_p99_ms", "ms", Better::Lower, &shown)
            .with_bar(30.0)
            .on("the same; from before the post to the frame on a supervisor's socket"),
    ])
}

/// How long each post took, and how long each message took to the desk, in milliseconds.
async fn webhooks(seconds: f64) -> anyhow::Result<(Vec<f64>, Vec<f64>)> {
    let mut world = World::begin().await?;
    let count = (POSTS * seconds) as usize;
    // Each report is about a message of its own: one that is known already would cost less.
    let rounds = count.div_ceil(4 * CHATS);
    for _ in 0..rounds {
        world.replies("One moment, please.").await?;
    }
    let mut ours: HashMap<String, Vec<Taken>> = HashMap::new();
    for one in world.taken(CHATS * rounds).await? {
        ours.entry(to(&one)).or_default().push(one);
    }
    let World { hub, api, hooks, agent, .. } = world;
    let mut socket = agent.into_socket().await?;
    let began: Arc<Mutex<HashMap<usize, Instant>>> = Arc::default();
    let times = Arc::clone(&began);
    let listening = tokio::spawn(async move {
        let mut views = Vec::new();
        while let Ok(text) = socket.next_text().await {
            let at = Instant::now();
            // A frame may hold several messages, and a message stands in it as event and in lists.
            for number in text.split(MARK).filter_map(|part| part.parse::<usize>().ok()) {
                let sent = times.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
                views.extend(sent.map(|sent| (at - sent).as_secs_f64() * 1_000.0));
            }
        }
        views
    });
    let http = reqwest::Client::new();
    let mut ticks = tokio::time::interval(Duration::from_secs_f64(1.0 / POSTS));
    let mut posting = JoinSet::new();
    for n in 0..count {
        ticks.tick().await;
        let phone = phone(n / 4 % CHATS);
        let body = match n % 4 {
            0 => {
                let said = format!("{MARK}{n}{MARK} I booked this in March and nobody has told me anything since.");
                hooks.message_body(&phone, &format!("wamid.{n}"), message(n / 4, &said), 0)
            }
            state => {
                let replies = ours.get(&phone.number).context("a chat got no reply")?;
                let taken = replies.get(n / (4 * CHATS)).context("a chat got too few replies")?;
                let state = ["sent", "delivered", "read"].get(state - 1).copied().unwrap_or("sent");
                hooks.statuses_body(&phone, &[taken.status(state)])
            }
        };
        let post = http.post(&hooks.url).header("x-hub-signature-256", hooks.sign(body.as_bytes())).body(body);
        let sent = Instant::now();
        if n % 4 == 0 {
            began.lock().unwrap_or_else(PoisonError::into_inner).insert(n, sent);
        }
        posting.spawn(async move {
            let answer = post.send().await.context("a webhook is not answered")?;
            ensure!(answer.status() == 200, "a webhook is answered with {}", answer.status());
            anyhow::Ok(sent.elapsed().as_secs_f64() * 1_000.0)
        });
    }
    let mut answers = Vec::new();
    while let Some(answered) = posting.join_next().await {
        answers.push(answered.context("a post broke")??);
    }
    let all_shown = async {
        while !began.lock().unwrap_or_else(PoisonError::into_inner).is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, all_shown).await.context("messages do not reach the desk")?;
    // The socket ends with the hub.
    drop((hub, api));
    Ok((answers, listening.await.context("the desk broke")?))
}

/// What customers send, mostly text: the kinds that need no file.
fn message(n: usize, said: &str) -> Value {
    match n % 10 {
        3 => json!({ "type": "location", "location": { "latitude": 41.15, "longitude": -8.61, "name": said } }),
        6 => json!({ "type": "button", "button": { "payload": "again", "text": said } }),
        8 => json!({ "type": "interactive", "interactive": {
            "type": "list_reply", "list_reply": { "id": "row", "title": said } } }),
        _ => json!({ "type": "text", "text": { "body": said } }),
    }
}

fn to(taken: &Taken) -> String {
    taken.request["to"].as_str().unwrap_or_default().trim_start_matches('+').to_owned()
}

/// `whatsapp_outbound_per_s`: a backlog leaves as fast as a number may, and each chat in its order.
pub(super) async fn outbound(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let mut rates = Vec::new();
    for _ in 0..bench.runs {
        let mut world = World::begin().await?;
        // Everything waits until the number may send, so that a backlog leaves.
        world.api.set_token("another one");
        for round in 0..ROUNDS {
            world.replies(&round.to_string()).await?;
        }
        world.api.set_token(crate::cloud_api::TOKEN);
        world.hub.add_whatsapp(&world.api, seconds)?;
        let before = world.taken(1).await?.len();
        let began = Instant::now();
        let taken = world.taken(CHATS * ROUNDS).await?;
        rates.push((taken.len() - before) as f64 / began.elapsed().as_secs_f64());
        let mut last: HashMap<String, usize> = HashMap::new();
        for one in &taken {
            let round = one.request["text"]["body"].as_str().and_then(|text| text.parse().ok());
            let round: usize = round.context("a message is none of ours")?;
            let next = last.insert(to(one), round).map_or(0, |last| last + 1);
            ensure!(round == next, "a message overtook another in its chat");
        }
        ensure!(taken.len() == CHATS * ROUNDS, "a message left twice");
    }
    Ok(vec![Figure::of("whatsapp_outbound_per_s", "1/s", Better::Higher, &rates).with_bar(0.95 * PER_S).on(format!(
        "a backlog of {} messages to {CHATS} chats through a number of {PER_S}/s, in order",
        CHATS * ROUNDS
    ))])
}

/// `whatsapp_beside_blocked_p99_ms`: a number that Meta blocks, with all that waits for it, delays no other number.
pub(super) async fn beside_blocked(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let mut delays = Vec::new();
    for _ in 0..bench.runs {
        let mut world = World::begin().await?;
        let (free, hooks) = {
            let free = CloudApi::start().await?;
            let hooks = world.hub.add_number("spare", "+34 600 123 457", "106540352242923", &free, seconds)?;
            (free, hooks)
        };
        let chats = chats(&hooks, &mut world.agent, CHATS..CHATS + SPARE_CHATS).await?;
        world.api.set_token("another one");
        for round in 0..ROUNDS {
            world.replies(&round.to_string()).await?;
        }
        let mut took = Vec::new();
        for n in 0..SPARE_CHATS * ROUNDS {
            let sent = Instant::now();
            world.agent.reply(*chats.get(n % SPARE_CHATS).context("a chat is missing")?, "On its way.").await?;
            let taken = free.until(|api| Some(()).filter(|()| api.taken().len() > n));
            tokio::time::timeout(PATIENCE, taken).await.context("a message waits for another number")?;
            took.push(sent.elapsed().as_secs_f64() * 1_000.0);
            tokio::time::sleep(Duration::from_secs_f64(1.0 / PER_S)).await;
        }
        ensure!(world.api.taken().is_empty(), "the other number was not blocked");
        delays.push(percentile(&mut took, 0.99));
    }
    Ok(vec![
        Figure::of("whatsapp_beside_blocked_p99_ms", "ms", Better::Lower, &delays).with_bar(50.0).on(format!(
            "{} replies through one number while {} wait for another one that is blocked; from before the reply to its request",
            SPARE_CHATS * ROUNDS,
            CHATS * ROUNDS
        )),
    ])
}

/// `whatsapp_rest_cpu_ms_per_s`: what contacts at rest cost.
pub(super) async fn rest(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let mut costs = Vec::new();
    for _ in 0..bench.runs {
        let mut hub = HubProcess::start(&find_binary("tandem-hub")?, &HubOptions::default())?;
        let api = CloudApi::start().await?;
        hub.add_whatsapp(&api, seconds)?;
        let empty = resting(&hub, bench.seconds).await?;
        hub.kill()?;
        contacts(&hub.data().join("tandem.db"))?;
        hub.restart(&HubOptions::default())?;
        costs.push((resting(&hub, bench.seconds).await? - empty).max(0.0));
    }
    Ok(vec![
        Figure::of("whatsapp_rest_cpu_ms_per_s", "ms/s", Better::Lower, &costs)
            .with_bar(2.0)
            .on(format!("a number with {CONTACTS} contacts, more than without them")),
    ])
}

/// CPU of a hub to which nothing happens, in milliseconds per second.
async fn resting(hub: &HubProcess, seconds: f64) -> anyhow::Result<f64> {
    tokio::time::sleep(CALM).await;
    let before = cpu_s(hub.pid())?;
    tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
    Ok((cpu_s(hub.pid())? - before) / seconds * 1_000.0)
}

/// Customers who wrote once and whose conversations were deleted since.
fn contacts(database: &std::path::Path) -> anyhow::Result<()> {
    let mut connection = Connection::open(database)?;
    let transaction = connection.transaction()?;
    for n in 0..CONTACTS {
        let (id, customer) = (Uuid::from_u128(n + 1), Uuid::from_u128(n + 1 + CONTACTS));
        let (id, customer) = (id.as_bytes().to_vec(), customer.as_bytes().to_vec());
        transaction
            .prepare_cached("INSERT INTO customers (id, name) VALUES (?1, ?2)")?
            .execute(params![customer, format!("Customer {n}")])?;
        transaction
            .prepare_cached("INSERT INTO contacts (id, customer, kind) VALUES (?1, ?2, 'whatsapp')")?
            .execute(params![id, customer])?;
        transaction
            .prepare_cached("INSERT INTO whatsapp_routes (id, number, person, last_seen) VALUES (?1, 'main', ?1, 1)")?
            .execute(params![id])?;
        transaction
            .prepare_cached(
                "INSERT INTO whatsapp_holds (value, person, proven, from_at, seen_at) VALUES (?2, ?1, 0, 1, 1)",
            )?
            .execute(params![id, format!("34700{n:06}")])?;
    }
    Ok(transaction.commit()?)
}
