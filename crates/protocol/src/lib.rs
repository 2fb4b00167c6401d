//! The wire types between the hub and its clients: desks, web chats, guests, Your Logic. Types, no behaviour.
//!
//! Hub and desk are updated at different times, so the reader decides how strict a type is:
//!
//! - **Strict**: requests from clients (bodies, queries, [`agents::DeskFrame`]). An unknown field or command could change
//!   the meaning, so the hub refuses it with `input.invalid`. A newer desk therefore uses new fields only with hubs of its
//!   version. Data for every hub travels in headers, which old hubs ignore.
//! - **Lenient**: data from the hub (states, events, frames, answers). Unknown fields are ignored. Unknown kinds of
//!   events, contents, participants and frames are stored unchanged, counted, and shown as "update to see this". An
//!   event is cached as text, so that a newer desk understands what an older one only stored.

pub mod administration;
pub mod agents;
pub mod channels;
pub mod chat;
pub mod guests;
pub mod hours;
pub mod library;
pub mod logic;
mod names;
mod problem;
pub mod reviews;
mod strict;

pub use names::wire_names;
pub use problem::Problem;

/// One line per change between hub and desk; the last line is the current version. A test fails when a type changes
/// without a line (`tests/versions.rs`).
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
    "11: users who were called may ask who took the call, and hubs say how large files may be and which colleagues are \
     suspended",
    "12: whoever says that help is not needed says who goes on, and can take it back; states say since when a customer \
     waits for a person; the library: questions and quick replies, and turns that were drawn from it",
    "13: conversations are snoozed, and whoever snoozed is reminded; agents edit customers; commands that end the \
     agent's part over the customer say what their author saw",
    "14: turns say what their author had seen, if the customer had written more",
    "15: users say why they are away and when they are back; agents transfer conversations to colleagues",
    "16: channels beside the web chat: turns quote others, are reacted to, edited and withdrawn; places, cards, orders, \
     forms, templates, and messages of unknown kind; devices of the company; the stages `unconfirmed` and `played`",
    "17: brands have targets for the first reply and for the next ones; hubs tell which templates can be sent in a \
     conversation, and begin conversations with one",
    "18: beginning conversations is a permission of its own",
    "19: Your Logic sends in a channel's own words; hubs say how many conversations colleagues take at once",
    "20: hits of a search name their brand; hubs say what they call Your Logic, and translate turns and replies",
    "21: supervisors call more people to a call for help, set how a colleague is, and ask for today's figures; exporting \
     analytics is a permission of its own; administrators change the numbers of WhatsApp from their desks; agents ask \
     customers for their phone number",
    "22: administrators choose for each number of WhatsApp whether customers are told that somebody is typing; failed \
     turns say what helps and the channel's code; numbers say whether they are also used on a phone; agents send \
     contact cards; customers are asked for reviews, answer them, and reviews say whose they are; reviewers and Your \
     Logic file reviews, and filing is a permission of its own; agents say which conversation goes on in which; \
     supervisors look at conversations as their participants saw them; answers to reviews say when they came",
    "23: channels say which addresses of a customer are theirs now; conversations name the company's end of their channel; agents see who looks at their conversations without taking part; turns say whether they only hold the line, and with which suggestion they began",
];

/// The oldest version that this version can talk to.
pub const MIN_VERSION: u32 = 8;

/// The version of desks that do not send one.
pub const UNNAMED_VERSION: u32 = 8;

/// From this version on, desks name what they hold when they connect ([`agents::DeskFrame::Holds`]).
pub const NAMES_HELD: u32 = 10;

/// From this version on, desks hear of the library ([`agents::LiveFrame::Library`]).
pub const HAS_LIBRARY: u32 = 12;

/// From this version on, hubs let users snooze.
pub const HAS_SNOOZES: u32 = 13;

/// From this version on, hubs let agents edit customers.
pub const EDITS_CUSTOMERS: u32 = 13;

/// From this version on, hubs take what the author of a command saw ([`agents::AgentCommand::Complete`]).
pub const TAKES_SEEN: u32 = 13;

/// From this version on, desks say why their user is away ([`agents::Whereabouts`]).
pub const SAYS_WHY: u32 = 15;

/// From this version on, hubs let agents transfer conversations ([`agents::AgentCommand::Transfer`]).
pub const TRANSFERS: u32 = 15;

/// From this version on, hubs take quotes and reactions ([`agents::AgentCommand::Reply`]).
pub const TAKES_QUOTES: u32 = 16;

/// From this version on, hubs tell the templates of a conversation ([`channels::TemplatePage`]).
pub const TELLS_TEMPLATES: u32 = 17;

/// From this version on, desks know the permission to begin conversations
/// ([`Permission::Start`](tandem_conversation::Permission::Start)).
pub const KNOWS_START: u32 = 18;

/// From this version on, hubs translate ([`agents::Translate`]).
pub const TRANSLATES: u32 = 20;

/// From this version on, hubs take [`agents::AgentCommand::CallMore`], and desks [`agents::LiveFrame::Availability`].
pub const SUPERVISES: u32 = 21;

/// From this version on, hubs let agents ask for a customer's phone number ([`agents::AgentCommand::Reply`]).
pub const ASKS_FOR_NUMBERS: u32 = 21;

/// From this version on, hubs let agents say which conversation goes on in which ([`channels::ContinueConversation`]).
pub const GOES_ON: u32 = 22;

/// From this version on, hubs let agents send contact cards ([`tandem_conversation::Content::Card`]).
pub const SENDS_CARDS: u32 = 22;

/// From this version on, hubs check numbers of WhatsApp and tell all about them.
pub const TELLS_NUMBERS: u32 = 21;

/// From this version on, hubs ask customers for reviews.
pub const HAS_REVIEWS: u32 = 22;

/// From this version on, desks say which conversations their users look at without taking part
/// ([`agents::DeskFrame::Watching`]), and hear who looks at theirs ([`agents::LiveFrame::Watched`]).
pub const TELLS_WATCHING: u32 = 23;

/// From this version on, hubs show supervisors what participants saw ([`agents::AsSeenPage`]).
pub const SHOWS_AS_SEEN: u32 = 22;

/// The header with the desk's version, in each request.
pub const VERSION_HEADER: &str = "tandem-version";

/// The header with the log of the desk's cursor.
pub const LOG_HEADER: &str = "tandem-log";

/// The version of this build.
#[must_use]
pub fn version() -> u32 {
    u32::try_from(VERSIONS.len()).unwrap_or(u32::MAX)
}
