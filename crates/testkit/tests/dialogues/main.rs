//! Dialogues, recorded and of the demo, through the real hub. It comes before `faults`, which takes the whole machine.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod coming_back;
mod demo;
mod foreign_bytes;
mod recorded_agents;
mod recordings;
mod replay;
