//! Input: bodies and queries that parse, or a clear 4xx.

use std::time::Duration;

use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header;
use axum::http::request::Parts;
use bytes::Bytes;
use serde::de::{DeserializeOwned, Error as _};
use serde_json::Value;

use crate::json;
use crate::problem::ApiError;

/// Time limit for a whole JSON body; it is small.
const BODY_WITHIN: Duration = Duration::from_secs(60);

pub(crate) struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        parse(&json_bytes(request, state).await?).map(Self)
    }
}

/// The bytes of a body that declares JSON.
pub(crate) async fn json_bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    if !kind.to_ascii_lowercase().starts_with("application/json") {
        return Err(ApiError::new(415, "input.content_type", "Send JSON, with content-type application/json."));
    }
    let slow =
        || ApiError::new(408, "input.slow", format!("The body did not arrive within {} s.", BODY_WITHIN.as_secs()));
    let body = tokio::time::timeout(BODY_WITHIN, Bytes::from_request(request, state)).await.map_err(|_| slow())?;
    body.map_err(too_large)
}

/// Parses a body or frame from outside.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<T> {
    let text = json::text(bytes);
    // serde would fill a struct from a list, in field order.
    if text.trim_start().starts_with('[') {
        return Err(serde_json::Error::custom("a list, where an object is expected"));
    }
    json::parse(&text).or_else(|error| whole_numbers(&text).ok_or(error))
}

/// Parses JSON; the error says what is wrong.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    if let Err(error) = std::str::from_utf8(bytes) {
        let detail = format!("The body cannot be used: it is not UTF-8 at byte {}.", error.valid_up_to() + 1);
        return Err(ApiError::new(400, "input.malformed", detail));
    }
    read(bytes).map_err(|error| {
        let code = if error.is_data() { "input.invalid" } else { "input.malformed" };
        ApiError::new(if error.is_data() { 422 } else { 400 }, code, format!("The body cannot be used: {error}."))
    })
}

/// In JSON, 5.0 is the integer 5, and some serialisers write it so.
fn whole_numbers<T: DeserializeOwned>(text: &str) -> Option<T> {
    fn round(value: &mut Value) {
        match value {
            Value::Number(number) => {
                let whole =
                    number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0 && float.abs() < 9e15);
                if let Some(float) = whole {
                    let integer = float as i64;
                    *number = integer.into();
                }
            }
            Value::Array(items) => items.iter_mut().for_each(round),
            Value::Object(fields) => fields.values_mut().for_each(round),
            _ => {}
        }
    }
    let mut value = serde_json::from_str(text).ok()?;
    round(&mut value);
    serde_json::from_value(value).ok()
}

fn too_large(rejection: BytesRejection) -> ApiError {
    match rejection.status().as_u16() {
        413 => ApiError::new(413, "input.too_large", "The body is too large."),
        // Temporary: the same body may arrive next time.
        _ => ApiError::new(408, "input.incomplete", "The body did not arrive completely."),
    }
}

pub(crate) struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(query) => Ok(Self(query.0)),
            Err(error) => {
                // The field and its problem follow the library's own words.
                let text = error.body_text();
                let problem = text.split_once("query string: ").map_or(text.as_str(), |(_, problem)| problem);
                Err(ApiError::new(422, "input.invalid", format!("The query cannot be used: {problem}.")))
            }
        }
    }
}

/// Parses an id from the path.
pub(crate) fn id<T: std::str::FromStr>(text: &str, what: &str) -> Result<T, ApiError> {
    text.parse()
        .map_err(|_| ApiError::new(404, "request.unknown_address", format!("'{text}' is not the id of a {what}.")))
}

#[cfg(test)]
mod tests {
    use tandem_protocol::chat::ChatSend;
    use tandem_protocol::guests::GuestSend;

    use super::read;

    #[test]
    fn frames_that_are_something_else_are_told_so_without_names_of_types() {
        for frame in [
            "\"hello\"",
            "7",
            "null",
            "[]",
            "true",
            r#"{"type":"message"}"#,
            r#"{"type":7}"#,
            r#"{"type":"typing","on":{}}"#,
        ] {
            let (chat, guest) = (read::<ChatSend>(frame.as_bytes()), read::<GuestSend>(frame.as_bytes()));
            for told in [chat.unwrap_err().to_string(), guest.unwrap_err().to_string()] {
                let names = ["ChatSend", "GuestSend", "enum", "struct", "ChatMessage"];
                assert!(!names.iter().any(|name| told.contains(name)), "{frame}: {told}");
            }
        }
        assert!(read::<ChatSend>(b"{").unwrap_err().is_eof());
    }
}
