//! HTTP errors: RFC 9457 problem documents with a stable code.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// What went wrong and what can be done about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    /// Stable; clients react to it.
    pub code: String,
    /// For people.
    pub detail: String,
    /// When to retry, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// The typed rejection, if the conversation refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub rejection: Option<Value>,
}

impl Problem {
    #[must_use]
    pub fn new(status: u16, code: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:tandem:{code}"),
            title: code.rsplit('.').next().unwrap_or(code).replace('_', " "),
            status,
            code: code.to_owned(),
            detail: detail.into(),
            retry_after: None,
            rejection: None,
        }
    }
}
