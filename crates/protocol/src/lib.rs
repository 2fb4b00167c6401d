//! What travels between the hub and everybody else: desks, web chats, guests, Your Logic. Shapes, no behaviour.
//!
//! Hub and desk are updated at different times, so who reads what decides how strict a shape is:
//!
//! - **Strict**: what a client asks for (bodies and queries of requests, [`agents::DeskFrame`]). An unknown field or
//!   command could change what is asked, so the hub refuses it with `input.invalid`. A newer desk therefore sends what is
//!   new only to a hub that speaks its version; what must reach every hub travels in headers, which old hubs ignore.
//! - **Lenient**: what the hub tells (states, events, frames, answers). Unknown fields are ignored; unknown kinds of
//!   events, contents, participants and frames are kept as they came, counted, and shown as "update to see this". An
//!   event is cached as its text, so that a newer desk understands what an older one only kept.

pub mod administration;
pub mod agents;
pub mod chat;
pub mod guests;
pub mod logic;
mod names;
mod problem;
mod strict;

pub use names::wire_names;
pub use problem::Problem;

/// One line per change of what travels between hub and desk; the last line is the version that is spoken. A test fails
/// when a shape changes without a line (`tests/versions.rs`).
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
    "10: desks say their version and what they hold; what is unknown is kept; logs have an identity",
];

/// The oldest version that hub and desk still speak with the other side.
pub const MIN_VERSION: u32 = 8;

/// What a desk speaks that does not say its version.
pub const UNNAMED_VERSION: u32 = 8;

/// From this version on, desks name what they hold when they come ([`agents::DeskFrame::Holds`]).
pub const NAMES_HELD: u32 = 10;

/// The header in which a desk says its version, with each request.
pub const VERSION_HEADER: &str = "tandem-version";

/// The header in which a desk says which log its cursor belongs to.
pub const LOG_HEADER: &str = "tandem-log";

/// The version this build speaks.
#[must_use]
pub fn version() -> u32 {
    u32::try_from(VERSIONS.len()).unwrap_or(u32::MAX)
}
