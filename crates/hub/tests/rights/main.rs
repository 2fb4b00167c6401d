//! Who may use which endpoint, who may read what, and that revoked rights end in time.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../common/mod.rs"]
mod common;

mod admin;
mod command_line;
mod doors;
mod ending;
mod reading;
mod renewing;
