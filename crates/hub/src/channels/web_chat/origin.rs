//! Origin check: only pages of the brand's domains may use its chat.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::hub::Hub;
use crate::peer::Peer;
use crate::problem::ApiError;
use crate::store::brands::Brand;

/// Refuses pages of other domains. A request without an origin does not come from a browser page, so it cannot be
/// checked.
pub(crate) fn check(brand: &Brand, peer: &Peer) -> Result<(), ApiError> {
    let is_of_brand = peer.page_host().is_none_or(|host| host.is_ok_and(|host| brand.allows(&host)));
    // Pages with an opaque origin (files, sandboxes) may use a chat that is open to all.
    if is_of_brand || brand.allows_all() || peer.is_own_page() {
        return Ok(());
    }
    Err(ApiError::new(403, "chat.domain", "This chat may not be used on this page's domain."))
}

/// Lets pages of other origins read the web chat's answers. Sessions are bearer tokens, never cookies, so any origin
/// may read; [`check`] decides which domains may open a session. Pages add their own headers (such as tracing), so any
/// requested header is allowed.
pub(crate) async fn allow(State(_): State<Arc<Hub>>, request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/chat/v1/") {
        return next.run(request).await;
    }
    // Browsers send no origin for images, and pages that require this header would block them without it.
    if !request.headers().contains_key(header::ORIGIN) {
        let mut response = next.run(request).await;
        response.headers_mut().insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
        return response;
    }
    let asked = request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS).and_then(allowed_of);
    let mut response = if request.method() == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "retry-after"),
        (header::ACCESS_CONTROL_MAX_AGE, "7200"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.append(header::VARY, HeaderValue::from_static("access-control-request-headers"));
    let usual = HeaderValue::from_static("authorization, content-type");
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.unwrap_or(usual));
    response
}

/// The headers that a page may add. Those of proxies are excluded, because a proxy may pass them on unchanged.
fn allowed_of(asked: &HeaderValue) -> Option<HeaderValue> {
    let names = asked.to_str().ok().filter(|names| names.len() <= 2048)?;
    let is_proxys = |name: &str| {
        let name = name.to_ascii_lowercase();
        name == "forwarded" || name.starts_with("x-forwarded-") || name == "x-real-ip"
    };
    let names: Vec<_> = names.split(',').map(str::trim).filter(|name| !is_proxys(name)).collect();
    HeaderValue::from_str(&names.join(", ")).ok()
}
