//! Web chat: a browser's session, its messages, and what it shows.

pub(crate) mod live;
pub(crate) mod look;
pub(crate) mod media;
mod message;
pub(crate) mod origin;
pub(crate) mod rest;
pub(crate) mod review;
pub(crate) mod session;
