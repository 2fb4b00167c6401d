//! A company's website, which signs its visitors' identities.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::{Value, json};
use tandem_conversation::Time;

/// Lifetime of a token, in seconds.
const LIFETIME_S: i64 = 3600;

/// The website of a brand.
#[derive(Clone)]
pub struct Website(hmac::Key);

impl std::fmt::Debug for Website {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Website")
    }
}

impl Website {
    /// The website with this secret of its brand.
    #[must_use]
    pub fn new(secret: &str) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()))
    }

    /// A token with these claims.
    #[must_use]
    pub fn vouches_for(&self, mut claims: Value, now: Time) -> String {
        claims["exp"] = json!(now.0 / 1000 + LIFETIME_S);
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&json!({ "alg": "HS256", "typ": "JWT" })), part(&claims));
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, message.as_bytes())))
    }
}
