//! The body of one message, by its type.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tandem_conversation::{CardPerson, Content, Degrees, FormField, OrderLine, limits};

use super::ApiError;

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
            "revoke" => text(message, &["revoke", "original_message_id"]).map(|of| Self::Revoke { of }),
            "request_welcome" => Some(Self::Welcome),
            _ => None,
        };
        read.unwrap_or_else(|| {
            errors.extend_from_slice(beside);
            let of = text(message, &["unsupported", "type"]);
            let kind = of.map_or_else(|| kind.clone(), |of| format!("{kind}: {of}"));
            let detail = errors.iter().map(ApiError::line).collect::<Vec<_>>().join("; ");
            unknown(&kind, &detail)
        })
    }
}

pub(crate) fn unknown(kind: &str, detail: &str) -> Body {
    let kind = tandem_conversation::one_line(kind);
    let kind = if kind.is_empty() { "unknown".into() } else { clipped(&kind, limits::LABEL_CHARS) };
    Body::Said(Content::Unknown { kind, detail: clipped(detail, limits::TEXT_CHARS), text: String::new() })
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
    let part = |name: &str| text(media, &[name]).unwrap_or_default();
    let id = text(media, &["id"]).filter(|id| id.len() <= 200)?;
    Some(Body::Media(MediaRef {
        kind,
        id,
        mime: clipped(&part("mime_type"), 200),
        sha256: clipped(&part("sha256"), 200),
        caption: whole(&part("caption")),
        name: clipped(&part("filename"), 200),
    }))
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
    let part = |name: &str| clipped(&text(place, &[name]).unwrap_or_default(), limits::LABEL_CHARS);
    Some(Body::Said(Content::Location {
        latitude: degrees("latitude", 90.0)?,
        longitude: degrees("longitude", 180.0)?,
        name: part("name"),
        address: part("address"),
        text: String::new(),
    }))
}

fn cards(message: &Value) -> Option<Body> {
    let people: Vec<_> = message.get("contacts")?.as_array()?.iter().take(limits::CARD_PEOPLE).map(card).collect();
    (!people.is_empty()).then(|| Body::Said(Content::Card { people, text: String::new() }))
}

fn card(person: &Value) -> CardPerson {
    let all = |list: &str, name: &str| {
        let entries = person.get(list).and_then(Value::as_array).into_iter().flatten();
        let values = entries.filter_map(|entry| text(entry, &[name]));
        values.take(limits::CARD_ADDRESSES / 2).map(|value| clipped(&value, limits::LABEL_CHARS)).collect::<Vec<_>>()
    };
    let name = |part: &str| text(person, &["name", part]);
    let parts = || [name("first_name"), name("middle_name"), name("last_name")].into_iter().flatten();
    let full = name("formatted_name").unwrap_or_else(|| parts().collect::<Vec<_>>().join(" "));
    CardPerson {
        name: clipped(&full, limits::LABEL_CHARS),
        phones: all("phones", "phone"),
        emails: all("emails", "email"),
        organisation: clipped(&text(person, &["org", "company"]).unwrap_or_default(), limits::LABEL_CHARS),
    }
}

fn order(message: &Value) -> Option<Body> {
    let order = message.get("order")?;
    let lines = order.get("product_items")?.as_array()?.iter().take(limits::ORDER_LINES);
    let lines = lines.map(|line| {
        let part = |name: &str| clipped(&said(line.get(name)), limits::LABEL_CHARS);
        let quantity = number(line, &["quantity"]).and_then(|count| u32::try_from(count).ok()).unwrap_or(1);
        OrderLine {
            product: part("product_retailer_id"),
            quantity,
            price: part("item_price"),
            currency: part("currency"),
        }
    });
    let lines: Vec<_> = lines.collect();
    let note = clipped(&text(order, &["text"]).unwrap_or_default(), limits::TEXT_CHARS / 2);
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
            let title = text(reply, &["title"])?;
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
    let mut left = limits::FORM_BYTES;
    let mut fields = Vec::new();
    match serde_json::from_str::<Value>(&answers) {
        Ok(Value::Object(read)) => {
            for (name, value) in read.iter().filter(|(name, _)| *name != "flow_token").take(limits::FORM_FIELDS) {
                let name = clipped(name, limits::LABEL_CHARS);
                let value = clipped(&said(Some(value)), limits::TEXT_CHARS);
                match left.checked_sub(name.len() + value.len()) {
                    Some(rest) => left = rest,
                    None => break,
                }
                fields.push(FormField { name, value });
            }
        }
        _ if answers.trim().is_empty() => {}
        _ => {
            let value = clipped(&answers, limits::TEXT_CHARS);
            fields.push(FormField { name: String::new(), value });
        }
    }
    let name = tandem_conversation::one_line(&name);
    let name = if name.is_empty() { "form".into() } else { clipped(&name, limits::LABEL_CHARS) };
    Body::Said(Content::Form { name, fields, text: String::new() })
}

fn reaction(message: &Value) -> Option<Body> {
    let to = text(message, &["reaction", "message_id"])?;
    let emoji = text(message, &["reaction", "emoji"]);
    let emoji = emoji.map(|emoji| clipped(&emoji, limits::REACTION_CHARS)).filter(|emoji| !emoji.trim().is_empty());
    Some(Body::Reaction { to, emoji })
}

fn edit(message: &Value) -> Option<Body> {
    let of = text(message, &["edit", "original_message_id"])?;
    let body = Body::of(message.get("edit")?.get("message")?, &[]);
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
    clipped(text, limits::TEXT_CHARS)
}

pub(super) fn clipped(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => text[..end].to_owned(),
        None => text.to_owned(),
    }
}
