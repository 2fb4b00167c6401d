//! A partner behind a link, with their own browser.

use std::sync::Mutex;

use reqwest::Method;
use reqwest::header::{COOKIE, HeaderMap, SET_COOKIE};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use uuid::Uuid;

use super::{Agent, Socket};

/// A token as desks make it, and its hash for the hub.
pub fn secret() -> (String, String) {
    let digest =
        |text: &str| Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let token: String = digest(&Uuid::now_v7().to_string()).chars().take(43).collect();
    let hash = digest(&token);
    (token, hash)
}

/// The command that invites Aerolinx for an hour.
pub fn invitation(link: Uuid, hash: &str) -> Value {
    json!({ "type": "invite_external", "link": link, "secretHash": hash, "name": "Aerolinx", "ttlS": 3600,
        "note": "Is seat 4A free?" })
}

/// Maya invites Aerolinx; returns the token and the link's id.
pub async fn invited(agent: &Agent, conversation: &str) -> (String, Uuid) {
    let ((token, hash), link) = (secret(), Uuid::now_v7());
    agent.does(conversation, invitation(link, &hash)).await;
    (token, link)
}

/// A browser on the page of a link.
pub struct Partner {
    base: String,
    pub token: String,
    pub cookie: Mutex<Option<String>>,
}

impl Partner {
    pub fn new(base: &str, token: &str) -> Self {
        Self { base: base.to_owned(), token: token.to_owned(), cookie: Mutex::default() }
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/guest/{}/{rest}", self.token)
    }

    pub async fn asks(&self, method: Method, rest: &str, body: Option<&Value>) -> (u16, Value) {
        let (status, _, body) = self.asks_whole(method, rest, body).await;
        (status, body)
    }

    pub async fn asks_whole(&self, method: Method, rest: &str, body: Option<&Value>) -> (u16, HeaderMap, Value) {
        let mut request = reqwest::Client::new().request(method, format!("{}{}", self.base, self.path(rest)));
        if let Some(cookie) = self.cookie.lock().unwrap().clone() {
            request = request.header(COOKIE, cookie);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        (status, headers, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// The link's standing in this browser.
    pub async fn standing(&self) -> Value {
        let (status, headers, about) = self.asks_whole(Method::GET, "about", None).await;
        assert_eq!(status, 200, "{about}");
        if let Some(cookie) = headers.get(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
            *self.cookie.lock().unwrap() = Some(pair);
        }
        about["standing"].clone()
    }

    /// Presses "Open the conversation".
    pub async fn opens(&self) -> (u16, Value) {
        self.standing().await;
        self.asks(Method::POST, "open", None).await
    }

    pub async fn sees(&self) -> Vec<Value> {
        let (_, page) = self.asks(Method::GET, "entries", None).await;
        page["entries"].as_array().cloned().unwrap_or_default()
    }

    pub async fn texts(&self) -> Vec<String> {
        self.sees().await.iter().map(|entry| entry["text"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The last position that this browser has seen.
    async fn against(&self) -> Value {
        self.sees().await.last().map_or(json!(0), |entry| entry["position"].clone())
    }

    pub async fn writes(&self, text: &str) -> (u16, Value) {
        let against = self.against().await;
        self.sends(&json!({ "id": Uuid::now_v7(), "text": text, "writtenAgainst": against })).await
    }

    pub async fn sends(&self, message: &Value) -> (u16, Value) {
        self.asks(Method::POST, "messages", Some(message)).await
    }

    pub async fn uploads(&self, name: &str, kind: &str, bytes: &[u8]) -> (u16, Value) {
        let response = self.upload(name, kind, bytes.to_vec().into()).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// An upload that is not sent yet.
    pub fn upload(&self, name: &str, kind: &str, body: reqwest::Body) -> reqwest::RequestBuilder {
        let url = format!("{}{}", self.base, self.path(&format!("media?name={name}")));
        let request = reqwest::Client::new().post(url).header("content-type", kind).body(body);
        match self.cookie.lock().unwrap().clone() {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        }
    }

    /// The page's live connection.
    pub async fn live(&self) -> Socket {
        let url = format!("{}{}", self.base.replace("http://", "ws://"), self.path("live"));
        let mut request = url.into_client_request().unwrap();
        let cookie = self.cookie.lock().unwrap().clone().expect("the link is open here");
        request.headers_mut().insert("cookie", cookie.parse().unwrap());
        tokio_tungstenite::connect_async(request).await.unwrap().0
    }
}
