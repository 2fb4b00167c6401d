//! Which conversations concern the user.

use tandem_conversation::{ConversationId, LOW_SCORE_MS, Time};
use tandem_sqlite::rusqlite::Connection;

use super::CacheError;
use super::conversations::ids;
use super::{conversation_id, id};

const NOTABLE: &str = "SELECT id FROM conversations WHERE in_my = 1
                       UNION ALL SELECT id FROM conversations WHERE in_help = 1 AND in_my = 0
                       UNION ALL SELECT id FROM conversations WHERE mentioned = 1 AND in_help = 0 AND in_my = 0
                       UNION ALL SELECT id FROM conversations WHERE low_score > 0 AND low_score > ?1
                           AND mentioned = 0 AND in_help = 0 AND in_my = 0";

/// Conversations that may deserve a notice.
pub(crate) fn notable(connection: &Connection, now: Time) -> Result<Vec<ConversationId>, CacheError> {
    let mut query = connection.prepare_cached(NOTABLE)?;
    let rows = query.query_map([now.plus_ms(-LOW_SCORE_MS).0], |row| Ok(conversation_id(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

const IS_NOTABLE: &str = "SELECT EXISTS (SELECT 1 FROM conversations WHERE id = ?1 AND (in_my = 1 OR in_help = 1))
                              OR EXISTS (SELECT 1 FROM conversations WHERE id = ?1 AND mentioned = 1)
                              OR EXISTS (SELECT 1 FROM conversations WHERE id = ?1 AND low_score > 0 AND low_score > ?2)";

/// Whether a conversation may deserve a notice, without a look at its state.
pub(crate) fn is_notable(connection: &Connection, of: ConversationId, now: Time) -> Result<bool, CacheError> {
    let mut query = connection.prepare_cached(IS_NOTABLE)?;
    Ok(query.query_row((id(of.0), now.plus_ms(-LOW_SCORE_MS).0), |row| row.get(0))?)
}

const CONCERNING: &str = "SELECT id FROM conversations WHERE in_my = 1 AND engaged = 0
                          UNION ALL SELECT id FROM conversations WHERE mentioned = 1 AND (in_my = 0 OR engaged = 1)";

/// Conversations that may invite or mention the user.
pub(crate) fn concerning(connection: &Connection) -> Result<Vec<ConversationId>, CacheError> {
    ids(connection, CONCERNING)
}

const MINE: &str = "SELECT id FROM conversations WHERE in_my = 1";

/// Conversations in which the user is engaged or invited.
pub(crate) fn mine(connection: &Connection) -> Result<Vec<ConversationId>, CacheError> {
    ids(connection, MINE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::testing::assert_indexed;

    #[test]
    fn what_concerns_the_user_is_found_by_indices_alone() {
        [NOTABLE, IS_NOTABLE, MINE, CONCERNING].into_iter().for_each(assert_indexed);
    }
}
