//! External agents: partners without an account who join one conversation by a link.
//!
//! Only the link's maker and its holder know the token; the hub stores its hash. The first browser to open the link
//! gets a session cookie, and no other browser gets in after that.

pub(crate) mod buttons;
pub(crate) mod door;
pub(crate) mod live;
pub(crate) mod media;
pub(crate) mod rest;
