//! The desktop core: everything of the desk except its window.
//!
//! Owns the cache, the connection to the hub, the outbox, notifications, and the command table for an interface. Must
//! never know a window, a web view or a notification service (they are behind [`Notifier`], [`Keychain`], [`Startup`]
//! and [`Browser`]). Never imports the hub: the two share only `tandem-protocol`.

mod address;
mod as_seen;
mod attention;
pub mod bindings;
mod browser;
mod cache;
mod changes;
mod clock;
mod commands;
mod config;
mod desk;
mod downloads;
mod entries;
mod figures;
mod handlers;
mod handoff;
mod housekeeping;
mod hub;
mod language;
mod library;
mod link;
mod memory;
mod names;
mod notify;
mod outbox;
mod pace;
mod reason;
mod refusals;
mod reports;
mod router;
pub mod rpc;
mod secrets;
mod serve;
mod session;
mod startup;
mod sync;
pub mod testing;
mod vault;
pub mod view;
mod views;
mod waking;
mod wanted;
mod watching;
pub mod words;
mod workplace;

pub use attention::Attention;
pub use browser::{Browser, BrowserError, Copied, NoBrowser, Saving};
pub use cache::{Cache, CacheError};
pub use changes::ChangeStream;
pub use clock::Clock;
pub use config::DeskConfig;
pub use desk::{Desk, StartError};
pub use notify::{
    Action, Did, Left, News, Notification, Notifier, NotifyError, Reaction, Receipt, ShownId, Silent, Sound, Tag,
    Urgency, plain_line,
};
pub use pace::Pace;
pub use serve::serve;
pub use startup::{NoStartup, Startup, StartupError};
pub use vault::{Keychain, KeychainError};
pub use zeroize::Zeroizing;
