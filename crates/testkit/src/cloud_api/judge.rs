//! What Meta refuses: shapes and limits of messages and uploads, with its error codes.

use serde_json::Value;

/// Code and words of a refusal.
pub(super) type Refused = (i64, String);

const WRONG_VALUE: i64 = 131_009;
const MISSING: i64 = 131_008;
const UNSUPPORTED: i64 = 131_051;
const WRONG_FILE: i64 = 131_053;

/// How text is counted: the strictest of all ways.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    value.pointer(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A text that must be there, of at most so many characters.
fn within(name: &str, text: &str, most: usize) -> Result<(), Refused> {
    match length(text) {
        0 => Err((MISSING, format!("{name} is required"))),
        found if found > most => Err((WRONG_VALUE, format!("{name} has {found} characters, at most {most}"))),
        _ => Ok(()),
    }
}

/// Titles that must be there, of at most so many characters, and differ.
fn titles(name: &str, titles: &[&str], most: usize) -> Result<(), Refused> {
    for (i, title) in titles.iter().enumerate() {
        within(name, title, most)?;
        if titles[..i].contains(title) {
            return Err((WRONG_VALUE, format!("{name} is there twice")));
        }
    }
    Ok(())
}

pub(super) fn message(request: &Value) -> Result<(), Refused> {
    if request["messaging_product"] != "whatsapp" {
        return Err((MISSING, "messaging_product is required".into()));
    }
    let number = text(request, "/to");
    let digits = number.strip_prefix('+').unwrap_or(number);
    let is_number = (5..=20).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number && text(request, "/recipient").is_empty() {
        return Err((MISSING, "to or recipient is required".into()));
    }
    if text(request, "/biz_opaque_callback_data").len() > 512 {
        return Err((WRONG_VALUE, "biz_opaque_callback_data is too long".into()));
    }
    let kind = text(request, "/type");
    match kind {
        "text" => within("text.body", text(request, "/text/body"), 4_096),
        "image" | "video" | "document" => {
            within(&format!("{kind}.id"), text(request, &format!("/{kind}/id")), 100)?;
            let caption = length(text(request, &format!("/{kind}/caption")));
            if caption > 1_024 { Err((WRONG_VALUE, "the caption is too long".into())) } else { Ok(()) }
        }
        "audio" | "sticker" => {
            within(&format!("{kind}.id"), text(request, &format!("/{kind}/id")), 100)?;
            match request[kind].get("caption") {
                Some(_) => Err((WRONG_VALUE, "no caption is possible here".into())),
                None => Ok(()),
            }
        }
        "reaction" => within("reaction.message_id", text(request, "/reaction/message_id"), 500),
        "template" => {
            within("template.name", text(request, "/template/name"), 512)?;
            within("template.language.code", text(request, "/template/language/code"), 20)
        }
        "interactive" => interactive(&request["interactive"]),
        "contacts" => cards(list(request, "/contacts")),
        _ => Err((UNSUPPORTED, format!("'{kind}' is no type of message"))),
    }
}

fn cards(all: &[Value]) -> Result<(), Refused> {
    if all.is_empty() {
        return Err((WRONG_VALUE, "no card".into()));
    }
    for card in all {
        within("contacts.name.formatted_name", text(card, "/name/formatted_name"), 1_024)?;
        let parts = ["first_name", "last_name", "middle_name", "suffix", "prefix"];
        if parts.iter().all(|part| text(card, &format!("/name/{part}")).is_empty()) {
            return Err((WRONG_VALUE, "a name needs one of its parts, too".into()));
        }
    }
    Ok(())
}

fn interactive(message: &Value) -> Result<(), Refused> {
    within("body.text", text(message, "/body/text"), 1_024)?;
    match text(message, "/type") {
        "button" => {
            let buttons = list(message, "/action/buttons");
            if !(1..=3).contains(&buttons.len()) {
                return Err((WRONG_VALUE, format!("{} buttons, 1 to 3 are possible", buttons.len())));
            }
            for button in buttons {
                within("button.reply.id", text(button, "/reply/id"), 256)?;
            }
            let all: Vec<_> = buttons.iter().map(|button| text(button, "/reply/title")).collect();
            titles("button.reply.title", &all, 20)
        }
        "list" => {
            within("action.button", text(message, "/action/button"), 20)?;
            let sections = list(message, "/action/sections");
            let rows: Vec<_> = sections.iter().flat_map(|section| list(section, "/rows")).collect();
            if !(1..=10).contains(&rows.len()) {
                return Err((WRONG_VALUE, format!("{} rows, 1 to 10 are possible", rows.len())));
            }
            for row in &rows {
                within("row.id", text(row, "/id"), 200)?;
                if length(text(row, "/description")) > 72 {
                    return Err((WRONG_VALUE, "row.description is too long".into()));
                }
            }
            let all: Vec<_> = rows.iter().map(|row| text(row, "/title")).collect();
            titles("row.title", &all, 24)
        }
        "location_request_message" | "request_contact_info" => within("action.name", text(message, "/action/name"), 20),
        kind => Err((WRONG_VALUE, format!("'{kind}' is no type of interactive message"))),
    }
}

/// The declared type, the name and the bytes of an uploaded file.
pub(super) fn upload(content_type: &str, body: &[u8]) -> Result<(String, String, Vec<u8>), Refused> {
    let wrong = |why: &str| (100, why.to_owned());
    let boundary = content_type.split("boundary=").nth(1).ok_or_else(|| wrong("it is no form"))?;
    let boundary = format!("--{}", boundary.trim_matches('"'));
    let mut mime = String::new();
    let mut file = None;
    let mut is_whatsapp = false;
    for part in parts(body, boundary.as_bytes()) {
        let at = find(part, b"\r\n\r\n").ok_or_else(|| wrong("a part has no head"))?;
        let (head, content) = (String::from_utf8_lossy(&part[..at]).into_owned(), &part[at + 4..]);
        let content = content.strip_suffix(b"\r\n").unwrap_or(content);
        let said = || String::from_utf8_lossy(content).into_owned();
        match field(&head, "name").as_deref() {
            Some("messaging_product") => is_whatsapp = content == b"whatsapp",
            Some("type") => mime = said(),
            Some("file") => file = Some((field(&head, "filename").unwrap_or_default(), content.to_vec())),
            _ => {}
        }
    }
    let (name, bytes) = file.ok_or_else(|| wrong("file is required"))?;
    if !is_whatsapp {
        return Err(wrong("messaging_product is required"));
    }
    let most = match mime.split('/').next() {
        Some("image") => 5,
        Some("audio" | "video") => 16,
        _ => 100,
    };
    if bytes.is_empty() || bytes.len() > most * 1024 * 1024 {
        return Err((WRONG_FILE, format!("{} bytes of {mime}, at most {most} MB", bytes.len())));
    }
    if !agrees(&mime, &bytes) {
        return Err((WRONG_FILE, format!("the bytes are no {mime}")));
    }
    Ok((mime, name, bytes))
}

/// Whether the first bytes are those of the type, for the types that Meta checks.
fn agrees(mime: &str, bytes: &[u8]) -> bool {
    match mime {
        "image/jpeg" => bytes.starts_with(&[0xff, 0xd8, 0xff]),
        "image/png" => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
        "application/pdf" => bytes.starts_with(b"%PDF-"),
        "audio/ogg" => bytes.starts_with(b"OggS"),
        "image/gif" => false,
        _ => true,
    }
}

fn field(head: &str, name: &str) -> Option<String> {
    let (_, rest) = head.split_once(&format!("; {name}=\""))?;
    Some(rest.split_once('"')?.0.to_owned())
}

/// The parts between boundaries.
fn parts<'a>(body: &'a [u8], boundary: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let mut rest = body;
    while let Some(at) = find(rest, boundary) {
        let after = &rest[at + boundary.len()..];
        let end = find(after, boundary).unwrap_or(after.len());
        if after.starts_with(b"\r\n") {
            parts.push(&after[2..end]);
        }
        rest = &after[end..];
    }
    parts
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn code(request: &Value) -> Option<i64> {
        message(request).err().map(|(code, _)| code)
    }

    fn to(kind: &str, content: Value) -> Value {
        let mut request = json!({ "messaging_product": "whatsapp", "to": "34600999888", "type": kind });
        request[kind] = content;
        request
    }

    #[test]
    fn what_meta_refuses_is_refused() {
        assert_eq!(code(&to("text", json!({ "body": "Hello" }))), None);
        assert_eq!(code(&to("text", json!({ "body": "" }))), Some(MISSING));
        assert_eq!(code(&to("text", json!({ "body": "é".repeat(4_097) }))), Some(WRONG_VALUE));
        assert_eq!(code(&to("poem", json!({}))), Some(UNSUPPORTED));
        assert_eq!(code(&json!({ "messaging_product": "whatsapp", "type": "text" })), Some(MISSING));
        let button = |title: &str| json!({ "type": "reply", "reply": { "id": title, "title": title } });
        let buttons = |titles: &[&str]| {
            let buttons: Vec<_> = titles.iter().map(|title| button(title)).collect();
            to("interactive", json!({ "type": "button", "body": { "text": "?" }, "action": { "buttons": buttons } }))
        };
        assert_eq!(code(&buttons(&["Yes", "No"])), None);
        assert_eq!(code(&buttons(&["Yes", "Yes"])), Some(WRONG_VALUE));
        assert_eq!(code(&buttons(&["1", "2", "3", "4"])), Some(WRONG_VALUE));
        assert_eq!(code(&buttons(&["one and twenty letters"])), Some(WRONG_VALUE));
    }

    #[test]
    fn an_upload_is_read_and_its_bytes_are_judged() {
        let form = |mime: &str, bytes: &[u8]| {
            let mut form = Vec::new();
            for (name, value) in [("messaging_product", "whatsapp"), ("type", mime)] {
                form.extend(
                    format!("--b1\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
                );
            }
            form.extend(b"--b1\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n");
            form.extend(bytes);
            form.extend(b"\r\n--b1--\r\n");
            form
        };
        let kind = "multipart/form-data; boundary=b1";
        let png = b"\x89PNG\r\n\x1a\n and so on";
        let (mime, name, bytes) = upload(kind, &form("image/png", png)).unwrap();
        assert_eq!((mime.as_str(), name.as_str(), bytes.as_slice()), ("image/png", "a.png", png.as_slice()));
        assert_eq!(upload(kind, &form("image/jpeg", png)).unwrap_err().0, WRONG_FILE);
        assert_eq!(upload("text/plain", &form("image/png", png)).unwrap_err().0, 100);
    }
}
