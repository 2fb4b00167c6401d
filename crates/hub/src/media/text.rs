//! Detects text and its encoding while the bytes pass by.

/// An encoding in which files are stored and served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charset {
    Utf8,
    Utf16Le,
    Utf16Be,
    Windows1252,
}

impl Charset {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1252 => "windows-1252",
        }
    }
}

/// Examines a file part by part.
#[derive(Debug, Default)]
pub(super) struct Reading {
    bytes: u64,
    first: Vec<u8>,
    /// Bytes of a character or unit that were cut at a part's end.
    cut: Vec<u8>,
    is_not_utf8: bool,
    is_not_1252: bool,
    is_not_16: bool,
    /// For UTF-16: a high surrogate awaits its low one.
    high: bool,
    has_nul: bool,
}

impl Reading {
    pub(super) fn see(&mut self, part: &[u8]) {
        let rest = 2usize.saturating_sub(self.first.len()).min(part.len());
        self.first.extend_from_slice(&part[..rest]);
        self.bytes += part.len() as u64;
        self.has_nul |= part.contains(&0);
        self.is_not_1252 |= part.iter().any(|byte| !is_1252(*byte));
        match self.order() {
            Some(is_little) => self.see_16(part, is_little),
            None if self.first.len() == 2 => self.see_8(part),
            // Only one byte so far.
            None => self.cut.extend_from_slice(part),
        }
    }

    /// The encoding of all bytes so far; none if they are not text.
    pub(super) fn charset(&self) -> Option<Charset> {
        if let Some(is_little) = self.order() {
            let whole = !self.is_not_16 && !self.high && self.cut.is_empty();
            return whole.then_some(if is_little { Charset::Utf16Le } else { Charset::Utf16Be });
        }
        if self.has_nul {
            return None;
        }
        if !self.is_not_utf8 && std::str::from_utf8(&self.cut).is_ok() {
            return Some(Charset::Utf8);
        }
        (!self.is_not_1252).then_some(Charset::Windows1252)
    }

    /// UTF-16's byte order mark: true if the low byte comes first.
    fn order(&self) -> Option<bool> {
        match self.first.as_slice() {
            [0xff, 0xfe] => Some(true),
            [0xfe, 0xff] => Some(false),
            _ => None,
        }
    }

    fn see_8(&mut self, part: &[u8]) {
        if self.is_not_utf8 {
            return;
        }
        let joined;
        let bytes = if self.cut.is_empty() {
            part
        } else {
            joined = [std::mem::take(&mut self.cut).as_slice(), part].concat();
            &joined
        };
        if let Err(error) = std::str::from_utf8(bytes) {
            match error.error_len() {
                Some(_) => self.is_not_utf8 = true,
                None => self.cut = bytes[error.valid_up_to()..].to_vec(),
            }
        }
    }

    fn see_16(&mut self, part: &[u8], is_little: bool) {
        let bytes = [std::mem::take(&mut self.cut).as_slice(), part].concat();
        let units = bytes.chunks_exact(2);
        self.cut = units.remainder().to_vec();
        for unit in units {
            let pair = [unit[0], unit[1]];
            let unit = if is_little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) };
            let is_low = (0xdc00..0xe000).contains(&unit);
            self.is_not_16 |= is_low != self.high || unit == 0;
            self.high = (0xd800..0xdc00).contains(&unit);
        }
    }
}

/// Printable in this encoding: no control characters but those of logs and pages.
fn is_1252(byte: u8) -> bool {
    match byte {
        b'\t' | b'\n' | b'\r' | 0x0c | 0x1b => true,
        0..=0x1f | 0x7f | 0x81 | 0x8d | 0x8f | 0x90 | 0x9d => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::{Charset, Reading};

    fn of(bytes: &[u8], part: usize) -> Option<Charset> {
        let mut reading = Reading::default();
        bytes.chunks(part).for_each(|part| reading.see(part));
        reading.charset()
    }

    fn utf16(text: &str, to: fn(u16) -> [u8; 2]) -> Vec<u8> {
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(to).collect()
    }

    #[test]
    fn encodings_are_found_however_the_bytes_are_cut() {
        let text = "Grüße 👍 κόσμε";
        for part in [1, 2, 3, 5, 1000] {
            assert_eq!(of(text.as_bytes(), part), Some(Charset::Utf8), "{part}");
            assert_eq!(of(format!("\u{feff}{text}").as_bytes(), part), Some(Charset::Utf8), "{part}");
            assert_eq!(of(b"x", part), Some(Charset::Utf8));
            assert_eq!(of(&utf16(text, u16::to_le_bytes), part), Some(Charset::Utf16Le), "{part}");
            assert_eq!(of(&utf16(text, u16::to_be_bytes), part), Some(Charset::Utf16Be), "{part}");
            assert_eq!(of(b"Gr\xfc\xdfe f\xfcr 5 \x80", part), Some(Charset::Windows1252), "{part}");
            assert_eq!(of(b"\xfc", part), Some(Charset::Windows1252));
        }
    }

    #[test]
    fn what_is_no_text_is_none() {
        for bytes in [
            b"a\0b".as_slice(),
            b"Gr\xfc\xdfe\x01",
            b"\xff\xfea\0b",
            b"\xff\xfe\0\xd8a\0",
            b"\xff\xfe\0\xdc",
            b"\xff\xfe\0\xd8",
            b"\xff\xfe\0\0",
        ] {
            for part in [1, 2, 100] {
                assert_eq!(of(bytes, part), None, "{bytes:?} in parts of {part}");
            }
        }
        assert_eq!(of("Grüß".as_bytes().split_at(3).0, 100), Some(Charset::Windows1252), "cut text is still text");
    }
}
