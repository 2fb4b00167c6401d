//! Tokens and passwords. Only hashes are stored.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore as _;
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization as _;

/// SHA-256 of a token of 256 random bits.
pub(crate) type TokenHash = [u8; 32];

/// A random token of 256 bits, as text.
#[must_use]
pub fn new_token() -> String {
    let mut bytes = [0u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The successor of `token`: deterministic for the same salt, and unknown without both.
#[must_use]
pub fn successor(token: &str, salt: &[u8; 32], what: &str) -> String {
    let digest = Sha256::new().chain_update(salt).chain_update(what).chain_update(token).finalize();
    URL_SAFE_NO_PAD.encode(digest)
}

/// 256 random bits.
#[must_use]
pub fn new_salt() -> [u8; 32] {
    let mut bytes = [0u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

/// The stored form of a token. Tokens are random, so one round of SHA-256 is enough.
#[must_use]
pub fn hash_token(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}

/// Minimum length of a password, in characters.
pub const PASSWORD_CHARS: usize = 10;

/// Normalises a password for comparison (RFC 8265, OpaqueString): composed characters and one kind of space.
#[must_use]
pub fn normal_password(password: &str) -> String {
    let is_space = |c: char| c.is_whitespace() && !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}');
    password.chars().map(|c| if is_space(c) { ' ' } else { c }).nfc().collect()
}

/// Argon2id in PHC string format.
///
/// # Errors
/// If the password is too long for the algorithm.
pub fn hash_password(password: &str) -> anyhow::Result<String> {
    let hash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|error| anyhow::anyhow!("Cannot hash the password: {error}"))?;
    Ok(hash.to_string())
}

/// Whether `password` matches `hash`. Older hashes are of passwords that were not normalised. Slow on purpose: call it
/// off the async threads.
#[must_use]
pub fn is_password(password: &str, hash: &str) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else { return false };
    let normal = normal_password(password);
    let mut forms = vec![normal.nfd().collect::<String>(), password.to_owned(), normal];
    forms.dedup();
    forms.iter().rev().any(|form| Argon2::default().verify_password(form.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_the_same_however_it_was_composed() {
        let (composed, decomposed) = ("pässwörd größer", "pa\u{308}sswo\u{308}rd gro\u{308}ßer");
        let hash = hash_password(&normal_password(decomposed)).unwrap();
        assert!(is_password(composed, &hash) && is_password(decomposed, &hash));
        assert!(is_password("pässwörd\u{a0}größer", &hash), "a space is a space");
        assert!(!is_password("password groser", &hash));
        for old in [composed, decomposed, "pässwörd\u{a0}größer"] {
            let before = hash_password(old).unwrap();
            assert!(is_password(old, &before), "hashes from before keep working");
        }
        let by_hand = hash_password(decomposed).unwrap();
        assert!(is_password(composed, &by_hand), "made on the command line, typed at a keyboard");
    }
}
