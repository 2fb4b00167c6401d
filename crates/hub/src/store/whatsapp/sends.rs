//! What is on its way to customers: one lane a route, in order. Written in the same transaction as its cause.

use tandem_conversation::{
    ContactId, Conversation, ConversationId, Event, EventBody, Participant, Position, Time, TurnId,
};
use tandem_sql::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use crate::store::{Id, StoreError};

/// The state of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Waits,
    /// A request was about to leave.
    Sending,
    /// The answer was lost: a report may still confirm it.
    Unconfirmed,
    /// No report came, and agents know. A late one still counts.
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

/// The head of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub seq: i64,
    pub conversation: ConversationId,
    pub position: Position,
    /// Nil for a reaction.
    pub turn: TurnId,
    pub route: ContactId,
    pub part: u32,
    pub parts: u32,
    pub phase: Phase,
    pub attempts: u32,
}

/// Queues what the channel must deliver.
pub(crate) fn follow(connection: &Connection, event: &Event, state: &Conversation) -> Result<(), StoreError> {
    if !state.channel.facts().queued {
        return Ok(());
    }
    let ours = !matches!(event.actor, Participant::Customer | Participant::Device { .. });
    let turn = match &event.body {
        EventBody::TurnAdded { turn, .. } if ours && turn.content.is_for_customer() => turn.id,
        // It is about another turn, and none itself: what becomes of it says nothing about that turn.
        EventBody::Reacted { .. } if ours => TurnId(Uuid::nil()),
        _ => return Ok(()),
    };
    let sql = "INSERT INTO whatsapp_sends
                   (conversation, position, turn, route, part, parts, phase, attempts, next_at)
               VALUES (?1, ?2, ?3, ?4, 0, 0, 0, 0, ?5) ON CONFLICT DO NOTHING";
    let (conversation, route) = (Id(event.conversation.0), Id(state.contact.0));
    connection.prepare_cached(sql)?.execute(params![
        conversation,
        event.position.0,
        Id(turn.0),
        route,
        event.time.0
    ])?;
    Ok(())
}

pub(crate) const WAITING: &str = "
SELECT count(*) FROM whatsapp_sends s WHERE s.next_at >= 0
  AND EXISTS (SELECT 1 FROM whatsapp_routes r WHERE r.id = s.route AND r.number = ?1)";

/// How many messages wait to leave through a number.
pub(crate) fn waiting(connection: &Connection, number: &str) -> Result<u32, StoreError> {
    Ok(connection.prepare_cached(WAITING)?.query_row([number], |row| row.get(0))?)
}

const COLUMNS: &str = "seq, conversation, position, turn, route, part, parts, phase, attempts";

fn send(row: &Row<'_>) -> Result<Head, tandem_sql::Error> {
    Ok(Head {
        seq: row.get(0)?,
        conversation: ConversationId(row.get::<_, Id>(1)?.0),
        position: Position(row.get(2)?),
        turn: TurnId(row.get::<_, Id>(3)?.0),
        route: ContactId(row.get::<_, Id>(4)?.0),
        part: row.get(5)?,
        parts: row.get(6)?,
        phase: Phase::of(row.get(7)?),
        attempts: row.get(8)?,
    })
}

pub(crate) const DUE: &str = "
SELECT s.seq, s.conversation, s.position, s.turn, s.route, s.part, s.parts, s.phase, s.attempts, r.number, n.per_second
FROM whatsapp_sends s
LEFT JOIN whatsapp_routes r ON r.id = s.route LEFT JOIN whatsapp_numbers n ON n.key = r.number
WHERE s.next_at <= ?1
  AND NOT EXISTS (SELECT 1 FROM whatsapp_sends b WHERE b.route = s.route AND b.seq < s.seq AND b.next_at IS NOT NULL)
ORDER BY s.next_at LIMIT ?2";

/// The head of a lane that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub head: Head,
    /// The number that it leaves through, and how many messages that takes per second; none if it was removed.
    pub number: Option<(String, u32)>,
}

/// The heads of lanes that are due, longest waiting first.
pub(crate) fn due(connection: &Connection, now: Time, limit: u32) -> Result<Vec<Due>, StoreError> {
    let mut query = connection.prepare_cached(DUE)?;
    let rows = query.query_map(params![now.0, limit], |row| {
        let number = row.get::<_, Option<String>>(9)?.zip(row.get(10)?);
        Ok(Due { head: send(row)?, number })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(crate) const SENDING: &str = "
UPDATE whatsapp_sends
SET phase = 2,
    next_at = CASE
        WHEN EXISTS (SELECT 1 FROM whatsapp_messages m WHERE m.turn = whatsapp_sends.turn AND m.part = whatsapp_sends.part)
        THEN 0 ELSE ?1 END
WHERE next_at >= 0 AND phase = 1";

/// Nothing is being sent: nobody knows whether what was has arrived, unless a report came before. The others are looked at
/// again at this time.
pub(crate) fn interrupted(connection: &Connection, at: Time) -> Result<usize, StoreError> {
    Ok(connection.prepare_cached(SENDING)?.execute([at.0])?)
}

pub(crate) const HURRY: &str = "
UPDATE whatsapp_sends SET next_at = ?2
WHERE next_at > ?2 AND phase = 0
  AND EXISTS (SELECT 1 FROM whatsapp_routes r WHERE r.id = whatsapp_sends.route AND r.number = ?1)";

/// What waits for this number is due.
pub(crate) fn hurry(connection: &Connection, number: &str, now: Time) -> Result<(), StoreError> {
    connection.prepare_cached(HURRY)?.execute(params![number, now.0])?;
    Ok(())
}

/// The queued work of a turn, whether it is done or not.
pub(crate) fn of_turn(connection: &Connection, turn: TurnId) -> Result<Option<Head>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM whatsapp_sends WHERE turn = ?1 ORDER BY seq LIMIT 1");
    Ok(connection.prepare_cached(&sql)?.query_row([Id(turn.0)], send).optional()?)
}

/// Sets what is known of the head of a lane, and when to look at it next; none if it is done.
pub(crate) fn set(connection: &Connection, send: &Head, next_at: Option<Time>) -> Result<(), StoreError> {
    let sql = "UPDATE whatsapp_sends SET part = ?2, parts = ?3, phase = ?4, attempts = ?5, next_at = ?6 WHERE seq = ?1";
    let Head { seq, part, parts, phase, attempts, .. } = send;
    let at = next_at.map(|at| at.0);
    connection.prepare_cached(sql)?.execute(params![seq, part, parts, phase.number(), attempts, at])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{assert_indexed, empty};

    fn put(connection: &Connection, route: u128, position: u32, next_at: Option<i64>) {
        let (conversation, route) = (Id(Uuid::from_u128(route)), Id(Uuid::from_u128(route)));
        let sql = "INSERT INTO whatsapp_sends
                       (conversation, position, turn, route, part, parts, phase, attempts, next_at)
                   VALUES (?1, ?2, ?1, ?3, 0, 0, 0, 0, ?4)";
        connection.execute(sql, params![conversation, position, route, next_at]).unwrap();
    }

    #[test]
    fn only_the_head_of_a_lane_leaves_and_lanes_do_not_wait_for_each_other() {
        let connection = empty();
        put(&connection, 1, 1, Some(500));
        put(&connection, 1, 2, Some(10));
        put(&connection, 2, 1, None);
        put(&connection, 2, 2, Some(20));
        let heads = |now| {
            let due = due(&connection, Time(now), 9).unwrap();
            due.iter().map(|due| (due.head.route.0.as_u128(), due.head.position.0)).collect::<Vec<_>>()
        };
        assert_eq!(heads(100), [(2, 2)], "the first of lane 1 is put off, and the second waits for it");
        assert_eq!(heads(500), [(2, 2), (1, 1)]);
        let first = due(&connection, Time(500), 9).unwrap()[1].head;
        set(&connection, &Head { phase: Phase::Sending, attempts: 1, ..first }, None).unwrap();
        assert_eq!(heads(500), [(1, 2), (2, 2)], "what is done makes way");
    }

    #[test]
    fn what_was_being_sent_when_the_hub_ended_is_not_sent_again() {
        let connection = empty();
        for route in [1, 2, 3] {
            put(&connection, route, 1, Some(0));
        }
        let all: Vec<_> = due(&connection, Time(0), 9).unwrap().into_iter().map(|due| due.head).collect();
        set(&connection, &Head { phase: Phase::Sending, ..all[0] }, Some(Time(60))).unwrap();
        set(&connection, &Head { phase: Phase::Sending, ..all[1] }, None).unwrap();
        assert_eq!(interrupted(&connection, Time(9)).unwrap(), 1, "one is done, and one has not begun");
        let later = due(&connection, Time(9), 9).unwrap();
        assert_eq!(later.iter().filter(|due| due.head.phase == Phase::Unconfirmed).count(), 1);
        assert_eq!(later.len(), 2);
    }

    #[test]
    fn the_queue_is_read_by_its_indices() {
        for sql in [DUE, SENDING, HURRY, WAITING] {
            assert_indexed(sql, false);
        }
    }
}
