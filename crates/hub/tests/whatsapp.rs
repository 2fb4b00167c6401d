//! Customers on WhatsApp: webhooks in, messages out, through a Cloud API of the tests.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod common;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use common::{Agent, TestHub};
use ring::hmac;
use serde_json::{Value, json};
use tandem_hub::{Clock, NewWhatsappNumber, add_whatsapp_number};
use uuid::Uuid;

const APP_SECRET: &str = "what Meta and the operator know";
const CARMEN: &str = "34600999888";
const PATIENCE: Duration = Duration::from_secs(20);

/// What the Cloud API of the tests does with the next message.
enum Does {
    Answers(u16, Value),
    /// Takes it, and hangs up.
    HangsUp,
}

#[derive(Default)]
struct Api {
    requests: Vec<Value>,
    does: VecDeque<Does>,
}

/// A Cloud API, a hub with one number, and a way to post what happens.
struct World {
    hub: TestHub,
    api: Arc<Mutex<Api>>,
}

async fn takes(State(api): State<Arc<Mutex<Api>>>, Path(_): Path<String>, body: axum::Json<Value>) -> Response {
    let (does, count) = {
        let mut api = api.lock().unwrap();
        api.requests.push(body.0);
        (api.does.pop_front(), api.requests.len())
    };
    match does {
        None => axum::Json(json!({ "messages": [{ "id": format!("wamid.ours.{count}") }] })).into_response(),
        Some(Does::Answers(status, answer)) => {
            (StatusCode::from_u16(status).unwrap(), axum::Json(answer)).into_response()
        }
        // A body that ends before it is whole.
        Some(Does::HangsUp) => {
            let broken = futures_util::stream::iter([Err::<&str, _>(std::io::Error::other("cut"))]);
            axum::body::Body::from_stream(broken).into_response()
        }
    }
}

async fn has_templates() -> axum::Json<Value> {
    let body = json!({ "type": "BODY", "text": "Hello {{1}}, we found it." });
    axum::Json(json!({ "data": [{
        "name": "found", "language": "en", "category": "UTILITY", "status": "APPROVED", "components": [body],
    }] }))
}

impl World {
    async fn new() -> Self {
        let (hub, api) = (TestHub::start(None).await, Arc::<Mutex<Api>>::default());
        let router = Router::new()
            .route("/{number}/messages", post(takes))
            .route("/{account}/message_templates", get(has_templates))
            .with_state(Arc::clone(&api));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let folder = hub.folder.path().to_owned();
        let new = NewWhatsappNumber {
            key: "main".into(),
            number: "+34 600 123 456".into(),
            phone_number_id: "106540352242922".into(),
            account_id: "102290129340398".into(),
            brand: Some("northwind".into()),
            base_url: Some(base_url),
            access_token: "token".into(),
            app_secret: APP_SECRET.into(),
            verify_token: "a long one".into(),
        };
        tokio::task::spawn_blocking(move || add_whatsapp_number(&folder, new)).await.unwrap().unwrap();
        Self { hub, api }
    }

    fn address(&self) -> String {
        format!("{}/channels/whatsapp/main/webhook", self.hub.base)
    }

    async fn posts(&self, body: &str) -> u16 {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, APP_SECRET.as_bytes()), body.as_bytes());
        let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let request =
            reqwest::Client::new().post(self.address()).header("x-hub-signature-256", format!("sha256={hex}"));
        request.header("content-type", "application/json").body(body.to_owned()).send().await.unwrap().status().as_u16()
    }

    async fn happens(&self, value: Value) {
        let mut value = value;
        value["metadata"] = json!({ "phone_number_id": "106540352242922" });
        value["contacts"] = json!([{ "wa_id": CARMEN, "profile": { "name": "Carmen Ruiz" } }]);
        let change = json!({ "field": "messages", "value": value });
        let body = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [change] }] });
        assert_eq!(self.posts(&body.to_string()).await, 200);
    }

    /// Carmen sends a message, by her clock some seconds ago.
    async fn hears(&self, id: &str, message: Value, ago_s: i64) {
        let now = Clock::system().now().0 / 1_000;
        let mut message = message;
        message["id"] = json!(id);
        message["from"] = json!(CARMEN);
        message["timestamp"] = json!((now - ago_s).to_string());
        self.happens(json!({ "messages": [message] })).await;
    }

    async fn hears_text(&self, id: &str, words: &str) {
        self.hears(id, json!({ "type": "text", "text": { "body": words } }), 0).await;
    }

    fn requests(&self) -> Vec<Value> {
        self.api.lock().unwrap().requests.clone()
    }
}

/// Waits until something is there.
async fn until<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
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

/// The only conversation in this section.
async fn conversation(agent: &Agent, section: &str) -> String {
    until(async || {
        let (_, page) = agent.gets(&format!("/api/v1/conversations?section={section}")).await;
        page["conversations"][0]["id"].as_str().map(str::to_owned)
    })
    .await
}

async fn events(agent: &Agent, id: &str) -> Vec<Value> {
    let (status, page) = agent.gets(&format!("/api/v1/conversations/{id}/turns?limit=500")).await;
    assert_eq!(status, 200, "{page}");
    page["events"].as_array().unwrap().clone()
}

/// The first event of this kind that fits.
async fn event(agent: &Agent, id: &str, kind: &str, fits: impl Fn(&Value) -> bool) -> Value {
    until(async || events(agent, id).await.into_iter().find(|event| event["body"].get(kind).is_some_and(&fits))).await
}

async fn command(agent: &Agent, conversation: &str, command: Value) -> (u16, Value) {
    let body = json!({ "id": Uuid::now_v7(), "conversation": conversation, "command": command });
    common::post(&agent.base, "/api/v1/commands", Some(&agent.token), &body).await
}

async fn replies(agent: &Agent, id: &str, content: Value) -> (u16, Value, String) {
    let turn = Uuid::now_v7().to_string();
    let position = events(agent, id).await.last().unwrap()["position"].clone();
    let reply = json!({ "type": "reply", "turn": turn, "content": content, "writtenAgainst": position });
    let (status, answer) = command(agent, id, reply).await;
    (status, answer, turn)
}

#[tokio::test]
async fn what_carmen_writes_becomes_a_conversation_and_the_answer_reaches_her() {
    let world = World::new().await;
    let maya = world.hub.maya().await;
    world.hears_text("wamid.1", "Where is my suitcase?").await;
    let id = conversation(&maya, "help").await;
    let asked = event(&maya, &id, "turn_added", |_| true).await;
    assert_eq!(asked["body"]["turn_added"]["turn"]["content"]["text"], "Where is my suitcase?");
    assert_eq!(command(&maya, &id, json!({ "type": "join" })).await.0, 200);
    let (status, answer, turn) = replies(&maya, &id, json!({ "type": "text", "text": "On its way." })).await;
    assert_eq!(status, 200, "{answer}");
    let request = until(async || world.requests().into_iter().next()).await;
    assert_eq!((&request["to"], &request["text"]["body"]), (&json!(CARMEN), &json!("On its way.")));
    assert_eq!(request["biz_opaque_callback_data"], turn.as_str());
    let read = json!({ "id": "wamid.ours.1", "status": "read", "timestamp": "1" });
    let failed = json!({ "id": "wamid.ours.1", "status": "failed", "errors": [{ "code": 131026 }] });
    world.happens(json!({ "statuses": [failed] })).await;
    world.happens(json!({ "statuses": [read] })).await;
    event(&maya, &id, "turn_progressed", |body| body["stage"] == "seen").await;
}

#[tokio::test]
async fn whatever_is_delivered_twice_counts_once() {
    let world = World::new().await;
    let sofia = world.hub.sofia().await;
    for _ in 0..3 {
        world.hears_text("wamid.1", "Hello?").await;
        world.hears_text("wamid.1", "Hello again, in other words").await;
        world.hears_text("wamid.2", "Is anybody there?").await;
    }
    let id = conversation(&sofia, "all").await;
    event(&sofia, &id, "turn_added", |body| body["turn"]["content"]["text"] == "Is anybody there?").await;
    world.hears_text("wamid.3", "The last").await;
    event(&sofia, &id, "turn_added", |body| body["turn"]["content"]["text"] == "The last").await;
    let turns = events(&sofia, &id).await.into_iter().filter(|event| event["body"].get("turn_added").is_some()).count();
    assert_eq!(turns, 3);
    let (_, page) = sofia.gets("/api/v1/conversations?section=all").await;
    assert_eq!(page["total"], 1, "one chat, one conversation");
}

#[tokio::test]
async fn a_door_that_is_not_metas_changes_nothing() {
    let world = World::new().await;
    let client = reqwest::Client::new();
    let body = r#"{"entry":[]}"#;
    let unsigned = client.post(world.address()).body(body).send().await.unwrap();
    assert_eq!(unsigned.status(), 403);
    assert_eq!(unsigned.json::<Value>().await.unwrap()["code"], "whatsapp.signature");
    let large = client.post(world.address()).body(vec![b' '; 3 * 1024 * 1024 + 1]).send().await.unwrap();
    assert_eq!(large.status(), 413);
    let ask = |token: &str| {
        let query = format!("hub.mode=subscribe&hub.verify_token={token}&hub.challenge=1158201444");
        client.get(format!("{}?{query}", world.address())).send()
    };
    assert_eq!(ask("another%20one").await.unwrap().status(), 403);
    let proven = ask("a%20long%20one").await.unwrap();
    assert_eq!(proven.status(), 200);
    assert!(proven.headers()["content-type"].to_str().unwrap().starts_with("text/plain"));
    assert_eq!(proven.text().await.unwrap(), "1158201444");
    assert_eq!(world.posts("not json").await, 200, "Meta would repeat it for a week");
    assert_eq!(world.posts(&"[".repeat(100_000)).await, 200);
    let sofia = world.hub.sofia().await;
    world.hears_text("wamid.1", "Hello?").await;
    conversation(&sofia, "all").await;
}

#[tokio::test]
async fn outside_the_window_only_templates_leave() {
    let world = World::new().await;
    let maya = world.hub.maya().await;
    world.hears("wamid.1", json!({ "type": "text", "text": { "body": "Yesterday" } }), 25 * 3_600).await;
    let id = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &id, json!({ "type": "join" })).await.0, 200);
    let (status, problem, _) = replies(&maya, &id, json!({ "type": "text", "text": "Here" })).await;
    assert_eq!((status, &problem["code"]), (409, &json!("conversation.window_closed")));
    let values = json!([{ "part": "body", "key": "1", "value": "Carmen" }]);
    let template = json!({ "type": "template", "name": "found", "language": "en", "values": values });
    // The templates are fetched in the background.
    until(async || (replies(&maya, &id, template.clone()).await.0 == 200).then_some(())).await;
    let request = until(async || world.requests().into_iter().next()).await;
    assert_eq!(request["template"]["name"], "found");
    assert_eq!(request["template"]["components"][0]["parameters"][0]["text"], "Carmen");
}

#[tokio::test]
async fn a_lost_answer_is_never_sent_again_and_a_report_confirms_it() {
    let world = World::new().await;
    let maya = world.hub.maya().await;
    world.hears_text("wamid.1", "Where is my suitcase?").await;
    let id = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &id, json!({ "type": "join" })).await.0, 200);
    world.api.lock().unwrap().does.push_back(Does::HangsUp);
    let (.., turn) = replies(&maya, &id, json!({ "type": "text", "text": "Once" })).await;
    until(async || world.requests().first().cloned()).await;
    let sent = json!({ "id": "wamid.lost", "status": "sent", "biz_opaque_callback_data": turn });
    world.happens(json!({ "statuses": [sent] })).await;
    event(&maya, &id, "turn_progressed", |body| body["turn"] == turn.as_str() && body["stage"] == "sent").await;
    assert_eq!(world.requests().len(), 1, "it left once");
}

#[tokio::test]
async fn a_refusal_fails_the_turn_with_words_and_the_lane_goes_on() {
    let world = World::new().await;
    let maya = world.hub.maya().await;
    world.hears_text("wamid.1", "Where is my suitcase?").await;
    let id = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &id, json!({ "type": "join" })).await.0, 200);
    {
        let mut api = world.api.lock().unwrap();
        api.does.push_back(Does::Answers(429, json!({ "error": { "code": 130429, "message": "slow" } })));
        api.does.push_back(Does::Answers(400, json!({ "error": { "code": 131026, "message": "Undeliverable" } })));
    }
    let (.., first) = replies(&maya, &id, json!({ "type": "text", "text": "First" })).await;
    replies(&maya, &id, json!({ "type": "text", "text": "Second" })).await;
    let failed = event(&maya, &id, "turn_progressed", |body| body["stage"] == "failed").await;
    let failed = &failed["body"]["turn_progressed"];
    assert_eq!(failed["turn"], first.as_str());
    assert!(failed["reason"].as_str().unwrap().contains("cannot be reached on WhatsApp"), "{failed}");
    let words = until(async || (world.requests().len() == 3).then(|| world.requests())).await;
    let words: Vec<_> = words.iter().map(|request| request["text"]["body"].as_str().unwrap().to_owned()).collect();
    assert_eq!(words, ["First", "First", "Second"], "in order, and tried again where that is safe");
}

#[tokio::test]
async fn quotes_reactions_edits_and_withdrawals_are_about_their_turns() {
    let world = World::new().await;
    let (maya, sofia) = (world.hub.maya().await, world.hub.sofia().await);
    world.hears_text("wamid.1", "My card is 4111 1111 1111 1111").await;
    let id = conversation(&maya, "help").await;
    let asked = event(&maya, &id, "turn_added", |_| true).await;
    let turn = asked["body"]["turn_added"]["turn"]["id"].clone();
    let quoting = json!({ "type": "text", "text": { "body": "This one" }, "context": { "id": "wamid.1" } });
    world.hears("wamid.2", quoting, 0).await;
    let quote = event(&maya, &id, "turn_added", |body| body["turn"]["replyTo"] == turn).await;
    assert_eq!(quote["body"]["turn_added"]["turn"]["content"]["text"], "This one");
    world
        .hears("wamid.3", json!({ "type": "reaction", "reaction": { "message_id": "wamid.1", "emoji": "👍" } }), 0)
        .await;
    event(&maya, &id, "reacted", |body| body["turn"] == turn && body["emoji"] == "👍").await;
    let edit = json!({ "type": "edit", "edit": { "original_message_id": "wamid.1",
        "message": { "type": "text", "text": { "body": "My card is secret" } } } });
    world.hears("wamid.4", edit, 0).await;
    event(&maya, &id, "turn_edited", |body| body["content"]["text"] == "My card is secret").await;
    let found = async |words: &str| {
        let (_, page) = sofia.gets(&format!("/api/v1/search?q={words}")).await;
        page["hits"].as_array().unwrap().len()
    };
    until(async || (found("secret").await > 0).then_some(())).await;
    world.hears("wamid.5", json!({ "type": "revoke", "revoke": { "original_message_id": "wamid.1" } }), 0).await;
    event(&maya, &id, "turn_withdrawn", |body| body["turn"] == turn).await;
    until(async || (found("secret").await + found("4111").await == 0).then_some(())).await;
}

#[tokio::test]
async fn a_tap_answers_the_question_that_was_asked() {
    let world = World::new().await;
    let maya = world.hub.maya().await;
    world.hears_text("wamid.1", "I want another seat").await;
    let id = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &id, json!({ "type": "join" })).await.0, 200);
    let choices = json!([{ "id": "a", "label": "Aisle" }, { "id": "w", "label": "Window" }]);
    let (.., turn) = replies(&maya, &id, json!({ "type": "question", "text": "Which?", "choices": choices })).await;
    let request = until(async || world.requests().into_iter().next()).await;
    let button = request["interactive"]["action"]["buttons"][1]["reply"].clone();
    assert_eq!((&button["title"], &button["id"]), (&json!("Window"), &json!(format!("{turn}:w"))));
    let tap = json!({ "type": "interactive", "interactive": { "type": "button_reply", "button_reply": button } });
    world.hears("wamid.2", tap, 0).await;
    let answer = event(&maya, &id, "turn_added", |body| body["turn"]["content"]["type"] == "answer").await;
    let content = &answer["body"]["turn_added"]["turn"]["content"];
    assert_eq!((&content["question"], &content["choice"]), (&json!(turn), &json!("w")));
}

#[tokio::test]
async fn what_was_stored_before_a_restart_is_read_and_sent_after_it() {
    let world = World::new().await;
    let maya = world.hub.maya().await;
    world.hears_text("wamid.1", "Hello?").await;
    let id = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &id, json!({ "type": "join" })).await.0, 200);
    world.api.lock().unwrap().does.push_back(Does::Answers(429, json!({ "error": { "code": 4 } })));
    replies(&maya, &id, json!({ "type": "text", "text": "Here" })).await;
    until(async || world.requests().first().cloned()).await;
    let World { hub, api } = world;
    let folder = hub.stop().await;
    let hub = TestHub::on(folder, None, 1_000).await;
    until(async || (api.lock().unwrap().requests.len() == 2).then_some(())).await;
    let maya = hub.maya().await;
    let events = events(&maya, &id).await;
    assert!(events.iter().all(|event| event["body"]["turn_progressed"]["stage"] != "unconfirmed"));
}

#[tokio::test]
async fn recorded_bodies_are_taken_and_never_break_anything() {
    let beside = || std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    let folder = std::env::var_os("TANDEM_SHARED_DATA").map_or_else(beside, std::path::PathBuf::from);
    let Ok(entries) = std::fs::read_dir(folder.join("whatsapp/inbound")) else {
        println!("skipped: no shared data");
        return;
    };
    let world = World::new().await;
    let sofia = world.hub.sofia().await;
    for entry in entries {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let mut body: Value = serde_json::from_str(&text).unwrap();
        // As if it had happened at our number.
        for entry in body["entry"].as_array_mut().into_iter().flatten() {
            for change in entry["changes"].as_array_mut().into_iter().flatten() {
                if let Some(number) = change.pointer_mut("/value/metadata/phone_number_id") {
                    *number = json!("106540352242922");
                }
            }
        }
        let body = body.to_string();
        assert_eq!(world.posts(&body).await, 200);
        assert_eq!(world.posts(&body).await, 200);
    }
    world.hears_text("wamid.last", "After all of them").await;
    until(async || {
        let (_, page) = sofia.gets("/api/v1/search?q=after%20all%20them").await;
        page["hits"].as_array().is_some_and(|hits| !hits.is_empty()).then_some(())
    })
    .await;
}
