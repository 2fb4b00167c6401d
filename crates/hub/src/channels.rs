//! Channels by which customers reach us. A channel turns input into commands, and events into what it can show.

pub(crate) mod web_chat;
pub(crate) mod whatsapp;
