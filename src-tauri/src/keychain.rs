//! The system's keychain: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.

use std::sync::{Arc, Mutex, PoisonError};

use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error};
use tandem_desk::{Keychain, KeychainError};
use zeroize::Zeroizing;

/// Name of the secrets in the keychain's own window.
const SERVICE: &str = "Tandem";

type Store = Arc<dyn CredentialStoreApi + Send + Sync>;

/// Connects at first use, and retries after failures.
#[derive(Default)]
pub struct SystemKeychain {
    store: Mutex<Option<Store>>,
}

impl SystemKeychain {
    fn entry(&self, name: &str) -> Result<Entry, KeychainError> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let store = match &*store {
            Some(store) => Arc::clone(store),
            None => {
                let found = connect().map_err(|error| KeychainError::Absent(error.to_string()))?;
                Arc::clone(store.insert(found))
            }
        };
        store.build(SERVICE, name, None).map_err(refused)
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
        match self.entry(name)?.get_secret() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(refused(error)),
        }
    }

    fn set(&self, name: &str, secret: &[u8]) -> Result<(), KeychainError> {
        self.entry(name)?.set_secret(secret).map_err(refused)
    }

    fn remove(&self, name: &str) -> Result<(), KeychainError> {
        match self.entry(name)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(refused(error)),
        }
    }
}
