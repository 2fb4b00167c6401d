//! Records what a version writes and says, for tests of the versions after it: a hub's folder, a desk's cache, and what
//! the two said. Each released version is recorded once, with its own code:
//! `TANDEM_RECORD=crates/testkit/tests/fixtures/v10 cargo test -p tandem-testkit --test upgrade -- --ignored record`.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod house;
mod record;
mod relay;
