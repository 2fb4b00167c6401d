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

/// Marks, overrides and isolates of the text's direction, with which a name could pass for another.
#[must_use]
pub fn turns_text(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A name or title in one line: line breaks and runs of white space become a space; control characters and
/// [what turns text](turns_text) go.
#[must_use]
pub fn one_line(text: &str) -> String {
    let words: Vec<_> =
        text.split_whitespace().map(|word| word.replace(|c: char| c.is_control() || turns_text(c), "")).collect();
    words.iter().filter(|word| !word.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// Removes control characters except line breaks and tabs. Direction marks are not control characters.
pub(crate) fn without_controls(text: String) -> String {
    let is_out = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.contains(is_out) { text.replace(is_out, "") } else { text }
}

#[cfg(test)]
mod tests {
    use super::{INVISIBLE, is_blank, one_line, without_controls};

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
    fn a_name_is_one_line_that_reads_in_its_own_direction() {
        for (text, kept) in [
            ("Lena Brandt", "Lena Brandt"),
            ("a\u{202e}b\nc", "ab c"),
            (" \u{2066}Lena\u{2069}\r\n\t Brandt\u{200f} ", "Lena Brandt"),
            ("a \u{202d} b", "a b"),
            ("Le\u{0}na\u{2028}\u{7f}", "Lena"),
            ("👩\u{200d}💻", "👩\u{200d}💻"),
            ("\u{5d0}\u{5d1}", "\u{5d0}\u{5d1}"),
            ("\u{202e}\n", ""),
        ] {
            assert_eq!(one_line(text), kept);
        }
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
