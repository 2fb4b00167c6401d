//! The public protocol as far as this service uses it. Unknown fields are ignored.

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A request from the hub.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    pub request_id: String,
    pub trigger: Trigger,
    pub customer: Customer,
    pub conversation: Conversation,
    pub engagements: Vec<Engagement>,
    pub turns: Vec<Turn>,
}

#[derive(Debug, Deserialize)]
pub struct Trigger {
    #[serde(rename = "type")]
    pub kind: String,
    pub position: u32,
    pub by: By,
    #[serde(default)]
    pub silent: bool,
    pub turn: Option<Turn>,
    /// Earlier unanswered turns of the customer.
    #[serde(default)]
    pub joined: Vec<Joined>,
    /// An agent's draft to be improved.
    #[serde(default)]
    pub draft: String,
    /// Texts to be translated.
    pub translate: Option<Translate>,
    /// The action of the pressed custom button.
    pub action: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Translate {
    /// The language to translate into.
    pub to: String,
    pub texts: Vec<TextToTranslate>,
}

#[derive(Debug, Deserialize)]
pub struct TextToTranslate {
    pub id: String,
    pub text: String,
}

/// An earlier trigger that is joined with a later one.
#[derive(Debug, Deserialize)]
pub struct Joined {
    pub turn: Option<Turn>,
}

#[derive(Debug, Deserialize)]
pub struct Customer {
    pub name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Conversation {
    pub in_progress: bool,
    pub needs_help: Option<Value>,
    pub language: Option<String>,
    #[serde(default)]
    pub custom: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
pub struct Engagement {
    pub kind: By,
}

/// A participant's kind.
#[derive(Clone, Debug, Deserialize)]
pub struct By {
    pub kind: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Turn {
    #[serde(default)]
    pub id: String,
    pub position: u32,
    pub by: By,
    pub content: Content,
    #[serde(default)]
    pub silent: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Content {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub text: String,
    /// The id of the choice, for an answer.
    pub choice: Option<String>,
}

impl Request {
    /// Whether a person of the company takes part.
    pub fn person_is_there(&self) -> bool {
        self.engagements.iter().any(|engagement| matches!(engagement.kind.kind.as_str(), "agent" | "external_agent"))
    }

    /// Whether a person was called and no one has come.
    pub fn nobody_came(&self) -> bool {
        self.conversation.needs_help.as_ref().is_some_and(|help| help["reach"] == "logic")
    }

    /// The customer's turns up to this request's event, oldest first.
    pub fn customer_turns(&self) -> impl Iterator<Item = &Turn> {
        self.turns.iter().filter(|turn| turn.by.kind == "customer" && turn.position <= self.trigger.position)
    }

    /// Whether the customer has an unanswered turn before this event.
    pub fn customer_waits(&self) -> bool {
        let asked = self.customer_turns().filter(|turn| !turn.silent).map(|turn| turn.position).max();
        asked > self.turns.iter().filter(|turn| turn.is_answer()).map(|turn| turn.position).max()
    }

    /// A number stored in the custom data.
    pub fn remembered(&self, name: &str) -> usize {
        let number = self.conversation.custom.get(name).and_then(Value::as_u64);
        number.and_then(|n| usize::try_from(n).ok()).unwrap_or_default()
    }
}

impl Turn {
    /// Whether our side said it to the customer.
    fn is_answer(&self) -> bool {
        self.by.kind != "customer" && !matches!(self.content.kind.as_str(), "note" | "suggestion")
    }
}

#[derive(Debug, Default)]
pub struct Answer {
    pub actions: Vec<Value>,
    /// Merged into the conversation's custom data.
    pub custom: Map<String, Value>,
    pub language: Option<String>,
    /// One for each text of `translate` that could be translated.
    pub translations: Vec<Value>,
    /// Seconds that the recorded answer took.
    pub think_s: f64,
}

impl Answer {
    pub fn body(&self, request_id: &str) -> Value {
        let mut conversation = json!({ "custom": self.custom });
        if let Some(language) = &self.language {
            conversation["language"] = json!(language);
        }
        let translations = &self.translations;
        json!({
            "requestId": request_id,
            "actions": self.actions,
            "conversation": conversation,
            "translations": translations,
        })
    }

    pub fn message(&mut self, text: &str) {
        self.actions.push(json!({ "type": "MESSAGE", "text": text }));
    }

    pub fn question(&mut self, text: &str, choices: &[(&str, &str)]) {
        let choices: Vec<_> = choices.iter().map(|(id, label)| json!({ "id": id, "label": label })).collect();
        self.actions.push(json!({ "type": "QUESTION", "text": text, "choices": choices }));
    }

    /// A handover note in parts; the customer's wish refers to `turn`.
    pub fn handover(&mut self, parts: &Map<String, Value>, turn: Option<&str>) {
        let part = |(name, text): (&String, &Value)| {
            let turns: Vec<_> = turn.into_iter().filter(|_| name == "wish").collect();
            (name.clone(), json!([{ "text": text, "turns": turns }]))
        };
        let handover: Map<_, _> = parts.iter().filter(|(_, text)| text.is_string()).map(part).collect();
        let text = parts.get("wish").and_then(Value::as_str).unwrap_or("Please take over.");
        self.actions.push(json!({ "type": "NOTE", "text": text, "handover": handover }));
    }

    pub fn note(&mut self, text: &str) {
        self.actions.push(json!({ "type": "NOTE", "text": text }));
    }

    pub fn tag(&mut self, tag: &str) {
        self.actions.push(json!({ "type": "TAG", "add": [tag] }));
    }

    pub fn suggestion(&mut self, text: &str) {
        self.actions.push(json!({ "type": "SUGGESTION", "text": text }));
    }

    pub fn needs_help(&mut self, reason: &str, customer_asked: bool) {
        let action = json!({ "type": "NEEDS_HELP", "value": true, "reason": reason, "customerAsked": customer_asked });
        self.actions.push(action);
    }

    pub fn complete(&mut self, resolution: &str) {
        self.actions.push(json!({ "type": "COMPLETE", "resolution": resolution }));
    }
}
