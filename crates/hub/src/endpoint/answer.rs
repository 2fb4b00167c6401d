//! Lenient parsing of Your Logic's answers. Absent, null and empty are the same; unknown fields are ignored and
//! counted. Errors name path, kind and expectation, and never quote the answer.
//!
//! The rules follow from the published schema, so that what is documented is what is read.

use std::fmt;
use std::io::Read;
use std::sync::OnceLock;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use serde_json::{Map, Value};
use tandem_conversation::{RequestId, Time, is_blank};
use tandem_protocol::logic::{LogicResponseBody, schema};
use uuid::Uuid;

use crate::json;

/// Maximum size of an unpacked answer, in bytes.
pub(crate) const ANSWER_BYTES: usize = 1024 * 1024;
/// Maximum nesting of compression.
const PACKED: usize = 2;
/// Unknown fields named in full; further ones are only counted.
const NAMED: usize = 5;
/// Maximum shown length of an unknown field's name.
const NAME_CHARS: usize = 40;

const GARBLED: &str = "the answer is not UTF-8, so some characters were replaced by U+FFFD";

/// A parsed answer and its ignored fields.
#[derive(Clone, Debug, Default)]
pub(crate) struct Understood {
    pub answer: LogicResponseBody,
    pub unknown: Unknown,
}

/// Fields that the hub does not know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unknown {
    pub count: usize,
    /// Paths of the first ones.
    paths: Vec<String>,
    /// The answer is not UTF-8, so some characters were replaced.
    is_garbled: bool,
}

/// Why an answer is unusable. Quotes nothing from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// Not JSON.
    Malformed(String),
    /// JSON of the wrong shape.
    Invalid(String),
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(text) | Self::Invalid(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (fields, were) = if self.count == 1 { ("field", "was") } else { ("fields", "were") };
        write!(f, "{} unknown {fields} {were} ignored: {}", self.count, self.paths.join(", "))?;
        if self.count > self.paths.len() { f.write_str(", …") } else { Ok(()) }
    }
}

impl Unknown {
    /// A note for developers; empty if nothing was ignored.
    pub fn note(&self) -> String {
        let unknown = if self.count == 0 { String::new() } else { self.to_string() };
        match (self.is_garbled, unknown.is_empty()) {
            (false, _) => unknown,
            (true, true) => GARBLED.to_owned(),
            (true, false) => format!("{GARBLED}; {unknown}"),
        }
    }

    fn add(&mut self, path: &str, name: &str) {
        self.count += 1;
        if self.paths.len() < NAMED {
            // A strange field name may be a customer's words.
            let plain =
                name.len() <= NAME_CHARS && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
            self.paths.push(join(path, if plain { name } else { "?" }));
        }
    }
}

/// Parses an answer. `encoding` is its content-encoding.
pub(crate) fn read(body: &[u8], encoding: Option<&str>) -> Result<Understood, Mistake> {
    let plain = unpacked(body, encoding)?;
    let bytes = plain.as_deref().unwrap_or(body);
    let text = json::text(bytes);
    if text.trim().is_empty() {
        return Ok(Understood::default());
    }
    let found: Value = serde_json::from_str(&text).map_err(|error| Mistake::Malformed(json::problem(&error)))?;
    let is_garbled = std::str::from_utf8(bytes).is_err();
    let mut reading = Reading { unknown: Unknown { is_garbled, ..Unknown::default() } };
    let answer = reading.fit(found, &defs()["LogicResponseBody"], "").map_err(Mistake::Invalid)?;
    let answer = answer.unwrap_or_else(|| Value::Object(Map::new()));
    let answer = serde_json::from_value(answer)
        .map_err(|_| Mistake::Invalid("a value is outside of what its field allows".into()))?;
    Ok(Understood { answer, unknown: reading.unknown })
}

/// Accepts an answer to `request`; one that names another request is refused.
pub(crate) fn own(request: RequestId, answer: &LogicResponseBody) -> Result<(), Mistake> {
    match answer.request_id {
        Some(other) if other != request => {
            Err(Mistake::Invalid(format!("requestId: {other} was found, {request} is expected")))
        }
        _ => Ok(()),
    }
}

/// The unpacked body; none if it is not packed. The bytes decide, not the header: proxies unpack and leave the header
/// as it was.
fn unpacked(body: &[u8], encoding: Option<&str>) -> Result<Option<Vec<u8>>, Mistake> {
    let said = encoding.unwrap_or_default().to_ascii_lowercase();
    if let Some(other) = said.split(',').map(str::trim).find(|one| !KNOWN.contains(one)) {
        let shown: String = other.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
        return Err(Mistake::Malformed(format!("content-encoding {shown} is not known; use gzip, deflate or none")));
    }
    let mut bytes: Option<Vec<u8>> = None;
    for _ in 0..PACKED {
        let packed = bytes.as_deref().unwrap_or(body);
        if !packed.starts_with(&[0x1f, 0x8b]) {
            break;
        }
        bytes = Some(all_of(MultiGzDecoder::new(packed), "gzip")?);
    }
    let looks_plain = |text: &[u8]| {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii_start();
        text.first().is_none_or(|first| b"{[n\"".contains(first))
    };
    if bytes.is_none() && said.contains("deflate") && !looks_plain(body) {
        let with_header = all_of(ZlibDecoder::new(body), "deflate");
        bytes = Some(with_header.or_else(|_| all_of(DeflateDecoder::new(body), "deflate"))?);
    }
    Ok(bytes)
}

const KNOWN: [&str; 5] = ["", "identity", "gzip", "x-gzip", "deflate"];

fn all_of(packed: impl Read, name: &str) -> Result<Vec<u8>, Mistake> {
    let mut bytes = Vec::new();
    let most = u64::try_from(ANSWER_BYTES).unwrap_or(u64::MAX) + 1;
    packed.take(most).read_to_end(&mut bytes).map_err(|_| Mistake::Malformed(format!("it is not whole as {name}")))?;
    match bytes.len() > ANSWER_BYTES {
        true => Err(Mistake::Malformed(format!("larger than {ANSWER_BYTES} bytes"))),
        false => Ok(bytes),
    }
}

fn defs() -> &'static Value {
    static DEFS: OnceLock<Value> = OnceLock::new();
    DEFS.get_or_init(|| schema()["$defs"].take())
}

struct Reading {
    unknown: Unknown,
}

impl Reading {
    /// The value in the schema's shape; none if it is effectively absent.
    fn fit(&mut self, found: Value, schema: &Value, path: &str) -> Result<Option<Value>, String> {
        let schema = resolved(schema);
        if found.is_null() {
            return Ok(None);
        }
        if schema["oneOf"].is_array() {
            return self.variant(found, schema, path);
        }
        match kind_of(schema) {
            "array" => self.list(found, schema, path),
            "object" if schema["properties"].is_object() => self.object(found, schema, path),
            "object" => match found {
                Value::Object(_) => Ok(Some(found)),
                other if is_empty(&other) => Ok(None),
                other => Err(wrong(path, Some(&other), "an object")),
            },
            "string" => match &found {
                Value::String(text) => string(text, schema, path).map(|()| Some(found)),
                // An object with an id stands for its id: services return what they were given.
                Value::Object(fields) if schema["format"] == "uuid" && fields.contains_key("id") => {
                    self.fit(fields["id"].clone(), schema, &join(path, "id"))
                }
                other if is_empty(other) => Ok(None),
                other => Err(wrong(path, Some(other), expected(schema))),
            },
            "integer" => whole(&found, schema, path).map(Some),
            "boolean" if found.is_boolean() => Ok(Some(found)),
            "boolean" => Err(wrong(path, Some(&found), expected(schema))),
            _ => Ok(Some(found)),
        }
    }

    fn list(&mut self, found: Value, schema: &Value, path: &str) -> Result<Option<Value>, String> {
        let items = match found {
            Value::Array(items) => items,
            other if is_empty(&other) => return Ok(Some(Value::Array(Vec::new()))),
            other => return Err(wrong(path, Some(&other), "a list")),
        };
        let mut kept = Vec::with_capacity(items.len());
        let says_something = |item: &Value| !matches!(item, Value::String(text) if is_blank(text));
        for (i, item) in items.into_iter().enumerate().filter(|(_, item)| says_something(item)) {
            kept.extend(self.fit(item, &schema["items"], &format!("{path}[{i}]"))?);
        }
        Ok(Some(Value::Array(kept)))
    }

    fn object(&mut self, found: Value, schema: &Value, path: &str) -> Result<Option<Value>, String> {
        let fields = match found {
            Value::Object(fields) => fields,
            other if is_empty(&other) => Map::new(),
            other => return Err(wrong(path, Some(&other), "an object")),
        };
        let mut kept = Map::new();
        for (name, value) in fields {
            match schema["properties"].get(&name) {
                None => self.unknown.add(path, &name),
                Some(known) => {
                    let is_needed = is_required(schema, &name);
                    // Optional fields may be empty.
                    if (is_needed || !is_empty(&value))
                        && let Some(value) = self.fit(value, known, &join(path, &name))?
                    {
                        kept.insert(name, value);
                    }
                }
            }
        }
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !kept.contains_key(name) {
                return Err(wrong(&join(path, name), None, expected(resolved(&schema["properties"][name]))));
            }
        }
        Ok(Some(Value::Object(kept)))
    }

    /// Picks a variant by its `type`.
    fn variant(&mut self, found: Value, schema: &Value, path: &str) -> Result<Option<Value>, String> {
        let Value::Object(fields) = &found else { return Err(wrong(path, Some(&found), "an object")) };
        let variants = || schema["oneOf"].as_array().into_iter().flatten();
        let named = |variant: &&Value| fields.get("type").is_some() && tag(variant) == fields.get("type");
        let Some(variant) = variants().find(named) else {
            let all: Vec<_> = variants().filter_map(|variant| tag(variant)?.as_str()).collect();
            let place = join(path, "type");
            return Err(match fields.get("type") {
                Some(Value::String(_)) => format!("{place}: it is not one of {}", all.join(", ")),
                other => wrong(&place, other, &format!("one of {}", all.join(", "))),
            });
        };
        self.object(found, variant, path)
    }
}

/// Resolves references and "this or null".
fn resolved(schema: &Value) -> &Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|text| text.strip_prefix("#/$defs/")) {
        return resolved(&defs()[name]);
    }
    match schema["oneOf"].as_array().map(Vec::as_slice) {
        Some([one, null] | [null, one]) if null["type"] == "null" => resolved(one),
        _ => schema,
    }
}

fn kind_of(schema: &Value) -> &str {
    match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or_default(),
        kind => kind.as_str().unwrap_or_default(),
    }
}

fn tag(variant: &Value) -> Option<&Value> {
    variant["properties"]["type"]["enum"].get(0)
}

fn is_required(schema: &Value, name: &str) -> bool {
    schema["required"].as_array().is_some_and(|required| required.iter().any(|one| one == name))
}

/// Null, empty text, and whatever a language makes of an empty list or map.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => is_blank(text),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn string(text: &str, schema: &Value, path: &str) -> Result<(), String> {
    let fits = match schema["format"].as_str() {
        Some("uuid") => Uuid::parse_str(text).is_ok_and(|id| !id.is_nil()),
        Some("date-time") => text.parse::<Time>().is_ok_and(|time| time.0 >= 0),
        _ => schema["enum"].as_array().is_none_or(|all| all.iter().any(|one| one == text)),
    };
    if fits { Ok(()) } else { Err(format!("{}: it is not {}", place(path), expected(schema))) }
}

/// An integer, also from languages with floats only.
fn whole(found: &Value, schema: &Value, path: &str) -> Result<Value, String> {
    let number = found.as_i64().or_else(|| {
        let float = found.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < 9e15)?;
        format!("{float:.0}").parse().ok()
    });
    let number = number.ok_or_else(|| wrong(path, Some(found), "a whole number"))?;
    if schema["minimum"].as_i64().is_some_and(|least| number < least) {
        return Err(format!("{}: it is below the least that is allowed", place(path)));
    }
    if number > most(schema) {
        return Err(format!("{}: it is above the most that is allowed", place(path)));
    }
    Ok(number.into())
}

/// The largest number that a field can hold.
fn most(schema: &Value) -> i64 {
    let holds = match (schema["format"].as_str(), schema["minimum"].as_i64()) {
        (Some("int32"), Some(0..)) => i64::from(u32::MAX),
        (Some("int32"), _) => i64::from(i32::MAX),
        _ => i64::MAX,
    };
    schema["maximum"].as_i64().map_or(holds, |most| most.min(holds))
}

fn wrong(path: &str, found: Option<&Value>, expected: &str) -> String {
    let found = match found {
        None | Some(Value::Null) => "nothing",
        Some(Value::Bool(_)) => "true or false",
        Some(Value::Number(_)) => "a number",
        Some(Value::String(_)) => "a text",
        Some(Value::Array(_)) => "a list",
        Some(Value::Object(_)) => "an object",
    };
    format!("{}: {found} was found, {expected} is expected", place(path))
}

fn expected(schema: &Value) -> &str {
    match (kind_of(schema), schema["format"].as_str()) {
        ("string", Some("uuid")) => "a UUID other than the nil one",
        ("string", Some("date-time")) => "a time such as 2026-11-03T14:02:31.250Z, from 1970 to 9999-12-30",
        ("string", _) if schema["enum"].is_array() => "one of the values in the schema",
        ("string", _) => "a text",
        ("array", _) => "a list",
        ("integer", _) => "a whole number",
        ("boolean", _) => "true or false",
        _ => "an object",
    }
}

fn place(path: &str) -> &str {
    if path.is_empty() { "the answer" } else { path }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

#[cfg(test)]
mod tests;
