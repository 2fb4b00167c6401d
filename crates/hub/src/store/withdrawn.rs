//! Withdrawn words: hidden at once, and erased from the log when their time is up. The one case in which events are
//! rewritten: position, time and author stay, the words go.

use tandem_conversation::{Content, ConversationId, Event, EventBody, MediaId, Time, TurnId};
use tandem_sql::{Connection, params};

use super::sweeps::{STEP, Step};
use super::{Id, StoreError, events};

pub(crate) const SCHEMA: &str = "
CREATE TABLE withdrawn_turns (
    turn         BLOB NOT NULL PRIMARY KEY,
    conversation BLOB NOT NULL,
    -- When it was withdrawn.
    at           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX withdrawn_turns_at ON withdrawn_turns (at);";

/// Notes what was withdrawn.
pub(crate) fn follow(connection: &Connection, event: &Event) -> Result<(), StoreError> {
    let EventBody::TurnWithdrawn { turn } = &event.body else { return Ok(()) };
    let sql = "INSERT OR IGNORE INTO withdrawn_turns (turn, conversation, at) VALUES (?1, ?2, ?3)";
    connection.prepare_cached(sql)?.execute(params![Id(turn.0), Id(event.conversation.0), event.time.0])?;
    Ok(())
}

pub(crate) const OVER: &str = "SELECT turn, conversation FROM withdrawn_turns WHERE at < ?1 ORDER BY at LIMIT ?2";

/// Erases the words of some turns that were withdrawn before this time, and gives up their files.
pub(crate) fn sweep(connection: &Connection, before: Time) -> Result<Step, StoreError> {
    let mut query = connection.prepare_cached(OVER)?;
    let rows = query.query_map(params![before.0, STEP], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let due = rows.collect::<Result<Vec<(Id, Id)>, _>>()?;
    for (turn, conversation) in &due {
        erase(connection, ConversationId(conversation.0), TurnId(turn.0))?;
        connection.prepare_cached("DELETE FROM withdrawn_turns WHERE turn = ?1")?.execute([turn])?;
    }
    Ok(Step::of(due.len()))
}

fn erase(connection: &Connection, conversation: ConversationId, turn: TurnId) -> Result<(), StoreError> {
    for place in events::places_of_words(connection, conversation, turn)? {
        let Some(mut event) = events::at(connection, place)? else { continue };
        let Some(content) = event.body.content_mut() else { continue };
        if let Content::Attachment { media, .. } = content {
            give_up(connection, conversation, media.id)?;
        }
        *content = Content::withdrawn();
        events::rewrite(connection, place, &event)?;
    }
    Ok(())
}

/// A file that no conversation names is swept with its bytes.
fn give_up(connection: &Connection, conversation: ConversationId, media: MediaId) -> Result<(), StoreError> {
    let sql = "UPDATE media SET conversation = NULL, shown = NULL WHERE id = ?1 AND conversation = ?2";
    connection.prepare_cached(sql)?.execute([Id(media.0), Id(conversation.0)])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::assert_indexed;

    #[test]
    fn what_is_due_is_found_by_an_index() {
        assert_indexed(OVER, false);
    }
}
