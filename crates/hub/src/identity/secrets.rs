//! The secrets with which companies' pages sign. All are derived from one key, so none is stored.

use std::io::{ErrorKind, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use sha2::{Digest as _, Sha256};
use tandem_conversation::BrandId;
use tandem_sql::Connection;
use uuid::Uuid;

use crate::secrets::new_token;
use crate::store::identity_key::{fingerprint, set_fingerprint, was_used};

/// Stored beside the database, so that a copy of the database alone cannot sign.
pub(crate) const FILE: &str = "identity.key";

/// Derives the brands' secrets.
#[derive(Clone)]
pub struct Secrets(hmac::Key);

impl Secrets {
    /// Opens the key of a data folder. The first call creates it; a missing key is never replaced silently.
    ///
    /// # Errors
    /// If the key cannot be read or created, or the database knows another one.
    pub fn open(data: &Path, connection: &Connection) -> anyhow::Result<Self> {
        let (path, known) = (data.join(FILE), fingerprint(connection)?);
        if !path.exists() && (known.is_some() || was_used(connection)?) {
            bail!(
                "{} is missing, and the websites' secrets are derived from it: restore it from a backup. If it is lost, \
                 --create makes a new one, and every website that identifies its visitors then needs its new secret \
                 (tandem-hub brand secret), and WhatsApp numbers must be added again",
                path.display()
            );
        }
        let (secrets, found) = Self::read_or_make(data, &path)?;
        is_known(&path, known, found)?;
        if known.is_none() {
            set_fingerprint(connection, &found)?;
        }
        Ok(secrets)
    }

    /// Creates a new key if it is missing although the database knows one. True if it did.
    ///
    /// # Errors
    /// If it cannot be created.
    pub fn replace_missing(data: &Path, connection: &Connection) -> anyhow::Result<bool> {
        let path = data.join(FILE);
        if path.exists() {
            return Ok(false);
        }
        let (_, found) = Self::read_or_make(data, &path)?;
        set_fingerprint(connection, &found)?;
        Ok(true)
    }

    fn read_or_make(data: &Path, path: &Path) -> anyhow::Result<(Self, [u8; 32])> {
        let key = match std::fs::read(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                make(data, path).with_context(|| format!("Cannot make {}", path.display()))?;
                std::fs::read(path)
            }
            read => read,
        };
        Self::of_key(&key.with_context(|| format!("Cannot read {}", path.display()))?, path)
    }

    /// Says what [`Self::open`] would refuse. False if there is no key.
    ///
    /// # Errors
    /// Likewise.
    pub(crate) fn check(data: &Path, connection: &Connection) -> anyhow::Result<bool> {
        let path = data.join(FILE);
        let key = match std::fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            key => key.with_context(|| format!("Cannot read {}", path.display()))?,
        };
        let (_, found) = Self::of_key(&key, &path)?;
        // A database of an older schema knows none.
        is_known(&path, fingerprint(connection).unwrap_or_default(), found)?;
        Ok(true)
    }

    fn of_key(key: &[u8], path: &Path) -> anyhow::Result<(Self, [u8; 32])> {
        let bytes = URL_SAFE_NO_PAD.decode(key.trim_ascii()).unwrap_or_default();
        ensure!(
            bytes.len() == 32,
            "{} is damaged: restore it from a backup, or remove it and give every website its new secret",
            path.display()
        );
        Ok((Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)), Sha256::digest(&bytes).into()))
    }

    /// An independent key for another purpose.
    #[must_use]
    pub(crate) fn key_for(&self, purpose: &str) -> hmac::Key {
        let tag = hmac::sign(&self.0, format!("key\n{purpose}").as_bytes());
        hmac::Key::new(hmac::HMAC_SHA256, tag.as_ref())
    }

    /// A brand's secret as text; it changes with each generation.
    #[must_use]
    pub fn of(&self, brand: BrandId, generation: u32) -> String {
        let tag = hmac::sign(&self.0, format!("identity of customers\n{brand}\n{generation}").as_bytes());
        URL_SAFE_NO_PAD.encode(tag)
    }
}

/// Fails unless the key is the one that the database knows, if it knows one.
fn is_known(path: &Path, known: Option<[u8; 32]>, found: [u8; 32]) -> anyhow::Result<()> {
    ensure!(
        known.is_none_or(|known| known == found),
        "{} is not the key that the websites' secrets are derived from: restore the one that belongs to this database",
        path.display()
    );
    Ok(())
}

/// A link makes the file appear complete; a second process finds the first one's key.
fn make(data: &Path, path: &Path) -> std::io::Result<()> {
    let draft = data.join(format!("{FILE}.{}", Uuid::now_v7()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    let written = file.write_all(new_token().as_bytes()).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| std::fs::hard_link(&draft, path));
    std::fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MIGRATIONS;

    fn database() -> Connection {
        let connection = Connection::in_memory().unwrap();
        MIGRATIONS.iter().for_each(|step| connection.execute_batch(step.sql).unwrap());
        connection
    }

    #[test]
    fn a_brand_has_the_same_secret_until_it_is_renewed() {
        let (folder, database) = (tempfile::tempdir().unwrap(), database());
        let (one, other) = (BrandId(Uuid::from_u128(1)), BrandId(Uuid::from_u128(2)));
        let open = || Secrets::open(folder.path(), &database).unwrap();
        let (first, again) = (open(), open());
        assert_eq!(first.of(one, 0), again.of(one, 0));
        assert_ne!(first.of(one, 0), first.of(one, 1));
        assert_ne!(first.of(one, 0), first.of(other, 0));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left behind");
    }

    #[cfg(unix)]
    #[test]
    fn the_key_is_for_the_hub_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        Secrets::open(folder.path(), &database()).unwrap();
        let mode = std::fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_key_is_not_replaced_in_silence() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "short").unwrap();
        assert!(Secrets::open(folder.path(), &database()).is_err());
        assert_eq!(std::fs::read_to_string(folder.path().join(FILE)).unwrap(), "short");
    }

    #[test]
    fn a_missing_key_is_not_replaced_in_silence_and_another_one_is_not_taken() {
        let (folder, database) = (tempfile::tempdir().unwrap(), database());
        let path = folder.path().join(FILE);
        Secrets::open(folder.path(), &database).unwrap();
        let first = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let missing = Secrets::open(folder.path(), &database).err().unwrap().to_string();
        assert!(missing.contains("identity.key") && missing.contains("backup"), "{missing}");
        assert!(!path.exists());

        std::fs::write(&path, new_token()).unwrap();
        assert!(Secrets::open(folder.path(), &database).is_err(), "it belongs to another database");
        std::fs::remove_file(&path).unwrap();
        assert!(Secrets::replace_missing(folder.path(), &database).unwrap());
        assert!(!Secrets::replace_missing(folder.path(), &database).unwrap(), "there is one now");
        Secrets::open(folder.path(), &database).unwrap();
        assert_ne!(std::fs::read_to_string(&path).unwrap(), first);
    }

    #[test]
    fn an_older_database_that_was_in_use_has_had_a_key() {
        let (folder, database) = (tempfile::tempdir().unwrap(), database());
        database.execute("INSERT INTO web_sessions (secret_hash, contact) VALUES (x'00', x'01')", []).unwrap();
        assert!(Secrets::open(folder.path(), &database).is_err());
    }
}
