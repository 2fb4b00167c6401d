//! The key of an encrypted file.

use std::fmt;
use std::fmt::Write as _;

use zeroize::Zeroizing;

/// A raw 32-byte key: no passphrase, so opening a connection derives nothing. Wiped from memory when dropped, and
/// never printed.
#[derive(Clone)]
pub struct Key(Zeroizing<[u8; 32]>);

impl Key {
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn pragma(&self) -> Zeroizing<String> {
        // Allocated at its final size: a growing buffer leaves copies behind.
        let mut sql = Zeroizing::new(String::with_capacity(160));
        sql.push_str("PRAGMA cipher_log_level = NONE; PRAGMA key = \"x'");
        for byte in self.0.iter() {
            let _ = write!(sql, "{byte:02x}");
        }
        sql.push_str("'\";");
        sql
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}
