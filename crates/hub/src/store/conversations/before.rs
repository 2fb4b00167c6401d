//! The conversation before another one in its chat.

use tandem_conversation::{ContactId, Conversation, ConversationId, Time};
use tandem_sql::{Connection, OptionalExtension, params};

use crate::store::{Id, StoreError};

const BEFORE: &str = "SELECT id FROM conversations
     WHERE contact = ?1 AND in_progress = 0 AND started < ?2 ORDER BY started DESC LIMIT 1";

/// The contact's last completed conversation that began before this one.
pub(crate) fn before(connection: &Connection, state: &Conversation) -> Result<Option<ConversationId>, StoreError> {
    let (contact, started): (ContactId, Time) = (state.contact, state.started);
    let mut query = connection.prepare_cached(BEFORE)?;
    Ok(query
        .query_row(params![Id(contact.0), started.0], |row| Ok(ConversationId(row.get::<_, Id>(0)?.0)))
        .optional()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::assert_indexed;

    #[test]
    fn the_one_before_is_found_without_sorting() {
        assert_indexed(BEFORE, false);
    }
}
