//! Errors of the doors: every failure becomes a problem document with a stable code.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tandem_conversation::Rejection;
use tandem_protocol::Problem;

use crate::store::StoreError;

/// A problem on its way out.
#[derive(Debug)]
pub struct ApiError(pub Box<Problem>);

impl ApiError {
    /// A problem with a code and words for people.
    #[must_use]
    pub fn new(status: u16, code: &str, detail: impl Into<String>) -> Self {
        Problem::new(status, code, detail).into()
    }

    /// Whoever asks has to sign in.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::new(401, "auth.required", "Sign in first: the access token is missing, wrong or has expired.")
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self(Box::new(problem))
    }
}

impl From<Rejection> for ApiError {
    fn from(rejection: Rejection) -> Self {
        let value = serde_json::to_value(&rejection).ok();
        let code =
            value.as_ref().and_then(|v| v.get("code")).and_then(|c| c.as_str()).unwrap_or("conversation.refused");
        let status = match &rejection {
            Rejection::Unknown => 404,
            Rejection::Invalid { .. } => 422,
            Rejection::Forbidden { .. } | Rejection::NotYours => 403,
            _ => 409,
        };
        let mut problem = Problem::new(status, code, sentence(&rejection.to_string()));
        problem.rejection = value;
        problem.into()
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Rejected(rejection) => rejection.into(),
            other => {
                tracing::error!(error = %other, "a request failed in the store");
                let mut problem = Problem::new(
                    503,
                    "hub.store",
                    "The hub cannot read or write its data right now. Nothing was changed; try again.",
                );
                problem.retry_after = Some(2);
                problem.into()
            }
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(&self.0)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.0.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return String::new() };
    let mut line: String = first.to_uppercase().chain(chars).collect();
    if !line.ends_with(['.', '?', '!']) {
        line.push('.');
    }
    line
}
