//! What a desk of version 8 requires of a hub's data: copied from its types, and never changed with ours.

use serde_json::{Map, Value};

const FRAMES: [(&str, &[&str]); 9] = [
    ("hello", &["version", "me", "time"]),
    ("reset", &[]),
    ("batch", &["cursor", "time", "changes"]),
    ("alive", &["cursor", "time"]),
    ("typing", &["conversation", "by", "until"]),
    ("people", &["people"]),
    ("buttons", &["buttons"]),
    ("alerts", &["conversations"]),
    ("error", &["code", "message"]),
];

const EVENTS: [(&str, &[&str]); 29] = [
    ("started", &["customer", "contact", "channel", "engageLogic"]),
    ("turn_added", &["turn", "received"]),
    ("turn_progressed", &["turn", "stage"]),
    ("received", &["side", "stage", "upTo"]),
    ("mention_seen", &[]),
    ("handover_graded", &["turn", "grade"]),
    ("engagement_started", &["engagement"]),
    ("engagement_ended", &["engagement", "was", "end"]),
    ("help_raised", &["help"]),
    ("help_widened", &["call", "reach"]),
    ("help_cleared", &[]),
    ("completed", &["resolution"]),
    ("reopened", &[]),
    ("engage_logic_changed", &["engaged"]),
    ("logic_asked", &["request"]),
    ("logic_answered", &["request", "trigger"]),
    ("logic_failed", &["request", "trigger", "failure"]),
    ("fell_back", &["fallback"]),
    ("fallback_cleared", &[]),
    ("custom_changed", &["patch"]),
    ("tags_changed", &[]),
    ("language_changed", &["language"]),
    ("customer_changed", &["patch"]),
    ("customer_renamed", &["name"]),
    ("customer_linked", &["customer", "contact", "was", "source"]),
    ("button_pressed", &["action"]),
    ("feedback_given", &["score"]),
    ("link_used", &["link"]),
    ("mail_failed", &["link", "name", "reason"]),
];

/// Required and optional fields of each content; others were refused.
const CONTENTS: [(&str, &[&str], &[&str]); 6] = [
    ("text", &["text"], &[]),
    ("question", &["text", "choices"], &[]),
    ("answer", &["question", "choice", "text"], &[]),
    ("attachment", &["media"], &["text"]),
    ("note", &["text"], &["mentions", "handover"]),
    ("suggestion", &["text"], &["why"]),
];

const STATE: &[&str] = &[
    "id",
    "position",
    "customer",
    "contact",
    "channel",
    "started",
    "updated",
    "status",
    "logic",
    "lastCustomer",
    "lastLoud",
];
const ME: &[&str] = &["user", "name", "email", "account", "permissions", "capacity"];
const PEOPLE: [&str; 5] = ["customer", "agent", "external_agent", "logic", "system"];
const VERSION: u64 = 8;

/// Checks that the desk could read a frame.
pub fn understands(frame: &Value) -> Result<(), String> {
    let (kind, inside) = only(frame)?;
    let (_, needs) = FRAMES.iter().find(|(name, _)| *name == kind).ok_or_else(|| format!("no frame is a {kind}"))?;
    has(inside, needs)?;
    match kind {
        "hello" => {
            has(&inside["me"], ME)?;
            match inside["version"].as_u64() {
                Some(version) if version <= VERSION => Ok(()),
                other => Err(format!("refuses version {other:?}")),
            }
        }
        "batch" => list(&inside["changes"]).iter().try_for_each(change),
        _ => Ok(()),
    }
}

fn change(change: &Value) -> Result<(), String> {
    match only(change)? {
        ("opened", state) => has(state, STATE),
        ("closed", Value::String(_)) => Ok(()),
        ("event", event) => self::event(event),
        (other, _) => Err(format!("no change is {other}")),
    }
}

/// Checks that the desk could read an event.
pub fn event(event: &Value) -> Result<(), String> {
    has(event, &["conversation", "position", "time", "actor", "cause", "body"])?;
    let actor = event["actor"]["kind"].as_str().unwrap_or_default();
    if !PEOPLE.contains(&actor) {
        return Err(format!("nobody is a {actor}"));
    }
    let nothing = Value::Object(Map::new());
    let (kind, inside) = match &event["body"] {
        Value::String(kind) => (kind.as_str(), &nothing),
        body => only(body)?,
    };
    let (_, needs) = EVENTS.iter().find(|(name, _)| *name == kind).ok_or_else(|| format!("no event is {kind}"))?;
    has(inside, needs)?;
    if kind == "turn_added" { content(&inside["turn"]["content"]) } else { Ok(()) }
}

fn content(content: &Value) -> Result<(), String> {
    let kind = content["type"].as_str().unwrap_or_default();
    let known = CONTENTS.iter().find(|(name, ..)| *name == kind).ok_or_else(|| format!("no content is {kind}"))?;
    has(content, known.1)?;
    let allowed = |name: &String| name == "type" || known.1.contains(&&**name) || known.2.contains(&&**name);
    only_these(content, allowed)?;
    only_these(&content["media"], |name| ["id", "name", "contentType", "bytes"].contains(&&**name))?;
    list(&content["choices"])
        .iter()
        .try_for_each(|choice| only_these(choice, |name| ["id", "label"].contains(&&**name)))?;
    list(&content["mentions"])
        .iter()
        .try_for_each(|mention| only_these(mention, |name| ["user", "name"].contains(&&**name)))?;
    only_these(&content["handover"], |name| ["wish", "checked", "tried", "open", "risk"].contains(&&**name))
}

fn only(value: &Value) -> Result<(&str, &Value), String> {
    let object = value.as_object().filter(|object| object.len() == 1);
    let (kind, inside) =
        object.and_then(|object| object.iter().next()).ok_or_else(|| format!("not one kind: {value}"))?;
    Ok((kind, inside))
}

fn has(value: &Value, names: &[&str]) -> Result<(), String> {
    names.iter().try_for_each(|name| match value.get(name) {
        Some(_) => Ok(()),
        None => Err(format!("{name} is missing")),
    })
}

fn only_these(value: &Value, allowed: impl Fn(&String) -> bool) -> Result<(), String> {
    let unknown = value.as_object().and_then(|object| object.keys().find(|name| !allowed(name)));
    unknown.map_or(Ok(()), |name| Err(format!("refuses {name}")))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
