//! Requests to the Cloud API.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use serde_json::Value;

use super::answer::{Reply, outcome};
use super::number::Opened;
use crate::delivery::Outcome;

/// Time limit for one request.
pub(crate) const WITHIN: Duration = Duration::from_secs(30);
const CONNECT: Duration = Duration::from_secs(10);
/// Maximum answer of the API, in bytes.
const ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// The client for one program.
///
/// # Errors
/// If TLS cannot be set up.
pub(crate) fn client() -> reqwest::Result<Client> {
    Client::builder()
        .redirect(Policy::none())
        .connect_timeout(CONNECT)
        .user_agent(concat!("tandem-hub/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// Sends one message. Whatever happens, it is sent once.
pub(crate) async fn send(client: &Client, opened: &Opened, request: &Value) -> Outcome {
    let url = format!("{}/{}/messages", opened.number.base_url, opened.number.phone_number_id);
    let sent = client.post(url).bearer_auth(&opened.access_token).timeout(WITHIN).json(request).send().await;
    let response = match sent {
        Ok(response) => response,
        Err(error) if error.is_connect() || error.is_builder() => {
            return outcome(&Reply::NotSent("WhatsApp cannot be reached".into()));
        }
        Err(_) => return outcome(&Reply::Lost("WhatsApp did not answer in time".into())),
    };
    let status = response.status().as_u16();
    match body(response).await {
        Ok(bytes) => outcome(&Reply::Answered(status, &bytes)),
        Err(_) => outcome(&Reply::Lost("the answer of WhatsApp was cut off".into())),
    }
}

/// Asks the API for something.
///
/// # Errors
/// Why there is no answer, in words for operators.
pub(crate) async fn ask(client: &Client, opened: &Opened, path: &str) -> Result<Value, String> {
    let url = format!("{}/{path}", opened.number.base_url);
    let asked = client.get(url).bearer_auth(&opened.access_token).timeout(WITHIN).send().await;
    read(asked.map_err(|error| because(&error))?).await
}

/// Tells the API something that is no message, such as that one was read.
///
/// # Errors
/// Why it was not taken, in words for operators.
pub(crate) async fn tell(client: &Client, opened: &Opened, request: &Value) -> Result<(), String> {
    let url = format!("{}/{}/messages", opened.number.base_url, opened.number.phone_number_id);
    let told = client.post(url).bearer_auth(&opened.access_token).timeout(WITHIN).json(request).send().await;
    read(told.map_err(|error| because(&error))?).await.map(drop)
}

/// Uploads a file; returns Meta's id of it.
///
/// # Errors
/// What became of it instead: it is tried again, refused, or the number is stopped. It was shown to nobody.
pub(crate) async fn upload(
    client: &Client,
    opened: &Opened,
    (name, mime): (&str, &str),
    bytes: Vec<u8>,
) -> Result<String, Outcome> {
    let url = format!("{}/{}/media", opened.number.base_url, opened.number.phone_number_id);
    let boundary = uuid::Uuid::now_v7().simple().to_string();
    let quoted: String = name.chars().filter(|c| !c.is_control() && !matches!(c, '"' | '\\')).collect();
    let mut form = Vec::with_capacity(bytes.len() + 512);
    for (field, value) in [("messaging_product", "whatsapp"), ("type", mime)] {
        let part = format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
        form.extend_from_slice(part.as_bytes());
    }
    let head = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{quoted}\"\r\n\
         content-type: {mime}\r\n\r\n"
    );
    form.extend_from_slice(head.as_bytes());
    form.extend_from_slice(&bytes);
    form.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    let sent = client
        .post(url)
        .bearer_auth(&opened.access_token)
        .header("content-type", format!("multipart/form-data; boundary={boundary}"))
        .timeout(4 * WITHIN)
        .body(form)
        .send()
        .await;
    let again = |reason: String| Outcome::Again { reason };
    let response = sent.map_err(|error| again(because(&error)))?;
    let status = response.status().as_u16();
    let bytes = body(response).await.map_err(again)?;
    let answer: Value = serde_json::from_str(&crate::json::text(&bytes)).unwrap_or_default();
    match answer.get("id").and_then(Value::as_str) {
        Some(id) if (200..300).contains(&status) => Ok(id.to_owned()),
        _ => Err(match outcome(&Reply::Answered(status, &bytes)) {
            Outcome::Accepted { .. } => again("WhatsApp did not name the uploaded file".into()),
            Outcome::Unknown { reason } => again(reason),
            other => other,
        }),
    }
}

async fn read(response: Response) -> Result<Value, String> {
    let status = response.status();
    let bytes = body(response).await?;
    let value: Value = serde_json::from_str(&crate::json::text(&bytes)).unwrap_or_default();
    if status.is_success() {
        return Ok(value);
    }
    match value.get("error") {
        Some(error) => Err(super::webhook::ApiError::of(error).line()),
        None => Err(format!("WhatsApp answers with {}", status.as_u16())),
    }
}

async fn body(mut response: Response) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|error| because(&error))? {
        bytes.extend_from_slice(&part);
        if bytes.len() > ANSWER_BYTES {
            return Err("the answer of WhatsApp is too large".into());
        }
    }
    Ok(bytes)
}

/// Why a request failed, without the address, which may name a customer.
pub(crate) fn because(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        "WhatsApp does not answer in time".into()
    } else if error.is_connect() {
        "WhatsApp cannot be reached".into()
    } else {
        "the connection to WhatsApp broke".into()
    }
}
