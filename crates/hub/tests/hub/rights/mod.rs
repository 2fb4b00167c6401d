//! Who may use which endpoint, who may read what, and that revoked rights end in time.

mod admin;
mod command_line;
mod doors;
pub mod ending;
mod reading;
mod renewing;
mod tables;
