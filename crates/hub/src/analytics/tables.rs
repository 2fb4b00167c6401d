//! The tables of analytics in `analytics.db`: what a part of the log changes in them. Plain SQL for both engines.

use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tandem_conversation::measure::{Busy, News, Open, Reached, Table, TurnRow, Which, shared_ms};
use tandem_conversation::{ConversationId, CustomerId, EngagementId, Stage, Time, UserId};
use tandem_sql::{Connection, OptionalExtension as _, params};
use tandem_sqlite::Migration;
use uuid::Uuid;

use super::cell::{self, Cell};
use super::segments;
use super::shape::{self, ENGAGEMENT, SHAPES, Shape, TURN};
use crate::store::alerts::Counted;
use crate::store::{Id, StoreError, passable};

const SCHEMA: &str = "
-- How far the account's log is measured, which log it is, and for which tables.
CREATE TABLE progress (
    one    INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    cursor INTEGER NOT NULL,
    log    BLOB,
    tables TEXT NOT NULL
) STRICT;
INSERT INTO progress (one, cursor, log, tables) VALUES (1, 0, NULL, '');

-- What must be known of a conversation to measure its next event, as JSON. Without a row it is made from the log.
CREATE TABLE open_state (
    conversation BLOB NOT NULL PRIMARY KEY,
    -- When it was completed; null while in progress.
    completed    INTEGER,
    state        TEXT NOT NULL
) STRICT;
CREATE INDEX open_state_completed ON open_state (completed) WHERE completed IS NOT NULL;";

/// Of what is not made from the log.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { name: "analytics", sql: SCHEMA },
    Migration { name: "the ledger of alerts", sql: LEDGER },
    Migration { name: "columns beside the rows", sql: segments::SCHEMA },
    Migration { name: "checksums of columns", sql: segments::SUMS },
];

const LEDGER: &str = "
-- The call of the ledger that was read last.
ALTER TABLE progress ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE progress ADD COLUMN call BLOB NOT NULL DEFAULT x'';";

/// Writes what became of calls' alerts. Adds the conversations to `changed`.
pub(crate) fn count_alerts(
    connection: &Connection,
    counted: &[Counted],
    changed: &mut BTreeSet<ConversationId>,
) -> Result<(), StoreError> {
    let mut query = connection.prepare_cached(
        "UPDATE call SET decided = ?2, sent = ?3, shown = ?4, muted = ?5, clicked = ?6, first_shown_ms = ?7,
             row_version = max(row_version, ?8) WHERE call_id = ?1 RETURNING conversation_id",
    )?;
    for one in counted {
        let Counted { call, version, decided, sent, shown, muted, clicked, first_shown_ms, .. } = one;
        let version = version.cast_signed();
        let values = params![Id(call.0), decided, sent, shown, muted, clicked, first_shown_ms, version];
        returned(query.query_map(values, conversation)?, changed)?;
    }
    if let Some(last) = counted.last() {
        connection
            .prepare_cached("UPDATE progress SET changed = ?1, call = ?2")?
            .execute(params![last.changed, Id(last.call.0)])?;
    }
    Ok(())
}

fn conversation(row: &tandem_sql::Row<'_>) -> Result<ConversationId, tandem_sql::Error> {
    Ok(ConversationId(row.get::<_, Id>(0)?.0))
}

/// Adds the conversations that a statement returned.
fn returned(
    found: impl Iterator<Item = Result<ConversationId, tandem_sql::Error>>,
    changed: &mut BTreeSet<ConversationId>,
) -> Result<(), StoreError> {
    for id in found {
        changed.insert(id?);
    }
    Ok(())
}

/// How far the log is measured.
pub(crate) fn cursor(connection: &Connection) -> Result<u64, StoreError> {
    progress(connection).map(|progress| progress.cursor)
}

/// How far the tables have come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// The position of the account's log.
    pub cursor: u64,
    /// The call of the ledger of alerts that was read last.
    pub ledger: (i64, Vec<u8>),
}

pub(crate) fn progress(connection: &Connection) -> Result<Progress, StoreError> {
    let mut query = connection.prepare_cached("SELECT cursor, changed, call FROM progress")?;
    let read = |row: &tandem_sql::Row<'_>| {
        Ok(Progress { cursor: row.get::<_, i64>(0)?.cast_unsigned(), ledger: (row.get(1)?, row.get(2)?) })
    };
    Ok(query.query_row([], read)?)
}

pub(crate) fn set_cursor(connection: &Connection, cursor: u64) -> Result<(), StoreError> {
    connection.prepare_cached("UPDATE progress SET cursor = ?1")?.execute([cursor.cast_signed()])?;
    Ok(())
}

/// Makes the tables ready for this log: empty ones if they are of another log or another shape. True if so.
pub(crate) fn begin(connection: &Connection, log: Uuid) -> Result<bool, StoreError> {
    let (of, tables): (Option<Id>, String) =
        connection.query_row("SELECT log, tables FROM progress", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if of.is_some_and(|of| of.0 == log) && tables == shape::fingerprint() {
        return Ok(false);
    }
    clear(connection)?;
    connection
        .prepare_cached("UPDATE progress SET log = ?1, tables = ?2")?
        .execute(params![Id(log), shape::fingerprint()])?;
    Ok(true)
}

/// Throws everything away, to be made again from the log.
pub(crate) fn clear(connection: &Connection) -> Result<(), StoreError> {
    for shape in SHAPES {
        connection.execute_batch(&format!("DROP TABLE IF EXISTS {};\n{}", shape.name, shape.create()))?;
    }
    connection.execute_batch("DELETE FROM open_state; UPDATE progress SET cursor = 0, changed = 0, call = x'';")?;
    segments::clear(connection)?;
    Ok(())
}

/// Writes rows over older ones. `origin` says where the facts of a row come from.
pub(crate) fn put<'t, K: 't, T: Serialize + 't>(
    connection: &Connection,
    shape: &Shape,
    rows: &'t Table<K, T>,
    origin: impl Fn(&T) -> &'static str,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut query = connection.prepare_cached(&shape.upsert())?;
    for row in rows.values() {
        let cells = cell::cells(shape, &row.row, row.row_version, origin(&row.row))?;
        let values: Vec<&dyn tandem_sql::ToSql> = cells.iter().map(|cell| cell as &dyn tandem_sql::ToSql).collect();
        query.execute(values.as_slice())?;
    }
    Ok(())
}

/// A row of a table as the fold knows it.
pub(crate) fn typed<T: DeserializeOwned>(shape: &Shape, cells: &[Cell]) -> Result<T, StoreError> {
    let mut object = cell::object(shape, cells);
    if let Some(status) = object.get("status") {
        let in_progress = status == "in_progress";
        object.insert("inProgress".into(), in_progress.into());
    }
    serde_json::from_value(object.into())
        .map_err(|error| StoreError::Damaged { what: shape.name, detail: error.to_string() })
}

/// Rows of a table; `rest` is the end of the query.
pub(crate) fn rows(
    connection: &Connection,
    shape: &Shape,
    rest: &str,
    values: impl tandem_sql::Params,
) -> Result<Vec<Vec<Cell>>, StoreError> {
    let mut query = connection.prepare_cached(&shape.select(rest))?;
    let found = query.query_map(values, |row| cell::read(shape, row))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Does to turns of earlier parts what a receipt says.
pub(crate) fn reach(connection: &Connection, version: u64, reached: &Reached) -> Result<(), StoreError> {
    let conversation = Id(reached.conversation_id.0);
    let found = match reached.which {
        Which::One { turn } => {
            rows(connection, &TURN, "WHERE conversation_id = ?1 AND turn_id = ?2", params![conversation, Id(turn.0)])?
        }
        Which::UpTo { position, .. } => {
            // Turns that this stage has reached before cannot change.
            let news = match reached.what {
                News::Stage { stage: Stage::Sent, .. } => "sent_at IS NULL",
                News::Stage { stage: Stage::Delivered, .. } => "delivered_at IS NULL",
                News::Stage { stage: Stage::Seen, .. } => "seen_at IS NULL",
                _ => "1 = 1",
            };
            let rest = format!("WHERE conversation_id = ?1 AND position <= ?2 AND {news}");
            rows(connection, &TURN, &rest, params![conversation, position.0])?
        }
    };
    let mut query = None;
    for cells in found {
        let mut turn: TurnRow = typed(&TURN, &cells)?;
        if !reached.concerns(&turn) || !reached.apply(&mut turn) {
            continue;
        }
        let query = match &mut query {
            Some(query) => query,
            none => none.insert(connection.prepare_cached(
                "UPDATE turn SET final_state = ?3, sent_at = ?4, delivered_at = ?5, seen_at = ?6, failed_code = ?7, \
                 row_version = ?8, edited = ?9, withdrawn = ?10, inferred = ?11 WHERE conversation_id = ?1 AND position = ?2",
            )?),
        };
        let state = turn.final_state.and_then(|stage| serde_json::to_value(stage).ok());
        let ms = |time: Option<Time>| time.map(|time| time.0);
        query.execute(params![
            Id(turn.conversation_id.0),
            turn.position.0,
            state.as_ref().and_then(|stage| stage.as_str()),
            ms(turn.sent_at),
            ms(turn.delivered_at),
            ms(turn.seen_at),
            turn.failed_code,
            version.cast_signed(),
            turn.edited,
            turn.withdrawn,
            turn.inferred,
        ])?;
    }
    Ok(())
}

/// A user's engagements and invitations that ended after ?2, or have not, and began by ?3. Found by their end: most of the
/// past ended long before. The sign keeps the engine from looking for their beginning.
const OVERLAPPING: &str = "
    SELECT engagement_id, started_at, ended_at, kind FROM engagement
    WHERE agent_id = ?1 AND ended_at > ?2 AND +started_at <= ?3
    UNION ALL SELECT engagement_id, started_at, ended_at, kind FROM engagement
    WHERE agent_id = ?1 AND ended_at IS NULL AND +started_at <= ?3";

/// Fills the shared time of an ended engagement of an agent. All that overlap it have begun: time runs one way.
pub(crate) fn share(connection: &Connection, agent: UserId, busy: &Busy) -> Result<(), StoreError> {
    let Some(ended) = busy.ended else { return Ok(()) };
    let mut others = engaged(connection, agent, busy.started, ended.plus_ms(1))?;
    others.retain(|other| other.overlaps(busy));
    // One that ended as it began has no instant.
    if !others.iter().any(|other| other.engagement == busy.engagement) {
        others.push(*busy);
    }
    connection
        .prepare_cached("UPDATE engagement SET shared_ms = ?2 WHERE engagement_id = ?1")?
        .execute(params![Id(busy.engagement.0), shared_ms(busy, &others)])?;
    Ok(())
}

/// All engagements of an agent that have an instant in [from, until).
pub(crate) fn engaged(
    connection: &Connection,
    agent: UserId,
    from: Time,
    until: Time,
) -> Result<Vec<Busy>, StoreError> {
    let mut query = connection.prepare_cached(OVERLAPPING)?;
    let mut rows = query.query(params![Id(agent.0), from.0, until.0 - 1])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        if row.get::<_, String>(3)? == "agent" {
            found.push(Busy {
                engagement: EngagementId(row.get::<_, Id>(0)?.0),
                started: Time(row.get(1)?),
                ended: row.get::<_, Option<i64>>(2)?.map(Time),
            });
        }
    }
    Ok(found)
}

/// Its customer began another conversation: marks their rounds that were completed before. Adds the conversations to
/// `changed`.
pub(crate) fn came_back(
    connection: &Connection,
    version: u64,
    customer: CustomerId,
    (with, at): (ConversationId, Time),
    changed: &mut BTreeSet<ConversationId>,
) -> Result<(), StoreError> {
    let mut query = connection.prepare_cached(
        "UPDATE round SET reopened_later = 1, row_version = max(row_version, ?1)
         WHERE conversation_id IN (SELECT conversation_id FROM conversation WHERE customer_id = ?2)
         AND conversation_id <> ?3 AND completed_at <= ?4 AND provisional_until IS NOT NULL
         AND coalesce(reopened_later, 0) = 0 RETURNING conversation_id",
    )?;
    returned(query.query_map(params![version.cast_signed(), Id(customer.0), Id(with.0), at.0], conversation)?, changed)
}

const OTHERS: &str = "
SELECT other.conversation_id, other.started_at FROM conversation mine
    JOIN conversation other ON other.customer_id = mine.customer_id
WHERE mine.conversation_id = ?1 AND other.conversation_id <> ?1 AND other.started_by = 'customer'
ORDER BY other.started_at DESC";

/// A conversation was completed in the millisecond in which its customer had begun another. Of the others, those count
/// that had begun.
pub(crate) fn had_come_back(
    connection: &Connection,
    version: u64,
    of: ConversationId,
    had_begun: impl Fn(ConversationId) -> bool,
) -> Result<(), StoreError> {
    let mut query = connection.prepare_cached(OTHERS)?;
    let mut rows = query.query([Id(of.0)])?;
    let newest = loop {
        let Some(row) = rows.next()? else { return Ok(()) };
        if had_begun(ConversationId(row.get::<_, Id>(0)?.0)) {
            break row.get::<_, i64>(1)?;
        }
    };
    connection
        .prepare_cached(
            "UPDATE round SET reopened_later = 1, row_version = max(row_version, ?1)
             WHERE conversation_id = ?2 AND provisional_until IS NOT NULL AND coalesce(reopened_later, 0) = 0
             AND completed_at <= ?3",
        )?
        .execute(params![version.cast_signed(), Id(of.0), newest])?;
    Ok(())
}

const CAME_BACK: &str = "(EXISTS (SELECT 1 FROM round next WHERE next.conversation_id = round.conversation_id
            AND next.no = round.no + 1 AND next.reopened_by = 'customer')
        OR EXISTS (SELECT 1 FROM conversation mine, conversation other
            WHERE mine.conversation_id = round.conversation_id AND other.customer_id = mine.customer_id
            AND other.conversation_id <> mine.conversation_id AND other.started_by = 'customer'
            AND other.started_at >= round.completed_at))";

/// Conversations have moved between customers: looks again who came back. Adds the conversations to `changed`.
pub(crate) fn look_again(
    connection: &Connection,
    version: u64,
    customer: CustomerId,
    changed: &mut BTreeSet<ConversationId>,
) -> Result<(), StoreError> {
    let of = "conversation_id IN (SELECT conversation_id FROM conversation WHERE customer_id = ?2)
        AND completed_at IS NOT NULL AND provisional_until IS NOT NULL";
    for sql in [
        format!(
            "UPDATE round SET reopened_later = 1, row_version = max(row_version, ?1)
             WHERE {of} AND coalesce(reopened_later, 0) = 0 AND {CAME_BACK} RETURNING conversation_id"
        ),
        format!(
            "UPDATE round SET reopened_later = NULL, row_version = max(row_version, ?1)
             WHERE {of} AND reopened_later = 1 AND NOT {CAME_BACK} RETURNING conversation_id"
        ),
    ] {
        let mut query = connection.prepare_cached(&sql)?;
        returned(query.query_map(params![version.cast_signed(), Id(customer.0)], conversation)?, changed)?;
    }
    Ok(())
}

/// Rounds and shared times that do not follow from the other rows, of everybody.
pub(crate) fn unlike(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let mut wrong = Vec::new();
    let sql = format!(
        "SELECT conversation_id, no FROM round WHERE completed_at IS NOT NULL AND provisional_until IS NOT NULL
         AND (coalesce(reopened_later, 0) = 1) <> {CAME_BACK}"
    );
    let mut query = connection.prepare(&sql)?;
    for row in query.query_map([], |row| Ok((row.get::<_, Id>(0)?.0, row.get::<_, i64>(1)?)))? {
        let (conversation, no) = row?;
        wrong.push(format!("round {no} of {conversation}: reopened_later"));
    }
    let mut query = connection.prepare("SELECT DISTINCT agent_id FROM engagement WHERE kind = 'agent'")?;
    let agents: Vec<Id> = query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for agent in agents {
        let found = rows(connection, &ENGAGEMENT, "WHERE kind = 'agent' AND agent_id = ?1", [agent])?;
        let engagements: Vec<tandem_conversation::measure::EngagementRow> =
            found.iter().map(|cells| typed(&ENGAGEMENT, cells)).collect::<Result<_, _>>()?;
        let busy: Vec<Busy> = engagements.iter().filter_map(Busy::of).map(|(_, busy)| busy).collect();
        for (row, shared) in engagements.iter().zip(tandem_conversation::measure::shares(&busy)) {
            if row.shared_ms != shared {
                wrong.push(format!("engagement {}: shared_ms {:?}, not {shared:?}", row.engagement_id, row.shared_ms));
            }
        }
    }
    Ok(wrong)
}

/// What is known of a conversation; none if that must be made from the log.
pub(crate) fn open(connection: &Connection, id: ConversationId) -> Result<Option<Open>, StoreError> {
    let mut query = connection.prepare_cached("SELECT state FROM open_state WHERE conversation = ?1")?;
    let Some(text) = query.query_row([Id(id.0)], |row| row.get::<_, String>(0)).optional()? else { return Ok(None) };
    let state = serde_json::from_str(&text)
        .map_err(|error| StoreError::Damaged { what: "state of analytics", detail: error.to_string() });
    passable(state)
}

pub(crate) fn keep(connection: &Connection, id: ConversationId, open: &Open) -> Result<(), StoreError> {
    let text = serde_json::to_string(open)
        .map_err(|error| StoreError::Damaged { what: "state of analytics", detail: error.to_string() })?;
    connection
        .prepare_cached(
            "INSERT INTO open_state (conversation, completed, state) VALUES (?1, ?2, ?3)
             ON CONFLICT (conversation) DO UPDATE SET completed = excluded.completed, state = excluded.state",
        )?
        .execute(params![Id(id.0), open.completed_at().map(|at| at.0), text])?;
    Ok(())
}

/// Forgets conversations that were completed before a time.
pub(crate) fn forget(connection: &Connection, before: Time) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM open_state WHERE completed < ?1")?.execute([before.0])?;
    Ok(())
}

/// How many rows a table has.
pub(crate) fn count(connection: &Connection, shape: &Shape) -> Result<u64, StoreError> {
    let count: i64 = connection.query_row(&format!("SELECT count(*) FROM {}", shape.name), [], |row| row.get(0))?;
    Ok(count.cast_unsigned())
}

/// One row's key, for people.
pub(crate) fn key_of(shape: &Shape, cells: &[Cell]) -> String {
    let keys = shape.all().zip(cells).filter(|((name, _), _)| shape.key.contains(name));
    let words: Vec<_> = keys
        .map(|((name, kind), value)| format!("{name} {}", cell::json_of(kind, value).to_string().replace('"', "")))
        .collect();
    format!("{} ({})", shape.name, words.join(", "))
}

/// The place of a column among a row's cells.
pub(crate) fn place(shape: &Shape, column: &str) -> Option<usize> {
    shape.all().position(|(name, _)| name == column)
}

#[cfg(test)]
mod tests {
    use super::shape::ROUND;
    use super::*;

    #[test]
    fn what_is_asked_often_is_found_by_an_index() {
        let connection = Connection::in_memory().unwrap();
        MIGRATIONS.iter().for_each(|step| connection.execute_batch(step.sql).unwrap());
        clear(&connection).unwrap();
        let of_turn = TURN.select("WHERE conversation_id = ?1 AND position <= ?2 AND seen_at IS NULL");
        let versions = ROUND.select("WHERE row_version > ?1 ORDER BY row_version");
        for sql in [&of_turn, &versions, OTHERS] {
            for step in plan(&connection, sql) {
                assert!(step.starts_with("SEARCH") && !step.contains("TEMP B-TREE"), "{sql}: {step}");
            }
        }
    }

    #[test]
    fn an_agents_past_is_not_read_to_share_the_present() {
        let connection = Connection::in_memory().unwrap();
        MIGRATIONS.iter().for_each(|step| connection.execute_batch(step.sql).unwrap());
        clear(&connection).unwrap();
        let steps = plan(&connection, OVERLAPPING);
        assert!(!steps.iter().any(|step| step.contains("SCAN")), "{steps:?}");
        let by_end = steps.iter().filter(|step| step.contains("(agent_id=? AND ended_at")).count();
        assert_eq!(by_end, 2, "{steps:?}");
    }

    /// How SQLite would go about it.
    fn plan(connection: &Connection, sql: &str) -> Vec<String> {
        let mut query = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let values = vec![0; query.parameter_count()];
        let values: Vec<_> = values.iter().map(|value| value as &dyn tandem_sql::ToSql).collect();
        let steps = query.query_map(values.as_slice(), |row| row.get::<_, String>("detail")).unwrap();
        steps.collect::<Result<_, _>>().unwrap()
    }
}
