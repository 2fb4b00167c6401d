//! A hub with one number, a Cloud API of the tests, and the people on both sides.

use std::time::Duration;

use serde_json::{Value, json};
use tandem_hub::config::Config;
use tandem_hub::{Clock, NewWhatsappNumber, WhatsappCommand, add_whatsapp_number};
use tandem_testkit::cloud_api::{ACCOUNT_ID, CloudApi, PHONE_NUMBER_ID, Phone, TOKEN, Webhooks};
use uuid::Uuid;

use crate::common::{Agent, TestHub};

pub const APP_SECRET: &str = "what Meta and the operator know";
const PATIENCE: Duration = Duration::from_secs(30);

pub struct World {
    pub hub: TestHub,
    pub api: CloudApi,
    pub hooks: Webhooks,
}

/// The time now, in seconds.
pub fn seconds() -> i64 {
    Clock::system().now().0 / 1_000
}

pub fn carmen() -> Phone {
    Phone::new("34600999888", "Carmen Ruiz")
}

/// A number of the tests at this API.
pub fn number(api: &CloudApi, token: &str) -> NewWhatsappNumber {
    NewWhatsappNumber {
        key: "main".into(),
        number: "+34 600 123 456".into(),
        phone_number_id: PHONE_NUMBER_ID.into(),
        account_id: ACCOUNT_ID.into(),
        brand: Some("northwind".into()),
        base_url: Some(api.url().to_owned()),
        access_token: token.into(),
        app_secret: APP_SECRET.into(),
        verify_token: "a long one".into(),
        free_replies: Some(1_000),
        ..NewWhatsappNumber::default()
    }
}

pub fn webhooks(hub: &str) -> Webhooks {
    let url = format!("{hub}/channels/whatsapp/main/webhook");
    Webhooks { url, app_secret: APP_SECRET.into(), phone_number_id: PHONE_NUMBER_ID.into(), clock: seconds }
}

impl World {
    pub async fn new() -> Self {
        Self::of(TestHub::start(None).await).await
    }

    pub async fn of(hub: TestHub) -> Self {
        let api = CloudApi::start().await.unwrap();
        api.add_template(json!({ "name": "found", "language": "en", "category": "UTILITY", "status": "APPROVED",
            "components": [{ "type": "BODY", "text": "Hello {{1}}, we found it." }] }));
        let hooks = webhooks(&hub.base);
        let world = Self { hub, api, hooks };
        world.connects(TOKEN).await;
        world
    }

    /// The operator enters the number, with this token.
    pub async fn connects(&self, token: &str) {
        let (folder, new) = (self.hub.folder.path().to_owned(), number(&self.api, token));
        tokio::task::spawn_blocking(move || add_whatsapp_number(&folder, new)).await.unwrap().unwrap();
    }

    /// The operator enters a second number.
    pub async fn connects_also(&self, key: &str, phone_number_id: &str) -> Webhooks {
        let (key, phone_number_id) = (key.to_owned(), phone_number_id.to_owned());
        let new = NewWhatsappNumber {
            key: key.clone(),
            phone_number_id: phone_number_id.clone(),
            number: "+34 600 000 777".into(),
            ..number(&self.api, TOKEN)
        };
        let folder = self.hub.folder.path().to_owned();
        tokio::task::spawn_blocking(move || add_whatsapp_number(&folder, new)).await.unwrap().unwrap();
        let url = format!("{}/channels/whatsapp/{key}/webhook", self.hub.base);
        Webhooks { url, phone_number_id, ..webhooks(&self.hub.base) }
    }

    /// The operator removes the number.
    pub async fn removes(&self) {
        let command = WhatsappCommand::Remove { id: "main".into() };
        let config = Config::new(self.hub.folder.path().to_owned());
        tokio::task::spawn_blocking(move || command.run(&config)).await.unwrap().unwrap();
    }

    /// Meta approves a template, and says so.
    pub async fn approves(&self, template: Value) {
        let news = json!({ "event": "APPROVED", "message_template_name": template["name"] });
        self.api.add_template(template);
        self.hooks.changed("message_template_status_update", news).await.unwrap();
    }

    /// Carmen sends a message, by her clock some seconds ago.
    pub async fn hears(&self, id: &str, message: Value, ago_s: i64) {
        self.hooks.message(&carmen(), id, message, ago_s).await.unwrap();
    }

    pub async fn hears_text(&self, id: &str, words: &str) {
        self.hears(id, text(words), 0).await;
    }

    /// Carmen has written, and Maya has joined.
    pub async fn talks(&self) -> (Agent, String) {
        self.hears_text("wamid.1", "Where is my suitcase?").await;
        let maya = self.hub.maya().await;
        let id = conversation(&maya, "help").await;
        assert_eq!(command(&maya, &id, json!({ "type": "join" })).await.0, 200);
        (maya, id)
    }
}

pub fn text(words: &str) -> Value {
    json!({ "type": "text", "text": { "body": words } })
}

/// Waits until something is there.
pub async fn until<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    tokio::time::timeout(PATIENCE, async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .expect("it never came")
}

/// Waits for the API to have taken so many messages; returns their requests.
pub async fn taken(api: &CloudApi, count: usize) -> Vec<Value> {
    let all = api.until(|api| Some(api.taken()).filter(|all| all.len() >= count));
    let all = tokio::time::timeout(PATIENCE, all).await.expect("they never left");
    all.into_iter().map(|taken| taken.request).collect()
}

/// Waits for so many requests, taken or not.
pub async fn asked(api: &CloudApi, count: usize) -> Vec<Value> {
    let all = api.until(|api| Some(api.requests()).filter(|all| all.len() >= count));
    tokio::time::timeout(PATIENCE, all).await.expect("they never left")
}

/// The words of requests.
pub fn words(requests: &[Value]) -> Vec<&str> {
    requests.iter().map(|request| request["text"]["body"].as_str().unwrap_or_default()).collect()
}

/// The only conversation in this section.
pub async fn conversation(agent: &Agent, section: &str) -> String {
    until(async || agent.section(section).await.into_iter().next()).await
}

/// The conversations in this section, once there are so many.
pub async fn conversations(agent: &Agent, section: &str, count: usize) -> Vec<String> {
    until(async || Some(agent.section(section).await).filter(|all| all.len() >= count)).await
}

pub async fn events(agent: &Agent, id: &str) -> Vec<Value> {
    let (status, page) = agent.gets(&format!("/api/v1/conversations/{id}/turns?limit=500")).await;
    assert_eq!(status, 200, "{page}");
    page["events"].as_array().unwrap().clone()
}

/// The first event of this kind that fits: its body.
pub async fn event(agent: &Agent, id: &str, kind: &str, fits: impl Fn(&Value) -> bool) -> Value {
    let found = until(async || {
        let all = events(agent, id).await;
        all.into_iter().find(|event| event["body"].get(kind).is_some_and(&fits))
    });
    found.await["body"][kind].clone()
}

/// Waits until a turn has come so far.
pub async fn progressed(agent: &Agent, id: &str, turn: &str, stage: &str) -> Value {
    event(agent, id, "turn_progressed", |body| body["turn"] == turn && body["stage"] == stage).await
}

pub async fn command(agent: &Agent, conversation: &str, command: Value) -> (u16, Value) {
    agent.commands(conversation, command).await
}

/// Replies with any content; returns status, answer, and the turn's id.
pub async fn replies(agent: &Agent, id: &str, content: Value) -> (u16, Value, String) {
    let turn = Uuid::now_v7().to_string();
    let position = events(agent, id).await.last().unwrap()["position"].clone();
    let reply = json!({ "type": "reply", "turn": turn, "content": content, "writtenAgainst": position });
    let (status, answer) = command(agent, id, reply).await;
    (status, answer, turn)
}

/// Replies with words; returns the turn's id.
pub async fn says(agent: &Agent, id: &str, words: &str) -> String {
    let (status, answer, turn) = replies(agent, id, json!({ "type": "text", "text": words })).await;
    assert_eq!(status, 200, "{answer}");
    turn
}

/// Uploads a file as an agent.
pub async fn uploads(agent: &Agent, conversation: &str, name: &str, bytes: &[u8]) -> Value {
    let request = reqwest::Client::new()
        .post(format!("{}/api/v1/media", agent.base))
        .query(&[("name", name), ("conversation", conversation)])
        .bearer_auth(&agent.token)
        .body(bytes.to_vec());
    let answer = request.send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert!(status.is_success(), "{text}");
    serde_json::from_str(&text).unwrap()
}

/// The code of a problem.
pub fn code(problem: &Value) -> &str {
    problem["code"].as_str().unwrap_or_default()
}
