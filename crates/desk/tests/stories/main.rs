//! Stories of a desk and its hub: Maya the agent at the desk, Jonas her colleague, Carmen the customer.
//!
//! The hub is a small one in the same process that decides with the real core, can be cut off, and can misbehave.

#![expect(clippy::unwrap_used, reason = "a story that goes wrong has failed")]

mod alerts;
mod apart;
mod arranging;
mod as_seen;
mod bad_hub;
mod bad_input;
mod board;
mod buttons;
mod calls;
mod colleagues;
mod customers;
mod desk;
mod door;
mod external;
mod files;
mod going_on;
mod handover;
mod hub;
mod library;
mod low_scores;
mod mentions;
mod network;
mod notices;
mod notifier;
mod offline;
mod opening;
mod outbox;
mod paging;
mod password;
mod queue;
mod replying;
mod search;
mod sign_in;
mod snoozes;
mod sync;
mod tags;
mod taken;
mod translating;
mod undo;
mod unsent;
mod upgrade;
mod vault;
mod wanted;
