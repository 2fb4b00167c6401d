//! Customers who write over plain HTTP and repeat a message until the hub confirms it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tandem_conversation::TurnId;
use tandem_testkit::hub_process::BRAND;
use tokio::sync::{Mutex, watch};
use uuid::Uuid;

use crate::journal::Journal;
use crate::template::Template;

const AGAIN: Duration = Duration::from_millis(15);

/// One customer's browser.
pub struct Customer {
    name: String,
    /// The session's token; one message at a time, as in a page.
    token: Mutex<Option<String>>,
    hub: watch::Receiver<Option<SocketAddr>>,
    http: reqwest::Client,
    journal: Arc<Journal>,
}

impl Customer {
    pub fn new(
        number: usize,
        hub: watch::Receiver<Option<SocketAddr>>,
        http: reqwest::Client,
        journal: Arc<Journal>,
    ) -> Arc<Self> {
        Arc::new(Self { name: format!("Carmen {number}"), token: Mutex::new(None), hub, http, journal })
    }

    /// Writes, retrying until it succeeds.
    pub async fn write(self: Arc<Self>, silent: bool) {
        let turn = TurnId(Uuid::now_v7());
        let text = if silent { "thanks!".to_owned() } else { format!("Where is my order? {}", self.journal.word()) };
        let mut token = self.token.lock().await;
        loop {
            if token.is_none() {
                let session = json!({"brand": BRAND, "name": self.name});
                let answer = self.post("chat/v1/sessions", None, &session).await;
                *token = answer.and_then(|answer| Some(answer["token"].as_str()?.to_owned()));
            }
            if let Some(token) = token.as_deref()
                && self.post("chat/v1/messages", Some(token), &json!({"id": turn, "text": text})).await.is_some()
            {
                return self.journal.accepted(turn);
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Signs in through the website, retrying until it succeeds.
    pub async fn sign_in(self: Arc<Self>, who: usize) {
        let mut session = json!({"brand": BRAND, "name": self.name, "identity": Template::get().vouches_for(who)});
        let mut token = self.token.lock().await;
        if let Some(token) = token.as_deref() {
            session["resume"] = json!(token);
        }
        loop {
            if let Some(answer) = self.post("chat/v1/sessions", None, &session).await {
                *token = answer["token"].as_str().map(str::to_owned);
                return;
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn post(&self, path: &str, token: Option<&str>, body: &Value) -> Option<Value> {
        let hub = (*self.hub.borrow())?;
        let mut request = self.http.post(format!("http://{hub}/{path}")).json(body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.ok()?;
        assert!(
            !answer.status().is_client_error(),
            "customers are never refused: {}",
            answer.text().await.unwrap_or_default()
        );
        if !answer.status().is_success() {
            return None;
        }
        answer.json().await.ok()
    }
}
