//! What an earlier version wrote and said, recorded by [`record`] and kept under `tests/fixtures`: today's hub and desk
//! open it, and answer it.
//!
//! A released version is recorded once, with the code of that version, and never again:
//! `TANDEM_RECORD=crates/testkit/tests/fixtures/v9 cargo test -p tandem-testkit --test upgrade -- --ignored record`.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod house;
mod old;
mod record;
mod relay;
mod today;
