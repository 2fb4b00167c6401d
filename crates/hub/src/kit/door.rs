//! The local listener for answers that an endpoint promised with 202.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::post;
use tandem_conversation::{ConversationId, RequestId};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::endpoint::answer::{self, Understood};
use crate::endpoint::encoding;

#[derive(Default)]
pub(super) struct Door {
    /// Empty until it listens.
    pub url: String,
    secret: String,
    answers: Mutex<HashMap<(ConversationId, RequestId), Understood>>,
    mistakes: Mutex<Vec<String>>,
    news: Notify,
}

impl Door {
    pub async fn open(listener: TcpListener, secret: &str) -> anyhow::Result<Arc<Self>> {
        let url = format!("http://{}", listener.local_addr()?);
        let door = Arc::new(Self { url, secret: secret.to_owned(), ..Self::default() });
        let app =
            Router::new().route("/api/v1/logic/conversations/{id}/responses", post(take)).with_state(Arc::clone(&door));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(door)
    }

    /// The answer to a request, if it comes in time.
    pub async fn answer(&self, to: (ConversationId, RequestId), until: Instant) -> Option<Understood> {
        loop {
            let news = self.news.notified();
            tokio::pin!(news);
            news.as_mut().enable();
            if let Some(answer) = self.answers.lock().ok().and_then(|mut answers| answers.remove(&to)) {
                return Some(answer);
            }
            tokio::time::timeout_at(until, news).await.ok()?;
        }
    }

    /// Deliveries that could not be used.
    pub fn mistakes(&self) -> Vec<String> {
        self.mistakes.lock().map(|mistakes| mistakes.clone()).unwrap_or_default()
    }

    fn refuse(&self, status: StatusCode, why: String) -> (StatusCode, String) {
        if let Ok(mut mistakes) = self.mistakes.lock() {
            mistakes.push(format!("{status}: {why}"));
        }
        (status, why)
    }
}

async fn take(
    State(door): State<Arc<Door>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<&'static str, (StatusCode, String)> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if bearer.and_then(|value| value.strip_prefix("Bearer ")) != Some(door.secret.as_str()) {
        return Err(door.refuse(StatusCode::UNAUTHORIZED, "the bearer secret is missing or wrong".into()));
    }
    let Ok(id) = id.parse::<ConversationId>() else {
        return Err(door.refuse(StatusCode::NOT_FOUND, format!("'{id}' is not the id of a conversation")));
    };
    let understood = answer::read(&body, encoding(&headers).as_deref()).map_err(|mistake| {
        door.refuse(StatusCode::UNPROCESSABLE_ENTITY, format!("the body cannot be used: {mistake}"))
    })?;
    let Some(request) = understood.answer.request_id else {
        return Err(door.refuse(StatusCode::UNPROCESSABLE_ENTITY, "a later answer names its requestId".into()));
    };
    if let Ok(mut answers) = door.answers.lock() {
        answers.insert((id, request), understood);
    }
    door.news.notify_waiters();
    Ok("taken")
}
