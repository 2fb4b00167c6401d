//! Customers on WhatsApp: webhooks in, messages out, through a Cloud API of the tests.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../common/mod.rs"]
mod common;
mod crash;
mod files;
mod inbound;
mod outbound;
mod recorded;
mod settings;
mod starting;
mod troubles;
mod usage;
mod world;
