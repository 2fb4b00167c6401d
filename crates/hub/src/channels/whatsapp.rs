//! WhatsApp, through the Cloud API: what comes in by webhooks, and what goes out through a queue of our own.
//!
//! The pure parts read webhooks ([`webhook`], [`signature`]), find whose chat it is ([`route`]), fit what we say to what
//! the channel takes ([`fit`]), and word requests and read answers ([`request`], [`answer`]).
//! Around them: the door that stores ([`door`]), the worker that reads what is stored ([`reading`]), one lane a chat
//! ([`lanes`]), and takes it in ([`inbound`], [`customers`], [`amending`], [`reports`]), how messages leave ([`sending`]), the one that sends read marks
//! ([`marking`]), the one that keeps the templates ([`syncing`]), how much comes
//! in lately ([`traffic`]), what Meta says of a number
//! ([`checking`]), how administrators enter numbers ([`numbers`]), how the
//! company writes first ([`starting`], and its doors [`starts`]), and how files are fetched once more ([`fetching`]).

mod amending;
pub(crate) mod answer;
pub(crate) mod checking;
pub(crate) mod client;
mod customers;
pub(crate) mod door;
mod download;
pub(crate) mod fetching;
mod fit;
mod inbound;
mod lanes;
pub(crate) mod marking;
pub(crate) mod number;
pub(crate) mod numbers;
mod rating;
pub(crate) mod reading;
#[cfg(test)]
mod recorded;
mod reports;
mod request;
pub(crate) mod sending;
pub(crate) mod signature;
mod starting;
pub(crate) mod starts;
pub(crate) mod syncing;
pub(crate) mod webhook;
mod whose;
