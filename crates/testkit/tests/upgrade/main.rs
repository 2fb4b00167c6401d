//! Recordings of an earlier version, made by [`record`] and kept under `tests/fixtures`. Today's hub and desk open its
//! files and answer its requests.
//!
//! A released version is recorded once, with its own code, and never again:
//! `TANDEM_RECORD=crates/testkit/tests/fixtures/v9 cargo test -p tandem-testkit --test upgrade -- --ignored record`.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod house;
mod old;
mod record;
mod relay;
mod today;
