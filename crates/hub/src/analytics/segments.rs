//! Columns of rows beside the rows: what figures read instead of a million rows one by one.
//!
//! A segment has all rows of the conversations that began in some span of time, a column at a time. It is a copy, and may
//! be missing: rows of conversations that are in no segment are read from the tables. So are those of conversations that
//! changed since: the follower notes them in the transaction that changes them, and a segment with many of them is made
//! again. Each conversation is read from exactly one place.
//!
//! invariant: a column depends on rows of its own conversation alone, or the follower could not say which segments a
//! change concerns. What looks at other conversations is read from the rows.
//! invariant: segments have times, numbers, ids, words of closed lists, languages, tags and codes: no name, and nothing that
//! a customer wrote.

pub(crate) mod column;
mod comparing;
mod making;
mod reading;
mod stored;

use std::collections::BTreeSet;

use tandem_conversation::ConversationId;
use tandem_sql::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use super::cell::Cell;
use crate::store::{Id, StoreError};
use column::Column;

pub(crate) use comparing::{broken, unlike};
pub(crate) use making::{CONVERSATIONS, make};
pub(crate) use reading::Segments;

pub(super) const SCHEMA: &str = "
-- Columns of the rows of conversations that began in [from_at, until_at). Spans do not overlap.
CREATE TABLE segment (
    segment  INTEGER NOT NULL PRIMARY KEY,
    from_at  INTEGER NOT NULL,
    until_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX segment_until ON segment (until_at, from_at);

CREATE TABLE segment_column (
    segment INTEGER NOT NULL,
    -- The place in the list of all columns.
    place   INTEGER NOT NULL,
    -- The smallest and the largest number; null without numbers.
    least   INTEGER,
    most    INTEGER,
    cells   BLOB NOT NULL,
    PRIMARY KEY (segment, place)
) STRICT;

-- Conversations that changed since their segment was made.
CREATE TABLE segment_stale (
    conversation BLOB NOT NULL PRIMARY KEY,
    segment      INTEGER NOT NULL
) STRICT;
CREATE INDEX segment_stale_segment ON segment_stale (segment);

-- For which columns the segments were made.
ALTER TABLE progress ADD COLUMN segments TEXT NOT NULL DEFAULT '';";

/// A bit that has changed on the disk must not become a figure.
pub(super) const SUMS: &str = "
DROP TABLE segment_column;
CREATE TABLE segment_column (
    segment INTEGER NOT NULL,
    -- The place in the list of all columns.
    place   INTEGER NOT NULL,
    -- The smallest and the largest number; null without numbers.
    least   INTEGER,
    most    INTEGER,
    -- Checksums of what stands before, and of the cells.
    bounds_sum INTEGER NOT NULL,
    cells_sum  INTEGER NOT NULL,
    cells   BLOB NOT NULL,
    PRIMARY KEY (segment, place)
) STRICT;";

/// Of a conversation.
pub(super) mod of_conversation {
    pub(crate) const TABLE: &str = "conversation";
    pub(crate) const ID: &str = "conversation_id";
    pub(crate) const ORIGIN: &str = "origin";
    pub(crate) const CHANNEL: &str = "channel";
    pub(crate) const BRAND: &str = "brand";
    pub(crate) const LANGUAGE: &str = "language";
    pub(crate) const TAGS: &str = "tags";
}

/// When the next round by the customer began.
pub(super) const REOPENED_AT: &str = "(SELECT next.started_at FROM round next
    WHERE next.conversation_id = round.conversation_id AND next.no = round.no + 1 AND next.reopened_by = 'customer')";
/// When Your Logic was first asked in a round.
pub(super) const FIRST_ASKED_AT: &str = "(SELECT min(asked_at) FROM logic_request asked
    WHERE asked.conversation_id = round.conversation_id AND asked.round_no = round.no)";
/// Whether a later turn began with the words of a suggestion.
pub(super) const USED: &str = "CASE WHEN type = 'suggestion' THEN EXISTS (SELECT 1 FROM turn used
    WHERE used.conversation_id = turn.conversation_id AND used.position > turn.position
    AND used.suggestion_id = turn.turn_id) END";
/// When a person was wanted in a round, or else when it began to be answered.
pub(super) const WANTED_AT_OR_T0: &str = "coalesce(wanted_at, t0)";
/// Of a conversation, how many rows of the table it has.
const ROWS: &str = "count";
/// The round to which a row of conversations belongs.
const NO_ROUND: &str = "NULL";

/// The tables with their columns, as expressions over one row. The first after the number of rows names the round.
const TABLES: [(&str, &[&str]); 8] = [
    {
        use of_conversation::{BRAND, CHANNEL, ID, LANGUAGE, ORIGIN, TABLE, TAGS};
        (TABLE, &[ROWS, NO_ROUND, ID, "started_at", ORIGIN, CHANNEL, BRAND, LANGUAGE, TAGS])
    },
    (
        "round",
        &[
            ROWS,
            "no",
            "started_at",
            "t0",
            "completed_at",
            "wanted_at",
            WANTED_AT_OR_T0,
            FIRST_ASKED_AT,
            REOPENED_AT,
            "direction",
            "outcome",
            "persons",
            "transfers",
            "fallback",
            "logic_involved",
            "contained",
            "provisional_until",
            "confirmed",
            "reopened_later",
            "first_response_ms",
            "first_answer_ms",
            "first_person_response_ms",
            "person_wait_ms",
            "open_ms",
            "business_open_ms",
            "person_ms",
            "queue_ms",
            "logic_ms",
        ],
    ),
    (
        "engagement",
        &[
            ROWS,
            "round_no",
            "kind",
            "started_at",
            "ended_at",
            "agent_id",
            "queue_outcome",
            "queue_ms",
            "person_wait_ms",
            "handle_ms",
            "shared_ms",
        ],
    ),
    (
        "turn",
        &[ROWS, "round_no", "at", "response_ms", "agent_id", "\"by\"", "type", USED, "final_state", "failed_code"],
    ),
    ("call", &[ROWS, "round_no", "raised_at", "first_shown_ms", "claim_ms", "shown"]),
    ("logic_request", &[ROWS, "round_no", "asked_at", "ms", "outcome"]),
    ("review", &[ROWS, "round_no", "asked_at", "answered_at", "not_asked", "score", "agent_id"]),
    ("handover", &[ROWS, "round_no", "given_at", "graded_at", "grade", "graded_by"]),
];

/// The columns of a table in segments: the place of the first, and their expressions.
fn columns_of(table: &str) -> Option<(usize, &'static [&'static str])> {
    let mut first = 0;
    for (name, columns) in TABLES {
        if name == table {
            return Some((first, columns));
        }
        first += columns.len();
    }
    None
}

/// The place of a column in the list of all; none if it is in no segment.
fn place(table: &str, column: &str) -> Option<usize> {
    let (first, columns) = columns_of(table)?;
    columns.iter().position(|one| *one == column).map(|place| first + place)
}

/// Throws all segments away.
pub(super) fn clear(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch(
        "DELETE FROM segment; DELETE FROM segment_column; DELETE FROM segment_stale;
         UPDATE progress SET segments = '';",
    )?;
    Ok(())
}

/// What this text is changed for, segments are made again from the rows.
fn fingerprint() -> String {
    use sha2::{Digest as _, Sha256};
    let hash = Sha256::digest(format!("2 {TABLES:?}"));
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Whether the segments are those of this program.
fn are_known(connection: &Connection) -> Result<bool, StoreError> {
    let known: String = connection.query_row("SELECT segments FROM progress", [], |row| row.get(0))?;
    Ok(known == fingerprint())
}

/// Notes that rows of these conversations have changed. To be called in the transaction that changes them.
pub(super) fn changed(connection: &Connection, ids: &BTreeSet<ConversationId>) -> Result<(), StoreError> {
    let last: Option<i64> = connection.query_row("SELECT max(until_at) FROM segment", [], |row| row.get(0))?;
    // Most conversations that change are too new for a segment.
    let Some(last) = last else { return Ok(()) };
    let mut began = connection.prepare_cached("SELECT started_at FROM conversation WHERE conversation_id = ?1")?;
    let mut covering = connection
        .prepare_cached("SELECT segment, from_at FROM segment WHERE until_at > ?1 ORDER BY until_at LIMIT 1")?;
    let mut note = connection
        .prepare_cached("INSERT INTO segment_stale (conversation, segment) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?;
    for id in ids {
        let Some(at) = began.query_row([Id(id.0)], |row| row.get::<_, i64>(0)).optional()? else { continue };
        if at >= last {
            continue;
        }
        let found = covering.query_row([at], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))).optional()?;
        if let Some((segment, _)) = found.filter(|(_, from)| *from <= at) {
            note.execute(params![Id(id.0), segment])?;
        }
    }
    Ok(())
}

/// Reads the columns of a table for these conversations from the rows, in the order of `ids`, each with its place.
fn build(connection: &Connection, table: &str, ids: &[Uuid]) -> Result<Vec<(usize, Column)>, StoreError> {
    let Some((first, expressions)) = columns_of(table) else { return Ok(Vec::new()) };
    let (_, read) = expressions.split_at(1);
    let sql = format!("SELECT {} FROM {table} WHERE conversation_id = ?1", read.join(", "));
    let mut query = connection.prepare_cached(&sql)?;
    let (mut counts, mut cells) = (Vec::with_capacity(ids.len()), vec![Vec::new(); read.len()]);
    for id in ids {
        let mut rows = query.query([Id(*id)])?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            for (place, cells) in cells.iter_mut().enumerate() {
                cells.push(row.get::<_, Cell>(place)?);
            }
            count += 1;
        }
        counts.push(Cell::Int(count));
    }
    let columns = std::iter::once(Column::of(&counts)).chain(cells.iter().map(|cells| Column::of(cells)));
    Ok((first..).zip(columns).collect())
}
