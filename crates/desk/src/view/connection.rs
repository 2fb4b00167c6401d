//! Whether the desk is in sync with its hub, and what to do if it is not.

use serde::Serialize;
use tandem_conversation::Time;
use ts_rs::TS;

/// Whether the desk is in sync with its hub.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(tag = "state", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum ConnectionView {
    Locked {
        ask: LockedAsk,
        reason: Option<String>,
    },
    SignedOut {
        hub: Option<String>,
        /// Of the last user.
        email: Option<String>,
        reason: Option<String>,
    },
    Connecting {
        since: Time,
    },
    Live {
        since: Time,
    },
    /// Connected, but the hub has not answered since then.
    Silent {
        since: Time,
    },
    /// Cached data stays readable. `since` is when the hub was last heard, and how fresh the data is.
    Offline {
        since: Time,
        reason: String,
    },
    /// Desk and hub are incompatible until one of them is updated. Nothing is sent.
    Outdated {
        since: Time,
        older: Older,
        reason: String,
    },
}

/// Which of the two must be updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Older {
    Desk,
    Hub,
}

/// This desk and its hub.
#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AboutView {
    /// The desk's version.
    pub version: String,
    /// The hub's address; none while signed out.
    pub hub: Option<String>,
    /// Others could read what is sent to the hub.
    pub exposed: bool,
    /// Whether this system plays the desk's own sounds.
    pub chimes: bool,
}

/// What to ask before this machine's data can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LockedAsk {
    /// This system has no keychain: a passphrase is chosen.
    ChoosePassphrase,
    Passphrase,
    /// The keychain has not answered yet. Nothing is asked here: the desk opens when it does.
    KeychainSilent,
    /// The keychain is locked, or has lost the key.
    Keychain,
}
