//! Where a web chat may stand: only pages of the brand's domains may talk to it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::api::ApiError;
use crate::hub::Hub;
use crate::store::brands::Brand;

/// Refuses pages of other domains. Who sends no origin is no browser's page, and cannot be told apart by it.
pub(crate) fn check(brand: &Brand, headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    let own = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let origin = origin.to_str().ok().and_then(|origin| reqwest::Url::parse(origin).ok());
    let allowed = origin.is_some_and(|origin| {
        let Some(host) = origin.host_str() else { return false };
        let with_port = origin.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        own == Some(with_port.as_str()) || brand.allows(host)
    });
    if allowed {
        return Ok(());
    }
    Err(ApiError::new(403, "chat.domain", "This chat may not be used on this page's domain."))
}

/// Lets pages of other origins read the web chat's answers. Sessions are bearer tokens, never cookies, so any origin
/// may read; which domains may open a session is the brand's affair ([`check`]).
pub(crate) async fn allow(State(_): State<Arc<Hub>>, request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/chat/v1/") || !request.headers().contains_key(header::ORIGIN) {
        return next.run(request).await;
    }
    let mut response = if request.method() == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    for (name, value) in [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", "GET, POST"),
        ("access-control-allow-headers", "authorization, content-type"),
        ("access-control-expose-headers", "retry-after"),
        ("access-control-max-age", "600"),
        ("cross-origin-resource-policy", "cross-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
