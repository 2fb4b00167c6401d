//! The small hub's endpoints.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use futures_util::SinkExt as _;
use serde_json::{Value, json};
use tandem_conversation::as_seen::AsSeen;
use tandem_conversation::*;
use tandem_protocol::Problem;
use tandem_protocol::agents::{
    AlertReports, AsSeenPage, AsSeenRequest, CommandAccepted, CommandRequest, DeskFrame, Improve, Improved, Improver,
    Login, Refresh, Translate, Translated, TranslatedTurn,
};

use super::{Live, PASSWORD, Shared, now};

pub fn router(hub: Shared) -> Router {
    Router::new()
        .route("/api/v1/about", get(about))
        .route("/api/v1/auth/login", post(login))
        .route("/api/v1/auth/refresh", post(refresh))
        .route("/api/v1/auth/logout", post(|| async { StatusCode::NO_CONTENT }))
        .route("/api/v1/commands", post(command))
        .route("/api/v1/alerts", post(alerts))
        .route("/api/v1/logic/conversations/{id}/preview", post(preview))
        .route("/api/v1/conversations/{id}/improve", post(improve))
        .route("/api/v1/conversations/{id}/translate", post(translate))
        .route("/api/v1/conversations/{id}/as-seen", post(as_seen))
        .route("/api/v1/live", get(live))
        .route("/api/v1/conversations/{id}", get(conversation))
        .route("/api/v1/conversations/{id}/turns", get(turns))
        .route("/api/v1/conversations/{id}/claim", get(claim))
        .route("/api/v1/customers/{id}/journey", get(journey))
        .route("/api/v1/library", get(library))
        .route("/api/v1/search", get(search))
        .route("/api/v1/media", post(upload).layer(DefaultBodyLimit::disable()))
        .route("/api/v1/media/{id}", get(media))
        .route("/api/v1/me/password", put(password))
        .with_state(hub)
}

fn check(hub: &Shared, headers: &HeaderMap) -> Result<(), Box<Response>> {
    let world = hub.world();
    if world.is_down {
        return Err(Box::new(problem(503, "hub.store", "The hub cannot read or write its data right now.")));
    }
    let bearer = format!("Bearer {}", world.access);
    match headers.get("authorization").and_then(|value| value.to_str().ok()) {
        Some(given) if given == bearer => Ok(()),
        _ => Err(Box::new(problem(401, "auth.required", "Sign in first."))),
    }
}

fn problem(status: u16, code: &str, detail: &str) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    (StatusCode::from_u16(status).unwrap(), kind, Json(Problem::new(status, code, detail))).into_response()
}

async fn media(State(hub): State<Shared>, headers: HeaderMap, Path(id): Path<MediaId>) -> Response {
    if let Err(refused) = check(&hub, &headers) {
        return *refused;
    }
    hub.world().asked_for.push(id);
    let file = hub.world().files.get(&id).cloned();
    hub.tell();
    hub.until("files given", |world| !world.holds_files).await;
    match file {
        Some(bytes) => ([("content-type", "image/png")], bytes).into_response(),
        None => problem(404, "media.unknown", "There is no such file."),
    }
}

async fn upload(
    State(hub): State<Shared>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
    body: Bytes,
) -> Response {
    if let Err(refused) = check(&hub, &headers) {
        return *refused;
    }
    assert_eq!(headers["content-length"], body.len().to_string(), "the size is known before the bytes come");
    let media = Media {
        id: query["id"].parse().unwrap(),
        name: query["name"].clone(),
        content_type: headers["content-type"].to_str().unwrap().to_owned(),
        bytes: body.len() as u64,
    };
    hub.world().uploads.push((media.clone(), body.to_vec()));
    hub.tell();
    hub.until("uploads going on", |world| !world.holds_uploads).await;
    if hub.world().is_down {
        return problem(503, "hub.store", "The hub cannot read or write its data right now.");
    }
    if let Some((status, code, detail)) = hub.world().refused_uploads.pop() {
        return problem(status, code, detail);
    }
    hub.world().files.insert(media.id, body.to_vec());
    Json(media).into_response()
}

async fn password(State(hub): State<Shared>, headers: HeaderMap, Json(asked): Json<Value>) -> Response {
    if let Err(refused) = check(&hub, &headers) {
        return *refused;
    }
    let mut world = hub.world();
    if asked["current"] != world.password {
        return problem(401, "auth.wrong", "Wrong e-mail or password.");
    }
    let new = asked["new"].as_str().unwrap();
    if new.len() < 10 {
        return problem(422, "password.short", "A password has at least 10 characters.");
    }
    world.password = new.to_owned();
    StatusCode::NO_CONTENT.into_response()
}

async fn alerts(State(hub): State<Shared>, headers: HeaderMap, Json(said): Json<AlertReports>) -> Response {
    if let Err(refused) = check(&hub, &headers) {
        return *refused;
    }
    hub.world().alerts.extend(said.reports);
    hub.tell();
    StatusCode::NO_CONTENT.into_response()
}

/// This hub's Your Logic always gives the same answer.
async fn preview(State(hub): State<Shared>, headers: HeaderMap) -> Response {
    if let Err(refused) = check(&hub, &headers) {
        return *refused;
    }
    Json(serde_json::json!({ "actions": [{ "type": "MESSAGE", "text": "On Thursday, then." }] })).into_response()
}

/// … and improves everything with an exclamation mark.
async fn improve(State(hub): State<Shared>, headers: HeaderMap, Json(asked): Json<Improve>) -> Response {
    if let Err(refused) = check(&hub, &headers) {
        return *refused;
    }
    Json(Improved { text: format!("{}!", asked.text), by: Improver::Logic }).into_response()
}

/// Every word comes back in brackets; what is too hard to translate does not.
async fn translate(
    State(hub): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<ConversationId>,
    Json(asked): Json<Translate>,
) -> Response {
    if let Err(refused) = check(&hub, &headers) {
        return *refused;
    }
    let mut world = hub.world();
    world.translated.push(asked.clone());
    let told = |words: &str| (!words.contains("too hard")).then(|| format!("[{}] {words}", asked.to));
    let words = |wanted: TurnId| {
        let of_turn = world.log.iter().filter(|event| event.conversation == id && event.body.turn() == Some(wanted));
        of_turn.filter_map(|event| event.body.content()).next_back().map(|content| content.text().to_owned())
    };
    let made = asked.turns.iter().filter_map(|turn| {
        let said = words(*turn)?;
        let from = if said == "Okay then" { "en" } else { "pt" };
        Some(TranslatedTurn { turn: *turn, text: told(&said)?, from: Some(from.into()) })
    });
    let text = asked.text.as_deref().and_then(told);
    Json(Translated { by: Improver::Model, turns: made.collect(), left_out: Vec::new(), text }).into_response()
}

async fn login(State(hub): State<Shared>, Json(login): Json<Login>) -> Response {
    match login.password.as_str() {
        PASSWORD => Json(hub.tokens()).into_response(),
        _ => problem(401, "auth.wrong", "Wrong e-mail or password."),
    }
}

async fn refresh(State(hub): State<Shared>, Json(body): Json<Refresh>) -> Response {
    let known = {
        let mut world = hub.world();
        if world.is_down {
            return problem(503, "hub.store", "The hub cannot read or write its data right now.");
        }
        if world.refresh_before.as_ref() == Some(&body.refresh_token) {
            // As the real one: a renewal whose answer was lost gets it again.
            drop(world);
            return Json(hub.tokens()).into_response();
        }
        let known = world.refresh == body.refresh_token;
        world.refreshed += 1;
        if known {
            world.refresh_before = Some(body.refresh_token);
            (world.access, world.refresh) =
                (format!("access-{}", world.refreshed), format!("refresh-{}", world.refreshed));
        }
        known
    };
    hub.tell();
    let tokens = hub.tokens();
    if known && hub.world().stillborn > 0 {
        let mut world = hub.world();
        world.stillborn -= 1;
        world.access = "another".into();
    }
    let code = hub.world().ended;
    if known { Json(tokens).into_response() } else { problem(401, code, "This sign-in has ended.") }
}

async fn command(State(hub): State<Shared>, headers: HeaderMap, Json(request): Json<CommandRequest>) -> Response {
    if let Err(refused) = check(&hub, &headers) {
        return *refused;
    }
    if let Some(elsewhere) = hub.world().elsewhere.pop() {
        return axum::response::Redirect::temporary(&elsewhere).into_response();
    }
    let takes_seen = hub.world().version >= tandem_protocol::TAKES_SEEN;
    if !takes_seen && request.command != request.command.clone().for_hub(tandem_protocol::MIN_VERSION) {
        return problem(422, "input.invalid", "Unknown field `seen`.");
    }
    hub.world().commands.push(request.clone());
    if hub.world().closed.contains_key(&request.conversation) {
        return problem(404, "conversation.unknown", "This conversation does not exist.");
    }
    let actor = hub.agent("Maya Ortiz");
    let command = {
        let named = |user: &UserId| Named { user: *user, name: "Jonas Berg".into(), sees_all: false };
        let named = request.command.colleagues().iter().map(named).collect();
        request.command.decided_as(now(), named)
    };
    let answer = hub.run_as(request.id, request.conversation, actor, command);
    if let Some(nonsense) = hub.world().nonsense.pop() {
        return nonsense.into_response();
    }
    match answer {
        Ok(position) => Json(CommandAccepted { position }).into_response(),
        Err(rejection) => {
            let value = serde_json::to_value(&rejection).unwrap();
            let problem = Problem::new(409, value["code"].as_str().unwrap(), format!("{rejection}."));
            let kind = [(header::CONTENT_TYPE, "application/problem+json")];
            (StatusCode::CONFLICT, kind, Json(Problem { rejection: Some(value), ..problem })).into_response()
        }
    }
}

async fn conversation(State(hub): State<Shared>, headers: HeaderMap, Path(id): Path<ConversationId>) -> Response {
    if let Err(refused) = check(&hub, &headers) {
        return *refused;
    }
    let world = hub.world();
    match world.states.get(&id).filter(|_| !world.closed.contains_key(&id)) {
        Some(state) => Json(state.clone()).into_response(),
        None => problem(404, "conversation.unknown", "This conversation does not exist."),
    }
}

async fn library(State(hub): State<Shared>, headers: HeaderMap) -> Response {
    if let Err(refused) = check(&hub, &headers) {
        return *refused;
    }
    Json(hub.world().library.clone()).into_response()
}

async fn claim(
    State(hub): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<ConversationId>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    if let Err(refused) = check(&hub, &headers) {
        return *refused;
    }
    let mut world = hub.world();
    world.asked_about.push(query.get("call").cloned());
    match world.closed.get(&id).cloned().flatten() {
        Some(claim) => Json(claim).into_response(),
        None => problem(404, "conversation.unknown", "This conversation does not exist."),
    }
}

async fn turns(
    State(hub): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<ConversationId>,
    Query(query): Query<HashMap<String, u32>>,
) -> Response {
    if let Err(refused) = check(&hub, &headers) {
        return *refused;
    }
    let mut world = hub.world();
    if let Some(elsewhere) = world.elsewhere.pop() {
        return axum::response::Redirect::temporary(&elsewhere).into_response();
    }
    if let Some(nonsense) = world.nonsense.pop() {
        return nonsense.into_response();
    }
    let all: Vec<&Event> = world.log.iter().filter(|event| event.conversation == id).collect();
    let limit = query["limit"] as usize;
    let (events, more) = match (query.get("before"), query.get("after")) {
        (Some(before), _) => {
            let older: Vec<_> = all.into_iter().filter(|event| event.position.0 < *before).collect();
            let from = older.len().saturating_sub(limit);
            (older[from..].to_vec(), from > 0)
        }
        (None, after) => {
            let after = after.copied().unwrap_or_default();
            let newer: Vec<_> = all.into_iter().filter(|event| event.position.0 > after).collect();
            (newer[..newer.len().min(limit)].to_vec(), newer.len() > limit)
        }
    };
    let events: Vec<_> = events.into_iter().map(|event| world.told(event)).collect();
    Json(json!({"events": events, "more": more})).into_response()
}

/// Pages of two sights, so that there are several.
async fn as_seen(
    State(hub): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<ConversationId>,
    Json(asked): Json<AsSeenRequest>,
) -> Response {
    if let Err(refused) = check(&hub, &headers) {
        return *refused;
    }
    let world = hub.world();
    let state = &world.states[&id];
    let events: Vec<_> = world.log.iter().filter(|event| event.conversation == id).collect();
    let mut seen = AsSeen::of(events.iter().copied(), asked.viewpoint);
    let after = asked.after.unwrap_or_default();
    seen.sights.retain(|sight| sight.event.position > after);
    let next = seen.sights.get(1).filter(|_| seen.sights.len() > 2).map(|sight| sight.event.position);
    seen.sights.truncate(2);
    let (customer, channel, started) = (state.customer.name.clone(), state.channel, state.started);
    Json(AsSeenPage { customer, channel, started, as_of: state.updated, seen, next }).into_response()
}

async fn journey(State(hub): State<Shared>, headers: HeaderMap, Path(id): Path<CustomerId>) -> Response {
    if let Err(refused) = check(&hub, &headers) {
        return *refused;
    }
    let world = hub.world();
    let mut states: Vec<_> = world.states.values().filter(|state| state.customer.id == id).collect();
    states.sort_by_key(|state| state.started);
    Json(json!({"conversations": states})).into_response()
}

/// Finds turns that contain the query literally.
async fn search(
    State(hub): State<Shared>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    if let Err(refused) = check(&hub, &headers) {
        return *refused;
    }
    let world = hub.world();
    let words = tandem_search::Query::parse(&query["q"]).words;
    let found = world.log.iter().filter_map(|event| {
        let EventBody::TurnAdded { turn, .. } = &event.body else { return None };
        let text = tandem_search::filed::spoken(&turn.content)?;
        let is_hit = text.to_lowercase().contains(&query["q"].to_lowercase());
        is_hit.then(|| tandem_search::hit::turn(event, &text, &world.states[&event.conversation], &words))?
    });
    let hits = tandem_search::hit::page(found, query["limit"].parse().unwrap());
    Json(json!({"hits": hits})).into_response()
}

async fn live(
    State(hub): State<Shared>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, u64>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    if let Err(refused) = check(&hub, &headers) {
        return *refused;
    }
    let after = query.get("after").copied();
    upgrade.on_upgrade(move |socket| attend(hub, after, socket))
}

/// A hub of the oldest supported version sends less.
fn hello(hub: &Shared) -> Value {
    let mut hello = json!({ "version": hub.world().version, "me": hub.me(), "time": now() });
    let world = hub.world();
    if let Some(oldest) = world.oldest {
        hello["speaks"] = json!(world.version);
        hello["oldest"] = json!(oldest);
    }
    if let Some(log) = world.log_id {
        hello["log"] = json!(log);
    }
    json!({ "hello": hello })
}

async fn about(State(hub): State<Shared>) -> Response {
    let world = hub.world();
    match world.oldest {
        Some(oldest) => Json(json!({ "version": world.version, "oldest": oldest })).into_response(),
        None => problem(404, "request.unknown_address", "There is nothing at this address."),
    }
}

async fn attend(hub: Shared, after: Option<u64>, mut socket: WebSocket) {
    let mut lives = hub.lives.subscribe();
    // It may have gone down while the connection was made.
    if hub.world().is_down {
        let _ = socket.close().await;
        return;
    }
    let mut frames = vec![hello(&hub)];
    {
        let mut world = hub.world();
        world.came_with.push(after);
        let cursor = world.log.len();
        drop(world);
        let opened = hub.opened();
        let world = hub.world();
        match after.filter(|after| *after >= world.forgotten && *after <= cursor as u64) {
            Some(after) => {
                let missed = &world.log[usize::try_from(after).unwrap()..];
                let events: Vec<_> = missed.iter().map(|event| json!({"event": world.told(event)})).collect();
                let batch = |cursor: u64, changes: Vec<Value>| json!({"batch": {"cursor": cursor, "time": now(), "catchingUp": true, "changes": changes}});
                frames.push(batch(after, opened));
                frames.push(batch(cursor as u64, events));
            }
            None => {
                frames.push(json!({"reset": {}}));
                frames.push(json!({"batch": {"cursor": 0, "time": now(), "catchingUp": true, "changes": opened}}));
            }
        }
        frames.push(json!({"buttons": {"buttons": world.buttons}}));
        frames.push(json!({"library": {"stamp": world.library.stamp}}));
        frames.push(json!({"alive": {"cursor": cursor, "time": now()}}));
    }
    hub.tell();
    for frame in frames {
        if socket.send(Message::Text(frame.to_string().into())).await.is_err() {
            return;
        }
    }
    let mut news = hub.news.subscribe();
    loop {
        if hub.world().is_frozen {
            if news.changed().await.is_err() {
                return;
            }
            continue;
        }
        tokio::select! {
            _ = news.changed() => {}
            live = lives.recv() => match live {
                Ok(Live::Text(text)) => if socket.send(Message::Text(text.into())).await.is_err() { return },
                _ => {
                    let _ = socket.close().await;
                    return;
                }
            },
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => {
                    match serde_json::from_str(&text) {
                        Ok(DeskFrame::Presence(said)) => {
                            let mut world = hub.world();
                            world.available = Some(said.available);
                            world.said = Some(said);
                        }
                        Ok(DeskFrame::Typing { .. }) => hub.world().typed += 1,
                        Ok(DeskFrame::Watching { conversation }) => hub.world().watched.push(conversation),
                        _ => continue,
                    }
                    hub.tell();
                }
                Some(Ok(_)) => {}
                _ => return,
            },
        }
    }
}
