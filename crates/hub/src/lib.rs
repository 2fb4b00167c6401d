//! Tandem's server: receives customers' conversations, asks Your Logic, keeps desks in sync.
//!
//! Data flows one way: command → decide → events → store (one transaction) → fan-out → sessions. Owns the account's
//! data and every door to it. Has no window and never imports the desk.

mod administration;
mod alerts;
mod api;
mod backup;
mod channels;
mod clock;
mod commits;
pub mod config;
mod doctor;
mod embed;
mod engine;
mod fanout;
mod folder;
mod guests;
mod health;
mod hub;
mod identity;
mod improve;
mod json;
pub mod kit;
mod limits;
mod listen;
mod logic;
mod logs;
mod mail;
mod media;
mod recent;
mod retention;
mod rights;
mod search;
mod secrets;
mod setup;
mod socket;
pub mod store;
mod timers;

pub use administration::command::{BrandCommand, UserCommand};
pub use api::openapi;
pub use backup::{backup, restore};
pub use clock::Clock;
pub use doctor::doctor;
pub use embed::{EmbedConfig, Embedded, embed};
pub use folder::has_database;
pub use hub::{Hub, serve};
pub use listen::raise_file_limit;
pub use logs::log_filter;
pub use setup::{NewBrand, NewUser, add_brand, add_user, brand_secret, replace_missing_key};
