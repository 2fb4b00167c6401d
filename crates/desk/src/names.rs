//! Makes file names and types safe for every disk and every header: any sender's name becomes one name in one folder.

use tandem_conversation::{is_blank, turns_text};

/// Maximum length of a name in bytes: what most file systems allow, less what a program may add.
const NAME_BYTES: usize = 200;

/// Reserved device names on Windows.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "com", "lpt"];

/// A usable file name: no folder, no control or direction characters, not hidden, not too long, its ending kept. A
/// name without an ending gets its type's usual one.
pub(crate) fn safe(name: &str, content_type: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().map(|c| if is_unsafe(c) { '_' } else { c }).collect();
    // Neither hidden nor, on Windows, different from how it looks.
    let clean = clean.trim().trim_start_matches('.').trim_end_matches(['.', ' ']).trim();
    let clean = if is_blank(clean) { "file" } else { clean };
    let (stem, kind) = parts(clean);
    let kind = if kind.is_empty() { usual_ending(content_type) } else { kind };
    let bare = stem.split('.').next().unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_digit());
    let is_device = DEVICES.contains(&bare.to_ascii_lowercase().as_str());
    let stem = if is_device { format!("_{stem}") } else { stem.to_owned() };
    let kind = clipped(kind, NAME_BYTES / 2);
    format!("{}{kind}", clipped(&stem, NAME_BYTES - kind.len()))
}

/// The name without its ending, and the ending with its dot; empty if there is none.
pub(crate) fn parts(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot) if dot > 0 => name.split_at(dot),
        _ => (name, ""),
    }
}

/// A type that is valid in a header; otherwise plain bytes.
pub(crate) fn media_type(claimed: &str) -> String {
    let bare = claimed.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_token = |part: &str| {
        !part.is_empty()
            && part.len() < 100
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "!#$&^_.+-".contains(c))
    };
    match bare.split_once('/') {
        Some((kind, sub)) if is_token(kind) && is_token(sub) => bare,
        _ => "application/octet-stream".into(),
    }
}

/// Separators, control characters, and characters that disguise a name.
fn is_unsafe(c: char) -> bool {
    let is_invisible = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    c.is_control() || turns_text(c) || is_invisible || "<>:\"|?*".contains(c)
}

/// At most `most` bytes, in whole characters.
fn clipped(text: &str, most: usize) -> &str {
    let end = text.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= most).last();
    &text[..end.unwrap_or_default()]
}

fn usual_ending(content_type: &str) -> &'static str {
    match media_type(content_type).as_str() {
        "application/pdf" => ".pdf",
        "image/png" => ".png",
        "image/jpeg" => ".jpg",
        "image/gif" => ".gif",
        "image/webp" => ".webp",
        "text/plain" => ".txt",
        "text/csv" => ".csv",
        "audio/mpeg" => ".mp3",
        "audio/ogg" => ".ogg",
        "audio/mp4" => ".m4a",
        "video/mp4" => ".mp4",
        "video/webm" => ".webm",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_becomes_one_name_in_one_folder() {
        let long = format!("{}.pdf", "ä".repeat(130));
        for (name, kind, expected) in [
            ("invoice.pdf", "application/pdf", "invoice.pdf"),
            ("../../.bashrc", "text/plain", "bashrc.txt"),
            ("C:\\Users\\maya\\a.txt", "text/plain", "a.txt"),
            ("/etc/passwd", "", "passwd"),
            (".desktop", "", "desktop"),
            ("", "image/png", "file.png"),
            ("...", "", "file"),
            ("invoice.pdf. .", "application/pdf", "invoice.pdf"),
            ("a\nb\u{0}.txt", "", "a_b_.txt"),
            ("photo\u{202e}gpj.exe", "image/jpeg", "photo_gpj.exe"),
            ("NUL.txt", "", "_NUL.txt"),
            ("com1", "", "_com1"),
            ("grüße.txt", "", "grüße.txt"),
            ("photo", "image/jpeg; charset=x", "photo.jpg"),
        ] {
            assert_eq!(safe(name, kind), expected, "{name:?}");
        }
        let short = safe(&long, "application/pdf");
        assert!(short.len() <= NAME_BYTES && short.ends_with("ä.pdf"), "{short}");
    }

    #[test]
    fn a_type_is_two_tokens_or_only_bytes() {
        for (claimed, known) in [
            ("image/PNG", "image/png"),
            ("text/plain; charset=utf-8", "text/plain"),
            ("", "application/octet-stream"),
            ("text", "application/octet-stream"),
            ("text/pl\nain", "application/octet-stream"),
            ("a/b/c", "application/octet-stream"),
        ] {
            assert_eq!(media_type(claimed), known, "{claimed:?}");
        }
    }
}
