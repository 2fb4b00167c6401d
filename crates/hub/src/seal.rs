//! Secrets that the hub has to know again: sealed with a key beside the database, so that a copy of the database alone
//! reveals none.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;

use crate::secrets::new_salt;

/// Seals texts of one purpose.
pub(crate) struct Seal(LessSafeKey);

impl Seal {
    /// A seal whose key follows from another.
    #[must_use]
    pub(crate) fn new(key: &hmac::Key) -> Self {
        let tag = hmac::sign(key, b"seal");
        let key = UnboundKey::new(&AES_256_GCM, tag.as_ref()).expect("BUG: a digest has the length of a key");
        Self(LessSafeKey::new(key))
    }

    /// The text, sealed for this owner: under another name it does not open.
    #[must_use]
    pub(crate) fn close(&self, owner: &str, text: &str) -> Vec<u8> {
        let salt = new_salt();
        let mut nonce = [0; NONCE_LEN];
        nonce.copy_from_slice(&salt[..NONCE_LEN]);
        let mut bytes = text.as_bytes().to_vec();
        let sealed = self.0.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(owner), &mut bytes);
        sealed.expect("BUG: a secret is not that long");
        [nonce.as_slice(), &bytes].concat()
    }

    /// The text again; none if it was sealed with another key or for another owner.
    #[must_use]
    pub(crate) fn open(&self, owner: &str, sealed: &[u8]) -> Option<String> {
        let (nonce, bytes) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut bytes = bytes.to_vec();
        let text = self.0.open_in_place(nonce, Aad::from(owner), &mut bytes).ok()?;
        String::from_utf8(text.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_for_its_owner_with_its_key_alone() {
        let key = |byte| Seal::new(&hmac::Key::new(hmac::HMAC_SHA256, &[byte; 32]));
        let sealed = key(7).close("main", "EAAG-token");
        assert_eq!(key(7).open("main", &sealed).as_deref(), Some("EAAG-token"));
        assert_eq!(key(7).open("other", &sealed), None);
        assert_eq!(key(8).open("main", &sealed), None);
        assert_eq!(key(7).open("main", &sealed[..sealed.len() - 1]), None);
        assert_eq!(key(7).open("main", b"short"), None);
        assert_ne!(key(7).close("main", "EAAG-token"), sealed, "the same secret looks different each time");
        assert!(!sealed.windows(4).any(|part| part == b"EAAG"));
    }
}
