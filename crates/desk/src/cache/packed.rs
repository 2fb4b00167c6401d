//! Compact events: the hub's JSON, with ids, times and frequent phrases in a few bytes each.
//!
//! Lossless for any text: unknown parts are kept unchanged. JSON contains no control characters, so they serve as
//! codes.

use tandem_conversation::{ConversationId, Position, Time};
use uuid::Uuid;

/// First byte of a text kept unchanged.
const PLAIN: u8 = 0x00;
/// A quoted id: 16 bytes follow.
const ID: u8 = 0x01;
/// A quoted time: 6 bytes of milliseconds since 1970 follow.
const TIME: u8 = 0x02;
/// The beginning of the event, which follows from the row's key.
const HEAD: u8 = 0x03;

/// Phrases of the remaining control characters; white space is literal. A code never changes.
const PHRASES: [(u8, &str); 25] = [
    (0x04, r#""time":"#),
    (0x05, r#","actor":{"kind":"customer"},"cause":"#),
    (0x06, r#","actor":{"kind":"agent","user":"#),
    (0x07, r#","actor":{"kind":"logic"},"cause":"#),
    (0x08, r#","actor":{"kind":"system"},"cause":"#),
    (0x0b, r#""},"cause":"#),
    (0x0c, r#","name":""#),
    (0x0e, r#","body":{"turn_added":{"turn":{"id":"#),
    (0x0f, r#","engagement":"#),
    (0x10, r#","content":{"type":"text","text":""#),
    (0x11, r#","content":{"type":"note","text":""#),
    (0x12, r#""}},"received":"#),
    (0x13, r#""},"silent":true},"received":"#),
    (0x14, r#"}}}"#),
    (0x15, r#","body":{"received":{"side":"customer","stage":"#),
    (0x16, r#","body":{"received":{"side":"desk","stage":"#),
    (0x17, r#""delivered","upTo":"#),
    (0x18, r#""seen","upTo":"#),
    (0x19, r#","body":{"logic_asked":{"request":{"id":"#),
    (0x1a, r#","body":{"logic_answered":{"request":"#),
    (0x1b, r#","trigger":"#),
    (0x1c, r#","body":{"engagement_ended":{"engagement":"#),
    (0x1d, r#","body":{"engagement_started":{"engagement":{"id":"#),
    (0x1e, r#","since":"#),
    (0x1f, r#","content":{"type":"question","text":""#),
];

/// With the quotes.
const ID_BYTES: usize = 38;
/// `"2026-11-03T14:02:31.250Z"`.
const TIME_BYTES: usize = 26;

/// Packs `json`, stored under this conversation and position.
pub(crate) fn pack(conversation: ConversationId, position: Position, json: &str) -> Vec<u8> {
    let mut packed = Vec::with_capacity(json.len() / 2);
    let is_free = |byte: u8| byte >= 0x20 || matches!(byte, b'\t' | b'\n' | b'\r');
    if !json.bytes().all(is_free) {
        packed.push(PLAIN);
        packed.extend_from_slice(json.as_bytes());
        return packed;
    }
    let mut rest = json;
    if let Some(after) = rest.strip_prefix(head(conversation, position).as_str()) {
        packed.push(HEAD);
        rest = after;
    }
    while let Some(first) = rest.bytes().next() {
        let taken = match first {
            b'"' => id(rest, &mut packed).or_else(|| time(rest, &mut packed)).or_else(|| phrase(rest, &mut packed)),
            b',' | b'}' => phrase(rest, &mut packed),
            _ => None,
        };
        let taken = taken.unwrap_or_else(|| {
            let next = rest.bytes().skip(1).position(|byte| matches!(byte, b'"' | b',' | b'}'));
            let end = next.map_or(rest.len(), |next| next + 1);
            packed.extend_from_slice(&rest.as_bytes()[..end]);
            end
        });
        rest = &rest[taken..];
    }
    packed
}

fn head(conversation: ConversationId, position: Position) -> String {
    format!(r#"{{"conversation":"{conversation}","position":{position},"#)
}

fn id(text: &str, into: &mut Vec<u8>) -> Option<usize> {
    let inside = text.get(1..ID_BYTES - 1)?;
    let is_id = text.as_bytes().get(ID_BYTES - 1) == Some(&b'"') && !inside.bytes().any(|b| b.is_ascii_uppercase());
    let id = Uuid::try_parse(inside).ok().filter(|_| is_id)?;
    into.push(ID);
    into.extend_from_slice(id.as_bytes());
    Some(ID_BYTES)
}

fn time(text: &str, into: &mut Vec<u8>) -> Option<usize> {
    let inside = text.get(1..TIME_BYTES - 1)?;
    let bytes = text.as_bytes();
    if bytes.get(TIME_BYTES - 1) != Some(&b'"')
        || bytes.get(5) != Some(&b'-')
        || bytes.get(TIME_BYTES - 2) != Some(&b'Z')
    {
        return None;
    }
    let time = inside.parse::<Time>().ok().filter(|time| (0..1 << 48).contains(&time.0))?;
    if time.to_string() != inside {
        return None;
    }
    into.push(TIME);
    into.extend_from_slice(&time.0.to_be_bytes()[2..]);
    Some(TIME_BYTES)
}

fn phrase(text: &str, into: &mut Vec<u8>) -> Option<usize> {
    let (code, phrase) = PHRASES.iter().find(|(_, phrase)| text.starts_with(phrase))?;
    into.push(*code);
    Some(phrase.len())
}

/// Restores the text; none if it was not made by [`pack`].
pub(crate) fn unpack(conversation: ConversationId, position: Position, packed: &[u8]) -> Option<String> {
    if let Some((&PLAIN, json)) = packed.split_first() {
        return String::from_utf8(json.to_vec()).ok();
    }
    let mut json = Vec::with_capacity(packed.len() * 3);
    let mut rest = packed;
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        match first {
            ID => {
                let (bytes, after) = rest.split_first_chunk::<16>()?;
                json.extend_from_slice(format!("\"{}\"", Uuid::from_bytes(*bytes)).as_bytes());
                rest = after;
            }
            TIME => {
                let (bytes, after) = rest.split_first_chunk::<6>()?;
                let ms = bytes.iter().fold(0_i64, |ms, byte| ms << 8 | i64::from(*byte));
                json.extend_from_slice(format!("\"{}\"", Time(ms)).as_bytes());
                rest = after;
            }
            HEAD => json.extend_from_slice(head(conversation, position).as_bytes()),
            0x20.. | b'\t' | b'\n' | b'\r' => {
                let end = rest.iter().position(|byte| *byte < 0x20).unwrap_or(rest.len());
                json.push(first);
                json.extend_from_slice(&rest[..end]);
                rest = &rest[end..];
            }
            code => {
                let (_, phrase) = PHRASES.iter().find(|(known, _)| *known == code)?;
                json.extend_from_slice(phrase.as_bytes());
            }
        }
    }
    String::from_utf8(json).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HERE: ConversationId = ConversationId(Uuid::from_u128(0x0193_a1b2_c3d4_7000_8000_1234_5678_9abc));

    fn check(json: &str) -> usize {
        let packed = pack(HERE, Position(7), json);
        assert_eq!(unpack(HERE, Position(7), &packed).as_deref(), Some(json));
        packed.len()
    }

    #[test]
    fn an_event_becomes_little_more_than_its_words() {
        let json = format!(
            r#"{{"conversation":"{HERE}","position":7,"time":"2026-11-03T14:02:31.250Z","actor":{{"kind":"customer"}},"cause":"{HERE}","body":{{"turn_added":{{"turn":{{"id":"{HERE}","content":{{"type":"text","text":"Hello, \"you\"\n👍"}}}},"received":"2026-11-03T14:02:31.249Z"}}}}}}"#
        );
        assert_eq!((json.len(), check(&json)), (348, 75));
    }

    #[test]
    fn whatever_was_written_comes_back() {
        for text in [
            "",
            "{}",
            "\"",
            "}}}",
            "\u{1}\u{2}",
            "a\nb\t\u{0}",
            "\"2026-11-03T14:02:31.250Z\"",
            "\"2026-13-03T14:02:31.250Z\"",
            "\"2026-11-03T24:00:00.000Z\"",
            "\"1960-11-03T14:02:31.250Z\"",
            "\"0193A1B2-c3d4-7000-8000-123456789abc\"",
            "\"0193a1b2-c3d4-7000-8000-123456789abc",
            "\"ééééééééééééééééééééé\"",
            ",\"name\":\"\"",
        ] {
            check(text);
        }
        assert_eq!(unpack(HERE, Position(7), &[ID, 1, 2]), None, "a torn row is noticed");
    }

    #[test]
    fn every_phrase_has_its_own_free_code() {
        for (n, (code, phrase)) in PHRASES.iter().enumerate() {
            assert!((0x04..0x20).contains(code) && !matches!(code, b'\t' | b'\n' | b'\r'), "{code}");
            assert!(phrase.starts_with(['"', ',', '}']), "{phrase} is looked for where it can begin");
            assert!(PHRASES[n + 1..].iter().all(|(other, _)| other != code), "{code} twice");
            check(phrase);
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in "[\\x00-\\x7f\"é👍,}]{0,200}") {
            check(&text);
        }
    }
}
