//! Invisible text, and characters that no text needs.

/// Invisible code points other than white space and control characters, in order: Unicode's default-ignorable ones,
/// and the fillers and blanks of some scripts.
const INVISIBLE: &[(u32, u32)] = &[
    (0x00ad, 0x00ad),
    (0x034f, 0x034f),
    (0x061c, 0x061c),
    (0x115f, 0x1160),
    (0x17b4, 0x17b5),
    (0x180b, 0x180f),
    (0x200b, 0x200f),
    (0x202a, 0x202e),
    (0x2060, 0x206f),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xfe00, 0xfe0f),
    (0xfeff, 0xfeff),
    (0xffa0, 0xffa0),
    (0xfff0, 0xfffb),
    (0x1bca0, 0x1bca3),
    (0x1d159, 0x1d159),
    (0x1d173, 0x1d17a),
    (0xe0000, 0xe0fff),
];

/// Whether the text has no visible character.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control() || is_invisible(c))
}

fn is_invisible(c: char) -> bool {
    let code = u32::from(c);
    INVISIBLE.iter().any(|(first, last)| (*first..=*last).contains(&code))
}

/// Removes control characters except line breaks and tabs. Direction marks are not control characters.
pub(crate) fn without_controls(text: String) -> String {
    let is_out = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.contains(is_out) { text.replace(is_out, "") } else { text }
}

#[cfg(test)]
mod tests {
    use super::{INVISIBLE, is_blank, without_controls};

    #[test]
    fn invisible_is_empty() {
        for text in [
            "",
            " \n\t",
            "\u{200b}",
            "\u{2800}\u{2800}",
            "\u{3164}",
            "\u{2060}",
            "\u{feff}",
            "\u{ad}",
            "\u{200b} \u{2060}\n\u{fe0f}",
            "\u{202e}\u{202c}",
            "\u{e0020}",
            "\u{3000}\u{a0}",
            "\0\u{1b}\u{7}",
            "\u{115f}\u{1160}\u{ffa0}",
        ] {
            assert!(is_blank(text), "{text:?} shows nothing");
        }
        for text in [".", "👍\u{fe0f}", "👩\u{200d}💻", "a\u{200b}", "\u{5d0}\u{200f}", "한", "\u{fffd}", "ⵣ", "0"]
        {
            assert!(!is_blank(text), "{text:?} can be read");
        }
        assert!(INVISIBLE.is_sorted() && INVISIBLE.iter().all(|(first, last)| first <= last));
    }

    #[test]
    fn control_characters_go_and_everything_else_stays() {
        for (text, kept) in [
            ("\u{1b}[31mred\u{1b}[0m", "[31mred[0m"),
            ("a\0b\u{7}c\u{7f}d\u{9b}e", "abcde"),
            ("one\r\ntwo\tthree\n", "one\r\ntwo\tthree\n"),
            ("\u{202e}abc\u{202c} \u{2067}x\u{2069}", "\u{202e}abc\u{202c} \u{2067}x\u{2069}"),
        ] {
            assert_eq!(without_controls(text.to_owned()), kept);
        }
    }
}
