//! Your Logic in one file: greets with a menu, answers what it knows, calls a person on request, says goodbye.
//!
//! TANDEM_LOGIC_SECRET=… sample-logic-small [ADDRESS]

use std::sync::Arc;

use anyhow::Context;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::{Json, Router};
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use subtle::ConstantTimeEq;

/// Maximum request: 200 turns of the longest texts.
const BODY_BYTES: usize = 16 * 1024 * 1024;

struct Door {
    secret: String,
    webhook: Webhook,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let secret = std::env::var("TANDEM_LOGIC_SECRET").context("set TANDEM_LOGIC_SECRET")?;
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:7701".to_owned());
    // A `whsec_` secret (Standard Webhooks) is decoded; any other is the key itself.
    let webhook = match secret.starts_with("whsec_") {
        true => Webhook::new(&secret)?,
        false => Webhook::from_bytes(secret.as_bytes().to_vec())?,
    };
    let listener = tokio::net::TcpListener::bind(&address).await.context("cannot listen")?;
    println!("listening on http://{}", listener.local_addr()?);
    let door = Arc::new(Door { secret, webhook });
    let app = Router::new().fallback(hear).layer(DefaultBodyLimit::max(BODY_BYTES)).with_state(door);
    Ok(axum::serve(listener, app).await?)
}

/// Accepts only what the hub signed within the last five minutes, over these exact bytes.
async fn hear(State(door): State<Arc<Door>>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, StatusCode> {
    let bearer = headers.get("authorization").map(|value| value.as_bytes()).unwrap_or_default();
    let known = bool::from(bearer.ct_eq(format!("Bearer {}", door.secret).as_bytes()));
    if !known || door.webhook.verify(&body, &headers).is_err() {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let request: Value = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    if request["trigger"]["type"] == "TRANSLATE" {
        let translations = translations(&request["trigger"]["translate"]).ok_or(StatusCode::BAD_REQUEST)?;
        return Ok(Json(json!({ "requestId": request["requestId"], "translations": translations })));
    }
    let actions = answer(&request).ok_or(StatusCode::BAD_REQUEST)?;
    Ok(Json(json!({ "requestId": request["requestId"], "actions": actions })))
}

/// From request to actions, without state; none if the request makes no sense.
fn answer(request: &Value) -> Option<Vec<Value>> {
    let (trigger, conversation) = (request.get("trigger")?, request.get("conversation")?);
    let (engagements, turns) = (request["engagements"].as_array()?, request["turns"].as_array()?);
    let kind = trigger["type"].as_str()?;
    let person = engagements.iter().any(|one| is(&one["kind"]["kind"], &["agent", "external_agent"]));
    let attended = person || !conversation["needsHelp"].is_null() || conversation["inProgress"] != true;
    let waits = turns.last().is_some_and(|turn| is(&turn["by"]["kind"], &["customer"]));
    match kind {
        "PREVIEW" => Some(reply(&trigger["turn"]["content"], turns)),
        "IMPROVE" => Some(vec![json!({ "type": "SUGGESTION", "text": tidy(trigger["draft"].as_str()?) })]),
        _ if trigger["silent"] == true || attended => Some(Vec::new()),
        "TURN" | "ANSWER" if trigger["by"]["kind"] == "customer" => Some(reply(&said(trigger), turns)),
        "ENGAGE_LOGIC_CHANGED" | "ENGAGEMENT_ENDED" if waits => {
            Some(vec![menu("This is the assistant again. What can I do?")])
        }
        _ => Some(Vec::new()),
    }
}

/// An agent's draft with a capital and a full stop; a real service would ask its model.
fn tidy(draft: &str) -> String {
    let mut letters = draft.trim().chars();
    let text: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    if text.ends_with(char::is_alphanumeric) { text + "." } else { text }
}

/// A sample's phrase book, in English, German and Portuguese; a real service would ask its translator.
const PHRASES: [[&str; 3]; 4] = [
    ["Hello", "Hallo", "Olá"],
    ["Thank you", "Danke", "Obrigado"],
    ["Where is my order?", "Wo ist meine Bestellung?", "Onde está a minha encomenda?"],
    ["One moment, please.", "Einen Moment, bitte.", "Um momento, por favor."],
];
const LANGUAGES: [&str; 3] = ["en", "de", "pt"];

/// One for each text that the phrase book knows.
fn translations(wanted: &Value) -> Option<Vec<Value>> {
    let to = wanted["to"].as_str()?.split('-').next()?.to_lowercase();
    let to = LANGUAGES.iter().position(|language| *language == to);
    let made = |text: &Value| {
        let words = text["text"].as_str()?.trim().to_lowercase();
        let is = |phrase: &&str| phrase.to_lowercase() == words;
        let (phrases, from) = PHRASES.iter().find_map(|row| Some((row, row.iter().position(&is)?)))?;
        Some(json!({ "id": text["id"], "from": LANGUAGES[from], "text": phrases[to?] }))
    };
    Some(wanted["texts"].as_array()?.iter().filter_map(made).collect())
}

/// What the customer wrote since the last answer: several turns are one question.
fn said(trigger: &Value) -> Value {
    let joined = trigger["joined"].as_array().map(Vec::as_slice).unwrap_or_default();
    let told = joined.iter().chain([trigger]).filter(|one| is(&one["by"]["kind"], &["customer"]));
    let texts: Vec<_> = told.filter_map(|one| one["turn"]["content"]["text"].as_str()).collect();
    let mut content = trigger["turn"]["content"].clone();
    if content.is_object() {
        content["text"] = texts.join("\n").into();
    }
    content
}

fn reply(content: &Value, turns: &[Value]) -> Vec<Value> {
    let text = content["text"].as_str().unwrap_or_default().to_lowercase();
    let greeted = turns.iter().any(|turn| is(&turn["by"]["kind"], &["logic"]));
    if is(&content["choice"], &["person"]) || ["person", "human"].iter().any(|word| text.contains(word)) {
        let help = json!({ "type": "NEEDS_HELP", "value": true, "customerAsked": true,
            "reason": "The customer asked for a person." });
        return vec![message("Let me get a colleague. One moment, please."), help];
    }
    match content["choice"].as_str() {
        Some("order") => vec![message("Your order left the warehouse this morning. Is there anything else?")],
        Some("done") => {
            let complete = json!({ "type": "COMPLETE", "resolution": "Nothing more was needed" });
            vec![message("Goodbye, and thank you for writing!"), complete]
        }
        _ if greeted => vec![menu("I'm sorry, I know little. Would one of these help?")],
        _ => vec![menu("Hello! I'm the assistant. What can I do for you?")],
    }
}

fn is(value: &Value, any: &[&str]) -> bool {
    value.as_str().is_some_and(|text| any.contains(&text))
}

fn message(text: &str) -> Value {
    json!({ "type": "MESSAGE", "text": text })
}

fn menu(text: &str) -> Value {
    json!({ "type": "QUESTION", "text": text, "choices": [
        { "id": "order", "label": "Where is my order?" },
        { "id": "done", "label": "Nothing, thank you" },
        { "id": "person", "label": "A person, please" },
    ] })
}
