//! The protocol of Your Logic as JSON Schema, generated from the types.

use serde_json::{Map, Value, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::{LogicRequestBody, LogicResponseBody};
use crate::wire_names;

/// Request, answer, and all their types, as one JSON Schema 2020-12 document.
#[must_use]
pub fn schema() -> Value {
    let mut found = Vec::new();
    collect::<LogicRequestBody>(&mut found);
    collect::<LogicResponseBody>(&mut found);
    let defs: Map<_, _> = found
        .into_iter()
        .filter_map(|(name, schema)| Some((name, adapted(wire_names(serde_json::to_value(schema).ok()?)))))
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:tandem:your-logic",
        "title": "Your Logic",
        "description": "What a Tandem hub POSTs to Your Logic (LogicRequestBody), and what it takes as an answer (LogicResponseBody).",
        "anyOf": [{ "$ref": "#/$defs/LogicRequestBody" }, { "$ref": "#/$defs/LogicResponseBody" }],
        "$defs": defs,
    })
}

fn collect<T: ToSchema + PartialSchema>(found: &mut Vec<(String, RefOr<Schema>)>) {
    found.push((T::name().into_owned(), T::schema()));
    T::schemas(found);
}

/// OpenAPI's schemas are JSON Schema, but with another reference prefix.
fn adapted(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(key, value)| match value.as_str().and_then(|text| text.strip_prefix("#/components/schemas/")) {
                Some(name) if key == "$ref" => (key, format!("#/$defs/{name}").into()),
                _ => (key, adapted(value)),
            })
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.into_iter().map(adapted).collect::<Vec<_>>().into(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    /// The committed file matches the types; `UPDATE_TYPES=1` writes it.
    #[test]
    fn the_committed_schema_is_the_generated_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/your-logic.schema.json");
        let generated = serde_json::to_string_pretty(&super::schema()).unwrap() + "\n";
        if std::env::var_os("UPDATE_TYPES").is_some() {
            std::fs::write(path, &generated).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == generated, "docs/your-logic.schema.json is stale: run `cargo xtask types`");
    }

    #[test]
    fn actions_are_described_as_they_travel() {
        let schema = super::schema();
        let actions = schema["$defs"]["Action"]["oneOf"].as_array().unwrap();
        let help = actions.iter().find(|one| one["properties"]["type"]["enum"][0] == "NEEDS_HELP").unwrap();
        assert!(help["properties"]["customerAsked"].is_object(), "{help}");
        assert_ne!(help["additionalProperties"], false, "fields that the hub does not know are ignored");
    }

    #[test]
    fn every_reference_leads_to_a_definition() {
        fn references(value: &Value, found: &mut Vec<String>) {
            match value {
                Value::Object(fields) => {
                    found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                    fields.values().for_each(|value| references(value, found));
                }
                Value::Array(items) => items.iter().for_each(|value| references(value, found)),
                _ => {}
            }
        }
        let schema = super::schema();
        let mut found = Vec::new();
        references(&schema, &mut found);
        assert!(found.len() > 20, "{found:?}");
        for reference in found {
            let name = reference.strip_prefix("#/$defs/").unwrap_or_else(|| panic!("{reference} leads elsewhere"));
            assert!(schema["$defs"][name].is_object(), "{reference} leads nowhere");
        }
    }
}
