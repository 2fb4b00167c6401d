//! A relay between a desk and a hub that records both sides as JSON lines.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::response::Response;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{self};

/// A running relay.
pub struct Relay {
    pub url: String,
    hub: Arc<Hub>,
    task: JoinHandle<()>,
}

struct Hub {
    url: String,
    http: reqwest::Client,
    lines: Mutex<Vec<Value>>,
}

impl Relay {
    pub async fn before(hub: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let hub = Arc::new(Hub { url: hub.to_owned(), http, lines: Mutex::default() });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(relayed).with_state(Arc::clone(&hub));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, hub, task }
    }

    /// Whether the desk has sent this to that address.
    pub fn heard(&self, path: &str, says: &str) -> bool {
        let lines = self.hub.lines.lock().unwrap();
        lines
            .iter()
            .any(|line| line["path"].as_str().is_some_and(|at| at.ends_with(path)) && line.to_string().contains(says))
    }

    /// Closes and returns the recording.
    pub fn close(self) -> Vec<Value> {
        self.task.abort();
        std::mem::take(&mut *self.hub.lines.lock().unwrap())
    }
}

impl Hub {
    fn say(&self, line: Value) {
        self.lines.lock().unwrap().push(line);
    }
}

async fn relayed(State(hub): State<Arc<Hub>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().unwrap().to_string();
    let authorization = parts.headers.get(AUTHORIZATION).cloned();
    if let Ok(upgrade) = WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        let mut request = format!("{}{path}", hub.url.replacen("http", "ws", 1)).into_client_request().unwrap();
        request.headers_mut().extend(authorization.map(|value| (AUTHORIZATION, value)));
        let upstream = match tokio_tungstenite::connect_async(request).await {
            Ok((upstream, _)) => upstream,
            Err(tungstenite::Error::Http(refusal)) => {
                hub.say(json!({ "path": path, "method": "GET", "status": refusal.status().as_u16() }));
                return Response::builder().status(refusal.status()).body(Body::empty()).unwrap();
            }
            Err(_) => return Response::builder().status(502).body(Body::empty()).unwrap(),
        };
        hub.say(json!({ "path": path, "live": true }));
        return upgrade.on_upgrade(move |desk| speak(hub, desk, upstream));
    }
    let body = axum::body::to_bytes(body, 10 << 20).await.unwrap();
    let mut ahead = hub.http.request(parts.method.clone(), format!("{}{path}", hub.url)).body(body.clone());
    for name in [AUTHORIZATION, CONTENT_TYPE] {
        if let Some(value) = parts.headers.get(&name) {
            ahead = ahead.header(name, value);
        }
    }
    let Ok(answer) = ahead.send().await else { return Response::builder().status(502).body(Body::empty()).unwrap() };
    let (status, kind) = (answer.status(), answer.headers().get(CONTENT_TYPE).cloned());
    let bytes = answer.bytes().await.unwrap_or_default();
    let json = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap_or_default();
    hub.say(json!({ "path": path, "method": parts.method.as_str(), "body": json(&body),
        "status": status.as_u16(), "answer": json(&bytes) }));
    let answer = Response::builder().status(status);
    let answer = if let Some(kind) = kind { answer.header(CONTENT_TYPE, kind) } else { answer };
    answer.body(Body::from(bytes)).unwrap()
}

async fn speak(
    hub: Arc<Hub>,
    mut desk: WebSocket,
    mut upstream: tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>,
) {
    loop {
        tokio::select! {
            said = desk.recv() => match said {
                Some(Ok(Message::Text(text))) => {
                    hub.say(json!({ "desk": serde_json::from_str::<Value>(&text).unwrap() }));
                    if upstream.send(tungstenite::Message::text(text.as_str())).await.is_err() {
                        return;
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
            said = upstream.next() => match said {
                Some(Ok(tungstenite::Message::Text(text))) => {
                    hub.say(json!({ "hub": serde_json::from_str::<Value>(&text).unwrap() }));
                    if desk.send(Message::Text(text.as_str().into())).await.is_err() {
                        return;
                    }
                }
                Some(Ok(tungstenite::Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
        }
    }
}
