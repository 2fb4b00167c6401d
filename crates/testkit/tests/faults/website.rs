//! The company's website, which knows a few of its visitors.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::{Value, json};

use crate::template::Template;

/// A token for one of its customers. The first two share a telephone.
pub fn vouches_for(who: usize) -> String {
    let exp = tandem_hub::Clock::system().now().0 / 1000 + 3600;
    let phone = format!("+3460012345{}", who.max(1));
    let claims =
        json!({ "sub": format!("cust-{who}"), "name": format!("Customer {who}"), "phone_number": phone, "exp": exp });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&json!({ "alg": "HS256" })), part(&claims));
    let key = hmac::Key::new(hmac::HMAC_SHA256, Template::get().secret.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(hmac::sign(&key, message.as_bytes())))
}
