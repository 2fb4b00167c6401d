//! Foreign JSON, read leniently but without guessing.

use std::borrow::Cow;

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
    let what = match error.classify() {
        Category::Eof => "ends too early",
        Category::Data => "has another shape",
        Category::Syntax | Category::Io => "is not JSON",
    };
    format!("it {what} at line {}, column {}", error.line(), error.column())
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
    use super::text;

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
