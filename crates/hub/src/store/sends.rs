//! Queue of outgoing messages, for every channel that has one. The messages of one contact are a lane: they leave in
//! order. A message is queued in the transaction of the event that caused it.

use tandem_conversation::{
    Channel, ContactId, Conversation, ConversationId, Event, EventBody, Participant, Position, Time, TurnId,
};
use tandem_sql::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use crate::store::{Id, StoreError};

/// Turns the queue of WhatsApp into one for all channels.
pub(crate) const SCHEMA: &str = "
ALTER TABLE whatsapp_sends RENAME TO sends;
ALTER TABLE sends RENAME COLUMN route TO contact;
ALTER TABLE sends ADD COLUMN channel TEXT NOT NULL DEFAULT 'whatsapp';
DROP INDEX whatsapp_sends_of_route;
DROP INDEX whatsapp_sends_due;
DROP INDEX whatsapp_sends_of_turn;
CREATE INDEX sends_of_contact ON sends (contact, seq) WHERE next_at IS NOT NULL;
CREATE INDEX sends_due ON sends (channel, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX sends_of_turn ON sends (turn);";

/// The state of the current message of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Waits,
    /// A request may have left.
    Sending,
    /// The answer was lost. A report may still confirm the message.
    Unconfirmed,
    /// No report came in time, and agents were told. A late report still counts.
    GivenUp,
}

impl Phase {
    fn of(number: i64) -> Self {
        match number {
            0 => Self::Waits,
            1 => Self::Sending,
            2 => Self::Unconfirmed,
            _ => Self::GivenUp,
        }
    }

    fn number(self) -> i64 {
        match self {
            Self::Waits => 0,
            Self::Sending => 1,
            Self::Unconfirmed => 2,
            Self::GivenUp => 3,
        }
    }
}

/// A queued event. The first of a lane is its head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub seq: i64,
    pub conversation: ConversationId,
    pub position: Position,
    /// Nil for a reaction, which is no turn. The request's id for a request for a review, which is none either.
    pub turn: TurnId,
    pub contact: ContactId,
    pub part: u32,
    pub parts: u32,
    pub phase: Phase,
    pub attempts: u32,
}

/// Whether the channel's messages leave through the queue.
pub(crate) fn is_queued(channel: Channel) -> bool {
    // So do the letters of the tests.
    channel.facts().queued || cfg!(test) && channel == Channel::Imported
}

/// Queues the message that an event causes, if it causes one.
pub(crate) fn follow(connection: &Connection, event: &Event, state: &Conversation) -> Result<(), StoreError> {
    if !is_queued(state.channel) {
        return Ok(());
    }
    let ours = !matches!(event.actor, Participant::Customer | Participant::Device { .. });
    let turn = match &event.body {
        EventBody::TurnAdded { turn, .. } if ours && turn.content.is_for_customer() => turn.id,
        // A reaction's outcome must not change the stage of the turn that it is about.
        EventBody::Reacted { .. } if ours => TurnId(Uuid::nil()),
        EventBody::ReviewAsked { review, .. } => TurnId(review.0),
        _ => return Ok(()),
    };
    let sql = "INSERT INTO sends
                   (channel, conversation, position, turn, contact, part, parts, phase, attempts, next_at)
               VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, 0, 0, ?6) ON CONFLICT DO NOTHING";
    connection.prepare_cached(sql)?.execute(params![
        state.channel.facts().key,
        Id(event.conversation.0),
        event.position.0,
        Id(turn.0),
        Id(state.contact.0),
        event.time.0
    ])?;
    Ok(())
}

const COLUMNS: &str = "seq, conversation, position, turn, contact, part, parts, phase, attempts";

fn send(row: &Row<'_>) -> Result<Head, tandem_sql::Error> {
    Ok(Head {
        seq: row.get(0)?,
        conversation: ConversationId(row.get::<_, Id>(1)?.0),
        position: Position(row.get(2)?),
        turn: TurnId(row.get::<_, Id>(3)?.0),
        contact: ContactId(row.get::<_, Id>(4)?.0),
        part: row.get(5)?,
        parts: row.get(6)?,
        phase: Phase::of(row.get(7)?),
        attempts: row.get(8)?,
    })
}

pub(crate) const DUE: &str = "
SELECT s.seq, s.conversation, s.position, s.turn, s.contact, s.part, s.parts, s.phase, s.attempts
FROM sends s
WHERE s.channel = ?1 AND s.next_at <= ?2
  AND NOT EXISTS (SELECT 1 FROM sends b WHERE b.contact = s.contact AND b.seq < s.seq AND b.next_at IS NOT NULL)
ORDER BY s.next_at LIMIT ?3";

/// The heads of a channel's lanes that are due, the longest due first.
pub(crate) fn due(connection: &Connection, of: Channel, now: Time, limit: u32) -> Result<Vec<Head>, StoreError> {
    let mut query = connection.prepare_cached(DUE)?;
    let rows = query.query_map(params![of.facts().key, now.0, limit], send)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(crate) const LEAVING: &str = "
SELECT seq, conversation, position, turn, contact, part, parts, phase, attempts
FROM sends WHERE channel = ?1 AND next_at >= 0 AND phase = 1";

/// The messages that were being sent when the hub ended.
pub(crate) fn leaving(connection: &Connection, of: Channel) -> Result<Vec<Head>, StoreError> {
    let mut query = connection.prepare_cached(LEAVING)?;
    let rows = query.query_map([of.facts().key], send)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The row of a turn, also after it was sent.
pub(crate) fn of_turn(connection: &Connection, turn: TurnId) -> Result<Option<Head>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM sends WHERE turn = ?1 ORDER BY seq LIMIT 1");
    Ok(connection.prepare_cached(&sql)?.query_row([Id(turn.0)], send).optional()?)
}

/// Updates a row, and when it is due next; none if it is done.
pub(crate) fn set(connection: &Connection, send: &Head, next_at: Option<Time>) -> Result<(), StoreError> {
    let sql = "UPDATE sends SET part = ?2, parts = ?3, phase = ?4, attempts = ?5, next_at = ?6 WHERE seq = ?1";
    let Head { seq, part, parts, phase, attempts, .. } = send;
    let at = next_at.map(|at| at.0);
    connection.prepare_cached(sql)?.execute(params![seq, part, parts, phase.number(), attempts, at])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{assert_indexed, empty};

    fn put(connection: &Connection, contact: u128, position: u32, next_at: Option<i64>) {
        let (conversation, contact) = (Id(Uuid::from_u128(contact)), Id(Uuid::from_u128(contact)));
        let sql = "INSERT INTO sends
                       (channel, conversation, position, turn, contact, part, parts, phase, attempts, next_at)
                   VALUES ('whatsapp', ?1, ?2, ?1, ?3, 0, 0, 0, 0, ?4)";
        connection.execute(sql, params![conversation, position, contact, next_at]).unwrap();
    }

    fn heads(connection: &Connection, now: i64) -> Vec<Head> {
        due(connection, Channel::Whatsapp, Time(now), 9).unwrap()
    }

    #[test]
    fn only_the_head_of_a_lane_leaves_and_lanes_do_not_wait_for_each_other() {
        let connection = empty();
        put(&connection, 1, 1, Some(500));
        put(&connection, 1, 2, Some(10));
        put(&connection, 2, 1, None);
        put(&connection, 2, 2, Some(20));
        let places = |now| {
            let due = heads(&connection, now);
            due.iter().map(|head| (head.contact.0.as_u128(), head.position.0)).collect::<Vec<_>>()
        };
        assert_eq!(places(100), [(2, 2)], "the first of lane 1 is put off, and the second waits for it");
        assert_eq!(places(500), [(2, 2), (1, 1)]);
        let first = heads(&connection, 500)[1];
        set(&connection, &Head { phase: Phase::Sending, attempts: 1, ..first }, None).unwrap();
        assert_eq!(places(500), [(1, 2), (2, 2)], "the next one follows when the first is done");
        let other = due(&connection, Channel::Imported, Time(500), 9).unwrap();
        assert_eq!(other, [], "other channels have their own lanes");
    }

    #[test]
    fn messages_that_were_being_sent_are_found_and_no_others() {
        let connection = empty();
        for contact in [1, 2, 3] {
            put(&connection, contact, 1, Some(0));
        }
        let all = heads(&connection, 0);
        set(&connection, &Head { phase: Phase::Sending, ..all[0] }, Some(Time(60))).unwrap();
        set(&connection, &Head { phase: Phase::Sending, ..all[1] }, None).unwrap();
        let found = leaving(&connection, Channel::Whatsapp).unwrap();
        assert_eq!(found, [Head { phase: Phase::Sending, ..all[0] }], "one is done, and one has not begun");
    }

    #[test]
    fn the_queue_is_read_by_its_indices() {
        for sql in [DUE, LEAVING] {
            assert_indexed(sql, false);
        }
    }
}
