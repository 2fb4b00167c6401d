//! A Your Logic that answers, falls silent, fails or sends nonsense, depending on the trigger's position.

use std::sync::OnceLock;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

pub const SECRET: &str = "a-secret-between-two-services";

/// Its address; shared by all runs, because it is stateless.
pub fn url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                axum::serve(listener, Router::new().route("/", post(answer))).await.unwrap();
            });
        });
        url
    })
}

async fn answer(Json(request): Json<Value>) -> Response {
    let by_customer = request["trigger"]["by"]["kind"] == "customer";
    let said = |actions: Value| Json(json!({ "actions": actions })).into_response();
    if !by_customer {
        return StatusCode::NO_CONTENT.into_response();
    }
    match request["trigger"]["position"].as_u64().unwrap_or_default() % 7 {
        0 => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        1 => "nonsense".into_response(),
        2 => StatusCode::NO_CONTENT.into_response(),
        3 => said(json!([{"type": "NEEDS_HELP", "value": true, "reason": "I do not know"}])),
        4 => {
            tokio::time::sleep(Duration::from_millis(60)).await;
            said(json!([{"type": "MESSAGE", "text": "Let me think"}]))
        }
        _ => said(json!([{"type": "MESSAGE", "text": "It is on its way"}])),
    }
}
