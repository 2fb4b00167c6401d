//! For demo, benchmarks and tests only: named actors, the player of conversations, the load generator, a faulty
//! network, a Cloud API for WhatsApp with its customers, and plans of what people do meanwhile.
//!
//! All of it is outside the hub and speaks the public protocol, like a browser or a desk. Must never use internals of
//! hub or desk: what passes here passes for real clients. Only a past ([`history`]) is written into a hub's tables, because
//! no client can have lived through it.

pub mod chaos;
pub mod cloud_api;
pub mod colleagues;
pub mod desk_process;
pub mod dialogue;
pub mod history;
pub mod hub_process;
pub mod keychain;
pub mod load;
pub mod logic_process;
mod net;
pub mod people;
pub mod phones;
pub mod plan;
pub mod player;
pub mod postgres_process;
pub mod website;

pub use net::{ClientError, prepare_tls};
