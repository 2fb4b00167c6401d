//! Proof that a webhook comes from Meta: HMAC-SHA256 of the bytes as they arrived, with the app's secret.

use ring::hmac;

/// The header that carries the signature.
pub(crate) const HEADER: &str = "x-hub-signature-256";

/// Whether the header signs exactly these bytes, in constant time. Never pass a body that was parsed and written again.
#[must_use]
pub(crate) fn is_signed(header: &str, body: &[u8], app_secret: &str) -> bool {
    let Some(given) = header.trim().strip_prefix("sha256=").and_then(bytes_of) else { return false };
    let key = hmac::Key::new(hmac::HMAC_SHA256, app_secret.as_bytes());
    hmac::verify(&key, body, &given).is_ok()
}

/// The header for a body, as Meta makes it.
#[must_use]
pub(crate) fn sign(body: &[u8], app_secret: &str) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, app_secret.as_bytes()), body);
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={hex}")
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::whatsapp::recorded;

    #[test]
    fn only_the_bytes_that_were_signed_pass() {
        let body = r#"{"text":"caf\u00e9"}"#.as_bytes();
        let header = sign(body, "secret");
        assert!(is_signed(&header, body, "secret"));
        assert!(
            is_signed(&header.to_uppercase().replace("SHA256", "sha256"), body, "secret"),
            "hexadecimal has no case"
        );
        assert!(!is_signed(&header, "{\"text\":\"café\"}".as_bytes(), "secret"), "the same JSON in other bytes");
        assert!(!is_signed(&header, body, "another"));
        for wrong in ["", "sha256=", "sha1=00", &header[..header.len() - 2], &format!("{header}00"), "sha256=é"] {
            assert!(!is_signed(wrong, body, "secret"), "{wrong}");
        }
        let all_but_one = header.replace(&header[8..9], if &header[8..9] == "0" { "1" } else { "0" });
        assert!(!is_signed(&all_but_one, body, "secret"));
    }

    #[test]
    fn recorded_signatures_pass() {
        let Some(text) = recorded::file("webhook-signing/x_hub_signature_256_vectors.json") else { return };
        let vectors: serde_json::Value = serde_json::from_str(&text).unwrap();
        let secret = vectors["secret"].as_str().unwrap();
        let all = vectors["vectors"].as_array().unwrap();
        assert!(!all.is_empty());
        for vector in all {
            let (header, body) = (vector["header"].as_str().unwrap(), vector["body_on_wire"].as_str().unwrap());
            assert!(is_signed(header, body.as_bytes(), secret), "{vector}");
            assert!(!is_signed(header, format!("{body} ").as_bytes(), secret));
        }
    }
}
