//! External agents: partners without an account, let into one conversation by a link.
//!
//! A token is known to whoever made the link and to whoever holds it; the hub has its hash. The first browser that opens
//! the link gets a session of its own in a cookie, and no other browser gets in after that.

pub(crate) mod buttons;
pub(crate) mod door;
pub(crate) mod entries;
pub(crate) mod invite;
pub(crate) mod live;
pub(crate) mod media;
pub(crate) mod rest;
