//! Customers on WhatsApp: webhooks in, messages out, through a Cloud API of the tests.

mod crash;
mod files;
mod inbound;
mod lanes;
mod outbound;
mod recorded;
mod reviews;
mod settings;
mod starting;
mod troubles;
mod usage;
mod vanishing;
mod world;
