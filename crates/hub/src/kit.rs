//! The developer's kit of Your Logic, behind `tandem-hub logic`: does an endpoint keep the protocol, and what would a
//! new version have answered?
//!
//! Plays conversations with the pure core and sends requests as the hub does. Knows no store, and no running hub.

mod check;
mod command;
mod door;
mod judge;
mod rehearsal;
mod report;

pub use check::{CheckOptions, check};
pub use command::LogicCommand;
pub use judge::Verdict;
pub use report::{Entry, Report};
