//! Access to the cache: the seal beside it, its key in the system's keychain, or a passphrase where there is none.
//!
//! The file is never unencrypted, and no new key is made while a sealed file exists. A locked keychain answers as if
//! it were empty, and a new key would make everything unreadable for good.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tandem_sqlite::Key;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Minimum length of a passphrase, in characters.
const PASSPHRASE_CHARS: usize = 8;
/// Cost of deriving a key from a passphrase: memory in KiB, and passes.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const SEAL: &str = "desk.seal";

/// Why the keychain did not answer, for the agent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeychainError {
    /// This system has none.
    #[error("this system has no keychain ({0})")]
    Absent(String),
    #[error("the keychain refuses ({0})")]
    Refused(String),
}

/// The system's keychain. Calls may block: the desk makes them off its runtime.
pub trait Keychain: Send + Sync + 'static {
    /// The secret of this name, if there is one.
    ///
    /// # Errors
    /// If there is no keychain, or it refuses.
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError>;

    /// Stores a secret, replacing the one of this name.
    ///
    /// # Errors
    /// As [`Keychain::get`].
    fn set(&self, name: &str, secret: &[u8]) -> Result<(), KeychainError>;

    /// Deletes a secret, if there is one.
    ///
    /// # Errors
    /// As [`Keychain::get`].
    fn remove(&self, name: &str) -> Result<(), KeychainError>;

    /// Whether another call would ask the user first, for example to unlock the keychain. Never asks itself.
    fn would_ask(&self) -> bool {
        false
    }
}

/// How the cache is locked. Stored beside it, and contains nothing secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seal {
    /// Names the cache's file, and its secrets in the keychain.
    id: Uuid,
    lock: Lock,
    /// Verifies a key, so that a wrong one is not mistaken for a damaged file.
    check: String,
    /// A damaged file that is kept aside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    aside: Option<Uuid>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Lock {
    Keychain,
    Passphrase { salt: Uuid },
}

#[derive(Clone, Debug)]
pub(crate) struct Unlocked {
    pub seal: Seal,
    pub key: Key,
}

/// What to ask before the cache opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    ChoosePassphrase,
    Passphrase,
    /// The keychain has not answered yet; what it holds is opened as soon as it does.
    Silent,
    /// The keychain does not give the key.
    Keychain {
        why: Why,
    },
}

/// Why the keychain does not give the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// It is locked, or has lost the key; real ones answer alike.
    Empty,
    OtherKey,
    /// None answers on this system.
    Absent,
    /// Its user refused, or it could not ask.
    Refused,
    /// A new file could not be sealed.
    Failed(String),
}

impl From<KeychainError> for Why {
    fn from(error: KeychainError) -> Self {
        // Its own words help nobody at the window.
        tracing::warn!(%error, "the keychain does not give the key");
        match error {
            KeychainError::Absent(_) => Self::Absent,
            KeychainError::Refused(_) => Self::Refused,
        }
    }
}

/// Why a passphrase is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error("This is not the passphrase.")]
    Wrong,
    #[error("Choose at least {PASSPHRASE_CHARS} characters.")]
    TooShort,
    #[error("The passphrase cannot be used: {0}.")]
    Failed(String),
}

/// The outer error is the folder's.
pub(crate) type Opened = io::Result<Result<Unlocked, Ask>>;

/// Opens the seal in `folder` without asking, or says what to ask. Creates a seal if there is none.
pub(crate) fn open(folder: &Path, keychain: &dyn Keychain) -> Opened {
    let Some(seal) = Seal::read(folder)? else {
        return Ok(match seal_with_keychain(folder, keychain, None)? {
            Ok(unlocked) => Ok(unlocked),
            Err(error) => {
                // Nothing is wrong: not every system has a keychain.
                tracing::info!(%error, "a passphrase protects the cache");
                Err(Ask::ChoosePassphrase)
            }
        });
    };
    if seal.lock != Lock::Keychain {
        return Ok(Err(Ask::Passphrase));
    }
    let found = keychain.get(&seal.name()).map(|key| key.and_then(|bytes| <[u8; 32]>::try_from(&bytes[..]).ok()));
    let why = match found {
        Ok(Some(bytes)) if check(&bytes) == seal.check => return Ok(Ok(Unlocked { seal, key: Key::new(bytes) })),
        Ok(Some(_)) => Why::OtherKey,
        Ok(None) => Why::Empty,
        Err(error) => error.into(),
    };
    Ok(Err(Ask::Keychain { why }))
}

/// Opens the seal with a passphrase; the first one given is set.
pub(crate) fn enter(folder: &Path, passphrase: &str) -> Result<Unlocked, Refused> {
    let failed = |error: io::Error| Refused::Failed(error.to_string());
    match Seal::read(folder).map_err(failed)? {
        Some(seal) => {
            let Lock::Passphrase { salt } = seal.lock else {
                return Err(Refused::Failed("the key is in the keychain".into()));
            };
            let key = derive(passphrase, salt)?;
            if check(key.bytes()) != seal.check {
                return Err(Refused::Wrong);
            }
            Ok(Unlocked { seal, key })
        }
        None if passphrase.chars().count() < PASSPHRASE_CHARS => Err(Refused::TooShort),
        None => {
            let salt = Uuid::from_bytes(random().map_err(failed)?);
            let key = derive(passphrase, salt)?;
            let seal = Seal::new(Lock::Passphrase { salt }, &key, None);
            seal.write(folder).map_err(failed)?;
            Ok(Unlocked { seal, key })
        }
    }
}

/// Seals a new, empty file in place of `old`, whose key is deleted unless the old file is kept `aside`. A passphrase
/// stays the same.
pub(crate) fn renew(folder: &Path, keychain: &dyn Keychain, old: &Unlocked, aside: bool) -> io::Result<Unlocked> {
    let aside = aside.then_some(old.seal.id);
    if old.seal.lock == Lock::Keychain {
        let renewed = seal_with_keychain(folder, keychain, aside)?.map_err(io::Error::other)?;
        if aside.is_none() {
            let _ = keychain.remove(&old.seal.name());
        }
        return Ok(renewed);
    }
    let seal = Seal::new(old.seal.lock.clone(), &old.key, aside);
    seal.write(folder)?;
    Ok(Unlocked { seal, key: old.key.clone() })
}

/// Deletes the seal and every file that it may have sealed.
pub(crate) fn give_up(folder: &Path, keychain: &dyn Keychain) -> io::Result<()> {
    if let Some(seal) = Seal::read(folder)? {
        let _ = keychain.remove(&seal.name());
        let _ = keychain.remove(&seal.sign_in());
    }
    match std::fs::remove_file(folder.join(SEAL)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    sweep(folder, None)
}

/// Removes unused cache files.
pub(crate) fn sweep(folder: &Path, seal: Option<&Seal>) -> io::Result<()> {
    let kept: Vec<String> = seal.into_iter().flat_map(|seal| [Some(seal.id), seal.aside]).flatten().map(stem).collect();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        let Some(name) = name.to_str() else { continue };
        let is_cache = name.strip_prefix("desk").is_some_and(|rest| rest.contains(".db"));
        if is_cache && !kept.iter().any(|stem| name.starts_with(stem.as_str())) {
            // Still open on some systems; the next start tries again.
            let _ = std::fs::remove_file(folder.join(name));
        }
    }
    Ok(())
}

fn seal_with_keychain(
    folder: &Path,
    keychain: &dyn Keychain,
    aside: Option<Uuid>,
) -> io::Result<Result<Unlocked, KeychainError>> {
    let key = Key::new(random()?);
    let seal = Seal::new(Lock::Keychain, &key, aside);
    // Verified, because some keychains accept secrets without keeping them.
    let kept = keychain.set(&seal.name(), key.bytes()).and_then(|()| keychain.get(&seal.name()));
    match kept {
        Ok(Some(bytes)) if bytes[..] == key.bytes()[..] => {}
        Ok(_) => return Ok(Err(KeychainError::Refused("it does not keep secrets".into()))),
        Err(error) => return Ok(Err(error)),
    }
    seal.write(folder)?;
    Ok(Ok(Unlocked { seal, key }))
}

impl Seal {
    fn new(lock: Lock, key: &Key, aside: Option<Uuid>) -> Self {
        Self { id: Uuid::now_v7(), lock, check: check(key.bytes()), aside }
    }

    pub(crate) fn file(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.db", stem(self.id)))
    }

    /// The key's name in the keychain.
    fn name(&self) -> String {
        format!("cache-{}", self.id)
    }

    /// The sign-in's name in the keychain.
    pub(crate) fn sign_in(&self) -> String {
        format!("sign-in-{}", self.id)
    }

    pub(crate) fn is_in_keychain(&self) -> bool {
        self.lock == Lock::Keychain
    }

    fn read(folder: &Path) -> io::Result<Option<Self>> {
        match std::fs::read(folder.join(SEAL)) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| {
                io::Error::new(io::ErrorKind::InvalidData, format!("{SEAL} cannot be understood: {error}"))
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn write(&self, folder: &Path) -> io::Result<()> {
        let fresh = folder.join("desk.seal.new");
        let mut file = std::fs::File::create(&fresh)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()?;
        std::fs::rename(&fresh, folder.join(SEAL))
    }
}

/// The file that the seal in `folder` names, and its key; for tests that inspect the file directly.
pub(crate) fn behind(folder: &Path, keychain: &dyn Keychain) -> Option<(PathBuf, Key)> {
    let seal = Seal::read(folder).ok()??;
    let key = keychain.get(&seal.name()).ok()??;
    Some((seal.file(folder), Key::new(<[u8; 32]>::try_from(&key[..]).ok()?)))
}

fn stem(id: Uuid) -> String {
    format!("desk-{}", id.simple())
}

fn check(key: &[u8; 32]) -> String {
    let hash = Sha256::new().chain_update(b"tandem desk cache key").chain_update(key).finalize();
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn derive(passphrase: &str, salt: Uuid) -> Result<Key, Refused> {
    let failed = |error: argon2::Error| Refused::Failed(error.to_string());
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(32)).map_err(failed)?;
    let mut bytes = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt.as_bytes(), &mut bytes[..])
        .map_err(failed)?;
    Ok(Key::new(*bytes))
}

fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    rand::TryRngCore::try_fill_bytes(&mut rand::rngs::OsRng, &mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{MemoryKeychain, Mood};

    #[test]
    fn the_keychain_opens_what_it_has_sealed_and_a_locked_one_never_costs_the_cache() {
        let (folder, keychain) = (tempfile::tempdir().unwrap(), MemoryKeychain::default());
        let first = open(folder.path(), &keychain).unwrap().unwrap();
        keychain.set_mood(Mood::Locked);
        let asked = open(folder.path(), &keychain).unwrap().unwrap_err();
        assert!(matches!(asked, Ask::Keychain { .. }), "a locked keychain is not an empty one");
        keychain.set_mood(Mood::Open);
        let again = open(folder.path(), &keychain).unwrap().unwrap();
        assert_eq!(first.key.bytes(), again.key.bytes());
    }

    #[test]
    fn without_a_keychain_a_passphrase_is_chosen_once_and_asked_for_ever_after() {
        let (folder, keychain) = (tempfile::tempdir().unwrap(), MemoryKeychain::default());
        keychain.set_mood(Mood::Absent);
        let asked = open(folder.path(), &keychain).unwrap().unwrap_err();
        assert_eq!(asked, Ask::ChoosePassphrase);
        assert!(matches!(enter(folder.path(), "short"), Err(Refused::TooShort)));
        let chosen = enter(folder.path(), "correct horse").unwrap();
        keychain.set_mood(Mood::Open);
        let asked = open(folder.path(), &keychain).unwrap().unwrap_err();
        assert_eq!(asked, Ask::Passphrase, "a keychain that appears later does not replace the passphrase");
        assert!(matches!(enter(folder.path(), "correct house"), Err(Refused::Wrong)));
        assert_eq!(enter(folder.path(), "correct horse").unwrap().key.bytes(), chosen.key.bytes());
    }

    #[test]
    fn a_renewed_seal_names_another_file_and_another_key() {
        let (folder, keychain) = (tempfile::tempdir().unwrap(), MemoryKeychain::default());
        let old = open(folder.path(), &keychain).unwrap().unwrap();
        std::fs::write(old.seal.file(folder.path()), "old").unwrap();
        let new = renew(folder.path(), &keychain, &old, false).unwrap();
        assert_ne!(old.key.bytes(), new.key.bytes());
        sweep(folder.path(), Some(&new.seal)).unwrap();
        assert!(!old.seal.file(folder.path()).exists(), "what is not in use is removed");
        assert_eq!(open(folder.path(), &keychain).unwrap().unwrap().seal, new.seal);
    }
}
