//! What travels between the hub and everybody else: desks, web chats, guests, Your Logic. Shapes, no behaviour.

pub mod administration;
pub mod agents;
pub mod chat;
pub mod guests;
pub mod logic;
mod names;
mod problem;

pub use names::wire_names;
pub use problem::Problem;

/// One line per change of what travels between hub and desk; the last line is the version that is spoken.
pub const VERSIONS: &[&str] = &[
    "1: events, states and commands over HTTP and one WebSocket",
    "2: each frame of what happens names the cursor of the one before it",
    "3: desks say whether calls for help are taken, and what became of alerts",
    "4: notes mention colleagues, and supervisors hear when what is known of an alert changes",
    "5: notes hand conversations over, and are graded",
    "6: external agents are invited by links, and hubs say whether they send mail",
    "7: hubs offer better words for a reply, and know data about customers",
    "8: custom buttons",
    "9: agents send files, and of a file that is sent the hub believes the id alone",
];

/// The version this build speaks.
#[must_use]
pub fn version() -> u32 {
    u32::try_from(VERSIONS.len()).unwrap_or(u32::MAX)
}
