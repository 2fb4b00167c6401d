//! Named actors for tests: a customer in the web chat, and an agent with a desk.
//!
//! Every wait has a deadline and reports what it waited for and what it saw instead; nothing sleeps.

mod agent;
pub(crate) mod customer;
mod desk;

use std::time::Duration;

pub use agent::Agent;
pub use customer::Customer;
pub(crate) use customer::message;
pub use desk::Desk;

/// How long actors wait before they give up.
pub const PATIENCE: Duration = Duration::from_secs(20);
