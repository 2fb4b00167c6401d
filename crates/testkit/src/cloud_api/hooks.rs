//! What Meta posts: signed bodies about what happened at one number.

use anyhow::Context as _;
use ring::hmac;
use serde_json::{Value, json};

use super::{Taken, hex};

/// Meta's ids of the number and its account, as the tests use them.
pub const PHONE_NUMBER_ID: &str = "106540352242922";
pub const ACCOUNT_ID: &str = "102290129340398";

/// Where webhooks of a number go, and how they are signed.
#[derive(Clone, Debug)]
pub struct Webhooks {
    pub url: String,
    pub app_secret: String,
    /// Meta's id of the number.
    pub phone_number_id: String,
    /// The time now, in seconds since 1970.
    pub clock: fn() -> i64,
}

/// A customer's phone.
#[derive(Clone, Debug)]
pub struct Phone {
    /// In digits; empty if the customer hides it.
    pub number: String,
    /// The id that the company's account has for them; empty if it is not told.
    pub user_id: String,
    pub name: String,
}

impl Phone {
    /// A customer who shows their number and nothing else.
    #[must_use]
    pub fn new(number: &str, name: &str) -> Self {
        Self { number: number.into(), user_id: String::new(), name: name.into() }
    }

    fn contact(&self) -> Value {
        let mut contact = json!({ "profile": { "name": self.name } });
        for (name, value) in [("wa_id", &self.number), ("user_id", &self.user_id)] {
            if !value.is_empty() {
                contact[name] = json!(value);
            }
        }
        contact
    }
}

impl Webhooks {
    /// The signature of a body.
    #[must_use]
    pub fn sign(&self, body: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.app_secret.as_bytes());
        format!("sha256={}", hex(hmac::sign(&key, body).as_ref()))
    }

    /// Posts a body as it is; returns the status of the answer.
    ///
    /// # Errors
    /// If nobody answers.
    pub async fn post(&self, body: impl AsRef<[u8]>) -> anyhow::Result<u16> {
        let body = body.as_ref();
        let request = reqwest::Client::new().post(&self.url).header("x-hub-signature-256", self.sign(body));
        let answer = request.header("content-type", "application/json").body(body.to_owned()).send().await;
        Ok(answer.context("nobody takes the webhook")?.status().as_u16())
    }

    /// The body that tells one change of a field.
    #[must_use]
    pub fn body(&self, field: &str, mut value: Value) -> String {
        value["messaging_product"] = json!("whatsapp");
        value["metadata"] = json!({ "display_phone_number": "34600123456", "phone_number_id": self.phone_number_id });
        let change = json!({ "field": field, "value": value });
        let entry = json!([{ "id": ACCOUNT_ID, "time": (self.clock)(), "changes": [change] }]);
        json!({ "object": "whatsapp_business_account", "entry": entry }).to_string()
    }

    /// Posts one change of a field.
    ///
    /// # Errors
    /// If it is not answered with 200.
    pub async fn changed(&self, field: &str, value: Value) -> anyhow::Result<()> {
        self.posted(&self.body(field, value)).await
    }

    async fn posted(&self, body: &str) -> anyhow::Result<()> {
        let status = self.post(body).await?;
        anyhow::ensure!(status == 200, "the webhook is answered with {status}");
        Ok(())
    }

    /// The body that brings a customer's message, by their clock some seconds ago.
    #[must_use]
    pub fn message_body(&self, from: &Phone, id: &str, mut message: Value, ago_s: i64) -> String {
        message["id"] = json!(id);
        message["timestamp"] = json!(((self.clock)() - ago_s).to_string());
        for (name, value) in [("from", &from.number), ("from_user_id", &from.user_id)] {
            if !value.is_empty() {
                message[name] = json!(value);
            }
        }
        self.body("messages", json!({ "contacts": [from.contact()], "messages": [message] }))
    }

    /// A customer sends a message, by their clock some seconds ago.
    ///
    /// # Errors
    /// If it is not answered with 200.
    pub async fn message(&self, from: &Phone, id: &str, message: Value, ago_s: i64) -> anyhow::Result<()> {
        self.posted(&self.message_body(from, id, message, ago_s)).await
    }

    /// The body that reports on messages to a customer.
    #[must_use]
    pub fn statuses_body(&self, to: &Phone, statuses: &[Value]) -> String {
        self.body("messages", json!({ "contacts": [to.contact()], "statuses": statuses }))
    }

    /// Reports on messages, all in one body and in this order. Customers are not named, as in older bodies.
    ///
    /// # Errors
    /// If it is not answered with 200.
    pub async fn statuses(&self, statuses: Vec<Value>) -> anyhow::Result<()> {
        self.changed("messages", json!({ "statuses": statuses })).await
    }
}

impl Taken {
    /// The customer's tap on the button or the row of this title; none if it offers none.
    #[must_use]
    pub fn tap(&self, title: &str) -> Option<Value> {
        let all = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let action = &self.request["interactive"]["action"];
        let buttons = all(&action["buttons"]).into_iter().map(|button| ("button_reply", button["reply"].clone()));
        let rows = all(&action["sections"]).into_iter().flat_map(|section| all(&section["rows"]));
        let mut offers = buttons.chain(rows.map(|row| ("list_reply", row)));
        let (kind, one) = offers.find(|(_, one)| one["title"] == title)?;
        let mut interactive = json!({ "type": kind });
        interactive[kind] = json!({ "id": one["id"], "title": title });
        Some(json!({ "type": "interactive", "interactive": interactive }))
    }

    /// A report on this message, from the first second of 1970: nobody trusts its time.
    #[must_use]
    pub fn status(&self, state: &str) -> Value {
        let to = self.request["to"].as_str().unwrap_or_default().trim_start_matches('+');
        let mut status = json!({ "id": self.id, "status": state, "timestamp": "1",
            "recipient_id": to, "biz_opaque_callback_data": self.tracker });
        if state == "failed" {
            status["errors"] = json!([{ "code": 131_026, "title": "Message undeliverable" }]);
        }
        status
    }
}
