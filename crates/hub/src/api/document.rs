//! Completes the OpenAPI document with what all operations share, so that a new operation declares only its own.

use serde_json::{Map, Value, json};
use tandem_conversation::limits;

const METHODS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

/// Marks a path as a WebSocket.
const LIVE: &str = "x-websocket";

/// Authentication of the operations below a path, longest path first. None means public.
const WHO_ASKS: [(&str, Option<&str>); 15] = [
    ("/api/v1/about", None),
    ("/api/v1/auth/login", None),
    ("/api/v1/auth/refresh", None),
    ("/api/v1/auth/logout", None),
    ("/api/v1/logic/conversations/{id}/responses", Some("logic")),
    ("/api/v1/logic/media", Some("logic")),
    ("/api/v1/", Some("agent")),
    ("/chat/v1/brands/", None),
    ("/chat/v1/sessions", None),
    // The token is in the first frame.
    ("/chat/v1/live", None),
    // The address carries the right.
    ("/chat/v1/media/{id}", None),
    ("/chat/v1/", Some("visitor")),
    ("/guest/{token}/about", None),
    ("/guest/{token}/open", None),
    ("/guest/", Some("guest")),
];

/// Statuses that every operation may answer, and when.
const ALWAYS: [(&str, &str); 2] =
    [("429", "Too many requests; `Retry-After` says when to retry"), ("503", "The data cannot be read or written")];
const WITH_BODY: [(&str, &str); 5] = [
    ("408", "The body did not arrive in time"),
    ("400", "The body is incomplete, or does not match its content type"),
    ("413", "The body is too large"),
    ("415", "The content type is not supported here"),
    ("422", "The body is well-formed but invalid; `detail` says why"),
];
const WITH_QUERY: [(&str, &str); 1] = [("422", "The query is invalid; `detail` says why")];
const WITH_PATH: [(&str, &str); 1] = [("404", "Not found, or not visible to the caller")];
const WITH_RIGHTS: [(&str, &str); 2] = [("401", "Not authenticated, or no longer"), ("403", "Not permitted")];

/// Adds what all operations share.
pub(super) fn complete(document: utoipa::openapi::OpenApi) -> Value {
    let mut document = serde_json::to_value(document).map(tandem_protocol::wire_names).unwrap_or_default();
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        for (path, item) in paths {
            for method in METHODS {
                if let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) {
                    complete_operation(path, operation);
                }
            }
        }
    }
    set_apart_live(&mut document);
    close_requests(&mut document);
    bound_integers(&mut document);
    say_limits(&mut document);
    document["components"]["securitySchemes"] = json!({
        "agent": { "type": "http", "scheme": "bearer", "description": "The access token of a sign-in." },
        "visitor": { "type": "http", "scheme": "bearer", "description": "The token of a web chat's session." },
        "logic": { "type": "http", "scheme": "bearer",
            "description": "The secret shared with Your Logic. A signature of Standard Webhooks may be sent besides." },
        "guest": { "type": "apiKey", "in": "cookie", "name": "tandem_guest",
            "description": "Set when an external agent opens a link." },
    });
    document
}

/// OpenAPI cannot describe a WebSocket: a plain GET there is answered 426. So its path has no operation, only a
/// description and `x-websocket`.
fn set_apart_live(document: &mut Value) {
    for item in document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        if item["get"]["responses"].get("101").is_none() {
            continue;
        }
        let Some(live) = item.as_object_mut().and_then(|item| item.remove("get")) else { continue };
        item["summary"] = live["summary"].clone();
        item["description"] = json!("A WebSocket. A request without an upgrade is answered 426.");
        item[LIVE] = live;
    }
}

/// Request variants allow no unknown fields. Your Logic's answers do.
fn close_requests(document: &mut Value) {
    let mut wanted = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        if !path.contains("/logic/") {
            METHODS
                .iter()
                .filter_map(|method| item.get(method))
                .for_each(|o| references(&o["requestBody"], &mut wanted));
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    while let Some(reference) = wanted.pop() {
        let Some(at) = reference.strip_prefix('#') else { continue };
        let Some(schema) = document.pointer_mut(at) else { continue };
        if !seen.insert(reference) {
            continue;
        }
        references(schema, &mut wanted);
        for variant in schema.get_mut("oneOf").and_then(Value::as_array_mut).into_iter().flatten() {
            if variant["type"] == "object" && variant.get("properties").is_some() {
                variant["additionalProperties"] = json!(false);
            }
        }
    }
}

/// What the core refuses and its types do not say: by schema, and by the way to the field.
fn say_limits(document: &mut Value) {
    let name = json!({ "pattern": format!("^[a-z0-9-]{{1,{}}}$", limits::SHORTCUT_CHARS) });
    let title = json!({ "minLength": 1, "maxLength": limits::LIBRARY_TITLE_CHARS });
    let text = json!({ "minLength": 1, "maxLength": limits::TEXT_CHARS });
    let choice = json!({ "minLength": 1, "maxLength": limits::CHOICE_CHARS });
    let language = json!({ "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$", "maxLength": 35 });
    let by_language = json!({ "minProperties": 1, "maxProperties": limits::LANGUAGES, "propertyNames": language });
    // Senders need to say only which file it is.
    let id = json!({ "type": "string", "format": "uuid" });
    let word = json!({ "type": "string" });
    let about = json!({ "id": id, "name": word, "contentType": word, "bytes": { "type": "integer", "minimum": 0 } });
    let file = json!({ "oneOf": [id, { "type": "object", "required": ["id"], "properties": about }] });
    let all = [
        ("LibraryChoice", "score", json!({ "minimum": 1, "maximum": 5 })),
        ("LibraryChoice", "id", choice.clone()),
        ("LibraryChoice", "label", choice),
        ("QuestionText", "text", text.clone()),
        ("QuestionText", "choices", json!({ "minItems": 1, "maxItems": limits::CHOICES })),
        ("QuestionDefinition", "key", name.clone()),
        ("QuestionDefinition", "title", title.clone()),
        ("QuestionDefinition", "texts", by_language.clone()),
        ("QuickReplyDefinition", "shortcut", name),
        ("QuickReplyDefinition", "title", title.clone()),
        ("QuickReplyDefinition", "texts", by_language),
        ("QuickReplyDefinition", "texts/additionalProperties", text),
        ("QuickReplyDefinition", "attachments", json!({ "maxItems": limits::ATTACHMENTS, "items": file })),
        ("QuickReplyDefinition", "folder", json!({ "maxItems": limits::FOLDERS })),
        ("QuickReplyDefinition", "folder/items", title),
        ("QuickReplyDefinition", "reviewBy", json!({ "format": "date" })),
    ];
    let schemas = &mut document["components"]["schemas"];
    for (schema, way, limits) in all {
        let field = schemas.pointer_mut(&format!("/{schema}/properties/{way}")).and_then(Value::as_object_mut);
        if let (Some(field), Value::Object(limits)) = (field, limits) {
            field.extend(limits);
        }
    }
    for variant in schemas["Audience"]["oneOf"].as_array_mut().into_iter().flatten() {
        if let Some(brands) = variant.pointer_mut("/properties/brands") {
            brands["minItems"] = json!(1);
            brands["uniqueItems"] = json!(true);
            brands["items"]["pattern"] = json!("^[a-z0-9-]{1,64}$");
        }
    }
}

/// OpenAPI has no format for unsigned numbers, only a maximum.
fn bound_integers(value: &mut Value) {
    let is_integer = |of: &Value| *of == json!("integer") || *of == json!(["integer", "null"]);
    let is_unsigned = value.get("type").is_some_and(is_integer) && value.get("minimum") == Some(&json!(0));
    if is_unsigned {
        let maximum = match value.get("format").and_then(Value::as_str) {
            Some("int32") => Some(json!(u32::MAX)),
            Some("int64") => Some(json!(u64::MAX)),
            _ => None,
        };
        if let (Some(maximum), Some(schema)) = (maximum, value.as_object_mut()) {
            schema.entry("maximum").or_insert(maximum);
            schema.remove("format");
        }
    }
    match value {
        Value::Object(fields) => fields.values_mut().for_each(bound_integers),
        Value::Array(items) => items.iter_mut().for_each(bound_integers),
        _ => {}
    }
}

/// Collects all references inside.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
                found.push(reference.to_owned());
            }
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

fn complete_operation(path: &str, operation: &mut Map<String, Value>) {
    let scheme = WHO_ASKS.iter().find(|(below, _)| path.starts_with(below)).and_then(|(_, scheme)| *scheme);
    let security = scheme.map_or_else(|| json!([]), |scheme| json!([{ scheme: [] }]));
    operation.insert("security".into(), security);

    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    let (mut has_query, mut has_path) = (false, false);
    for parameter in parameters.into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default().to_owned();
        match parameter["in"].as_str() {
            Some("query") => {
                has_query = true;
                let schema = &mut parameter["schema"];
                match name.as_str() {
                    "id" | "conversation" => schema["format"] = json!("uuid"),
                    "from" | "to" => schema["format"] = json!("date-time"),
                    "month" => schema["pattern"] = json!("^(19[7-9][0-9]|[2-8][0-9]{3})-(0[1-9]|1[0-2])$"),
                    "scope" => schema["enum"] = json!(["everybody", "mine", null]),
                    _ => {}
                }
            }
            Some("path") => has_path = true,
            _ => {}
        }
    }
    let has_body = operation.contains_key("requestBody");
    // What an operation gives is what it is for.
    let summary = operation.get("summary").and_then(Value::as_str).unwrap_or_default().to_owned();
    let responses = operation.entry("responses").or_insert_with(|| json!({}));
    let Some(responses) = responses.as_object_mut() else { return };
    let mut add = |problems: &[(&str, &str)]| {
        for (status, description) in problems {
            responses.entry(*status).or_insert_with(|| json!({ "description": description }));
        }
    };
    add(&ALWAYS);
    if has_body {
        add(&WITH_BODY);
    }
    if has_query {
        add(&WITH_QUERY);
    }
    if has_path {
        add(&WITH_PATH);
    }
    if scheme.is_some() {
        add(&WITH_RIGHTS);
    }
    if path.ends_with("/media/{id}") {
        for status in ["200", "206"] {
            if let Some(response) = responses.get_mut(status) {
                response["content"] = json!({ "*/*": { "schema": { "type": "string", "format": "binary" } } });
            }
        }
    }
    for (status, response) in responses.iter_mut() {
        if !status.starts_with(['4', '5']) {
            if response["description"].as_str().is_none_or(str::is_empty) {
                response["description"] = json!(summary);
            }
            continue;
        }
        let is_blank = response["description"].as_str().is_none_or(str::is_empty);
        if is_blank {
            let known = [&WITH_RIGHTS[..], &WITH_BODY, &WITH_PATH, &ALWAYS].concat();
            let words =
                known.iter().find(|(known, _)| known == status).map_or("Refused; `code` says why", |(_, words)| *words);
            response["description"] = json!(words);
        }
        let problem = json!({ "schema": { "$ref": "#/components/schemas/Problem" } });
        // A page explains its own refusals to people; limits and overload answer with a problem document there, too.
        let page = response["content"].get("text/html").cloned();
        response["content"] = json!({ "application/problem+json": problem });
        if let Some(page) = page {
            response["content"]["text/html"] = page;
        }
    }
}

/// A readable list of all operations.
pub(super) fn page(document: &Value) -> String {
    let mut rows = String::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in METHODS.into_iter().chain([LIVE]) {
            let Some(operation) = item.get(method) else { continue };
            let method = if method == LIVE { "get" } else { method };
            let summary = operation["summary"].as_str().unwrap_or_default();
            rows.push_str(&format!(
                "<tr><td>{}<td><code>{}</code><td>{}",
                method.to_uppercase(),
                escape(path),
                escape(summary)
            ));
        }
    }
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Tandem hub: API</title>\
         <link rel=stylesheet href=/hub.css>\
         <main><h1>The hub's API</h1><p>The full description is at <a href=/openapi.json>/openapi.json</a>.</p>\
         <table><thead><tr><th>Method<th>Address<th>What it does</thead>{rows}</table></main>"
    )
}

/// Escapes text for HTML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Value {
        complete(crate::doors::openapi())
    }

    fn operations(document: &Value) -> Vec<(String, Value)> {
        let paths = document["paths"].as_object().unwrap().clone();
        let of = |(path, item): (String, Value)| {
            let found =
                METHODS.into_iter().chain([LIVE]).filter_map(move |method| Some((method, item.get(method)?.clone())));
            found.map(|(method, operation)| (format!("{method} {path}"), operation)).collect::<Vec<_>>()
        };
        paths.into_iter().flat_map(of).collect()
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(!found.is_empty());
        for reference in found {
            let pointer = reference.strip_prefix('#').expect("references stay inside");
            assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
        }
    }

    #[test]
    fn every_operation_says_who_may_ask() {
        let document = document();
        for (name, operation) in operations(&document) {
            let security = operation["security"].as_array().unwrap_or_else(|| panic!("{name} says nothing"));
            for scheme in security.iter().flat_map(|scheme| scheme.as_object().unwrap().keys()) {
                assert!(document["components"]["securitySchemes"].get(scheme).is_some(), "{name}: {scheme}");
            }
        }
        let open: Vec<_> = operations(&document).into_iter().filter(|(_, o)| o["security"] == json!([])).collect();
        let mut open: Vec<_> = open.iter().map(|(name, _)| name.as_str()).collect();
        open.sort_unstable();
        assert_eq!(
            open,
            [
                "get /api/v1/about",
                "get /channels/whatsapp/{number}/webhook",
                "get /chat/v1/brands/{brand}",
                "get /chat/v1/media/{id}",
                "get /guest/{token}/about",
                "get /review/{token}",
                "post /api/v1/auth/login",
                "post /api/v1/auth/logout",
                "post /api/v1/auth/refresh",
                "post /channels/whatsapp/{number}/webhook",
                "post /chat/v1/sessions",
                "post /guest/{token}/open",
                "post /review/{token}",
                "x-websocket /chat/v1/live",
            ],
            "a new open door must be meant to be one"
        );
    }

    #[test]
    fn what_the_core_refuses_is_in_the_document() {
        let document = document();
        let field =
            |way: &str| document.pointer(&format!("/components/schemas/{way}")).unwrap_or_else(|| panic!("{way}"));
        assert_eq!(field("LibraryChoice/properties/score")["maximum"], 5);
        assert_eq!(field("QuestionText/properties/choices")["minItems"], 1);
        for way in ["QuestionDefinition/properties/key", "QuickReplyDefinition/properties/shortcut"] {
            assert_eq!(field(way)["pattern"], "^[a-z0-9-]{1,40}$");
        }
        for schema in ["QuestionDefinition", "QuickReplyDefinition"] {
            assert_eq!(field(&format!("{schema}/properties/texts"))["minProperties"], 1);
        }
        assert_eq!(field("QuickReplyDefinition/properties/texts/additionalProperties")["maxLength"], 10_000);
        assert_eq!(field("QuickReplyDefinition/properties/folder/items")["maxLength"], 100);
        assert!(field("Audience/oneOf").to_string().contains(r#""minItems":1"#));
        assert_eq!(field("QuickReplyDefinition/properties/version")["maximum"], u32::MAX, "also where it may be null");
        let parameters = document.to_string();
        assert!(parameters.contains(r#""enum":["everybody","mine",null]"#) && parameters.contains(r#""date-time""#));
    }

    #[test]
    fn a_list_is_no_object() {
        let list: Result<tandem_protocol::administration::BrandChange, _> = crate::api::input::parse(b" [null, null]");
        assert_eq!(list.err().map(|error| error.0.status), Some(422));
    }

    #[test]
    fn every_refusal_is_a_problem_document_and_every_answer_is_described() {
        for (name, operation) in operations(&document()) {
            let responses = operation["responses"].as_object().unwrap();
            for needed in ["429", "503"] {
                assert!(responses.contains_key(needed), "{name} lacks {needed}");
            }
            for (status, response) in responses {
                assert!(response["description"].is_string(), "{name} {status} lacks a description");
                let is_problem = response["content"].get("application/problem+json").is_some();
                assert_eq!(is_problem, status.starts_with(['4', '5']), "{name} {status}");
            }
        }
    }

    #[test]
    fn the_readable_page_shows_every_method_of_every_path() {
        let document = document();
        let page = page(&document);
        assert_eq!(page.matches("<tr><td>").count(), operations(&document).len());
        assert!(page.contains("<tr><td>PUT<td>") && page.contains("<tr><td>DELETE<td>"));
    }
}
