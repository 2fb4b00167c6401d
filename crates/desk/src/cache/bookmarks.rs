//! Table `bookmarks`: what this user left at a conversation: how far it was read, and an unfinished reply.
//!
//! Apart from `conversations`, because it must outlive a reset by the hub.

use tandem_conversation::{ConversationId, Position};
use tandem_sqlite::rusqlite::{Connection, OptionalExtension as _, params};

use super::{CacheError, id};

pub(crate) const SCHEMA: &str = "
CREATE TABLE bookmarks (
    conversation BLOB NOT NULL PRIMARY KEY,
    -- Position up to which this user has seen the conversation; 0 for nothing.
    seen         INTEGER NOT NULL DEFAULT 0,
    draft        TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;";

/// Position and draft; none for a conversation this user never touched.
pub(crate) fn get(connection: &Connection, of: ConversationId) -> Result<Option<(Position, String)>, CacheError> {
    let mut query = connection.prepare_cached("SELECT seen, draft FROM bookmarks WHERE conversation = ?1")?;
    Ok(query.query_row([id(of.0)], |row| Ok((Position(row.get(0)?), row.get(1)?))).optional()?)
}

pub(crate) fn draft(connection: &Connection, of: ConversationId) -> Result<String, CacheError> {
    Ok(get(connection, of)?.map(|(_, draft)| draft).unwrap_or_default())
}

/// Remembers that the user has seen everything up to `position`; never moves back. Whether that was news.
pub(crate) fn see(connection: &Connection, of: ConversationId, position: Position) -> Result<bool, CacheError> {
    let mut query = connection.prepare_cached(
        "INSERT INTO bookmarks (conversation, seen) VALUES (?1, ?2)
         ON CONFLICT (conversation) DO UPDATE SET seen = excluded.seen WHERE excluded.seen > seen",
    )?;
    Ok(query.execute(params![id(of.0), position.0])? > 0)
}

/// The draft after its author turned `base` into `text`, while it had become `known`: words that came back stand above.
pub(crate) fn rewritten(known: &str, base: &str, text: &str) -> String {
    match known.strip_suffix(base) {
        Some("") => text.to_owned(),
        Some(above) if base.is_empty() && !text.is_empty() => format!("{above}\n\n{text}"),
        Some(above) => format!("{above}{text}"),
        // It was sent, or the author has written elsewhere.
        None => text.to_owned(),
    }
}

pub(crate) fn set_draft(connection: &Connection, of: ConversationId, draft: &str) -> Result<(), CacheError> {
    let mut query = connection.prepare_cached(
        "INSERT INTO bookmarks (conversation, draft) VALUES (?1, ?2)
         ON CONFLICT (conversation) DO UPDATE SET draft = excluded.draft",
    )?;
    query.execute(params![id(of.0), draft])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::rewritten;

    #[test]
    fn what_came_back_to_a_draft_stays_when_it_is_written_on() {
        for (known, base, text, expected) in [
            ("He", "He", "Hello", "Hello"),
            ("Back\n\nHe", "He", "Hello", "Back\n\nHello"),
            ("Back", "", "Hello", "Back\n\nHello"),
            ("Back", "", "", "Back"),
            ("Back", "Back", "", ""),
            ("", "He", "Hello", "Hello"),
        ] {
            assert_eq!(rewritten(known, base, text), expected, "{base} became {text} while it was {known}");
        }
    }
}
