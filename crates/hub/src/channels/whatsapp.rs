//! WhatsApp, through the Cloud API: what comes in by webhooks, and what goes out through a queue of our own.
//!
//! The pure parts read webhooks ([`webhook`], [`signature`]), find whose chat it is ([`route`]), fit what we say to what
//! the channel takes ([`fit`]) and how fast ([`pace`]), and word requests and read answers ([`request`], [`answer`]).
//! Around them: the door that stores ([`door`]), the worker that reads what is stored ([`inbound`]), the one that sends
//! ([`sending`]), the one that sends read marks ([`marking`]), the one that keeps the templates ([`syncing`]), how
//! administrators enter numbers ([`numbers`]), and how the company writes first ([`starting`], and its doors [`starts`]),
//! and how files are fetched once more ([`fetching`]).

pub(crate) mod answer;
pub(crate) mod client;
pub(crate) mod door;
mod download;
pub(crate) mod fetching;
mod fit;
pub(crate) mod inbound;
pub(crate) mod marking;
pub(crate) mod number;
pub(crate) mod numbers;
mod pace;
#[cfg(test)]
mod recorded;
mod request;
pub(crate) mod route;
pub(crate) mod sending;
pub(crate) mod signature;
mod starting;
pub(crate) mod starts;
pub(crate) mod syncing;
pub(crate) mod webhook;
