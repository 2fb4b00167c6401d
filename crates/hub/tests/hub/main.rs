//! The hub as its customers, agents, operators and Your Logic meet it. One program: it links the hub once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod activity;
mod alerts;
mod analytics;
mod as_seen;
mod backup;
mod bad_endpoints;
mod buttons;
mod catching_up;
mod common;
mod conversation_flow;
mod copying;
mod customer_data;
mod deadlines;
mod dismissing;
mod documents;
mod doors;
mod files;
mod frames;
mod guests;
mod health;
mod honest_endpoints;
mod identity;
mod ids;
mod improve;
mod library;
mod limits;
mod logic_replay;
mod mail;
mod mentions;
mod on_postgres;
mod operating;
mod preview;
mod proxies;
mod retention;
mod reviews;
mod rights;
mod search;
mod sockets;
mod text;
mod translate;
mod typing;
mod whatsapp;
