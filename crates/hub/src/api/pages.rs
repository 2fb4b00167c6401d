//! Pages for browsers: the hub's own page, the web chat's script, the external agents' page, the API description.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;

use super::assets::Asset;
use super::document;
use crate::config::{Config, Home};
use crate::hub::Hub;
use crate::problem::ApiError;
use crate::store::brands;

const PAGE: &str = include_str!("../../../../examples/page/index.html");
static STYLE: Asset = Asset::new(CSS, include_str!("../../../../examples/page/page.css"));
const GUEST_PAGE: &str = include_str!("../../../../ui/chat/guest/index.html");
static GUEST_STYLE: Asset = Asset::new(CSS, include_str!("../../../../ui/chat/guest/guest.css"));
static GUEST_SCRIPT: Asset = Asset::new(JAVASCRIPT, include_str!(concat!(env!("OUT_DIR"), "/guest.js")));
static REVIEW_STYLE: Asset = Asset::new(CSS, include_str!("../reviews/page.css"));
static SCRIPT: Asset = Asset::new(JAVASCRIPT, include_str!(concat!(env!("OUT_DIR"), "/chat.js")));

/// The web chat's part that asks for reviews, which it fetches with the first request.
static REVIEWS: Asset = Asset::new(JAVASCRIPT, include_str!(concat!(env!("OUT_DIR"), "/review.js")));

/// The web chat's texts in languages other than English, which is built into its script.
static TEXTS: [(&str, Asset); 5] = [
    ("/chat/texts/ar.json", Asset::new(JSON, include_str!("../../../../ui/chat/src/texts/ar.json"))),
    ("/chat/texts/cs.json", Asset::new(JSON, include_str!("../../../../ui/chat/src/texts/cs.json"))),
    ("/chat/texts/de.json", Asset::new(JSON, include_str!("../../../../ui/chat/src/texts/de.json"))),
    ("/chat/texts/es.json", Asset::new(JSON, include_str!("../../../../ui/chat/src/texts/es.json"))),
    ("/chat/texts/fr.json", Asset::new(JSON, include_str!("../../../../ui/chat/src/texts/fr.json"))),
];

const JSON: &str = "application/json";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// Allows only this hub's own scripts and styles; the chat connects to this hub alone.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// For the hub's own pages.
static HUB_STYLE: Asset = Asset::new(
    CSS,
    "body{margin:0;font:16px/1.5 system-ui,sans-serif;color-scheme:light dark}\
     main{max-width:60rem;margin:0 auto;padding:2rem 1rem}table{border-collapse:collapse;width:100%}\
     td,th{padding:.25rem .75rem .25rem 0;text-align:left;vertical-align:top}",
);

pub(crate) fn routes(config: &Config, document: utoipa::openapi::OpenApi) -> Router<Arc<Hub>> {
    let asset = |asset: &'static Asset| get(move |headers: HeaderMap| async move { asset.answer(&headers) });
    let embedded =
        |asset: &'static Asset| get(move |headers: HeaderMap| async move { anywhere(asset.answer(&headers)) });
    let texts = TEXTS.iter().fold(Router::new(), |routes, (path, asset)| routes.route(path, embedded(asset)));
    let routes = texts
        .route("/hub.css", asset(&HUB_STYLE))
        .route("/chat.js", embedded(&SCRIPT))
        .route("/chat/review.js", embedded(&REVIEWS))
        .route("/your-logic.schema.json", get(logic_schema))
        .route("/guest/{token}", get(guest_page))
        .route("/guest.css", asset(&GUEST_STYLE))
        .route("/review.css", asset(&REVIEW_STYLE))
        .route("/guest.js", asset(&GUEST_SCRIPT));
    let routes = match &config.home {
        Home::Neutral => {
            let page = neutral(&config.account);
            routes.route("/", get(move || async move { own(page) }))
        }
        Home::Redirect(url) => {
            let url = url.clone();
            routes.route("/", get(move || async move { Redirect::temporary(&url) }))
        }
        Home::Demo => routes.route("/", get(demo)).route("/page.css", asset(&STYLE)),
    };
    if !config.docs {
        return routes;
    }
    let document = document::complete(document);
    let page = document::page(&document);
    // Serialised once: anyone may request it, at any rate.
    let json = Bytes::from(document.to_string());
    routes
        .route("/openapi.json", get(move || async move { ([(header::CONTENT_TYPE, "application/json")], json) }))
        .route("/docs", get(move || async move { own(page) }))
}

/// The page at the hub's bare address.
fn neutral(account: &str) -> String {
    let account = document::escape(account);
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>{account}</title>\
         <meta name=robots content=noindex><link rel=icon href=data:,><link rel=stylesheet href=/hub.css>\
         <main><p>This is the Tandem hub of {account}.</main>"
    )
}

fn own(page: String) -> Response {
    ([(header::CONTENT_SECURITY_POLICY, PAGE_POLICY)], Html(page)).into_response()
}

/// Other sites embed the web chat, so its script and texts may be read from anywhere.
fn anywhere(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, header::HeaderValue::from_static("*"));
    headers.insert("cross-origin-resource-policy", header::HeaderValue::from_static("cross-origin"));
    response
}

/// The page of an invented company, with the chat of the first brand.
async fn demo(State(hub): State<Arc<Hub>>) -> Result<Response, ApiError> {
    let brand = hub.database.read(brands::first).await?;
    let key = brand.map_or_else(|| "northwind".to_owned(), |brand| brand.look.id);
    Ok(own(PAGE.replace("brand=\"northwind\"", &format!("brand=\"{key}\""))))
}

async fn logic_schema() -> Response {
    let kind = [(header::CONTENT_TYPE, "application/schema+json"), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    static SCHEMA: LazyLock<Bytes> = LazyLock::new(|| tandem_protocol::logic::schema().to_string().into());
    (kind, SCHEMA.clone()).into_response()
}

/// The external agents' page: the same for every link, because viewing must bind nothing and reveal nothing.
async fn guest_page() -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
        (header::HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    ];
    (headers, Html(GUEST_PAGE)).into_response()
}
