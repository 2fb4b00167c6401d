//! Tandem's server: receives customers' conversations, asks Your Logic, keeps desks in sync.
//!
//! Data flows one way: command → decide → events → store (one transaction) → fan-out → sessions. Owns the account's
//! data and every door to it. Has no window and never imports the desk.

mod activity;
mod administration;
mod alerts;
pub mod analytics;
mod api;
mod backup;
mod channels;
mod clock;
mod command;
pub mod config;
mod copying;
mod crowd;
mod data;
mod delivery;
mod derived;
mod doctor;
mod doors;
mod embed;
mod endpoint;
mod engine;
mod exports;
mod fanout;
mod files;
mod folder;
mod generations;
mod guests;
mod health;
mod hub;
mod identity;
mod improve;
mod index;
mod invitations;
mod json;
pub mod kit;
mod library;
mod limits;
mod listen;
mod logic;
mod logs;
mod mail;
mod measuring;
mod media;
mod metrics;
mod model;
mod month;
mod outgoing;
mod peer;
mod presence;
mod problem;
mod recent;
mod retention;
mod reviews;
mod rights;
mod seal;
mod search;
mod secrets;
mod setup;
mod shown;
mod socket;
mod start;
mod states;
pub mod store;
pub mod terminal;
mod timers;
mod traffic;
mod translate;
mod turns;
mod wake;
mod zone;

pub use backup::{BackedUp, Restored, backup, restore};
pub use clock::Clock;
pub use command::{
    AnalyticsCommand, BrandCommand, ExportCommand, HoursCommand, LibraryCommand, ReviewPlanCommand, UserCommand,
    WhatsappCommand,
};
pub use config::NewWhatsappNumber;
pub use copying::copy;
pub use data::{Data, PostgresUrl};
pub use doctor::doctor;
pub use doors::openapi;
pub use embed::{EmbedConfig, Embedded, embed};
pub use hub::Hub;
pub use listen::{bind, raise_file_limit};
pub use logs::log_filter;
pub use setup::{NewBrand, NewUser, add_brand, add_user, add_whatsapp_number, brand_secret, replace_missing_key};
pub use start::{serve, serve_metrics};
