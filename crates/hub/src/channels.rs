//! Channels by which customers reach us. A channel turns input into commands, and events into what it can show.

#[cfg(test)]
mod letters;
pub(crate) mod web_chat;
pub(crate) mod whatsapp;
