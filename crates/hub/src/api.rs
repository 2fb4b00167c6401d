//! The hub's HTTP API: routing, authentication, and errors as problem documents.

mod alerts;
mod assets;
pub mod auth;
mod brands;
mod buttons;
mod commands;
mod conversations;
mod document;
mod dry_runs;
mod error;
pub(crate) mod input;
mod live;
mod logic;
mod media;
mod pages;
mod peer;
mod search;
mod users;
mod versions;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue};
use axum::routing::get;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use error::ApiError;
pub(crate) use input::{Json, Query, id};
pub(crate) use peer::{Network, Peer, is_trusted};

use crate::channels::web_chat;
use crate::guests;
use crate::health;
use crate::hub::Hub;
use crate::listen;

/// Maximum body of an ordinary request, in bytes.
const BODY_BYTES: usize = 256 * 1024;
/// Maximum pause between two parts of a body.
const BODY_PAUSE: Duration = Duration::from_secs(30);

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tandem hub",
        description = "Where people and AI handle live customer conversations together.",
        license(name = "MIT")
    ),
    components(schemas(tandem_conversation::Section))
)]
struct Document;

fn documented() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(versions::about))
        .routes(routes!(auth::login))
        .routes(routes!(auth::refresh))
        .routes(routes!(auth::logout))
        .routes(routes!(auth::me))
        .routes(routes!(auth::change_password))
        .routes(routes!(users::list, users::add))
        .routes(routes!(users::change))
        .routes(routes!(users::suspend))
        .routes(routes!(users::resume))
        .routes(routes!(brands::list, brands::add))
        .routes(routes!(brands::change, brands::remove))
        .routes(routes!(auth::colleagues))
        .routes(routes!(commands::post))
        .routes(routes!(conversations::list))
        .routes(routes!(conversations::one))
        .routes(routes!(conversations::turns))
        .routes(routes!(conversations::journey))
        .routes(routes!(alerts::report))
        .routes(routes!(alerts::ledger))
        .routes(routes!(alerts::claim))
        .routes(routes!(buttons::list))
        .routes(routes!(buttons::put, buttons::remove))
        .routes(routes!(search::search))
        .routes(routes!(live::live))
        .routes(routes!(media::for_agents))
        .routes(routes!(media::upload))
        .routes(routes!(media::for_logic))
        .routes(routes!(media::upload_of_logic))
        .routes(routes!(logic::respond))
        .routes(routes!(dry_runs::preview))
        .routes(routes!(dry_runs::improved))
        .routes(routes!(logic::requests))
        .routes(routes!(web_chat::look::look))
        .routes(routes!(web_chat::session::create))
        .routes(routes!(web_chat::rest::entries))
        .routes(routes!(web_chat::rest::message))
        .routes(routes!(web_chat::live::live))
        .routes(routes!(web_chat::media::get))
        .routes(routes!(guests::rest::about))
        .routes(routes!(guests::rest::open))
        .routes(routes!(guests::rest::entries))
        .routes(routes!(guests::rest::message))
        .routes(routes!(guests::rest::leave))
        .routes(routes!(guests::buttons::list))
        .routes(routes!(guests::buttons::press))
        .routes(routes!(guests::live::live))
        .routes(routes!(guests::media::get))
        .routes(routes!(web_chat::media::upload))
        .routes(routes!(guests::media::upload))
}

/// The OpenAPI document.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    documented().split_for_parts().1
}

pub(crate) fn router(hub: Arc<Hub>) -> Router {
    let (routes, document) = documented().split_for_parts();
    let header = |name: &'static str, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(HeaderName::from_static(name), HeaderValue::from_static(value))
    };
    routes
        .merge(pages::routes(&hub.config, document))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .fallback(|| async { ApiError::new(404, "request.unknown_address", "There is nothing at this address.") })
        .method_not_allowed_fallback(|| async {
            ApiError::new(405, "request.method", "This method is not allowed here.")
        })
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&hub), listen::admit))
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&hub), web_chat::origin::allow))
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(header("x-content-type-options", "nosniff"))
        .layer(header("referrer-policy", "no-referrer"))
        .layer(header("cache-control", "no-store"))
        .with_state(hub)
}
