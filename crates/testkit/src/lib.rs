//! For demo, benchmarks and tests only: named actors, the conversation replayer, the load generator, a
//! network that breaks, plans of what people do meanwhile.
//!
//! Everybody here stands outside the hub and speaks its public protocol, as a browser or a desk would. Must never
//! reach into the hub's or the desk's insides: what passes here passes for real clients.

pub mod chaos;
pub mod desk_process;
pub mod dialogue;
pub mod hub_process;
pub mod keychain;
pub mod load;
pub mod logic_process;
mod net;
pub mod people;
pub mod plan;
pub mod player;
pub mod website;

pub use net::{ClientError, prepare_tls};
