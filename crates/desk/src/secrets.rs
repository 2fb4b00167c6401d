//! Where the refresh token is kept: in the keychain, or in the encrypted cache if there is none. Never in the window
//! or in a file of its own.

use std::sync::Arc;

use tandem_sqlite::Cause;
use tandem_sqlite::rusqlite::Connection;

use crate::cache::{Cache, CacheError, meta};
use crate::vault::{Keychain, KeychainError, Unlocked};

/// The place of one sign-in. Clones share it.
#[derive(Clone)]
pub(crate) enum Secrets {
    Keychain { keychain: Arc<dyn Keychain>, name: String },
    Cache(Cache),
}

/// Why the sign-in cannot be stored or read, for the agent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretsError {
    #[error("the sign-in cannot be kept: {0}")]
    Keychain(#[from] KeychainError),
    #[error("the sign-in cannot be kept: {0}")]
    Cache(#[from] CacheError),
    #[error("the sign-in cannot be kept: {0}")]
    Failed(String),
    /// This run is about to end; nothing new begins.
    #[error("the desk is shutting down")]
    Ending,
}

impl Secrets {
    pub(crate) fn new(unlocked: &Unlocked, keychain: &Arc<dyn Keychain>, cache: &Cache) -> Self {
        Self::of_keychain(unlocked, keychain).unwrap_or_else(|| Self::Cache(cache.clone()))
    }

    /// The place in the keychain; none if the seal does not use one.
    pub(crate) fn of_keychain(unlocked: &Unlocked, keychain: &Arc<dyn Keychain>) -> Option<Self> {
        let name = unlocked.seal.sign_in();
        unlocked.seal.is_in_keychain().then(|| Self::Keychain { keychain: Arc::clone(keychain), name })
    }

    /// The stored refresh token.
    pub(crate) async fn load(&self) -> Result<Option<String>, SecretsError> {
        match self {
            Self::Keychain { .. } => {
                let kept = self.ask(|keychain, name| keychain.get(name)).await?;
                Ok(kept.and_then(|bytes| String::from_utf8(bytes.to_vec()).ok()))
            }
            Self::Cache(cache) => Ok(cache.read(|connection| meta::get(connection, meta::SIGN_IN)).await?),
        }
    }

    /// Replaces the stored token.
    pub(crate) async fn store(&self, token: String) -> Result<(), SecretsError> {
        match self {
            Self::Keychain { .. } => self.ask(move |keychain, name| keychain.set(name, token.as_bytes())).await,
            Self::Cache(cache) => {
                let put = move |connection: &Connection| meta::put(connection, meta::SIGN_IN, &token);
                cache.write(move |connection, _| put(connection)).await.map_err(|error| match error {
                    CacheError::Database(error) if error.cause() == Cause::Closed => SecretsError::Ending,
                    error => error.into(),
                })
            }
        }
    }

    pub(crate) async fn forget(&self) -> Result<(), SecretsError> {
        match self {
            Self::Keychain { .. } => self.ask(|keychain, name| keychain.remove(name)).await,
            Self::Cache(cache) => Ok(cache.write(|connection, _| meta::remove(connection, meta::SIGN_IN)).await?),
        }
    }

    /// Whether the next call would ask the user first.
    pub(crate) async fn would_ask(&self) -> bool {
        match self {
            Self::Keychain { .. } => self.ask(|keychain, _| Ok(keychain.would_ask())).await.unwrap_or(false),
            Self::Cache(_) => false,
        }
    }

    /// Runs off the runtime: a keychain may ask its user first.
    async fn ask<T: Send + 'static>(
        &self,
        call: impl FnOnce(&dyn Keychain, &str) -> Result<T, KeychainError> + Send + 'static,
    ) -> Result<T, SecretsError> {
        let Self::Keychain { keychain, name } = self else {
            return Err(SecretsError::Failed("there is no keychain".into()));
        };
        let (keychain, name) = (Arc::clone(keychain), name.clone());
        let answer = tokio::task::spawn_blocking(move || call(&*keychain, &name)).await;
        Ok(answer.map_err(|error| match error.is_cancelled() {
            true => SecretsError::Ending,
            false => SecretsError::Failed(error.to_string()),
        })??)
    }
}
