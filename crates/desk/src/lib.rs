//! The desktop core: everything the desk is, except its window.
//!
//! Owns the cache, the way to the hub, the outbox, what is notified, and the command table through which an interface
//! asks. Must never know a window, a web view or a notification service (they stand behind [`Notifier`],
//! [`Keychain`], [`Startup`] and [`Browser`]), and never imports the hub: the two know each other by `tandem-protocol` alone.

pub mod bindings;
mod browser;
mod cache;
mod changes;
mod clock;
mod desk;
mod entries;
mod expect;
mod figures;
mod handlers;
mod handoff;
mod housekeeping;
mod hub;
mod memory;
mod names;
mod notify;
mod outbox;
mod pace;
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
mod wanted;
mod workplace;

pub use browser::{Browser, BrowserError, NoBrowser, Saving};
pub use cache::{Cache, CacheError};
pub use changes::ChangeStream;
pub use clock::Clock;
pub use desk::{Desk, DeskConfig, StartError};
pub use notify::{
    Action, Attention, Did, News, Notification, Notifier, NotifyError, Reaction, Receipt, ShownId, Silent, Tag,
    Urgency, plain_line,
};
pub use pace::Pace;
pub use serve::serve;
pub use startup::{NoStartup, Startup, StartupError};
pub use vault::{Keychain, KeychainError};
pub use zeroize::Zeroizing;
