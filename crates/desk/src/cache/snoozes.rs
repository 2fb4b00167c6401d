//! Columns of the table `conversations`: what the user has put off, and until when.

use tandem_conversation::{Conversation, ConversationId, Time, UserId};
use tandem_sqlite::rusqlite::Connection;

use super::{CacheError, NEVER, Touched, conversation_id, conversations, meta};

pub(crate) const SCHEMA: &str = "
-- 1: the user has put it off.
ALTER TABLE conversations ADD COLUMN snoozed INTEGER NOT NULL DEFAULT 0;
-- Until when, if snoozed; the greatest number for until the customer writes.
ALTER TABLE conversations ADD COLUMN snoozed_until INTEGER NOT NULL DEFAULT 0;
DROP INDEX conversations_my;
CREATE INDEX conversations_my ON conversations (snoozed, waits, updated DESC) WHERE in_my = 1;
CREATE INDEX conversations_snoozed ON conversations (snoozed_until) WHERE snoozed = 1;";

/// Until when the user has put it off. A snooze that was over when [`wake`] last looked does not count.
pub(super) fn until(connection: &Connection, state: &Conversation, me: UserId) -> Result<Option<i64>, CacheError> {
    if state.snoozes.is_empty() {
        return Ok(None);
    }
    let awake_at: Option<Time> = meta::get(connection, meta::AWAKE_AT)?;
    let snooze = state.snooze_of(me, awake_at.unwrap_or_default());
    Ok(snooze.map(|snooze| snooze.until.map_or(NEVER, |until| until.0)))
}

const OVER: &str = "SELECT id FROM conversations WHERE snoozed = 1 AND snoozed_until <= ?1";

/// Whether the time of a snooze is up.
pub(crate) fn is_any_over(connection: &Connection, now: Time) -> Result<bool, CacheError> {
    Ok(connection.prepare_cached(OVER)?.exists([now.0])?)
}

/// Brings conversations back whose snooze is over.
pub(crate) fn wake(connection: &Connection, touched: &mut Touched, now: Time) -> Result<(), CacheError> {
    let mut query = connection.prepare_cached(OVER)?;
    let over = query.query_map([now.0], |row| Ok(conversation_id(row.get(0)?)))?;
    let over: Vec<ConversationId> = over.collect::<Result<_, _>>()?;
    meta::put(connection, meta::AWAKE_AT, &now)?;
    over.into_iter().try_for_each(|id| conversations::derive_for_outbox(connection, touched, id))
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_over_is_found_by_an_index() {
        crate::cache::testing::assert_indexed(super::OVER);
    }
}
