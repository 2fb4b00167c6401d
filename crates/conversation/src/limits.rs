//! Limits of a turn's parts, in characters or bytes as named.

/// Maximum text of a turn, in characters.
pub const TEXT_CHARS: usize = 10_000;
/// Maximum actions per answer.
pub const ACTIONS: usize = 64;
/// Maximum choices per question.
pub const CHOICES: usize = 30;
/// Maximum length of a choice's label or id, in characters.
pub const CHOICE_CHARS: usize = 200;
/// Maximum custom data of a conversation, in bytes of JSON.
pub const CUSTOM_BYTES: usize = 64 * 1024;
/// Maximum nested objects and lists in custom data. Parsers of JSON give up at about 128, and events carry it further in.
pub const CUSTOM_DEPTH: usize = 32;
/// Maximum tags per conversation.
pub const TAGS: usize = 50;
/// Maximum colleagues mentioned in one note.
pub const MENTIONS: usize = 20;
/// Maximum points in one part of a handover packet.
pub const POINTS: usize = 8;
/// Minimum lifetime of an external agent's link, in milliseconds.
pub const LINK_MIN_MS: i64 = 60 * 1000;
/// Maximum lifetime of an external agent's link, in milliseconds.
pub const LINK_MAX_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// Maximum custom buttons per account.
pub const BUTTONS: usize = 100;
/// Maximum title of a custom button, in characters.
pub const BUTTON_TITLE_CHARS: usize = 60;
/// Maximum URL template of a custom button, in characters.
pub const BUTTON_URL_CHARS: usize = 2_000;
/// Maximum filled URL of a custom button, in bytes.
pub const BUTTON_FILLED_BYTES: usize = 8_000;
/// Maximum length of a name, reason, tag, language or note label, in characters.
pub const LABEL_CHARS: usize = 500;
