//! What the demo and the end-to-end tests share: programs that cannot outlive us, and a display where there is none.

pub mod keychain;
pub mod leash;
pub mod xvfb;
