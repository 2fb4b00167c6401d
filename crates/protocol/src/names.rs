//! Field names in generated schemas.

use serde_json::{Map, Value};

/// Fixes what the schema generator misses: fields of enum variants are in camel case (`rename_all_fields`), like all
/// fields.
#[must_use]
pub fn wire_names(schema: Value) -> Value {
    match schema {
        Value::Object(fields) => fields.into_iter().map(field).collect::<Map<_, _>>().into(),
        Value::Array(items) => items.into_iter().map(wire_names).collect::<Vec<_>>().into(),
        other => other,
    }
}

fn field((key, value): (String, Value)) -> (String, Value) {
    let value = match (key.as_str(), wire_names(value)) {
        ("properties", Value::Object(properties)) => {
            properties.into_iter().map(|(name, schema)| (camel(&name), schema)).collect::<Map<_, _>>().into()
        }
        ("required", Value::Array(names)) => {
            names.iter().filter_map(Value::as_str).map(camel).collect::<Vec<_>>().into()
        }
        (_, value) => value,
    };
    (key, value)
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |all, word| {
        let mut letters = word.chars();
        all + &letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default() + letters.as_str()
    })
}
