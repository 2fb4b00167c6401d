//! The developer's kit of Your Logic, behind `tandem-hub logic`: does an endpoint keep the protocol, and what would a
//! new version have answered?
//!
//! Plays conversations with the pure core and sends requests as the hub does. Has no store and needs no running hub.

mod check;
mod command;
mod compare;
mod door;
mod judge;
mod recording;
mod rehearsal;
mod replay;
mod report;

pub use check::{CheckOptions, check};
pub use command::LogicCommand;
pub use compare::{Comparison, Difference, ReplayReport};
pub use judge::Verdict;
pub use replay::{ReplayOptions, replay};
pub use report::{Entry, Report};
