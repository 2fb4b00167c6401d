//! The body of one message, by its type.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tandem_conversation::{CALL, CardPerson, Content, Degrees, FormField, NEWS, OrderLine, limits};

use super::ApiError;

/// Maximum id of the channel, in bytes.
const ID_BYTES: usize = 500;
/// Stands for what is left out.
const MORE: &str = "…";

/// What a message says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    /// Content that is complete as it is: text, a place, a card, an order, a form, or of unknown kind.
    Said(Content),
    Media(MediaRef),
    /// A tap on a button or a row of a list.
    Tap {
        id: String,
        title: String,
    },
    /// None takes the reaction back.
    Reaction {
        to: String,
        emoji: Option<String>,
    },
    Edit {
        of: String,
        body: Box<Body>,
    },
    Revoke {
        of: String,
    },
    /// The customer opened the chat for the first time.
    Welcome,
    /// The customer allowed calls, or did not.
    CallPermission {
        accepted: bool,
        expires_ms: Option<i64>,
    },
}

/// A file that is to be fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MediaRef {
    pub kind: MediaKind,
    /// Meta's id; its address is asked for when the file is fetched.
    pub id: String,
    pub mime: String,
    /// In base64 or hexadecimal, as it comes.
    pub sha256: String,
    pub caption: String,
    pub name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MediaKind {
    Image,
    Video,
    Audio,
    /// Recorded in the chat.
    Voice,
    Document,
    Sticker,
}

impl MediaKind {
    /// The field of the API.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio | Self::Voice => "audio",
            Self::Document => "document",
            Self::Sticker => "sticker",
        }
    }
}

impl Body {
    pub(super) fn of(message: &Value, beside: &[ApiError]) -> Self {
        let kind = text(message, &["type"]).unwrap_or_else(|| kind_of(message).to_owned());
        let mut errors: Vec<_> =
            message.get("errors").and_then(Value::as_array).into_iter().flatten().map(ApiError::of).collect();
        let read = match kind.as_str() {
            _ if !errors.is_empty() => None,
            "text" => text(message, &["text", "body"])
                .filter(|text| !tandem_conversation::is_blank(text))
                .map(|text| Self::Said(Content::Text { text: whole(&text) })),
            "image" => media(message, "image", MediaKind::Image),
            "video" => media(message, "video", MediaKind::Video),
            "audio" | "voice" => audio(message),
            "document" => media(message, "document", MediaKind::Document),
            "sticker" => media(message, "sticker", MediaKind::Sticker),
            "location" => place(message),
            "contacts" => cards(message),
            "order" => order(message),
            "button" => button(message),
            "interactive" => interactive(message),
            "reaction" => reaction(message),
            "edit" => edit(message),
            "revoke" => id(message, &["revoke", "original_message_id"]).map(|of| Self::Revoke { of }),
            "request_welcome" => Some(Self::Welcome),
            _ => None,
        };
        read.unwrap_or_else(|| {
            errors.extend_from_slice(beside);
            let of = text(message, &["unsupported", "type"]);
            let kind = match of {
                Some(of) => format!("{kind}: {of}"),
                // What the hub itself tells by these words is nothing that a customer sends.
                None if kind == CALL || NEWS.contains(&kind.as_str()) => format!("message: {kind}"),
                None => kind,
            };
            let errors = errors.iter().map(ApiError::line).filter(|line| line != "0").collect::<Vec<_>>().join("; ");
            let mut lines = vec![errors];
            words_in(message, false, &mut lines);
            lines.dedup();
            lines.retain(|line| !tandem_conversation::is_blank(line));
            unknown(&kind, &lines.join("\n"))
        })
    }
}

pub(crate) fn unknown(kind: &str, detail: &str) -> Body {
    let kind = tandem_conversation::one_line(kind);
    let kind = if kind.is_empty() { "unknown".into() } else { clipped(&kind, limits::LABEL_CHARS) };
    Body::Said(Content::Unknown { kind, detail: whole(detail), text: String::new() })
}

/// Fields with a customer's own words, for messages whose kind cannot be read.
const WORDS: [&str; 14] = [
    "address",
    "body",
    "caption",
    "description",
    "email",
    "filename",
    "formatted_name",
    "name",
    "options",
    "phone",
    "question",
    "response_json",
    "text",
    "title",
];
/// Parts of a message that hold nobody's words.
const WORDLESS: [&str; 3] = ["context", "errors", "referral"];

/// The words in a message, wherever they stand, so that none is lost with the rest.
fn words_in(value: &Value, are_words: bool, found: &mut Vec<String>) {
    match value {
        Value::String(text) if are_words => found.push(text.clone()),
        Value::Number(number) if are_words => found.push(number.to_string()),
        Value::Array(all) => all.iter().for_each(|one| words_in(one, are_words, found)),
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(name, _)| !WORDLESS.contains(&name.as_str()));
            fields.for_each(|(name, part)| words_in(part, are_words || WORDS.contains(&name.as_str()), found));
        }
        _ => {}
    }
}

/// The type of a message that does not say it.
fn kind_of(message: &Value) -> &'static str {
    const KINDS: [&str; 13] = [
        "text",
        "image",
        "video",
        "audio",
        "document",
        "sticker",
        "location",
        "contacts",
        "order",
        "button",
        "interactive",
        "reaction",
        "edit",
    ];
    KINDS.into_iter().find(|kind| message.get(kind).is_some()).unwrap_or("unknown")
}

fn media(message: &Value, field: &str, kind: MediaKind) -> Option<Body> {
    let media = message.get(field)?;
    // It becomes part of an address.
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
    let id = text(media, &["id"]).filter(|id| id.len() <= 200 && id.chars().all(plain) && !id.starts_with('.'))?;
    Some(Body::Media(file(media, kind, id)))
}

fn file(media: &Value, kind: MediaKind, id: String) -> MediaRef {
    let part = |name: &str| text(media, &[name]).unwrap_or_default();
    MediaRef {
        kind,
        id,
        mime: clipped(&part("mime_type"), 200),
        sha256: clipped(&part("sha256"), 200),
        caption: whole(&part("caption")),
        name: clipped(&part("filename"), 200),
    }
}

/// New words below a file that is not named again.
fn caption(message: &Value) -> Option<Body> {
    let kinds = [MediaKind::Image, MediaKind::Video, MediaKind::Document];
    let kind = kinds.into_iter().find(|kind| text(message, &["type"]).as_deref() == Some(kind.name()))?;
    let media = message.get(kind.name()).filter(|media| media.get("id").is_none())?;
    Some(Body::Media(file(media, kind, String::new())))
}

fn audio(message: &Value) -> Option<Body> {
    let field = if message.get("audio").is_some() { "audio" } else { "voice" };
    let recorded = field == "voice" || message.get(field)?.get("voice").and_then(Value::as_bool) == Some(true);
    media(message, field, if recorded { MediaKind::Voice } else { MediaKind::Audio })
}

fn place(message: &Value) -> Option<Body> {
    let place = message.get("location")?;
    let degrees = |name: &str, most: f64| {
        let value = place.get(name)?;
        let degrees = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
        Degrees::new(degrees).filter(|degrees| degrees.get().abs() <= most)
    };
    let part = |name: &str| cut(&text(place, &[name]).unwrap_or_default(), limits::LABEL_CHARS);
    Some(Body::Said(Content::Location {
        latitude: degrees("latitude", 90.0)?,
        longitude: degrees("longitude", 180.0)?,
        name: part("name"),
        address: part("address"),
        text: String::new(),
    }))
}

fn cards(message: &Value) -> Option<Body> {
    let (all, left) = within(message.get("contacts")?.as_array()?, limits::CARD_PEOPLE);
    let mut people: Vec<_> = all.iter().map(card).collect();
    people.extend(left.map(|name| CardPerson { name, ..CardPerson::default() }));
    (!people.is_empty()).then(|| Body::Said(Content::Card { people, text: String::new() }))
}

fn card(person: &Value) -> CardPerson {
    let all = |list: &str, name: &str| {
        let entries = person.get(list).and_then(Value::as_array).into_iter().flatten();
        let values = entries.filter_map(|entry| text(entry, &[name]));
        values.take(limits::CARD_ADDRESSES / 5).map(|value| cut(&value, limits::LABEL_CHARS)).collect::<Vec<_>>()
    };
    let name = |part: &str| text(person, &["name", part]);
    let parts = || [name("first_name"), name("middle_name"), name("last_name")].into_iter().flatten();
    let full = name("formatted_name").unwrap_or_else(|| parts().collect::<Vec<_>>().join(" "));
    let addresses = person.get("addresses").and_then(Value::as_array).into_iter().flatten();
    let addresses = addresses.take(limits::CARD_ADDRESSES / 5).map(|address| {
        let parts = ["street", "zip", "city", "state", "country"].into_iter();
        let parts: Vec<_> = parts.filter_map(|part| text(address, &[part])).collect();
        cut(&parts.join(", "), limits::LABEL_CHARS)
    });
    let work: Vec<_> = ["department", "title"].into_iter().filter_map(|part| text(person, &["org", part])).collect();
    let birthday = text(person, &["birthday"]);
    let one = |text: String| cut(&text, limits::LABEL_CHARS);
    let more = [one(work.join(", "))].into_iter().chain(addresses).chain(all("urls", "url")).chain(birthday.map(one));
    CardPerson {
        name: cut(&full, limits::LABEL_CHARS),
        phones: all("phones", "phone"),
        emails: all("emails", "email"),
        organisation: cut(&text(person, &["org", "company"]).unwrap_or_default(), limits::LABEL_CHARS),
        more: more.filter(|line| !tandem_conversation::is_blank(line)).collect(),
    }
}

fn order(message: &Value) -> Option<Body> {
    let order = message.get("order")?;
    let (all, left) = within(order.get("product_items")?.as_array()?, limits::ORDER_LINES);
    let lines = all.iter().map(|line| {
        let part = |name: &str| cut(&said(line.get(name)), limits::LABEL_CHARS);
        let quantity = number(line, &["quantity"]).and_then(|count| u32::try_from(count).ok()).unwrap_or(1);
        OrderLine {
            product: part("product_retailer_id"),
            quantity,
            price: part("item_price"),
            currency: part("currency"),
        }
    });
    let mut lines: Vec<_> = lines.collect();
    lines.extend(left.map(|product| OrderLine { product, quantity: 1, price: String::new(), currency: String::new() }));
    let note = cut(&text(order, &["text"]).unwrap_or_default(), limits::TEXT_CHARS / 2);
    (!lines.is_empty()).then(|| Body::Said(Content::Order { lines, note, text: String::new() }))
}

fn button(message: &Value) -> Option<Body> {
    let title = text(message, &["button", "text"]).or_else(|| text(message, &["button", "payload"]))?;
    let id = text(message, &["button", "payload"]).unwrap_or_default();
    Some(Body::Tap { id: clipped(&id, 500), title: whole(&title) })
}

fn interactive(message: &Value) -> Option<Body> {
    let interactive = message.get("interactive")?;
    for kind in ["button_reply", "list_reply"] {
        if let Some(reply) = interactive.get(kind) {
            let title = text(reply, &["title"]).or_else(|| text(reply, &["id"]))?;
            let id = text(reply, &["id"]).unwrap_or_default();
            return Some(Body::Tap { id: clipped(&id, 500), title: whole(&title) });
        }
    }
    if let Some(permission) = interactive.get("call_permission_reply") {
        let accepted = text(permission, &["response"])? == "accept";
        let expires_ms = number(permission, &["expiration_timestamp"]).and_then(|seconds| seconds.checked_mul(1000));
        return Some(Body::CallPermission { accepted, expires_ms });
    }
    interactive.get("nfm_reply").map(form)
}

/// The answers of a form come as JSON in a text. What cannot be read is kept as it is.
fn form(reply: &Value) -> Body {
    let name = text(reply, &["name"]).unwrap_or_default();
    let answers = said(reply.get("response_json"));
    // The last line needs some of it.
    let mut left = limits::FORM_BYTES - 64;
    let mut fields = Vec::new();
    match serde_json::from_str::<Value>(&answers) {
        Ok(Value::Object(read)) => {
            let all: Vec<_> = read.iter().filter(|(name, _)| *name != "flow_token").collect();
            for (at, (name, value)) in all.iter().enumerate() {
                let name = cut(name, limits::LABEL_CHARS);
                let value = cut(&said(Some(value)), limits::TEXT_CHARS);
                let is_last = at + 1 == limits::FORM_FIELDS && all.len() > limits::FORM_FIELDS;
                match left.checked_sub(name.len() + value.len()).filter(|_| !is_last) {
                    Some(rest) => left = rest,
                    None => {
                        fields.push(FormField { name: MORE.into(), value: format!("+{}", all.len() - at) });
                        break;
                    }
                }
                fields.push(FormField { name, value });
            }
        }
        _ if answers.trim().is_empty() => {}
        _ => {
            let value = cut(&answers, limits::TEXT_CHARS);
            fields.push(FormField { name: String::new(), value });
        }
    }
    let name = tandem_conversation::one_line(&name);
    let name = if name.is_empty() { "form".into() } else { cut(&name, limits::LABEL_CHARS) };
    Body::Said(Content::Form { name, fields, text: String::new() })
}

fn reaction(message: &Value) -> Option<Body> {
    let to = id(message, &["reaction", "message_id"])?;
    let emoji = text(message, &["reaction", "emoji"]);
    let emoji = emoji.map(|emoji| clipped(&emoji, limits::REACTION_CHARS)).filter(|emoji| !emoji.trim().is_empty());
    Some(Body::Reaction { to, emoji })
}

fn edit(message: &Value) -> Option<Body> {
    let of = id(message, &["edit", "original_message_id"])?;
    let message = message.get("edit")?.get("message")?;
    let body = caption(message).unwrap_or_else(|| Body::of(message, &[]));
    // Nothing else can be edited, and an edit of an edit would never end.
    matches!(body, Body::Said(_) | Body::Media(_)).then(|| Body::Edit { of, body: Box::new(body) })
}

/// The text at the end of a path; none if something else is there. An empty one counts as none.
pub(super) fn text(value: &Value, path: &[&str]) -> Option<String> {
    let found = path.iter().try_fold(value, |value, name| value.get(name))?;
    let found = match found {
        Value::String(text) => text.clone(),
        // Some ids come as numbers.
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!found.is_empty()).then_some(found)
}

/// The whole number at the end of a path, also if it is written as text.
pub(super) fn number(value: &Value, path: &[&str]) -> Option<i64> {
    text(value, path)?.trim().parse().ok()
}

/// The channel's id of a message. One that is too long for an index, or no plain text, is known by its digest.
pub(super) fn id(value: &Value, path: &[&str]) -> Option<String> {
    text(value, path).map(|id| if is_plain(&id) { id } else { digest(&Value::String(id)) })
}

/// The id of a person; none if it cannot be one, because nothing could be sent to it.
pub(super) fn user_id(value: &Value, path: &[&str]) -> Option<String> {
    text(value, path).filter(|id| is_plain(id))
}

fn is_plain(id: &str) -> bool {
    id.len() <= ID_BYTES && !id.chars().any(char::is_control)
}

/// Stands for the id of what has none: the same thing is known again.
pub(super) fn digest(value: &Value) -> String {
    let digest = Sha256::digest(value.to_string().as_bytes());
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("digest:{hex}")
}

/// One of the channel's own words; empty if there is none.
pub(super) fn word(value: &Value, name: &str) -> String {
    clipped(&tandem_conversation::one_line(&text(value, &[name]).unwrap_or_default()), 100)
}

/// As many as there is room for, and a last line that says how many are left out.
fn within(all: &[Value], most: usize) -> (&[Value], Option<String>) {
    if all.len() <= most {
        return (all, None);
    }
    let (first, left) = all.split_at(most - 1);
    (first, Some(format!("{MORE} +{}", left.len())))
}

/// Any value as text.
fn said(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// Text of a message, as far as a turn can hold it.
fn whole(text: &str) -> String {
    cut(text, limits::TEXT_CHARS)
}

/// A text that people read, with a sign where it was cut.
fn cut(text: &str, most: usize) -> String {
    match text.chars().nth(most) {
        Some(_) => clipped(text, most - 1) + MORE,
        None => text.to_owned(),
    }
}

pub(super) fn clipped(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => text[..end].to_owned(),
        None => text.to_owned(),
    }
}
