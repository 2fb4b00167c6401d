//! What a desk is started with.

use std::path::PathBuf;
use std::sync::Arc;

use crate::browser::Browser;
use crate::clock::Clock;
use crate::hub::{Hub, HubError};
use crate::notify::Notifier;
use crate::pace::Pace;
use crate::startup::Startup;
use crate::vault::Keychain;
use crate::words::Spoken;

#[derive(Clone)]
pub struct DeskConfig {
    /// The cache's folder; created if missing.
    pub data_dir: PathBuf,
    pub clock: Clock,
    pub notifier: Arc<dyn Notifier>,
    /// Keeps the cache's key and the sign-in.
    pub keychain: Arc<dyn Keychain>,
    /// Starts the desk at the user's login.
    pub startup: Arc<dyn Startup>,
    /// Opens the pages of custom buttons.
    pub browser: Arc<dyn Browser>,
    /// The hub offered at sign-in instead of the last one.
    pub hub: Option<String>,
    /// Allows plain HTTP to other machines.
    pub allow_http: bool,
    /// The system's language, until the user chooses another or the window has one.
    pub language: Spoken,
    /// Maximum size of the cache; beyond it, data that can be fetched again and is not in use is deleted.
    pub budget_bytes: u64,
    pub pace: Pace,
}

impl DeskConfig {
    /// A default for most machines.
    pub const BUDGET_BYTES: u64 = 4 * 1024 * 1024 * 1024;

    /// The folder of files opened with other programs.
    pub(crate) fn handed_over(&self) -> PathBuf {
        self.data_dir.join("opened")
    }

    /// The hub at an address.
    pub(crate) fn hub_at(&self, address: &str) -> Result<Hub, HubError> {
        self.hub_over(address, self.allow_http)
    }

    /// The same; `plain` allows http to other machines.
    pub(crate) fn hub_over(&self, address: &str, plain: bool) -> Result<Hub, HubError> {
        Ok(Hub::new(address, plain)?.answering_within(self.pace.answer))
    }
}
