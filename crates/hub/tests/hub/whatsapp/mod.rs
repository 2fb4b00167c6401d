//! Customers on WhatsApp: webhooks in, messages out, through a Cloud API of the tests.

mod amending;
mod crash;
mod files;
mod going_on;
mod inbound;
mod lanes;
mod outbound;
mod recorded;
mod reviews;
mod settings;
mod starting;
mod troubles;
mod typing;
mod usage;
mod vanishing;
mod world;
