//! The token itself: a JWT with HS256 and the claims of OpenID Connect.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::signature::{self, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, get_current_timestamp};
use ring::hmac;
use serde_json::{Map, Value};
use tandem_conversation::{Contact, ContactKind, is_blank, one_line};

use super::Identity;

/// Maximum length of a token, in bytes.
const MOST_BYTES: usize = 8 * 1024;
/// Maximum length of a name, in characters.
const NAME_CHARS: usize = 100;

/// Seconds from now on which an `exp` is not believed: it is most likely in milliseconds.
const MOST_AHEAD: u64 = 10 * 366 * 24 * 3600;

/// Checked claim by claim, so that each refusal names its own.
type Claims = Map<String, Value>;

/// A token's identity, or the reason why it is refused. The reason quotes nothing from the token.
pub(super) fn read(token: &str, secret: &str, brand: &str) -> Result<Identity, String> {
    if token.len() > MOST_BYTES {
        return Err(format!("it is longer than {MOST_BYTES} bytes"));
    }
    // Another part of the process may have installed it before.
    let _ = PROVIDER.install_default();
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_required_spec_claims(&["exp"]);
    validation.set_audience(&[brand]);
    validation.validate_nbf = true;
    let key = DecodingKey::from_secret(secret.as_bytes());
    let claims = decode::<Claims>(token, &key, &validation).map_err(|error| why(&error))?.claims;
    if has_extensions(token) {
        return Err("its header demands extensions (`crit`), and the hub knows none".into());
    }
    if claims.get("exp").and_then(Value::as_u64).is_some_and(|exp| exp > get_current_timestamp() + MOST_AHEAD) {
        return Err("its claim `exp` is more than ten years ahead: it counts seconds".into());
    }
    let others = [(ContactKind::Email, "email"), (ContactKind::Phone, "phone_number")].into_iter();
    let others = others.filter_map(|(kind, claim)| {
        let value = text(&claims, claim).transpose()?;
        Some(value.and_then(|value| Contact::new(kind, value).map_err(|_| unusable(claim))))
    });
    let name = text(&claims, "name")?.map(one_line);
    if name.as_ref().is_some_and(|name| name.chars().count() > NAME_CHARS) {
        return Err(unusable("name"));
    }
    let sub = text(&claims, "sub")?.ok_or("it has no usable claim `sub`")?;
    Ok(Identity {
        id: Contact::new(ContactKind::CustomerId, sub).map_err(|_| unusable("sub"))?,
        name,
        others: others.collect::<Result<_, _>>()?,
    })
}

/// A claim's text; none if it is absent, null or shows nothing.
fn text<'a>(claims: &'a Claims, claim: &str) -> Result<Option<&'a str>, String> {
    match claims.get(claim) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !is_blank(text))),
        Some(_) => Err(format!("its claim `{claim}` is not text: write it in quotes")),
    }
}

/// Whether the header of a verified token names extensions that a reader must know (RFC 7515, 4.1.11).
fn has_extensions(token: &str) -> bool {
    let header = token.split('.').next().and_then(|header| URL_SAFE_NO_PAD.decode(header).ok());
    let header = header.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    header.is_none_or(|header| header.get("crit").is_some())
}

fn unusable(claim: &str) -> String {
    format!("its claim `{claim}` is not usable")
}

fn why(error: &Error) -> String {
    match error.kind() {
        ErrorKind::ExpiredSignature => "it has expired, so the page must fetch a new one".into(),
        ErrorKind::ImmatureSignature => "it is not valid yet: compare the clocks".into(),
        ErrorKind::InvalidSignature => "it is not signed with the secret of this brand".into(),
        ErrorKind::InvalidAlgorithm | ErrorKind::UnsupportedAlgorithm => "it is not signed with HS256".into(),
        ErrorKind::InvalidAudience => "its claim `aud` names another brand".into(),
        ErrorKind::MissingRequiredClaim(claim) => format!("it has no usable claim `{claim}`"),
        ErrorKind::InvalidClaimFormat(claim) => unusable(claim),
        ErrorKind::Json(_) => "its header or payload is not that of a JWT signed with HS256".into(),
        _ => "it is not a JWT".into(),
    }
}

/// HS256 only, by the library that does the hub's other cryptography.
static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(ErrorKind::InvalidAlgorithm.into()),
    verifier_factory: |algorithm, key| match algorithm {
        Algorithm::HS256 => Ok(Box::new(Hs256(hmac::Key::new(hmac::HMAC_SHA256, key.try_get_as_bytes()?)))),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    },
    key_utils: KeyUtils::new_unimplemented(),
};

struct Hs256(hmac::Key);

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        hmac::verify(&self.0, message, signature).map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SECRET: &str = "a secret of a brand, as text";

    fn soon() -> u64 {
        jsonwebtoken::get_current_timestamp() + 600
    }

    fn signed(header: &Value, claims: &Value, secret: &str) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    fn token(claims: &Value) -> String {
        signed(&json!({ "alg": "HS256", "typ": "JWT" }), claims, SECRET)
    }

    fn contact(kind: ContactKind, value: &str) -> Contact {
        Contact { kind, value: value.into() }
    }

    #[test]
    fn a_page_says_who_its_visitor_is() {
        let claims = json!({ "sub": "4711", "name": " Carmen Ruiz ", "email": "Carmen@Example.com",
            "phone_number": "+34 600 123 456", "exp": soon(), "aud": "northwind", "whatever": true });
        let expected = Identity {
            id: contact(ContactKind::CustomerId, "4711"),
            name: Some("Carmen Ruiz".into()),
            others: vec![
                contact(ContactKind::Email, "carmen@example.com"),
                contact(ContactKind::Phone, "+34600123456"),
            ],
        };
        assert_eq!(read(&token(&claims), SECRET, "northwind"), Ok(expected));
        let bare = read(&token(&json!({ "sub": "4711", "exp": soon() })), SECRET, "northwind").unwrap();
        assert_eq!((bare.name, bare.others), (None, Vec::new()));
    }

    #[test]
    fn what_was_made_by_others_is_read() {
        // RFC 7515, appendix A.1: the signature is valid, but the claims are not a customer's.
        let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let (message, signature) = token.rsplit_once('.').unwrap();
        let verifier = Hs256(hmac::Key::new(hmac::HMAC_SHA256, &URL_SAFE_NO_PAD.decode(key).unwrap()));
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        assert!(verifier.verify(message.as_bytes(), &signature).is_ok());
        assert!(verifier.verify(&message.as_bytes()[1..], &signature).is_err());
    }

    #[test]
    fn what_proves_nothing_is_refused_with_its_reason() {
        let hs256 = json!({ "alg": "HS256" });
        let good = json!({ "sub": "4711", "exp": soon() });
        let with = |key: &str, value: Value| {
            let mut claims = good.clone();
            claims[key] = value;
            token(&claims)
        };
        let mut forged = token(&good);
        forged.replace_range(forged.len() - 3.., "AAA");
        let unsigned = signed(&json!({ "alg": "none" }), &good, SECRET);
        for (token, reason) in [
            (signed(&hs256, &good, "another secret"), "not signed with the secret"),
            (forged, "not signed with the secret"),
            (signed(&json!({ "alg": "HS512" }), &good, SECRET), "HS256"),
            (signed(&json!({ "alg": "RS256" }), &good, SECRET), "HS256"),
            (unsigned.clone(), "HS256"),
            (unsigned.rsplit_once('.').unwrap().0.to_owned() + ".", "HS256"),
            (signed(&json!({ "alg": "HS256", "crit": ["b64"] }), &good, SECRET), "`crit`"),
            (with("exp", json!(soon() * 1_000)), "`exp` is more than ten years ahead"),
            (with("exp", json!(1_300_819_380)), "expired"),
            (with("exp", json!("tomorrow")), "no usable claim `exp`"),
            (token(&json!({ "sub": "4711" })), "no usable claim `exp`"),
            (token(&json!({ "exp": soon() })), "`sub`"),
            (with("sub", json!("\u{200b}")), "`sub`"),
            (with("name", json!(5)), "`name` is not text"),
            (with("nbf", json!(soon() + 600)), "not valid yet"),
            (with("aud", json!("southwind")), "another brand"),
            (with("sub", json!("")), "`sub`"),
            (with("sub", json!(4711)), "`sub` is not text"),
            (with("sub", json!("x".repeat(300))), "`sub`"),
            (with("name", json!("x".repeat(101))), "`name`"),
            (with("email", json!("nobody")), "`email`"),
            (with("phone_number", json!("112")), "`phone_number`"),
            (String::new(), "not a JWT"),
            ("a.b".into(), "not a JWT"),
            ("a.b.c".into(), ""),
            ("x".repeat(9000), "longer than"),
        ] {
            let refused = read(&token, SECRET, "northwind").unwrap_err();
            assert!(refused.contains(reason), "{token}: {refused} must tell: {reason}");
            assert!(!refused.contains("4711"), "nothing of the token is repeated");
        }
    }
}
