//! Shared by the demo and the end-to-end tests: programs that cannot outlive us, and a virtual display.

pub mod keychain;
pub mod leash;
pub mod xvfb;
