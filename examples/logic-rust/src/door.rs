//! Verifies that a request comes from the hub: the bearer secret, and the signature of Standard Webhooks.

use anyhow::Context;
use axum::http::HeaderMap;
use standardwebhooks::Webhook;
use subtle::ConstantTimeEq;

pub struct Door {
    secret: String,
    webhook: Webhook,
}

impl Door {
    /// A `whsec_` secret (Standard Webhooks) is decoded; any other is used unchanged.
    pub fn new(secret: String) -> anyhow::Result<Self> {
        let webhook = if secret.starts_with("whsec_") {
            Webhook::new(&secret)
        } else {
            Webhook::from_bytes(secret.as_bytes().to_vec())
        };
        let webhook = webhook.context("the secret cannot be used to check signatures")?;
        Ok(Self { secret, webhook })
    }

    /// Requires both the bearer secret and the signature over the exact bytes.
    pub fn check(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), String> {
        let given = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let expected = format!("Bearer {}", self.secret);
        if !bool::from(given.as_bytes().ct_eq(expected.as_bytes())) {
            return Err("the bearer secret is missing or wrong".into());
        }
        self.webhook.verify(body, headers).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::Door;

    #[test]
    fn only_signed_requests_with_the_secret_are_answered() {
        for secret in ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "a plain secret"] {
            let door = Door::new(secret.to_owned()).unwrap();
            let at = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
            let mut headers = HeaderMap::new();
            assert!(door.check(&headers, b"{}").is_err(), "no proof at all");
            headers.insert("authorization", format!("Bearer {secret}").parse().unwrap());
            assert!(door.check(&headers, b"{}").is_err(), "not signed");
            let signature = door.webhook.sign("m", at.try_into().unwrap(), b"{}").unwrap();
            headers.insert("webhook-id", "m".parse().unwrap());
            headers.insert("webhook-timestamp", at.to_string().parse().unwrap());
            headers.insert("webhook-signature", signature.parse().unwrap());
            assert_eq!(door.check(&headers, b"{}"), Ok(()));
            assert!(door.check(&headers, b"{ }").is_err(), "the signature is over the exact bytes");
            headers.insert("authorization", "Bearer other".parse().unwrap());
            assert!(door.check(&headers, b"{}").is_err(), "another secret");
        }
    }
}
