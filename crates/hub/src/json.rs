//! Foreign JSON, read leniently but without guessing.

use std::borrow::Cow;

use serde::de::{DeserializeOwned, Error as _};
use serde_json::Value;
use serde_json::error::Category;

/// U+FFFD as an escape.
const REPLACEMENT: &str = "\\ufffd";

/// The text of a body without its byte order mark. U+FFFD replaces invalid UTF-8 and lone surrogates, which
/// JavaScript, Java and C# write when they cut a string in two.
pub(crate) fn text(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match String::from_utf8_lossy(bytes) {
        Cow::Borrowed(text) => whole_pairs(text),
        Cow::Owned(text) => Cow::Owned(whole_pairs(&text).into_owned()),
    }
}

/// Why something is not JSON, without quoting it.
pub(crate) fn problem(error: &serde_json::Error) -> String {
    // The parser's own limit; it classes that as a mistake of syntax.
    let is_deep = error.to_string().starts_with("recursion limit");
    let what = match error.classify() {
        _ if is_deep => "is nested too deeply",
        Category::Eof => "ends too early",
        Category::Data => "has another shape",
        Category::Syntax | Category::Io => "is not JSON",
    };
    format!("it {what} at line {}, column {}", error.line(), error.column())
}

/// Parses JSON. An error names the place, and none of the program's types.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    serde_json::from_str(text).map_err(|error| {
        if !error.is_data() {
            return error;
        }
        let mut again = serde_json::Deserializer::from_str(text);
        let place = serde_path_to_error::deserialize::<_, T>(&mut again).err().map(|error| error.path().to_string());
        let place = place.filter(|place| !place.contains('?') && place != ".").map(|place| inner::<T>(text, place));
        let place = place.map_or_else(String::new, |place| format!("{place}: "));
        serde_json::Error::custom(format!("{place}{}", without_types(&error.to_string())))
    })
}

/// Maximum fields of an object that is searched for a wrong one.
const SEARCHED: usize = 32;

/// Maximum size of what is searched: each field costs another reading of it, and anybody may send nonsense.
const SEARCHED_BYTES: usize = 8 * 1024;

/// The place of an error inside of an enum, where the reader does not name it: of the fields without which another error,
/// or none, comes.
fn inner<T: DeserializeOwned>(text: &str, mut place: String) -> String {
    if text.len() > SEARCHED_BYTES {
        return place;
    }
    let Ok(mut value) = serde_json::from_str::<Value>(text) else { return place };
    let complaint = |value: &Value| T::deserialize(value).err().map(|error| error.to_string());
    let Some(first) = complaint(&value) else { return place };
    let mut pointer = format!("/{}", place.replace(['.', '['], "/").replace(']', ""));
    while let Some(fields) = value.pointer(&pointer).and_then(Value::as_object).filter(|all| all.len() <= SEARCHED) {
        let names: Vec<String> = fields.keys().filter(|name| *name != "type").cloned().collect();
        let wrong = names.into_iter().find(|name| {
            let Some(taken) = value.pointer_mut(&pointer).and_then(|object| object.as_object_mut()?.remove(name))
            else {
                return false;
            };
            let is_other = complaint(&value).as_ref() != Some(&first);
            if let Some(object) = value.pointer_mut(&pointer).and_then(Value::as_object_mut) {
                object.insert(name.clone(), taken);
            }
            is_other
        });
        let Some(wrong) = wrong.filter(|name| !name.contains(['/', '~'])) else { break };
        place = format!("{place}.{wrong}");
        pointer = format!("{pointer}/{wrong}");
    }
    place
}

/// Maximum nesting of what is passed on; readers of JSON stop at 128, and frames add some.
const DEPTH: usize = 100;

/// Whether stored JSON can be passed on without parsing. One damaged piece would make a whole frame unreadable.
pub(crate) fn is_sound(text: &str) -> bool {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut is_quoted, mut is_escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            b'{' | b'[' if !is_quoted => depth += 1,
            b'}' | b']' if !is_quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest <= DEPTH && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// What the reader calls its types, and what those are in JSON.
const TYPES: [(&str, &str); 15] = [
    ("u32", "a whole number from 0"),
    ("u64", "a whole number from 0"),
    ("i64", "a whole number"),
    ("a formatted UUID string", "an id (a UUID as text)"),
    ("internally tagged enum ", "an object"),
    ("adjacently tagged enum ", "an object"),
    ("struct variant ", "an object"),
    ("tuple variant ", "a list"),
    ("tuple struct ", "a list"),
    ("newtype variant ", "another value"),
    ("newtype struct ", "another value"),
    ("unit variant ", "a text"),
    ("unit struct ", "null"),
    ("struct ", "an object"),
    ("enum ", "a text or an object"),
];

/// An error without the names of the program's types, which say nothing to anyone else.
fn without_types(error: &str) -> String {
    const EXPECTED: &str = "expected ";
    // What was found may be quoted before.
    let Some(place) = error.rfind(EXPECTED).map(|place| place + EXPECTED.len()) else { return error.to_owned() };
    let (before, expected) = error.split_at(place);
    for (name, meaning) in TYPES {
        if let Some(rest) = expected.strip_prefix(name) {
            let rest = rest.trim_start_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '<' | '>'));
            return format!("{before}{meaning}{rest}");
        }
    }
    error.to_owned()
}

fn whole_pairs(text: &str) -> Cow<'_, str> {
    let mut mended = String::new();
    let (mut kept, mut at) = (0, 0);
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('\\')) {
        let escape = at + found;
        let Some(unit) = unit_at(text, escape) else {
            // Another two-character escape; the character after a backslash may take several bytes.
            at = escape + 1 + text[escape + 1..].chars().next().map_or(0, char::len_utf8);
            continue;
        };
        at = escape + 6;
        match unit {
            0xd800..=0xdbff if unit_at(text, at).is_some_and(|low| (0xdc00..=0xdfff).contains(&low)) => at += 6,
            0xd800..=0xdfff => {
                mended.push_str(&text[kept..escape]);
                mended.push_str(REPLACEMENT);
                kept = at;
            }
            _ => {}
        }
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    mended.push_str(&text[kept..]);
    Cow::Owned(mended)
}

/// The UTF-16 unit of an escape such as `\u00e9` at this offset.
fn unit_at(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tandem_protocol::agents::CommandRequest;

    use super::{is_sound, parse, text, without_types};

    #[test]
    fn an_error_within_a_command_names_its_field() {
        let said = |command: serde_json::Value| {
            let id = "0193a1b2-c3d4-7000-8000-000000000001";
            let request = json!({ "id": id, "conversation": id, "command": command }).to_string();
            parse::<CommandRequest>(&request).unwrap_err().to_string()
        };
        let turn = "0193a1b2-c3d4-7000-8000-000000000002";
        for (command, place) in [
            (json!({ "type": "leave", "reason": 5 }), "command.reason: "),
            (json!({ "type": "note", "turn": "x", "text": "Look" }), "command.turn: "),
            (
                json!({ "type": "reply", "turn": turn, "content": { "type": "text", "text": 7 }, "writtenAgainst": 3 }),
                "command.content.text: ",
            ),
            (json!({ "type": "note", "text": "Look" }), "command: missing field `turn`"),
            (json!({ "type": "dance" }), "command.type: unknown variant"),
            (json!(5), "command: "),
        ] {
            let told = said(command.clone());
            assert!(told.starts_with(place), "{command}: {told}");
        }
    }

    #[test]
    fn what_would_spoil_a_frame_is_not_sound() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        for sound in ["{}", r#"{"a":"[[[{{\"[["}"#, &nested(100), &format!("[{}]", vec!["[]"; 500].join(","))] {
            assert!(is_sound(sound), "{sound}");
        }
        for unsound in ["", "nonsense", "{}}", "{\"a\":", &nested(101), r#"{"a":1} {"b":2}"#] {
            assert!(!is_sound(unsound), "{unsound}");
        }
    }

    #[test]
    fn errors_do_not_name_types_of_the_program() {
        for (said, told) in [
            (
                "invalid type: string \"x\", expected internally tagged enum ChatSend at line 1 column 3",
                "invalid type: string \"x\", expected an object at line 1 column 3",
            ),
            (
                "invalid type: integer `7`, expected struct variant GuestSend::Hello",
                "invalid type: integer `7`, expected an object",
            ),
            (
                "invalid type: null, expected struct BrandAddition at line 1 column 4",
                "invalid type: null, expected an object at line 1 column 4",
            ),
            ("missing field `text` at line 1 column 20", "missing field `text` at line 1 column 20"),
            ("unknown variant `x`, expected one of `a`, `b`", "unknown variant `x`, expected one of `a`, `b`"),
            (
                "invalid type: map, expected a string at line 1 column 9",
                "invalid type: map, expected a string at line 1 column 9",
            ),
        ] {
            assert_eq!(without_types(said), told);
        }
    }

    #[test]
    fn halves_of_surrogate_pairs_become_one_replacement_each() {
        for (sent, read) in [
            (r#""ok \ud83d""#, "ok \u{fffd}"),
            (r#""\ude00 ok""#, "\u{fffd} ok"),
            (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
            (r#""\ud83d\n\ude00""#, "\u{fffd}\n\u{fffd}"),
            (r#""\uD83D\uDE00""#, "😀"),
            (r#""\\ud83d""#, "\\ud83d"),
            (r#""\\\ud83d""#, "\\\u{fffd}"),
            (r#""\u00e9 é""#, "é é"),
            (r#""plain""#, "plain"),
        ] {
            let read_as: String = serde_json::from_str(&text(sent.as_bytes())).unwrap();
            assert_eq!(read_as, read, "{sent}");
        }
    }

    #[test]
    fn what_is_no_text_stays_what_it_is() {
        for sent in ["\\", "\"\\u12\"", "\"\\uzzzz\"", "\\ü", "\\ud8", "\"\\u+123\""] {
            assert_eq!(text(sent.as_bytes()), sent);
        }
        assert_eq!(text(b"\xef\xbb\xbf{}"), "{}");
        assert_eq!(text(b"\"caf\xe9\""), "\"caf\u{fffd}\"");
    }
}
