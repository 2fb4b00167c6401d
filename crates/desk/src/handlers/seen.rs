//! What the author of a reply knew of the conversation.

use tandem_conversation::Position;

#[derive(Clone, Copy)]
pub(super) struct Seen {
    /// The last position on screen; none if the author decided to send regardless of news.
    pub written_against: Option<Position>,
    /// The author decided to reopen the conversation if it is completed.
    pub reopen: bool,
}
