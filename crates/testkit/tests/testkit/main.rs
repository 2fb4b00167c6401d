//! The programs of the demo, the recordings, and what a hub and a desk do with them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod coming_back;
mod demo;
mod foreign_bytes;
mod recorded_agents;
mod recordings;
mod replay;
