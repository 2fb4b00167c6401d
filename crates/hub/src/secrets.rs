//! Tokens and passwords. Only hashes are ever stored.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore as _;
use sha2::{Digest, Sha256};

use crate::store::auth::Hash;

/// A token of 256 random bits, as text for its owner.
#[must_use]
pub fn new_token() -> String {
    let mut bytes = [0u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The token that follows `token` in the hands of its owner: always the same one for the same salt, and known to nobody
/// who does not know both.
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

/// What is stored of a token. Tokens are random, so one round of SHA-256 is enough.
#[must_use]
pub fn hash_token(token: &str) -> Hash {
    Sha256::digest(token.as_bytes()).into()
}

/// Argon2id over a password, in PHC string format.
///
/// # Errors
/// If the password is too long for the algorithm.
pub fn hash_password(password: &str) -> anyhow::Result<String> {
    let hash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|error| anyhow::anyhow!("Cannot hash the password: {error}"))?;
    Ok(hash.to_string())
}

/// Whether `password` is the one behind `hash`. Slow on purpose: call it off the async threads.
#[must_use]
pub fn is_password(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}
