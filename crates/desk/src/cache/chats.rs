//! The conversations of one chat among those of its customer.

use tandem_conversation::Conversation;
use tandem_sqlite::rusqlite::{Connection, params};

use super::{CacheError, id};

/// What else there is of a conversation's chat on this machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct InChat {
    /// A completed conversation began before.
    pub earlier: bool,
    /// A conversation began after.
    pub later: bool,
}

const EARLIER: &str = "SELECT EXISTS (SELECT 1 FROM conversations WHERE customer = ?1 AND started < ?2
    AND state ->> '$.contact' = ?3 AND state ->> '$.status.status' = 'completed')";
const LATER: &str = "SELECT EXISTS (SELECT 1 FROM conversations WHERE customer = ?1 AND started > ?2
    AND state ->> '$.contact' = ?3)";

pub(crate) fn in_chat(connection: &Connection, state: &Conversation) -> Result<InChat, CacheError> {
    let ask = |sql: &str| {
        let mut query = connection.prepare_cached(sql)?;
        query.query_row(params![id(state.customer.id.0), state.started.0, state.contact.to_string()], |row| row.get(0))
    };
    Ok(InChat { earlier: ask(EARLIER)?, later: ask(LATER)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::testing::assert_indexed;

    #[test]
    fn a_chat_is_looked_for_among_its_customers_conversations() {
        assert_indexed(EARLIER);
        assert_indexed(LATER);
    }
}
