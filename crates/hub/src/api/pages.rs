//! What a browser opens: the customers' page, the web chat's script, the external agents' page, the API's description.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use super::ApiError;
use super::assets::Asset;
use crate::hub::Hub;
use crate::store::brands;

const PAGE: &str = include_str!("../../../../ui/chat/page/index.html");
static STYLE: Asset = Asset::new(CSS, include_str!("../../../../ui/chat/page/page.css"));
const GUEST_PAGE: &str = include_str!("../../../../ui/chat/guest/index.html");
static GUEST_STYLE: Asset = Asset::new(CSS, include_str!("../../../../ui/chat/guest/guest.css"));
static GUEST_SCRIPT: Asset = Asset::new(JAVASCRIPT, include_str!(concat!(env!("OUT_DIR"), "/guest.js")));
static SCRIPT: Asset = Asset::new(JAVASCRIPT, include_str!(concat!(env!("OUT_DIR"), "/chat.js")));

const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// Nothing but this hub's own script and style; the chat talks to this hub alone.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
     connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) fn routes(document: utoipa::openapi::OpenApi) -> Router<Arc<Hub>> {
    let document = serde_json::to_value(document).map(tandem_protocol::wire_names).unwrap_or_default();
    Router::new()
        .route("/", get(page))
        .route("/page.css", get(async |headers: HeaderMap| STYLE.answer(&headers)))
        .route("/chat.js", get(script))
        .route("/your-logic.schema.json", get(logic_schema))
        .route("/guest/{token}", get(guest_page))
        .route("/guest.css", get(async |headers: HeaderMap| GUEST_STYLE.answer(&headers)))
        .route("/guest.js", get(async |headers: HeaderMap| GUEST_SCRIPT.answer(&headers)))
        .route("/openapi.json", get(move || async move { axum::Json(document) }))
        .route("/docs", get(docs))
}

async fn script(headers: HeaderMap) -> Response {
    // Other sites embed the script, so it may be read from anywhere.
    let mut response = SCRIPT.answer(&headers);
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, header::HeaderValue::from_static("*"));
    headers.insert("cross-origin-resource-policy", header::HeaderValue::from_static("cross-origin"));
    response
}

async fn page(State(hub): State<Arc<Hub>>) -> Result<Response, ApiError> {
    let brand = hub.database.read(brands::first).await?;
    let key = brand.map_or_else(|| "northwind".to_owned(), |brand| brand.look.id);
    let page = PAGE.replace("brand=\"northwind\"", &format!("brand=\"{key}\""));
    Ok(([(header::CONTENT_SECURITY_POLICY, PAGE_POLICY)], Html(page)).into_response())
}

async fn logic_schema() -> Response {
    let kind = [(header::CONTENT_TYPE, "application/schema+json"), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    (kind, tandem_protocol::logic::schema().to_string()).into_response()
}

/// The page of an external agent: the same for every link, because looking must bind and tell nothing.
async fn guest_page() -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
        (header::HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    ];
    (headers, Html(GUEST_PAGE)).into_response()
}

/// A plain list of all doors, made from the OpenAPI document.
async fn docs() -> Response {
    let mut rows = String::new();
    for (path, item) in super::openapi().paths.paths {
        for (method, operation) in [("GET", item.get), ("POST", item.post)] {
            if let Some(operation) = operation {
                let summary = operation.summary.unwrap_or_default();
                rows.push_str(&format!("<tr><td>{method}<td><code>{path}</code><td>{summary}"));
            }
        }
    }
    let page = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Tandem hub: API</title><link rel=stylesheet href=/page.css>\
         <main><h1>The hub's API</h1><p>The full description is at <a href=/openapi.json>/openapi.json</a>.</p>\
         <table><thead><tr><th>Method<th>Address<th>What it does</thead>{rows}</table></main>"
    );
    ([(header::CONTENT_SECURITY_POLICY, PAGE_POLICY)], Html(page)).into_response()
}
