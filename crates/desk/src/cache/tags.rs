//! Table `tags`: which conversation on this machine has which tags, to offer those that are used most.

use tandem_conversation::{Conversation, ConversationId};
use tandem_sqlite::rusqlite::{Connection, params};

use super::{CacheError, id};

pub(crate) const SCHEMA: &str = "
CREATE TABLE tags (
    tag          TEXT NOT NULL,
    conversation BLOB NOT NULL,
    PRIMARY KEY (tag, conversation)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_conversation ON tags (conversation);
INSERT OR IGNORE INTO tags (tag, conversation)
    SELECT t.value, c.id FROM conversations AS c, json_each(c.state, '$.tags') AS t;";

const FORGET: &str = "DELETE FROM tags WHERE conversation = ?1";

/// Records the tags of a conversation.
pub(super) fn file(connection: &Connection, state: &Conversation) -> Result<(), CacheError> {
    forget(connection, state.id)?;
    for tag in &state.tags {
        let mut query = connection.prepare_cached("INSERT OR IGNORE INTO tags (tag, conversation) VALUES (?1, ?2)")?;
        query.execute(params![tag, id(state.id.0)])?;
    }
    Ok(())
}

pub(super) fn forget(connection: &Connection, of: ConversationId) -> Result<(), CacheError> {
    connection.prepare_cached(FORGET)?.execute([id(of.0)])?;
    Ok(())
}

/// A tag, and how many conversations have it.
pub(crate) struct Used {
    pub tag: String,
    pub uses: u32,
}

/// The tags in use, the most frequent first.
pub(crate) fn used(connection: &Connection, most: u32) -> Result<Vec<Used>, CacheError> {
    let mut query = connection
        .prepare_cached("SELECT tag, count(*) AS uses FROM tags GROUP BY tag ORDER BY uses DESC, tag LIMIT ?1")?;
    let rows = query.query_map([most], |row| Ok(Used { tag: row.get(0)?, uses: row.get(1)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_conversations_tags_are_found_by_an_index() {
        crate::cache::testing::assert_indexed(super::FORGET);
    }
}
