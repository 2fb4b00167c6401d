//! Reads data of newer versions as far as possible.
//!
//! An unreadable event still advances the position, and its body is kept unchanged, unless it is nested too deeply: then
//! only its name is. A state is read without its unreadable parts; after an update the desk fetches it again.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Error, Map, Value, json};
use uuid::Uuid;

use crate::event::{Event, EventBody};
use crate::ids::{CommandId, ConversationId, Position};
use crate::participant::Participant;
use crate::state::Conversation;
use crate::time::Time;

/// Mandatory parts of a state, and defaults for unreadable ones.
const NEEDED: [&str; 8] = ["id", "position", "customer", "contact", "started", "updated", "lastCustomer", "lastLoud"];

/// The fields of an event that all versions share.
#[derive(Deserialize)]
struct Head<'a> {
    conversation: ConversationId,
    position: Position,
    time: Time,
    #[serde(borrow, default)]
    actor: Option<&'a RawValue>,
    cause: CommandId,
    #[serde(borrow)]
    body: &'a RawValue,
}

impl Event {
    /// Reads an event of this or a newer version; an unknown body becomes [`EventBody::Unknown`].
    ///
    /// # Errors
    /// If it is no event of any version: without position, time, or a body with exactly one name.
    pub fn read(json: &str) -> Result<Self, Error> {
        serde_json::from_str(json).or_else(|error| {
            let head: Head<'_> = serde_json::from_str(json).map_err(|_| error)?;
            let unnamed = || serde::de::Error::custom("the event's body has no name");
            let actor = head.actor.and_then(|actor| serde_json::from_str(actor.get()).ok());
            Ok(Self {
                conversation: head.conversation,
                position: head.position,
                time: head.time,
                actor: actor.unwrap_or(Participant::System),
                cause: head.cause,
                body: EventBody::Unknown(named(head.body).ok_or_else(unnamed)?),
            })
        })
    }

    /// Stands in for an event of which nothing but its place is known, near this time.
    #[must_use]
    pub fn stand_in(conversation: ConversationId, position: Position, near: Time) -> Self {
        let body = EventBody::Unknown(json!(STAND_IN));
        Self { conversation, position, time: near, actor: Participant::System, cause: CommandId(Uuid::nil()), body }
    }

    /// Whether it only stands in for another.
    #[must_use]
    pub fn is_stand_in(&self) -> bool {
        matches!(&self.body, EventBody::Unknown(Value::String(name)) if name == STAND_IN)
    }
}

/// The name of an event that only stands in for another.
const STAND_IN: &str = "unreadable";

/// An unknown body: a name, or an object of one name. What is nested too deeply keeps its name.
fn named(body: &RawValue) -> Option<Value> {
    let body = body.get();
    if let Ok(name @ Value::String(_)) = serde_json::from_str(body) {
        return Some(name);
    }
    let mut names: BTreeMap<String, IgnoredAny> = serde_json::from_str(body).ok()?;
    let (name, _) = names.pop_first().filter(|_| names.is_empty())?;
    Some(serde_json::from_str(body).unwrap_or_else(|_| json!({ name: null })))
}

/// How deep in a state unreadable parts are left out alone.
const PARTS_DEEP: u32 = 2;

/// A value without its parts that cannot be read.
fn readable(text: &str, deep: u32) -> Result<Value, Error> {
    serde_json::from_str(text).or_else(|error| {
        let parts: BTreeMap<String, &RawValue> = match deep {
            0 => return Err(error),
            _ => serde_json::from_str(text)?,
        };
        let read = |(name, part): (String, &RawValue)| readable(part.get(), deep - 1).ok().map(|part| (name, part));
        Ok(Value::Object(parts.into_iter().filter_map(read).collect()))
    })
}

impl Conversation {
    /// Reads a state of this or a newer version; false if unreadable parts are missing.
    ///
    /// # Errors
    /// If it is no state of any version.
    pub fn read(json: &str) -> Result<(Self, bool), Error> {
        match serde_json::from_str(json) {
            Ok(state) => Ok((state, true)),
            Err(error) => {
                let parts = readable(json, PARTS_DEEP).and_then(serde_json::from_value);
                parts.and_then(understood).map(|state| (state, false)).map_err(|_| error)
            }
        }
    }
}

/// The state with every readable part.
fn understood(mut parts: Map<String, Value>) -> Result<Conversation, Error> {
    let mut known = Map::new();
    known.insert("channel".into(), json!("imported"));
    known.insert("status".into(), json!({ "status": "in_progress" }));
    known.insert("logic".into(), json!({ "engaged": false }));
    for name in NEEDED {
        let Some(mut value) = parts.remove(name) else { continue };
        if name == "customer"
            && let Value::Object(customer) = &mut value
        {
            // Contacts of an unknown kind are dropped.
            if let Some(Value::Array(contacts)) = customer.get_mut("contacts") {
                contacts.retain(|contact| serde_json::from_value::<crate::Contact>(contact.clone()).is_ok());
            }
        }
        known.insert(name.into(), value);
    }
    let mut state: Conversation = serde_json::from_value(Value::Object(known.clone()))?;
    for (name, value) in parts {
        let with = |value: Value| {
            let mut candidate = known.clone();
            candidate.insert(name.clone(), value);
            serde_json::from_value::<Conversation>(Value::Object(candidate.clone())).map(|state| (state, candidate))
        };
        let read = with(value.clone()).or_else(|error| match value {
            Value::Array(items) => {
                let items = items.into_iter().filter(|item| with(Value::Array(vec![item.clone()])).is_ok());
                with(items.collect())
            }
            _ => Err(error),
        });
        if let Ok((found, parts)) = read {
            (state, known) = (found, parts);
        }
    }
    Ok(state)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARMEN: &str = r#"{"conversation":"0193a1b2-c3d4-7000-8000-000000000001","position":7,
        "time":"2026-11-03T14:02:31.250Z","actor":{"kind":"customer"},"cause":"0193a1b2-c3d4-7000-8000-000000000002","#;

    #[test]
    fn an_event_that_is_not_known_keeps_its_place_and_its_words() {
        for body in [
            r#"{"voice_left":{"seconds":12,"by":{"kind":"robot"}}}"#,
            r#""parked""#,
            r#"{"turn_added":{"turn":{"id":"0193a1b2-c3d4-7000-8000-000000000003","content":{"type":"voice","s":3}},"received":"2026-11-03T14:02:31.250Z"}}"#,
            r#"{"received":{"side":"desk","stage":"dreamt","upTo":3}}"#,
        ] {
            let event = Event::read(&format!(r#"{CARMEN}"body":{body}}}"#)).unwrap();
            assert_eq!(event.position, Position(7));
            assert_eq!(event.body, EventBody::Unknown(serde_json::from_str(body).unwrap()));
            let again = serde_json::to_string(&event).unwrap();
            assert_eq!(Event::read(&again).unwrap(), event, "what was not understood is not lost");
        }
        for body in ["[]", "7", "{}", r#"{"a":1,"b":2}"#] {
            assert!(Event::read(&format!(r#"{CARMEN}"body":{body}}}"#)).is_err(), "{body} is no event");
        }
        let robot =
            format!(r#"{CARMEN}"body":"reopened"}}"#).replace(r#"{"kind":"customer"}"#, r#"{"kind":"robot","n":1}"#);
        assert_eq!(Event::read(&robot).unwrap().actor, Participant::System);
    }

    /// JSON that is nested more deeply than any reader follows.
    fn deep() -> String {
        format!("{}1{}", r#"{"a":"#.repeat(200), "}".repeat(200))
    }

    #[test]
    fn what_is_nested_too_deeply_costs_itself_alone() {
        let event = Event::read(&format!(r#"{CARMEN}"body":{{"custom_changed":{{"patch":{}}}}}}}"#, deep())).unwrap();
        assert_eq!(event.body, EventBody::Unknown(json!({ "custom_changed": null })));
        let again = serde_json::to_string(&event).unwrap();
        assert_eq!(Event::read(&again).unwrap(), event);
        let started = format!(
            r#"{CARMEN}"body":{{"started":{{"customer":{{"id":"0193a1b2-c3d4-7000-8000-000000000004","name":"Carmen Menzel"}},
            "contact":"0193a1b2-c3d4-7000-8000-000000000005","channel":"web_chat","engageLogic":true}}}}}}"#
        );
        let state = Conversation::begin(&Event::read(&started).unwrap()).unwrap();
        let whole = serde_json::to_string(&state).unwrap();
        let customer = r#""name":"Carmen Menzel""#;
        for (before, after) in [
            (customer, format!(r#"{customer},"custom":{}"#, deep())),
            (r#""channel":"#, format!(r#""custom":{},"channel":"#, deep())),
        ] {
            let newer = whole.replacen(before, &after, 1);
            assert_ne!(newer, whole);
            assert_eq!(Conversation::read(&newer).unwrap(), (state.clone(), false), "{before}");
        }
    }

    #[test]
    fn a_stand_in_is_read_as_one() {
        let event = Event::stand_in(ConversationId(Uuid::from_u128(1)), Position(7), Time(1_762_178_551_250));
        assert!(event.is_stand_in());
        assert_eq!(Event::read(&serde_json::to_string(&event).unwrap()).unwrap(), event);
    }

    #[test]
    fn a_state_with_unknown_parts_is_read_without_them() {
        let event = format!(
            r#"{CARMEN}"body":{{"started":{{"customer":{{"id":"0193a1b2-c3d4-7000-8000-000000000004","name":"Carmen Menzel"}},
            "contact":"0193a1b2-c3d4-7000-8000-000000000005","channel":"web_chat","engageLogic":true}}}}}}"#
        );
        let mut state = Conversation::begin(&Event::read(&event).unwrap()).unwrap();
        state.tags = vec!["vip".into()];
        let whole = serde_json::to_value(&state).unwrap();
        assert_eq!(Conversation::read(&whole.to_string()).unwrap(), (state.clone(), true));
        let robot =
            json!({ "by": { "kind": "robot" }, "text": "Beep", "at": "2026-11-03T14:02:31.250Z", "position": 7 });
        let person = json!({ "by": { "kind": "logic" }, "position": 6, "at": "2026-11-03T14:02:31.250Z" });
        for (name, part) in [
            ("lastWords", robot.clone()),
            ("channel", json!("carrier_pigeon")),
            ("status", json!({ "status": "parked", "until": 3 })),
            ("voices", json!([robot, person])),
            ("engagements", json!([{ "id": "x" }])),
            ("help", json!({ "reason": { "reason": "boredom" } })),
        ] {
            let mut newer = whole.clone();
            newer[name] = part;
            newer["mood"] = json!("new here");
            let (read, is_whole) = Conversation::read(&newer.to_string()).unwrap();
            assert!(!is_whole, "{name} is missed");
            assert_eq!(
                (read.customer.clone(), &read.tags),
                (state.customer.clone(), &state.tags),
                "{name} costs itself"
            );
            assert_eq!(read.voices.len(), usize::from(name == "voices"), "one voice is known");
        }
        assert!(Conversation::read("{}").is_err() && Conversation::read("[]").is_err());
    }
}
