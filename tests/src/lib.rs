//! The stage for end-to-end tests: real programs, real window, real browser, real message bus, each on its own data.
//!
//! A test gets a [`stage::Stage`] and calls its actors to it by name. Nothing here sleeps for a fixed time: everything
//! awaits a condition, and a condition that does not come says what was there instead.

pub mod browser;
pub mod bus;
pub mod chat;
pub mod desktop;
pub mod dunst;
pub mod logic;
pub mod notifications;
pub mod pages;
pub mod partner;
pub mod python;
pub mod screen;
pub mod seat;
pub mod stage;
pub mod tray;
pub mod wait;
pub mod window;
