//! How a customer reaches the company, and what each way can do.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use ts_rs::TS;
use utoipa::ToSchema;

/// How a customer reaches the company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    WebChat,
    Whatsapp,
    Imported,
}

/// What a channel can do. The hub, the desk and the core ask here and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The display name.
    pub name: &'static str,
    /// The name in search queries: `in:whatsapp`.
    pub key: &'static str,
    /// How long after the customer's last act replies are taken, in hours; none means no limit.
    pub window_hours: Option<u32>,
    pub reporting: Reporting,
    /// Whether approved templates can be sent, inside the window and outside it.
    pub templates: bool,
    /// Whether turns can quote others, and be reacted to.
    pub quotes: bool,
    /// Whether agents can send the contact cards of others.
    pub cards: bool,
    /// Whether the hub sends turns through a queue of its own; otherwise customers fetch them.
    pub queued: bool,
    /// Whether customers can be asked for a review beside the turns.
    pub reviews: bool,
    /// What one message holds; none if messages have no limits but our own.
    pub limits: Option<Limits>,
}

/// What one message of a channel holds. Texts are counted in UTF-16 units, the strictest way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A text.
    pub text: usize,
    /// The messages that one text may become.
    pub parts: usize,
    /// A text above buttons, above a list, or below a file.
    pub body: usize,
    pub buttons: usize,
    pub button: usize,
    /// Rows of a list, their titles, and what stands below a title.
    pub rows: usize,
    pub row: usize,
    pub row_detail: usize,
    /// The kinds of files that are shown as what they are, with their largest size in bytes.
    pub shown: &'static [(FileKind, &'static [&'static str], u64)],
    /// Any other file, in bytes: it travels as a document.
    pub file_bytes: u64,
}

/// How a file travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    Image,
    Video,
    Audio,
    /// To be opened, not shown.
    Document,
}

impl Limits {
    /// How a file travels; none if it is too large.
    #[must_use]
    pub fn kind_of(&self, content_type: &str, bytes: u64) -> Option<FileKind> {
        let mime = content_type.split(';').next().unwrap_or_default().trim();
        let shown = self.shown.iter().find(|(_, types, most)| types.contains(&mime) && bytes <= *most);
        shown.map(|(kind, ..)| *kind).or_else(|| (bytes <= self.file_bytes).then_some(FileKind::Document))
    }
}

/// WhatsApp's name for a button that shares the customer's phone number.
const NUMBER_REQUEST: &str = "request_contact_info";
const MEGABYTE: u64 = 1024 * 1024;

/// Of WhatsApp's Cloud API.
const WHATSAPP: Limits = Limits {
    text: 4_096,
    parts: 5,
    body: 1_024,
    buttons: 3,
    button: 20,
    rows: 10,
    row: 24,
    row_detail: 72,
    shown: &[
        (FileKind::Image, &["image/jpeg", "image/png"], 5 * MEGABYTE),
        (FileKind::Video, &["video/mp4", "video/3gpp"], 16 * MEGABYTE),
        (FileKind::Audio, &["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"], 16 * MEGABYTE),
    ],
    file_bytes: 100 * MEGABYTE,
};

/// How a channel reports what became of our turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reporting {
    /// "Everything up to here has arrived, or was seen."
    Cumulative,
    /// Turn by turn, in any order and any number of times.
    PerTurn,
    Never,
}

impl Channel {
    /// All channels.
    pub const EVERY: [Self; 3] = [Self::WebChat, Self::Whatsapp, Self::Imported];

    #[must_use]
    pub const fn facts(self) -> Facts {
        match self {
            Self::WebChat => Facts {
                name: "Web chat",
                key: "webchat",
                window_hours: None,
                reporting: Reporting::Cumulative,
                templates: false,
                quotes: false,
                cards: false,
                queued: false,
                reviews: true,
                limits: None,
            },
            Self::Whatsapp => Facts {
                name: "WhatsApp",
                key: "whatsapp",
                window_hours: Some(24),
                reporting: Reporting::PerTurn,
                templates: true,
                quotes: true,
                cards: true,
                queued: true,
                reviews: true,
                limits: Some(WHATSAPP),
            },
            Self::Imported => Facts {
                name: "Imported",
                key: "imported",
                window_hours: None,
                reporting: Reporting::Never,
                templates: false,
                quotes: false,
                cards: false,
                queued: false,
                reviews: false,
                limits: None,
            },
        }
    }

    /// A question for the customer's phone number, in the channel's own words; none where there is no such thing.
    #[must_use]
    pub fn number_request(self, text: &str) -> Option<Map<String, Value>> {
        if self != Self::Whatsapp {
            return None;
        }
        let request = json!({ "type": "interactive", "interactive": { "type": NUMBER_REQUEST,
            "body": { "text": text }, "action": { "name": NUMBER_REQUEST } } });
        request.as_object().cloned()
    }

    /// Whether a turn in the channel's own words asks for the customer's phone number.
    #[must_use]
    pub fn asks_for_number(self, raw: &Map<String, Value>) -> bool {
        let kind = raw.get("interactive").and_then(|interactive| interactive.get("type"));
        self == Self::Whatsapp && kind.and_then(Value::as_str) == Some(NUMBER_REQUEST)
    }

    /// The display name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.facts().name
    }
}

impl Facts {
    /// How long after the customer's last act replies are taken, in milliseconds; none means no limit.
    #[must_use]
    pub fn window_ms(&self) -> Option<i64> {
        self.window_hours.map(|hours| i64::from(hours) * 3_600_000)
    }
}
