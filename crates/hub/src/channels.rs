//! The ways by which customers reach us. A channel turns what arrives into commands, and events into what it can show.

pub(crate) mod web_chat;
