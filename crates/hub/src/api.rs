//! The agents' doors and Your Logic's, and what all doors take in: bodies, queries, who is asking.

pub(crate) mod activity;
pub(crate) mod alerts;
pub(crate) mod as_seen;
mod asking;
mod assets;
pub mod auth;
pub(crate) mod availability;
pub(crate) mod board;
pub(crate) mod brands;
pub(crate) mod buttons;
pub(crate) mod commands;
pub(crate) mod conversations;
mod document;
pub(crate) mod dry_runs;
pub(crate) mod exports;
pub(crate) mod figures;
pub(crate) mod going_on;
pub(crate) mod health;
pub(crate) mod hours;
pub(crate) mod input;
pub(crate) mod library;
pub(crate) mod live;
pub(crate) mod logic;
pub(crate) mod media;
pub(crate) mod metrics;
pub(crate) mod pages;
pub(crate) mod questions;
pub(crate) mod quick_replies;
mod refusal;
pub(crate) mod reviews;
pub(crate) mod search;
pub(crate) mod users;
pub(crate) mod versions;
pub(crate) mod whatsapp;

pub(crate) use document::escape;
pub(crate) use input::{Json, Query, id};
