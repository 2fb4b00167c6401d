//! What comes in: bodies and queries that are what they claim to be, or a clear 4xx.

use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header;
use axum::http::request::Parts;
use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::ApiError;
use crate::json;

/// A JSON body.
pub(crate) struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        parse(&json_bytes(request, state).await?).map(Self)
    }
}

/// The bytes of a body that claims to be JSON.
pub(crate) async fn json_bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    if !kind.to_ascii_lowercase().starts_with("application/json") {
        return Err(ApiError::new(415, "input.content_type", "Send JSON, with content-type application/json."));
    }
    Bytes::from_request(request, state).await.map_err(too_large)
}

/// Reads JSON, naming what is wrong with it.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    serde_json::from_str(&json::text(bytes)).map_err(|error| {
        let code = if error.is_data() { "input.invalid" } else { "input.malformed" };
        ApiError::new(if error.is_data() { 422 } else { 400 }, code, format!("The body cannot be used: {error}."))
    })
}

fn too_large(rejection: BytesRejection) -> ApiError {
    match rejection.status().as_u16() {
        413 => ApiError::new(413, "input.too_large", "The body is too large."),
        _ => ApiError::new(400, "input.incomplete", "The body did not arrive completely."),
    }
}

/// A query string.
pub(crate) struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(query) => Ok(Self(query.0)),
            Err(error) => {
                Err(ApiError::new(422, "input.invalid", format!("The query cannot be used: {}.", error.body_text())))
            }
        }
    }
}

/// An id from the path.
pub(crate) fn id<T: std::str::FromStr>(text: &str, what: &str) -> Result<T, ApiError> {
    text.parse()
        .map_err(|_| ApiError::new(404, "request.unknown_address", format!("'{text}' is not the id of a {what}.")))
}
