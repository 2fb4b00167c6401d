//! The kind of a file, decided by its bytes and never by the sender: its first bytes, or that all of them are text.

/// The number of first bytes examined.
pub(super) const HEAD_BYTES: usize = 64 * 1024;

/// The kind of a complete file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub content_type: &'static str,
    /// Allowed name endings. A name with any other ending gets the first one.
    pub endings: &'static [&'static str],
    /// Whether a browser may show it; everything else is saved.
    pub inline: bool,
    is: fn(&[u8], &str) -> bool,
}

/// Allowed kinds besides text. The first match counts.
const KINDS: &[Kind] = &[
    // Pictures that every browser decodes in a sandbox.
    shown("image/png", &["png"], |head, _| head.starts_with(b"\x89PNG\r\n\x1a\n")),
    shown("image/jpeg", &["jpg", "jpeg", "jpe", "jfif"], |head, _| head.starts_with(b"\xff\xd8\xff")),
    shown("image/gif", &["gif"], |head, _| head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a")),
    // RIFF alone is ambiguous: sound is RIFF, too.
    shown("image/webp", &["webp"], |head, _| riff(head, b"WEBP")),
    // Phones take pictures in it. Browsers that cannot show it save it.
    shown("image/avif", &["avif"], |head, _| brands(head).any(|brand| matches!(brand, b"avif" | b"avis"))),
    shown("image/heic", &["heic", "heif"], |head, _| {
        brands(head).any(|brand| matches!(brand, b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx"))
    }),
    // Sound and films: players run no scripts.
    shown("audio/wav", &["wav"], |head, _| riff(head, b"WAVE")),
    shown("video/ogg", &["ogv", "ogg"], |head, _| head.starts_with(b"OggS") && holds(head, b"\x80theora")),
    shown("audio/ogg", &["ogg", "oga", "opus"], |head, _| head.starts_with(b"OggS")),
    shown("audio/mpeg", &["mp3"], |head, _| is_tagged(head) || is_layer_three(head)),
    shown("audio/mp4", &["m4a", "m4b"], |head, _| matches!(brand(head), Some(b"M4A " | b"M4B "))),
    shown("video/quicktime", &["mov", "qt"], |head, _| brand(head) == Some(b"qt  ")),
    shown("video/mp4", &["mp4", "m4v"], |head, _| brand(head).is_some_and(|brand| FILMS.contains(&brand))),
    shown("video/webm", &["webm", "weba"], |head, _| {
        head.starts_with(b"\x1a\x45\xdf\xa3") && holds(&head[..head.len().min(64)], b"webm")
    }),
    // Scripts inside run in the viewer's own sandbox.
    shown("application/pdf", &["pdf"], |head, _| head.starts_with(b"%PDF-")),
    // Office documents are saved: no browser shows them, and their programs ask before running macros.
    saved("application/vnd.oasis.opendocument.text", &["odt"], |head, _| opendocument(head, b"text")),
    saved("application/vnd.oasis.opendocument.spreadsheet", &["ods"], |head, _| opendocument(head, b"spreadsheet")),
    saved("application/vnd.oasis.opendocument.presentation", &["odp"], |head, _| opendocument(head, b"presentation")),
    saved("application/vnd.openxmlformats-officedocument.wordprocessingml.document", &["docx"], |head, ending| {
        office(head, b"word/", "docx", ending)
    }),
    saved("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &["xlsx"], |head, ending| {
        office(head, b"xl/", "xlsx", ending)
    }),
    saved("application/vnd.openxmlformats-officedocument.presentationml.presentation", &["pptx"], |head, ending| {
        office(head, b"ppt/", "pptx", ending)
    }),
    // One container for all of them and for installers: only the name tells them apart.
    saved("application/msword", &["doc"], |head, ending| compound(head) && ending == "doc"),
    saved("application/vnd.ms-excel", &["xls"], |head, ending| compound(head) && ending == "xls"),
    saved("application/vnd.ms-powerpoint", &["ppt"], |head, ending| compound(head) && ending == "ppt"),
    saved("application/vnd.ms-outlook", &["msg"], |head, ending| compound(head) && ending == "msg"),
    saved("application/rtf", &["rtf"], |head, _| head.starts_with(b"{\\rtf")),
    // Opening an archive first lists its contents.
    saved("application/zip", &["zip"], |head, _| is_zip(head)),
];

/// Any text. Its ending must neither run nor promise another kind.
const TEXT: Kind = shown("text/plain", &["txt"], |_, _| false);
/// Text that a browser would take for a page: saved, under a text name.
const MARKUP: Kind = saved("text/plain", &["txt"], |_, _| false);

/// Endings that systems run, or open as a page.
const RUNNING: &[&str] = &[
    "action",
    "app",
    "appimage",
    "apk",
    "applescript",
    "bash",
    "bat",
    "cmd",
    "com",
    "command",
    "cpl",
    "csh",
    "desktop",
    "dll",
    "dmg",
    "docm",
    "dotm",
    "exe",
    "fish",
    "gadget",
    "hta",
    "htm",
    "html",
    "inf",
    "ins",
    "iqy",
    "iso",
    "jar",
    "js",
    "jse",
    "ksh",
    "lnk",
    "mht",
    "mhtml",
    "msc",
    "msi",
    "msp",
    "pif",
    "pptm",
    "ps1",
    "psm1",
    "py",
    "pyw",
    "rb",
    "reg",
    "scf",
    "scpt",
    "scr",
    "sct",
    "sh",
    "shb",
    "shtml",
    "svg",
    "svgz",
    "sys",
    "terminal",
    "tool",
    "url",
    "vb",
    "vbe",
    "vbs",
    "webloc",
    "workflow",
    "ws",
    "wsc",
    "wsf",
    "wsh",
    "xbap",
    "xht",
    "xhtml",
    "xlam",
    "xlsm",
    "xltm",
    "xsl",
    "xslt",
    "zsh",
];

const FILMS: &[&[u8; 4]] = &[
    b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9", b"mp41", b"mp42", b"mp71",
    b"avc1", b"dash", b"mmp4", b"M4V ", b"MSNV", b"f4v ", b"3gp4", b"3gp5", b"3gp6",
];

const fn shown(content_type: &'static str, endings: &'static [&'static str], is: fn(&[u8], &str) -> bool) -> Kind {
    Kind { content_type, endings, inline: true, is }
}

const fn saved(content_type: &'static str, endings: &'static [&'static str], is: fn(&[u8], &str) -> bool) -> Kind {
    Kind { content_type, endings, inline: false, is }
}

/// The kind of a file that begins with `head`, unless it is text. `ending` is its name's, in lower case.
pub(super) fn of_bytes(head: &[u8], ending: &str) -> Option<Kind> {
    KINDS.iter().find(|kind| (kind.is)(head, ending)).copied()
}

/// The kind of a text file that begins with `head`.
pub(super) fn of_text(head: &[u8], ending: &str) -> Kind {
    let start = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let is_markup = start.starts_with(b"<") || runs(ending) || matches!(ending, "xml" | "rss" | "atom");
    if is_markup { MARKUP } else { TEXT }
}

/// Whether it is a program; for the wording of the refusal.
pub(super) fn is_program(head: &[u8]) -> bool {
    const STARTS: &[&[u8]] = &[
        b"MZ",
        b"\x7fELF",
        b"\xfe\xed\xfa\xce",
        b"\xfe\xed\xfa\xcf",
        b"\xce\xfa\xed\xfe",
        b"\xcf\xfa\xed\xfe",
        b"\xca\xfe\xba\xbe",
        b"\0asm",
        b"dex\n",
    ];
    STARTS.iter().any(|start| head.starts_with(start))
}

pub(super) fn runs(ending: &str) -> bool {
    RUNNING.contains(&ending)
}

impl Kind {
    /// Whether a name may have this ending.
    pub(super) fn may_end(&self, ending: &str) -> bool {
        if self.content_type != "text/plain" {
            return self.endings.contains(&ending);
        }
        !runs(ending) && !KINDS.iter().any(|kind| kind.endings.contains(&ending))
    }
}

fn holds(head: &[u8], part: &[u8]) -> bool {
    head.windows(part.len()).any(|window| window == part)
}

fn riff(head: &[u8], form: &[u8]) -> bool {
    head.starts_with(b"RIFF") && head.get(8..12) == Some(form)
}

/// The main brand of an ISO media file.
fn brand(head: &[u8]) -> Option<&[u8; 4]> {
    if head.get(4..8) != Some(b"ftyp") {
        return None;
    }
    head.get(8..12)?.try_into().ok()
}

/// All brands of an ISO picture.
fn brands(head: &[u8]) -> impl Iterator<Item = &[u8; 4]> {
    let length = head.get(..4).and_then(|length| length.try_into().ok()).map_or(0, u32::from_be_bytes);
    let end = usize::try_from(length).unwrap_or(usize::MAX).min(head.len()).min(256);
    let main = brand(head).filter(|brand| !FILMS.contains(brand));
    let others = head.get(16..end).unwrap_or_default().chunks_exact(4).filter_map(|chunk| chunk.try_into().ok());
    main.into_iter().chain(others.filter(move |_: &&[u8; 4]| main.is_some()))
}

/// ID3v2 before the first frame.
fn is_tagged(head: &[u8]) -> bool {
    head.starts_with(b"ID3") && head.get(3).is_some_and(|version| (2..=4).contains(version))
}

/// The frame header of MPEG audio, layer III.
fn is_layer_three(head: &[u8]) -> bool {
    let &[a, b, c, ..] = head else { return false };
    a == 0xff && b & 0xe0 == 0xe0 && b & 0x18 != 0x08 && b & 0x06 == 0x02 && c & 0xf0 != 0xf0 && c & 0x0c != 0x0c
}

fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

fn opendocument(head: &[u8], what: &[u8]) -> bool {
    let kind = [b"mimetypeapplication/vnd.oasis.opendocument.", what].concat();
    is_zip(head) && head.get(30..).is_some_and(|rest| rest.starts_with(&kind))
}

fn office(head: &[u8], folder: &[u8], named: &str, ending: &str) -> bool {
    // The folder's entry may be beyond the examined bytes; then the name decides.
    is_zip(head) && holds(head, b"[Content_Types].xml") && (holds(head, folder) || named == ending)
}

fn compound(head: &[u8]) -> bool {
    head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
}
