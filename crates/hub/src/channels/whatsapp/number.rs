//! Our numbers with their secrets opened, and how they are added.

use tandem_conversation::{BrandId, Time};

use crate::hub::Hub;
use crate::seal::Seal;
use crate::secrets::hash_token;
use crate::store::StoreError;
use crate::store::whatsapp::{self, Number};

/// What the secrets of numbers are sealed for.
pub(crate) const PURPOSE: &str = "secrets of WhatsApp numbers";
/// Where Meta answers.
pub(crate) const BASE_URL: &str = "https://graph.facebook.com/v25.0";
/// After how many hours of silence a message begins a new conversation.
pub(crate) const NEW_AFTER_H: u32 = 24;
/// Messages per second that Meta takes from a number, until it raises that.
pub(crate) const PER_SECOND: u32 = 80;

/// A number that can send and receive.
pub(crate) struct Opened {
    pub number: Number,
    pub access_token: String,
    pub app_secret: String,
}

/// A number as an operator names it.
pub(crate) struct Addition {
    pub key: String,
    pub phone_number_id: String,
    pub waba_id: String,
    pub display: String,
    pub brand: Option<BrandId>,
    pub base_url: Option<String>,
    pub access_token: String,
    pub app_secret: String,
    pub verify_token: String,
    /// Whether customers are told that their messages were read.
    pub read_marks: bool,
    /// Replies that cost nothing, in a month; none if that is not known.
    pub free_replies: Option<u32>,
}

impl Addition {
    /// The row to store.
    ///
    /// # Errors
    /// What is wrong with which field, and what to do.
    pub(crate) fn sealed(self, seal: &Seal, now: Time) -> Result<Number, String> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.key.is_empty() || self.key.len() > 64 || !self.key.chars().all(plain) {
            return Err(format!("id '{}': use lower-case letters, digits and hyphens, at most 64", self.key));
        }
        for (name, id) in [("phone-number-id", &self.phone_number_id), ("account-id", &self.waba_id)] {
            if id.is_empty() || id.len() > 32 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(format!("{name} '{id}': copy the digits from Meta's page of the app, under WhatsApp"));
            }
        }
        for (name, secret) in [("access token", &self.access_token), ("app secret", &self.app_secret)] {
            if secret.trim().is_empty() || secret.len() > 4_096 {
                return Err(format!("the {name} is empty or too long"));
            }
        }
        if self.verify_token.len() < 8 {
            return Err("the verify token is shorter than 8 characters: choose a longer one".into());
        }
        let base_url = self.base_url.unwrap_or_else(|| BASE_URL.into());
        let url = reqwest::Url::parse(&base_url).map_err(|_| format!("base-url '{base_url}' is not an address"))?;
        let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if url.scheme() != "https" && !loopback {
            return Err(format!("base-url '{base_url}': use https, except on this machine"));
        }
        let contact = tandem_conversation::Contact::new(tandem_conversation::ContactKind::Phone, &self.display);
        let display =
            contact.map_err(|_| format!("number '{}': write it with its country: +34 600 123 456", self.display))?;
        Ok(Number {
            access_token: seal.close(&self.key, self.access_token.trim()),
            app_secret: seal.close(&self.key, self.app_secret.trim()),
            verify_hash: hash_token(&self.verify_token),
            key: self.key,
            phone_number_id: self.phone_number_id,
            waba_id: self.waba_id,
            display: display.value,
            brand: self.brand,
            base_url: base_url.trim_end_matches('/').to_owned(),
            new_after_h: NEW_AFTER_H,
            per_second: PER_SECOND,
            read_marks: self.read_marks,
            free_replies: self.free_replies,
            state: whatsapp::OK.into(),
            since: now,
            detail: String::new(),
        })
    }
}

/// Opens the secrets of a number; none if they were sealed with another key.
pub(crate) fn opened(number: Number, seal: &Seal) -> Option<Opened> {
    let access_token = seal.open(&number.key, &number.access_token)?;
    let app_secret = seal.open(&number.key, &number.app_secret)?;
    Some(Opened { number, access_token, app_secret })
}

/// The number with this key.
pub(crate) async fn find(hub: &Hub, key: &str) -> Result<Option<Opened>, StoreError> {
    let wanted = key.to_owned();
    let number = hub.database.read(move |connection| whatsapp::by_key(connection, &wanted)).await?;
    let seal = Seal::new(&hub.identity.key_for(PURPOSE));
    let Some(number) = number else { return Ok(None) };
    let found = opened(number, &seal);
    if found.is_none() {
        tracing::error!(number = key, "the secrets of a WhatsApp number do not open: add it again");
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use ring::hmac;

    use super::*;

    fn addition() -> Addition {
        Addition {
            key: "main".into(),
            phone_number_id: "106540352242922".into(),
            waba_id: "102290129340398".into(),
            display: "+34 600 123 456".into(),
            brand: None,
            base_url: None,
            access_token: "token\n".into(),
            app_secret: "secret".into(),
            verify_token: "a long one".into(),
            read_marks: true,
            free_replies: None,
        }
    }

    #[test]
    fn a_number_is_stored_with_sealed_secrets() {
        let seal = Seal::new(&hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]));
        let number = addition().sealed(&seal, Time(0)).unwrap();
        assert_eq!((number.display.as_str(), number.base_url.as_str()), ("+34600123456", BASE_URL));
        let opened = opened(number, &seal).unwrap();
        assert_eq!((opened.access_token.as_str(), opened.app_secret.as_str()), ("token", "secret"));
    }

    #[test]
    fn what_cannot_work_is_refused_with_its_name() {
        let seal = Seal::new(&hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]));
        let refused = |addition: Addition, named: &str| {
            let why = addition.sealed(&seal, Time(0)).unwrap_err();
            assert!(why.contains(named), "{why}");
        };
        refused(Addition { key: "Main".into(), ..addition() }, "id 'Main'");
        refused(Addition { phone_number_id: "12a".into(), ..addition() }, "phone-number-id");
        refused(Addition { waba_id: String::new(), ..addition() }, "account-id");
        refused(Addition { access_token: " ".into(), ..addition() }, "access token");
        refused(Addition { verify_token: "short".into(), ..addition() }, "verify token");
        refused(Addition { base_url: Some("http://graph.example".into()), ..addition() }, "https");
        refused(Addition { display: "600".into(), ..addition() }, "number '600'");
        assert!(
            Addition { base_url: Some("http://127.0.0.1:9/v1".into()), ..addition() }.sealed(&seal, Time(0)).is_ok()
        );
    }
}
