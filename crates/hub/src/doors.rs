//! The router of all HTTP and WebSocket doors, and their OpenAPI document.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;
use tracing::Instrument as _;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::channels::{web_chat, whatsapp};
use crate::health::Work;
use crate::hub::Hub;
use crate::problem::{ApiError, MetDamage, busy, silent};
use crate::{api, guests, reviews};

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
        .routes(routes!(api::versions::about))
        .routes(routes!(api::auth::login))
        .routes(routes!(api::auth::refresh))
        .routes(routes!(api::auth::logout))
        .routes(routes!(api::auth::me))
        .routes(routes!(api::auth::change_password))
        .routes(routes!(api::users::list, api::users::add))
        .routes(routes!(api::users::change))
        .routes(routes!(api::users::suspend))
        .routes(routes!(api::users::resume))
        .routes(routes!(api::availability::set))
        .routes(routes!(api::brands::list, api::brands::add))
        .routes(routes!(api::brands::change, api::brands::remove))
        .routes(routes!(api::hours::list, api::hours::put))
        .routes(routes!(api::hours::put_of_brand))
        .routes(routes!(api::hours::put_of_number))
        .routes(routes!(api::auth::colleagues))
        .routes(routes!(api::activity::list))
        .routes(routes!(api::board::day))
        .routes(routes!(api::board::rows))
        .routes(routes!(api::board::now))
        .routes(routes!(api::reviews::list))
        .routes(routes!(api::reviews::file))
        .routes(routes!(api::reviews::dispute))
        .routes(routes!(api::reviews::confirm))
        .routes(routes!(api::reviews::delete))
        .routes(routes!(api::reviews::plans))
        .routes(routes!(api::reviews::put_plan, api::reviews::remove_plan))
        .routes(routes!(api::figures::list))
        .routes(routes!(api::figures::rows))
        .routes(routes!(api::figures::definitions))
        .routes(routes!(api::exports::begin))
        .routes(routes!(api::exports::one))
        .routes(routes!(api::exports::file))
        .routes(routes!(api::commands::post))
        .routes(routes!(api::conversations::list, whatsapp::starts::post))
        .routes(routes!(api::conversations::one))
        .routes(routes!(api::going_on::go_on))
        .routes(routes!(api::going_on::put))
        .routes(routes!(api::conversations::turns))
        .routes(routes!(api::as_seen::look))
        .routes(routes!(api::looks::list))
        .routes(routes!(api::conversations::journey))
        .routes(routes!(api::alerts::report))
        .routes(routes!(api::alerts::ledger))
        .routes(routes!(api::alerts::claim))
        .routes(routes!(api::buttons::list))
        .routes(routes!(api::buttons::put, api::buttons::remove))
        .routes(routes!(api::library::whole))
        .routes(routes!(api::library::upload))
        .routes(routes!(api::questions::list, api::questions::add))
        .routes(routes!(api::questions::put, api::questions::remove))
        .routes(routes!(api::questions::versions))
        .routes(routes!(api::questions::import))
        .routes(routes!(api::questions::usage))
        .routes(routes!(api::quick_replies::list, api::quick_replies::add))
        .routes(routes!(api::quick_replies::put, api::quick_replies::remove))
        .routes(routes!(api::quick_replies::versions))
        .routes(routes!(api::quick_replies::import))
        .routes(routes!(api::quick_replies::usage))
        .routes(routes!(api::search::search))
        .routes(routes!(api::live::live))
        .routes(routes!(api::media::for_agents))
        .routes(routes!(api::media::upload))
        .routes(routes!(api::media::for_logic))
        .routes(routes!(api::media::upload_of_logic))
        .routes(routes!(api::logic::respond))
        .routes(routes!(api::questions::for_logic))
        .routes(routes!(api::dry_runs::preview))
        .routes(routes!(api::dry_runs::improved))
        .routes(routes!(api::dry_runs::translated))
        .routes(routes!(api::logic::requests))
        .routes(routes!(web_chat::look::look))
        .routes(routes!(web_chat::session::create))
        .routes(routes!(web_chat::rest::entries))
        .routes(routes!(web_chat::rest::message))
        .routes(routes!(web_chat::review::answer))
        .routes(routes!(web_chat::review::decline))
        .routes(routes!(reviews::page::show, reviews::page::answer))
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
        .routes(routes!(whatsapp::door::verify, whatsapp::door::post))
        .routes(routes!(api::whatsapp::numbers))
        .routes(routes!(whatsapp::numbers::one, whatsapp::numbers::put, whatsapp::numbers::remove))
        .routes(routes!(whatsapp::numbers::check))
        .routes(routes!(api::whatsapp::templates_of_number))
        .routes(routes!(api::whatsapp::unread))
        .routes(routes!(api::whatsapp::usage))
        .routes(routes!(api::whatsapp::templates))
        .routes(routes!(whatsapp::fetching::fetch))
        .routes(routes!(whatsapp::starts::starts))
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
        .merge(api::pages::routes(&hub.config, document))
        .route("/healthz", get(api::health::healthz))
        .route("/readyz", get(api::health::readyz))
        .fallback(|| async { ApiError::new(404, "request.unknown_address", "There is nothing at this address.") })
        .method_not_allowed_fallback(|| async {
            ApiError::new(405, "request.method", "This method is not allowed here.")
        })
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&hub), admit))
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&hub), note))
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&hub), web_chat::origin::allow))
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(header("x-content-type-options", "nosniff"))
        .layer(header("referrer-policy", "no-referrer"))
        .layer(header("cache-control", "no-store"))
        .with_state(hub)
}

/// An id for each request, on its answer and on the lines of the log that it causes.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Answers that may come before anything is read.
const UNREAD: [u16; 9] = [400, 404, 405, 408, 413, 415, 422, 429, 503];

/// Counts each answer, and logs it for those who ask for it. Paths hold tokens and ids, so only their pattern is named.
async fn note(State(hub): State<Arc<Hub>>, route: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let (method, began, id) = (request.method().clone(), Instant::now(), Uuid::now_v7().to_string());
    let route = route.as_ref().map_or("unknown", MatchedPath::as_str);
    let work = concerned(route, &request);
    let mut answer = next.run(request).instrument(tracing::info_span!("request", %id)).await;
    let (status, took) = (answer.status().as_u16(), began.elapsed());
    hub.metrics.request(route, status, took);
    if answer.extensions().get::<MetDamage>().is_some() {
        hub.health.note_damage(work);
    } else if !UNREAD.contains(&status) && hub.health.knows_harm() {
        hub.health.note_done(work);
    }
    tracing::debug!(%method, route, status, ms = took.as_millis(), request.id = id, "answered");
    if let Ok(id) = HeaderValue::try_from(id) {
        answer.headers_mut().insert(REQUEST_ID, id);
    }
    answer
}

/// Who is affected if this request meets damage: the users of what its address names, otherwise the sender, otherwise
/// everybody.
fn concerned(route: &str, request: &Request) -> Work {
    let hash = |of: &[u8]| {
        let mut hasher = DefaultHasher::new();
        of.hash(&mut hasher);
        hasher.finish()
    };
    let path = request.uri().path();
    let named = route.split('/').zip(path.split('/')).find(|(pattern, _)| pattern.starts_with('{'));
    match (named, request.headers().get(AUTHORIZATION)) {
        (Some((_, name)), _) => Work::Thing(hash(name.as_bytes())),
        (None, Some(token)) => Work::Person(hash(token.as_bytes())),
        (None, None) => Work::Door(hash(route.as_bytes())),
    }
}

/// Refuses requests that would only wait while the hub is overloaded, and ends those that wait for a silent database.
async fn admit(State(hub): State<Arc<Hub>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_work = ["/api/", "/chat/", "/guest/", "/review/", "/channels/"].iter().any(|door| path.starts_with(door));
    let writes = !request.method().is_safe();
    if is_work && hub.is_busy(writes) {
        return ApiError::from(busy()).into_response();
    }
    let answer = next.run(request);
    if !is_work {
        return answer.await;
    }
    tokio::select! {
        biased;
        answer = answer => answer,
        () = hub.silence(writes) => ApiError::from(silent()).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use tandem_sql::Connection;
    use tokio::net::TcpListener;
    use tokio::task::JoinSet;

    use super::*;
    use crate::config::Config;
    use crate::store::StoreError;

    type Done = Result<(), StoreError>;

    #[tokio::test]
    async fn while_the_database_does_not_answer_nobody_waits_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let config = Config { patience: Duration::from_millis(100), ..Config::new(folder.path().to_owned()) };
        let hub = Hub::start(config, crate::Clock::system()).unwrap();
        tokio::spawn(crate::serve(Arc::clone(&hub), listener, std::future::pending()));
        let (release, held) = mpsc::channel::<()>();
        let writer = hub.database.clone();
        let hold = move |_: &Connection, _: &mut _| -> Done {
            held.recv().unwrap();
            Ok(())
        };
        let holding = tokio::spawn(async move { writer.write(hold).await });
        let asks = async || {
            let login = serde_json::json!({ "email": "maya@northwind.example", "password": "a wrong one" });
            let answer =
                reqwest::Client::new().post(format!("{url}/api/v1/auth/login")).json(&login).send().await.unwrap();
            let retry = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
            (answer.status().as_u16(), retry, answer.json::<serde_json::Value>().await.unwrap()["code"].clone())
        };
        let waited = asks().await;
        assert_eq!(waited, (503, Some("5".into()), "hub.silent".into()), "it has waited, and may be carried out");
        assert_eq!(asks().await, (503, Some("2".into()), "hub.busy".into()), "it was not begun");
        let reads = reqwest::get(format!("{url}/api/v1/me")).await.unwrap();
        assert_eq!(reads.status(), 401, "who reads gets an answer");
        let health = reqwest::get(format!("{url}/healthz")).await.unwrap();
        assert_eq!(health.status(), 503, "health tells what happens to requests");
        release.send(()).unwrap();
        assert!(holding.await.unwrap().is_ok());
        while hub.is_busy(true) {
            tokio::task::yield_now().await;
        }
        assert_eq!(asks().await.0, 401, "and the hub is open again");
    }

    #[tokio::test]
    async fn what_would_only_wait_behind_a_full_writer_is_put_off_with_words() {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let hub = Hub::start(Config::new(folder.path().to_owned()), crate::Clock::system()).unwrap();
        tokio::spawn(crate::serve(Arc::clone(&hub), listener, std::future::pending()));
        let asks = async || {
            let me = reqwest::get(format!("{url}/api/v1/me")).await.unwrap();
            let retry = me.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
            (me.status().as_u16(), retry, me.text().await.unwrap())
        };
        assert_eq!(asks().await.0, 401);

        let (release, held) = mpsc::channel::<()>();
        let mut writes = JoinSet::new();
        let writer = hub.database.clone();
        writes.spawn(async move {
            let hold = move |_: &Connection, _: &mut _| -> Done {
                held.recv().unwrap();
                Ok(())
            };
            writer.write(hold).await
        });
        while !hub.is_busy(true) {
            let writer = hub.database.clone();
            writes.spawn(async move { writer.write(|_, _| -> Done { Ok(()) }).await });
            tokio::task::yield_now().await;
        }
        let (status, retry, body) = asks().await;
        assert_eq!((status, retry.as_deref()), (503, Some("2")), "{body}");
        assert!(body.contains("hub.busy"), "{body}");

        release.send(()).unwrap();
        while let Some(written) = writes.join_next().await {
            assert!(written.unwrap().is_ok(), "what was taken in is done");
        }
        assert_eq!(asks().await.0, 401, "and the hub is open again");
    }
}
