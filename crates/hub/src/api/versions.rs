//! Which desk versions may connect, and what the hub says about its own.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use tandem_protocol::agents::About;
use tandem_protocol::{LOG_HEADER, MIN_VERSION, UNNAMED_VERSION, VERSION_HEADER};
use uuid::Uuid;

use crate::hub::Hub;
use crate::problem::ApiError;

/// What a desk's headers say about its version.
pub(crate) struct Version {
    pub spoken: u32,
    /// The log that its cursor belongs to.
    pub log: Option<Uuid>,
}

impl FromRequestParts<Arc<Hub>> for Version {
    type Rejection = ApiError;

    /// Refuses desks that are too old.
    async fn from_request_parts(parts: &mut Parts, _: &Arc<Hub>) -> Result<Self, ApiError> {
        let said = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let version = said(VERSION_HEADER).and_then(|value| value.parse().ok()).unwrap_or(UNNAMED_VERSION);
        if version < MIN_VERSION {
            let message = format!(
                "This desk is too old for the hub (version {version}; {MIN_VERSION} or newer is needed): update Tandem."
            );
            return Err(ApiError::new(426, "client.too_old", message));
        }
        Ok(Self { spoken: version, log: said(LOG_HEADER).and_then(|value| value.parse().ok()) })
    }
}

/// The version of this hub, and the oldest desk that may connect. Needs no sign-in.
#[utoipa::path(get, path = "/api/v1/about", tag = "auth", responses((status = 200, description = "The versions of this hub", body = About)))]
pub(crate) async fn about() -> axum::Json<About> {
    axum::Json(About { version: tandem_protocol::version(), oldest: MIN_VERSION })
}
