//! DESIGN section 3 as stories: every test is named after the rule that it checks.

#[path = "../stage/mod.rs"]
mod stage;

mod answers;
mod as_seen;
mod channels;
mod claims;
mod compare;
mod customers;
mod dismissing;
mod engagements;
mod going_on;
mod handover;
mod help;
mod life_cycle;
mod limits;
mod logic;
mod mentions;
mod nobody_alone;
mod permissions;
mod reading;
mod reopening;
mod reviews;
mod shapes;
mod snoozing;
mod voice;
mod waiting;
