//! Looks through stored states for those that this program cannot read or change.

use tandem_conversation::{Conversation, ConversationId};
use tandem_sql::{Connection, params};

use crate::store::{Id, StoreError};

/// What was found on a look through stored states.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    pub count: u32,
    /// States that this program cannot change, and why.
    pub unreadable: Vec<(ConversationId, StoreError)>,
    /// The last state that was read; none at the end.
    pub last: Option<ConversationId>,
}

pub(super) const IN_PROGRESS_AFTER: &str = "SELECT id, state FROM conversations
     WHERE in_progress = 1 AND id > ?1 AND length(id) = 16 ORDER BY id LIMIT ?2";
pub(super) const EVERY_AFTER: &str =
    "SELECT id, state FROM conversations WHERE id > ?1 AND length(id) = 16 ORDER BY id LIMIT ?2";

/// Reads the states of some conversations in progress after an id.
pub(crate) fn in_progress(connection: &Connection, after: ConversationId, limit: u32) -> Result<Survey, StoreError> {
    look(connection, IN_PROGRESS_AFTER, after, limit)
}

/// [`in_progress`], ended ones included.
pub(crate) fn everywhere(connection: &Connection, after: ConversationId, limit: u32) -> Result<Survey, StoreError> {
    look(connection, EVERY_AFTER, after, limit)
}

fn look(connection: &Connection, sql: &str, after: ConversationId, limit: u32) -> Result<Survey, StoreError> {
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query(params![Id(after.0), limit])?;
    let mut survey = Survey::default();
    while let Some(row) = rows.next()? {
        let id = ConversationId(row.get::<_, Id>(0)?.0);
        (survey.count, survey.last) = (survey.count + 1, Some(id));
        match Conversation::read(row.get_ref(1)?.as_str().unwrap_or_default()) {
            Ok((_, true)) => {}
            Ok((_, false)) => survey.unreadable.push((id, StoreError::Newer { what: "conversation" })),
            Err(error) => {
                let damaged = StoreError::Damaged { what: "state", detail: crate::json::problem(&error) };
                survey.unreadable.push((id, damaged));
            }
        }
    }
    Ok(survey)
}
