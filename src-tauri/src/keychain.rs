//! The system's keychain: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[cfg(target_os = "linux")]
use dbus_secret_service::{EncryptionType, SecretService};
use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error};
use tandem_desk::{Keychain, KeychainError};
use zeroize::Zeroizing;

/// Name of the secrets in the keychain's own window.
const SERVICE: &str = "Tandem";

type Store = Arc<dyn CredentialStoreApi + Send + Sync>;

type Connect = dyn Fn() -> keyring_core::Result<Store> + Send + Sync;

/// Connects at first use, and again after failures.
pub struct SystemKeychain {
    connect: Box<Connect>,
    store: Mutex<Option<Store>>,
}

impl Default for SystemKeychain {
    fn default() -> Self {
        Self { connect: Box::new(connect), store: Mutex::default() }
    }
}

impl SystemKeychain {
    /// Retries once over a new connection: a restarted service does not know the old session. None if there is no such
    /// entry.
    fn call<T>(
        &self,
        name: &str,
        call: impl Fn(&Entry) -> keyring_core::Result<T>,
    ) -> Result<Option<T>, KeychainError> {
        let mut again = true;
        loop {
            match self.entry(name)?.and_then(|entry| call(&entry)) {
                Ok(answer) => return Ok(Some(answer)),
                Err(Error::NoEntry) => return Ok(None),
                Err(error) => {
                    *self.store() = None;
                    // The user refused or could not be asked; a retry would only ask again.
                    if !again || matches!(error, Error::NoStorageAccess(_)) {
                        return Err(refused(error));
                    }
                    again = false;
                }
            }
        }
    }

    fn entry(&self, name: &str) -> Result<keyring_core::Result<Entry>, KeychainError> {
        let mut store = self.store();
        let store = match &*store {
            Some(store) => Arc::clone(store),
            None => {
                let found = (self.connect)().map_err(|error| KeychainError::Absent(error.to_string()))?;
                Arc::clone(store.insert(found))
            }
        };
        Ok(store.build(SERVICE, name, None))
    }

    fn store(&self) -> MutexGuard<'_, Option<Store>> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(target_os = "linux")]
fn connect() -> keyring_core::Result<Store> {
    Ok(dbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn connect() -> keyring_core::Result<Store> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn connect() -> keyring_core::Result<Store> {
    Ok(windows_native_keyring_store::Store::new()?)
}

/// Never includes the secret that some errors carry.
fn refused(error: Error) -> KeychainError {
    KeychainError::Refused(match error {
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "its content cannot be read".into(),
        other => other.to_string(),
    })
}

impl Keychain for SystemKeychain {
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        Ok(self.call(name, Entry::get_secret)?.map(Zeroizing::new))
    }

    fn set(&self, name: &str, secret: &[u8]) -> Result<(), KeychainError> {
        let kept = self.call(name, |entry| entry.set_secret(secret))?;
        kept.ok_or_else(|| KeychainError::Refused("it has no place for secrets".into()))
    }

    fn remove(&self, name: &str) -> Result<(), KeychainError> {
        self.call(name, Entry::delete_credential).map(|_| ())
    }

    fn would_ask(&self) -> bool {
        would_ask()
    }
}

/// Uses its own connection: the store's may be waiting for the user.
#[cfg(target_os = "linux")]
fn would_ask() -> bool {
    let service = SecretService::connect(EncryptionType::Plain);
    // An absent service cannot ask.
    service.is_ok_and(|service| service.get_default_collection().and_then(|all| all.is_locked()).unwrap_or(false))
}

#[cfg(not(target_os = "linux"))]
fn would_ask() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// A keychain and the number of its connections.
    fn keychain() -> (SystemKeychain, Arc<AtomicU32>) {
        let connected = Arc::<AtomicU32>::default();
        let count = Arc::clone(&connected);
        let connect = move || -> keyring_core::Result<Store> {
            count.fetch_add(1, Ordering::Relaxed);
            Ok(keyring_core::mock::Store::new()?)
        };
        (SystemKeychain { connect: Box::new(connect), store: Mutex::default() }, connected)
    }

    fn fails(error: &str) -> Error {
        match error {
            "no session" => Error::PlatformFailure("the session is unknown".into()),
            "no entry" => Error::NoEntry,
            _ => Error::NoStorageAccess("the prompt was dismissed".into()),
        }
    }

    #[test]
    fn a_restarted_service_is_reconnected_once_and_its_user_is_not_asked_twice() {
        for (fails_with, times, calls, connections, is_ok) in [
            ("no session", 1, 2, 2, true),
            ("no session", 9, 2, 2, false),
            ("no entry", 9, 1, 1, true),
            ("dismissed", 9, 1, 1, false),
        ] {
            let (keychain, connected) = keychain();
            let called = Cell::new(0);
            let answer = keychain.call("key", |_| {
                called.set(called.get() + 1);
                if called.get() <= times { Err(fails(fails_with)) } else { Ok(()) }
            });
            assert_eq!(answer.is_ok(), is_ok, "{fails_with}: {answer:?}");
            assert_eq!((called.get(), connected.load(Ordering::Relaxed)), (calls, connections), "{fails_with}");
        }
    }

    #[test]
    fn the_next_call_after_a_failure_reconnects() {
        let (keychain, connected) = keychain();
        let refused = keychain.call::<()>("key", |_| Err(fails("dismissed")));
        assert!(refused.is_err());
        assert!(keychain.set("key", b"secret").is_ok());
        assert_eq!(connected.load(Ordering::Relaxed), 2);
    }
}
