//! The token itself: a JWT with HS256 and the claims of OpenID Connect.

use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::signature::{self, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use ring::hmac;
use serde::Deserialize;
use tandem_conversation::{Contact, ContactKind};

use super::Identity;

/// Maximum length of a token, in bytes.
const MOST_BYTES: usize = 8 * 1024;
/// Maximum length of a name, in characters.
const NAME_CHARS: usize = 100;

#[derive(Deserialize)]
struct Claims {
    sub: String,
    name: Option<String>,
    email: Option<String>,
    phone_number: Option<String>,
}

/// A token's identity, or the reason why it is refused. The reason quotes nothing from the token.
pub(super) fn read(token: &str, secret: &str, brand: &str) -> Result<Identity, String> {
    if token.len() > MOST_BYTES {
        return Err(format!("it is longer than {MOST_BYTES} bytes"));
    }
    // Another part of the process may have installed it before.
    let _ = PROVIDER.install_default();
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_required_spec_claims(&["exp", "sub"]);
    validation.set_audience(&[brand]);
    validation.validate_nbf = true;
    let key = DecodingKey::from_secret(secret.as_bytes());
    let claims = decode::<Claims>(token, &key, &validation).map_err(|error| why(&error))?.claims;
    let others =
        [(ContactKind::Email, "email", claims.email), (ContactKind::Phone, "phone_number", claims.phone_number)];
    let others = others.into_iter().filter_map(|(kind, claim, value)| {
        let value = value.filter(|value| !value.trim().is_empty())?;
        Some(Contact::new(kind, &value).map_err(|_| unusable(claim)))
    });
    let name = claims.name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    if name.as_ref().is_some_and(|name| name.chars().count() > NAME_CHARS) {
        return Err(unusable("name"));
    }
    Ok(Identity {
        id: Contact::new(ContactKind::CustomerId, &claims.sub).map_err(|_| unusable("sub"))?,
        name,
        others: others.collect::<Result<_, _>>()?,
    })
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
        ErrorKind::Json(_) => "its header or claims are not what they should be".into(),
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
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::{Value, json};

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
            (unsigned.clone(), "header or claims"),
            (unsigned.rsplit_once('.').unwrap().0.to_owned() + ".", "header or claims"),
            (with("exp", json!(1_300_819_380)), "expired"),
            (with("exp", json!("tomorrow")), "no usable claim `exp`"),
            (token(&json!({ "sub": "4711" })), "no usable claim `exp`"),
            (token(&json!({ "exp": soon() })), "header or claims"),
            (with("nbf", json!(soon() + 600)), "not valid yet"),
            (with("aud", json!("southwind")), "another brand"),
            (with("sub", json!("")), "`sub`"),
            (with("sub", json!(4711)), "header or claims"),
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
