//! HTTP and WebSocket for all test clients, and their errors.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reqwest::{Client, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tandem_protocol::Problem;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

/// Time limit for one HTTP answer.
const ANSWER: Duration = Duration::from_secs(30);

#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The hub refused.
    #[error("refused with {status} {code}: {detail}")]
    Refused { status: u16, code: String, detail: String },
    /// No answer; retrying may help.
    #[error("the hub cannot be reached: {0}")]
    Unreachable(String),
    #[error("the hub closed the connection")]
    Closed,
    /// The other side violates the protocol.
    #[error("not of the protocol: {0}")]
    Protocol(String),
    #[error("waited {seconds} s in vain for {what}; {seen}")]
    Deadline { what: String, seconds: u64, seen: String },
}

impl ClientError {
    /// Whether a retry may succeed.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Closed => true,
            Self::Refused { status, code, .. } => *status == 429 || *status >= 500 || code == "limit.too_many",
            Self::Protocol(_) | Self::Deadline { .. } => false,
        }
    }
}

/// Installs the process's TLS provider. Safe to repeat.
pub fn prepare_tls() {
    // An error means that one was installed before.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

pub(crate) fn client() -> Result<Client, ClientError> {
    prepare_tls();
    Client::builder().timeout(ANSWER).build().map_err(|error| ClientError::Unreachable(error.to_string()))
}

/// Sends and reads a JSON answer; problem documents become refusals.
pub(crate) async fn call<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, ClientError> {
    let response = request.send().await.map_err(|error| ClientError::Unreachable(error.to_string()))?;
    let status = response.status();
    let bytes = response.bytes().await.map_err(|error| ClientError::Unreachable(error.to_string()))?;
    if !status.is_success() {
        let problem: Option<Problem> = serde_json::from_slice(&bytes).ok();
        let (code, detail) = problem.map_or_else(
            || (String::new(), String::from_utf8_lossy(&bytes).into_owned()),
            |problem| (problem.code, problem.detail),
        );
        return Err(ClientError::Refused { status: status.as_u16(), code, detail });
    }
    serde_json::from_slice(&bytes).map_err(|error| ClientError::Protocol(format!("answer of HTTP: {error}")))
}

/// A WebSocket of JSON frames.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Socket {
    /// Connects to `path` of the hub.
    pub(crate) async fn connect(hub: &str, path: &str, bearer: Option<&str>) -> Result<Self, ClientError> {
        Self::connect_with(hub, path, bearer, &[]).await
    }

    /// Connects to `path` of the hub with more headers.
    pub(crate) async fn connect_with(
        hub: &str,
        path: &str,
        bearer: Option<&str>,
        headers: &[(&'static str, String)],
    ) -> Result<Self, ClientError> {
        let url = format!("{}{path}", hub.trim_end_matches('/').replacen("http", "ws", 1));
        let mut request = url.into_client_request().map_err(|error| ClientError::Unreachable(error.to_string()))?;
        if let Some(token) = bearer {
            let value = HeaderValue::from_str(&format!("Bearer {token}"));
            let value = value.map_err(|error| ClientError::Unreachable(error.to_string()))?;
            request.headers_mut().insert("authorization", value);
        }
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).map_err(|error| ClientError::Unreachable(error.to_string()))?;
            request.headers_mut().insert(*name, value);
        }
        // The default buffer of 128 KiB per socket would use most of the memory.
        let config = WebSocketConfig::default().read_buffer_size(4096).max_message_size(Some(64 << 20));
        match connect_async_with_config(request, Some(config), true).await {
            Ok((stream, _)) => Ok(Self { stream }),
            Err(tungstenite::Error::Http(response)) => Err(ClientError::Refused {
                status: response.status().as_u16(),
                code: String::new(),
                detail: response.body().as_ref().map(|b| String::from_utf8_lossy(b).into_owned()).unwrap_or_default(),
            }),
            Err(error) => Err(ClientError::Unreachable(error.to_string())),
        }
    }

    pub(crate) async fn send(&mut self, frame: &impl Serialize) -> Result<(), ClientError> {
        let text = serde_json::to_string(frame).map_err(|error| ClientError::Protocol(error.to_string()))?;
        self.send_text(text).await
    }

    pub(crate) async fn send_text(&mut self, text: String) -> Result<(), ClientError> {
        self.stream.send(Message::text(text)).await.map_err(|_| ClientError::Closed)
    }

    /// Sends with the next flush.
    pub(crate) async fn feed_text(&mut self, text: String) -> Result<(), ClientError> {
        self.stream.feed(Message::text(text)).await.map_err(|_| ClientError::Closed)
    }

    pub(crate) async fn flush(&mut self) -> Result<(), ClientError> {
        self.stream.flush().await.map_err(|_| ClientError::Closed)
    }

    /// The next text frame. Cancel-safe.
    pub(crate) async fn next_text(&mut self) -> Result<tungstenite::Utf8Bytes, ClientError> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => return Ok(text),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Binary(_))) => return Err(ClientError::Protocol("a binary frame".into())),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(ClientError::Closed),
            }
        }
    }

    pub(crate) async fn next<T: DeserializeOwned>(&mut self) -> Result<T, ClientError> {
        read(&self.next_text().await?)
    }

    pub(crate) async fn close(mut self) {
        let _ = self.stream.close(None).await;
    }
}

/// A WebSocket that is read continuously, like a desk's: pings are answered while its owner is busy.
pub(crate) struct Attended {
    heard: mpsc::UnboundedReceiver<Result<tungstenite::Utf8Bytes, ClientError>>,
    say: mpsc::UnboundedSender<String>,
    task: JoinHandle<Socket>,
}

impl Attended {
    pub(crate) fn new(mut socket: Socket) -> Self {
        let (say, mut to_say) = mpsc::unbounded_channel::<String>();
        let (hear, heard) = mpsc::unbounded_channel();
        let task = tokio::spawn(async move {
            loop {
                let ended = tokio::select! {
                    text = socket.next_text() => {
                        let ended = text.is_err();
                        ended | hear.send(text).is_err()
                    }
                    text = to_say.recv() => match text {
                        Some(text) => socket.send_text(text).await.is_err(),
                        None => true,
                    },
                };
                if ended {
                    return socket;
                }
            }
        });
        Self { heard, say, task }
    }

    pub(crate) fn send(&self, frame: &impl Serialize) -> Result<(), ClientError> {
        let text = serde_json::to_string(frame).map_err(|error| ClientError::Protocol(error.to_string()))?;
        self.say.send(text).map_err(|_| ClientError::Closed)
    }

    /// The next frame. Cancel-safe.
    pub(crate) async fn next<T: DeserializeOwned>(&mut self) -> Result<T, ClientError> {
        read(&self.heard.recv().await.ok_or(ClientError::Closed)??)
    }

    /// The bare connection; received but unread frames are lost.
    pub(crate) async fn into_socket(self) -> Result<Socket, ClientError> {
        drop(self.say);
        self.task.await.map_err(|_| ClientError::Closed)
    }
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, ClientError> {
    serde_json::from_str(text).map_err(|error| {
        let beginning: String = text.chars().take(300).collect();
        ClientError::Protocol(format!("{error} in the frame {beginning}"))
    })
}
