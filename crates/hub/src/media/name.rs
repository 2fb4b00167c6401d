//! File names: cleaned once on arrival, so that no screen, header or folder has to.

use tandem_conversation::{is_blank, turns_text};
use unicode_normalization::UnicodeNormalization as _;

use super::kind::Kind;

/// Maximum length of a name, in characters and in bytes; file systems allow 255 bytes.
const CHARS: usize = 120;
const BYTES: usize = 200;
/// Maximum length of an ending, in characters.
const ENDING_CHARS: usize = 12;
/// Windows treats these as devices, whatever follows.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$"];

/// The last path segment, without anything that a screen or a folder could misread.
pub(super) fn clean(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept = last.nfc().filter(|c| !is_invisible(*c));
    let kept: String =
        kept.map(|c| if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*') { '_' } else { c }).collect();
    let words: Vec<_> = kept.split_whitespace().collect();
    let name = words.join(" ");
    let name = name.trim_matches(['.', ' ']);
    match name {
        name if is_blank(name) => "file".to_owned(),
        name if is_device(name) => format!("_{name}"),
        name => name.to_owned(),
    }
}

/// Controls, and characters that change the text direction.
fn is_invisible(c: char) -> bool {
    c.is_control() || turns_text(c) || matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}')
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let numbered = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    let numbered =
        numbered.is_some_and(|n| matches!(n, "¹" | "²" | "³") || (n.len() == 1 && n.as_bytes()[0].is_ascii_digit()));
    numbered || DEVICES.contains(&stem.as_str())
}

/// The ending of a clean name in lower case; empty if it has none.
pub(super) fn ending(name: &str) -> String {
    split(name).1.to_lowercase()
}

fn split(name: &str) -> (&str, &str) {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && is_ending(ending) => (stem, ending),
        _ => (name, ""),
    }
}

fn is_ending(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= ENDING_CHARS && text.chars().all(char::is_alphanumeric)
}

/// A clean name with an ending that fits the kind, and of allowed length.
pub(super) fn fitting(name: &str, kind: &Kind) -> String {
    let found = ending(name);
    let is_text = kind.content_type == "text/plain";
    let fits = if found.is_empty() { is_text } else { kind.may_end(&found) };
    match kind.endings.first() {
        Some(first) if !fits => shortened(&format!("{name}.{first}")),
        _ => shortened(name),
    }
}

/// Cuts a name before its ending.
fn shortened(name: &str) -> String {
    let (stem, ending) = split(name);
    let ending = if ending.is_empty() { String::new() } else { format!(".{ending}") };
    let (mut chars, mut bytes) = (ending.chars().count(), ending.len());
    let kept = stem.chars().take_while(|c| {
        chars += 1;
        bytes += c.len_utf8();
        chars <= CHARS && bytes <= BYTES
    });
    let kept: String = kept.collect();
    let kept = if kept.len() == stem.len() { stem } else { kept.trim_end_matches(['.', ' ', '\u{200d}']) };
    format!("{kept}{ending}")
}

/// `content-disposition` by RFC 6266: the real name, and an ASCII one for old programs.
pub(super) fn disposition(inline: bool, name: &str) -> String {
    let kind = if inline { "inline" } else { "attachment" };
    let plain = |c: char| if matches!(c, ' '..='~') && !matches!(c, '"' | '\\' | '%') { c } else { '_' };
    let plain: String = name.chars().map(plain).collect();
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::super::kind;
    use super::{clean, disposition, fitting};

    #[test]
    fn names_are_cleaned_of_everything_that_means_something_else() {
        for (given, cleaned) in [
            ("invoice.pdf", "invoice.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\Carmen\\photo.jpg", "photo.jpg"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("\u{2066}a\u{2069}\u{200f}.txt", "a.txt"),
            ("a\r\nb\0\u{7f}\t.txt", "ab.txt"),
            ("  two   words .txt ", "two words .txt"),
            ("..", "file"),
            ("", "file"),
            ("/", "file"),
            ("\u{200b}", "file"),
            ("\u{2800}\u{ad}", "file"),
            (".htaccess", "htaccess"),
            ("report.pdf. . ", "report.pdf"),
            ("con", "_con"),
            ("NUL.txt", "_NUL.txt"),
            ("Com1.log", "_Com1.log"),
            ("lpt¹", "_lpt¹"),
            ("aux .c", "_aux .c"),
            ("console.txt", "console.txt"),
            ("a<b>:\"|?*.txt", "a_b______.txt"),
            ("gru\u{308}\u{df}e.txt", "grüße.txt"),
            ("👩‍👩‍👧.png", "👩‍👩‍👧.png"),
        ] {
            assert_eq!(clean(given), cleaned, "{given:?}");
        }
    }

    #[test]
    fn names_say_what_the_file_is() {
        let png = kind::of_bytes(b"\x89PNG\r\n\x1a\n", "png").unwrap();
        let text = kind::of_text(b"words", "txt");
        for (name, kind, fits) in [
            ("photo.png", &png, "photo.png"),
            ("photo.PNG", &png, "photo.PNG"),
            ("photo.jpg", &png, "photo.jpg.png"),
            ("photo", &png, "photo.png"),
            ("virus.exe", &png, "virus.exe.png"),
            ("README", &text, "README"),
            ("app.log", &text, "app.log"),
            ("export.csv", &text, "export.csv"),
            ("box.png", &text, "box.png.txt"),
            ("run.bat", &text, "run.bat.txt"),
            ("page.HTML", &text, "page.HTML.txt"),
        ] {
            assert_eq!(fitting(name, kind), fits);
        }
    }

    #[test]
    fn long_names_keep_their_ending() {
        let text = kind::of_text(b"words", "txt");
        let pdf = kind::of_bytes(b"%PDF-1.7", "pdf").unwrap();
        let long = fitting(&format!("{}.pdf", "ä".repeat(130)), &pdf);
        assert!(long.ends_with("ä.pdf") && long.len() <= 200 && long.chars().count() <= 120, "{long}");
        let wide = fitting(&format!("{}.md", "漢".repeat(130)), &text);
        assert!(wide.ends_with("漢.md") && wide.len() <= 200, "{wide}");
        let added = fitting(&format!("{}.exe", "a".repeat(300)), &pdf);
        assert!(added.ends_with("a.pdf") && added.len() <= 120, "{added}");
    }

    #[test]
    fn the_header_carries_every_name() {
        assert_eq!(disposition(true, "a.pdf"), "inline; filename=\"a.pdf\"; filename*=UTF-8''a.pdf");
        assert_eq!(
            disposition(false, "grüße \"1\"; 50%.txt"),
            "attachment; filename=\"gr__e _1_; 50_.txt\"; filename*=UTF-8''gr%C3%BC%C3%9Fe%20%221%22%3B%2050%25.txt"
        );
    }
}
