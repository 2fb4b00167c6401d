//! Limits of a turn's parts, in characters or bytes as named.

/// Maximum text of a turn, in characters.
pub const TEXT_CHARS: usize = 10_000;
/// Maximum turns in a request to Your Logic.
pub const LOGIC_TURNS: usize = 200;
/// Maximum events read to find these turns.
pub const LOGIC_EVENTS: u32 = 600;
/// Maximum actions per answer.
pub const ACTIONS: usize = 64;
/// Maximum message in a channel's own words, in bytes of JSON.
pub const RAW_BYTES: usize = 32 * 1024;
/// Maximum comment in a review, in characters.
pub const COMMENT_CHARS: usize = 2_000;
/// Maximum delay of a request for a review, in seconds.
pub const REVIEW_DELAY_S: u32 = 30 * 24 * 60 * 60;
/// Maximum choices per question.
pub const CHOICES: usize = 30;
/// Maximum length of a choice's label or id, in characters.
pub const CHOICE_CHARS: usize = 200;
/// Maximum custom data of a conversation, in bytes of JSON.
pub const CUSTOM_BYTES: usize = 64 * 1024;
/// Maximum nested objects and lists in custom data. Parsers of JSON give up at about 128, and events carry it further in.
pub const CUSTOM_DEPTH: usize = 32;
/// Maximum people on one card.
pub const CARD_PEOPLE: usize = 50;
/// Maximum phone numbers, e-mail addresses and other lines of one person on a card.
pub const CARD_ADDRESSES: usize = 40;
/// Maximum lines of an order.
pub const ORDER_LINES: usize = 100;
/// Maximum fields of a filled form.
pub const FORM_FIELDS: usize = 100;
/// Maximum size of a filled form, in bytes.
pub const FORM_BYTES: usize = 64 * 1024;
/// Maximum values of a template.
pub const TEMPLATE_VALUES: usize = 60;
/// Maximum length of one value of a template, in characters.
pub const TEMPLATE_VALUE_CHARS: usize = 1_024;
/// Maximum length of a reaction, in characters. An emoji may take several.
pub const REACTION_CHARS: usize = 32;
/// Maximum tags per conversation.
pub const TAGS: usize = 50;
/// Maximum length of a tag that an agent writes, in characters.
pub const TAG_CHARS: usize = 60;
/// Maximum colleagues mentioned in one note.
pub const MENTIONS: usize = 20;
/// Maximum length of a snooze, in milliseconds.
pub const SNOOZE_MAX_MS: i64 = 90 * 24 * 60 * 60 * 1000;
/// Maximum points in one part of a handover packet.
pub const POINTS: usize = 8;
/// Minimum lifetime of an external agent's link, in milliseconds.
pub const LINK_MIN_MS: i64 = 60 * 1000;
/// Maximum lifetime of an external agent's link, in milliseconds.
pub const LINK_MAX_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// How much longer than its time a link may live if it was made while the clock was ahead.
pub const LINK_SLACK_MS: i64 = 60 * 60 * 1000;
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
/// Maximum shortcut of a quick reply or key of a question, in characters.
pub const SHORTCUT_CHARS: usize = 40;
/// Maximum title in the library, and of a folder's name, in characters.
pub const LIBRARY_TITLE_CHARS: usize = 100;
/// Maximum depth of a quick reply's folder.
pub const FOLDERS: usize = 3;
/// Maximum languages of one item of the library.
pub const LANGUAGES: usize = 40;
/// Maximum items of the library that everybody or a team sees, retired ones aside.
pub const SHARED_ITEMS: usize = 1_500;
/// Maximum size of these items, in bytes of JSON.
pub const SHARED_BYTES: usize = 3 * 512 * 1024;
/// Maximum private quick replies of one user, retired ones aside.
pub const OWN_ITEMS: usize = 500;
/// Maximum size of one user's private quick replies, in bytes of JSON.
pub const OWN_BYTES: usize = 512 * 1024;
/// Maximum quick replies that one turn is marked with.
pub const QUICK_REPLIES: usize = 20;
/// Maximum files of one quick reply.
pub const ATTACHMENTS: usize = 5;
