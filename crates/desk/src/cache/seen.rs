//! How far the user has read a conversation.

use tandem_conversation::{Conversation, Position, UserId, Voice};
use tandem_sqlite::rusqlite::Connection;

use super::{CacheError, bookmarks};

/// The user's read position: what was on screen, or their own last turn. Without local knowledge, our side's receipts
/// count.
pub(crate) fn position(connection: &Connection, state: &Conversation, me: UserId) -> Result<Position, CacheError> {
    let bookmark = bookmarks::seen(connection, state.id)?.filter(|seen| *seen > Position::START);
    Ok(bookmark.unwrap_or(state.receipts.desk_seen).max(written(state, me)))
}

/// The same without receipts: colleagues may have seen what this user has not.
pub(crate) fn here(connection: &Connection, state: &Conversation, me: UserId) -> Result<Position, CacheError> {
    let bookmark = bookmarks::seen(connection, state.id)?;
    Ok(bookmark.unwrap_or_default().max(written(state, me)))
}

/// What the user has seen for certain, because they answered it.
fn written(state: &Conversation, me: UserId) -> Position {
    let own = state.voices.iter().filter(|voice| voice.by.user() == Some(me)).map(Voice::seen).max();
    own.unwrap_or_default()
}
