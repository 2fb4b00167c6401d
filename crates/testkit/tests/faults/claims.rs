//! Three agents press Join on the same call at the same moment: one gets it, and no stale notification stays.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use serde_json::{Value, json};
use tandem_conversation::{Conversation, ConversationId, UserId};
use tandem_desk::testing::MemoryKeychain;
use tandem_desk::words::Spoken;
use tandem_desk::{
    Action, Attention, Desk, DeskConfig, Did, News, NoBrowser, NoStartup, Notification, Notifier, NotifyError, Pace,
    Reaction, Receipt, ShownId, Tag,
};
use tandem_testkit::hub_process::BRAND;
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use crate::house::{House, folder};
use crate::run::Clocks;
use crate::template::Template;

const CALLS: usize = 1_000;
const PATIENCE: Duration = Duration::from_secs(20);

/// A screen that remembers its notifications.
struct Screen {
    standing: watch::Sender<HashMap<ConversationId, ShownId>>,
    reactions: Mutex<Option<mpsc::UnboundedSender<News>>>,
    next: Mutex<u64>,
}

impl Screen {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            standing: watch::channel(HashMap::new()).0,
            reactions: Mutex::default(),
            next: Mutex::default(),
        })
    }

    /// Waits until this many calls are shown, and returns the first.
    async fn shows(&self, count: usize) -> Option<ConversationId> {
        let mut standing = self.standing.subscribe();
        let now = tokio::time::timeout(PATIENCE, standing.wait_for(|standing| standing.len() == count)).await;
        now.unwrap_or_else(|_| panic!("never {count} on screen")).unwrap().keys().next().copied()
    }

    fn press_join(&self, id: ConversationId) {
        let shown = self.standing.borrow()[&id];
        let reactions = self.reactions.lock().unwrap().clone().unwrap();
        let pressed = Reaction { id: shown, did: Did::Pressed(Action::Join) };
        reactions.send(News::Reaction(pressed)).unwrap();
    }
}

impl Notifier for Screen {
    fn attach(&self, reactions: mpsc::UnboundedSender<News>) {
        *self.reactions.lock().unwrap() = Some(reactions);
    }

    fn show(&self, notification: Notification) -> BoxFuture<'_, Result<Receipt, NotifyError>> {
        let mut next = self.next.lock().unwrap();
        *next += 1;
        let id = ShownId(*next);
        if let Tag::Conversation(of) = notification.tag {
            self.standing.send_modify(|standing| {
                standing.insert(of, id);
            });
        }
        Box::pin(async move { Ok(Receipt { id, server: "screen".into(), attention: Attention::default() }) })
    }

    fn withdraw(&self, id: ShownId) -> BoxFuture<'_, ()> {
        self.standing.send_modify(|standing| standing.retain(|_, shown| *shown != id));
        Box::pin(async {})
    }
}

/// The hub's API for customers and a supervisor.
struct Doors {
    hub: String,
    http: reqwest::Client,
    token: String,
}

impl Doors {
    async fn customer_writes(&self) {
        let session = self.post("chat/v1/sessions", None, &json!({ "brand": BRAND, "name": "Carmen" })).await;
        let message = json!({ "id": Uuid::now_v7(), "text": "Where is my order?" });
        self.post("chat/v1/messages", session["token"].as_str(), &message).await;
    }

    async fn post(&self, path: &str, token: Option<&str>, body: &Value) -> Value {
        let request = self.http.post(format!("{}/{path}", self.hub)).json(body);
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}/api/v1/{path}", self.hub)).bearer_auth(&self.token);
        request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
    }

    /// The users who are engaged.
    async fn engaged(&self, id: ConversationId) -> Vec<UserId> {
        let state: Conversation = serde_json::from_value(self.get(&format!("conversations/{id}")).await).unwrap();
        state.people().filter_map(|engagement| engagement.person()?.user()).collect()
    }
}

async fn desk(hub: &str, number: usize, folder: &std::path::Path) -> (Desk, Arc<Screen>) {
    let screen = Screen::new();
    let config = DeskConfig {
        data_dir: folder.to_owned(),
        clock: tandem_desk::Clock::system(),
        notifier: Arc::clone(&screen) as Arc<_>,
        keychain: Arc::new(MemoryKeychain::default()),
        startup: Arc::new(NoStartup),
        browser: Arc::new(NoBrowser),
        hub: None,
        allow_http: false,
        language: Spoken::En,
        budget_bytes: DeskConfig::BUDGET_BYTES,
        pace: Pace::default(),
    };
    let desk = Desk::start(config).await.unwrap();
    desk.adopt(hub, Template::get().tokens[number].clone()).await.unwrap();
    let live = async {
        while desk.rpc("app.state", Value::Null).await.unwrap()["connection"]["state"] != "live" {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, live).await.expect("the desk is live");
    (desk, screen)
}

#[test]
fn of_three_who_press_join_one_wins_and_nothing_stale_stays_on_screen() {
    Template::get();
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(compete());
}

async fn compete() {
    let data = Template::get().copy();
    let house = House::open(&data, &Clocks::default(), None, false).await;
    let hub = format!("http://{}", house.address);
    let folders = [folder(), folder(), folder()];
    let mut desks = Vec::new();
    for (number, folder) in folders.iter().enumerate() {
        desks.push(desk(&hub, number, folder.path()).await);
    }
    let supervisor = Template::get().tokens[1].access_token.clone();
    let doors = Doors { hub, http: reqwest::Client::builder().no_proxy().build().unwrap(), token: supervisor };
    let users: Vec<_> = Template::get().tokens.iter().map(|tokens| tokens.me.user).collect();
    let mut calls = Vec::new();
    for round in 0..CALLS {
        doors.customer_writes().await;
        let shown = join_all(desks.iter().map(|(_, screen)| screen.shows(1))).await;
        let id = shown[0].expect("a call stands");
        assert!(shown.iter().all(|other| *other == Some(id)), "everybody sees the same call");
        desks.iter().for_each(|(_, screen)| screen.press_join(id));
        join_all(desks.iter().map(|(_, screen)| screen.shows(0))).await;
        let engaged = wait_for_one(&doors, id).await;
        assert_eq!(engaged.len(), 1, "round {round}: {engaged:?} won the same call");
        let winner = users.iter().position(|user| *user == engaged[0]).expect("it is one of them");
        let done = desks[winner].0.rpc("conversation.complete", json!({ "id": id, "text": "done" })).await;
        assert!(done.is_ok(), "round {round}: {done:?}");
        calls.push(id);
    }
    for id in calls {
        agrees(&doors, id).await;
    }
    for (desk, _) in desks {
        desk.stop().await;
    }
    house.kill(&data).await;
}

/// Waits until a user is engaged, and returns all who are. Late claims have been refused by then or will be; a second
/// winner would also show in the ledger.
async fn wait_for_one(doors: &Doors, id: ConversationId) -> Vec<UserId> {
    let engaged = async {
        loop {
            let engaged = doors.engaged(id).await;
            if !engaged.is_empty() {
                return engaged;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(PATIENCE, engaged).await.expect("somebody joins")
}

/// The ledger matches: all three saw it and pressed, one joined.
async fn agrees(doors: &Doors, id: ConversationId) {
    let mut last = Value::Null;
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while tokio::time::Instant::now() < deadline {
        last = doors.get(&format!("conversations/{id}/alerts")).await;
        let alerts = last["calls"][0]["alerts"].as_array().cloned().unwrap_or_default();
        let count = |step: &str| alerts.iter().filter(|alert| alert.get(step).is_some()).count();
        if (count("shown"), count("clicked"), count("joined"), count("expired")) == (3, 3, 1, 2) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the ledger disagrees: {last:#}");
}
