//! API errors: every failure becomes a problem document with a stable code.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tandem_conversation::Rejection;
use tandem_protocol::Problem;
use tandem_sqlite::Cause;

use crate::store::StoreError;

const DAMAGED: &str = "hub.damaged";

/// On an answer: the request met a damaged part of the database.
#[derive(Clone, Copy)]
pub(crate) struct MetDamage;

#[derive(Debug)]
pub struct ApiError(pub Box<Problem>);

impl ApiError {
    #[must_use]
    pub fn new(status: u16, code: &str, detail: impl Into<String>) -> Self {
        Problem::new(status, code, detail).into()
    }

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
            Rejection::ReviewOver => 410,
            Rejection::Invalid { .. } => 422,
            Rejection::Forbidden { .. } | Rejection::NotYours => 403,
            _ => 409,
        };
        let words = rejection.to_string();
        let words = match &rejection {
            // The message begins with the field's name.
            Rejection::Invalid { .. } => stopped(words),
            _ => sentence(&words),
        };
        let mut problem = Problem::new(status, code, words);
        problem.rejection = value;
        problem.into()
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Rejected(rejection) => rejection.into(),
            StoreError::Database(error) if error.cause() == Cause::Damaged => {
                tracing::error!(%error, "a request met a damaged part of the database");
                let words = "A part of the hub's data is damaged, so this cannot be done. Nothing was changed; tell whoever \
                             runs the hub.";
                Problem { retry_after: Some(30), ..Problem::new(503, DAMAGED, words) }.into()
            }
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
        if self.0.code == DAMAGED {
            response.extensions_mut().insert(MetDamage);
        }
        response
    }
}

pub(crate) fn busy() -> Problem {
    let detail = "The hub is busy. Nothing was changed; try again in a few seconds.";
    Problem { retry_after: Some(2), ..Problem::new(503, "hub.busy", detail) }
}

/// What was asked may wait in the database's queue, and be done all the same.
pub(crate) fn silent() -> Problem {
    let detail = "The hub's database does not answer. Your request may be carried out later: look whether it was before you \
                  repeat it.";
    Problem { retry_after: Some(5), ..Problem::new(503, "hub.silent", detail) }
}

/// What was derived from the log was damaged, and is made again.
pub(crate) fn being_made(code: &'static str, detail: &str) -> Problem {
    Problem { retry_after: Some(5), ..Problem::new(503, code, detail) }
}

/// One network has more open connections than an office needs.
pub(crate) fn too_many_connections() -> Problem {
    let detail = "Too many connections from this network are open. Close some, or try again in a minute.";
    Problem { retry_after: Some(30), ..Problem::new(429, "limit.connections", detail) }
}

/// Capitalises the text and ends it with a full stop.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return String::new() };
    stopped(first.to_uppercase().chain(chars).collect())
}

/// Adds a full stop unless the text ends with punctuation.
pub(crate) fn stopped(mut line: String) -> String {
    if !line.ends_with(['.', '?', '!']) {
        line.push('.');
    }
    line
}
