//! Read marks that customers are to get: of each conversation the newest, once all that they wrote was seen.

use tandem_conversation::{
    ContactId, Content, Conversation, ConversationId, Event, EventBody, Participant, Side, Stage, Time,
};
use tandem_sql::{Connection, OptionalExtension as _, params};

use crate::store::{Id, StoreError};

/// A mark to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub conversation: ConversationId,
    pub route: ContactId,
    pub attempts: u32,
}

/// Notes that our side has seen everything: somebody engaged looked at it, or an answer was given.
pub(crate) fn follow(connection: &Connection, event: &Event, state: &Conversation) -> Result<(), StoreError> {
    if !state.channel.facts().queued {
        return Ok(());
    }
    let is_seen = match &event.body {
        EventBody::Received { side: Side::Desk, stage: Stage::Seen, up_to } => {
            *up_to >= state.last_customer && state.engagement_of(&event.actor).is_some()
        }
        EventBody::TurnAdded { .. } if event.actor == Participant::Customer => {
            tells_at_once(connection, state.contact)?
        }
        EventBody::TurnAdded { turn, .. } => {
            !matches!(event.actor, Participant::Customer | Participant::Device { .. }) && is_answer(&turn.content)
        }
        _ => false,
    };
    if !is_seen {
        return Ok(());
    }
    let sql = "INSERT INTO whatsapp_marks (conversation, route, marked, attempts, next_at) VALUES (?1, ?2, '', 0, ?3)
               ON CONFLICT (conversation) DO UPDATE SET attempts = 0, next_at = excluded.next_at";
    connection.prepare_cached(sql)?.execute(params![Id(event.conversation.0), Id(state.contact.0), event.time.0])?;
    Ok(())
}

/// Whether this contact's number tells customers that their messages were read as soon as they arrive.
fn tells_at_once(connection: &Connection, contact: ContactId) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM whatsapp_routes r JOIN whatsapp_numbers n ON n.key = r.number
                              WHERE r.id = ?1 AND n.read_marks = 2)";
    Ok(connection.prepare_cached(sql)?.query_row([Id(contact.0)], |row| row.get(0))?)
}

fn is_answer(content: &Content) -> bool {
    content.is_for_customer() && !matches!(content, Content::Template { .. })
}

pub(crate) const DUE: &str = "
SELECT conversation, route, attempts FROM whatsapp_marks WHERE next_at <= ?1 ORDER BY next_at LIMIT ?2";

/// The marks that are due.
pub(crate) fn due(connection: &Connection, now: Time, limit: u32) -> Result<Vec<Mark>, StoreError> {
    let mut query = connection.prepare_cached(DUE)?;
    let rows = query.query_map(params![now.0, limit], |row| {
        Ok(Mark {
            conversation: ConversationId(row.get::<_, Id>(0)?.0),
            route: ContactId(row.get::<_, Id>(1)?.0),
            attempts: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(crate) const NEWEST: &str = "
SELECT message FROM whatsapp_messages WHERE conversation = ?1 AND part IS NULL ORDER BY turn DESC LIMIT 1";

/// The customer's newest message.
pub(crate) fn last(connection: &Connection, of: ConversationId) -> Result<Option<String>, StoreError> {
    Ok(connection.prepare_cached(NEWEST)?.query_row([Id(of.0)], |row| row.get(0)).optional()?)
}

/// The customer's newest message, unless it is marked already.
pub(crate) fn newest(connection: &Connection, of: ConversationId) -> Result<Option<String>, StoreError> {
    let found = last(connection, of)?;
    let marked = "SELECT marked FROM whatsapp_marks WHERE conversation = ?1";
    let marked = connection.prepare_cached(marked)?.query_row([Id(of.0)], |row| row.get::<_, String>(0)).optional()?;
    Ok(found.filter(|found| Some(found) != marked.as_ref()))
}

/// The mark was sent, or is given up: `message` is not marked again.
pub(crate) fn done(connection: &Connection, of: ConversationId, message: &str) -> Result<(), StoreError> {
    let sql = "UPDATE whatsapp_marks SET marked = ?2, next_at = NULL WHERE conversation = ?1";
    connection.prepare_cached(sql)?.execute(params![Id(of.0), message])?;
    Ok(())
}

/// There is nothing to mark.
pub(crate) fn nothing(connection: &Connection, of: ConversationId) -> Result<(), StoreError> {
    let sql = "UPDATE whatsapp_marks SET next_at = NULL WHERE conversation = ?1";
    connection.prepare_cached(sql)?.execute([Id(of.0)])?;
    Ok(())
}

/// Tries again then.
pub(crate) fn later(connection: &Connection, mark: Mark, at: Time) -> Result<(), StoreError> {
    let sql = "UPDATE whatsapp_marks SET attempts = ?2, next_at = ?3 WHERE conversation = ?1";
    connection.prepare_cached(sql)?.execute(params![Id(mark.conversation.0), mark.attempts + 1, at.0])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use tandem_conversation::TurnId;
    use uuid::Uuid;

    use super::*;
    use crate::store::testing::{assert_indexed, empty};
    use crate::store::whatsapp::messages::{self, Known};

    #[test]
    fn the_newest_message_of_the_customer_is_marked_once() {
        let connection = empty();
        let of = ConversationId(Uuid::from_u128(1));
        let put = |message: &str, turn: u128, part| {
            let known = Known::turn(of, TurnId(Uuid::from_u128(turn)), part);
            messages::put(&connection, "main", message, &known).unwrap();
        };
        put("first", 10, None);
        put("second", 11, None);
        put("ours", 12, Some(0));
        let sql =
            "INSERT INTO whatsapp_marks (conversation, route, marked, attempts, next_at) VALUES (?1, ?1, '', 0, 5)";
        connection.execute(sql, [Id(of.0)]).unwrap();
        assert_eq!(due(&connection, Time(4), 9).unwrap(), []);
        let mark = due(&connection, Time(5), 9).unwrap()[0];
        assert_eq!(newest(&connection, of).unwrap().as_deref(), Some("second"));
        later(&connection, mark, Time(9)).unwrap();
        assert_eq!(due(&connection, Time(9), 9).unwrap()[0].attempts, 1);
        done(&connection, of, "second").unwrap();
        assert_eq!((due(&connection, Time(99), 9).unwrap().len(), newest(&connection, of).unwrap()), (0, None));
        put("third", 13, None);
        assert_eq!(newest(&connection, of).unwrap().as_deref(), Some("third"));
    }

    #[test]
    fn marks_are_found_by_their_indices() {
        for sql in [DUE, NEWEST] {
            assert_indexed(sql, false);
        }
    }
}
