//! Values in Your Logic's custom data.

use serde_json::{Map, Value};

/// The value at a path of keys with dots between them.
pub(crate) fn at<'a>(data: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let mut keys = path.split('.');
    let first = data.get(keys.next()?)?;
    keys.try_fold(first, |value, key| value.get(key))
}

/// A scalar as text; lists and objects have none.
pub(crate) fn leaf(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
