//! Who may enter which door, who may read what, and that rights end when they end.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../common/mod.rs"]
mod common;

mod admin;
mod command_line;
mod doors;
mod ending;
mod reading;
mod renewing;
