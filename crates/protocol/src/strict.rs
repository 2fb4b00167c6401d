//! Parses requests strictly, also in types that are lenient when sent by the hub.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// Parses a value and refuses unknown fields, which could change the request.
pub(crate) fn strictly<'de, T: DeserializeOwned + Serialize, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let given = Value::deserialize(deserializer)?;
    let read: T = serde_json::from_value(given.clone()).map_err(D::Error::custom)?;
    let known = serde_json::to_value(&read).map_err(D::Error::custom)?;
    match unknown(&given, &known) {
        Some(name) => Err(D::Error::custom(format!("unknown field `{name}`"))),
        None => Ok(read),
    }
}

/// A given but unknown field. An empty value counts as absent.
fn unknown<'a>(given: &'a Value, known: &Value) -> Option<&'a str> {
    match (given, known) {
        (Value::Object(given), Value::Object(known)) => given.iter().find_map(|(name, value)| match known.get(name) {
            Some(known) => unknown(value, known),
            None => (!is_nothing(value)).then_some(name.as_str()),
        }),
        (Value::Array(given), Value::Array(known)) => {
            given.iter().zip(known).find_map(|(given, known)| unknown(given, known))
        }
        _ => None,
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::agents::AgentCommand;

    #[test]
    fn a_reply_that_says_more_than_is_known_is_refused_and_one_that_says_less_is_not() {
        let reply = |content: serde_json::Value| {
            let turn = "0193a1b2-c3d4-7000-8000-000000000001";
            let reply = json!({ "type": "reply", "turn": turn, "content": content, "writtenAgainst": 3 });
            serde_json::from_value::<AgentCommand>(reply).map_err(|error| error.to_string())
        };
        let choice = json!({ "id": "a", "label": "Aisle" });
        for good in [
            json!({ "type": "text", "text": "Hello" }),
            json!({ "type": "note", "text": "Look", "mentions": [], "handover": null }),
            json!({ "type": "question", "text": "Which?", "choices": [choice] }),
        ] {
            assert!(reply(good.clone()).is_ok(), "{good}");
        }
        for (bad, why) in [
            (json!({ "type": "text", "text": "Hello", "deleteAfterS": 60 }), "deleteAfterS"),
            (
                json!({ "type": "question", "text": "Which?", "choices": [{ "id": "a", "label": "A", "cost": 3 }] }),
                "cost",
            ),
            (json!({ "type": "voice", "seconds": 3 }), "voice"),
        ] {
            assert!(reply(bad.clone()).unwrap_err().contains(why), "{bad}");
        }
    }
}
